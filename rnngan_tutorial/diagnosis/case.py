"""A run and what a diagnosis is read from: real and generated series, logits, losses."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from ..data import Sequences
from ..round import Round, per_series

if TYPE_CHECKING:
    from ..run import Run

MOST = 256  # series of each kind
FEWEST = 60  # steps of a loss from which its usual size can be told


class Unknown(Exception):
    """Why something cannot be read from this run."""


class Case:
    """A run and what its signs are read from, each part computed when first asked for.

    Whatever cannot be had raises `Unknown`, which says why.

    Parameters
    ----------
    run : Run
    test : Sequences, optional
        Real series that it was not trained on.
    """

    def __init__(self, run: Run, test: Sequences | None = None) -> None:
        self.run, self.test = run, test

    @cached_property
    def real(self) -> Sequences:
        """Real series in random order, those of training if they are at hand."""
        data = self.run.data if len(self.run.data) else self.test
        if data is None:
            raise Unknown("the run has no real series; give test=")
        return data.subset(np.random.default_rng(0).permutation(len(data))[:MOST])

    @cached_property
    def made(self) -> np.ndarray:
        """As many generated series per seed, (S, N, T, F)."""
        return self.run.sample(len(self.real))

    @cached_property
    def made_now(self) -> np.ndarray:
        """What the generator itself, not its average, makes of the same noise, (S, N, T, F)."""
        return replace(self.run, average=None).sample(len(self.real))

    @property
    def told(self) -> np.ndarray | None:
        """Labels of the real series, (N,), if the players are told labels."""
        return self.real.labels if self.run.label_counts is not None else None

    @cached_property
    def logits(self) -> tuple[Tensor, Tensor]:
        """Of the real series, and of what the generator makes now: (S, N) each."""
        self.plays()
        run = self.run
        made = torch.from_numpy(self.made_now).to(next(run.players.parameters()).device)
        with torch.no_grad():
            fake = run.discriminator(made, run.inputs(len(self.real))[1])
        real = torch.from_numpy(run.logits(self.real.values, self.told))
        return per_series(real).double(), per_series(fake).cpu().double()

    def plays(self) -> None:
        """Unknown unless the discriminator was trained."""
        if np.isnan(self.run.history.discriminator).all():
            raise Unknown("the loss trains no discriminator")

    def losses(self, part: float) -> np.ndarray:
        """The discriminator's losses over this last part of the run, (steps, S)."""
        self.plays()
        past = self.run.history.discriminator
        past = past[int(len(past) * (1 - part)):]
        if len(past) < FEWEST:
            raise Unknown("the run is too short")
        return past

    def pays(self, player: str, **given: Any) -> Tensor:
        """What a player pays in a round that is given by hand, shape (S,)."""
        if self.run.loss is None:
            raise Unknown("the loss has no name in the registry and was not saved with the run")
        try:
            return getattr(self.run.loss, player)(Round(**given)).double()
        except Exception as error:  # an own loss may do anything
            raise Unknown(f"the loss cannot be tried by hand: {error}") from None

    @cached_property
    def stakes(self) -> tuple[float, float, float]:
        """What a discriminator pays undecided, at its best, and at logits of zero.

        Found by trying constant logits: one for all series, and one for the real and one for the
        generated ones. At its best -inf, if larger logits go on to pay.
        """
        def paid(real: Tensor, fake: Tensor) -> Tensor:
            flat = torch.zeros(len(real), 1, 1, 1, dtype=torch.float64)
            return self.pays(
                "discriminator", real=real[:, None], fake=fake[:, None], x=flat, generated=flat,
                alpha=flat, jitter=flat, step=10 ** 9, score=lambda v: 0 * v.flatten(2).sum(-1))

        self.plays()
        grid = torch.linspace(-6, 6, 49, dtype=torch.float64)
        zero, even = paid(grid[24:25], grid[24:25]).item(), paid(grid, grid).min().item()
        best, more = (paid(*torch.cartesian_prod(grid * k, grid * k).T).min().item()
                      for k in (1, 2))
        return even, best if more > best - 0.05 * (even - best) else -np.inf, zero
