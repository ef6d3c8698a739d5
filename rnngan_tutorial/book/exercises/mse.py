"""Exercises of the chapter Squared error."""

from collections.abc import Callable

import torch

from .register import exercise, first_hint


@exercise("perfect-mse")
def squared_error_of_a_perfect_generator(answer: Callable[[float], float]) -> str | None:
    return first_hint(answer, [(0.25,), (1.0,), (3.0,)], [
        (lambda v: 2 * v, None),
        (lambda v: v, "this is what the mean series pays, which has no variance of its own"),
        (lambda v: 0.0,
         "a perfect generator makes the same law, not the series it is compared with"),
        (lambda v: 4 * v, "variances of independent numbers add; standard deviations do not")],
        "write the difference of two independent numbers of equal mean and take its variance")


@exercise("best-score")
def score_of_least_squares(answer: Callable[..., torch.Tensor]) -> str | None:
    p, q = torch.tensor([0.3, 0.1, 0.7]), torch.tensor([0.1, 0.4, 0.7])
    for a, b in ((0.0, 1.0), (-1.0, 1.0), (2.0, 5.0)):
        given, wanted = answer(p, q, a, b), (b * p + a * q) / (p + q)
        if torch.allclose(given, wanted):
            continue
        if torch.allclose(given, (a * p + b * q) / (p + q)):
            return "which label belongs to the data, of density p?"
        if torch.allclose(given, b * p + a * q):
            return "the weights p and q must sum to one; divide by their sum"
        return f"wrong for labels a = {a:g} and b = {b:g}: set p (s - b) + q (s - a) to zero"
    return None
