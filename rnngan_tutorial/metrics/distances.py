"""Distances between generated and real series in closed form."""

from collections.abc import Iterable

import numpy as np

from ..data import Sequences
from ..options import check_number, check_whole
from .inputs import check_lags, check_seed, checked


def directions(size: int, projections: int = 256, seed: int = 0) -> np.ndarray:
    """Random unit vectors.

    Parameters
    ----------
    size, projections : int
        Length of a vector, and how many.
    seed : int

    Returns
    -------
    ndarray, shape (size, projections)

    Raises
    ------
    ValueError
        If `size` or `projections` is below 1 or `seed` below 0.
    """
    check_whole("size", size, 1)
    check_whole("projections", projections, 1)
    check_seed(seed)
    drawn = np.random.default_rng(seed).standard_normal((size, projections))
    return drawn / np.linalg.norm(drawn, axis=0)


def sliced_wasserstein(fake: np.ndarray, real: np.ndarray | Sequences, projections: int = 256,
                       seed: int = 0) -> np.ndarray:
    """Mean 1-Wasserstein distance of the flattened series along random directions.

    Rabin et al. 2011, section 2. Exact along each direction for any two numbers of series.

    Parameters
    ----------
    fake : ndarray, shape (S, N, T, F)
        Scaled series of S seeds.
    real : ndarray, shape (M, T, F), or Sequences
    projections : int
        Number of directions.
    seed : int
        Seed of the directions.

    Returns
    -------
    ndarray, shape (S,)
        In scaled units; 0 for equal series.

    Raises
    ------
    ValueError
        If shapes do not fit, values are not finite, there are fewer than 8 series of a kind,
        or `projections` is below 1.
    """
    fake, real = checked(fake, real)
    n, m = fake.shape[1], len(real)
    along = directions(real[0].size, projections, seed)
    q = np.sort(real.reshape(m, -1) @ along, 0)
    # Quantile functions are steps: the integral of their difference is a finite sum.
    edges = np.union1d(np.arange(n + 1) * m, np.arange(m + 1) * n)
    inside, width = edges[:-1], np.diff(edges) / (n * m)
    return np.array([(np.abs(p[inside // m] - q[inside // n]).mean(1) * width).sum()
                     for p in (np.sort(f.reshape(n, -1) @ along, 0) for f in fake)])


def squared_distances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Squared distances between the flattened series of a (N, ...) and b (M, ...): (N, M)."""
    a, b = (v.reshape(len(v), -1).astype(float) for v in (a, b))
    squares = (a ** 2).sum(1)[:, None] + (b ** 2).sum(1) - 2 * a @ b.T
    return np.maximum(squares, 0)


def mmd(fake: np.ndarray, real: np.ndarray | Sequences,
        bandwidth: float | None = None) -> np.ndarray:
    """Squared maximum mean discrepancy, unbiased.

    Gretton et al. 2012, equation 3, with the kernel ``exp(-d**2 / (2 * bandwidth**2))``.

    Parameters
    ----------
    fake : ndarray, shape (S, N, T, F)
        Scaled series of S seeds.
    real : ndarray, shape (M, T, F), or Sequences
    bandwidth : float, optional
        By default the median distance between two real series; where most are equal, between
        two that differ.

    Returns
    -------
    ndarray, shape (S,)
        0 on average for series of one law, so that it may be slightly negative.

    Raises
    ------
    ValueError
        If shapes do not fit, values are not finite, there are fewer than 8 series of a kind,
        or the bandwidth is not above 0.
    """
    fake, real = checked(fake, real)
    if bandwidth is not None:
        check_number("bandwidth", bandwidth, np.finfo(float).tiny, np.inf,
                     "a finite number above 0")
    n, m = fake.shape[1], len(real)
    rr = squared_distances(real, real)
    if bandwidth is None:
        apart = rr[np.triu_indices(m, 1)]
        least = 1e-12 * (real.reshape(m, -1).astype(float) ** 2).sum(1).max()  # 0, but for rounding
        differ = apart[apart > least]
        if not len(differ):
            raise ValueError("bandwidth is 0, as all real series are equal; give one, or choose "
                             "other scores")
        scale = np.sqrt(np.median(apart if np.median(apart) > least else differ))
    else:
        scale = bandwidth

    def kernel(squares: np.ndarray) -> np.ndarray:
        return np.exp(-squares / (2 * scale ** 2))

    own = (kernel(rr).sum() - m) / (m * (m - 1))
    return np.array([(kernel(squared_distances(f, f)).sum() - n) / (n * (n - 1)) + own
                     - 2 * kernel(squared_distances(f, real)).mean() for f in fake])


def autocorrelation(values: np.ndarray, lags: Iterable[int]) -> np.ndarray:
    """Autocorrelation of series, about the mean over all series and time.

    Parameters
    ----------
    values : ndarray, shape (..., N, T, F)
    lags : list of int
        In 0 to T - 1.

    Returns
    -------
    ndarray, shape (..., len(lags), F)
        A constant has no autocorrelation: 0.

    Raises
    ------
    ValueError
        If a lag is out of range.
    """
    lags = check_lags(lags, values.shape[-2], least=0)
    x = values - values.mean((-3, -2), keepdims=True, dtype=float)
    variance = (x ** 2).mean((-3, -2))
    products = np.stack([(x[..., k:, :] * x[..., :x.shape[-2] - k, :]).mean((-3, -2))
                         for k in lags], -2)
    variance = variance[..., None, :]
    return np.divide(products, variance, out=np.zeros_like(products), where=variance > 1e-12)


def autocorrelation_error(fake: np.ndarray, real: np.ndarray | Sequences,
                          lags: Iterable[int] | None = None) -> np.ndarray:
    """Mean absolute difference of the autocorrelations, over lags and features.

    Parameters
    ----------
    fake : ndarray, shape (S, N, T, F)
        Scaled series of S seeds.
    real : ndarray, shape (M, T, F), or Sequences
    lags : list of int, optional
        In 1 to T - 1; by default 1 to T/2.

    Returns
    -------
    ndarray, shape (S,)

    Raises
    ------
    ValueError
        If shapes do not fit, values are not finite, there are fewer than 8 series of a kind,
        or a lag is out of range.
    """
    fake, real = checked(fake, real)
    steps = real.shape[1]
    lags = check_lags(range(1, steps // 2 + 1) if lags is None else lags, steps)
    gap = autocorrelation(fake, lags) - autocorrelation(real, lags)
    return np.abs(gap).mean((1, 2))


def medoid(values: np.ndarray) -> np.ndarray:
    """The series (1, T, F) of (N, T, F) that is nearest to all others."""
    return values[np.sqrt(squared_distances(values, values)).sum(1).argmin()][None]
