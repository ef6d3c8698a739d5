"""What the columns of a table hold: numbers, dates, names; and what to do if they do not."""

import re
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

Place = Callable[[int], str]  # "row 7" or "line 8" of a row counted from 0

DAY_OR_MONTH = re.compile(r"\d{1,2}[./ -]\d{1,2}[./ -]\d")
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
    if re.fullmatch(r"[-+]?\d{1,3}(\.\d{3})+,\d+", text):
        return f"{holds}a number with points and a comma; read the file with decimal=',' and " \
               f"thousands='.'"
    if re.fullmatch(r"[-+]?\d*,\d+", text):
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
                         f"or drop such rows (a word such as None or NA counts as one when a file "
                         f"is read with keep_default_na=False)")
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


def times(column: pd.Series, name: Any, place: Place, dayfirst: bool = False,
          date_format: str | Mapping[Any, str] | None = None) -> pd.Series:
    """A column as dates or numbers that grow with time, each of them known.

    `dayfirst` and `date_format` are as for pandas.read_csv.
    """
    form = date_format.get(name) if isinstance(date_format, Mapping) else date_format
    numeric = pd.api.types.is_numeric_dtype(column.dtype) and form is None
    if not numeric and not pd.api.types.is_timedelta64_dtype(column.dtype):
        try:
            column = _dates(column, name, dayfirst, form)
        except (ValueError, TypeError, UserWarning) as error:
            raise ValueError(f"column {name!r} cannot be read as dates ({_line(error)}); convert "
                             f"it with pandas.to_datetime first, or read the file with "
                             f"date_format=") from None
    missing = column.isin([np.nan, np.inf, -np.inf, pd.NaT]).to_numpy()
    if missing.any():
        raise ValueError(f"{place(int(missing.argmax()))}: column {name!r} has no time; fill it, "
                         f"or drop such rows")
    if pd.api.types.is_timedelta64_dtype(column.dtype):
        column = column.dt.total_seconds()
    return column


def _dates(column: pd.Series, name: Any, dayfirst: bool, form: str | None) -> pd.Series:
    """A column as dates; a warning if its days could as well be months."""
    first = str(column.dropna().iloc[0]).strip() if column.notna().any() else ""
    if form is not None or not DAY_OR_MONTH.match(first):  # pandas would take 2024-03-01 apart too
        digits = pd.api.types.is_numeric_dtype(column.dtype)  # 20240301
        return _parsed(column.astype(str) if digits else column, format=form)
    found = []
    for day in (dayfirst,) if dayfirst else (False, True):
        try:
            found.append(_parsed(column, dayfirst=day))
        except (ValueError, TypeError, UserWarning):
            if day and not found:  # neither way will do
                raise
    if len(found) > 1 and not found[0].equals(found[1]):
        warnings.warn(f"column {name!r} holds dates such as {first!r}, whose month is taken to "
                      f"come first; if the day does, give dayfirst=True, or convert it with "
                      f"pandas.to_datetime first", stacklevel=6)
    return found[0]


def _parsed(column: pd.Series, **how: Any) -> pd.Series:
    """What pandas reads, all rows in one way, in UTC if their offsets differ."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # the day comes first
        warnings.filterwarnings("error", "Could not infer format")  # each row another way
        try:
            return pd.to_datetime(column, **how)
        except ValueError as error:
            if "timezones" not in str(error):
                raise
            return pd.to_datetime(column, utc=True, **how)


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
