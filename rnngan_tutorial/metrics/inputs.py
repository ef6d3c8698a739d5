"""What every score takes, looked at before any work. Each fault is one line."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from ..data import Sequences
from ..options import check_whole

FEWEST = 8  # series; with less, a score is noise
MOST_SEED = 2 ** 62  # a few are counted up from it, and torch takes 64 bits


def as_numbers(name: str, values: Any) -> np.ndarray:
    """An array or a tensor as float32, or a one-line error."""
    if hasattr(values, "detach"):
        values = values.detach().cpu()
    try:
        found = np.asarray(values)
    except (ValueError, TypeError, RuntimeError):
        found = np.empty(0, object)
    if found.dtype.kind not in "fiu":
        raise TypeError(f"{name} series are {type(values).__name__} of {found.dtype}; they must "
                        f"be an array of numbers")
    with np.errstate(over="ignore"):  # infinity is told of below
        return np.asarray(found, np.float32)


def checked(fake: Any, real: Any) -> tuple[np.ndarray, np.ndarray]:
    """Generated (S, N, T, F) and real (M, T, F) series as float32 arrays, or a one-line error.

    `real` may be Sequences.
    """
    fake = as_numbers("generated", fake)
    real = as_numbers("real", real.values if isinstance(real, Sequences) else real)
    if fake.ndim != 4:
        raise ValueError(f"generated series have shape {fake.shape}; they must be (seeds, "
                         f"series, time steps, features), for one seed fake[None]")
    if real.ndim != 3 or 0 in real.shape[1:]:
        raise ValueError(f"real series have shape {real.shape}; they must be (series, time "
                         f"steps, features)")
    if fake.shape[2:] != real.shape[1:]:
        raise ValueError(f"generated series have (time steps, features) = {fake.shape[2:]} and "
                         f"real ones {real.shape[1:]}; they must agree")
    for name, values, n in (("generated", fake, fake.shape[1]), ("real", real, len(real))):
        if n < FEWEST or not len(values):
            raise ValueError(f"there are {n} {name} series for {len(fake)} seeds; give at least "
                             f"{FEWEST} series and one seed")
        if not np.isfinite(values).all():
            raise ValueError(f"{name} series hold NaN or infinity; every value must be finite")
    return fake, real


def check_seed(seed: Any) -> None:
    """Raise a one-line error unless `seed` can start random numbers."""
    check_whole("seed", seed, 0, MOST_SEED)


def check_lags(lags: Any, steps: int, least: int = 1) -> list[int]:
    """The lags as a list, or a one-line error unless all lie in `least` to ``steps - 1``."""
    listed = list(lags) if isinstance(lags, Iterable) else [lags]
    if not listed or not all(isinstance(k, (int, np.integer)) and not isinstance(k, bool)
                             and least <= k < steps for k in listed):
        raise ValueError(f"lags are {listed}; for {steps} time steps they must be whole numbers "
                         f"in {least} to {steps - 1}")
    return [int(k) for k in listed]


def labels_of(sequences: Any) -> np.ndarray:
    """The labels (N,) of Sequences, or a one-line error if there are none."""
    labels = getattr(sequences, "labels", None)
    if labels is None:
        raise ValueError("the real series have no labels; give Sequences with labels")
    return np.asarray(labels)
