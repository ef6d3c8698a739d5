"""Maximum likelihood: a GRU that predicts the law of the next step from the steps before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import log, pi
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.special import ndtr, ndtri

from ..adam import ALONE
from ..checks import as_numbers
from ..data import Sequences
from ..networks import Linear, time_first
from ..options import check_whole
from ..recurrence import GRU
from ..sampling import AT_ONCE
from .learned import Learned

NARROWEST, WIDEST = 1e-3, 2.0  # standard deviations of a component, before it is cut


class Mixture(nn.Module):
    """GRU whose state at each step gives a mixture of normals, cut to [-1, 1].

    Bishop 1994, section 3, on top of a recurrence as in Graves 2013, section 4.1. Each component
    has a mean and a standard deviation per feature. A whole normal law would put mass where no
    value can be, half of it for a component at an edge; cut there and scaled up again, it is a
    law on [-1, 1].

    Parameters
    ----------
    features, hidden, components : int
    generators : list of torch.Generator
        One per seed.
    """

    def __init__(self, features: int, hidden: int, components: int,
                 generators: Sequence[torch.Generator]) -> None:
        super().__init__()
        self.components = components
        self.gru = GRU(features, hidden, generators)
        self.out = Linear(hidden, components * (1 + 2 * features), generators)
        # Means start spread out: equal components would have equal gradients.
        start = torch.linspace(-1, 1, components + 2)[1:-1].atanh().repeat_interleave(features)
        self.out.bias.data[:, components:components * (1 + features), 0] = start

    def law(self, states: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Log-weights (..., B, K), means and deviations (..., B, K, F), from states (..., H, B)."""
        out = self.out(states).transpose(-1, -2)
        weights, rest = out[..., :self.components], out[..., self.components:]
        means, widths = rest.unflatten(-1, (2, self.components, -1)).unbind(-3)
        between = torch.sigmoid(widths)
        return (weights.log_softmax(-1), torch.tanh(means),
                NARROWEST * (log(WIDEST / NARROWEST) * between).exp())

    def forward(self, x: Tensor) -> Tensor:
        """Log-density (S, B) of series (S, B, T, F): the sum over steps, each given the past."""
        before = nn.functional.pad(time_first(x), (0, 0, 0, 0, 0, 0, 1, 0))[:-1]
        law = (part.transpose(0, 1) for part in self.law(self.gru(before)))  # (S, T, B, ...)
        return log_mixture(x.transpose(1, 2), *law).sum(1)

    def step(self, weight: Tensor, h: Tensor, x: Tensor) -> Tensor:
        """The state (S, H, B) after one step more: the recurrence's own, one step of it."""
        q, r, z, a = (weight @ torch.cat([h, x, torch.ones_like(h[:, :1])], 1)).chunk(4, 1)
        n = torch.tanh(a + torch.sigmoid(r) * q)
        return n + torch.sigmoid(z) * (h - n)


def log_mixture(x: Tensor, log_weights: Tensor, means: Tensor, sigmas: Tensor) -> Tensor:
    """Log-density (...) at x (..., F) in [-1, 1] of a mixture of normals cut to [-1, 1].

    A component's mass inside is a difference of two probabilities. With means in [-1, 1] it is
    never below Phi(2 / sigma) - 1/2, so that nothing cancels; the sum over components is taken
    relative to the largest of them.

    Parameters
    ----------
    log_weights : Tensor, shape (..., K)
    means, sigmas : Tensor, shape (..., K, F)
    """
    z = (x.unsqueeze(-2) - means) / sigmas
    inside = ndtr((1 - means) / sigmas) - ndtr((-1 - means) / sigmas)
    each = -0.5 * (z ** 2 + log(2 * pi)) - sigmas.log() - inside.log()
    return torch.logsumexp(log_weights + each.sum(-1), -1)


def draw_mixture(uniform: Tensor, log_weights: Tensor, means: Tensor, sigmas: Tensor) -> Tensor:
    """Values (..., F) of such a mixture, from uniform numbers (..., 1 + F).

    The first number picks the component, the others are turned into values by the inverse of
    its distribution function.
    """
    edges = log_weights.exp().cumsum(-1)[..., :-1]
    at = (uniform[..., :1] >= edges).sum(-1)[..., None, None].expand(*means.shape[:-2], 1,
                                                                     means.shape[-1])
    mean, sigma = (part.gather(-2, at).squeeze(-2) for part in (means, sigmas))
    low, high = ndtr((-1 - mean) / sigma), ndtr((1 - mean) / sigma)
    # In single precision 0 and 1 come once in 2**24, and have no quantile.
    share = torch.lerp(low, high, uniform[..., 1:]).clamp(2 ** -25, 1 - 2 ** -24)
    return (mean + sigma * ndtri(share)).clamp(-1, 1)


class Likelihood(Learned):
    """A GRU trained by maximum likelihood, drawn from step by step.

    The loss is minus the log-density of a series per number, in nats and scaled units. It is
    trained on true pasts and draws from its own (Ranzato et al. 2016 call the gap exposure bias).

    Parameters
    ----------
    components : int
        Of the mixture at each step.

    Raises
    ------
    ValueError
        If `components` is below 1.
    """

    name = "likelihood"
    # A narrow component has a slope of 1 / sigma**2, up to a million: one such series, unclipped,
    # undoes what many have taught.
    adam = replace(ALONE, clip=1.0, reason="")
    network: Any

    def __init__(self, data: Sequences, seeds: tuple[int, ...], components: int = 5) -> None:
        super().__init__(data, seeds)
        check_whole("components", components, 1)
        self.components = components

    def build(self, hidden: int, sources: Sequence[torch.Generator]) -> nn.Module:
        return Mixture(self.data.shape[2], hidden, self.components, sources)

    def loss(self, x: Tensor, normal: Tensor, uniform: Tensor) -> Tensor:
        return -self.network(x).mean(1) / x[0, 0].numel()

    def generate(self, n: int, sources: Sequence[torch.Generator]) -> Tensor:
        steps, features = self.data.shape[1:]
        weight = self.network.gru.effective()
        uniform = torch.stack([torch.rand(steps, n, 1 + features, generator=source,
                                          dtype=torch.float32) for source in sources]).to(weight)
        x = weight.new_zeros(len(weight), features, n)
        h, made = weight.new_zeros(len(weight), self.network.gru.hidden, n), []
        for t in range(steps):
            h = self.network.step(weight, h, x)
            made.append(draw_mixture(uniform[:, t], *self.network.law(h)))
            x = made[-1].transpose(1, 2)
        return torch.stack(made, 2)

    def log_density(self, values: Any) -> np.ndarray:
        """Log-density of given scaled series (N, T, F), in nats: (S, N).

        Lower on series that were not trained on than on those that were: so far it has
        learned them by heart.

        Raises
        ------
        ValueError
            If the series have another shape, or values outside [-1, 1].
        """
        x = as_numbers("values", values)
        if x.dim() != 3 or tuple(x.shape[1:]) != self.data.shape[1:] or not (x.abs() <= 1).all():
            raise ValueError(f"values have shape {tuple(x.shape)}; they must be (series, "
                             f"{', '.join(map(str, self.data.shape[1:]))}), all in [-1, 1]")
        place = next(self.network.parameters())
        with torch.no_grad():
            parts = [self.network(part.to(place).expand(len(self.seeds), *part.shape)).cpu()
                     for part in x.split(AT_ONCE)]
        return torch.cat(parts, 1).numpy()
