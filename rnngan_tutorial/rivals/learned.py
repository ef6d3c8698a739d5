"""Rivals that learn: one player alone, by Adam, its seeds side by side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn
from tqdm.auto import tqdm

from .. import machine
from ..adam import ALONE, Adam
from ..data import Sequences
from ..draws import SAMPLING, Draws, random_source
from ..recorder import per_seed
from ..sampling import AT_ONCE
from .common import Rival

EVERY = 50  # steps between looks at whether all is finite


class Learned(Rival):
    """A network that minimises one loss, on the batches that `rt.train` would draw.

    Attributes
    ----------
    network : Module
        Of all seeds; after training, the moving average of its weights if one was kept.
    losses : ndarray, shape (steps, S)
    """

    adam = ALONE  # unless told otherwise

    def __init__(self, data: Sequences, seeds: tuple[int, ...]) -> None:
        super().__init__(data, seeds)
        self.network: nn.Module = nn.Identity()
        self.losses = np.zeros((0, len(seeds)))

    # --- What a rival that learns is ---

    def build(self, hidden: int, sources: Sequence[torch.Generator]) -> nn.Module:
        """The network with its initial weights, from one source of random numbers per seed."""
        raise NotImplementedError

    def numbers(self) -> tuple[int, int]:
        """How many normal and how many uniform numbers `loss` needs for one series."""
        return 0, 0

    def loss(self, x: Tensor, normal: Tensor, uniform: Tensor) -> Tensor:
        """The loss (S,) on series (S, B, T, F), with random numbers (S, B, ...)."""
        raise NotImplementedError

    def generate(self, n: int, sources: Sequence[torch.Generator]) -> Tensor:
        """Series (S, n, T, F) from one source of random numbers per seed."""
        raise NotImplementedError

    # --- What all of them do ---

    def learn(self, steps: int, hidden: int, batch: int, adam: Adam, average: float | None,
              device: torch.device, progress: bool = False) -> None:
        """Train the network; `rivals.fit` says what the arguments are.

        Raises
        ------
        ArithmeticError
            If the loss of a seed stops being finite.
        """
        sources = [random_source(seed, 0) for seed in self.seeds]
        self.network = self.build(hidden, sources).to(device)
        weights: list[Tensor] = list(self.network.parameters())
        kept = [weight.detach().clone() for weight in weights]
        optimizer = torch.optim.Adam(weights, lr=float(adam.lr_generator), eps=float(adam.eps),
                                     betas=adam.betas_at(0, 1),
                                     fused=device.type in ("cpu", "cuda"))
        draws = Draws(self.seeds, batch, len(self.data), *self.numbers(), device)
        x = torch.as_tensor(self.data.values, dtype=torch.float32, device=device)
        losses = torch.zeros(steps, len(self.seeds), device=device)
        for step in tqdm(range(steps), desc=self.name, leave=False,
                         disable=not progress or machine.silent()):
            for group in optimizer.param_groups:
                group["lr"] = float(adam.lr_generator) * adam.rate(step, steps)
                group["betas"] = adam.betas_at(step, steps)
            rows, normal, uniform = draws[step]
            value = self.loss(x[rows], normal, uniform)
            losses[step] = value.detach()
            # Fused Adam on a CPU pairs a gradient of other strides with the wrong weights.
            gradients = [gradient.contiguous() for gradient
                         in torch.autograd.grad(value.sum(), weights)]
            shorten(gradients, adam.clip)
            for weight, gradient in zip(weights, gradients, strict=True):
                weight.grad = gradient
            optimizer.step()
            if average is not None:
                with torch.no_grad():
                    torch._foreach_lerp_(kept, weights, 1 - average)
            if step % EVERY == EVERY - 1 or step == steps - 1:
                self._look(losses[:step + 1], adam)
        for weight, mean in zip(weights, kept, strict=True):
            weight.grad = None
            if average is not None:
                weight.data.copy_(mean)
        self.losses = losses.cpu().numpy()

    def _look(self, losses: Tensor, adam: Adam) -> None:
        """Raise a one-line error if a loss (steps, S) is not finite."""
        faults = (~torch.isfinite(losses)).nonzero()
        if len(faults):
            step, place = faults[0].tolist()
            raise ArithmeticError(
                f"rival {self.name!r} of seed {self.seeds[place]} stopped being finite at step "
                f"{step}; the usual cause is a learning rate too high for it "
                f"(lr_generator={adam.lr_generator:g})")

    def draw(self, n: int, noise: int) -> np.ndarray:
        parts = []
        for start in range(0, n, AT_ONCE):
            key = (SAMPLING, noise, start)[:3 if start else 2]
            sources = [random_source(seed, *key) for seed in self.seeds]
            with torch.no_grad():
                parts.append(self.generate(min(AT_ONCE, n - start), sources).cpu().numpy())
        return np.concatenate(parts, 1)


def shorten(gradients: Sequence[Tensor], longest: float | None) -> None:
    """Cut each seed's gradient (S, ...) to this length, in place; None leaves it."""
    if longest is None:
        return
    length = torch.stack([per_seed(part).square().sum(1) for part in gradients]).sum(0).sqrt()
    factor = (longest / length).clamp(max=1)
    for part in gradients:
        part.mul_(factor.view(-1, *[1] * (part.dim() - 1)))
