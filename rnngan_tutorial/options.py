"""Checks of single values: nothing if one will do, otherwise one line that says what would."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from math import inf
from numbers import Real
from typing import Any

from numpy import floating, integer
from torch import Tensor, isfinite

LARGEST = sys.float_info.max


def check_whole(name: str, value: Any, least: int, most: float = inf) -> None:
    """Raise a one-line error unless `value` is a whole number in `least` to `most`."""
    if (isinstance(value, bool) or not isinstance(value, (int, integer))
            or not least <= value <= most):
        wanted = f"{least} or more" if most == inf else f"{least} to {most}"
        raise ValueError(f"{name} is {value!r}; it must be a whole number, {wanted}")


def check_number(name: str, value: Any, low: float, high: float, wanted: str) -> None:
    """Raise a one-line error unless `value` is a number with low <= value < high."""
    if isinstance(value, bool) or not isinstance(value, Real) or not low <= float(value) < high:
        raise ValueError(f"{name} is {value!r}; it must be {wanted}")


def positive(name: str, value: Any, most: float = LARGEST, word: str | None = None,
             tensor: bool = False) -> Any:
    """A finite number above 0, and at most `most`; where said, a word, or one number per seed.

    The latter are a tensor (S, 1).
    """
    wanted = "a finite number above 0" + (f" and at most {most:g}" if most < LARGEST else "")
    others = [repr(word)] * bool(word) + ["a tensor (S, 1) of such, one per seed"] * tensor
    problem = f"{name} is {one_line(value)}; it must be {' or '.join([wanted, *others])}"
    if isinstance(value, str) and value == word:
        return value
    if isinstance(value, integer | floating):
        value = value.item()
    if tensor and isinstance(value, Tensor):
        fits = (bool((isfinite(value) & (value > 0)).all())
                and (value.dim() == 0 or value.dim() == 2 and value.shape[1] == 1))
    elif isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(problem)
    else:
        fits = 0 < value <= most
    if not fits:
        raise ValueError(problem)
    return value


def whole(name: str, value: Any, least: int, most: int) -> int:
    """A whole number from `least` to `most`."""
    problem = f"{name} is {one_line(value)}; it must be a whole number from {least} to {most}"
    if isinstance(value, bool) or not isinstance(value, int | integer):
        raise TypeError(problem)
    if not least <= value <= most:
        raise ValueError(problem)
    return int(value)


def choice(name: str, value: Any, choices: Sequence[Any]) -> Any:
    """One of a few words, or of True and False."""
    if not any(type(value) is type(c) and value == c for c in choices):
        raise ValueError(f"{name} is {one_line(value)}; it must be "
                         f"{' or '.join(map(repr, choices))}")
    return value


def one_line(value: Any) -> str:
    """The repr without line breaks, which those of tensors have."""
    return " ".join(repr(value).split())
