"""What happened during training."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np


@dataclass(repr=False)
class History:
    """Losses, logits and gradients per step and seed.

    Attributes
    ----------
    seeds : tuple of int
    discriminator, generator : ndarray, shape (steps, S)
        Losses at every step; nan for a player that the loss does not train.
    watched : ndarray of int, shape (R,)
        The steps at which the following were recorded.
    real_logit, fake_logit : ndarray, shape (R, S)
        Mean logit of the real and of the generated batch.
    discriminator_gradient, generator_gradient : ndarray, shape (R, S)
        Euclidean norm of each player's gradient, before any clipping.
    """

    seeds: tuple[int, ...]
    discriminator: np.ndarray
    generator: np.ndarray
    watched: np.ndarray
    real_logit: np.ndarray
    fake_logit: np.ndarray
    discriminator_gradient: np.ndarray
    generator_gradient: np.ndarray

    def __repr__(self) -> str:
        return f"History({len(self.generator)} steps, {len(self.seeds)} seeds)"

    def arrays(self) -> dict[str, np.ndarray]:
        """The records by name, each with a last axis of seeds."""
        return {name: array for name, array in vars(self).items()
                if name not in ("seeds", "watched")}

    def only(self, places: list[int]) -> History:
        """The history of the seeds that stand at these places."""
        return replace(self, seeds=tuple(self.seeds[i] for i in places),
                       **{name: array[:, places] for name, array in self.arrays().items()})

    def table(self) -> dict[str, np.ndarray]:
        """The watched steps as a tidy table: a dict of equally long columns.

        One row per step and seed; ``pandas.DataFrame(history.table())`` takes it as it is.
        """
        columns = {"step": np.repeat(self.watched, len(self.seeds)),
                   "seed": np.tile(self.seeds, len(self.watched)),
                   "discriminator_loss": self.discriminator[self.watched].ravel(),
                   "generator_loss": self.generator[self.watched].ravel()}
        for name in ("real_logit", "fake_logit", "discriminator_gradient",
                     "generator_gradient"):
            columns[name] = getattr(self, name).ravel()
        return columns

    def to_csv(self, path: str | Path) -> None:
        """Write `table` as a CSV file."""
        columns = self.table()
        with open(path, "w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            writer.writerows(zip(*columns.values(), strict=True))
