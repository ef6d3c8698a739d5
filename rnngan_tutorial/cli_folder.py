"""The folder of a run: what lies in it, and how nothing in it is lost."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from . import __version__
from .checkpoint import whole_file
from .data import Sequences
from .run import Run
from .saved import load_run

SETTINGS, RUN, CHECKPOINT = "settings.json", "run.rnngan", "checkpoint.pt"
TRAINED_ON, HELD_OUT, HISTORY = "trained_on.npz", "held_out.npz", "history.csv"
FILES = (SETTINGS, RUN, CHECKPOINT, TRAINED_ON, HELD_OUT, HISTORY)
FREE = ("steps", "device", "threads", "snapshots", "checkpoint_every")  # may change on the way


def is_run_of(folder: Path, settings: Mapping[str, Any]) -> bool:
    """Whether the folder has a run of these settings; an error if it has something else."""
    there = [name for name in FILES if (folder / name).exists()]
    if not there:
        return False
    if SETTINGS not in there:
        raise ValueError(f"{folder} has a {there[0]} and no {SETTINGS}; give another --out")
    stored = read_settings(folder)
    free = FREE if settings["data_sha256"] is None else (*FREE, "data")  # a file may have moved
    for name, value in settings.items():
        if name in free or stored.get(name) == value:
            continue
        if name == "data_sha256":
            raise ValueError(f"{settings['data']} is not what the run in {folder} was begun with; "
                             f"give that file, or another --out")
        raise ValueError(f"{folder} holds a run with {name} {stored.get(name)}, not {value}; give "
                         f"another --out")
    return True


@contextmanager
def taking_back(folder: Path) -> Iterator[None]:
    """Make the folder; after a failure that leaves no state of a run, all is as it was before."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    before = [name for name in FILES if (folder / name).exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        if not any((folder / name).exists() for name in (CHECKPOINT, RUN)):
            with suppress(OSError):
                for name in FILES:
                    if name not in before:
                        (folder / name).unlink(missing_ok=True)
                for path in missing:
                    path.rmdir()
        raise


def write_settings(folder: Path, settings: Mapping[str, Any]) -> None:
    """Write settings.json."""
    content = json.dumps({"version": __version__, **settings}, indent=1, ensure_ascii=False)
    with whole_file(folder / SETTINGS) as path:
        path.write_text(content + "\n", encoding="utf-8")


def read_settings(folder: Path) -> dict[str, Any]:
    """What settings.json holds; nothing if it is not there."""
    try:
        return dict(json.loads((folder / SETTINGS).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}
    except (ValueError, TypeError):
        raise ValueError(f"{folder / SETTINGS} is damaged; delete it, or give another folder"
                         ) from None


def write_series(path: Path, data: Sequences) -> None:
    """Write series in units, and what else is known of each, unless they are there already."""
    if path.exists():
        return
    about = {name: getattr(data, name) for name in ("labels", "groups", "starts")}
    known = {name: array for name, array in about.items() if array is not None}
    with whole_file(path) as part, open(part, "wb") as file:
        np.savez_compressed(file, values=data.to_units(data.values), **known)


def read_series(path: Path, like: Sequences) -> Sequences | None:
    """Series that `write_series` wrote, on the scale of a run's data; None if there are none.

    The scale is no longer fitted: a split keeps it.
    """
    if not path.exists():
        return None
    try:
        with np.load(path, allow_pickle=False) as file:
            found = dict(file)
        values = like.from_units(found["values"])
        return replace(like.settled(), **{**found, "values": values})
    except Exception:  # of many kinds, all of which mean that the file is not what was written
        raise ValueError(f"{path} is damaged; give --data") from None


def write_run(folder: Path, run: Run) -> None:
    """Write the run, for sampling and scoring without the data, and its history."""
    run.save(folder / RUN)
    with whole_file(folder / HISTORY) as path:
        run.history.to_csv(path)


def read_run(path: Path) -> tuple[Run, dict[str, Any], list[Path]]:
    """A run, its settings as far as they are known, and the files that must not be lost."""
    folder = path if path.is_dir() else path.parent
    if path.is_dir():
        path = path / RUN
        if (folder / CHECKPOINT).exists() and not path.exists():
            raise ValueError(f"training in {folder} was killed; give the same train command again "
                             f"(after Ctrl-C there is a {RUN} too)")
    settings = read_settings(folder)
    files = [path, *(folder / name for name in FILES), Path(settings.get("data", path))]
    return load_run(path), settings, files


def writable(path: Path, force: bool, files: list[Path]) -> None:
    """Raise a one-line error if writing to the path would destroy something."""
    if not path.exists():
        return
    if any(other.exists() and path.samefile(other) for other in files):
        raise ValueError(f"{path} belongs to the run or was trained on; give another --out")
    if not force:
        raise ValueError(f"{path} is there already; give another --out, or --force")
