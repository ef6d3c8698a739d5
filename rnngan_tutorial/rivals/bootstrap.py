"""Block bootstrap: series patched together from pieces of training series."""

from __future__ import annotations

import numpy as np

from ..data import Sequences
from ..metrics.distances import squared_distances
from ..options import check_number, check_whole
from .common import ClosedForm


class Bootstrap(ClosedForm):
    """Pieces of training series, each at its own place in time, with jitter.

    Time is cut into blocks. Within a block a generated series is a copy of one training series
    at the same steps. Where a block ends, the next training series is drawn with equal
    probability from the `near` ones that come nearest, at the step before, to the one just
    copied, itself counted. Then white Gaussian noise is added to all. The first block
    ends after 1 to `block` steps, each as likely, so that no step is a seam more often than
    another.

    Blocks instead of single values keep the dependence within a block (Künsch 1989);
    matching their ends softens the seams (Carlstein et al. 1998). Both resample one long series;
    here many short ones are aligned, so a block stays where it was in time, and no stationarity
    is asked for. With ``near=None`` ends are not matched: then every step has the law of the
    training series at that step, and steps k apart have ``max(0, 1 - k / block)`` times their
    covariance.

    Parameters
    ----------
    block : int, optional
        Steps; by default a quarter of a series. With as many steps as a series has, or more,
        copies are cut once at most.
    near : int, optional
        None for all training series.
    jitter : float
        Standard deviation of the noise, in scaled units; as in `rt.metrics.controls`.

    Raises
    ------
    ValueError
        If a number is out of range.
    """

    name = "bootstrap"

    def __init__(self, data: Sequences, seeds: tuple[int, ...], block: int | None = None,
                 near: int | None = 10, jitter: float = 0.03) -> None:
        super().__init__(data, seeds)
        self.block = max(1, data.shape[1] // 4) if block is None else block
        check_whole("block", self.block, 1)
        if near is not None:
            check_whole("near", near, 1)
        self.near = min(len(data), near or len(data))
        check_number("jitter", jitter, 0, np.inf, "0 or more")
        self.jitter = jitter

    def draw_one(self, n: int, rng: np.random.Generator) -> np.ndarray:
        x = np.asarray(self.data.values, float)
        made, donor = np.empty((n, *x.shape[1:])), rng.integers(len(x), size=n)
        seam = rng.integers(1, self.block + 1, n)  # the step at which the next block begins
        for t in range(x.shape[1]):
            cut = np.flatnonzero(seam == t)
            seam[cut] += self.block
            chosen = rng.integers(self.near, size=len(cut))
            if self.near == len(x):
                donor[cut] = chosen
            elif len(cut):
                apart = squared_distances(x[donor[cut], t - 1], x[:, t - 1])
                nearest = np.argpartition(apart, self.near - 1)[:, :self.near]
                donor[cut] = np.take_along_axis(nearest, chosen[:, None], 1)[:, 0]
            made[:, t] = x[donor, t]
        return made + self.jitter * rng.standard_normal(made.shape)
