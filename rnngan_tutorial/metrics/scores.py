"""Scores of every seed, each beside its floor and its control, as a table."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from .columns import Columns


@dataclass(frozen=True, eq=False)
class Score:
    """One score of every seed.

    Attributes
    ----------
    name : str
    values : ndarray, shape (S,)
    floor, floor_sd : float
        The same score of real training series, mean and standard deviation over random
        subsets of them: what a perfect generator would get. The deviation is corrected for
        the subsets' overlap, and NaN when each subset is the whole.
    control : float
        The same score of a generator that makes one series only, the training medoid.
    better : {"lower", "higher", "floor"}
        Which values are good; "floor" means near the floor.
    """

    name: str
    values: np.ndarray
    floor: float
    control: float
    better: str = "lower"
    floor_sd: float = 0.0

    @property
    def median(self) -> float:
        """Over the seeds."""
        return float(np.median(self.values))

    def ranks(self) -> np.ndarray:
        """Rank of every seed, shape (S,): 0 for the best; equal seeds share theirs."""
        badness = {"lower": self.values, "higher": -self.values,
                   "floor": np.abs(self.values - self.floor)}[self.better]
        worse = badness[:, None] > badness
        equal = badness[:, None] == badness
        return worse.sum(1) + (equal.sum(1) - 1) / 2


class Scores(dict[str, Score]):
    """Name -> `Score`, printed as a table.

    Attributes
    ----------
    seeds : tuple of int
        The seeds that the columns of the table stand for.
    columns : Columns or None
        Every column of the same series in the data's own units, real beside generated.
    chosen : int or None
        The seed that was chosen on validation series, if one was.
    """

    def __init__(self, scores: Iterable[Score], seeds: Iterable[int],
                 columns: Columns | None = None, chosen: int | None = None) -> None:
        super().__init__((score.name, score) for score in scores)
        self.seeds, self.columns, self.chosen = tuple(seeds), columns, chosen

    def _table(self) -> list[list[str]]:
        names = [f"seed {s}" + " (chosen)" * (s == self.chosen) for s in self.seeds]
        return [["score", *names, "median", "floor", "control"]] + [
            [s.name, *(f"{v:.3f}" for v in (*s.values, s.median, s.floor, s.control))]
            for s in self.values()]

    def __str__(self) -> str:
        table = self._table()
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        return "\n".join("  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])])
                         for row in table)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        head = ["score", "median", "lowest to highest seed", "floor (real)", "control (collapsed)"]
        if self.chosen is not None:
            head.insert(1, f"seed {self.chosen} (chosen)")
        rows = ["".join(f"<th>{cell}</th>" for cell in head)]
        for s in self.values():
            floor = f"{s.floor:.3f}" + (f" ± {s.floor_sd:.3f}" if np.isfinite(s.floor_sd) else "")
            cells = [f"{s.median:.3f}", f"{s.values.min():.3f} to {s.values.max():.3f}", floor,
                     f"{s.control:.3f}"]
            if self.chosen is not None:
                cells.insert(0, f"{s.values[self.seeds.index(self.chosen)]:.3f}")
            rows.append(f"<th>{escape(s.name.replace('_', ' '))}</th>"
                        + "".join(f"<td>{cell}</td>" for cell in cells))
        return "<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"

    def rows(self) -> list[dict[str, Any]]:
        """One dict per score and seed: score, seed, value, floor, floor_sd, control, better."""
        return [{"score": s.name, "seed": seed, "value": float(value), "floor": s.floor,
                 "floor_sd": s.floor_sd, "control": s.control, "better": s.better}
                for s in self.values() for seed, value in zip(self.seeds, s.values, strict=True)]
