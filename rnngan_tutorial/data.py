"""Sequences with labels, names and units; the book's four data sets; a reader's own CSV."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from .files import stored, windows

# Frequency (cycles per series) and phase (radians) of the eight kinds of series in `modes`.
MODES = np.array([(f, quarter * np.pi / 2) for f in (1, 2) for quarter in range(4)])
MODE_AMPLITUDE, MODE_NOISE, MODE_LENGTH = 0.8, 0.03, 24


@dataclass(frozen=True, eq=False)
class Sequences:
    """Equally long series, scaled to [-1, 1], with what is needed to read them.

    Attributes
    ----------
    values : ndarray of float32, shape (N, T, F)
        Series, time steps, features.
    labels : ndarray of int64, shape (N,), or None
    label_names : tuple of str
        Their number is the number of classes.
    feature_names : tuple of str
    name, unit : str
        What the data are called, and the unit of their values ("" for none).
    step, step_unit : float, str
        Length of one time step.
    low, high : ndarray, shape (F,), optional
        The values, in the data's own units, that are mapped to -1 and +1.
    """

    values: np.ndarray
    labels: np.ndarray | None = None
    label_names: tuple = ()
    feature_names: tuple = ()
    name: str = "series"
    unit: str = ""
    step: float = 1.0
    step_unit: str = ""
    low: np.ndarray | None = None
    high: np.ndarray | None = None

    def __post_init__(self):
        values = np.asarray(self.values)
        if values.ndim != 3:
            raise ValueError(f"values have shape {values.shape}; they must be (series, time "
                             f"steps, features), for one feature values[:, :, None]")
        if values.dtype.kind not in "fiu":
            raise TypeError(f"values are {values.dtype}; they must be numbers")
        features, set_ = values.shape[2], object.__setattr__
        set_(self, "values", values.astype(np.float32))
        if self.labels is not None:
            labels = np.asarray(self.labels)
            if labels.shape != values.shape[:1] or labels.dtype.kind not in "iu":
                raise ValueError(f"labels are {labels.dtype} of shape {labels.shape}; they must "
                                 f"be whole numbers, one for each of the {len(values)} series")
            set_(self, "labels", labels.astype(np.int64))
            if not self.label_names:
                set_(self, "label_names", tuple(map(str, range(int(labels.max(initial=-1)) + 1))))
            if len(labels) and not 0 <= labels.min() <= labels.max() < self.classes:
                raise ValueError(f"labels run from {labels.min()} to {labels.max()}; with "
                                 f"{self.classes} names they must lie in 0 to {self.classes - 1}")
        if not self.feature_names:
            names = ("value",) if features == 1 else tuple(f"x{i}" for i in range(features))
            set_(self, "feature_names", names)
        if len(self.feature_names) != features:
            raise ValueError(f"there are {len(self.feature_names)} feature names for {features} "
                             f"features")
        for side, default in (("low", -1.0), ("high", 1.0)):
            given = getattr(self, side)
            bound = np.full(features, default) if given is None else np.asarray(given, float)
            set_(self, side, np.broadcast_to(bound, (features,)))
        if not (self.low < self.high).all():
            raise ValueError(f"low {self.low} must be below high {self.high} for every feature")

    def __len__(self):
        return len(self.values)

    @property
    def shape(self):
        """(N, T, F)."""
        return self.values.shape

    @property
    def classes(self):
        """Number of labels; 0 without."""
        return len(self.label_names)

    def to_units(self, values):
        """Scaled values (..., F) in the data's own units."""
        return ((np.asarray(values) + 1) / 2 * (self.high - self.low) + self.low).astype(np.float32)

    def from_units(self, values):
        """Values (..., F) in the data's own units, scaled to [-1, 1]."""
        return ((np.asarray(values) - self.low) / (self.high - self.low) * 2 - 1).astype(np.float32)

    def subset(self, indices):
        """The series with the given indices (or where a mask is true)."""
        labels = None if self.labels is None else self.labels[indices]
        return replace(self, values=self.values[indices], labels=labels)

    def split(self, fraction=0.6, seed=0):
        """Two parts at random, `fraction` and the rest; each label is split alike.

        Raises
        ------
        ValueError
            If either part would be empty.
        """
        if not 0 < fraction < 1:
            raise ValueError(f"fraction is {fraction}; it must lie between 0 and 1")
        order = np.random.default_rng(seed).permutation(len(self))
        kinds = np.zeros(len(self), int) if self.labels is None else self.labels
        first = np.zeros(len(self), bool)
        for kind in np.unique(kinds):
            group = order[kinds[order] == kind]
            first[group[:round(fraction * len(group))]] = True
        if first.all() or not first.any():
            raise ValueError(f"{len(self)} series cannot be split {fraction} to "
                             f"{1 - fraction:g}; one part would be empty")
        return self.subset(first), self.subset(~first)


