"""The players' networks: a recurrent generator, discriminator and encoder.

Every module trains S seeds side by side: parameters, inputs and outputs carry a leading
seed axis. Series are (S, B, T, F): seeds, batch, time steps, features.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from .recurrence import GRU


@dataclass(frozen=True)
class Latent:
    """The generator's noise: channels held for a whole series, and channels new at each step.

    Per-series noise decides which series is drawn, per-step noise its small irregularities.
    """

    series: int = 4
    steps: int = 2

    @property
    def width(self) -> int:
        """Channels at each time step."""
        return self.series + self.steps

    def arrange(self, normal: Tensor, length: int) -> Tensor:
        """Lay standard normal draws out over time.

        Parameters
        ----------
        normal : Tensor, shape (..., series + length * steps)
        length : int
            Number of time steps T.

        Returns
        -------
        Tensor, shape (..., T, series + steps)
        """
        held = normal[..., None, :self.series].expand(*normal.shape[:-1], length, self.series)
        fresh = normal[..., self.series:].unflatten(-1, (length, self.steps))
        return torch.cat([held, fresh], -1)

    def draws(self, length: int) -> int:
        """How many numbers one series needs."""
        return self.series + length * self.steps


class Linear(nn.Module):
    """An affine map per seed: (..., S, inputs, B) to (..., S, outputs, B)."""

    def __init__(self, inputs: int, outputs: int, generators: Sequence[torch.Generator],
                 spectral_norm: bool = False) -> None:
        super().__init__()
        weight = [torch.randn(outputs, inputs, generator=g) for g in generators]
        self.weight = nn.Parameter(torch.stack(weight) * inputs ** -0.5)
        self.bias = nn.Parameter(torch.zeros(len(generators), outputs, 1))
        self.spectral_norm = spectral_norm

    def forward(self, x: Tensor) -> Tensor:
        return self.effective() @ x + self.bias

    def effective(self) -> Tensor:
        """The weight that acts, (S, outputs, inputs)."""
        if not self.spectral_norm:
            return self.weight
        return self.weight / torch.linalg.matrix_norm(self.weight, 2)[..., None, None]


def of(players: nn.ModuleDict, who: str, name: str | None = None) -> Any:
    """One of a player's networks: the one of its own name, or another, such as "encoder"."""
    return getattr(players[who], name or who)


def time_first(x: Tensor) -> Tensor:
    """(S, B, T, F) seen as (T, S, F, B), the layout of the recurrence."""
    return x.permute(2, 0, 3, 1)


def batch_first(x: Tensor) -> Tensor:
    """(T, S, F, B) seen as (S, B, T, F)."""
    return x.permute(1, 3, 0, 2)


def with_labels(x: Tensor, y: Tensor | None, classes: int) -> Tensor:
    """Append the one-hot label of each series to each of its steps.

    Parameters
    ----------
    x : Tensor, shape (S, B, T, F)
    y : integer Tensor, shape (S, B), or None
        Not read when `classes` is 0.

    Returns
    -------
    Tensor, shape (S, B, T, F + classes)
    """
    if not classes or y is None:
        return x
    hot = nn.functional.one_hot(y, classes).to(x.dtype)
    return torch.cat([x, hot[:, :, None].expand(*x.shape[:3], classes)], -1)


