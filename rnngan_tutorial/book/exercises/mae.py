"""Exercises of the chapter Absolute error."""

from collections.abc import Callable

import torch

from .register import exercise


@exercise("pinball")
def loss_of_a_quantile(answer: Callable[..., torch.Tensor]) -> str | None:
    x, g = torch.tensor([-2.0, 0.5, 3.0]), torch.tensor(1.0)
    above, below = (x - g).clamp(min=0), (g - x).clamp(min=0)

    def alike(given: torch.Tensor, wanted: torch.Tensor) -> bool:
        # Up to a positive factor, which moves no minimum.
        return bool(given.sum() > 0) and torch.allclose(given / given.sum(), wanted / wanted.sum())

    for tau in (0.9, 0.2, 0.5):
        given = torch.as_tensor(answer(g, x, tau))
        if given.shape != x.shape:
            return "return one value per x"
        if alike(given, tau * above + (1 - tau) * below):
            continue
        if alike(given, above + below):
            return f"for tau = {tau} both sides count alike: this is still the median"
        if alike(given, (1 - tau) * above + tau * below):
            return f"for tau = {tau} the sides are swapped: this is the quantile 1 - tau"
        return f"wrong for tau = {tau}: set the slope to zero where a share tau lies below g"
    return None


@exercise("energy")
def energy_distance_from_batches(answer: Callable[..., torch.Tensor]) -> str | None:
    rows = torch.tensor([[0.0, 1.0, 2.5], [4.0, 3.0, 0.5], [1.0, 1.0, 2.0], [2.0, 5.0, 1.0]])
    g, x = rows[:3], rows[1:] * 1.5
    x = torch.cat([x, rows[:2] + 1])
    gx, gg, xx = torch.cdist(g, x), torch.cdist(g, g), torch.cdist(x, x)
    n, m = gx.shape
    between, own, same = gx.mean(), gg.sum() / (n * (n - 1)), xx.sum() / (m * (m - 1))
    given = torch.as_tensor(answer(gx, gg, xx))
    for value, hint in (
            (2 * between - own - same, None),
            (2 * gx.mean() - gg.mean() - xx.mean(),
             "the zeros on the diagonals are no pairs of different series"),
            (between - own - same, "two equal distributions give three equal terms; count the "
             "mixed one twice"),
            (between - own / 2, "this is half of it, up to a constant: a good loss, but a perfect "
             "generator does not get zero"),
            (2 * between - own, "subtract the variety of the data too"),
            (2 * between - same, "the generator's own variety is missing, the term that "
             "absolute error lacks"),
            (between, "a perfect generator must get zero")):
        if given.shape == value.shape and torch.allclose(given, value):
            return hint
    return "three means over pairs, with the signs of the energy distance"
