"""Claims: sentences of the book that carry an id and a test.

``book/claims.yml`` lists them; a cell of a chapter proves each one. The tests of the book
hold the two together.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike

_collected: list[dict[str, Any]] | None = None


class ClaimFailed(AssertionError):
    """What the experiment showed contradicts a claim of the book."""


def claim(id: str, holds: ArrayLike | None = None, evidence: str = "", *,
          value: float | None = None, above: float | None = None, below: float | None = None,
          within: tuple[float, float] | None = None,
          alarm: float | tuple[float, float] | None = None,
          null: Mapping[str, float] | None = None) -> None:
    """Print one line if the claim holds, or raise.

    An *exact* claim is the same on every machine and for every seed: say whether it holds. The
    outcome of a *trained* claim depends on training or on a drawn sample: give the number that
    decides, the bound that the sentence sets, and the same number where the sentence is false.

    Parameters
    ----------
    id : str
        As in ``book/claims.yml``.
    holds : bool or array of bool
        The outcome of an exact claim. An array, say one entry per case, must hold throughout.
    evidence : str
        The numbers that decided it, on one line.
    value : float
        The statistic of a trained claim.
    above, below : float; within : (float, float)
        One of them: the claim holds if the value lies on this side of the bound, or between.
    alarm : float or (float, float), optional
        Raise only beyond this, which must be no nearer than the bound. By default the bound. It
        is wider where the claim holds at a rate, and not in every training.
    null : dict of float, optional
        Name -> the statistic of something of which the claim is false, such as an untrained
        network or the rival loss. A null that passes is named in the line.

    Raises
    ------
    ClaimFailed
        If it does not hold; for a trained claim, if its value lies beyond the alarm.
    TypeError
        If `holds` is not a truth value, for a number would pass by accident; or if `value` comes
        without exactly one bound.
    ValueError
        If the alarm is nearer than the bound.
    """
    if value is None:
        verdicts = np.asarray(holds)
        if verdicts.dtype != bool or not verdicts.size:
            raise TypeError(f"claim {id!r}: holds is {holds!r}; it must be true or false")
        held = sound = bool(verdicts.all())
        line = evidence
    else:
        low, high = _bounds(id, holds, above, below, within)
        first, last = _alarm(id, (low, high), within is not None, alarm)
        value, nulls = float(value), {name: float(x) for name, x in (null or {}).items()}
        held, sound = low < value < high, first < value < last
        passing = [name for name, x in nulls.items() if low < x < high]
        bound = (f"between {low:g} and {high:g}" if within is not None else
                 f"above {low:g}" if above is not None else f"below {high:g}")
        shown = ", ".join(f"{name} {x:.3g}{' (passes)' * (name in passing)}"
                          for name, x in nulls.items())
        line = "; ".join(part for part in (f"{value:.3g}, wanted {bound}", evidence,
                                           shown and f"null: {shown}") if part)
        outcome = {"claim": id, "held": held, "value": value, "bound": [low, high],
                   "alarm": [first, last], "null": nulls, "evidence": evidence}
        if _collected is not None:
            _collected.append(outcome)
            return
        _note(outcome)
    if not sound:
        raise ClaimFailed(f"claim {id!r} does not hold: {line}")
    print(f"claim {id} {'holds' if held else 'does not hold in this run'}: {line}")


def _note(outcome: dict[str, Any]) -> None:
    """Add an outcome to the file that RNNGAN_OUTCOMES names: whole notebooks are validated so."""
    if path := os.environ.get("RNNGAN_OUTCOMES"):
        with open(path, "a") as file:
            print(json.dumps({**outcome, "torch": torch.__version__, "capability":
                              torch.backends.cpu.get_cpu_capability()}), file=file)


def _bounds(id: str, holds: Any, above: float | None, below: float | None,
            within: tuple[float, float] | None) -> tuple[float, float]:
    if (above, below, within).count(None) != 2 or holds is not None:
        raise TypeError(f"claim {id!r}: a value needs one of above, below and within, and no holds")
    if within is not None:
        return float(within[0]), float(within[1])
    return (float(above), np.inf) if above is not None else (-np.inf, float(below))  # type: ignore


def _alarm(id: str, bounds: tuple[float, float], both: bool,
           alarm: Any) -> tuple[float, float]:
    if alarm is None:
        return bounds
    low, high = bounds
    first, last = alarm if both else (alarm, high) if high == np.inf else (low, alarm)
    if first > low or last < high:
        raise ValueError(f"claim {id!r}: the alarm {alarm} is nearer than the bound")
    return float(first), float(last)


@contextmanager
def collecting() -> Iterator[list[dict[str, Any]]]:
    """Within it, trained claims add their outcome to the list instead of printing or raising."""
    global _collected
    _collected = []
    try:
        yield _collected
    finally:
        _collected = None


def glue(name: str, value: object) -> None:
    """Let the prose of a chapter refer to `value` by `name`.

    Does nothing where MyST-NB is not installed: the numbers then stay in their cells. And
    nothing while claims are collected.
    """
    if _collected is not None:
        return
    try:
        from myst_nb import glue as keep
    except ImportError:
        return
    keep(name, value, display=False)