class Generator(nn.Module):
    """GRU from noise to series: at each step, tanh of a linear map of the state.

    Parameters
    ----------
    features : int
        Channels F of a series.
    latent : int
        Channels of the noise at each step (``Latent.width``, plus codes if any).
    hidden : int
        Width of the state.
    generators : list of torch.Generator
        One per seed, for the initial weights.
    classes : int
        Labels that the generator is told; 0 for none.
    """

    def __init__(self, features: int, latent: int, hidden: int,
                 generators: Sequence[torch.Generator], classes: int = 0) -> None:
        super().__init__()
        self.classes = classes
        self.gru = GRU(latent + classes, hidden, generators)
        self.out = Linear(hidden, features, generators)

    def forward(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        """Series in [-1, 1], shape (S, B, T, F), from noise (S, B, T, latent) and labels (S, B)."""
        states = self.gru(time_first(with_labels(z, y, self.classes)))
        return batch_first(torch.tanh(self.out(states)))


class Discriminator(nn.Module):
    """GRU that reads a series and gives it logits.

    Parameters
    ----------
    features : int
        Channels F of a series.
    hidden : int
        Width of the state.
    generators : list of torch.Generator
        One per seed, for the initial weights.
    classes : int
        Labels that the discriminator is told; 0 for none.
    per : {"series", "steps"}
        One logit for the series (the mean of the logits of its steps), or one per step.
    kernels : int
        Kernels of minibatch discrimination; 0 for none. Needs ``per="series"``.
    codes : int
        Outputs of the head that reads an InfoGAN code back; 0 for none.
    spectral_norm : bool
        Whether matrices are divided by their largest singular value (Miyato et al. 2018).

    Raises
    ------
    ValueError
        If `per` is neither, or is "steps" beside `kernels`.
    """

    def __init__(self, features: int, hidden: int, generators: Sequence[torch.Generator],
                 classes: int = 0, per: str = "series", kernels: int = 0, codes: int = 0,
                 spectral_norm: bool = False) -> None:
        super().__init__()
        if per not in ("series", "steps"):
            raise ValueError(f"per is {per!r}; it must be 'series' or 'steps'")
        if kernels and per == "steps":
            raise ValueError("minibatch discrimination compares whole series; use per='series'")
        self.classes, self.per = classes, per
        self.gru = GRU(features + classes, hidden, generators, spectral_norm)
        self.out = Linear(hidden, 1, generators, spectral_norm)
        self.closeness = MinibatchDiscrimination(hidden, kernels, generators) if kernels else None
        self.code = Linear(hidden, codes, generators) if codes else None

    def states(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """Hidden states (T, S, hidden, B) on reading series (S, B, T, F) with labels (S, B)."""
        return self.gru(time_first(with_labels(x, y, self.classes)))

    def logits(self, states: Tensor, features: Tensor | None = None) -> Tensor:
        """Logits from states: (S, B) for whole series or (S, B, T) for steps.

        `features` are the states' means over time, where they are at hand.
        """
        if self.per == "steps":
            return batch_first(self.out(states)).squeeze(-1)
        features = states.mean(0) if features is None else features
        logits = self.out(features)
        if self.closeness is not None:
            logits = logits + self.closeness(features)
        return logits.squeeze(1)

    def forward(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """Logits of series (S, B, T, F) with labels (S, B)."""
        return self.logits(self.states(x, y))


class MinibatchDiscrimination(nn.Module):
    """How close each series stands to the others of its batch, weighed into the logit.

    Salimans et al. 2016, section 3.2: ``o_b(i) = sum_j exp(-||M_ib - M_jb||_1)``, here the
    mean over the other series of the batch so that the size of the batch does not matter.
    """

    def __init__(self, hidden: int, kernels: int, generators: Sequence[torch.Generator],
                 width: int = 3) -> None:
        super().__init__()
        self.kernels = kernels
        self.project = Linear(hidden, kernels * width, generators)
        self.out = Linear(kernels, 1, generators)

    def forward(self, features: Tensor) -> Tensor:
        """Logits (S, 1, B) from features (S, hidden, B)."""
        m = self.project(features).unflatten(1, (self.kernels, -1))
        distance = (m[..., :, None] - m[..., None, :]).abs().sum(2)
        others = 1 - torch.eye(distance.shape[-1], dtype=m.dtype, device=m.device)
        return self.out((torch.exp(-distance) * others).sum(-1) / others.sum(-1).clamp_min(1))


class Encoder(nn.Module):
    """GRU that reads a series and gives a Gaussian posterior over the per-series noise.

    Parameters
    ----------
    features : int
        Channels F of a series.
    latent : int
        Channels of the per-series noise.
    hidden : int
        Width of the state.
    generators : list of torch.Generator
        One per seed, for the initial weights.
    classes : int
        Labels that the encoder is told; 0 for none.
    """

    def __init__(self, features: int, latent: int, hidden: int,
                 generators: Sequence[torch.Generator], classes: int = 0) -> None:
        super().__init__()
        self.classes = classes
        self.gru = GRU(features + classes, hidden, generators)
        self.out = Linear(hidden, 2 * latent, generators)

    def forward(self, x: Tensor, y: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Mean and log-variance, (S, B, latent) each, for series (S, B, T, F)."""
        last = self.gru(time_first(with_labels(x, y, self.classes)))[-1]
        mean, log_variance = self.out(last).transpose(1, 2).chunk(2, -1)
        return mean, log_variance


class ObservationNoise(nn.Module):
    """Learnt standard deviation of what a generated series leaves out, per seed and feature.

    Parameters
    ----------
    seeds, features : int
    start : float
        Where it begins.
    """

    def __init__(self, seeds: int, features: int, start: float = 0.2) -> None:
        super().__init__()
        self.log_sigma = nn.Parameter(torch.full((seeds, features), start).log())

    @property
    def sigma(self) -> Tensor:
        """(S, F), above zero."""
        return self.log_sigma.exp()
