"""The reader's own series: from an array, a table of pandas, or a CSV file."""

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Any

import numpy as np
import pandas as pd

from ..arrays import names_of
from ..data import Sequences
from ..layout import Layout
from ..scaling import Scale
from . import csv_file, making
from .array import block, marks_of
from .frame import sequences_of

Unit = str | Sequence[str] | Mapping[str, str]
Ways = str | Mapping[str, str] | Scale
Bounds = str | Mapping[str, tuple[float | None, float | None]] | None
Whole = bool | Sequence[str] | None


def from_array(x: Any, labels: Any = None, groups: Any = None,
               names: Sequence[str] | None = None, unit: Unit = "", step: float = 1.0,
               step_unit: str = "step", scale: Ways = "range", bounds: Bounds = None,
               whole: Whole = None, missing: str = "refuse", pad: bool = False,
               like: Sequences | None = None, name: str = "array") -> Sequences:
    """Sequences from an array in its own units.

    Parameters
    ----------
    x : array or tensor, shape (N, T, F) or (N, T); or a list of N arrays (T, F) or (T,)
        Series, time steps, features, in their own units.
    labels : array of int or str, shape (N,), optional
    groups : array of int or str, shape (N,), optional
        Which recording (patient, machine, day) each series is from: `split` keeps them whole.
    names : list of str, optional
        What the features are called.
    unit : str; list of str, one per feature; or dict from feature to str
    step, step_unit : float, str
        Length of one time step.
    scale : "range", "quantile", dict from feature to one of them, or Scale
        How values get into [-1, 1]: by their range, or, for heavy tails, by their quantiles.
    bounds : "data", or dict from feature to (minimum, maximum), optional
        What generated values never leave: the range of the data, or numbers, None for none.
    whole : bool, or list of features, optional
        What is rounded to whole numbers; by default all if `x` is of an integer type.
    missing : "refuse", "interpolate" or "drop"
        What to do with values that are nan, infinite or masked: raise an error, fill them along
        straight lines in their series, or leave out such series.
    pad : bool
        Whether a list may hold series of unequal lengths. Shorter ones go on with their last
        value, and a feature `present` (1 on, 0 over) is learned with them.
    like : Sequences, optional
        Data whose scale, features, label names, unit and step to take, such as those trained
        on. With `pad`, series go on to their length.
    name : str

    Returns
    -------
    Sequences

    Raises
    ------
    ValueError, TypeError
        One line that says what is wrong with the array and what would be right.

    Warns
    -----
    UserWarning
        What was left out; a column that most likely wants the scale "quantile".
    """
    making.check_like(like)
    values, goes_on, integers = block(x, pad, 0 if like is None else like.shape[1])
    n, length, features = values.shape
    if like is not None:
        names = like.feature_names[:features] if names is None else names
    elif names is None:
        names = ["value"] if features == 1 else [f"x{i}" for i in range(features)]
    names = list(names_of(names, "names"))
    if len(names) != features:
        raise ValueError(f"names are {names!r}; there must be {features}, one per feature")
    series = np.arange(n).repeat(length)
    numbers = values.reshape(n * length, features)
    making.check_missing(numbers, names, missing,
                         lambda row: f"series {row // length}, step {row % length}")
    numbers = making.filled(numbers, series, missing)
    gone = np.isnan(numbers).any(1).reshape(n, length).any(1)
    about: dict[str, Any] = {"left_out": {"missing values": int(gone.sum())} if gone.any() else {}}
    if gone.all():
        raise ValueError("every series has missing values; " + (
            "give missing='interpolate'" if missing == "drop" else
            "none can be filled from its own, so leave out the features without any"))
    kind_names: list[str] = []
    if labels is not None:
        kinds, kind_names = marks_of(labels, "labels", n)
        about["labels"], about["label_names"] = making.labelled(kinds[~gone], kind_names, like)
    if groups is not None:
        about["groups"], about["group_names"] = making.in_use(
            *marks_of(groups, "groups", n, ~gone))
    made = making.made(numbers, np.arange(n * length).reshape(n, length)[~gone],
                       goes_on[~gone] if pad else None, names=names,
                       integers=names if integers else [], scale=scale, bounds=bounds, whole=whole,
                       like=like, unit=unit, step=step, step_unit=step_unit, name=name,
                       layout=Layout.plain(names, padded=True) if pad else None, **about)
    making.tell(made, kind_names, like, stacklevel=3)
    return made


