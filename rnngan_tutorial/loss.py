"""What a loss is: what each player minimises, and how losses add and scale."""

from __future__ import annotations

from inspect import signature
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from .adam import Adam, resolve
from .identity import identity_of
from .needs import Needs
from .options import one_line, positive

if TYPE_CHECKING:
    from .round import Round

PLAYERS = ("discriminator", "generator")


def mean(x: Tensor) -> Tensor:
    """Mean over everything but the seeds: (S, ...) -> (S,)."""
    return x.flatten(1).mean(1)


class Loss:
    """What each player minimises. Subclasses override either method, or both.

    Attributes
    ----------
    needs : Needs
        What it asks for besides a generator, a discriminator and their logits.
    adam : Adam or None
        The settings that its game wants; None where it plays no game, such as a penalty.
    trains : tuple of str
        The players that learn from it, of "discriminator" and "generator".
    """

    needs: Needs = Needs()
    adam: Adam | None = Adam()
    trains: tuple[str, ...] = PLAYERS

    def discriminator(self, round: Round) -> Tensor:
        """The discriminator's loss, shape (S,)."""
        return torch.zeros_like(round.x[:, 0, 0, 0])

    def generator(self, round: Round) -> Tensor:
        """The generator's loss, shape (S,)."""
        return torch.zeros_like(round.x[:, 0, 0, 0])

    def after(self, players: nn.ModuleDict) -> None:
        """Called after each move of the discriminator."""

    @property
    def terms(self) -> tuple[Loss, ...]:
        """What it is a sum of: itself."""
        return (self,)

    @property
    def adams(self) -> list[Adam]:
        """The different settings that its terms want; empty if none plays a game."""
        return [] if self.adam is None else [self.adam]

    def describe(self) -> str:
        """The first line of its docstring, or its repr where it has none."""
        return (type(self).__doc__ or repr(self)).strip().splitlines()[0]

    def fingerprint(self) -> str:
        """A hash of its code and its values, the same in every process."""
        return identity_of(self, known=(Loss, Sum, Scaled, Adam, Needs))

    def __add__(self, other: Loss) -> Sum:
        return Sum(self, other) if isinstance(other, Loss) else NotImplemented

    def __radd__(self, other: Any) -> Loss:
        # The sum() of a list begins with 0.
        return self if isinstance(other, int) and other == 0 else NotImplemented

    def __mul__(self, factor: float) -> Scaled:
        return Scaled(self, factor)

    __rmul__ = __mul__

    def __truediv__(self, divisor: float) -> Scaled:
        return Scaled(self, 1 / positive("the number a loss is divided by", divisor))

    def __repr__(self) -> str:
        options = [name for name in signature(type(self)).parameters if hasattr(self, name)]
        inside = ", ".join(f"{name}={one_line(getattr(self, name))}" for name in options)
        return f"{type(self).__name__}({inside})"


class Sum(Loss):
    """Several losses at once. A subclass that has a name may have an `adam` of its own."""

    terms: tuple[Loss, ...] = ()

    def __init__(self, *terms: Loss) -> None:
        self.terms = terms
        self.needs = Needs()
        for term in terms:
            self.needs |= term.needs
        self.trains = tuple(who for who in PLAYERS if any(who in term.trains for term in terms))

    @property
    def adams(self) -> list[Adam]:
        """The different settings that its terms want; empty if none plays a game."""
        own, found = type(self).adam, []
        for adam in [own] if isinstance(own, Adam) else sum((t.adams for t in self.terms), []):
            if adam not in found:
                found.append(adam)
        return found

    @property
    def adam(self) -> Adam | None:  # type: ignore[override]
        """The settings that all terms agree on; a ValueError names one where they do not."""
        return resolve(self.adams) if self.adams else None

    def discriminator(self, round: Round) -> Tensor:
        """The sum of the losses of the terms that train the discriminator, shape (S,)."""
        parts = [t.discriminator(round) for t in self.terms if "discriminator" in t.trains]
        return sum(parts) if parts else super().discriminator(round)  # type: ignore[return-value]

    def generator(self, round: Round) -> Tensor:
        """The sum of the losses of the terms that train the generator, shape (S,)."""
        parts = [t.generator(round) for t in self.terms if "generator" in t.trains]
        return sum(parts) if parts else super().generator(round)  # type: ignore[return-value]

    def after(self, players: nn.ModuleDict) -> None:
        """Called after each move of the discriminator."""
        for term in self.terms:
            term.after(players)

    def describe(self) -> str:
        """The first line of its docstring if it has a name, otherwise its repr."""
        return repr(self) if type(self) in (Sum, Scaled) else super().describe()

    def __repr__(self) -> str:
        return " + ".join(map(repr, self.terms)) if type(self) is Sum else super().__repr__()


class Scaled(Sum):
    """A loss times a number above 0. A factor below it would turn the game round."""

    def __init__(self, term: Loss, factor: float) -> None:
        super().__init__(term)
        self.term, self.factor = term, positive("the factor of a loss", factor)

    def discriminator(self, round: Round) -> Tensor:
        """The term's loss times the factor, shape (S,)."""
        return self.factor * self.term.discriminator(round)

    def generator(self, round: Round) -> Tensor:
        """The term's loss times the factor, shape (S,)."""
        return self.factor * self.term.generator(round)

    def __repr__(self) -> str:
        return f"{self.factor} * ({self.term!r})"
