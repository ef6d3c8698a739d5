"""Exercises of the chapter Measuring."""

from collections.abc import Callable

import numpy as np

from .register import exercise, first_hint


@exercise("accuracy-noise")
def spread_of_a_coin_tossing_judge(answer: Callable[[int], float]) -> str | None:
    return first_hint(answer, [(8,), (50,), (192,)], [
        (lambda n: 0.5 / (2 * n) ** 0.5, None),
        (lambda n: 0.5 / n ** 0.5, "n series of each kind make 2n verdicts, not n"),
        (lambda n: 0.25 / (2 * n), "this is the variance; the question is for its root"),
        (lambda n: 0.25 / n, "this is a variance, and there are 2n verdicts"),
        (lambda n: 1 / (2 * n) ** 0.5, "a verdict is 0 or 1, each half of the time: how far "
         "is it from its mean?")],
        "the accuracy is a mean of 2n independent verdicts; what is the spread of one?")


@exercise("unbiased-mmd")
def discrepancy_without_bias(answer: Callable[..., float]) -> str | None:
    rng = np.random.default_rng(0)
    rr, gg, rg = rng.uniform(0.1, 0.9, (3, 6, 6))
    gg = gg[:5, :5]
    rg = rg[:, :5]
    for own in (rr, gg):
        own[:] = (own + own.T) / 2
        np.fill_diagonal(own, 1)

    def pairs(own: np.ndarray) -> float:
        return (own.sum() - len(own)) / (len(own) * (len(own) - 1))

    cross = rg.mean()
    slips = [(pairs(rr) + pairs(gg) - 2 * cross, None),
             (rr.mean() + gg.mean() - 2 * cross, "the diagonal compares each series with itself; "
              "leave it out, or two samples of one distribution seem apart"),
             (pairs(rr) + pairs(gg) - cross, "count the mixed pairs twice, as when you square a "
              "difference"),
             ((rr.sum() - 6) / 36 + (gg.sum() - 5) / 25 - 2 * cross, "without the diagonal there "
              "are n (n - 1) pairs, not n squared"),
             (np.sqrt(abs(pairs(rr) + pairs(gg) - 2 * cross)), "this is a root; the unbiased "
              "estimate is of the square")]
    given = answer(rr, gg, rg)
    if given is None:
        return "the function returns nothing"
    for value, slip in slips:
        if np.ndim(given) == 0 and abs(given - value) < 1e-9:
            return slip
    return "mean over pairs of real, plus pairs of generated, minus twice the mixed pairs"


@exercise("coverage")
def share_of_real_series_with_a_generated_one_near(
        answer: Callable[[np.ndarray, np.ndarray, int], float]) -> str | None:
    rng = np.random.default_rng(0)
    real, fake = rng.standard_normal((40, 3)), 0.6 * rng.standard_normal((25, 3))

    def apart(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return np.linalg.norm(a[:, None] - b, axis=2)

    def near(rr: np.ndarray, rg: np.ndarray, place: int) -> np.ndarray:
        return rg <= np.sort(rr, 1)[:, place, None]

    return first_hint(answer, [(apart(real, real), apart(real, fake), k) for k in (3, 5)], [
        (lambda rr, rg, k: near(rr, rg, k).any(1).mean(), None),
        (lambda rr, rg, k: near(rr, rg, k).any(0).mean(), "this is the share of the generated "
         "series that are near a real one; one series, again and again, gets 1"),
        (lambda rr, rg, k: near(rr, rg, k).mean(), "count a real series once, however many "
         "generated ones are near it"),
        (lambda rr, rg, k: near(rr, rg, k).sum() / (k * rg.shape[1]), "this is the density of the "
         "same paper: it counts a real series as often as generated ones are near it"),
        (lambda rr, rg, k: near(rr, rg, k - 1).any(1).mean(), "the nearest series to a real one "
         "is itself, at distance 0; the k-th neighbour comes k places after it"),
        (lambda rr, rg, k: 1 - near(rr, rg, k).any(1).mean(), "this is the share that is *not* "
         "covered")],
        "for each real series: is any generated one within the distance of its k-th neighbour?")


@exercise("same-picture")
def other_series_with_the_same_average(
        answer: Callable[[np.ndarray], np.ndarray]) -> str | None:
    x = np.random.default_rng(0).uniform(-0.5, 0.5, (20, 12, 3))
    given = answer(x.copy())
    if given is None:
        return "the function returns nothing"
    if np.shape(given) != x.shape:
        return f"the series have shape {np.shape(given)}; keep that of x"
    if np.abs(np.mean(given, 2) - x.mean(2)).max() > 1e-6:
        return "the picture has changed: at every step, the mean over features must stay"
    if np.abs(np.sort(given, 2) - np.sort(x, 2)).mean() < 0.01:
        return "these are the same numbers, with features that changed places at most"
    return None
