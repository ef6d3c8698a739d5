"""An array of the reader's as float64 (N, T, F), its gaps as nan."""

from typing import Any

import numpy as np
import pandas as pd

from . import cells


def block(x: Any, pad: bool, length: int = 0) -> tuple[np.ndarray, np.ndarray, bool]:
    """Values (N, T, F) as float64, nan if missing; where series go on (N, T); if all are whole.

    T is the length of the longest series, and where they are padded at least `length`.
    """
    if isinstance(x, pd.DataFrame):
        raise TypeError("x is a pandas.DataFrame; use rt.from_frame")
    if isinstance(x, (list, tuple)):
        series = [_numbers(part) for part in x]
        lengths = [len(part) for part in series if part.ndim]
        if len(set(lengths)) > 1 and not pad:
            raise ValueError(f"the series have from {min(lengths)} to {max(lengths)} steps; cut "
                             f"them to one length, or give pad=True")
        if len({part.shape[1:] for part in series}) > 1 or 0 in lengths:
            raise ValueError("the series in the list must all have the same features, and at least "
                             "one step each")
        ends = np.array(lengths)
        values = np.ma.stack([part[np.minimum(np.arange(ends.max()), len(part) - 1)]
                              for part in series]) if lengths else _numbers(x)
    else:
        values = _numbers(x)
        ends = np.full(values.shape[:1], values.shape[1] if values.ndim > 1 else 0)
    if pad and values.ndim > 1 and 0 < values.shape[1] < length:
        values = values[:, np.minimum(np.arange(length), values.shape[1] - 1)]
    if values.ndim == 2:
        values = values[:, :, None]
    if values.ndim != 3 or 0 in values.shape:
        raise ValueError(f"x has shape {values.shape}; it must be (series, time steps, features) "
                         f"or (series, time steps), none of them 0")
    whole = values.dtype.kind in "iub"
    made = np.ma.filled(values.astype(float), np.nan)
    made[~np.isfinite(made)] = np.nan
    return made, np.arange(values.shape[1]) < ends[:, None], whole


def marks_of(given: Any, what: str, n: int,
           kept: np.ndarray | None = None) -> tuple[np.ndarray, list[str]]:
    """Codes of labels or groups and their names; those of the series that are kept."""
    if hasattr(given, "detach"):
        given = given.detach().cpu().numpy()
    marks = np.asarray(given)
    if marks.shape != (n,):
        raise ValueError(f"{what} have shape {marks.shape}; there must be one for each of the {n} "
                         f"series")
    codes, names = cells.marks(marks, what, lambda row: f"series {row}")
    return codes if kept is None else codes[kept], names


def _numbers(x: Any) -> np.ndarray:
    """An array of numbers, its mask kept."""
    if hasattr(x, "detach"):  # a tensor
        x = x.detach().cpu().numpy()
    try:
        array = np.ma.asarray(x) if isinstance(x, np.ma.MaskedArray) else np.asarray(x)
    except ValueError:
        raise ValueError("x is ragged; give a list of one array per series, and pad=True") from None
    if array.dtype.kind not in "fiub":
        raise TypeError(f"x holds {array.dtype}; it must hold numbers")
    return array
