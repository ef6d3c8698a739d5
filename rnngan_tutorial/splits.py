"""Ways to part series in two; each answers which series are in the first and the second part."""

import numpy as np

from .options import check_whole


def parts_of(kinds: np.ndarray, groups: np.ndarray | None, starts: np.ndarray | None, length: int,
             fraction: float, by: str | None, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Which of N series are in each part, two masks (N,); `Sequences.split` says how.

    Parameters
    ----------
    kinds, groups, starts : ndarray, shape (N,)
        Labels; recordings, and when series begin in them, where they are known.
    length : int
        Time steps of a series.
    fraction, by, seed
        The arguments of `Sequences.split`.
    """
    n = len(kinds)
    groups = np.zeros(n, int) if groups is None else groups
    several = len(np.unique(groups)) > 1
    if not (np.isreal(fraction) and 0 < fraction < 1):
        raise ValueError(f"fraction is {fraction!r}; it must lie between 0 and 1")
    check_whole("seed", seed, 0)
    if by is None:
        by = "group" if several else "random" if starts is None else "time"
    if by == "group":
        if not several:
            raise ValueError("by is 'group' but there are not two recordings; name them with "
                             "recording= or groups= when reading the data")
        parts = by_group(kinds, groups, fraction, seed)
    elif by == "time":
        if starts is None:
            raise ValueError("by is 'time' but it is not known when series begin; use "
                             "by='random', or give starts=")
        parts = by_time(starts, groups, length, fraction)
    elif by == "random":
        parts = at_random(kinds, fraction, seed)
    else:
        raise ValueError(f"by is {by!r}; it must be 'group', 'time', 'random' or None")
    if not (parts[0].any() and parts[1].any()):
        raise ValueError(f"{n} series cannot be split {fraction} to {1 - fraction:g} by {by}; "
                         f"one part would be empty")
    return parts


def at_random(kinds: np.ndarray, fraction: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Parts at random, each kind (N,) split alike."""
    order = np.random.default_rng(seed).permutation(len(kinds))
    first = np.zeros(len(kinds), bool)
    for kind in np.unique(kinds):
        group = order[kinds[order] == kind]
        first[group[:round(fraction * len(group))]] = True
    return first, ~first


def by_group(kinds: np.ndarray, groups: np.ndarray, fraction: float,
             seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Parts of whole groups (N,) in random order, as near to the fraction as they allow.

    Each kind is split alike, as far as whole groups allow; a group's kind is that of most of
    its series.
    """
    _, groups = np.unique(groups, return_inverse=True)
    sizes = np.bincount(groups)
    order = np.random.default_rng(seed).permutation(len(sizes))
    _, codes = np.unique(kinds, return_inverse=True)
    counts = np.zeros((len(sizes), codes.max() + 1), int)
    np.add.at(counts, (groups, codes), 1)
    majority = counts.argmax(1)
    chosen = np.zeros(len(sizes), bool)
    wanted = 0.0  # what one kind misses or has too many, the next makes good
    for kind in np.unique(majority):
        members = order[majority[order] == kind]
        wanted += fraction * sizes[members].sum()
        chosen[_nearest_sum(members, sizes, wanted)] = True
        wanted -= sizes[members][chosen[members]].sum()
    if chosen.all() or not chosen.any():  # both parts need one
        smallest = order[sizes[order].argmin()]
        chosen[smallest] = not chosen[smallest]
    return chosen[groups], ~chosen[groups]


def by_time(starts: np.ndarray, groups: np.ndarray, length: int,
            fraction: float) -> tuple[np.ndarray, np.ndarray]:
    """The first of each group's series in time, and those that begin after all of them end."""
    first, second = np.zeros((2, len(starts)), bool)
    for group in np.unique(groups):
        members = np.flatnonzero(groups == group)
        members = members[np.argsort(starts[members], kind="stable")]
        early, late = np.split(members, [round(fraction * len(members))])
        first[early] = True
        end = starts[early].max(initial=-np.inf) + length
        second[late[starts[late] >= end - 1e-6]] = True
    return first, second


def _nearest_sum(members: np.ndarray, sizes: np.ndarray, wanted: float) -> np.ndarray:
    """Those members whose sizes add up to the number nearest to `wanted`."""
    last = np.full(sizes[members].sum() + 1, -1)  # the last member in each sum that can be had
    last[0] = members[0]
    best = 0
    for member in members:
        sums = np.flatnonzero(last[:len(last) - sizes[member]] >= 0) + sizes[member]
        new = sums[last[sums] < 0]
        last[new] = member
        if len(new) and np.abs(new - wanted).min() < abs(best - wanted):
            best = new[np.abs(new - wanted).argmin()]
        if abs(best - wanted) <= 0.5:
            break
    chosen = []
    while best:
        chosen.append(last[best])
        best -= sizes[last[best]]
    return np.array(chosen, int)
