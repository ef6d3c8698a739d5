"""Exercises of the chapter The variational autoencoder."""

import math
from collections.abc import Callable

import torch

from .register import exercise, first_hint


@exercise("gaussian-kl")
def divergence_of_gaussians(
        answer: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]) -> str | None:
    m = torch.tensor([[0.0, 0.0], [1.0, -2.0], [0.3, 0.1]], dtype=torch.float64)
    v = torch.tensor([[0.0, 0.0], [0.5, 1.0], [2.0, 3.0]], dtype=torch.float64)
    given, terms = answer(m, v), (m ** 2 + v.exp() - 1 - v) / 2
    if given is None:
        return "the function returns nothing"
    if given.shape != m.shape[:1]:
        return "return one number per series: the channels add up"
    slips = [(terms, None),
             ((m ** 2 + v - 1 - v.log()) / 2, "v is the logarithm of the variance here"),
             ((m ** 2 + (2 * v).exp() - 1 - 2 * v) / 2,
              "v is the logarithm of the variance, not of the standard deviation"),
             (2 * terms, "everything is twice too large"),
             (-terms, "wrong sign: a divergence is never negative")]
    for wanted, slip in slips:
        if torch.allclose(given, wanted.sum(-1), equal_nan=True):
            return slip
    if torch.allclose(given, terms.mean(-1)):
        return "the channels are independent, so their divergences add; do not average"
    return "write the mean of log q - log p over q; only m squared and the variance survive"


@exercise("hidden-sigma")
def sigma_of_a_mean(answer: Callable[[int, int], float]) -> str | None:
    return first_hint(answer, [(48, 1), (24, 2), (100, 5)], [
        (lambda t, f: math.sqrt(t * f / 2), None),
        (lambda t, f: t * f / 2, "this is sigma squared"),
        (lambda t, f: math.sqrt(t * f), "the likelihood has 2 sigma squared below the error"),
        (lambda t, f: math.sqrt(2 / (t * f)),
         "upside down: a mean weighs the error less, so sigma is large"),
        (lambda t, f: 1.0, "this would weigh the sum of the squares by one half; the mean is "
         "that sum divided by the number of values"),
        (lambda t, f: math.sqrt(0.5), "this is for the sum of the squares; a mean divides it "
         "by the number of values")],
        "set the mean of the squares equal to their sum over 2 sigma squared")
