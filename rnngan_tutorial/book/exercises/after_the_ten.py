"""Exercises of the page After the ten."""

from collections.abc import Callable

import torch

from .register import exercise, first_hint


@exercise("pair-slope")
def slope_in_a_pair(
        answer: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]) -> str | None:
    real, fake = torch.tensor([[0.5, -2.0, 3.0, 1.0], [1.5, 0.0, -1.0, 2.5]])
    given = torch.as_tensor(answer(real, fake))
    if given.shape != fake.shape:
        return "return one slope for each generated logit"
    n = len(fake)
    wanted = -torch.sigmoid(real - fake) / n
    for value, slip in (
            (wanted, None),
            (-wanted, "the sign: does a higher logit cost the generator more, or less?"),
            (wanted * n, "the loss is the mean over the pairs"),
            (-torch.sigmoid(-fake) / n, "this is the slope of single series: the real partner has "
             "no say in it"),
            (-torch.sigmoid(fake - real) / n, "this listens to pairs that fool the critic; the "
             "loss listens to those that do not"),
            (-torch.sigmoid(real[:, None] - fake).mean(0) / n, "this is the mean over all pairs; "
             "here each has one partner, that of its row")):
        if torch.allclose(given.to(value), value):
            return slip
    return "differentiate softplus, then what stands in it"


@exercise("dirac-fastest")
def fastest_penalty(answer: Callable[[float], float]) -> str | None:
    return first_hint(answer, [(0.1,), (0.5,), (1.0,)], [
        (lambda eta: (1 - eta / 4) / 2, None),
        (lambda eta: 1 - eta / 4, "that is the whole penalty; how many share it here?"),
        (lambda eta: 0.5, "this is for both players at once; they move in turns"),
        (lambda eta: 1.0, "this is for both players at once, and for one penalty"),
        (lambda eta: 2 - eta / 2, "two penalties need less of each, not more"),
    ], "where do the two eigenvalues of a round meet?")


@exercise("energy-line")
def energy_on_the_line(
        answer: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]) -> str | None:
    source = torch.Generator().manual_seed(0)
    a = torch.randn(12, generator=source, dtype=torch.float64)
    b = 1 + 2 * torch.randn(18, generator=source, dtype=torch.float64)
    given = torch.as_tensor(answer(a, b), dtype=a.dtype)
    if given.dim():
        return "return one number"
    between, own, same = ((v[:, None] - w).abs() for v, w in ((a, b), (a, a), (b, b)))
    wanted = 2 * between.mean() - own.mean() - same.mean()
    n, m = len(a), len(b)
    u = torch.cat([a, b]).sort()[0]
    gap = torch.stack([(v[:, None] <= u[:-1]).double().mean(0) for v in (a, b)]).diff(dim=0)[0]
    for value, slip in (
            (wanted, None),
            (wanted / 2, "the factor of 2 is missing"),
            ((gap.abs() * u.diff()).sum(), "this is the Wasserstein distance; what does the "
             "energy distance do with the gap?"),
            (2 * (gap ** 2).sum(), "the gap stays the same up to the next value, and the way there "
             "counts"),
            (2 * between.mean() - own.sum() / (n * (n - 1)) - same.sum() / (m * (m - 1)),
             "this estimates the distance of what they are drawn from; asked for is that of the "
             "samples as they stand"),
            ((a.mean() - b.mean()).abs(), "two samples with the same mean can still be far apart")):
        if torch.isclose(given, value):
            return slip
    return "the square of the gap of the two distribution functions, summed over the line, twice"
