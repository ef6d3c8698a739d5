"""The book's five data sets, and the files that three of them come in."""

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np

from .data import Sequences
from .options import check_whole
from .scaling import Scale

# Frequency (cycles per series) and phase (radians) of the eight kinds of series in `modes`.
MODES = np.array([(f, quarter * np.pi / 2) for f in (1, 2) for quarter in range(4)])
MODE_AMPLITUDE, MODE_NOISE, MODE_LENGTH = 0.8, 0.03, 24

SHA256 = {
    "heartbeats.npz": "6f5df9daadb28ebc274016b3e2ccd41d6b1d02873e7c88cfae2b89d7fe212ed2",
    "weather.npz": "fad1c9fbf1d7c4c4da0067dac689aba71eebbd40a09ce96c454409dcf39e040d",
    "digits.npz": "323adff733bda1273c2a0f0d5a2c573d62029b3f2254f0b6f2345e4e665380d6",
}


def stored(name: str) -> dict[str, np.ndarray]:
    """Arrays of a data file that comes with the package, checked against its SHA-256.

    Raises FileNotFoundError if the file is missing, ValueError if it is damaged.
    """
    here = Path(__file__).parent
    places = (here / "_data" / name, here.parent / "data" / name)
    path = next(filter(Path.exists, places), None)
    if path is None:
        raise FileNotFoundError(f"{name} is missing beside the package; install it again")
    if hashlib.sha256(path.read_bytes()).hexdigest() != SHA256[name]:
        raise ValueError(f"{path} is damaged: its SHA-256 is not the published one; install "
                         f"the package again")
    with np.load(path, allow_pickle=False) as file:
        return dict(file)


def heartbeats() -> Sequences:
    """480 beats of one patient's ECG in mV, 48 steps of 13.9 ms; see data/README.md."""
    file = stored("heartbeats.npz")
    step = float(file["step"])
    # The chapters' scale is that of all beats and stays: a split does not fit it again.
    scale = replace(Scale.fit(file["values"]), fitted=None)
    return Sequences(scale.from_units(file["values"]), labels=file["labels"],
                     label_names=("narrow", "wide"), feature_names=("ECG lead MLII",),
                     name="heartbeats", unit="mV", step=step, step_unit="s", scale=scale,
                     starts=file["seconds"] / step)


def digits() -> Sequences:
    """1,797 handwritten digits of 8 x 8 pixels, read row by row; see data/README.md."""
    file = stored("digits.npz")
    return Sequences(file["values"] / 8.0 - 1, labels=file["labels"],
                     label_names=tuple("0123456789"),
                     feature_names=tuple(f"column {i}" for i in range(8)), name="digits",
                     unit="ink", step_unit="row", scale=Scale(np.zeros(8), np.full(8, 16.0)))


def weather() -> Sequences:
    """917 days of hourly weather at New York's three airports in 2013; see data/README.md.

    Days of one week are one recording, at whichever airport: they know of each other.
    """
    file = stored("weather.npz")
    weeks = file["days"] // 7
    scale = replace(Scale.fit(file["values"]), fitted=None)
    return Sequences(scale.from_units(file["values"]), labels=file["labels"],
                     label_names=("winter", "spring", "summer", "autumn"),
                     feature_names=("temperature", "dew point", "wind speed", "pressure"),
                     name="weather", unit=("°C", "°C", "m/s", "hPa"), step_unit="h", scale=scale,
                     groups=weeks, group_names=tuple(f"week {i + 1}" for i in range(53)))


def sines(n: int = 10_000, seed: int = 0) -> Sequences:
    """Sines as TimeGAN's public code draws them: 24 steps, 5 features, in [0, 1].

    Yoon et al. 2019, section 5.2, print another law, of frequencies up to one per step.
    """
    rng = np.random.default_rng(seed)
    frequency, phase = rng.uniform(0, 0.1, (2, n, 1, 5))
    values = (np.sin(frequency * np.arange(24)[:, None] + phase) + 1) / 2
    return Sequences(values, name="sines", step_unit="step")


def mode_curves() -> np.ndarray:
    """The eight noiseless series of `modes`, float32 of shape (8, 24, 1)."""
    time = np.arange(MODE_LENGTH) / MODE_LENGTH
    angle = 2 * np.pi * MODES[:, :1] * time + MODES[:, 1:]
    return (MODE_AMPLITUDE * np.sin(angle))[:, :, None].astype(np.float32)


def modes(n: int = 4096, seed: int = 0) -> Sequences:
    """Sine waves of eight kinds, equally likely, with a little noise; labels are the kinds."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(len(MODES), size=n)
    values = mode_curves()[labels]
    values = values + MODE_NOISE * rng.standard_normal(values.shape)
    names = tuple(f"{f:.0f} cycles, phase {p:.2f}" for f, p in MODES)
    return Sequences(np.clip(values, -1, 1), labels=labels, label_names=names, name="modes",
                     step_unit="step")


LOADERS = ("heartbeats", "weather", "digits", "sines", "modes")


def load(name: str, n: int | None = None, seed: int = 0) -> Sequences:
    """One of the book's data sets: "heartbeats", "weather", "digits", "sines" or "modes".

    Parameters
    ----------
    name : str
    n : int, optional
        How many series: drawn from the law of `sines` and `modes`, picked at random from
        the others. By default 10,000 and 4,096, or all.
    seed : int
        Of the law, or of the pick.

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
                         f"your own with rt.from_csv, rt.from_frame or rt.from_array")
    if n is not None:
        check_whole("n", n, 1)
    if name == "sines":
        return sines(seed=seed) if n is None else sines(n, seed)
    if name == "modes":
        return modes(seed=seed) if n is None else modes(n, seed)
    data = {"heartbeats": heartbeats, "weather": weather, "digits": digits}[name]()
    if n is None:
        return data
    if n > len(data):
        raise ValueError(f"{name} has {len(data)} series, not {n}")
    return data.subset(np.sort(np.random.default_rng(seed).permutation(len(data))[:n]))
