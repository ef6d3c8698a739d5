"""A Gaussian with the mean and the covariance of the training series."""

from __future__ import annotations

import numpy as np

from ..data import Sequences
from .common import ClosedForm


class CentredGaussian:
    """The Gaussian law of mean zero that has the covariance of given vectors.

    By singular values: with fewer vectors than numbers in one, the covariance has no inverse.
    With ``X - mean = U diag(l) V`` the covariance is ``V' diag(l**2 / (N - 1)) V``, and
    ``e diag(l) V / sqrt(N - 1)`` has it if e is white.

    Parameters
    ----------
    vectors : ndarray, shape (N, D)
    """

    def __init__(self, vectors: np.ndarray) -> None:
        _, lengths, directions = np.linalg.svd(vectors - vectors.mean(0), full_matrices=False)
        self.root = lengths[:, None] * directions / max(1, len(vectors) - 1) ** 0.5

    def draw(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Vectors (n, D)."""
        return rng.standard_normal((n, len(self.root))) @ self.root


class Gaussian(ClosedForm):
    """The Gaussian with the mean and covariance of all steps and features.

    What leaves [-1, 1] is clipped. The same law as `rt.metrics.controls` calls "gaussian".
    """

    name = "gaussian"

    def __init__(self, data: Sequences, seeds: tuple[int, ...]) -> None:
        super().__init__(data, seeds)
        flat = np.asarray(data.values, float).reshape(len(data), -1)
        self.mean, self.law = flat.mean(0), CentredGaussian(flat)

    def draw_one(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return (self.mean + self.law.draw(n, rng)).reshape(n, *self.data.shape[1:])
