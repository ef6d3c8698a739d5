"""The register of all exercises, and what their checks share."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

Check = Callable[[Any], str | None]
CHECKS: dict[str, Check] = {}


def exercise(name: str) -> Callable[[Check], Check]:
    """Register a function that returns None for a right answer, and otherwise a hint."""
    def register(function: Check) -> Check:
        CHECKS[name] = function
        return function
    return register


def hint(name: str, answer: Any) -> str | None:
    """What is wrong with `answer` to the exercise `name`; None if nothing is.

    Parameters
    ----------
    name : str
        As given in the chapter.
    answer
        A number or a function, as the exercise asks.

    Returns
    -------
    str or None

    Raises
    ------
    ValueError
        If there is no such exercise.
    """
    if name not in CHECKS:
        raise ValueError(f"there is no exercise {name!r}; choose from {', '.join(CHECKS)}")
    try:
        return CHECKS[name](answer)
    except Exception as error:
        return f"it stopped with {type(error).__name__}: {error}"


def check(name: str, answer: Any) -> None:
    """Print whether `answer` solves the exercise `name`.

    Parameters
    ----------
    name : str
        As given in the chapter.
    answer
        A number or a function, as the exercise asks.

    Raises
    ------
    ValueError
        If there is no such exercise.
    """
    slip = hint(name, answer)
    print("right" if slip is None else f"not yet: {slip}")


def first_hint(answer: Callable[..., Any], cases: Sequence[tuple[Any, ...]],
               known: Iterable[tuple[Callable[..., Any], str | None]], otherwise: str,
               tolerance: float = 1e-6) -> str | None:
    """The hint of the first formula in `known` that agrees with `answer` in every case.

    Parameters
    ----------
    answer : callable
        The reader's formula, which gives one number.
    cases : sequence of tuple
        What both are called with.
    known : iterable of (callable, str or None)
        Formulas with their hints; None for the right one, which stands first.
    otherwise : str
        The hint if none agrees.
    tolerance : float
        How far two numbers that agree may be apart.
    """
    given = [float(answer(*case)) for case in cases]
    for formula, slip in known:
        wanted = [float(formula(*case)) for case in cases]
        if np.allclose(given, wanted, atol=tolerance):
            return slip
    return otherwise
