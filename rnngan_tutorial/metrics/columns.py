"""Each column of generated and real series in the data's own units, side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from ..data import Sequences
from .inputs import checked

HEAD = ("column", "series", "median", "IQR", "sd", "min", "max", "below", "above")


@dataclass(frozen=True)
class Column:
    """One column of one kind of series, over all series and time steps.

    Attributes
    ----------
    column, unit : str
        Name of the feature, and its unit ("" for none).
    seed : int or None
        The training seed; None for the real series.
    median, iqr, sd, min, max : float
        In the data's own units; `iqr` is the range between the quartiles.
    below, above : float
        Shares of the values below the least and above the largest real value.
    """

    column: str
    unit: str
    seed: int | None
    median: float
    iqr: float
    sd: float
    min: float
    max: float
    below: float
    above: float

    def cells(self, spread: float) -> list[str]:
        """The cells of a row of the table; `spread` decides how many decimals are printed."""
        decimals = max(2 - int(np.floor(np.log10(spread))), 0) if spread > 0 else 3
        form = f"z.{decimals}f" if decimals < 10 else ".3g"
        numbers = (self.median, self.iqr, self.sd, self.min, self.max)
        return [self.column + (f" ({self.unit})" if self.unit else ""),
                "real" if self.seed is None else f"seed {self.seed}",
                *(f"{number:{form}}" for number in numbers),
                f"{self.below:.1%}", f"{self.above:.1%}"]


class Columns(tuple[Column, ...]):
    """Rows of `Column`, the real series before the seeds, printed as a table."""

    def _table(self) -> list[list[str]]:
        spread = {row.column: row.sd for row in self if row.seed is None}
        return [list(HEAD)] + [row.cells(spread[row.column]) for row in self]

    def __str__(self) -> str:
        table = self._table()
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        return "\n".join("  ".join([row[0].ljust(widths[0]), row[1].ljust(widths[1]),
                                    *map(str.rjust, row[2:], widths[2:])]) for row in table)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        head, *table = self._table()
        rows = ["".join(f"<th>{cell}</th>" for cell in head)]
        rows += [f"<th>{escape(row[0])}</th>" + "".join(f"<td>{cell}</td>" for cell in row[1:])
                 for row in table]
        return "<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"

    def rows(self) -> list[dict[str, Any]]:
        """One dict per column and kind of series, with the attributes of `Column`."""
        return [vars(row).copy() for row in self]


def compare_columns(fake: np.ndarray, real: Sequences,
                    seeds: Sequence[int] | None = None) -> Columns:
    """How each column of generated and of real series is distributed, in the data's own units.

    Parameters
    ----------
    fake : ndarray, shape (S, N, T, F)
        Scaled series of S seeds.
    real : Sequences
        Also gives names, units and scale.
    seeds : sequence of int, optional
        Names of the seeds; by default 0 to S - 1.

    Returns
    -------
    Columns

    Raises
    ------
    ValueError
        If shapes do not fit, values are not finite or there are fewer than 8 series of a kind.
    """
    fake, _ = checked(fake, real)
    truth, made = real.to_units(real.values), real.to_units(fake)
    names = range(len(made)) if seeds is None else seeds
    rows = []
    for i, name in enumerate(real.feature_names):
        own, unit = truth[..., i], real.unit_of(i)
        rows.append(_column(name, unit, None, own, own))
        rows += [_column(name, unit, seed, values[..., i], own)
                 for seed, values in zip(names, made, strict=True)]
    return Columns(rows)


def _column(name: str, unit: str, seed: int | None, values: np.ndarray,
            real: np.ndarray) -> Column:
    low, middle, high = np.quantile(values, (0.25, 0.5, 0.75))
    return Column(name, unit, seed, float(middle), float(high - low), float(values.std()),
                  float(values.min()), float(values.max()), float((values < real.min()).mean()),
                  float((values > real.max()).mean()))
