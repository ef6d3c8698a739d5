"""Exercises of the chapter Improved GAN, and of its aside on historical averaging."""

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import ArrayLike

from .register import exercise


@exercise("unbiased-matching")
def matching_without_bias(
        answer: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]) -> str | None:
    source = torch.Generator().manual_seed(0)
    for batch in (4, 9):
        real = torch.randn(batch, 3, generator=source) + 1
        fake = 2 * torch.randn(batch, 3, generator=source)
        given = answer(real, fake)
        if given is None:
            return "the function returns nothing"
        given = torch.as_tensor(given)
        if given.dim():
            return "return one number: sum over the features"
        biased = ((real.mean(0) - fake.mean(0)) ** 2).sum()
        spread = [x.var(0).sum() / batch for x in (real, fake)]
        narrow = [x.var(0, unbiased=False).sum() / batch for x in (real, fake)]
        slips = {"this is the batch's own distance; what does it add to that of the distributions?":
                     biased,
                 "the real batch scatters too": biased - spread[1],
                 "the generated batch scatters too": biased - spread[0],
                 "the scatter makes the distance too large; which sign mends that?":
                     biased + sum(spread),
                 "the mean of a batch varies less than one series: by the size of the batch":
                     biased - batch * sum(spread),
                 "divide the variance by B - 1, not by B: the mean is from the same batch":
                     biased - sum(narrow)}
        if torch.isclose(given, biased - sum(spread), atol=1e-5):
            continue
        for slip, value in slips.items():
            if torch.isclose(given, value, atol=1e-5):
                return slip
        return f"wrong for batches of {batch}: take away both variances, each divided by B"
    return None


@exercise("smoothed-logit")
def best_logit_of_smoothed_labels(answer: Callable[..., ArrayLike]) -> str | None:
    p, q = np.array([0.3, 0.1, 0.7]), np.array([0.1, 0.4, 0.7])
    for real, fake in ((1.0, 0.25), (0.9, 0.0), (0.9, 0.1)):
        given = np.asarray(answer(p, q, real, fake), dtype=float)
        up, down = real * p + fake * q, (1 - real) * p + (1 - fake) * q
        if np.allclose(given, np.log(up / down)):
            continue
        if np.allclose(given, up / (p + q)):
            return "this is the best probability; the question is for the logit"
        if np.allclose(given, np.log(real * p / (fake * q + 1e-300))):
            return "a label of 0.9 also says 0.1 fake: both kinds of series appear on both sides"
        if np.allclose(given, np.log(down / up)):
            return "wrong sign: real series pull the logit up"
        if np.allclose(given, np.log(real * p / ((1 - real) * p + q))):
            return "right for one-sided smoothing; generated series now have a label too"
        return "set the derivative of the loss at one place in s to zero"
    return None


@exercise("historical-pull")
def pull_to_the_past(answer: Callable[..., ArrayLike]) -> str | None:
    past, c = np.random.default_rng(0).normal(size=(6, 3)), 0.7
    given = answer(torch.as_tensor(past), c)
    if given is None:
        return "the function returns nothing"
    given = np.asarray(given, dtype=float)
    if given.shape != (3,):
        return "return one number per weight: the gradient in the newest weights"
    mean, new = past.mean(0), past[-1]
    slips = {"one round is no past: to the mean of how many rounds does the term tie?":
                 2 * c * (new - past[-2]),
             "the newest weights are in the mean too": 2 * c * (new - past[:-1].mean(0)),
             "wrong sign: descent subtracts the gradient": 2 * c * (mean - new),
             "the derivative of a square has a factor two": c * (new - mean),
             "the tie has a strength, c": 2 * (new - mean),
             "the mean counts as a constant, though the newest weights are in it":
                 2 * c * (new - mean) * (1 - 1 / len(past))}
    if np.allclose(given, 2 * c * (new - mean)):
        return None
    for slip, value in slips.items():
        if np.allclose(given, value):
            return slip
    return "differentiate c times the squared distance from the mean of all rounds"
