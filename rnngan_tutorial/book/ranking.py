"""Rankings of losses over several data sets and seeds, with intervals (Agarwal et al. 2021).

Scores come as a dict from data set to an array of shape (seeds,). They are compared within a
data set only, or after they were put on a common scale, such as the way from floor to control.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import TypeVar

import numpy as np

Scores = Mapping[str, np.ndarray]
Key = TypeVar("Key", bound=Hashable)
Statistic = Callable[[Sequence[np.ndarray]], float]


def interquartile_mean(groups: Sequence[np.ndarray]) -> float:
    """Mean of the middle half of all scores; those that the quartiles cut count in part.

    Agarwal et al. 2021, section 4.3. Less moved by one failed seed than the mean, and by all
    seeds in the middle where the median looks at one.
    """
    values = np.sort(np.concatenate(groups))
    n = len(values)
    # Value i covers [i, i + 1]; how much of it lies in [n / 4, 3 n / 4]?
    edges = np.clip(np.arange(n + 1), n / 4, 3 * n / 4)
    share = np.diff(edges)
    return float((values[share > 0] * share[share > 0]).sum() / (n / 2))


def interval(statistic: Statistic, *scores: Scores, level: float = 0.95, repeats: int = 2000,
             seed: int = 0) -> tuple[float, float]:
    """Stratified bootstrap interval of a statistic of one or several methods' scores.

    Agarwal et al. 2021, section 4.1: seeds are drawn again with replacement within each data
    set and method, so that no data set gets more weight than it has. The interval is that of
    percentiles.

    Parameters
    ----------
    statistic : callable
        Of one sequence of arrays per method, one array per data set.
    *scores : dict of ndarray, shape (seeds,)
        One for each method, with the same data sets.
    level : float
    repeats, seed : int

    Returns
    -------
    (float, float)

    Raises
    ------
    ValueError
        If the methods have not the same data sets.
    """
    names = list(scores[0])
    for other in scores[1:]:
        if set(other) != set(names):
            raise ValueError(f"the methods have other data sets: {sorted(names)} and "
                             f"{sorted(other)}")
    rng = np.random.default_rng(seed)
    found = np.empty(repeats)
    for i in range(repeats):
        drawn = [[rng.choice(one[name], len(one[name])) for name in names] for one in scores]
        found[i] = statistic(*drawn)  # one argument per method
    low, high = np.quantile(found, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def improvement(first: Sequence[np.ndarray], second: Sequence[np.ndarray]) -> float:
    """Probability that a seed of the first is better, that is lower, than one of the second.

    Agarwal et al. 2021, section 4.3: all pairs of seeds of a data set, ties counting half, and
    the mean over the data sets. At 1/2 neither is better.
    """
    return float(np.mean([
        ((a[:, None] < b).mean() + (a[:, None] <= b).mean()) / 2
        for a, b in zip(first, second, strict=True)]))


def ranks(scores: Mapping[str, Scores]) -> dict[str, float]:
    """Mean rank of each method over data sets and seeds drawn at random; 1 is the best.

    In each data set the expected rank of a seed of a method among one seed of each other method
    that has the data: one, and half a place or one for each that is as good or better.

    Parameters
    ----------
    scores : dict
        Method -> data set -> ndarray, shape (seeds,); low is good.
    """
    return {name: 1 + float(np.mean([
        sum(improvement([other[data]], [values]) for rival, other in scores.items()
            if rival != name and data in other) for data, values in mine.items()]))
        for name, mine in scores.items()}


def _null(n: int, m: int) -> np.ndarray:
    """How likely each number of won pairs is, 0 to n m, if n and m seeds are alike."""
    # Seed by seed: the one that n - 1 others and j of the second stand below wins j pairs.
    ways = np.zeros((n + 1, n * m + 1))
    ways[0, 0] = 1
    for j in range(m + 1):
        for i in range(1, n + 1):
            ways[i, j:] += ways[i - 1, :n * m + 1 - j]
    return ways[n] / ways[n].sum()


def luck(first: Scores, second: Scores) -> float:
    """How likely two methods alike would differ by as much, one way or the other.

    The exact rank test of Wilcoxon, and of Mann and Whitney 1947, on the pairs of seeds that the
    first wins, added over the data sets that both have. Ties count half.

    Raises
    ------
    ValueError
        If they have no data set in common.
    """
    common = [name for name in first if name in second]
    if not common:
        raise ValueError("the methods have no data set in common")
    won, chance = 0.0, np.ones(1)
    for name in common:
        a, b = first[name], second[name]
        won += ((a[:, None] < b).sum() + (a[:, None] <= b).sum()) / 2
        chance = np.convolve(chance, _null(len(a), len(b)))
    at = np.arange(len(chance))
    return float(min(1.0, 2 * min(chance[at <= won].sum(), chance[at >= won].sum())))


def holm(chances: Mapping[Key, float]) -> dict[Key, float]:
    """Chances of luck, for so many comparisons at once (Holm 1979)."""
    found: dict[Key, float] = {}
    most = 0.0
    for i, (name, chance) in enumerate(sorted(chances.items(), key=lambda item: item[1])):
        most = max(most, min(1.0, (len(chances) - i) * chance))
        found[name] = most
    return found


def critical_difference(methods: int, data_sets: int, level: float = 0.95, draws: int = 200_000,
                        seed: int = 0) -> float:
    """How far mean ranks must lie apart for the test of Nemenyi (Demsar 2006, section 3.2.2).

    Its constant is a quantile of the range of as many normal numbers as there are methods, over
    the root of 2; drawn here.
    """
    draw = np.random.default_rng(seed).standard_normal((draws, methods))
    q = np.quantile(np.ptp(draw, 1), level) / np.sqrt(2)
    return float(q * np.sqrt(methods * (methods + 1) / (6 * data_sets)))
