"""Exercises of the chapter Absolute error."""

from collections.abc import Callable

import torch

from .register import exercise, first_hint


@exercise("pinball")
def price_of_a_quantile(answer: Callable[..., torch.Tensor]) -> str | None:
    x, g = torch.tensor([-2.0, 0.5, 3.0]), torch.tensor(1.0)
    for tau in (0.5, 0.9, 0.2):
        given, above = answer(g, x, tau), (x - g).clamp(min=0)
        below = (g - x).clamp(min=0)
        if torch.allclose(given, tau * above + (1 - tau) * below):
            continue
        if torch.allclose(given, (x - g).abs()):
            return f"for tau = {tau} both sides count alike: this is still the median"
        if torch.allclose(given, (1 - tau) * above + tau * below):
            return f"for tau = {tau} the sides are swapped: this is the quantile 1 - tau"
        return f"wrong for tau = {tau}: values above g count tau, those below 1 - tau"
    return None


@exercise("energy")
def energy_distance(answer: Callable[[float, float, float], float]) -> str | None:
    return first_hint(answer, [(3.0, 2.0, 1.0), (1.0, 1.0, 1.0), (5.0, 0.0, 4.0)], [
        (lambda gx, gg, xx: 2 * gx - gg - xx, None),
        (lambda gx, gg, xx: gx, "two equal laws should be at distance 0"),
        (lambda gx, gg, xx: gx - gg - xx, "count the mixed distance twice: a law at "
         "distance 0 from itself has three equal terms"),
        (lambda gx, gg, xx: 2 * gx - gg, "subtract the variety of the data too, or a "
         "perfect generator does not get 0"),
        (lambda gx, gg, xx: 2 * gx - xx, "the generator's own variety is missing; that is "
         "the term that absolute error lacks")],
        "each pair of laws has its mean distance; which of the three should be large?")
