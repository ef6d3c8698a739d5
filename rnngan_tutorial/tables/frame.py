"""From a table of pandas to Sequences: which column is what, and which rows make a series."""

from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from ..data import Sequences
from ..layout import Layout
from ..options import check_whole
from . import cells, making
from .windows import cut, nothing_left

ROLES = ("label", "recording", "time")


def sequences_of(frame: pd.DataFrame, place: cells.Place, *, length: int | None,
                 stride: int | None, columns: Any, label: Any, recording: Any, time: Any,
                 layout: str, missing: str, pad: bool, gap: float, like: Sequences | None,
                 name: str, dates: Mapping[str, Any] | None = None, **options: Any) -> Sequences:
    """Sequences from a table; `rnngan_tutorial.from_frame` says what the arguments are.

    `dates` says how times that are text are to be read, by `cells.times`.
    """
    frame = _checked(frame)
    making.check_like(like)
    roles = dict(zip(ROLES, (label, recording, time)))
    _check_types(roles, pad, options["whole"], options["unit"])
    options |= {what: _by_text(options[what]) for what in ("whole", "unit", "scale", "bounds")}
    if isinstance(options["whole"], str):
        options["whole"] = [options["whole"]]
    if like is not None:
        columns, roles, length, pad = _as_in(like, frame, columns, roles, length, pad)
        layout = "wide" if like.layout is not None and like.layout.wide else layout
    _check_options(layout, length, stride, roles["time"], pad, gap)
    if not set(filter(None, roles.values())) <= set(frame.columns):
        frame = _checked(frame.reset_index())
    columns = _columns(frame, columns, roles)
    label, recording, time = roles.values()

    numbers = cells.numbers(frame, columns, place)
    making.check_missing(numbers, columns, missing, place)
    if layout == "long":  # in a wide table a column is a time step, filled from its neighbours
        making.check_empty(numbers, columns)
    kinds, kind_names = _marks(frame, label, place if missing == "refuse" else None)
    groups, group_names = _marks(frame, recording, place)
    gaps, about = np.zeros(len(frame), bool), {"step": 1.0, "step_unit": "step"}
    names = [str(column) for column in columns]
    integers = [str(column) for column in columns if _whole(frame[column])]
    table = _layout(frame, columns, roles, integers, options["whole"], layout == "wide")
    if layout == "wide":
        names, integers = ["value"], ["value"] if len(integers) == len(columns) else []
        length = len(columns)
        parts = np.arange(len(frame)).repeat(length)
        numbers, kinds, groups, gaps = (numbers.reshape(-1, 1), kinds.repeat(length),
                                        groups.repeat(length), gaps.repeat(length))
    else:
        if recording is not None and len(group_names) == len(frame) > 1:
            raise ValueError(f"every recording has one row; if a row is a whole series give "
                             f"layout='wide', else a recording= other than {recording!r}")
        order = np.argsort(groups, kind="stable")
        if time is not None:
            order, gaps, about, table = _in_time(frame, groups, table, gap, place,
                                                 dates or {})
        numbers, kinds, groups = numbers[order], kinds[order], groups[order]
        parts = groups

    numbers = making.filled(numbers, parts, missing)
    windows = cut(parts, gaps, length, stride, pad)
    gone = np.isnan(numbers).any(1) | (kinds < 0)
    windows = windows.without(gone[windows.rows].any(1), "missing values")
    changes = np.cumsum(np.diff(kinds, prepend=kinds[0]) != 0)[windows.rows]
    windows = windows.without(changes[:, 0] != changes[:, -1], "label changes")
    if not len(windows.rows):
        raise ValueError(nothing_left(windows, length))

    begin = windows.rows[:, 0]
    if label is not None:
        about["labels"], about["label_names"] = making.labelled(kinds[begin], kind_names, like)
    if recording is not None:
        about["groups"], about["group_names"] = making.in_use(groups[begin], group_names)
    if layout == "long":
        about["starts"] = windows.starts
    made = making.made(numbers, windows.rows, windows.goes_on if pad else None, names=names,
                       integers=integers, like=like, name=name, left_out=windows.left_out,
                       layout=replace(table, padded=pad), **about, **options)
    making.tell(made, kind_names, like, stacklevel=4)
    return made


