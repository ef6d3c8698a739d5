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
    if any(price is None for price in given):
        return "the function returns nothing"
    if any(price.shape != logits.shape for price in given):
        return "return one price per logit, and leave the mean to the caller"
    if all(torch.allclose(a, -b) for a, b in zip(given, wanted, strict=True)):
        return "every price has the wrong sign: this is what the discriminator maximises"
    for y, price, right in zip(labels, given, wanted, strict=True):
        if (price < 0).any():
            return f"for y = {y} a price is negative; does your minus sign reach both terms?"
        if not torch.allclose(price, right):
            return f"for y = {y} the prices are off; is the label's weight on the right term?"
    extreme = torch.tensor([-120.0, 120.0], requires_grad=True)
    for y in (0.0, 1.0):
        price = answer(extreme, y)
        slope, = torch.autograd.grad(price.sum(), extreme)
        if not torch.isfinite(price).all() or not torch.isfinite(slope).all():
            return ("right for small logits, but not finite at logits of ±120 in 32-bit "
                    "numbers: go from the logit to the price without a probability in between")
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
