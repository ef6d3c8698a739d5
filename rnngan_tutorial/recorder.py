"""What a run leaves on record, and the last state in which all was well."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from .history import History

WATCH = 10  # steps between records of logits and gradient norms, and checks for divergence


def per_seed(tensor: Tensor) -> Tensor:
    """One row per seed: (S, ...) -> (S, numbers); a weight that is one number is (S,)."""
    return tensor[..., None].flatten(1)


class Recorder:
    """Losses, logits and gradients per step and seed, and the way back from a fault.

    Attributes
    ----------
    losses : Tensor, shape (room, 2, S)
        Of discriminator and generator, at every step.
    watched : Tensor, shape (room, 4, S)
        Every `WATCH` steps: mean logit of real and of generated series, and the norm of the
        gradient of discriminator and generator.
    diverged : dict
        Seed -> the step at which it stopped being finite.
    """

    def __init__(self, seeds: Sequence[int], modules: Sequence[nn.Module],
                 optimizers: Sequence[Optimizer], trains_both: bool, device: torch.device) -> None:
        self.seeds, self._modules, self._optimizers = seeds, modules, optimizers
        self._trains_both = trains_both
        self.diverged: dict[int, int] = {}
        self.losses = torch.full((0, 2, len(seeds)), torch.nan, device=device)
        self.watched = torch.full((0, 4, len(seeds)), torch.nan, device=device)

    def make_room(self, step: int) -> None:
        """Let the records hold this step; they grow by half, however long the run will be."""
        for name, row in (("losses", step), ("watched", step // WATCH)):
            old = getattr(self, name)
            if row >= len(old):
                new = old.new_full((row + 1 + row // 2 + 256, *old.shape[1:]), torch.nan)
                new[:len(old)] = old
                setattr(self, name, new)

    # --- The last good state ---

    def _weights(self) -> list[Tensor]:
        return [tensor for module in self._modules for tensor in module.parameters()]

    def _moments(self, keys: Sequence[str] = ("exp_avg", "exp_avg_sq")) -> list[Tensor]:
        """What both Adams have stored under `keys`."""
        return [state[key] for optimizer in self._optimizers
                for state in optimizer.state.values() for key in keys]

    def _everything(self) -> list[Tensor]:
        """Every tensor that a step changes."""
        buffers = [tensor for module in self._modules for tensor in module.buffers()]
        return self._weights() + buffers + self._moments(("exp_avg", "exp_avg_sq", "step"))

    def keep(self, step: int) -> None:
        """Remember the present state as good."""
        # All at once, so that Ctrl-C in between does no harm.
        good = [tensor.detach().clone() for tensor in self._everything()]
        had = [set(optimizer.state) for optimizer in self._optimizers]
        self.good_step, self._good, self._had = step, good, had

    def rewind(self) -> int:
        """Return to the last good state, and say at which step that was."""
        for optimizer, had in zip(self._optimizers, self._had, strict=True):
            for weight in optimizer.state.keys() - had:  # Adam had no moments of it yet
                del optimizer.state[weight]
        with torch.no_grad():
            for tensor, kept in zip(self._everything(), self._good, strict=True):
                tensor.copy_(kept)
        return self.good_step

    # --- Faults ---

    def faults(self, step: int) -> dict[int, int]:
        """Place of each seed that is newly not finite -> the first step that shows it."""
        start = self.good_step
        finite = torch.isfinite(self.losses[start:step, 0 if self._trains_both else 1:]).all(1)
        if len(finite):
            finite[-1] &= torch.stack([torch.isfinite(per_seed(tensor)).all(1) for tensor in
                                       self._weights() + self._moments()]).all(0)
        table = finite.cpu().numpy()
        return {i: start + int(table[:, i].argmin()) for i, seed in enumerate(self.seeds)
                if seed not in self.diverged and not table[:, i].all()}

    def stop(self, places: Sequence[int]) -> None:
        """Call the seeds at these places diverged at the step after the last good state.

        Their weights go back to that state, and stay; a moving average goes on towards them.
        """
        weights = self._weights()
        for i in places:
            self.diverged[self.seeds[i]] = self.good_step
            with torch.no_grad():
                for tensor, kept in zip(weights, self._good, strict=False):
                    tensor[i] = kept[i]
                for moment in self._moments():
                    moment[i] = 0

    def forget_after_divergence(self) -> None:
        """Take out of the records what a seed shows from its faulty step on."""
        for seed, step in self.diverged.items():
            i = self.seeds.index(seed)
            self.losses[step:, :, i] = self.watched[-(-step // WATCH):, :, i] = torch.nan

    # --- Records ---

    def history(self, step: int) -> History:
        """The records of the steps before this one."""
        rows = -(-step // WATCH)
        first, second = (part.cpu().numpy().copy() for part in self.losses[:step].unbind(1))
        real, fake, at_discriminator, at_generator = (
            part.cpu().numpy().copy() for part in self.watched[:rows].unbind(1))
        return History(tuple(self.seeds), first, second, np.arange(rows) * WATCH, real, fake,
                       at_discriminator, at_generator)

    def state(self, step: int) -> dict[str, Any]:
        """What a checkpoint stores of the records before this step."""
        return {"losses": self.losses[:step].clone(), "diverged": dict(self.diverged),
                "watched": self.watched[:-(-step // WATCH)].clone()}

    def load(self, state: dict[str, Any]) -> None:
        """Take up stored records."""
        device = self.losses.device
        self.losses, self.watched = state["losses"].to(device), state["watched"].to(device)
        self.diverged = dict(state["diverged"])
