"""What a loss reads: one round of the game, given by hand or computed when asked for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from .draws import with_code
from .networks import Discriminator, batch_first, of

if TYPE_CHECKING:
    from .draws import Batch


class Round:
    """One round of the game, as one of the players sees it; by hand, what a loss reads.

    ``Round(fake=logits)`` is all that a non-saturating generator reads. Whatever a loss
    asks for and is not given raises an error that names it.

    Parameters
    ----------
    real, fake : Tensor, shape (S, B) or (S, B, T)
        Logits of the real and of the generated series.
    x, generated : Tensor, shape (S, B, T, F)
        Real and generated series.
    y : integer Tensor, shape (S, B)
        Labels.
    z : Tensor, shape (S, B, T, latent)
        The generator's noise, code included.
    code, code_seen : Tensor, shape (S, B, categories + continuous)
        The code, and what the discriminator's head reads of it in the generated series.
    alpha : Tensor, shape (S, B, 1, 1)
        Uniform numbers, one per series.
    jitter : Tensor, shape (S, B, T, F)
        Standard normal numbers.
    real_features, fake_features : Tensor, shape (S, B, H)
        The discriminator's features of each series.
    real_states : Tensor, shape (S, B, T, H)
        Its state at each time step of the real series.
    posterior : pair of Tensor, shape (S, B, latent.series) each
        Mean and log-variance.
    reconstruction : Tensor, shape (S, B, T, F)
        Generated from a sample of the posterior.
    sigma : Tensor, shape (S, F)
        Learnt standard deviation of the observation noise.
    step : int
        Number of the generator's move, from 0 on.
    score, features, states : callable
        The discriminator's mean logit (S, B), features (S, B, H) and states (S, B, T, H) of
        series (S, B, T, F).
    """

    NAMES = ("real", "fake", "x", "generated", "y", "z", "code", "code_seen", "alpha", "jitter",
             "real_features", "fake_features", "real_states", "posterior", "reconstruction",
             "sigma", "step", "score", "features", "states")

    def __init__(self, **given: Any) -> None:
        unknown = sorted(given.keys() - set(self.NAMES))
        if unknown:
            raise TypeError(f"a round has no {unknown[0]!r}; it has {', '.join(self.NAMES)}")
        self.__dict__.update(given)

    def __getattr__(self, name: str) -> Any:
        # Reached only for what was not given.
        if name in self.NAMES:
            raise AttributeError(f"this round has no {name}; give rt.Round({name}=...)")
        raise AttributeError(f"a round has no {name!r}")

    def slope(self, x: Tensor) -> Tensor:
        """Gradient of the score at series x, (S, B, T, F); it can be differentiated again."""
        x = x.detach().requires_grad_()
        slope, = torch.autograd.grad(self.score(x).sum(), x, create_graph=True)
        return slope


class Reading:
    """What a discriminator makes of some series. Everything is computed when asked for.

    Parameters
    ----------
    net : Discriminator
        The package's own.
    states : Tensor, shape (T, S, H, B)
    means : Tensor, shape (S, H, B), optional
        Their mean over time, where it is at hand.
    """

    def __init__(self, net: Discriminator, states: Tensor, means: Tensor | None = None) -> None:
        self._net, self._states, self._given = net, states, means

    @cached_property
    def _means(self) -> Tensor:
        return self._states.mean(0) if self._given is None else self._given

    @cached_property
    def logits(self) -> Tensor:
        return self._net.logits(self._states, self._means)

    @property
    def features(self) -> Tensor:
        return self._means.mT

    @property
    def states(self) -> Tensor:
        return batch_first(self._states)

    @cached_property
    def code(self) -> Tensor:
        if self._net.code is None:
            raise AttributeError("no head that reads a code")
        return self._net.code(self._means).mT


class OwnReading:
    """The same of a reader's own discriminator, which gives logits and perhaps features."""

    def __init__(self, net: Any, x: Tensor, y: Tensor | None) -> None:
        self._net, self._x, self._y = net, x, y

    @cached_property
    def logits(self) -> Tensor:
        return self._net(self._x, self._y)

    @cached_property
    def features(self) -> Tensor:
        return self._net.features(self._x, self._y)


