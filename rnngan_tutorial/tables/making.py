"""From numbers in units, and the rows that make up each series, to Sequences."""

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..data import Sequences
from ..fitting import known
from ..layout import free
from ..scaling import Scale
from .cells import Place, in_order
from .windows import counted, interpolated

MISSING = ("refuse", "interpolate", "drop")


def check_like(like: Any) -> None:
    """Raise a one-line error unless this is data, or nothing."""
    if like is not None and not isinstance(like, Sequences):
        raise TypeError(f"like is a {type(like).__name__}; it must be Sequences, such as run.data")


def check_missing(numbers: np.ndarray, names: list[Any], missing: str, place: Place) -> None:
    """Raise a one-line error if a value of (rows, columns) is missing and must not be."""
    if missing not in MISSING:
        raise ValueError(f"missing is {missing!r}; it must be 'refuse', 'interpolate' or 'drop'")
    gone = np.isnan(numbers)
    if missing == "refuse" and gone.any():
        row, column = np.argwhere(gone)[0]
        raise ValueError(f"{place(int(row))}: column {names[column]!r} has no finite number, in "
                         f"{gone[:, column].sum()} of {len(gone)} rows; fill them, or give "
                         f"missing='interpolate' or missing='drop'")


def check_empty(numbers: np.ndarray, names: list[Any]) -> None:
    """Raise a one-line error if a column of (rows, columns) has no value at all."""
    empty = np.isnan(numbers).all(0)
    if empty.any():
        raise ValueError(f"column {names[int(empty.argmax())]!r} has no finite number in any row; "
                         f"leave it out")


def filled(numbers: np.ndarray, recordings: np.ndarray, missing: str) -> np.ndarray:
    """Rows (rows, F), gaps inside a recording interpolated if so wished."""
    if missing == "interpolate" and np.isnan(numbers).any():
        return interpolated(numbers, recordings)
    return numbers


def labelled(codes: np.ndarray, names: list[str],
             like: Sequences | None) -> tuple[np.ndarray, tuple[str, ...]]:
    """Labels (N,) and their names, or those of the data they should be like."""
    if like is None:
        return in_order(codes, names)
    for name in (names[code] for code in np.unique(codes)):
        if name not in like.label_names:
            raise ValueError(f"label {name!r} is not among those of the data that these should be "
                             f"like: {', '.join(like.label_names) or 'they have none'}")
    at = [like.label_names.index(name) if name in like.label_names else -1 for name in names]
    return np.array(at)[codes], like.label_names


def in_use(codes: np.ndarray, names: list[str]) -> tuple[np.ndarray, tuple[str, ...]]:
    """Groups (N,) numbered from 0 without a gap, and their names."""
    used, groups = np.unique(codes, return_inverse=True)
    return groups, tuple(names[code] for code in used)


def made(numbers: np.ndarray, rows: np.ndarray, goes_on: np.ndarray | None, *, names: list[str],
         integers: list[str], scale: Any, bounds: Any, whole: Any, like: Sequences | None,
         unit: Any, **about: Any) -> Sequences:
    """Sequences of the numbers (rows, F), in units, in each series' rows (N, T).

    `goes_on` (N, T) becomes a feature of its own, `present`; `integers` are the columns that
    are whole numbers unless `whole` says otherwise.
    """
    if isinstance(unit, Mapping):
        known("unit", unit, names)
        unit = tuple(unit.get(name, "") for name in names)
    if goes_on is not None:
        names = [*names, free("present", names)]
        integers = [*integers, names[-1]]
        unit = unit if isinstance(unit, str) else (*unit, "")
        numbers = np.column_stack([numbers[rows.ravel()], goes_on.ravel()])
        rows = np.arange(rows.size).reshape(rows.shape)
    used = np.zeros(len(numbers), bool)
    used[rows] = True
    if like is not None or isinstance(scale, Scale):
        if bounds is not None or whole is not None:
            raise ValueError("bounds= and whole= belong to the scale that is taken over; leave "
                             "them out")
    if like is not None:
        if tuple(names) != like.feature_names:
            raise ValueError(f"the features are {', '.join(names)}, those of the data that these "
                             f"should be like {', '.join(like.feature_names)}")
        about.update(step=like.step, step_unit=like.step_unit)
        scale, unit = like.settled().scale, like.unit
        _check_fit(numbers[used], scale, names)
    elif not isinstance(scale, Scale):
        whole = integers if whole is None else whole
        scale = Scale.fit(numbers[used], scale, bounds=bounds, whole=whole, names=names)
    return Sequences(scale.from_units(numbers)[rows], feature_names=tuple(names), scale=scale,
                     unit=unit, **about)


def _check_fit(numbers: np.ndarray, scale: Scale, names: list[str]) -> None:
    """Raise or warn if a scale made for other data cannot hold these."""
    lost = (scale.low == scale.high) & (numbers != scale.low).any(0)
    if lost.any():
        at = int(lost.argmax())
        raise ValueError(f"column {names[at]!r} is always {scale.low[at]:g} in the data that these "
                         f"should be like, but not here; leave it out of both")
    beyond = ((numbers < scale.minimum) | (numbers > scale.maximum)).any(0)
    if beyond.any():
        at = int(beyond.argmax())
        warnings.warn(f"column {names[at]!r} goes beyond its bounds {scale.minimum[at]:g} to "
                      f"{scale.maximum[at]:g}, and in units it will be clipped", stacklevel=5)


def tell(data: Sequences, label_names: list[str], like: Sequences | None,
         stacklevel: int) -> None:
    """Warn, once, of all that was left out."""
    left = [f"left out: {counted(data.left_out)}"] if data.left_out else []
    lost = [name for name in label_names if name not in data.label_names] if like is None else []
    if lost:
        left.append(f"no series is left of label {', '.join(lost[:10])}")
    if len({name.casefold() for name in data.label_names}) < data.classes:
        left.append("some labels differ only in upper and lower case")
    if left:
        warnings.warn(f"{data.name}: {len(data)} series of {data.shape[1]} steps; "
                      f"{'; '.join(left)}", stacklevel=stacklevel)
