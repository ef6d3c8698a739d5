"""Exercises of the chapter Wasserstein GAN."""

from collections.abc import Callable

import torch

from .register import exercise


@exercise("gradient-penalty")
def penalty_of_slopes(answer: Callable[[torch.Tensor], torch.Tensor]) -> str | None:
    source = torch.Generator().manual_seed(0)
    for batch, size in ((1, 1.0), (4, 1.0), (4, 0.1)):  # the last are below one
        slope = size * torch.randn(batch, 5, 2, generator=source)
        wanted = ((slope.flatten(1).norm(dim=1) - 1) ** 2).mean()
        given = answer(slope)
        if given is None:
            return "the function returns nothing"
        given = torch.as_tensor(given, dtype=slope.dtype)
        if given.dim():
            return "return one number: the mean over the batch"
        if torch.isclose(given, wanted):
            continue
        if torch.isclose(given, (slope.norm() - 1) ** 2):
            return "this is one norm for the whole batch; each series has its own"
        if any(torch.isclose(given, ((slope.norm(dim=axis) - 1) ** 2).mean()) for axis in (1, 2)):
            return "the norm must run over steps and features both"
        if torch.isclose(given, ((slope.flatten(1).square().sum(1) - 1) ** 2).mean()):
            return "this is the square of the norm; the penalty is on the norm"
        if torch.isclose(given, ((slope.flatten(1).norm(dim=1) - 1) ** 2).sum()):
            return "take the mean over the series, not the sum"
        if torch.isclose(given, (torch.relu(slope.flatten(1).norm(dim=1) - 1) ** 2).mean()):
            return "a slope below one costs too; this is the one-sided penalty of another paper"
        return f"wrong for a batch of {batch}: norm per series, minus one, squared, mean"
    return None


@exercise("wasserstein-line")
def distance_on_the_line(
        answer: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]) -> str | None:
    source = torch.Generator().manual_seed(0)
    a, b = torch.randn(2, 50, generator=source)
    given, wanted = answer(a, b), (a.sort()[0] - b.sort()[0]).abs().mean()
    if given is None:
        return "the function returns nothing"
    given = torch.as_tensor(given, dtype=a.dtype)
    if given.dim():
        return "return one number: the mean way"
    if torch.isclose(given, wanted):
        return None
    if torch.isclose(given, (a - b).abs().mean()):
        return "this pairs the numbers by chance; which pairing is cheapest?"
    if torch.isclose(given, (a.mean() - b.mean()).abs()):
        return "two samples with the same mean can still be far apart"
    if torch.isclose(given, ((a.sort()[0] - b.sort()[0]) ** 2).mean()):
        return "mass travels by a distance here, not by its square"
    return "let no two paths cross: join smallest with smallest"
