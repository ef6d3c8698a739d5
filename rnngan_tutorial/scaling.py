"""Between the data's own units and the numbers from -1 to 1 that a generator makes."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from . import fitting


@dataclass(frozen=True, eq=False)
class Scale:
    """What each of F columns has in its own units at -1, at +1 and between.

    Attributes
    ----------
    low, high : ndarray of float64, shape (F,)
        The values that are mapped to -1 and +1. Where they are equal the column is constant.
    knots : ndarray of float64, shape (K, F), or None
        Values that are mapped to K evenly spaced numbers from -1 to 1, with straight lines
        between and beyond. None: one straight line from `low` to `high`.
    minimum, maximum : ndarray of float64, shape (F,)
        Bounds that `to_units` never leaves; infinite for none.
    whole : ndarray of bool, shape (F,)
        Columns that `to_units` rounds to whole numbers.
    fitted : dict or None
        How the scale was fitted: `how`, one way per column, and `margin`. None: it was given.
    """

    low: np.ndarray
    high: np.ndarray
    knots: np.ndarray | None = None
    minimum: np.ndarray = -np.inf  # type: ignore[assignment]  # one number stands for all columns
    maximum: np.ndarray = np.inf  # type: ignore[assignment]
    whole: np.ndarray = False  # type: ignore[assignment]
    fitted: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        shape = np.shape(self.low)
        for name, kind in (("low", float), ("high", float), ("minimum", float),
                           ("maximum", float), ("whole", bool)):
            array = np.broadcast_to(np.asarray(getattr(self, name), kind), shape)
            object.__setattr__(self, name, array)
        if not (np.isfinite([self.low, self.high]).all() and (self.low <= self.high).all()):
            raise ValueError(f"low {self.low} and high {self.high} must be finite, and low not "
                             f"above high in any column")
        if self.knots is not None:
            object.__setattr__(self, "knots", np.asarray(self.knots, float))

    @classmethod
    def plain(cls, features: int) -> "Scale":
        """The scale of data that are from -1 to 1 in their own units."""
        return cls(-np.ones(features), np.ones(features))

    @classmethod
    def fit(cls, values: Any, how: str | Mapping[str, str] | list[str] = "range",
            margin: float = 0.05, bounds: Any = None, whole: Any = None,
            names: Sequence[str] | None = None) -> "Scale":
        """The scale that takes `values` into [-1, 1].

        Parameters
        ----------
        values : array, shape (..., F)
            In their own units, finite.
        how : "range", "quantile", or dict from a column's name to one of them
            "range" is a straight line from the least to the largest value, for heavy tails
            "quantile" is a line through 31 quantiles. A dict's other columns get "range".
        margin : float
            Room left at both ends, as a share of the range: tanh never reaches its ends.
        bounds : "data", or dict from a column's name to (minimum, maximum), optional
            What `to_units` never leaves; None in a pair for no bound. "data": the range of
            `values`.
        whole : bool, or list of names, optional
            Columns of whole numbers; by default all if `values` are of an integer type.
        names : list of str, optional
            The columns' names; by default x0, x1, ...

        Returns
        -------
        Scale

        Raises
        ------
        ValueError
            If a name or a way is unknown, a range is too wide for a float, or values lie
            beyond their bounds.

        Warns
        -----
        UserWarning
            If 98 % of a column that is scaled by its range lie in less than 5 % of it.
        """
        rows = np.asarray(values)
        if whole is None:
            whole = rows.dtype.kind in "iub"
        rows = rows.reshape(-1, rows.shape[-1]).astype(float)
        names = [f"x{i}" for i in range(rows.shape[1])] if names is None else list(names)
        if not len(rows):
            raise ValueError("there are no values to fit a scale to; give at least one series")
        ways = fitting.ways_of(how, names)
        least, most = rows.min(0), rows.max(0)
        with np.errstate(over="ignore", invalid="ignore"):
            room = margin * (most - least)
            low, high = least - room, most + room
            wide = ~np.isfinite(high - low)
        if wide.any():
            at = int(wide.argmax())
            raise ValueError(f"column {names[at]!r} runs from {least[at]:g} to {most[at]:g}, too "
                             f"wide for a float; give it in a larger unit")
        minimum, maximum = fitting.bounds_of(bounds, names, least, most)
        knots = None
        if "quantile" in ways:
            knots = np.stack([fitting.knots_of(*column)
                              for column in zip(rows.T, low, high, ways)], 1)
        if not isinstance(whole, (bool, np.bool_)):
            whole = [name in fitting.known("whole", whole, names) for name in names]
        fitting.warn_of_tails(rows, ways, names)
        return cls(low, high, knots, minimum, maximum, whole, {"how": ways, "margin": margin})

    def from_units(self, values: Any) -> np.ndarray:
        """Values (..., F) in their own units as float32, in [-1, 1] where the scale was fitted.

        A constant column gives 0. Raises ValueError if there are not F columns.
        """
        values = self._columns(values)
        changing = self.high > self.low
        if self.knots is None:
            span = np.where(changing, self.high - self.low, 1)
            scaled = (values - self.low) / span * 2 - 1
        else:
            levels = np.linspace(-1, 1, len(self.knots))
            scaled = np.stack([_through(values[..., i], self.knots[:, i], levels)
                               for i in range(len(self.low))], -1)
        return np.where(changing, scaled, 0).astype(np.float32)

    def to_units(self, values: Any) -> np.ndarray:
        """Scaled values (..., F) in their own units as float64, rounded and within bounds.

        A constant column gives its constant. Raises ValueError if there are not F columns.
        """
        values = self._columns(values)
        if self.knots is None:
            units = (values + 1) / 2 * (self.high - self.low) + self.low
        else:
            levels = np.linspace(-1, 1, len(self.knots))
            units = np.stack([_through(values[..., i], levels, self.knots[:, i])
                              for i in range(len(self.low))], -1)
        return np.clip(np.where(self.whole, np.round(units), units), self.minimum, self.maximum)

    def refit(self, values: Any) -> "Scale":
        """The scale fitted in the same way to other values (..., F), in units.

        Bounds and whole columns stay. So does the map of a column that changes elsewhere and
        is constant here. A scale that was given, not fitted, is returned as it is.
        """
        if self.fitted is None:
            return self
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # said when the data were read
            new = Scale.fit(values, **self.fitted)
        stays = (new.low == new.high) & (self.low < self.high)
        knots = new.knots
        if knots is not None and self.knots is not None:
            knots = np.where(stays, self.knots, knots)
        return replace(self, low=np.where(stays, self.low, new.low),
                       high=np.where(stays, self.high, new.high), knots=knots)

    def state(self) -> dict[str, Any]:
        """The scale as plain numbers, lists and dicts; `from_state` makes it again."""
        state = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value.tolist() if isinstance(value, np.ndarray) else value
                for name, value in state.items()}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> "Scale":
        """The scale whose `state` this is."""
        return cls(**state)

    def same(self, other: "Scale") -> bool:
        """Whether both take every value to the same number and back."""
        if (self.knots is None) != (other.knots is None):
            return False
        pairs = [(getattr(self, name), getattr(other, name))
                 for name in ("low", "high", "knots", "minimum", "maximum", "whole")]
        return all(np.array_equal(a, b) for a, b in pairs if a is not None)

    def _columns(self, values: Any) -> np.ndarray:
        values = np.asarray(values, float)
        if values.shape[-1:] != self.low.shape:
            raise ValueError(f"values have shape {values.shape}; the last axis must be the "
                             f"{len(self.low)} features")
        return values


def _through(x: np.ndarray, xs: np.ndarray, ys: np.ndarray) -> np.ndarray:
    """The line through the points (xs, ys) at x, straight on beyond the ends."""
    left = np.clip(np.searchsorted(xs, x, side="right") - 1, 0, len(xs) - 2)
    span = xs[left + 1] - xs[left]
    share = (x - xs[left]) / np.where(span > 0, span, 1)
    return ys[left] + share * (ys[left + 1] - ys[left])
