"""What Sequences are given, checked and in the types in which they keep it."""

from collections.abc import Iterable
from typing import Any

import numpy as np

MOST_NAMES = 10_000  # that are made up for labels without names


def series(values: Any) -> np.ndarray:
    """Values (N, T, F) as finite float32."""
    if isinstance(values, np.ma.MaskedArray):
        raise TypeError("values are a masked array, whose mask would be lost; fill the gaps first, "
                        "or use rt.from_array(..., missing=...)")
    values = np.asarray(values)
    if values.ndim != 3:
        raise ValueError(f"values have shape {values.shape}; they must be (series, time steps, "
                         f"features), for one feature values[:, :, None]")
    if values.dtype.kind not in "fiu":
        raise TypeError(f"values are {values.dtype}; they must be numbers")
    with np.errstate(over="ignore"):
        values = values.astype(np.float32)
    if not np.isfinite(values).all():
        raise ValueError("values hold nan or infinite numbers (or beyond float32); fill or drop "
                         "such series, or use rt.from_array(..., missing=...)")
    return values


def names_of(names: Iterable[str], what: str) -> tuple[str, ...]:
    """Names as a tuple of different strings."""
    if isinstance(names, str) or not np.iterable(names):
        raise TypeError(f"{what} is {names!r}; it must be a list of strings")
    names = tuple(names)
    for name in names:
        if not isinstance(name, str):
            raise TypeError(f"{what} hold {name!r}; they must be strings")
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{what} hold {twice!r} twice; give each another name")
    return tuple(map(str, names))


def marks(given: Any, names: Iterable[str], what: str,
          n: int) -> tuple[np.ndarray | None, tuple[str, ...]]:
    """Labels or groups as int64, and their names."""
    names = names_of(names, f"{what}_names")
    if given is None:
        if names:
            raise ValueError(f"there are {what}_names but no {what}s; give {what}s too")
        return None, ()
    found = np.asarray(given)
    if found.shape != (n,) or found.dtype.kind not in "iu":
        raise ValueError(f"{what}s are {found.dtype} of shape {found.shape}; they must be whole "
                         f"numbers, one for each of the {n} series")
    most = int(found.max(initial=-1))
    if not names:
        if most > MOST_NAMES:
            raise ValueError(f"{what}s reach {most} and have no {what}_names; number them from 0, "
                             f"or give their names")
        names = tuple(map(str, range(most + 1)))
    if len(found) and not 0 <= found.min() <= most < len(names):
        raise ValueError(f"{what}s run from {found.min()} to {most}; with {len(names)} names they "
                         f"must lie in 0 to {len(names) - 1}")
    return found.astype(np.int64), names
