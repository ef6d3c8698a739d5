"""How a scale is fitted to values: its ways, its bounds, the knots of a quantile map."""

import warnings
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

KNOTS = 33  # of a quantile map: both ends with their margin, and 31 quantiles
WAYS = ("range", "quantile")


def knots_of(column: np.ndarray, low: float, high: float, way: str) -> np.ndarray:
    """KNOTS increasing values from low to high, by the column's quantiles if so wished."""
    if way == "range" or low == high:
        return np.linspace(low, high, KNOTS)
    near = 1e-12 * (high - low) + 64 * np.spacing(max(abs(low), abs(high)))
    kept = [low]
    for value in np.quantile(column, np.linspace(0, 1, KNOTS - 2)):
        if value - kept[-1] > near and high - value > near:  # quantiles of one value are ties
            kept.append(value)
    kept.append(high)
    return np.interp(np.linspace(0, 1, KNOTS), np.linspace(0, 1, len(kept)), kept)


def known(what: str, given: str | Iterable[str], names: list[str]) -> list[str]:
    """The given columns as a list; a ValueError if one is not among `names`."""
    if not np.iterable(given):
        raise TypeError(f"{what} is {given!r}; it must be a list of names, or a dict with them")
    given = [given] if isinstance(given, str) else list(given)
    for name in given:
        if name not in names:
            raise ValueError(f"{what} names a column {name!r}; there are {', '.join(names)}")
    return given


def ways_of(how: Any, names: list[str]) -> list[str]:
    """One way of scaling per column."""
    if isinstance(how, Mapping):
        known("scale", how, names)
        ways = [how.get(name, "range") for name in names]
    else:
        ways = list(how) if isinstance(how, list) else [how] * len(names)
    for way in ways:
        if way not in WAYS:
            raise ValueError(f"scale is {way!r}; it must be 'range' or 'quantile', or a dict "
                             f"from columns to these")
    return ways


def bounds_of(bounds: Any, names: list[str], least: np.ndarray,
            most: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The least and the largest value that each column may take."""
    if isinstance(bounds, str) and bounds == "data":
        return least, most
    minimum, maximum = np.full(len(names), -np.inf), np.full(len(names), np.inf)
    if bounds is None:
        return minimum, maximum
    if not isinstance(bounds, Mapping):
        raise ValueError(f"bounds are {bounds!r}; they must be 'data' or a dict such as "
                         f"{{{names[0]!r}: (0, None)}}")
    for name in known("bounds", bounds, names):
        at = names.index(name)
        if not isinstance(bounds[name], (tuple, list)) or len(bounds[name]) != 2:
            raise ValueError(f"bounds of {name!r} are {bounds[name]!r}; they must be a pair such "
                             f"as (0, None)")
        low, high = bounds[name]
        if not all(end is None or isinstance(end, (int, float, np.number)) for end in (low, high)):
            raise ValueError(f"bounds of {name!r} are {bounds[name]!r}; they must be numbers, or "
                             f"None for no bound")
        minimum[at] = -np.inf if low is None else low
        maximum[at] = np.inf if high is None else high
        if not minimum[at] <= least[at] <= most[at] <= maximum[at]:
            raise ValueError(f"column {name!r} runs from {least[at]:g} to {most[at]:g}, beyond "
                             f"its bounds {(low, high)}; mend the values or the bounds")
    return minimum, maximum


def warn_of_tails(rows: np.ndarray, ways: list[str], names: list[str]) -> None:
    """Warn of columns that are scaled by a range which a few far values make."""
    inside = int(np.ceil(0.98 * len(rows))) - 1
    crowded = {}
    for name, way, column in zip(names, ways, np.sort(rows, axis=0).T):
        width = (column[inside:] - column[:len(column) - inside]).min()
        if way == "range" and 0 < width < 0.05 * (column[-1] - column[0]):
            crowded[name] = "quantile"
    if crowded:
        warnings.warn(f"98 % of {', '.join(crowded)} lie in less than 5 % of the range, where a "
                      f"generator tells them apart badly; try scale={crowded}", stacklevel=3)
