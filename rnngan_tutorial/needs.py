"""What a loss asks for besides two players and their logits."""

from __future__ import annotations

from dataclasses import dataclass, fields

from .options import whole

MOST = 10_000  # kernels, or channels of a code; more is a slip


@dataclass(frozen=True)
class Needs:
    """What a loss asks `train` for besides a generator, a discriminator and their logits.

    Parameters
    ----------
    labels : bool
        Both players are told the label.
    encoder : bool
        A posterior over the per-series noise.
    kernels : int
        Kernels of minibatch discrimination.
    categories, continuous : int
        Channels of the generator's code.
    slopes : bool
        The slope of the score at the real or the generated series.
    jitter : bool
        Standard normal numbers of the shape of the series.
    sigma : bool
        A learnt observation noise, one number per feature.
    features, states : bool
        The discriminator's features of a series, or its state at each time step.

    Raises
    ------
    TypeError, ValueError
        If a number is not whole, or not from 0 to 10,000.
    """

    labels: bool = False
    encoder: bool = False
    kernels: int = 0
    categories: int = 0
    continuous: int = 0
    slopes: bool = False
    jitter: bool = False
    sigma: bool = False
    features: bool = False
    states: bool = False

    def __post_init__(self) -> None:
        for name in ("kernels", "categories", "continuous"):
            whole(name, getattr(self, name), 0, MOST)

    def __or__(self, other: Needs) -> Needs:
        """What either asks for."""
        names = [field.name for field in fields(self)]
        return Needs(**{name: max(getattr(self, name), getattr(other, name)) for name in names})
