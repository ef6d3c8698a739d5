"""Checks of a reader's answers, with a hint that names the likely slip.

``check(name, answer)`` prints a verdict. What it prints never gives the answer away. The
exercises of each chapter stand in a module of its name.
"""

CHECKS = {}


def exercise(name):
    """Register a function that returns None for a right answer, and otherwise a hint."""
    def register(function):
        CHECKS[name] = function
        return function
    return register


def hint(name, answer):
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


def check(name, answer):
    """Print whether `answer` solves the exercise `name`; see `hint`."""
    slip = hint(name, answer)
    print("right" if slip is None else f"not yet: {slip}")


# At the end, since these modules register their exercises with what stands above.
from . import (  # noqa: E402
    adam,
    bce,
    cgan,
    gan,
    improved_gan,
    infogan,
    kl,
    mae,
    measuring,
    mse,
    recurrent_game,
    sequences,
    vae,
    wgan,
)
