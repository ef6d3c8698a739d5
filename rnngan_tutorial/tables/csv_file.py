"""A CSV file as a table of pandas, with nothing in it mended or lost in silence."""

import re
import warnings
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

# The options of pandas.read_csv that matter to how the header is found.
FORM = ("sep", "delimiter", "encoding", "encoding_errors", "compression", "quotechar", "quoting",
        "escapechar", "doublequote", "skiprows", "comment", "engine", "skipinitialspace", "dialect")

DATES = ("dayfirst", "date_format")


def place_of(path: str | PathLike[str]) -> Path:
    """The path of a file that is there, its ~ resolved."""
    if re.match(r"\w\w+://", str(path)):
        raise ValueError(f"{path} is an address; download the file and give its path")
    try:
        file = Path(path).expanduser()
    except TypeError:
        raise TypeError(f"path is a {type(path).__name__}; it must be the path of a CSV file (for "
                        f"anything else there is rt.from_frame(pandas.read_csv(...)))") from None
    if not file.is_file():
        raise ValueError(f"{file} is not a file; give the path of a CSV file")
    return file


def read(path: Path, options: dict[str, Any], columns_given: bool) -> pd.DataFrame:
    """The table of a CSV file with a header.

    Parameters
    ----------
    path : Path
    options : dict
        Of pandas.read_csv. Blank lines are kept as rows without values, but for those at
        the end.
    columns_given : bool
        Whether the reader says which columns to read; else each must have a name.

    Raises
    ------
    ValueError
        If pandas cannot read the file, or its header names no columns.
    """
    if {"chunksize", "iterator"} & set(options):
        raise ValueError("chunksize and iterator are not for from_csv; leave them out")
    look = "header" not in options and "names" not in options
    form = {name: options[name] for name in FORM if name in options}
    if look:
        first = _parsed(path, header=None, nrows=1, dtype=str, keep_default_na=False, **form)
        header = [str(name).strip() for name in first.iloc[0]]
        _check_header(path, header, columns_given)
    frame = _parsed(path, **{"skip_blank_lines": False, "index_col": False, **options})
    if look and all(isinstance(name, str) for name in frame.columns):
        frame.columns = [name.strip() for name in frame.columns]
    filled = np.flatnonzero(frame.notna().to_numpy().any(1))
    return frame.iloc[:filled[-1] + 1 if len(filled) else 0]


def of_dates(options: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The options of pandas.read_csv, and apart from them those that say how dates are written.

    pandas heeds the latter only in columns that parse_dates names; with it, all are left to
    pandas.
    """
    if options.get("parse_dates"):
        return options, {}
    dates = {name: value for name, value in options.items() if name in DATES}
    return {name: value for name, value in options.items() if name not in DATES}, dates


def _check_header(path: Path, header: list[str], columns_given: bool) -> None:
    if header[0].startswith("#"):
        raise ValueError(f"{path} starts with {header[0]!r}; if that is a comment, give "
                         f"comment='#'")
    if len(header) == 1 and re.search(r"[;\t|]", header[0]):
        sep = re.findall(r"[;\t|]", header[0])[0]
        raise ValueError(f"{path} has one column, named {header[0]!r}; give sep={sep!r}")
    if all(re.fullmatch(r"[-+.\deE]*\d[-+.\deE]*", name) for name in header):
        raise ValueError(f"{path} starts with numbers; its first row must name the columns, or "
                         f"give names=[...]")
    twice = {name for name in header if name and header.count(name) > 1}
    if twice:
        raise ValueError(f"{path}: column {min(twice)!r} stands twice in the header; rename one")
    if "" in header and not columns_given:
        raise ValueError(f"{path}: column {header.index('') + 1} has no name; name it in the "
                         f"header, say with columns= what to read, or give index_col=0")


def _parsed(path: Path, **options: Any) -> pd.DataFrame:
    """What pandas reads, with its errors in one line."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", pd.errors.DtypeWarning)
            warnings.filterwarnings("error", message="Length of header or names")
            return pd.read_csv(path, **options)
    except pd.errors.ParserWarning:
        raise ValueError(f"{path}: rows have more cells than the header has names; give the sep= "
                         f"and decimal= of the file, or comment='#' if it starts with a comment"
                         ) from None
    except pd.errors.EmptyDataError:
        raise ValueError(f"{path} is empty or its first line is; it must hold a header and one row "
                         f"per time step") from None
    except UnicodeError as error:
        raise ValueError(f"{path} is not in UTF-8 ({error}); give encoding=, such as 'latin-1' or "
                         f"'utf-16'") from None
    except TypeError as error:
        raise ValueError(f"{' '.join(str(error).split())}; the other options are those of "
                         f"pandas.read_csv") from None
    except (pd.errors.ParserError, ValueError, OSError) as error:
        raise ValueError(f"{path} cannot be read: {' '.join(str(error).split())[:200]}; see "
                         f"pandas.read_csv for sep=, quotechar= and the like") from None
