"""Equally long series with labels, names and units."""

from dataclasses import asdict, dataclass, field, replace
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from . import arrays
from .layout import Layout
from .scaling import Scale
from .splits import parts_of

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Sequences:
    """Equally long series, scaled to [-1, 1], with what is needed to read them.

    Series in their own units become Sequences by `rt.from_array`, `rt.from_frame` and
    `rt.from_csv`.

    Attributes
    ----------
    values : ndarray of float32, shape (N, T, F)
        Series, time steps, features; finite.
    labels : ndarray of int64, shape (N,), or None
    label_names : tuple of str
        Their number is the number of classes.
    feature_names : tuple of str
    name : str
        What the data are called.
    unit : str, or tuple of str, one per feature
        The unit of the values, "" for none.
    step, step_unit : float, str
        Length of one time step.
    scale : Scale
        Between values and units; by default -1 to 1 is what it is.
    groups : ndarray of int64, shape (N,), or None
        Which recording each series is from.
    group_names : tuple of str
    starts : ndarray of float64, shape (N,), or None
        When each series begins in its recording, in steps.
    layout : Layout or None
        How the reader's table looked.
    left_out : dict from str to int
        How many windows or recordings were left out when the data were read, by reason.

    Raises
    ------
    ValueError, TypeError
        If anything has another shape or type, or does not fit the rest.
    """

    values: np.ndarray
    labels: np.ndarray | None = None
    label_names: tuple[str, ...] = ()
    feature_names: tuple[str, ...] = ()
    name: str = "series"
    unit: str | tuple[str, ...] = ""
    step: float = 1.0
    step_unit: str = ""
    scale: Scale = None  # type: ignore[assignment]  # filled in below
    groups: np.ndarray | None = None
    group_names: tuple[str, ...] = ()
    starts: np.ndarray | None = None
    layout: Layout | None = None
    left_out: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        def put(name: str, value: Any) -> None:
            object.__setattr__(self, name, value)

        put("values", arrays.series(self.values))
        n, _, features = self.shape
        for one, many in (("label", "label_names"), ("group", "group_names")):
            marks, names = arrays.marks(getattr(self, one + "s"), getattr(self, many), one, n)
            put(one + "s", marks)
            put(many, names)
        made_up = ("value",) if features == 1 else tuple(f"x{i}" for i in range(features))
        put("feature_names", arrays.names_of(self.feature_names, "feature_names") or made_up)
        if not np.iterable(self.unit):
            raise TypeError(f"unit is {self.unit!r}; it must be a string, or a list of strings")
        put("unit", self.unit if isinstance(self.unit, str) else tuple(map(str, self.unit)))
        for what, each in (("feature names", self.feature_names), ("units", self.unit)):
            if not isinstance(each, str) and len(each) != features:
                raise ValueError(f"there are {len(each)} {what} for {features} features")
        if not (np.isreal(self.step) and 0 < self.step < np.inf):
            raise ValueError(f"step is {self.step!r}; it must be a number above 0")
        put("scale", Scale.plain(features) if self.scale is None else self.scale)
        if not isinstance(self.scale, Scale):
            raise TypeError(f"scale is {self.scale!r}; it must be a Scale (values in their own "
                            f"units are scaled by rt.from_array)")
        if self.scale.low.shape != (features,):
            raise ValueError(f"the scale has {len(self.scale.low)} columns for {features} "
                             f"features")
        if self.starts is not None:
            put("starts", np.asarray(self.starts, float))
            if self.starts.shape != (n,) or not np.isfinite(self.starts).all():
                raise ValueError(f"starts have shape {self.starts.shape}; they must be finite "
                                 f"numbers, one for each of the {n} series")

    def __len__(self) -> int:
        return len(self.values)

    def __repr__(self) -> str:
        n, length, features = self.shape
        labels = f", {self.classes} labels" if self.classes else ""
        return (f"Sequences({self.name}: {n} series of {length} steps, {features} "
                f"feature{'s' * (features != 1)}{labels})")

    def _repr_html_(self) -> str:
        lines = []
        if self.values.size:
            ends = self.to_units([self.values.min((0, 1)), self.values.max((0, 1))])
            ends[np.abs(ends) < 1e-6 * np.ptp(ends, axis=0)] = 0  # zeros as float32 has them
            lines = [f"{name}: {low:.4g} to {high:.4g} {self.unit_of(name)}"
                     for name, low, high in zip(self.feature_names, *ends)]
        if self.labels is not None:
            counts = np.bincount(self.labels, minlength=self.classes)
            lines.append("labels: " + ", ".join(
                f"{name} {count}" for name, count in zip(self.label_names, counts)))
        if self.groups is not None:
            lines.append(f"recordings: {len(np.unique(self.groups))}")
        lines += [f"left out, {reason}: {count}" for reason, count in self.left_out.items()]
        items = "".join(f"<li>{escape(line.strip())}</li>" for line in lines[:20])
        return f"<p><b>{escape(repr(self))}</b></p><ul>{items}</ul>"

    @property
    def shape(self) -> tuple[int, int, int]:
        """(N, T, F)."""
        n, length, features = self.values.shape
        return n, length, features

    @property
    def classes(self) -> int:
        """Number of labels; 0 without."""
        return len(self.label_names)

    @property
    def low(self) -> np.ndarray:
        """What -1 is in units, shape (F,)."""
        return self.scale.low

    @property
    def high(self) -> np.ndarray:
        """What +1 is in units, shape (F,)."""
        return self.scale.high

    def to_units(self, values: Any) -> np.ndarray:
        """Scaled values (..., F) in the data's own units, as float64."""
        return self.scale.to_units(values)

    def from_units(self, values: Any) -> np.ndarray:
        """Values (..., F) in the data's own units, scaled as these data are, as float32."""
        return self.scale.from_units(values)

    def feature_index(self, feature: str | int) -> int:
        """The place of a feature, given by name or place; a ValueError if there is none."""
        if feature in self.feature_names:
            return self.feature_names.index(str(feature))
        places = range(len(self.feature_names))
        if isinstance(feature, (int, np.integer)) and feature in places:
            return int(feature)
        raise ValueError(f"there is no feature {feature!r}; choose from "
                         f"{', '.join(self.feature_names)}, or 0 to {places[-1]}")

    def unit_of(self, feature: str | int) -> str:
        """The unit of a feature, given by name or place."""
        at = self.feature_index(feature)
        return self.unit if isinstance(self.unit, str) else self.unit[at]

    def same_scale(self, other: "Sequences") -> bool:
        """Whether the other data have the same features, scaled in the same way."""
        return self.feature_names == other.feature_names and self.scale.same(other.scale)

    def subset(self, indices: Any) -> "Sequences":
        """The series with the given indices (or where a mask is true)."""
        indices = [indices] if np.ndim(indices) == 0 else indices
        labels, groups, starts = (part if part is None else part[indices]
                                  for part in (self.labels, self.groups, self.starts))
        return replace(self, values=self.values[indices], labels=labels, groups=groups,
                       starts=starts)

    def split(self, fraction: float = 0.6, by: str | None = None,
              seed: int = 0) -> tuple["Sequences", "Sequences"]:
        """Two parts: `fraction` of the series to train on, and the rest to test with.

        A scale that was fitted to the data is fitted again to the first part alone; the
        second may then reach beyond [-1, 1]. Both keep it if they are split again, so that
        what is trained on, chosen by and tested with stays on one scale.

        Parameters
        ----------
        fraction : float
            Between 0 and 1, of the series.
        by : "group", "time" or "random", optional
            "group": recordings stay whole; which are in the first part is random, and labels
            are balanced as far as recordings allow. "time": in each recording the first series
            train; later ones that overlap with them are left out and counted in the second
            part's `left_out`. "random": each label is split alike. By default "group" if
            there are two recordings or more, else "time" if it is known when series begin,
            else "random".
        seed : int
            Of the random order; "time" has none.

        Returns
        -------
        first, second : Sequences

        Raises
        ------
        ValueError
            If either part would be empty, or the data have no recordings or times to split by.
        """
        kinds = np.zeros(len(self), int) if self.labels is None else self.labels
        parts = parts_of(kinds, self.groups, self.starts, self.shape[1], fraction, by, seed)
        first, second = (self.subset(part) for part in parts)
        overlapping = len(self) - len(first) - len(second)
        if overlapping:
            left_out = {**self.left_out, "overlaps the first part": overlapping}
            second = replace(second, left_out=left_out)
        if self.scale.fitted is None:
            return first, second
        scale = self.scale.refit(self.to_units(first.values))
        return first._rescaled(scale).settled(), second._rescaled(scale).settled()

    def _rescaled(self, scale: Scale) -> "Sequences":
        return replace(self, values=scale.from_units(self.to_units(self.values)), scale=scale)

    def settled(self) -> "Sequences":
        """The same series on a scale that `split` keeps."""
        return replace(self, scale=replace(self.scale, fitted=None))

    def to_frame(self, values: Any, labels: Any = None) -> "pd.DataFrame":
        """Scaled series as a table in units, in the columns of the reader's own.

        Data that came in no table have the columns series, step, the features, and label.

        Parameters
        ----------
        values : array, shape (n, T, F)
            Scaled, such as one seed of `run.sample(n)`.
        labels : array of int or str, shape (n,), optional
            Which label each series has, by place or name.

        Returns
        -------
        pandas.DataFrame
            One row per time step; one per series if the reader's table was wide. Series that
            were padded are cut where they end.

        Raises
        ------
        ValueError
            If the values have another shape, or a label is unknown.
        """
        units = self.to_units(values)
        if units.ndim != 3:
            raise ValueError(f"values have shape {units.shape}; they must be (series, time steps, "
                             f"features), such as run.sample(n)[0]")
        layout = self.layout or Layout.plain(self.feature_names)
        if layout.wide and units.shape[1] != len(layout.features):
            raise ValueError(f"values have {units.shape[1]} time steps; the table has "
                             f"{len(layout.features)}")
        return layout.frame(units, None if labels is None else self._named(labels, len(units)))

    def _named(self, labels: Any, n: int) -> list[str]:
        labels = list(np.asarray(labels))
        if len(labels) != n:
            raise ValueError(f"there are {len(labels)} labels for {n} series")
        for label in labels:
            if label not in (self.label_names if isinstance(label, str) else range(self.classes)):
                raise ValueError(f"there is no label {label!r}; choose from "
                                 f"{', '.join(self.label_names) or 'none, the data have none'}")
        return [str(label) if isinstance(label, str) else self.label_names[int(label)]
                for label in labels]

    def about(self) -> dict[str, Any]:
        """Everything but the series, as plain values, lists and dicts; see `from_about`."""
        names = ("label_names", "feature_names", "group_names", "name", "unit", "step",
                 "step_unit", "left_out")
        about = {name: getattr(self, name) for name in names}
        return {**about, "step": float(self.step), "scale": self.scale.state(),
                "layout": None if self.layout is None else asdict(self.layout)}

    @classmethod
    def from_about(cls, about: dict[str, Any], steps: int, features: int) -> "Sequences":
        """Data without series, (0, steps, features), about which the rest is known."""
        none = np.zeros(0, int)
        layout = about["layout"]
        return cls(np.zeros((0, steps, features)), **{
            **about, "scale": Scale.from_state(about["scale"]),
            "layout": None if layout is None else Layout(**layout),
            "labels": none if about["label_names"] else None,
            "groups": none if about["group_names"] else None})
