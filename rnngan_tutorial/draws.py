"""The random numbers of a round, and the batch of data and noise that they make."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import torch
from torch import Tensor, nn

from .needs import Needs
from .networks import Latent, of

BLOCK = 32  # rounds whose random numbers are drawn in one go
SAMPLING = 2 ** 32 - 1  # sets the noise of samples apart from that of training rounds


def random_source(*key: int) -> torch.Generator:
    """A torch generator on the CPU that depends on the given non-negative integers only."""
    state = np.random.SeedSequence(key).generate_state(1)[0]
    return torch.Generator().manual_seed(int(state))


class Draws:
    """Random numbers of round k as a function of (seed, k) alone.

    So a seed trains the same whether alone or beside others, and a run can go on from any
    round without a stored random state.

    Parameters
    ----------
    seeds : sequence of int
    batch, rows : int
        Series per batch, and series to choose from.
    normals, uniforms : int
        How many numbers of either law one series needs.
    device : torch.device
    """

    def __init__(self, seeds: Sequence[int], batch: int, rows: int, normals: int, uniforms: int,
                 device: torch.device) -> None:
        self.seeds, self.batch, self.rows = seeds, batch, rows
        self.normals, self.uniforms, self.device = normals, uniforms, device
        self._number: int | None = None

    def __getitem__(self, k: int) -> list[Tensor]:
        """Rows (S, B), normal (S, B, normals) and uniform (S, B, uniforms) draws of round k."""
        if self._number != k // BLOCK:
            self._number = k // BLOCK
            drawn = [self._draw(seed, self._number) for seed in self.seeds]
            self._block = [torch.stack(parts, 1).to(self.device)
                           for parts in zip(*drawn, strict=True)]
        return [part[k % BLOCK] for part in self._block]

    def _draw(self, seed: int, number: int) -> tuple[Tensor, Tensor, Tensor]:
        source, size = random_source(seed, 1 + number), (BLOCK, self.batch)
        return (torch.randint(self.rows, size, generator=source),
                torch.randn(*size, self.normals, generator=source),
                torch.rand(*size, self.uniforms, generator=source))


def numbers_per_series(latent: Latent, needs: Needs, shape: tuple[int, ...]) -> tuple[int, int]:
    """How many normal and how many uniform numbers one series of shape (T, F) needs."""
    length, features = shape
    return (latent.draws(length) + latent.series * needs.encoder
            + length * features * needs.jitter, 2 + needs.continuous)


class Batch:
    """Data and noise of one round, and the series generated from it.

    Attributes
    ----------
    x, y : Tensor, (S, B, T, F) and (S, B)
        Real series and their labels; y is None without labels.
    z : Tensor, (S, B, T, latent)
        The generator's noise, code included.
    noise : Tensor, (S, B, T, latent.width)
        The same without the code.
    code : Tensor, (S, B, categories + continuous)
        One-hot category, then numbers in [-1, 1].
    posterior_noise : Tensor, (S, B, series)
    jitter : Tensor, (S, B, T, F)
        Standard normal numbers, if the loss needs them; empty otherwise.
    alpha : Tensor, (S, B, 1, 1)
        Uniform numbers, one per series.
    step : int
        Number of the generator's move.
    """

    def __init__(self, players: nn.ModuleDict, latent: Latent, needs: Needs, x: Tensor,
                 y: Tensor | None, normal: Tensor, uniform: Tensor, step: int = 0) -> None:
        self.players, self.x, self.y, self.step = players, x, y, step
        length = x.shape[2]
        noise, self.posterior_noise, jitter = normal.split(
            [latent.draws(length), latent.series * needs.encoder,
             needs.jitter * x[0, 0].numel()], -1)
        self.jitter = jitter.view_as(x) if needs.jitter else jitter
        self.noise = latent.arrange(noise, length)
        self.alpha = uniform[..., :1, None]
        self.code = make_code(uniform[..., 1:], needs)
        self.z = with_code(self.noise, self.code)

    @cached_property
    def generated(self) -> Tensor:
        """What the generator makes of the noise, (S, B, T, F)."""
        return of(self.players, "generator")(self.z, self.y)


def make_code(uniform: Tensor, needs: Needs) -> Tensor:
    """An InfoGAN code (..., categories + continuous) from uniform numbers, one more than that."""
    k = needs.categories
    category = (uniform[..., 0] * max(k, 1)).long()
    hot = nn.functional.one_hot(category, max(k, 1))[..., :k].to(uniform.dtype)
    return torch.cat([hot, 2 * uniform[..., 1:1 + needs.continuous] - 1], -1)


def with_code(noise: Tensor, code: Tensor) -> Tensor:
    """Append the code (S, B, C) to each step of the noise (S, B, T, latent)."""
    if not code.shape[-1]:
        return noise
    return torch.cat([noise, code[:, :, None].expand(*noise.shape[:3], code.shape[-1])], -1)
