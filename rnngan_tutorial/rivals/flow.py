"""Flow matching: a network learns the velocity that carries noise to data in straight lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import pi

import torch
from torch import Tensor, nn

from ..data import Sequences
from ..networks import Linear, batch_first, time_first
from ..options import check_whole
from ..recurrence import GRU
from .learned import Learned

WAVES = 4  # cosines by which the network is told the time


class Velocity(nn.Module):
    """Bidirectional GRU from a noisy series and the time of the flow to a velocity.

    With x = (1 - t) e + t y, e white and y of variance 1, the best linear guess of y - e is
    ``(2 t - 1) x / d`` with ``d = t**2 + (1 - t)**2``, and what it leaves has variance 1 / d. The
    network sees x and gives that rest, both in units of their spread (as Karras et al. 2022,
    section 5, do for diffusion).

    Parameters
    ----------
    features, hidden : int
        Each direction has a state of its own, of this width.
    generators : list of torch.Generator
        One per seed.
    """

    def __init__(self, features: int, hidden: int, generators: Sequence[torch.Generator]) -> None:
        super().__init__()
        self.forth = GRU(features + WAVES, hidden, generators)
        self.back = GRU(features + WAVES, hidden, generators)
        self.out = Linear(2 * hidden, features, generators)

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        """Velocities (S, B, T, F) at series (S, B, T, F) and times (S, B) in [0, 1]."""
        t = t[..., None, None]
        d = t ** 2 + (1 - t) ** 2
        told = torch.cos(pi * t * torch.arange(1, WAVES + 1, device=x.device, dtype=x.dtype))
        seen = time_first(torch.cat([x * d ** -0.5, told.expand(*x.shape[:3], WAVES)], -1))
        states = torch.cat([self.forth(seen), self.back(seen.flip(0)).flip(0)], 2)
        return (2 * t - 1) / d * x + d ** -0.5 * batch_first(self.out(states))


def straight_way(noise: Tensor, data: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
    """Where the straight way from noise to data (S, B, T, F) is at times t (S, B), and how fast.

    Liu et al. 2023, equation 1; Lipman et al. 2023, equations 20 and 21, with sigma_min = 0.
    """
    t = t[..., None, None]
    return (1 - t) * noise + t * data, data - noise


def integrate(velocity: Callable[[Tensor, Tensor], Tensor], x: Tensor, steps: int) -> Tensor:
    """Follow a velocity from time 0 to 1 by the midpoint rule.

    Two evaluations per step; the error falls with the square of the number of steps. The
    velocity is never asked for at time 1, where that of single points has a pole.
    """
    for k in range(steps):
        half = x + velocity(x, x.new_full(x.shape[:2], k / steps)) / (2 * steps)
        x = x + velocity(half, x.new_full(x.shape[:2], (k + 0.5) / steps)) / steps
    return x


class Flow(Learned):
    """Flow matching (Lipman et al. 2023), also called rectified flow (Liu et al. 2023).

    The mean velocity of all straight ways through a point is what least squares learns; who
    follows it from white noise ends at the law of the data. Series are brought to mean 0 and
    variance 1 per feature first. With the means over the training series in place of a network
    the flow would end at training series and nowhere else: what is new in a generated series is
    the network's doing.

    Parameters
    ----------
    ode_steps : int
        Of the midpoint rule, in `sample`.

    Raises
    ------
    ValueError
        If `ode_steps` is below 1.
    """

    name = "flow"

    def __init__(self, data: Sequences, seeds: tuple[int, ...], ode_steps: int = 16) -> None:
        super().__init__(data, seeds)
        check_whole("ode_steps", ode_steps, 1)
        self.ode_steps = ode_steps
        x = torch.as_tensor(data.values, dtype=torch.float64)
        spread = x.std((0, 1), correction=0)
        self.centre = x.mean((0, 1)).float()
        self.spread = torch.where(spread > 1e-6, spread, 1).float()

    def build(self, hidden: int, sources: Sequence[torch.Generator]) -> nn.Module:
        return Velocity(self.data.shape[2], hidden, sources)

    def numbers(self) -> tuple[int, int]:
        return self.data.values[0].size, 1

    def loss(self, x: Tensor, normal: Tensor, uniform: Tensor) -> Tensor:
        y = (x - self.centre.to(x)) / self.spread.to(x)
        t = uniform[..., 0]
        at, wanted = straight_way(normal.view_as(y), y, t)
        return (self.network(at, t) - wanted).square().mean((1, 2, 3))

    def generate(self, n: int, sources: Sequence[torch.Generator]) -> Tensor:
        noise = torch.stack([torch.randn(n, *self.data.shape[1:], generator=source,
                                         dtype=torch.float32) for source in sources])
        place = next(self.network.parameters())
        y = integrate(self.network, noise.to(place), self.ode_steps)
        return self.centre.to(y) + self.spread.to(y) * y
