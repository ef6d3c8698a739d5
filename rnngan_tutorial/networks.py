"""The players' networks: a recurrent generator, discriminator and encoder.

Every module trains S seeds side by side: parameters, inputs and outputs carry a leading
seed axis. Series are (S, B, T, F): seeds, batch, time steps, features.
"""

from dataclasses import dataclass

import torch
from torch import nn

from .recurrence import GRU


@dataclass(frozen=True)
class Latent:
    """The generator's noise: channels held for a whole series, and channels new at each step.

    Per-series noise decides which series is drawn, per-step noise its small irregularities.
    """

    series: int = 4
    steps: int = 2

    @property
    def width(self):
        """Channels at each time step."""
        return self.series + self.steps

    def arrange(self, normal, length):
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

    def draws(self, length):
        """How many numbers one series needs."""
        return self.series + length * self.steps


class Linear(nn.Module):
    """An affine map per seed: (..., S, inputs, B) to (..., S, outputs, B)."""

    def __init__(self, inputs, outputs, generators):
        super().__init__()
        weight = [torch.randn(outputs, inputs, generator=g) for g in generators]
        self.weight = nn.Parameter(torch.stack(weight) * inputs ** -0.5)
        self.bias = nn.Parameter(torch.zeros(len(generators), outputs, 1))

    def forward(self, x):
        return self.weight @ x + self.bias


def time_first(x):
    """(S, B, T, F) seen as (T, S, F, B), the layout of the recurrence."""
    return x.permute(2, 0, 3, 1)


def batch_first(x):
    """(T, S, F, B) seen as (S, B, T, F)."""
    return x.permute(1, 3, 0, 2)


def with_labels(x, y, classes):
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
    if not classes:
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

    def __init__(self, features, latent, hidden, generators, classes=0):
        super().__init__()
        self.classes = classes
        self.gru = GRU(latent + classes, hidden, generators)
        self.out = Linear(hidden, features, generators)

    def forward(self, z, y=None):
        """Series in [-1, 1], shape (S, B, T, F), from noise (S, B, T, latent) and labels (S, B)."""
        states = self.gru(time_first(with_labels(z, y, self.classes)))
        return batch_first(torch.tanh(self.out(states)))


class Discriminator(nn.Module):
    """GRU that reads a series and scores it with logits.

    Parameters
    ----------
    features, hidden, generators, classes
        As for `Generator`.
    score : {"series", "steps"}
        One logit for the series (the mean of the logits of its steps), or one per step.
    kernels : int
        Kernels of minibatch discrimination; 0 for none. Needs ``score="series"``.
    codes : int
        Outputs of the head that reads an InfoGAN code back; 0 for none.
    """

    def __init__(self, features, hidden, generators, classes=0, score="series",
                 kernels=0, codes=0):
        super().__init__()
        if score not in ("series", "steps"):
            raise ValueError(f"score is {score!r}; it must be 'series' or 'steps'")
        if kernels and score == "steps":
            raise ValueError("minibatch discrimination compares whole series; use score='series'")
        self.classes, self.score = classes, score
        self.gru = GRU(features + classes, hidden, generators)
        self.out = Linear(hidden, 1, generators)
        self.closeness = MinibatchDiscrimination(hidden, kernels, generators) if kernels else None
        self.code = Linear(hidden, codes, generators) if codes else None

    def states(self, x, y=None):
        """Hidden states (T, S, hidden, B) on reading series (S, B, T, F) with labels (S, B)."""
        return self.gru(time_first(with_labels(x, y, self.classes)))

    def logits(self, states, features=None):
        """Scores from states: (S, B) for whole series or (S, B, T) for steps.

        `features` are the states' means over time, where they are at hand.
        """
        if self.score == "steps":
            return batch_first(self.out(states)).squeeze(-1)
        features = states.mean(0) if features is None else features
        logits = self.out(features)
        if self.closeness is not None:
            logits = logits + self.closeness(features)
        return logits.squeeze(1)

    def forward(self, x, y=None):
        """Scores of series (S, B, T, F) with labels (S, B)."""
        return self.logits(self.states(x, y))


class MinibatchDiscrimination(nn.Module):
    """How close each series stands to the others of its batch, weighed into the logit.

    Salimans et al. 2016, section 3.2: ``o_b(i) = sum_j exp(-||M_ib - M_jb||_1)``, here the
    mean over the other series of the batch so that the size of the batch does not matter.
    """

    def __init__(self, hidden, kernels, generators, width=3):
        super().__init__()
        self.kernels = kernels
        self.project = Linear(hidden, kernels * width, generators)
        self.out = Linear(kernels, 1, generators)

    def forward(self, features):
        """Logits (S, 1, B) from features (S, hidden, B)."""
        m = self.project(features).unflatten(1, (self.kernels, -1))
        distance = (m[..., :, None] - m[..., None, :]).abs().sum(2)
        others = 1 - torch.eye(distance.shape[-1], dtype=m.dtype, device=m.device)
        return self.out((torch.exp(-distance) * others).sum(-1) / others.sum(-1).clamp_min(1))


class Encoder(nn.Module):
    """GRU that reads a series and gives a Gaussian posterior over the per-series noise.

    Parameters
    ----------
    features, hidden, generators, classes
        As for `Generator`.
    latent : int
        Channels of the per-series noise.
    """

    def __init__(self, features, latent, hidden, generators, classes=0):
        super().__init__()
        self.classes = classes
        self.gru = GRU(features + classes, hidden, generators)
        self.out = Linear(hidden, 2 * latent, generators)

    def forward(self, x, y=None):
        """Mean and log-variance, (S, B, latent) each, for series (S, B, T, F)."""
        last = self.gru(time_first(with_labels(x, y, self.classes)))[-1]
        return self.out(last).transpose(1, 2).chunk(2, -1)
