"""A Gaussian copula: every value keeps its own law, and a Gaussian joins them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import torch

from ..data import Sequences
from .common import ClosedForm
from .covariance import CentredGaussian


class Copula(ClosedForm):
    """Empirical laws of each step and feature, joined by a Gaussian copula.

    Each value is replaced by its normal score ``Phi^-1(rank / (N + 1))`` among the values of
    its step and feature, where ties share their mean rank. A Gaussian with the correlations of
    the scores is drawn from, and each number z is turned back into a value: the quantile at
    ``Phi(z)`` of the training values, which stand at ``1/(N+1), ..., N/(N+1)``, with straight
    lines between. So no value leaves the range of its step.

    The law is called nonparanormal by Liu et al. (2009); the correlation of normal scores
    estimates its parameter (Klaassen and Wellner 1997).
    """

    name = "copula"

    def __init__(self, data: Sequences, seeds: tuple[int, ...]) -> None:
        super().__init__(data, seeds)
        flat = np.asarray(data.values, float).reshape(len(data), -1)
        scores = torch.special.ndtri(torch.from_numpy(
            pd.DataFrame(flat).rank().to_numpy() / (len(flat) + 1))).numpy()
        spread = scores.std(0, ddof=min(1, len(flat) - 1))
        # A step that never varies has no correlation; it stays at its only value.
        self.law = CentredGaussian(scores / np.where(spread > 1e-9, spread, 1))
        self.ordered = np.sort(flat, 0)

    def draw_one(self, n: int, rng: np.random.Generator) -> np.ndarray:
        shares = torch.special.ndtr(torch.from_numpy(self.law.draw(n, rng))).numpy()
        places = np.arange(1, len(self.ordered) + 1) / (len(self.ordered) + 1)
        made = [np.interp(share, places, values) for share, values
                in zip(shares.T, self.ordered.T, strict=True)]
        return np.stack(made, 1).reshape(n, *self.data.shape[1:])
