"""How much a generator copies: is what it makes nearer to what it saw than to what it did not?

Three measures in the Euclidean distance of whole series, in scaled units. All compare training
series with held-out ones, so the two must have one law: split at random, or recordings at random.
After a split by time a generator that copies nothing is nearer to its training series as well;
`nulls` shows by how much. None of them is a proof of privacy: they look at the nearest series
alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .data import Sequences
from .metrics.distances import squared_distances
from .metrics.inputs import check_seed, checked
from .options import check_number, check_whole
from .rivals.covariance import CentredGaussian

Series = np.ndarray | Sequences


def nearest_ratio(fake: np.ndarray, train: Series, held_out: Series) -> np.ndarray:
    """Distance to the nearest training series over that to the nearest held-out one.

    Each is a mean over generated series, among equally many series: of the larger set m are
    drawn, as many as the smaller has, and the mean is over all ways to draw them. (The nearest
    of many is nearer than that of few.) A generator that knows the law and nothing more has 1.
    One that returns training series has 0 if the sets are equally large; with N training series
    to m held-out ones the series that was copied is drawn with probability m / N only, and what
    remains is about 1 - m / N.

    Parameters
    ----------
    fake : ndarray, shape (S, n, T, F)
    train, held_out : ndarray, shape (N, T, F), or Sequences

    Returns
    -------
    ndarray, shape (S,)

    Raises
    ------
    ValueError
        If shapes do not fit, values are not finite, there are fewer than 8 series of a kind, or
        every generated series is also a held-out one.
    """
    fake, seen, unseen = _checked(fake, train, held_out)
    m = min(len(seen), len(unseen))
    near, far = (np.array([_nearest_of(_distances(f, real), m).mean() for f in fake])
                 for real in (seen, unseen))
    if not far.all():
        raise ValueError("all generated series are held-out ones, at distance 0; generate others, "
                         "or hold out others")
    return near / far


def duplicates(fake: np.ndarray, train: Series, held_out: Series,
               quantile: float = 0.05) -> np.ndarray:
    """Share of generated series that are nearer to a training series than most new ones are.

    The bound is the quantile of the held-out series' distances to their nearest training
    series, where those of M stand at 1/(M+1) to M/(M+1). So a generator that knows the law and
    nothing more has `quantile`; copies have 1. The question, and the three samples, are those of
    Meehan et al. (2020). Series that are too much alike come near without a copy: read it beside
    a score.

    Parameters
    ----------
    fake : ndarray, shape (S, n, T, F)
    train, held_out : ndarray, shape (N, T, F), or Sequences
    quantile : float
        With M held-out series between 1 / (M + 1) and M / (M + 1).

    Returns
    -------
    ndarray, shape (S,)

    Raises
    ------
    ValueError
        If shapes do not fit, values are not finite, there are fewer than 8 series of a kind, or
        the quantile is out of range.
    """
    fake, seen, unseen = _checked(fake, train, held_out)
    least = 1 / (len(unseen) + 1)
    check_number("quantile", quantile, least, np.nextafter(1 - least, 1),
                 f"in {least:.3g} to {1 - least:.3g} with {len(unseen)} held-out series")
    bound = np.quantile(_distances(unseen, seen).min(1), quantile, method="weibull")
    return np.array([(_distances(f, seen).min(1) < bound).mean() for f in fake])


def membership_auc(fake: np.ndarray, train: Series, held_out: Series) -> np.ndarray:
    """How well the distance to the nearest generated series tells training series from new ones.

    The full black-box attack of Chen et al. (2020, GAN-Leaks) without calibration, as in their
    public code: who comes nearer to a generated series is taken for a member. The area under the
    curve is the probability that a training series comes nearer than a held-out one, ties
    counted half. 1/2 is chance; over random splits the value of a generator that copies nothing
    has a standard deviation of ``sqrt((N + M + 1) / (12 N M))`` (Mann and Whitney 1947). The more
    series are generated, the more the attack sees: compare at equal n.

    Parameters
    ----------
    fake : ndarray, shape (S, n, T, F)
    train, held_out : ndarray, shapes (N, T, F) and (M, T, F), or Sequences

    Returns
    -------
    ndarray, shape (S,)
        1 if every training series comes nearer than every held-out one.

    Raises
    ------
    ValueError
        If shapes do not fit, values are not finite, or there are fewer than 8 series of a kind.
    """
    fake, seen, unseen = _checked(fake, train, held_out)
    found = []
    for f in fake:
        members, others = np.sort(_distances(seen, f).min(1)), _distances(unseen, f).min(1)
        nearer, ties = (np.searchsorted(members, others, side) for side in ("left", "right"))
        found.append((nearer + ties).mean() / 2 / len(members))
    return np.array(found)


MEASURES = {"nearest_ratio": nearest_ratio, "duplicates": duplicates,
            "membership_auc": membership_auc}


def nulls(train: Sequences, held_out: Sequences, n: int = 1000,
          seed: int = 0) -> dict[str, dict[str, float]]:
    """What the measures say of generators of which it is known whether they copy.

    Parameters
    ----------
    train, held_out : Sequences
    n : int
        Series of each generator, or as many as half of the held-out or the training series are.
    seed : int

    Returns
    -------
    dict from generator to dict from measure to number
        "new": half of the held-out series, against the other half: it copies nothing, and has
        the held-out law. "gaussian": the mean and the covariance of the training series and
        nothing else; where it is off 1, 0.05 and 1/2 the measure sees a law, not copies.
        "copies": training series, drawn without replacement.

    Raises
    ------
    ValueError
        As the measures; with fewer than 16 held-out series.
    """
    check_seed(seed)
    check_whole("n", n, 1)
    rng, (steps, features) = np.random.default_rng(seed), train.shape[1:]
    order, flat = rng.permutation(len(held_out)), train.values.reshape(len(train), -1).astype(float)
    half = len(order) // 2
    n = min(n, half, len(train))  # of each equally many: the more there are, the more is seen
    normal = flat.mean(0) + CentredGaussian(flat).draw(n, rng)
    made = {"new": held_out.values[order[:n]],
            "gaussian": np.clip(normal, -1, 1).reshape(n, steps, features),
            "copies": train.values[rng.permutation(len(train))[:n]]}
    rest = held_out.values[order[half:]]
    return {name: {measure: float(function(series[None], train,
                                           rest if name == "new" else held_out)[0])
                   for measure, function in MEASURES.items()}
            for name, series in made.items()}


def _checked(fake: Any, train: Any, held_out: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    fake, seen = checked(fake, train)
    return fake, seen, checked(fake, held_out)[1]


def _distances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Euclidean, (len(a), len(b)); equal series are at 0 in spite of rounding."""
    squares = squared_distances(a, b)
    largest = max((np.abs(v).reshape(len(v), -1).astype(float) ** 2).sum(1).max() for v in (a, b))
    return np.sqrt(np.where(squares > 1e-13 * largest, squares, 0))


def _nearest_of(distances: np.ndarray, m: int) -> np.ndarray:
    """Mean distance to the nearest of m of the columns, over all ways to choose them: (rows,).

    The i-th smallest of N is the nearest if it is chosen, the i - 1 smaller ones are not, and
    the other m - 1 are among the N - i larger: C(N - i, m - 1) ways of C(N, m).
    """
    n = distances.shape[1]
    i = np.arange(1, n - m + 1)
    weights = m / n * np.cumprod(np.concatenate([[1.0], (n - i - m + 1) / (n - i)]))
    return np.sort(distances, 1)[:, :n - m + 1] @ weights
