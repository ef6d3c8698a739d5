"""Exercises of the chapter The original game."""

import torch

from . import exercise


@exercise("js-of-shift")
def js_of_shifted_uniforms(answer):
    shifts = [0.0, 0.25, 0.5, 1.0]
    given = [float(answer(shift)) for shift in shifts]
    log_2 = float(torch.log(torch.tensor(2.0)))
    slips = [(1, None),
             (1 / log_2, "this is the divergence in bits; the chapter's logarithms are natural"),
             (2, "each law counts half in the Jensen-Shannon divergence")]
    for factor, slip in slips:
        if all(abs(a - factor * shift * log_2) < 1e-4
               for a, shift in zip(given, shifts, strict=True)):
            return slip
    if all(abs(a - log_2) < 1e-4 for a in given):
        return "this is for laws that do not overlap; where both have mass, D is 1/2"
    return "split the line into the parts that one law, the other, and both of them reach"


@exercise("minimax")
def minimax_of_logits(answer):
    logits = torch.linspace(-4, 4, 9, dtype=torch.float64)
    given, wanted = answer(logits), torch.log(1 - torch.sigmoid(logits))
    if given is None:
        return "the function returns nothing"
    if given.shape != logits.shape:
        return "return one price per logit, and leave the mean to the caller"
    if torch.allclose(given, -wanted):
        return "wrong sign: the generator minimises log(1 - D), which is negative"
    if torch.allclose(given, -torch.log(torch.sigmoid(logits))):
        return "this is the non-saturating price, -log D"
    if not torch.allclose(given, wanted):
        return "for small logits this is not log(1 - D) with D = sigmoid(s)"
    extreme = torch.tensor([-120.0, 120.0], requires_grad=True)
    price = answer(extreme)
    slope, = torch.autograd.grad(price.sum(), extreme)
    if not torch.isfinite(price).all() or not torch.isfinite(slope).all():
        return "right for small logits, but not finite at logits of ±120 in 32-bit numbers"
    return None
