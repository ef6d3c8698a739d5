"""Reading files: those that come with the package, and a reader's own CSV in windows."""

import csv
import hashlib
import warnings
from itertools import pairwise
from pathlib import Path

import numpy as np

SHA256 = {
    "heartbeats.npz": "6f5df9daadb28ebc274016b3e2ccd41d6b1d02873e7c88cfae2b89d7fe212ed2",
    "digits.npz": "323adff733bda1273c2a0f0d5a2c573d62029b3f2254f0b6f2345e4e665380d6",
}


def stored(name):
    """Arrays of a data file that comes with the package, checked against its SHA-256."""
    here = Path(__file__).parent
    places = (here / "_data" / name, here.parent / "data" / name)
    path = next(filter(Path.exists, places), None)
    if path is None:
        raise FileNotFoundError(f"{name} is missing beside the package; install it again")
    if hashlib.sha256(path.read_bytes()).hexdigest() != SHA256[name]:
        raise ValueError(f"{path} is damaged: its SHA-256 is not the published one; install "
                         f"the package again")
    with np.load(path, allow_pickle=False) as file:
        return dict(file)


def windows(path, length, stride, columns, label, series):
    """Windows of a CSV file, in its own units, as the arguments of `Sequences`.

    `rnngan_tutorial.from_csv` says what the arguments are, and scales the values.
    """
    for name, value in (("length", length), ("stride", stride)):
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
            raise ValueError(f"{name} is {value!r}; it must be a whole number, 1 or more")
    columns, numbers, marks, recordings = read_columns(path, columns, label, series)
    rows = len(numbers)
    edges = [0, *(i for i in range(1, rows) if recordings[i] != recordings[i - 1]), rows]
    every = [i for first, last in pairwise(edges)
             for i in range(first, last - length + 1, stride)]
    starts = [i for i in every if len(set(marks[i:i + length])) == 1]
    if not starts:
        raise ValueError(f"{path} has {rows} rows and no window of {length} steps with "
                         f"one recording and one label; use a smaller length")
    values = np.stack([numbers[i:i + length] for i in starts])
    flat = [c for c, span in zip(columns, np.ptp(values, axis=(0, 1)), strict=True) if span == 0]
    if flat:
        raise ValueError(f"{path}: column {flat[0]!r} is constant; leave it out of columns")
    if len(starts) < len(every):
        warnings.warn(f"{path}: {len(every) - len(starts)} of {len(every)} windows hold more "
                      f"than one {label!r} and are left out", stacklevel=3)
    names = tuple(sorted({marks[i] for i in starts})) if label else ()
    labels = np.array([names.index(marks[i]) for i in starts]) if label else None
    return {"values": values, "labels": labels, "label_names": names,
            "feature_names": tuple(columns)}


def read_columns(path, columns, label, series):
    """Names, numbers (rows, F), labels and recordings of a CSV file; blank lines are skipped."""
    if not path.is_file():
        raise ValueError(f"{path} is not a file; give the path of a CSV file")
    with open(path, newline="", encoding="utf-8-sig") as file:
        try:
            reader = csv.reader(file)
            rows = [(reader.line_num, row) for row in reader if row]
        except (UnicodeDecodeError, csv.Error) as error:
            raise ValueError(f"{path} is not a CSV file in UTF-8: {error}") from None
    if not rows:
        raise ValueError(f"{path} is empty; it must hold a header and one row per time step")
    header = [name.strip() for name in rows[0][1]]
    if all(map(is_number, header)):
        raise ValueError(f"{path} starts with numbers; its first row must name the columns")
    twice = {name for name in header if name and header.count(name) > 1}
    if twice:
        raise ValueError(f"{path}: column {min(twice)!r} stands twice in the header; rename one")
    columns = [columns] if isinstance(columns, str) else columns
    if not columns and "" in header:
        raise ValueError(f"{path}: column {header.index('') + 1} has no name; name it in the "
                         f"header, or say which columns to read")
    columns = columns or [name for name in header if name not in (label, series)]
    groups = list(filter(None, (label, series)))
    for name in (*columns, *groups):
        if name not in header:
            raise ValueError(f"{path} has no column {name!r}; it has {', '.join(header)}")
    for line, row in rows[1:]:
        if len(row) != len(header):
            raise ValueError(f"{path}, line {line}: {len(row)} cells, but the header has "
                             f"{len(header)}; give every row one cell per column")
        for name in columns:
            cell = row[header.index(name)]
            if not is_number(cell):
                raise ValueError(f"{path}, line {line}: column {name!r} holds {cell!r}, not a "
                                 f"finite number; fill or drop such rows")
        for name in groups:
            if not row[header.index(name)].strip():
                raise ValueError(f"{path}, line {line}: column {name!r} is empty; fill or drop "
                                 f"such rows")
    places = [header.index(name) for name in columns]
    numbers = np.array([[float(row[place]) for place in places] for _, row in rows[1:]])
    marks, recordings = ([row[header.index(name)].strip() if name else "" for _, row in rows[1:]]
                         for name in (label, series))
    return columns, numbers.reshape(-1, len(places)), marks, recordings


def is_number(cell):
    """Whether a cell's text is a finite number."""
    try:
        return bool(np.isfinite(float(cell)))
    except ValueError:
        return False
