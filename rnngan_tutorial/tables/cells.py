"""What the columns of a table hold: numbers, dates, names; and what to do if they do not."""

import re
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

Place = Callable[[int], str]  # "row 7" or "line 8" of a row counted from 0

NUMBERS = ("integer", "floating", "mixed-integer-float", "decimal", "boolean")


def numbers(frame: pd.DataFrame, columns: list[Any], place: Place) -> np.ndarray:
    """Columns as float64 (rows, columns), nan where a value is missing or infinite."""
    found = []
    for name in columns:
        column = frame[name]
        kind = column.dtype
        numeric = pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_complex_dtype(kind)
        if not numeric and pd.api.types.infer_dtype(column, skipna=True) not in (*NUMBERS, "empty"):
            raise ValueError(_no_numbers(name, column, place))
        found.append(column.to_numpy(float, na_value=np.nan) if numeric
                     else pd.to_numeric(column).to_numpy(float, na_value=np.nan))
    made = np.stack(found, 1)
    return np.where(np.isfinite(made), made, np.nan)


def _no_numbers(name: Any, column: pd.Series, place: Place) -> str:
    """What a column without numbers seems to be, and what to do with it."""
    elsewhere = "say with columns= what to read"
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return f"column {name!r} holds dates; give time={name!r}, or {elsewhere}"
    wrong = (pd.to_numeric(column, errors="coerce").isna() & column.notna()).to_numpy()
    if not wrong.any():
        return (f"column {name!r} is {column.dtype}, not numbers; convert it with "
                f"pandas.to_numeric, or {elsewhere}")
    row = int(wrong.argmax())
    text = str(column.iloc[row]).strip()
    holds = f"{place(row)}: column {name!r} holds {text!r}, "
    if re.fullmatch(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?", text):
        return f"{holds}a number with commas; read the file with thousands=',' or decimal=','"
    if re.fullmatch(r"[-+]?[\d.]*,\d+", text):
        return f"{holds}a number with a decimal comma; read the file with decimal=','"
    if re.search(r"\d\D+\d", text) and _is_date(text):
        return f"{holds}a date; give time={name!r}, or {elsewhere}"
    if wrong.mean() < 0.5:
        return f"{holds}not a number; mend it, or read the file with na_values=[{text!r}]"
    return f"{holds}text; give label={name!r} or recording={name!r}, or {elsewhere}"


def _is_date(text: str) -> bool:
    return not pd.isna(pd.to_datetime(pd.Series([text]), errors="coerce", format="mixed").iloc[0])


def marks(values: Any, what: str, place: Place | None = None) -> tuple[np.ndarray, list[str]]:
    """A code for each value, from 0 in order of appearance and -1 if missing, and their names.

    With `place`, a missing value is an error.
    """
    codes, kinds = pd.factorize(pd.Series(values), use_na_sentinel=True)
    texts = [str(int(kind)) if isinstance(kind, float) and kind.is_integer() else str(kind).strip()
             for kind in kinds]
    names = list(dict.fromkeys(filter(None, texts)))
    at = {name: code for code, name in enumerate(names)}
    codes = np.array([*(at.get(text, -1) for text in texts), -1])[codes]
    if place is not None and (codes < 0).any():
        raise ValueError(f"{place(int((codes < 0).argmax()))}: column {what!r} is empty; fill it, "
                         f"or drop such rows")
    return codes, names


def in_order(codes: np.ndarray, names: list[str]) -> tuple[np.ndarray, tuple[str, ...]]:
    """Codes (N,) and the names in use, sorted as a reader sorts them: 1, 2, 10; a2, a10."""
    used = sorted((names[code] for code in np.unique(codes)), key=_natural)
    at = {name: place for place, name in enumerate(used)}
    table = np.array([at.get(name, -1) for name in names])
    return table[codes], tuple(used)


def _natural(name: str) -> tuple[Any, ...]:
    try:
        return 0, float(name), name
    except ValueError:
        return 1, [(int(part) if part.isdecimal() else 0, part)
                   for part in re.split(r"(\d+)", name.casefold())], name


def times(column: pd.Series, name: Any, place: Place) -> pd.Series:
    """A column as dates or numbers that grow with time, each of them known."""
    numeric = pd.api.types.is_numeric_dtype(column.dtype)
    if not numeric and not pd.api.types.is_timedelta64_dtype(column.dtype):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # the day comes first
                warnings.filterwarnings("error", "Could not infer format")  # each row another way
                column = pd.to_datetime(column)
        except (ValueError, TypeError, UserWarning) as error:
            raise ValueError(f"column {name!r} cannot be read as dates ({_line(error)}); convert "
                             f"it with pandas.to_datetime first, or read the file with "
                             f"parse_dates=[{name!r}] and date_format=") from None
    missing = column.isin([np.nan, np.inf, -np.inf, pd.NaT]).to_numpy()
    if missing.any():
        raise ValueError(f"{place(int(missing.argmax()))}: column {name!r} has no time; fill it, "
                         f"or drop such rows")
    if pd.api.types.is_timedelta64_dtype(column.dtype):
        column = column.dt.total_seconds()
    return column


def since_first(column: pd.Series) -> np.ndarray:
    """Times as float64: seconds since the first date, or numbers as they are."""
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return (column - column.min()).dt.total_seconds().to_numpy(float)
    return column.to_numpy(float)


def length_of(seconds: float) -> tuple[float, str]:
    """Seconds in the largest unit of time of which they are a whole number."""
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds % size == 0:
            return seconds / size, unit
    return seconds, "s"


def _line(error: Exception) -> str:
    """An error's message in one short line."""
    return " ".join(str(error).split())[:120]
