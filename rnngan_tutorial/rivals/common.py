"""What every rival has in common: the series it was fitted to, seeds, and series drawn from it."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import torch

from ..data import Sequences
from ..draws import SAMPLING
from ..options import check_whole


class Clock:
    """Seconds of work: ``with Clock() as clock: ...``, then ``clock.seconds``.

    On the CPU the process's own time on all its threads, whatever else the machine does
    meanwhile; elsewhere the time that passes until the device is done. The same clock around
    `rt.train` tells what a GAN costs.

    Parameters
    ----------
    device : torch.device or str
    """

    def __init__(self, device: torch.device | str = "cpu") -> None:
        self.device, self.seconds = torch.device(device), 0.0
        # PyTorch loads for seconds when a process makes its first optimizer. That is no training.
        torch.optim.Adam([torch.zeros(1)])

    def _now(self) -> float:
        if self.device.type == "cpu":
            return time.process_time()
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)
        return time.perf_counter()

    def __enter__(self) -> Clock:
        self._began = self._now()
        return self

    def __exit__(self, *error: Any) -> None:
        self.seconds = self._now() - self._began


class Rival:
    """A generator of series that is no GAN, fitted for several seeds.

    Attributes
    ----------
    name : str
        The key in `rivals.NAMES`.
    data : Sequences
        What it was fitted to.
    seeds : tuple of int
    seconds : float
        What fitting one seed cost, by `Clock`.
    """

    name = ""

    def __init__(self, data: Sequences, seeds: tuple[int, ...]) -> None:
        self.data, self.seeds, self.seconds = data, seeds, 0.0

    def __repr__(self) -> str:
        return f"Rival({self.name} on {self.data.name}, seeds {', '.join(map(str, self.seeds))})"

    def sample(self, n: int, noise: int = 0) -> np.ndarray:
        """Series of each seed, float32 of shape (S, n, T, F), on the scale of the data.

        Parameters
        ----------
        n : int
            Series per seed.
        noise : int
            Another number gives other series. A seed draws the same alone or in company.

        Raises
        ------
        ValueError
            If `n` is below 1 or `noise` below 0.
        """
        check_whole("n", n, 1)
        check_whole("noise", noise, 0)
        return np.clip(self.draw(n, noise), -1, 1).astype(np.float32)

    def draw(self, n: int, noise: int) -> np.ndarray:
        """Series (S, n, T, F) that may lie outside [-1, 1]."""
        raise NotImplementedError


class ClosedForm(Rival):
    """A rival that is fitted in one go, by a formula.

    All seeds share the fit; what differs between them is what is drawn from it.
    """

    def draw(self, n: int, noise: int) -> np.ndarray:
        sources = [np.random.default_rng((seed, SAMPLING, noise)) for seed in self.seeds]
        return np.stack([self.draw_one(n, rng) for rng in sources])

    def draw_one(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Series (n, T, F) of one seed."""
        raise NotImplementedError
