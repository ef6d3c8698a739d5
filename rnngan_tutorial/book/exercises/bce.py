"""Exercises of the chapter Binary cross-entropy."""

from collections.abc import Callable

import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from .register import exercise


@exercise("bce")
def bce_of_logits(answer: Callable[[torch.Tensor, float], torch.Tensor]) -> str | None:
    logits, labels = torch.linspace(-4, 4, 9, dtype=torch.float64), (0.0, 1.0, 0.9)
    given = [answer(logits, y) for y in labels]
    wanted = [binary_cross_entropy_with_logits(logits, torch.full_like(logits, y),
                                               reduction="none") for y in labels]
    if any(loss is None for loss in given):
        return "the function returns nothing"
    if any(loss.shape != logits.shape for loss in given):
        return "return one loss per logit, and leave the mean to the caller"
    if all(torch.allclose(a, -b) for a, b in zip(given, wanted, strict=True)):
        return "every loss has the wrong sign: this is what the discriminator maximises"
    for y, loss, right in zip(labels, given, wanted, strict=True):
        if (loss < 0).any():
            return f"for y = {y} a loss is negative; does your minus sign reach both terms?"
        if not torch.allclose(loss, right):
            return f"for y = {y} the losses are off; is the label's weight on the right term?"
    extreme = torch.tensor([-120.0, 120.0], requires_grad=True)
    for y in (0.0, 1.0):
        loss = answer(extreme, y)
        slope, = torch.autograd.grad(loss.sum(), extreme)
        if not torch.isfinite(loss).all() or not torch.isfinite(slope).all():
            return ("right for small logits, but not finite at logits of ±120 in 32-bit "
                    "numbers: go from the logit to the loss without a probability in between")
    return None


@exercise("best-logit")
def smoothed_logit(answer: float) -> str | None:
    given = float(answer)
    wanted = float(torch.log(torch.tensor(0.9 * 0.3 / (0.1 * 0.3 + 0.1))))
    if abs(given - wanted) < 0.005:
        return None
    if abs(given - float(torch.log(torch.tensor(3.0)))) < 0.005:
        return "this is log p - log q, the best logit without smoothing"
    if abs(given - 0.9 * 0.3 / (0.3 + 0.1)) < 0.005:
        return "this is the best probability; the question is for its logit"
    return "set the derivative of 0.9 p softplus(-s) + (0.1 p + q) softplus(s) to zero"


@exercise("r1")
def slope_penalty(answer: Callable[..., torch.Tensor]) -> str | None:
    def discriminator(x: torch.Tensor) -> torch.Tensor:
        return (weight * x + x ** 2).sum((1, 2))

    draw = torch.Generator().manual_seed(0)
    weight = torch.tensor(0.7, dtype=torch.float64, requires_grad=True)
    x = torch.randn(5, 6, 2, generator=draw, dtype=torch.float64)
    slope, given = weight.item() + 2 * x, answer(discriminator, x, 0.3)
    squares = (slope ** 2).sum((1, 2))
    if given is None:
        return "the function returns nothing"
    if given.dim():
        return "return one number: the mean over the series"
    given = given.double()
    for slip, what in ((2 * 0.15 * squares.mean(), "the penalty is gamma / 2 times the mean"),
                       (0.15 * (slope ** 2).mean(),
                        "sum the squares over the steps and features of a series; take the mean "
                        "over the series only"),
                       (0.15 * squares.sqrt().mean(), "this is the length of the slope; the "
                        "penalty takes its square"),
                       (0.15 * squares.sum(), "take the mean over the series, not their sum")):
        if torch.isclose(given.detach(), slip):
            return what
    if not torch.isclose(given.detach(), 0.15 * squares.mean()):
        return "the slope is the gradient of the sum of the logits in x"
    if not given.requires_grad:
        return ("the value is right, but the discriminator learns nothing from it: build the graph "
                "of the slope too")
    return None
