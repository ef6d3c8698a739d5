"""Exercises of the chapter Adam in a two-player game."""

from cmath import exp, pi
from collections.abc import Callable

from .register import exercise, first_hint


@exercise("uncorrected-step")
def first_step_without_correction(answer: Callable[[float, float, float], float]) -> str | None:
    return first_hint(answer, [(1.0, 0.9, 0.999), (0.003, 0.5, 0.9), (0.01, 0.0, 0.99)], [
        (lambda lr, a, b: lr * (1 - a) / (1 - b) ** 0.5, None),
        (lambda lr, a, b: lr, "this is the first step with the correction"),
        (lambda lr, a, b: lr * (1 - a), "the size v starts at zero as well"),
        (lambda lr, a, b: lr * (1 - a) / (1 - b), "Adam divides by the root of v"),
        (lambda lr, a, b: lr * a / b ** 0.5,
         "how much of the first gradient goes into m: beta, or what is left of one?")],
        "write m and v after one gradient g, starting from zero")


@exercise("spiral-factor")
def growth_of_the_spiral(answer: Callable[[float], float]) -> str | None:
    return first_hint(answer, [(0.01,), (0.1,), (1.0,)], [
        (lambda lr: (1 + lr ** 2) ** 0.5, None),
        (lambda lr: 1 + lr, "the step is at a right angle to where the players stand"),
        (lambda lr: 1 + lr ** 2, "this is the factor of the squared distance"),
        (lambda lr: 1.0, "this is so when the players take turns"),
        (lambda lr: 1 - lr, "each player goes downhill, and yet they do not come nearer")],
        "take the length of the eigenvalue 1 + i lr")


@exercise("averaged-circle")
def share_that_an_average_leaves(answer: Callable[[float, float], float]) -> str | None:
    return first_hint(answer, [(53, 0.99), (1685, 0.99), (100, 0.9)], [
        (lambda turn, a: (1 - a) / abs(1 - a * exp(2j * pi / turn)), None),
        (lambda turn, a: (1 + (2 * pi / turn * a / (1 - a)) ** 2) ** -0.5,
         "this is the approximation for slow circles; the sum itself is no longer"),
        (lambda turn, a: (1 - a) / (1 - a * exp(2j * pi / turn).real),
         "take the absolute value of the complex number, not its real part"),
        (lambda turn, a: abs((1 - a) / (1 - a * exp(1j * turn))),
         "the angle per step is one turn, 2 pi, by the steps it takes"),
        (lambda turn, a: 1 / abs(1 - a * exp(2j * pi / turn)),
         "the newest place enters with the weight 1 - a"),
        (lambda turn, a: a ** turn, "this is what is left of the place one turn ago"),
        (lambda turn, a: 0.0, "a plain mean over whole turns would be 0; a running one is not")],
        "sum (1 - a) a^k exp(-i k omega) over k")
