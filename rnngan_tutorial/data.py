"""Sequences with labels, names and units; the book's four data sets; a reader's own CSV."""

import csv
import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

# Frequency (cycles per series) and phase (radians) of the eight kinds of series in `modes`.
MODES = np.array([(f, quarter * np.pi / 2) for f in (1, 2) for quarter in range(4)])
MODE_AMPLITUDE, MODE_NOISE, MODE_LENGTH = 0.8, 0.03, 24

SHA256 = {
    "heartbeats.npz": "6f5df9daadb28ebc274016b3e2ccd41d6b1d02873e7c88cfae2b89d7fe212ed2",
    "digits.npz": "323adff733bda1273c2a0f0d5a2c573d62029b3f2254f0b6f2345e4e665380d6",
}


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
        groups = [order]
        if self.labels is not None:
            groups = [order[self.labels[order] == label] for label in range(self.classes)]
        cuts = [round(fraction * len(group)) for group in groups]
        parts = [np.sort(np.concatenate([g[:c] for g, c in zip(groups, cuts, strict=True)])),
                 np.sort(np.concatenate([g[c:] for g, c in zip(groups, cuts, strict=True)]))]
        if not all(map(len, parts)):
            raise ValueError(f"{len(self)} series cannot be split {fraction} to "
                             f"{1 - fraction:g}; one part would be empty")
        return self.subset(parts[0]), self.subset(parts[1])


def scaled(values, margin=0.05, **about):
    """Sequences from values in their own units, scaled with a margin that tanh can reach."""
    low, high = values.min((0, 1)).astype(float), values.max((0, 1)).astype(float)
    room = margin * (high - low)
    made = Sequences(np.zeros_like(values, dtype=np.float32), low=low - room, high=high + room,
                     **about)
    return replace(made, values=made.from_units(values))


def stored(name):
    """Arrays of a data file that comes with the package, checked against its SHA-256."""
    here = Path(__file__).parent
    for folder in (here / "_data", here.parent / "data"):
        path = folder / name
        if path.exists():
            break
    else:
        raise FileNotFoundError(f"{name} is missing beside the package; install it again")
    if hashlib.sha256(path.read_bytes()).hexdigest() != SHA256[name]:
        raise ValueError(f"{path} is damaged: its SHA-256 is not the published one; install "
                         f"the package again")
    with np.load(path, allow_pickle=False) as file:
        return dict(file)


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
    """TimeGAN's sines (Yoon et al. 2019, section 5.1): 24 steps, 5 features, in [0, 1]."""
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


def from_csv(path, length, stride=1, columns=None, label=None, series=None):
    """Windows from a CSV file with a header, one row per time step.

    Parameters
    ----------
    path : path
    length, stride : int
        Rows per window, and rows from one window's start to the next.
    columns : list of str, optional
        What to read; by default every column but `label` and `series`.
    label : str, optional
        A column with the window's label. Windows in which it changes are left out.
    series : str, optional
        A column that names the recording; no window crosses from one to the next.

    Returns
    -------
    Sequences
        Each column scaled by its own range.

    Raises
    ------
    ValueError
        One line that says what is wrong in the file, where, and what would be right.
    """
    for name, value in (("length", length), ("stride", stride)):
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
            raise ValueError(f"{name} is {value!r}; it must be a whole number, 1 or more")
    columns, numbers, marks, recordings = read_columns(Path(path), columns, label, series)
    starts = [i for i in range(0, len(numbers) - length + 1, stride)
              if len(set(recordings[i:i + length])) == 1 and len(set(marks[i:i + length])) == 1]
    if not starts:
        raise ValueError(f"{path} has {len(numbers)} rows and no window of {length} steps with "
                         f"one recording and one label; use a smaller length")
    values = np.stack([numbers[i:i + length] for i in starts])
    flat = [c for c, span in zip(columns, np.ptp(values, axis=(0, 1)), strict=True) if span == 0]
    if flat:
        raise ValueError(f"{path}: column {flat[0]!r} is constant; leave it out of columns")
    names = tuple(sorted(set(marks[i] for i in starts))) if label else ()
    labels = np.array([names.index(marks[i]) for i in starts]) if label else None
    return scaled(values, labels=labels, label_names=names, feature_names=tuple(columns),
                  name=Path(path).stem, step_unit="step")


def read_columns(path, columns, label, series):
    """Names, numbers (rows, F), labels and recordings of a CSV file; blank lines are skipped."""
    if not path.is_file():
        raise ValueError(f"{path} is not a file; give the path of a CSV file")
    with open(path, newline="", encoding="utf-8-sig") as file:
        try:
            rows = [(i, row) for i, row in enumerate(csv.reader(file), 1) if row]
        except (UnicodeDecodeError, csv.Error) as error:
            raise ValueError(f"{path} is not a CSV file in UTF-8: {error}") from None
    if not rows:
        raise ValueError(f"{path} is empty; it must hold a header and one row per time step")
    header = [name.strip() for name in rows[0][1]]
    twice = {name for name in header if header.count(name) > 1}
    if twice:
        raise ValueError(f"{path}: column {min(twice)!r} stands twice in the header")
    if isinstance(columns, str):
        columns = [columns]
    columns = columns or [name for name in header if name not in (label, series)]
    for name in (*columns, *filter(None, (label, series))):
        if name not in header:
            raise ValueError(f"{path} has no column {name!r}; it has {', '.join(header)}")
    places = [header.index(name) for name in columns]
    numbers = np.empty((len(rows) - 1, len(places)), dtype=np.float64)
    for k, (line, row) in enumerate(rows[1:]):
        if len(row) != len(header):
            raise ValueError(f"{path}, line {line}: {len(row)} cells, but the header has "
                             f"{len(header)}")
        for j, place in enumerate(places):
            try:
                numbers[k, j] = float(row[place])
            except ValueError:
                numbers[k, j] = np.nan
            if not np.isfinite(numbers[k, j]):
                raise ValueError(f"{path}, line {line}: column {columns[j]!r} holds "
                                 f"{row[place]!r}, not a finite number; fill or drop such rows")
    marks, recordings = ([row[header.index(name)] if name else "" for _, row in rows[1:]]
                         for name in (label, series))
    return columns, numbers, marks, recordings