def from_frame(df: pd.DataFrame, length: int | None = None, *, stride: int | None = None,
               columns: Any = None, label: Any = None, recording: Any = None, time: Any = None,
               unit: Unit = "", layout: str = "long", scale: Ways = "range",
               bounds: Bounds = None, whole: Whole = None, missing: str = "refuse",
               pad: bool = False, gap: float = 1.5, like: Sequences | None = None,
               name: str = "frame") -> Sequences:
    """Sequences from a table of pandas, in its own units.

    Rows may be in any order if `time` is given; else they are taken as evenly spaced, in the
    order in which they stand.

    Parameters
    ----------
    df : pandas.DataFrame
        One row per time step, or, with `layout="wide"`, one per series. The index is not read
        but where `time`, `label` or `recording` name a level of it ("index" without a name).
    length : int, optional
        Rows per series. With `pad` by default those of the longest recording.
    stride : int, optional
        Rows from the start of one series to that of the next; by default `length`. With less,
        series overlap, and `split(by="random")` puts near copies into both parts.
    columns : list of names, optional
        What to learn; by default all but `label`, `recording` and `time`.
    label : name, optional
        The column with the series' label. Windows in which it changes are left out.
    recording : name, optional
        The column that says which recording (patient, machine, day) a row is from. Series
        never cross from one to the next, and `split` keeps recordings whole.
    time : name, optional
        The column with dates or numbers to sort by. A difference above `gap` times the median
        is a gap, which no series crosses.
    unit : str; list of str, one per feature; or dict from column to str
    layout : "long" or "wide"
        "wide": one row per series, one column per time step, one feature.
    scale : "range", "quantile", dict from column to one of them, or Scale
        How values get into [-1, 1]: by their range, or, for heavy tails, by their quantiles.
    bounds : "data", or dict from column to (minimum, maximum), optional
        What generated values never leave: the range of the data, or numbers, None for none.
    whole : bool, or list of names, optional
        Columns that are rounded to whole numbers; by default those of integer type.
    missing : "refuse", "interpolate" or "drop"
        What to do with values that are missing or infinite: raise an error, fill them along
        straight lines in their recording, or leave out the windows that hold them.
    pad : bool
        Recordings shorter than `length` go on with their last row, and a feature `present`
        (1 on, 0 over) is learned with them.
    gap : float
        How many median steps of `time` make a gap; 4 for working days.
    like : Sequences, optional
        Data whose scale, features, label names, unit and step to take, such as those trained
        on. `length`, `columns`, `label`, `recording`, `time`, `layout` and `pad`, if not
        given, are as they were for these.
    name : str

    Returns
    -------
    Sequences
        Recordings in order of appearance. `left_out` counts what was left out, by reason;
        `layout` remembers the table for `to_frame`.

    Raises
    ------
    ValueError, TypeError
        One line that says what is wrong in the table and what would be right.

    Warns
    -----
    UserWarning
        What was left out; a column that most likely wants the scale "quantile".
    """
    return sequences_of(df, lambda row: f"row {row + 1}", length=length, stride=stride,
                        columns=columns, label=label, recording=recording, time=time, unit=unit,
                        layout=layout, scale=scale, bounds=bounds, whole=whole, missing=missing,
                        pad=pad, gap=gap, like=like, name=name)


def from_csv(path: str | PathLike[str], length: int | None = None, *, stride: int | None = None,
             columns: Any = None, label: Any = None, recording: Any = None, time: Any = None,
             unit: Unit = "", layout: str = "long", scale: Ways = "range",
             bounds: Bounds = None, whole: Whole = None, missing: str = "refuse",
             pad: bool = False, gap: float = 1.5, like: Sequences | None = None,
             **pandas_options: Any) -> Sequences:
    """Sequences from a CSV file with a header, in its own units.

    Rows may be in any order if `time` is given; else they are taken as evenly spaced, in the
    order in which they stand. A blank line between rows is a row without values; at the end
    such rows are dropped.

    Parameters
    ----------
    path : path
        The data are called after the file, without its ending.
    length : int, optional
        Rows per series. With `pad` by default those of the longest recording.
    stride : int, optional
        Rows from the start of one series to that of the next; by default `length`. With less,
        series overlap, and `split(by="random")` puts near copies into both parts.
    columns : list of names, optional
        What to learn; by default all but `label`, `recording` and `time`.
    label : name, optional
        The column with the series' label. Windows in which it changes are left out.
    recording : name, optional
        The column that says which recording (patient, machine, day) a row is from. Series
        never cross from one to the next, and `split` keeps recordings whole.
    time : name, optional
        The column with dates or numbers to sort by. A difference above `gap` times the median
        is a gap, which no series crosses.
    unit : str; list of str, one per feature; or dict from column to str
    layout : "long" or "wide"
        "wide": one row per series, one column per time step, one feature.
    scale : "range", "quantile", dict from column to one of them, or Scale
        How values get into [-1, 1]: by their range, or, for heavy tails, by their quantiles.
    bounds : "data", or dict from column to (minimum, maximum), optional
        What generated values never leave: the range of the data, or numbers, None for none.
    whole : bool, or list of names, optional
        Columns that are rounded to whole numbers; by default those without decimals.
    missing : "refuse", "interpolate" or "drop"
        What to do with values that are missing or infinite: raise an error, fill them along
        straight lines in their recording, or leave out the windows that hold them.
    pad : bool
        Recordings shorter than `length` go on with their last row, and a feature `present`
        (1 on, 0 over) is learned with them.
    gap : float
        How many median steps of `time` make a gap; 4 for working days.
    like : Sequences, optional
        Data whose scale, features, label names, unit and step to take, such as those trained
        on. `length`, `columns`, `label`, `recording`, `time`, `layout` and `pad`, if not
        given, are as they were for these.
    **pandas_options
        Of pandas.read_csv, such as sep, decimal, thousands, encoding, na_values. Without
        parse_dates, date_format and dayfirst say how `time` is written.

    Returns
    -------
    Sequences
        Recordings in order of appearance. `left_out` counts what was left out, by reason;
        `layout` remembers the table for `to_frame`.

    Raises
    ------
    ValueError, TypeError
        One line that says what is wrong in the file, where, and what would be right.

    Warns
    -----
    UserWarning
        What was left out; a column that most likely wants the scale "quantile".
    """
    file = csv_file.place_of(path)
    pandas_options, dates = csv_file.of_dates(pandas_options)
    frame = csv_file.read(file, pandas_options, columns is not None or like is not None)
    lines = not {"skiprows", "comment", "header", "names"} & set(pandas_options)
    try:
        return sequences_of(frame, lambda row: f"line {row + 2}" if lines else f"row {row + 1}",
                            length=length, stride=stride, columns=columns, label=label,
                            recording=recording, time=time, unit=unit, layout=layout, scale=scale,
                            bounds=bounds, whole=whole, missing=missing, pad=pad, gap=gap,
                            like=like, name=file.stem, dates=dates)
    except ValueError as error:
        raise ValueError(f"{file}: {error}") from None
