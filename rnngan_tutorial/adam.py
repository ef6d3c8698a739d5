"""Adam's settings for both players, and how they change over a run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from math import cos, pi
from typing import Any, Literal


@dataclass(frozen=True)
class Adam:
    """Adam's settings for both players (Kingma and Ba 2015, algorithm 1).

    Parameters
    ----------
    lr_generator, lr_discriminator : float
        Learning rates.
    betas : (float, float)
        Decay of the two moving averages.
    eps : float
        Added to the root of the second moment.
    discriminator_steps : int
        Moves of the discriminator for each move of the generator.
    schedule : {"constant", "linear", "cosine"}
        Whether the learning rates stay, or fall, to reach zero when the last step is done.
    warmup : int
        Steps over which the learning rates rise from zero.
    clip : float, optional
        Longest gradient of a player; a longer one is cut to it, in each seed by itself.
    betas_end : (float, float), optional
        Betas at the last step; they move there in a straight line.
    reason : str
        Why these settings, if there is evidence.
    """

    lr_generator: float = 3e-3
    lr_discriminator: float = 3e-3
    betas: tuple[float, float] = (0.0, 0.99)
    eps: float = 1e-8
    discriminator_steps: int = 1
    schedule: Literal["constant", "linear", "cosine"] = "constant"
    warmup: int = 0
    clip: float | None = None
    betas_end: tuple[float, float] | None = None
    reason: str = ""

    @property
    def moves(self) -> bool:
        """Whether the settings depend on how many steps the run has."""
        return self.schedule != "constant" or self.betas_end is not None

    def rate(self, step: int, steps: int) -> float:
        """Factor of the learning rates at a step of a run of `steps` steps."""
        done = step / steps
        falling = {"constant": 1.0, "linear": 1 - done, "cosine": (1 + cos(pi * done)) / 2}
        return falling[self.schedule] * min(1.0, (step + 1) / (self.warmup + 1))

    def betas_at(self, step: int, steps: int) -> tuple[float, float]:
        """The betas at a step of a run of `steps` steps."""
        (a, b), (c, d) = self.betas, self.betas if self.betas_end is None else self.betas_end
        part = step / max(1, steps - 1)
        return float(a + part * (c - a)), float(b + part * (d - b))


# For a loss that plays no game: nobody answers its moves, so Adam may remember, and step further.
ALONE = Adam(6e-3, 6e-3, (0.9, 0.999), reason="nearer to the data than the settings for games, in "
             "each of two seeds (benchmarks/recipe.py)")


def resolve(wanted: Iterable[Adam], given: Adam | Mapping[str, Any] | None = None) -> Adam:
    """The settings to train with: those of a loss, changed by those that were given.

    Parameters
    ----------
    wanted : Adams
        What the terms of a loss want; none at all for a loss that plays no game.
    given : Adam, or dict of some settings, optional
        An `Adam` replaces them all.

    Raises
    ------
    ValueError
        If a setting is unknown, or two terms disagree on one that is not given.
    TypeError
        If `given` is something else.
    """
    if isinstance(given, Adam):
        return given
    if given is not None and not isinstance(given, Mapping):
        raise TypeError(f"adam is {given!r}; it must be an rt.Adam, or a dict of the settings to "
                        f"change such as {{'betas': (0.9, 0.999)}}")
    changes = dict(given or {})
    names = [field.name for field in fields(Adam)]
    for name in changes:
        if name not in names:
            raise ValueError(f"adam has no setting {name!r}; choose from {', '.join(names)}")
    first, *others = list(wanted) or [ALONE]
    for other in others:
        for name in names:
            mine, theirs = getattr(first, name), getattr(other, name)
            if name not in ("reason", *changes) and mine != theirs:
                raise ValueError(f"the terms of this loss want {name} {mine} and {theirs}; say "
                                 f"which, such as adam={{{name!r}: {mine}}}")
    if set(changes) - {"reason"}:
        changes.setdefault("reason", "")
    return replace(first, **changes)
