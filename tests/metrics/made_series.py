"""Series of known laws, and a run that generates what it is given."""

import numpy as np
import torch

import rnngan_tutorial as rt


def waves(n, seed, frequency=1.0, length=12, features=1):
    """Sines with a free phase."""
    phase = np.random.default_rng(seed).uniform(0, 2 * np.pi, (n, 1, features))
    angle = 2 * np.pi * frequency * np.arange(length)[:, None] / length
    return np.sin(angle + phase).astype(np.float32)


def normal(shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


class Made(rt.Run):
    """A run, of which nothing is asked but data, seeds, device and given series."""

    generator = torch.nn.Linear(1, 1)

    def __init__(self, data, made, device="cpu"):
        self.data, self.made, self.seeds = data, made, tuple(range(10, 10 + len(made)))
        self.generator = torch.nn.Linear(1, 1, device=device)
        self.noises = []

    def sample(self, n, noise=0):
        self.noises.append(noise)
        return self.made[:, :n]
