"""Exercises of the chapter KL divergence and of its aside, When a ratio explodes."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from .register import exercise, first_hint


@exercise("conjugate-of-kl")
def conjugate(answer: Callable[[np.ndarray], ArrayLike]) -> str | None:
    t = np.linspace(-2.0, 3.0, 11)
    given, best = np.asarray(answer(t), dtype=float), np.exp(t - 1)
    if given.shape != t.shape:
        return "return one value per t"
    slips = {"this belongs to u log u - u; the derivative of u log u has one term more":
             np.exp(t),
             "this is u t at the best u; f(u) has still to be taken away": t * best,
             "this is f at the best u; the conjugate is u t - f(u) there": (t - 1) * best,
             "wrong sign: the conjugate is the largest value of u t - f(u)": -best,
             "this is the derivative of f, not its conjugate": 1 + t}
    if np.allclose(given, best):
        return None
    for slip, values in slips.items():
        if np.allclose(given, values):
            return slip
    return "set the derivative of u t - u log u in u to zero, and put that u back in"


@exercise("longest-series")
def longest_series(answer: Callable[[float, int], float]) -> str | None:
    return first_hint(answer, [(0.1, 32), (0.02, 32), (0.1, 1024)], [
        (lambda kappa, batch: np.log(batch) / kappa, None),
        (lambda kappa, batch: batch / kappa,
         "KL grows like the length, but the series needed grow like e to the KL"),
        (lambda kappa, batch: np.log2(batch) / kappa, "nats ask for the natural logarithm"),
        (lambda kappa, batch: np.log(batch) / (2 * kappa),
         "this is where the variance of the weights reaches the batch size"),
        (lambda kappa, batch: np.log(batch) * kappa,
         "the more a step adds, the shorter the series must be")],
        "the KL of T steps is T times kappa; solve e to that power = batch for T")


@exercise("practical-weight")
def practical_weight(answer: Callable[[np.ndarray], ArrayLike]) -> str | None:
    u = np.array([0.1, 0.5, 1.0, 3.0, 10.0])
    given = np.asarray(answer(u), dtype=float)
    if given.shape != u.shape:
        return "return one weight per u"
    slips = {"this is the weight at the saddle point, where the generator feels -1": u ** 0,
             "this is kl at its saddle point": u,
             "this is js: look up g(s) of reverse_kl": 1 / (1 + u),
             "close: the generator goes down its loss, so that the weight is positive": -1 / u}
    if np.allclose(given, 1 / u):
        return None
    for slip, values in slips.items():
        if np.allclose(given, values):
            return slip
    return "differentiate g(s) in s, and put in the best s, which is log u"
