"""Scores in closed form: sliced Wasserstein, MMD, autocorrelation, modes and labels.

Every score takes ``fake`` (S, N, T, F), what S seeds generate, and ``real`` (N, T, F), and
returns one number per seed, ndarray (S,).
"""

import numpy as np

from .data import mode_curves

FEWEST = 8  # series; with less, a score is noise


def checked(fake, real):
    """Both as float32 arrays, or a one-line error."""
    fake, real = np.asarray(fake, np.float32), np.asarray(getattr(real, "values", real), np.float32)
    if fake.ndim != 4:
        raise ValueError(f"generated series have shape {fake.shape}; they must be (seeds, "
                         f"series, time steps, features), for one seed fake[None]")
    if real.ndim != 3:
        raise ValueError(f"real series have shape {real.shape}; they must be (series, time "
                         f"steps, features)")
    if fake.shape[2:] != real.shape[1:]:
        raise ValueError(f"generated series have (time steps, features) = {fake.shape[2:]} and "
                         f"real ones {real.shape[1:]}; they must agree")
    for name, values, n in (("generated", fake, fake.shape[1]), ("real", real, len(real))):
        if n < FEWEST or not len(values):
            raise ValueError(f"there are {n} {name} series for {len(fake)} seeds; give at least "
                             f"{FEWEST} series and one seed")
        if not np.isfinite(values).all():
            raise ValueError(f"{name} series hold NaN or infinity; every value must be finite")
    return fake, real


def labels_of(sequences):
    if getattr(sequences, "labels", None) is None:
        raise ValueError("the real series have no labels; give Sequences with labels")
    return np.asarray(sequences.labels)


def directions(size, projections=256, seed=0):
    """Random unit vectors, ndarray (size, projections)."""
    drawn = np.random.default_rng(seed).standard_normal((size, projections))
    return drawn / np.linalg.norm(drawn, axis=0)


def sliced_wasserstein(fake, real, projections=256, seed=0):
    """Mean 1-Wasserstein distance of the flattened series along random directions.

    Rabin et al. 2011. Exact for any two numbers of series. Arguments and errors as for
    `discriminative`.
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


def squared_distances(a, b):
    """Between the flattened series of a (N, ...) and b (M, ...): (N, M)."""
    a, b = (v.reshape(len(v), -1).astype(float) for v in (a, b))
    squares = (a ** 2).sum(1)[:, None] + (b ** 2).sum(1) - 2 * a @ b.T
    return np.maximum(squares, 0)


def mmd(fake, real, bandwidth=None):
    """Squared maximum mean discrepancy, unbiased (Gretton et al. 2012, equation 3).

    The kernel is ``exp(-d**2 / (2 * bandwidth**2))``; by default the bandwidth is the median
    distance between two real series. May be slightly negative. Else as `discriminative`.
    """
    fake, real = checked(fake, real)
    n, m = fake.shape[1], len(real)
    rr = squared_distances(real, real)
    scale = bandwidth or np.sqrt(np.median(rr[np.triu_indices(m, 1)]))
    if not scale > 0:
        raise ValueError(f"bandwidth is {scale}; it must be above 0, so give one when most "
                         f"real series are equal")

    def kernel(squares):
        return np.exp(-squares / (2 * scale ** 2))

    own = (kernel(rr).sum() - m) / (m * (m - 1))
    return np.array([(kernel(squared_distances(f, f)).sum() - n) / (n * (n - 1)) + own
                     - 2 * kernel(squared_distances(f, real)).mean() for f in fake])


def autocorrelation(values, lags):
    """Autocorrelation of series (..., N, T, F) at each of `lags`: (..., len(lags), F).

    The mean is taken over series and time. A constant has no autocorrelation: 0.
    """
    x = values - values.mean((-3, -2), keepdims=True, dtype=float)
    variance = (x ** 2).mean((-3, -2))
    products = np.stack([(x[..., k:, :] * x[..., :x.shape[-2] - k, :]).mean((-3, -2))
                         for k in lags], -2)
    variance = variance[..., None, :]
    return np.divide(products, variance, out=np.zeros_like(products), where=variance > 1e-12)


def autocorrelation_error(fake, real, lags=None):
    """Mean absolute difference of the autocorrelations, by default at lags 1 to T/2.

    Arguments and errors as for `discriminative`.
    """
    fake, real = checked(fake, real)
    steps = real.shape[1]
    lags = range(1, steps // 2 + 1) if lags is None else list(lags)
    if not len(lags) or not all(0 < k < steps for k in lags):
        raise ValueError(f"lags are {list(lags)}; for {steps} time steps they must lie in 1 to "
                         f"{steps - 1}")
    gap = autocorrelation(fake, lags) - autocorrelation(real, lags)
    return np.abs(gap).mean((1, 2))


def mode_shares(fake, tolerance=0.2):
    """Share of the series that are a clean copy of each mode of `modes`, (S, 8).

    A series is clean when its root-mean-square distance to the nearest noiseless mode is
    below `tolerance`; any two modes are 0.8 apart, and the noise of the data is 0.03.
    """
    curves = mode_curves()
    fake, _ = checked(fake, curves)
    shares = []
    for squares in (squared_distances(f, curves) / curves[0].size for f in fake):
        clean = squares.min(1) < tolerance ** 2
        shares.append(np.bincount(squares.argmin(1)[clean], minlength=len(curves)) / len(clean))
    return np.array(shares)


def mode_coverage(fake, tolerance=0.2, share=0.02):
    """How many of the 8 modes hold more than `share` of the series as clean copies: (S,)."""
    return (mode_shares(fake, tolerance) > share).sum(1).astype(float)


def clean_share(fake, tolerance=0.2):
    """Share of the series that are a clean copy of some mode: (S,)."""
    return mode_shares(fake, tolerance).sum(1)


def nearest_label(values, real, neighbours=5):
    """Label that most of the nearest of `real` (Sequences) carry, for series (N, T, F): (N,)."""
    near = np.argsort(squared_distances(values, real.values), 1, kind="stable")[:, :neighbours]
    votes = np.eye(len(real.label_names))[labels_of(real)[near]].sum(1)
    return votes.argmax(1)


def label_share(fake, real):
    """Share of the generated series that look like each label, (S, classes).

    A series takes the label of most of its five nearest neighbours among `real`, which are
    Sequences with labels. Else as `discriminative`.
    """
    labels_of(real)
    fake, _ = checked(fake, real)
    return np.stack([np.bincount(nearest_label(f, real), minlength=len(real.label_names))
                     for f in fake]) / fake.shape[1]


def label_error(fake, real):
    """Total variation distance between the shares of labels, generated and real: (S,)."""
    truth = np.bincount(labels_of(real), minlength=len(real.label_names)) / len(real)
    return np.abs(label_share(fake, real) - truth).sum(1) / 2
