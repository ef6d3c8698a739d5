"""Windows in the rows of a table: where they lie, and which are left out for what reason."""

from dataclasses import dataclass

import numpy as np

REMEDIES = {
    "too short": "give a smaller length, or pad=True",
    "gap in time": "give a smaller length, a larger gap=, or no time=",
    "label changes": "give a smaller length, or another label",
    "missing values": "give missing='interpolate', or a smaller length",
}


@dataclass(frozen=True, eq=False)
class Windows:
    """N windows of T rows in a table sorted by recording and time.

    Attributes
    ----------
    rows : ndarray of int, shape (N, T)
        The row of each step; after the end of a shorter stretch its last row.
    goes_on : ndarray of bool, shape (N, T)
        False where a window is longer than its stretch of rows.
    starts : ndarray of float64, shape (N,)
        Rows from the beginning of the recording to that of the window.
    left_out : dict from str to int
    longest : int
        Rows of the longest stretch.
    """

    rows: np.ndarray
    goes_on: np.ndarray
    starts: np.ndarray
    left_out: dict[str, int]
    longest: int

    def without(self, bad: np.ndarray, reason: str) -> "Windows":
        """Those of the windows that are not bad (N,), with a count of the others."""
        left_out = dict(self.left_out)
        if bad.any():
            left_out[reason] = left_out.get(reason, 0) + int(bad.sum())
        return Windows(self.rows[~bad], self.goes_on[~bad], self.starts[~bad], left_out,
                       self.longest)


def cut(recordings: np.ndarray, gaps: np.ndarray, length: int | None, stride: int | None,
        pad: bool) -> Windows:
    """Windows that never cross from one recording to the next, nor a gap.

    Parameters
    ----------
    recordings : ndarray of int, shape (rows,)
        The recording of each row; the rows of one are together.
    gaps : ndarray of bool, shape (rows,)
        Where there is a gap before a row.
    length, stride : int, optional
        By default the longest stretch, and `length`.
    pad : bool
        Whether a stretch shorter than `length` makes a window.
    """
    new = np.diff(recordings, prepend=recordings[0] - 1) != 0
    first = np.flatnonzero(new | gaps)
    end = np.append(first[1:], len(recordings))
    sizes = end - first
    longest = int(sizes.max())
    length = longest if length is None else length
    stride = length if stride is None else stride
    many = np.where(sizes < length, int(pad), (sizes - length) // stride + 1)
    stretch = np.repeat(np.arange(len(first)), many)
    begin = first[stretch] + stride * (np.arange(len(stretch)) - np.repeat(many.cumsum() - many,
                                                                           many))
    steps = begin[:, None] + np.arange(length if len(begin) else 1)
    last = end[stretch, None] - 1
    recording_begin = np.maximum.accumulate(np.where(new, np.arange(len(new)), 0))
    short = (sizes < length) & (not pad)
    alone = new[first] & np.append(new, True)[end]  # the stretch is its whole recording
    unused = sizes > (many - 1) * stride + max(length, stride)
    left_out = {"too short": int((short & alone).sum()),
                "gap in time": int((short & ~alone).sum()),
                "rest of a recording": int((unused & (many > 0)).sum())}
    return Windows(np.minimum(steps, last), steps <= last,
                   (begin - recording_begin[begin]).astype(float),
                   {reason: count for reason, count in left_out.items() if count}, longest)


def nothing_left(windows: Windows, length: int | None) -> str:
    """Why there is no window, and what would help."""
    left_out = {reason: n for reason, n in windows.left_out.items() if reason in REMEDIES}
    if set(left_out) == {"too short"}:
        return (f"every recording is shorter than {length} rows: the longest has "
                f"{windows.longest}; {REMEDIES['too short']}")
    reason = max(left_out, key=lambda name: left_out[name])
    return (f"no window of {length} rows is left: {counted(left_out)}; the longest stretch has "
            f"{windows.longest} rows; {REMEDIES[reason]}")


def counted(left_out: dict[str, int]) -> str:
    """The reasons with their counts, in one line."""
    return ", ".join(f"{reason} ({count})" for reason, count in left_out.items())


def interpolated(numbers: np.ndarray, recordings: np.ndarray) -> np.ndarray:
    """Rows (rows, F) with gaps filled along straight lines inside each recording.

    Ends get the nearest value. A column without any value in a recording stays empty.
    """
    numbers = numbers.copy()
    first = np.flatnonzero(np.diff(recordings, prepend=recordings[0] - 1))
    empty = np.add.reduceat(np.isnan(numbers), first, axis=0, dtype=int)
    sizes = np.diff(np.append(first, len(numbers)))
    for i, column in np.argwhere((empty > 0) & (empty < sizes[:, None])):
        part = numbers[first[i]:first[i] + sizes[i], column]
        known = ~np.isnan(part)
        part[~known] = np.interp(np.flatnonzero(~known), np.flatnonzero(known), part[known])
    return numbers
