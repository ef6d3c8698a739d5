"""Rankings of losses over several data sets and seeds, with intervals (Agarwal et al. 2021).

Scores come as a dict from data set to an array of shape (seeds,). They are compared within a
data set only, or after they were put on a common scale, such as the way from floor to control.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

Scores = Mapping[str, np.ndarray]
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
    return float((values * np.diff(edges)).sum() / (n / 2))


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

    In each data set the expected rank of a seed of a method among one seed of each other
    method: one, and half a place or one for each method that is as good or better.

    Parameters
    ----------
    scores : dict
        Method -> data set -> ndarray, shape (seeds,); low is good.
    """
    return {name: 1 + sum(improvement([other[data] for data in mine], list(mine.values()))
                          for rival, other in scores.items() if rival != name)
            for name, mine in scores.items()}