class PlayedRound(Round):
    """A batch as one of the players sees it. Everything is computed when asked for.

    In the discriminator's turn, what the generator made is a constant.

    Parameters
    ----------
    batch : Batch
    turn : {"discriminator", "generator"}
    slopes : bool
        Whether the loss asks for the slope at the real or the generated series. It is then
        had from the pass that gives the logits.
    """

    def __init__(self, batch: Batch, turn: str, slopes: bool = False) -> None:
        self._batch, self._constant = batch, turn == "discriminator"
        self._leaves = slopes and self._constant
        self._net = of(batch.players, "discriminator")
        self.x, self.y, self.z, self.step = batch.x, batch.y, batch.z, batch.step
        self.code, self.alpha = batch.code, batch.alpha
        if batch.jitter.numel():
            self.jitter = batch.jitter

    def __getattr__(self, name: str) -> Any:
        # Reached where a player lacks what is read.
        if name not in self.NAMES:
            return super().__getattr__(name)
        raise AttributeError(f"this round has no {name}; a loss asks for it in its needs, and an "
                             f"own discriminator must have it")

    def _seen(self, made: Tensor) -> Tensor:
        return made.detach() if self._constant else made

    @cached_property
    def generated(self) -> Tensor:
        return self._seen(self._batch.generated)

    @cached_property
    def _inputs(self) -> list[Tensor]:
        both = [self.x, self.generated]
        return [x.detach().requires_grad_() for x in both] if self._leaves else both

    def _read(self, x: Tensor) -> Any:
        if isinstance(self._net, Discriminator):
            return Reading(self._net, self._net.states(x, self.y))
        return OwnReading(self._net, x, self.y)

    @cached_property
    def _both(self) -> list[Reading]:
        # Real and generated series go through the recurrence together: half the steps. Cut
        # after the mean, not before, the gradient of the means is as small as they are.
        y = None if self.y is None else self.y.repeat(1, 2)
        states = self._net.states(torch.cat(self._inputs, 1), y)
        return [Reading(self._net, *parts) for parts in
                zip(states.chunk(2, -1), states.mean(0).chunk(2, -1), strict=True)]

    @cached_property
    def _real(self) -> Any:
        if not self._constant:
            with torch.no_grad():  # nothing here depends on the generator
                return self._read(self.x)
        together = isinstance(self._net, Discriminator)
        return self._both[0] if together else self._read(self._inputs[0])

    @cached_property
    def _fake(self) -> Any:
        if self._constant and isinstance(self._net, Discriminator):
            return self._both[1]
        return self._read(self._inputs[1])

    @property
    def real(self) -> Tensor:
        return self._real.logits

    @property
    def fake(self) -> Tensor:
        return self._fake.logits

    @property
    def real_features(self) -> Tensor:
        return self._real.features

    @property
    def fake_features(self) -> Tensor:
        return self._fake.features

    @property
    def real_states(self) -> Tensor:
        return self._real.states

    @property
    def code_seen(self) -> Tensor:
        return self._fake.code

    @cached_property
    def posterior(self) -> tuple[Tensor, Tensor]:
        return of(self._batch.players, "generator", "encoder")(self.x, self.y)

    @cached_property
    def reconstruction(self) -> Tensor:
        mean, log_variance = self.posterior
        sample = mean + (log_variance / 2).exp() * self._batch.posterior_noise
        steps = self._batch.noise[..., sample.shape[-1]:]
        held = sample[:, :, None].expand(*steps.shape[:3], sample.shape[-1])
        z = with_code(torch.cat([held, steps], -1), self.code)
        return self._seen(of(self._batch.players, "generator")(z, self.y))

    @property
    def sigma(self) -> Tensor:
        return of(self._batch.players, "generator", "observation").sigma

    def score(self, x: Tensor) -> Tensor:
        return per_series(self._net(x, self.y))

    def features(self, x: Tensor) -> Tensor:
        return self._read(x).features

    def states(self, x: Tensor) -> Tensor:
        return self._read(x).states

    @cached_property
    def _slopes(self) -> list[Tensor]:
        scores = per_series(self.real).sum() + per_series(self.fake).sum()
        return list(torch.autograd.grad(scores, self._inputs, create_graph=True))

    def slope(self, x: Tensor) -> Tensor:
        if self._leaves and (x is self.x or x is self.generated):
            return self._slopes[x is self.generated]
        return super().slope(x)


def per_series(logits: Tensor) -> Tensor:
    """One number per series, (S, B): the mean of its steps where the logits are per step."""
    return logits if logits.dim() == 2 else logits.mean(-1)
