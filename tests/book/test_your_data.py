"""Your own data: with another file in the cell that is to be changed, the page still runs."""

import warnings
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

import rnngan_tutorial as rt
from rnngan_tutorial import book
from rnngan_tutorial.book.exercises import your_data  # noqa: F401

PAGE = Path(__file__).parents[2] / "book" / "answer" / "your_data.ipynb"
OWN = """
file = {path!r}
reading = dict(length=16, time="minute", recording="pump", label="state",
               columns=["pressure", "flow"])
data = rt.from_csv(file, **reading)
"""


def cells():
    """The page's code."""
    return [cell.source for cell in nbformat.read(PAGE, 4).cells if cell.cell_type == "code"]


def pumps(path, n=30, rows=64):
    """A file of another kind: pumps, minutes, two columns and one that is not read."""
    rng = np.random.default_rng(5)
    minute, pump = np.tile(np.arange(rows), n), np.repeat(np.arange(n), rows)
    state = np.where(pump % 3 == 0, "worn", "new")
    pressure = 3 + np.sin(minute / (4 + pump % 3)) + 0.1 * rng.normal(size=n * rows)
    pd.DataFrame({"pump": pump, "minute": minute, "pressure": pressure,
                  "flow": rng.gamma(2, 3, n * rows), "remark": "-", "state": state}
                 ).to_csv(path, index=False)


@pytest.fixture
def brief(monkeypatch):
    """Trainings of one step, cheap scores, no figures; sentences about the weather may fail."""
    train, score = rt.train, rt.score

    def one_step(data, loss, steps=1, seeds=2, **options):
        options |= {"progress": False, "snapshots": [1] if "snapshots" in options else []}
        return train(data, loss, min(steps, 2), seeds, **options)

    monkeypatch.setattr(rt, "train", one_step)
    monkeypatch.setattr(rt, "score", lambda *given, **options: score(
        *given, names=["sliced_wasserstein"], **options))
    monkeypatch.setattr(plt, "show", lambda: plt.close("all"))
    monkeypatch.setattr(book, "glue", lambda name, value: None)
    yield
    plt.close("all")


def run(sources):
    """Run cells; a claim that fails ends its cell and nothing else, as the page says."""
    space, ended = {"__name__": "page"}, 0
    for number, source in enumerate(sources, start=1):
        try:
            with warnings.catch_warnings(action="ignore"):
                exec(compile(source, f"code cell {number}", "exec"), space)
        except book.ClaimFailed:
            ended += 1
    return space, ended


def test_another_file_in_the_one_cell_runs_through_the_page(brief, tmp_path):
    pumps(tmp_path / "pumps.csv")
    sources = cells()
    at, = (i for i, source in enumerate(sources) if source.startswith("file = weather"))
    sources[at] = OWN.format(path=str(tmp_path / "pumps.csv"))
    space, ended = run(sources)
    assert space["run"].data.feature_names == ("pressure", "flow")
    assert ended < sum("claim(" in source for source in sources)  # not for want of trying
    made = pd.read_csv(space["folder"] / "generated.csv")
    assert list(made) == ["pump", "minute", "pressure", "flow"]
    assert made.groupby("pump")["minute"].agg(["size", "max"]).eq([16, 15]).all(axis=None)
    assert set(pd.read_csv(space["folder"] / "one_kind.csv")["state"]) == {"worn"}
    long = pd.read_csv(space["folder"] / "long.csv")
    assert len(long) == 21 * 16 and (long["minute"].diff()[1:] == 1).all()
