"""Exercises of the chapter Squared error."""

from collections.abc import Callable

import torch

from .register import exercise, first_hint


@exercise("shrunk-mse")
def squared_error_of_a_shrunk_copy(answer: Callable[[float, float], float]) -> str | None:
    return first_hint(answer, [(0.0, 1.0), (0.5, 2.0), (1.0, 3.0)], [
        (lambda k, v: k * k * v + v, None),
        (lambda k, v: (1 - k) ** 2 * v,
         "this compares each copy with its own original; here it meets a random real series"),
        (lambda k, v: k * k * v, "the real series vary too, whatever the generator does"),
        (lambda k, v: k * v + v, "a factor k on a number is not a factor k on its variance"),
        (lambda k, v: (1 + k) ** 2 * v,
         "variances of independent numbers add; standard deviations do not")],
        "write the difference of two independent numbers of equal mean and take its variance")


@exercise("ratio-from-logit")
def ratio_of_densities_from_a_logit(answer: Callable[..., torch.Tensor]) -> str | None:
    p, q = torch.tensor([0.3, 0.1, 0.7]), torch.tensor([0.1, 0.4, 0.7])
    for a, b in ((0.0, 1.0), (-1.0, 1.0), (2.0, 5.0)):
        s = (b * p + a * q) / (p + q)
        given = torch.as_tensor(answer(s, a, b))
        if torch.allclose(given, p / q):
            continue
        if torch.allclose(given, s.exp()):
            return "this belongs to BCE, whose best logit is log p/q"
        if torch.allclose(given, q / p):
            return "this is q/p; a series that is likelier in the data has a logit nearer to b"
        if torch.allclose(given, s / (1 - s)):
            return f"right for labels 0 and 1 only; wrong for a = {a:g} and b = {b:g}"
        return f"wrong for labels a = {a:g} and b = {b:g}: the best logit is a mean of the labels"
    return None
