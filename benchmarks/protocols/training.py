"""Runs to be judged: a plain recurrent GAN, kept at several steps on its way.

`rt.train` keeps one state of a run. What choosing a checkpoint adds needs several, and learning
rates that fall to zero at the last step need a run that knows its length from the start. So the
package's own loop is stopped here at each mark; what it leaves at the last one is, bit by bit,
what `rt.train` gives.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch

import rnngan_tutorial as rt
from rnngan_tutorial import losses
from rnngan_tutorial.adam import resolve
from rnngan_tutorial.checks import plain
from rnngan_tutorial.identity import identity_of
from rnngan_tutorial.loop import Loop
from rnngan_tutorial.machine import computing
from rnngan_tutorial.players import build
from rnngan_tutorial.recorder import WATCH

from ..budgets import LOSSES


@dataclass(frozen=True)
class Recipe:
    """Settings of a run; the defaults are the candidate for the published protocols.

    Ten independent curves want ten numbers held over a series and none that is new at each
    step; the rest is what did best on other data (data/results/recipe_*.csv, penalties.csv).
    """

    loss: str = "nonsaturating_r1r2"  # a name of benchmarks.budgets
    steps: int = 12_000
    hidden: int = 64
    batch: int = 128
    rate: float = 2e-3
    betas: tuple[float, float] = (0.0, 0.99)
    schedule: str = "cosine"
    average: float = 0.995
    held: int = 16
    fresh: int = 0
    checkpoints: int = 8
    every: int = 250  # steps between the states that a killed run is taken up from

    def marks(self) -> list[int]:
        """Steps at which the run is kept, evenly spaced up to the last."""
        return [round(self.steps * k / self.checkpoints) for k in range(1, self.checkpoints + 1)]

    def made(self) -> losses.Loss:
        """The loss itself; a one-line error if there is none of that name."""
        kind = LOSSES.get(self.loss, self.loss)
        return losses.loss(kind) if isinstance(kind, str) else kind()

    def named(self) -> str:
        """A name for files and rows that tells recipes apart."""
        return (f"{self.loss}-h{self.hidden}-b{self.batch}-lr{self.rate:g}-{self.schedule}"
                f"-a{self.average:g}-z{self.held}+{self.fresh}-{self.steps}")


def stages(data: rt.Sequences, recipe: Recipe, seeds: Sequence[int],
           folder: Path) -> Iterator[tuple[int, rt.Run]]:
    """Train, and give the run at each mark; killed at any moment, it goes on where it was.

    Parameters
    ----------
    data : Sequences
    recipe : Recipe
    seeds : sequence of int
    folder : Path
        Where the state and the runs are kept, in a folder of the recipe's name.

    Yields
    ------
    int, Run
        The step and the run at it, read from its file: without the series it was trained on.
    """
    home = folder / recipe.named()
    home.mkdir(parents=True, exist_ok=True)
    files = {mark: home / f"{mark}.rnngan" for mark in recipe.marks()}
    loop = None
    for mark, file in files.items():
        if not file.exists():
            with computing():
                loop = loop or _loop(data, recipe, seeds, home / "state.pt")
                _advance(loop, mark, recipe.every, home / "state.pt")
                loop.run().save(file)
                loop.write(home / "state.pt")
        yield mark, rt.load_run(file)


def _advance(loop: Loop, mark: int, every: int, state: Path) -> None:
    """Train up to a step, writing the state on the way."""
    while loop.step < mark:
        loop.one_step()
        if loop.step % WATCH == 0 or loop.step == mark:
            loop.check()
        if loop.step % every == 0 and loop.step < mark:
            loop.write(state)


def _loop(data: rt.Sequences, recipe: Recipe, seeds: Sequence[int], state: Path) -> Loop:
    """The package's loop, set up as `rt.train` does it, at the state that was left if one was."""
    made = recipe.made()
    adam = resolve(made.adams, {"lr_generator": recipe.rate, "lr_discriminator": recipe.rate,
                                "betas": recipe.betas, "schedule": recipe.schedule})
    latent = rt.Latent(recipe.held, recipe.fresh)
    settings = {"name": recipe.loss, "steps": recipe.steps, "seeds": tuple(seeds),
                "hidden": recipe.hidden, "batch": recipe.batch, "latent": latent,
                "logits": "series", "adam": adam, "average": recipe.average,
                "spectral_norm": False, "sigma": None, "own_generator": False,
                "own_discriminator": False}
    identity = plain({**settings, "loss": made.fingerprint(), "latent": asdict(latent),
                      "data": identity_of((data.values, data.labels)),
                      "adam": asdict(replace(adam, reason=""))})
    players = build(data.shape[1:], made.needs, seeds, recipe.hidden, latent,
                    classes=data.classes)
    loop = Loop(data, made, players, settings, identity, torch.device("cpu"))
    if state.exists():
        loop.resume(state)
    return loop
