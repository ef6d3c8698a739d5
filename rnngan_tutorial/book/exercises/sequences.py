"""Exercises of the chapter Sequences."""

from .register import exercise


@exercise("to-units")
def scaled_to_millivolts(answer: float) -> str | None:
    given, low, high = float(answer), -1.27, 2.28
    if abs(given - (low + 1.45 / 2 * (high - low))) < 0.005:
        return None
    if abs(given - 1.45 / 2 * (high - low)) < 0.005:
        return "the range is right, but it starts at the low end, not at zero"
    if abs(given - (low + 0.45 * (high - low))) < 0.005:
        return "this takes the scaled range for [0, 1]; it is [-1, 1]"
    return "where in the range from -1 to 1 does 0.45 lie, as a share of its length?"


@exercise("windows")
def windows_and_their_overlaps(answer: tuple[int, int]) -> str | None:
    count, overlapping = (int(number) for number in answer)
    if count != 80:
        if count == 79:
            return "the first window takes no stride; count it too"
        return "windows begin at 0, 12, 24 and so on, as long as 48 rows are left"
    if overlapping == 6:
        return None
    if overlapping == 3:
        return "that is one side; windows before it overlap as well"
    if overlapping == 8:
        return "a window that begins 48 rows later begins where the other has ended"
    return "which windows begin less than 48 rows before or after it?"
