"""Exercises of the page When it goes wrong."""

from collections.abc import Callable
from math import floor, log

import torch

from .register import exercise, first_hint


@exercise("doubling-test")
def change_by_doubling(
        answer: Callable[[Callable[[torch.Tensor], torch.Tensor], torch.Tensor], float]
) -> str | None:
    source = torch.Generator().manual_seed(0)
    x = 1 + torch.rand(6, 4, 2, generator=source, dtype=torch.float64)

    def over_time(x: torch.Tensor) -> torch.Tensor:
        return x.sum(1).square().mean()

    losses = {
        "a mean over the batch": lambda x: 3 * x.square().flatten(1).sum(1).mean(),
        "a sum over the batch": lambda x: 5 * x.square().flatten(1).sum(1).sum(),
        "one norm for the batch": lambda x: (x.norm() - 1) ** 2,
        "a sum over time": over_time,
        "a loss that falls": lambda x: 1 / x.square().sum(),
        "a loss below zero": lambda x: -x.square().sum()}
    for name, loss in losses.items():
        once = loss(x)
        given = torch.as_tensor(answer(loss, x), dtype=x.dtype)
        if given.dim():
            return "return one number"
        wanted = (loss(torch.cat([x, x])) - once).abs() / once.abs()
        if torch.isclose(given, wanted, atol=1e-9):
            continue
        for value, slip in (
                (wanted * once.abs(), "this is the change itself; how large is it beside the "
                 "loss?"),
                ((loss(2 * x) - once).abs() / once.abs(), "this doubles the values; let each "
                 "series stand in the batch twice"),
                ((loss(torch.cat([x, x], 1)) - once).abs() / once.abs(), "this makes the series "
                 "twice as long; the batch is the first axis"),
                ((loss(torch.cat([x, x])) - once).abs() / once, "a loss may be negative; its size "
                 "is not"),
                ((loss(torch.cat([x, x])) - once) / once.abs(), "the change has no sign")):
            if torch.isclose(given, value, atol=1e-9):
                return slip
        return f"wrong for {name}: the loss of the batch twice, less that of the batch, over that"
    return None


@exercise("age-of-an-average")
def steps_of_an_average(answer: Callable[[float, float], float]) -> str | None:
    return first_hint(answer, [(0.99, 0.1), (0.999, 0.1), (0.9, 0.01)], [
        (lambda a, p: log(p) / log(a), None),
        (lambda a, p: 1 / (1 - a), "after so many steps 37 % are left, whatever was asked for"),
        (lambda a, p: log(p) / (a - 1), "log a is nearly a - 1, and not quite"),
        (lambda a, p: log(a) / log(p), "turned round: how often is a multiplied by itself?"),
        (lambda a, p: log(1 - p) / log(a), "p is the share of the initial weights that is left, "
         "not the share that has gone"),
    ], "after n steps a**n of the initial weights are left")


@exercise("leak-of-a-shuffle")
def windows_that_leak(answer: Callable[[int, int, float], float]) -> str | None:
    return first_hint(answer, [(24, 3, 0.6), (24, 8, 0.6), (48, 12, 0.8), (24, 5, 0.5)], [
        (lambda length, stride, f: 1 - (1 - f) ** (2 * floor(length / 2 / stride)), None),
        (lambda length, stride, f: 1 - (1 - f) ** floor(length / 2 / stride),
         "a window has neighbours on both sides"),
        (lambda length, stride, f: 1 - (1 - f) ** (2 * floor((length - 1) / stride)),
         "this counts every neighbour that shares a step; asked for is half of the steps"),
        (lambda length, stride, f: 1 - (1 - f) ** 2, "with small strides there are more than two "
         "such neighbours"),
        (lambda length, stride, f: f ** (2 * floor(length / 2 / stride)),
         "one neighbour in the training part is enough"),
        (lambda length, stride, f: 1 - f ** (2 * floor(length / 2 / stride)),
         "f is the share that is trained on: which part must the neighbours not be in?"),
        (lambda length, stride, f: (1 - f) ** (2 * floor(length / 2 / stride)),
         "this is the share of test windows that do not leak"),
        (lambda length, stride, f: f, "each of several neighbours has the chance f"),
    ], "how many windows share half of the steps with a given one, and with what chance is none of "
       "them trained on?")
