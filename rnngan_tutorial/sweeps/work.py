"""One job of a sweep: train some seeds, score them, answer with rows."""

import time
import warnings
from pathlib import Path
from typing import Any

import torch

from .. import losses
from ..data import Sequences
from ..datasets import load
from ..metrics import score
from ..run import Diverged, Run
from ..tables import from_csv
from ..training import train
from .plan import OF_ADAM, OF_TRAINING, Job, id_of


def parts_of(job: Job) -> tuple[Sequences, Sequences]:
    """The series to train on, and those to score with."""
    wanted = dict(job["data"])
    data = from_csv(wanted.pop("file"), **wanted) if "file" in wanted else load(**wanted)
    first, second = job["parts"]
    train_on, rest = data.split(first, job["split"])
    validation, test = rest.split(second / (1 - first), job["split"])
    return train_on, validation if job["on"] == "validation" else test


def arguments(job: Job) -> dict[str, Any]:
    """What `train` is to be given besides data, steps and seeds."""
    setting = dict(job["setting"])
    if "lr" in setting:
        setting["lr_generator"] = setting["lr_discriminator"] = setting.pop("lr")
    adam = {name: tuple(value) if isinstance(value, list) else value
            for name, value in setting.items() if name in OF_ADAM}
    chosen = {name: value for name, value in setting.items() if name in OF_TRAINING}
    return {"loss": losses.loss(job["loss"], **job["option"]), "adam": adam or None, **chosen}


def work(job: Job, folder: Path | None = None) -> list[dict[str, Any]]:
    """Do a job.

    Parameters
    ----------
    job : dict
        From a `Plan`; ``device`` and ``threads`` say where, if they are there.
    folder : Path, optional
        Where a run with fewer steps may have left its state for this one to go on from, where
        this one leaves its own, and where runs are kept.

    Returns
    -------
    list of dict
        One row per score and seed; one with an error, if nothing could be trained or scored.
    """
    began = time.perf_counter()
    where = {"device": job.get("device"), "threads": job.get("threads")}
    try:
        train_on, held_out = parts_of(job)
        runs = _train(job, job["seeds"], train_on, folder, where)
        if any(run.steps < job["steps"] for run in runs):  # training gave in to Ctrl-C
            raise KeyboardInterrupt
        scored = [(run, score(run, held_out, names=job["scores"],
                              threads=where["threads"])) for run in runs]
    except (Diverged, ValueError, TypeError, OSError, ArithmeticError) as error:
        return [{"error": " ".join(f"{type(error).__name__}: {error}".split())}]
    seconds = (time.perf_counter() - began) / len(job["seeds"])
    if folder is not None and job["keep"]:
        (folder / "runs").mkdir(exist_ok=True)
        for number, run in enumerate(runs):
            run.save(folder / "runs" / f"{job['id']}{f'-{number}' * (number > 0)}.rnngan")
    return [{**row, "seconds": round(seconds, 3)} for _, scores in scored for row in scores.rows()]


def _train(job: Job, seeds: list[int], data: Sequences, folder: Path | None,
           where: dict[str, Any]) -> list[Run]:
    """All seeds side by side, or in halves if they need more memory than there is."""
    state = None
    if folder is not None and job["on"] == "test":
        (folder / "states").mkdir(exist_ok=True)
        # A run with fewer steps is the beginning of this one, unless its settings moved with time.
        moves = {"schedule", "betas_end"} & set(job["setting"])
        name = id_of({**job, "seeds": seeds}, *() if moves else ("steps",))
        state = folder / "states" / f"{name}.pt"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # a seed that diverges shows in its row
            return [train(data, **arguments(job), steps=job["steps"], seeds=seeds,
                          checkpoint=state, progress=False, **where)]
    except torch.OutOfMemoryError:
        if len(seeds) == 1:
            raise MemoryError("one seed alone does not fit into the memory of the device") from None
        half = len(seeds) // 2
        return [run for some in (seeds[:half], seeds[half:])
                for run in _train(job, some, data, folder, where)]