def scaled(values, margin=0.05, **about):
    """Sequences from values in their own units, scaled with a margin that tanh can reach."""
    low, high = values.min((0, 1)).astype(float), values.max((0, 1)).astype(float)
    room = margin * (high - low)
    made = Sequences(np.zeros_like(values, dtype=np.float32), low=low - room, high=high + room,
                     **about)
    return replace(made, values=made.from_units(values))


def heartbeats():
    """480 beats of one patient's ECG in mV, 48 steps of 13.9 ms; see data/README.md."""
    file = stored("heartbeats.npz")
    return scaled(file["values"], labels=file["labels"], label_names=("narrow", "wide"),
                  feature_names=("ECG lead MLII",), name="heartbeats", unit="mV",
                  step=float(file["step"]), step_unit="s")


def digits():
    """1,797 handwritten digits of 8 x 8 pixels, read row by row; see data/README.md."""
    file = stored("digits.npz")
    return Sequences(file["values"] / 8.0 - 1, labels=file["labels"],
                     label_names=tuple("0123456789"),
                     feature_names=tuple(f"column {i}" for i in range(8)), name="digits",
                     unit="ink", step_unit="row", low=np.zeros(8), high=np.full(8, 16.0))


def sines(n=10_000, seed=0):
    """Sines as TimeGAN's public code draws them: 24 steps, 5 features, in [0, 1].

    Yoon et al. 2019, section 5.2, print another law, of frequencies up to one per step.
    """
    rng = np.random.default_rng(seed)
    frequency, phase = rng.uniform(0, 0.1, (2, n, 1, 5))
    values = (np.sin(frequency * np.arange(24)[:, None] + phase) + 1) / 2
    return Sequences(values, name="sines", step_unit="step")


def mode_curves():
    """The eight noiseless series of `modes`, shape (8, 24, 1)."""
    time = np.arange(MODE_LENGTH) / MODE_LENGTH
    angle = 2 * np.pi * MODES[:, :1] * time + MODES[:, 1:]
    return (MODE_AMPLITUDE * np.sin(angle))[:, :, None].astype(np.float32)


def modes(n=4096, seed=0):
    """Sine waves of eight kinds, equally likely, with a little noise; labels are the kinds."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(len(MODES), size=n)
    values = mode_curves()[labels]
    values = values + MODE_NOISE * rng.standard_normal(values.shape)
    names = tuple(f"{f:.0f} cycles, phase {p:.2f}" for f, p in MODES)
    return Sequences(np.clip(values, -1, 1), labels=labels, label_names=names, name="modes",
                     step_unit="step")


LOADERS = {"heartbeats": heartbeats, "digits": digits, "sines": sines, "modes": modes}


def load(name, n=None, seed=0):
    """One of the book's data sets: "heartbeats", "digits", "sines" or "modes".

    Parameters
    ----------
    name : str
    n : int, optional
        How many series: drawn from the law of `sines` and `modes`, picked at random from
        the others. By default 10,000 and 4,096, or all.
    seed : int

    Returns
    -------
    Sequences

    Raises
    ------
    ValueError
        If the name is unknown or `n` does not fit; if a data file is damaged.
    """
    if name not in LOADERS:
        raise ValueError(f"there are no data {name!r}; choose from {', '.join(LOADERS)}, or read "
                         f"your own with rt.from_csv")
    if n is not None and (isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < 1):
        raise ValueError(f"n is {n!r}; it must be a whole number, 1 or more")
    if name in ("sines", "modes"):
        return LOADERS[name](seed=seed) if n is None else LOADERS[name](n, seed)
    data = LOADERS[name]()
    if n is None:
        return data
    if n > len(data):
        raise ValueError(f"{name} has {len(data)} series, not {n}")
    return data.subset(np.sort(np.random.default_rng(seed).permutation(len(data))[:n]))


def from_csv(path, length, stride=None, columns=None, label=None, series=None):
    """Windows from a CSV file with a header, one row per time step.

    Parameters
    ----------
    path : path
    length : int
        Rows per window.
    stride : int, optional
        Rows from one window's start to the next; by default `length`. With less, windows
        overlap, and a random `split` puts near copies into both parts.
    columns : list of str, optional
        What to read; by default every column but `label` and `series`.
    label : str, optional
        A column with the window's label. Windows in which it changes are left out.
    series : str, optional
        A column that names the recording. Windows start afresh with each and never cross.

    Returns
    -------
    Sequences
        Each column scaled by its own range.

    Raises
    ------
    ValueError
        One line that says what is wrong in the file, where, and what would be right.

    Warns
    -----
    UserWarning
        How many windows were left out because their label changes.
    """
    stride = length if stride is None else stride
    cut = windows(Path(path), length, stride, columns, label, series)
    return scaled(**cut, name=Path(path).stem, step_unit="step")
