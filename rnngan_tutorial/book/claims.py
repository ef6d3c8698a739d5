"""Claims: sentences of the book that carry an id and a test.

``book/claims.yml`` lists them; a cell of a chapter proves each one. The tests of the book
hold the two together.
"""

import numpy as np
from numpy.typing import ArrayLike


class ClaimFailed(AssertionError):
    """What the experiment showed contradicts a claim of the book."""


def claim(id: str, holds: ArrayLike, evidence: str) -> None:
    """Print one line if the claim holds, or raise.

    Parameters
    ----------
    id : str
        As in ``book/claims.yml``.
    holds : bool or array of bool
        The outcome of the test. An array, say one entry per seed, must hold throughout.
    evidence : str
        The numbers that decided it, on one line.

    Raises
    ------
    ClaimFailed
        If `holds` is not true.
    TypeError
        If `holds` is not a truth value: a number would pass by accident.
    """
    verdicts = np.asarray(holds)
    if verdicts.dtype != bool or not verdicts.size:
        raise TypeError(f"claim {id!r}: holds is {holds!r}; it must be true or false")
    if not verdicts.all():
        raise ClaimFailed(f"claim {id!r} does not hold: {evidence}")
    print(f"claim {id} holds: {evidence}")


def glue(name: str, value: object) -> None:
    """Let the prose of a chapter refer to `value` by `name`.

    Does nothing where MyST-NB is not installed: the numbers then stay in their cells.
    """
    try:
        from myst_nb import glue as keep
    except ImportError:
        return
    keep(name, value, display=False)
