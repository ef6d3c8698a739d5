"""Exercises of the page Measured as others measure."""

import math
from collections.abc import Callable

import numpy as np

from .register import exercise

T_975 = 2.776  # Student's t, 4 degrees of freedom


@exercise("judge-floor")
def floor_of_the_judge(answer: Callable[[int], float]) -> str | None:
    each = 450
    given = answer(each)
    right = 0.5 * math.sqrt(2 / math.pi / (2 * each))
    for value, slip in (
            (right, None),
            (right * math.sqrt(2), "how many series are tested in all?"),
            (0.5 / math.sqrt(2 * each), "that is the standard deviation of the accuracy; the mean "
             "distance is less"),
            (0.5 / math.sqrt(each), "that is the standard deviation of an accuracy, and of half of "
             "the test series"),
            (2 * right, "the accuracy of a coin has standard deviation one half over the root"),
            (0.25 * 2 / math.pi / (2 * each), "a root is missing"),
            (0.0, "the accuracy is a half on average; its distance from a half is not 0")):
        if math.isclose(given, value, rel_tol=1e-3, abs_tol=1e-9):
            return slip
    return "a coin, tossed for every series of the test: how far from a half is its share of heads?"


@exercise("printed-scores")
def scores_in_print(answer: Callable[[np.ndarray], tuple[float, float, float]]) -> str | None:
    accuracies = np.array([0.52, 0.49, 0.5, 0.47, 0.55, 0.51, 0.48, 0.53, 0.46, 0.5])
    given = answer(accuracies.copy())
    if not isinstance(given, tuple) or len(given) != 3:
        return "return three numbers: TimeGAN's score, Diffusion-TS's mean, and its half width"
    each = np.abs(accuracies - 0.5)
    score, mean, half = (float(part) for part in given)
    if math.isclose(score, abs(accuracies.mean() - 0.5)):
        return "the distance of each judge first, the mean afterwards"
    if not math.isclose(score, each.mean()):
        return "TimeGAN's score is the mean over all ten judges of abs(accuracy - 1/2)"
    five = each[:5]
    if math.isclose(mean, each.mean()):
        return "Diffusion-TS has five judges, not ten"
    if not math.isclose(mean, five.mean()):
        return "Diffusion-TS's mean is that of the first five distances"
    error = five.std(ddof=1) / math.sqrt(5)
    for value, slip in (
            (T_975 * error, None),
            (error, "that is the standard error; the half width is 2.776 of them"),
            (1.96 * error, "five repeats: Student's t, not the normal distribution"),
            (T_975 * five.std(ddof=1), "of the mean, not of one judge: a root of five is missing"),
            (T_975 * five.std() / math.sqrt(5), "the variance of five is divided by four"),
            (T_975 * accuracies[:5].std(ddof=1) / math.sqrt(5),
             "the half width is that of the distances, not of the accuracies")):
        if math.isclose(half, value, rel_tol=2e-3):
            return slip
    return "the half width is 2.776 standard errors of the mean of the five distances"