def _checked(frame: pd.DataFrame) -> pd.DataFrame:
    """The table with columns that are text or whole numbers, none of them twice."""
    if not isinstance(frame, pd.DataFrame):
        raise TypeError(f"df is a {type(frame).__name__}; it must be a pandas.DataFrame (for "
                        f"arrays there is rt.from_array, for files rt.from_csv)")
    if isinstance(frame.columns, pd.MultiIndex):
        raise ValueError("the table's columns have several levels; give each column one name")
    names = [int(name) if isinstance(name, (int, np.integer)) else str(name)
             for name in frame.columns]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"column {twice!r} stands twice in the table; rename one")
    if not len(frame):
        raise ValueError("the table has columns but no rows; there must be one row per time step")
    frame = frame.copy(deep=False)
    frame.columns = pd.Index(names, dtype=object)
    return frame


def _as_in(like: Sequences, frame: pd.DataFrame, columns: Any, roles: dict[str, Any],
           length: int | None, pad: bool) -> tuple[Any, dict[str, Any], int | None, bool]:
    """What is not given as it was for other data, where this table has the columns."""
    table = like.layout or Layout.plain(like.feature_names)
    known = {*frame.columns, *frame.index.names}
    for role, name in roles.items():
        if name is None and like.layout is not None and getattr(table, role) in known:
            roles[role] = getattr(table, role)
    columns = list(table.features) if columns is None else columns
    length = like.shape[1] if length is None and not table.wide else length
    return columns, roles, length, pad or table.padded


def _check_types(roles: dict[str, Any], pad: Any, whole: Any, unit: Any) -> None:
    for role, name in roles.items():
        if not isinstance(name, Hashable):
            raise TypeError(f"{role} is a {type(name).__name__}; it must be the name of a column")
    if not isinstance(pad, bool):
        raise TypeError(f"pad is {pad!r}; it must be True or False")
    for what, names in (("whole", whole), ("unit", unit)):
        if names is not None and not isinstance(names, bool) and not np.iterable(names):
            raise TypeError(f"{what} is {names!r}; it must be a string, or a list of strings")


def _by_text(given: Any) -> Any:
    """Names of columns as text, as the features are called: in a dict's keys, or in a list."""
    if isinstance(given, Mapping):
        return {str(name): value for name, value in given.items()}
    return [str(name) for name in given] if isinstance(given, (list, tuple)) else given


def _check_options(layout: str, length: int | None, stride: int | None, time: Any, pad: bool,
                   gap: float) -> None:
    if layout not in ("long", "wide"):
        raise ValueError(f"layout is {layout!r}; it must be 'long', one row per time step, or "
                         f"'wide', one row per series")
    for name, value in (("length", length), ("stride", stride)):
        if value is not None:
            check_whole(name, value, 1)
    if not isinstance(gap, (int, float)) or not gap > 1:
        raise ValueError(f"gap is {gap!r}; it must be above 1, in steps of time")
    if layout == "wide":
        if (length, stride, time, pad) != (None, None, None, False):
            raise ValueError("a wide table has one row per series and its columns are the time "
                             "steps; length=, stride=, time= and pad= are not for it")
    elif length == 1:
        raise ValueError("length is 1, a series of one step; if a row is a whole series, give "
                         "layout='wide' and no length")
    elif length is None and not pad:
        raise ValueError("length is missing; say how many rows make a series, or give pad=True for "
                         "whole recordings, or layout='wide' if a row is a whole series")


