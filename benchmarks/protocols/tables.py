"""The two sets of series: TimeGAN's sines, and a table of weather cut as it cuts its tables.

TimeGAN's own tables cannot be had here: the stock prices come without a licence, and no package
holds the energy table. The weather comes with the project (data/README.md): hours at New York's
three airports, from a package that is in the public domain.
"""

from dataclasses import dataclass

import numpy as np

import rnngan_tutorial as rt
from rnngan_tutorial.datasets import stored

LENGTH = 24


@dataclass(frozen=True)
class Table:
    """Series as a judge reads them, and as a generator is trained on them.

    Attributes
    ----------
    name : str
    values : ndarray of float32, shape (N, T, F)
        In [0, 1], as TimeGAN's judges read them.
    labels : ndarray of int, shape (N,), or None
    groups : ndarray of int, shape (N,), or None
        Which recording a series is from.
    """

    name: str
    values: np.ndarray
    labels: np.ndarray | None = None
    groups: np.ndarray | None = None

    def sequences(self, rows: np.ndarray | slice = slice(None)) -> rt.Sequences:
        """Some of the series for training, each feature stretched to [-1, 1] with a margin."""
        parts = {"labels": self.labels, "groups": self.groups}
        return rt.from_array(self.values[rows], name=self.name,
                             **{k: v[rows] for k, v in parts.items() if v is not None})


def sines(n: int = 10_000, seed: int = 0) -> Table:
    """TimeGAN's sines: data_loading.py, ``sine_data_generation``."""
    return Table("sines", rt.load("sines", n, seed).values)


def weather() -> Table:
    """All windows of 24 hours of the weather, from every hour on.

    TimeGAN's data_loading.py, ``real_data_loading``: each column is scaled by its range over
    the whole table, windows begin at every row. A window does not run over a day that is
    missing. The label is the season in which it begins, the group its week.
    """
    file = stored("weather.npz")
    hours = file["values"].astype(float).reshape(-1, file["values"].shape[2])
    low, high = hours.min(0), hours.max(0)
    days = (file["values"] - low) / (high - low + 1e-7)
    values, first = [], []
    breaks = np.flatnonzero((np.diff(file["days"]) != 1) | (np.diff(file["airports"]) != 0)) + 1
    for stretch in np.split(np.arange(len(days)), breaks):
        rows = days[stretch].reshape(-1, days.shape[2])
        starts = np.arange(len(rows) - LENGTH + 1)
        values.append(np.stack([rows[start:start + LENGTH] for start in starts]))
        first.append(stretch[starts // 24])
    day = np.concatenate(first)
    return Table("weather", np.concatenate(values).astype(np.float32), file["labels"][day],
                 file["days"][day] // 7)


TABLES = {"sines": sines, "weather": weather}


def some(table: Table, n: int | None, seed: int = 0) -> Table:
    """So many of the series at random, or all."""
    if n is None or n >= len(table.values):
        return table
    rows = np.random.default_rng(seed).permutation(len(table.values))[:n]
    return Table(table.name, table.values[rows],
                 *(None if part is None else part[rows] for part in (table.labels, table.groups)))
