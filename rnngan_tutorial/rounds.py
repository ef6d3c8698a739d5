"""What the players see in one round: noise, data, and all that a loss may ask for."""

from functools import cached_property

import numpy as np
import torch

BLOCK = 32  # rounds whose random numbers are drawn in one go


def random_source(*key):
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

    def __init__(self, seeds, batch, rows, normals, uniforms, device):
        self.seeds, self.batch, self.rows = seeds, batch, rows
        self.normals, self.uniforms, self.device = normals, uniforms, device
        self._number = None

    def __getitem__(self, k):
        """Rows (S, B), normal (S, B, normals) and uniform (S, B, uniforms) draws of round k."""
        if self._number != k // BLOCK:
            self._number = k // BLOCK
            self._block = [torch.stack(parts, 1).to(self.device) for parts in
                           zip(*(self._draw(seed) for seed in self.seeds), strict=True)]
        return [part[k % BLOCK] for part in self._block]

    def _draw(self, seed):
        source = random_source(seed, 1 + self._number)
        size = (BLOCK, self.batch)
        return (torch.randint(self.rows, size, generator=source),
                torch.randn(*size, self.normals, generator=source),
                torch.rand(*size, self.uniforms, generator=source))


class Batch:
    """Data and noise of one round, and the series generated from it.

    Attributes
    ----------
    x, y : Tensor, (S, B, T, F) and (S, B)
        Real series and their labels; y is None without labels.
    z : Tensor, (S, B, T, latent)
        The generator's noise, code included.
    code : Tensor, (S, B, categories + continuous)
        One-hot category, then numbers in [-1, 1].
    posterior_noise : Tensor, (S, B, series)
    alpha : Tensor, (S, B, 1, 1)
        Uniform numbers, one per series.
    """

    def __init__(self, players, latent, needs, x, y, normal, uniform):
        self.players, self.latent = players, latent
        self.x, self.y = x, y
        length = x.shape[2]
        normal, self.posterior_noise = normal.split(
            [latent.draws(length), normal.shape[-1] - latent.draws(length)], -1)
        self.noise = latent.arrange(normal, length)
        self.alpha = uniform[..., :1, None]
        self.code = make_code(uniform[..., 1:], needs)
        self.z = with_code(self.noise, self.code)

    @cached_property
    def generated(self):
        return self.players["generator"]["generator"](self.z, self.y)


def make_code(uniform, needs):
    """An InfoGAN code (..., categories + continuous) from uniform numbers, one more than that."""
    k = needs.categories
    category = (uniform[..., 0] * max(k, 1)).long()
    hot = torch.nn.functional.one_hot(category, max(k, 1))[..., :k].to(uniform.dtype)
    return torch.cat([hot, 2 * uniform[..., 1:1 + needs.continuous] - 1], -1)


def with_code(noise, code):
    """Append the code (S, B, C) to each step of the noise (S, B, T, latent)."""
    if not code.shape[-1]:
        return noise
    return torch.cat([noise, code[:, :, None].expand(*noise.shape[:3], code.shape[-1])], -1)


class Round:
    """A batch as one of the players sees it. Everything is computed when first asked for.

    In the discriminator's turn, what the generator made is a constant.

    Attributes
    ----------
    x, y, z, code, alpha
        As in `Batch`.
    generated : Tensor, (S, B, T, F)
    real, fake : Tensor, (S, B) or (S, B, T)
        Logits of the real and of the generated series.
    real_features, fake_features : Tensor, (S, B, hidden)
        The discriminator's states, averaged over the steps.
    code_seen : Tensor, (S, B, categories + continuous)
        The code as the discriminator's head reads it from the generated series.
    posterior : pair of Tensor, (S, B, series) each
        Mean and log-variance.
    reconstruction : Tensor, (S, B, T, F)
        Generated from a sample of the posterior.
    """

    def __init__(self, batch, turn):
        self._batch, self._turn = batch, turn
        self._judge = batch.players["discriminator"]["discriminator"]
        self.x, self.y, self.z = batch.x, batch.y, batch.z
        self.code, self.alpha = batch.code, batch.alpha

    def _seen(self, made):
        return made.detach() if self._turn == "discriminator" else made

    @cached_property
    def generated(self):
        return self._seen(self._batch.generated)

    @cached_property
    def _both_states(self):
        # Real and generated series go through the recurrence together: half the steps.
        y = None if self.y is None else self.y.repeat(1, 2)
        return self._judge.states(torch.cat([self.x, self.generated], 1), y)

    @cached_property
    def _both_means(self):
        # Cut after the mean, not before, their gradient is as small as they are.
        return self._both_states.mean(0)

    @cached_property
    def _fake_states(self):
        if self._turn == "discriminator":
            return self._both_states.chunk(2, -1)[1]
        return self._judge.states(self.generated, self.y)

    @cached_property
    def _real_states(self):
        if self._turn == "discriminator":
            return self._both_states.chunk(2, -1)[0]
        with torch.no_grad():  # nothing here depends on the generator
            return self._judge.states(self.x, self.y)

    @cached_property
    def _fake_means(self):
        if self._turn == "discriminator":
            return self._both_means.chunk(2, -1)[1]
        return self._fake_states.mean(0)

    @cached_property
    def _real_means(self):
        if self._turn == "discriminator":
            return self._both_means.chunk(2, -1)[0]
        return self._real_states.mean(0)

    @cached_property
    def real(self):
        return self._judge.logits(self._real_states, self._real_means)

    @cached_property
    def fake(self):
        return self._judge.logits(self._fake_states, self._fake_means)

    @property
    def real_features(self):
        return self._real_means.mT

    @property
    def fake_features(self):
        return self._fake_means.mT

    @cached_property
    def code_seen(self):
        return self._judge.code(self._fake_means).mT

    @cached_property
    def posterior(self):
        return self._batch.players["generator"]["encoder"](self.x, self.y)

    @cached_property
    def reconstruction(self):
        mean, log_variance = self.posterior
        sample = mean + (log_variance / 2).exp() * self._batch.posterior_noise
        steps = self._batch.noise[..., sample.shape[-1]:]
        held = sample[:, :, None].expand(*steps.shape[:3], sample.shape[-1])
        z = with_code(torch.cat([held, steps], -1), self.code)
        return self._seen(self._batch.players["generator"]["generator"](z, self.y))

    def score(self, x):
        """The discriminator's score of other series, (S, B), the mean where it scores steps."""
        logits = self._judge(x, self.y)
        return logits if logits.dim() == 2 else logits.mean(-1)

    def features(self, x):
        """The discriminator's features of other series, (S, B, hidden)."""
        return self._judge.states(x, self.y).mean(0).mT