def _columns(frame: pd.DataFrame, columns: Any, roles: dict[str, Any]) -> list[Any]:
    """The columns to learn, in a list, after a look at all that were named."""
    given = {role: name for role, name in roles.items() if name is not None}
    if columns is None:
        columns = [name for name in frame.columns if name not in given.values()]
    elif isinstance(columns, str):
        columns = [columns]
    elif not np.iterable(columns):
        raise TypeError(f"columns is {columns!r}; it must be a list of names")
    columns = list(columns)
    if not columns:
        raise ValueError("columns is empty; name at least one, or leave it out to read all")
    for name in (*columns, *given.values()):
        if not isinstance(name, Hashable):
            raise TypeError(f"{name!r} is no name of a column; there are "
                            f"{', '.join(map(str, frame.columns))}")
        if name not in frame.columns:
            raise ValueError(f"there is no column {name!r}; there are "
                             f"{', '.join(map(str, frame.columns))}")
    used = [*columns, *given.values()]
    if len(set(used)) < len(used):
        twice = next(name for name in used if used.count(name) > 1)
        raise ValueError(f"column {twice!r} is named twice among columns=, label=, recording= and "
                         f"time=; give it one part")
    return columns


def _marks(frame: pd.DataFrame, name: Any,
           place: cells.Place | None) -> tuple[np.ndarray, list[str]]:
    if name is None:
        return np.zeros(len(frame), int), []
    return cells.marks(frame[name], name, place)


def _whole(column: pd.Series) -> bool:
    kind = column.dtype
    return pd.api.types.is_integer_dtype(kind) or pd.api.types.is_bool_dtype(kind)


def _layout(frame: pd.DataFrame, columns: list[Any], roles: dict[str, Any], integers: list[str],
            whole: Any, wide: bool) -> Layout:
    """The layout of the table, but for its times."""
    keep = whole is None or whole is True
    dtypes = {name: str(frame[name].dtype) for name in (*columns, roles["label"])
              if name is not None}
    for name in columns:
        rounded = keep or (whole is not False and str(name) in whole)
        if str(name) in integers and not rounded:
            dtypes[name] = "float64"
    used = {*columns, *roles.values()}
    return Layout(tuple(name for name in frame.columns if name in used), tuple(columns),
                  roles["recording"], roles["time"], roles["label"], dtypes, wide=wide)


def _in_time(frame: pd.DataFrame, groups: np.ndarray, table: Layout, gap: float,
             place: cells.Place, dates: Mapping[str, Any],
             ) -> tuple[np.ndarray, np.ndarray, dict[str, Any], Layout]:
    """Rows in order of recording and time, gaps before them, the step, and the layout."""
    moments = cells.times(frame[table.time], table.time, place, **dates)
    since = cells.since_first(moments)
    order = np.lexsort((since, groups))
    apart = np.diff(since[order], prepend=since[order[0]])
    inside = np.diff(groups[order], prepend=-1) == 0
    if (apart[inside] == 0).any():
        row = order[np.flatnonzero(inside & (apart == 0))[0]]
        remedy = ("give recording= if rows of several recordings are mixed"
                  if table.recording is None else "drop one of the rows")
        raise ValueError(f"{place(int(row))}: column {table.time!r} holds {moments.iloc[row]} "
                         f"twice in one recording; {remedy}")
    step = float(np.median(apart[inside])) if inside.any() else 1.0
    gaps = inside & (apart > gap * step)
    first = moments.iloc[order[:1]]
    if not pd.api.types.is_datetime64_any_dtype(moments.dtype):
        whole = pd.api.types.is_integer_dtype(moments.dtype) and step.is_integer()
        start = first.iloc[0].item() if hasattr(first.iloc[0], "item") else first.iloc[0]
        table = replace(table, start=start, step=int(step) if whole else step)
        return order, gaps, {"step": step, "step_unit": str(table.time)}, table
    many, unit = cells.length_of(step)
    end = int(np.flatnonzero(gaps | ~inside)[1:2].sum()) or len(order)  # of the first stretch
    sample = pd.DatetimeIndex(moments.iloc[order[:min(end, 100)]])
    regular = pd.DatetimeIndex(sample, freq="infer").freqstr if len(sample) > 2 else None
    even = f"{int(many)}{unit.replace('d', 'D')}" if many.is_integer() else f"{round(step * 1e6)}us"
    table = replace(table, start=first.iloc[0].isoformat(), step=regular or even)
    return order, gaps, {"step": many, "step_unit": unit}, table
