"""Exercises of the chapter The original game."""

from collections.abc import Callable
from math import log

import torch

from .register import exercise, first_hint


@exercise("js-of-shift")
def js_of_shifted_uniforms(answer: Callable[[float], float]) -> str | None:
    return first_hint(answer, [(0.0,), (0.25,), (0.5,), (1.0,)], [
        (lambda shift: shift * log(2), None),
        (lambda shift: shift,
         "this is the divergence in bits; the chapter's logarithms are natural"),
        (lambda shift: 2 * shift * log(2),
         "each distribution counts half in the Jensen-Shannon divergence"),
        (lambda shift: log(2),
         "this is for distributions that do not overlap; where both have mass, D is 1/2")],
        "split the line into the parts that one distribution, the other, and both of them reach",
        tolerance=1e-4)


@exercise("minimax")
def minimax_of_logits(answer: Callable[[torch.Tensor], torch.Tensor]) -> str | None:
    logits = torch.linspace(-4, 4, 9, dtype=torch.float64)
    given, wanted = answer(logits), torch.log(1 - torch.sigmoid(logits))
    if given is None:
        return "the function returns nothing"
    if given.shape != logits.shape:
        return "return one loss per logit, and leave the mean to the caller"
    if torch.allclose(given, -wanted):
        return "wrong sign: the generator minimises log(1 - D), which is negative"
    if torch.allclose(given, -torch.log(torch.sigmoid(logits))):
        return "this is the non-saturating loss, -log D"
    if not torch.allclose(given, wanted):
        return "for small logits this is not log(1 - D) with D = sigmoid(s)"
    extreme = torch.tensor([-120.0, 120.0], requires_grad=True)
    loss = answer(extreme)
    slope, = torch.autograd.grad(loss.sum(), extreme)
    if not torch.isfinite(loss).all() or not torch.isfinite(slope).all():
        return "right for small logits, but not finite at logits of ±120 in 32-bit numbers"
    return None
