"""What training leaves behind: the players, their history, and series drawn from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from . import checkpoint as files
from .checks import check_seeds, plain
from .data import Sequences
from .diagnosis import Diagnosis, diagnose
from .history import History
from .loss import Loss
from .needs import Needs
from .networks import Latent, of
from .ordinary import ordinary_discriminator, ordinary_generator
from .players import some_seeds
from .sampling import blocks, given_series, observation_noise

if TYPE_CHECKING:
    import pandas as pd


class Diverged(ArithmeticError):
    """Every seed of a run stopped being finite. ``run`` holds the last good state."""

    def __init__(self, message: str, run: Run) -> None:
        super().__init__(message)
        self.run = run


@dataclass(repr=False)
class Run:
    """A trained recurrent GAN, S seeds side by side.

    Attributes
    ----------
    data : Sequences
        What it was trained on; without series in a run that was loaded.
    loss : Loss or None
        None in a loaded run whose loss had no name in the registry.
    name : str
        The loss's name, or its repr.
    seeds : tuple of int
    players : ModuleDict
        ``players["generator"]`` and ``players["discriminator"]`` hold their networks.
    average : Module or None
        The moving average of the generator, if one was kept; samples come from it.
    history : History
    latent : Latent
    steps : int
        Steps taken.
    needs : Needs
        What the loss asked for besides two players.
    diverged : dict
        Step at which a seed stopped being finite, for the seeds that did.
    snapshots : dict
        Step -> series (S, n, T, F) generated from the same noise at that step.
    settings : dict
        Everything that `train` was asked for.
    label_counts : ndarray of int, shape (classes,), or None
        How often each label stood in the data, if the players are told labels.
    """

    data: Sequences
    loss: Loss | None
    name: str
    seeds: tuple[int, ...]
    players: nn.ModuleDict
    average: nn.Module | None
    history: History
    latent: Latent
    steps: int
    needs: Needs
    diverged: dict[int, int] = field(default_factory=dict)
    snapshots: dict[int, np.ndarray] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    label_counts: np.ndarray | None = None

    def __repr__(self) -> str:
        seeds = ", ".join(map(str, self.seeds))
        lost = f", {len(self.diverged)} diverged" if self.diverged else ""
        return f"Run({self.name} on {self.data.name}, {self.steps} steps, seeds {seeds}{lost})"

    def _repr_html_(self) -> str:
        shape = " x ".join(map(str, self.data.shape[1:]))
        rows = {"loss": self.name, "data": f"{self.data.name}, {shape}", "steps": self.steps,
                "seeds": ", ".join(map(str, self.seeds)),
                "diverged": ", ".join(f"seed {seed} at step {step}" for seed, step
                                      in self.diverged.items()) or "none"}
        return "<table>" + "".join(f"<tr><th>{name}</th><td>{escape(str(value))}</td></tr>"
                                   for name, value in rows.items()) + "</table>"

    # --- The networks ---

    @property
    def generator(self) -> nn.Module:
        """The generator that samples come from, of all seeds."""
        return self.average or of(self.players, "generator")

    @property
    def discriminator(self) -> nn.Module:
        """The discriminator, of all seeds."""
        return of(self.players, "discriminator")

    @property
    def encoder(self) -> nn.Module:
        """The encoder, of all seeds; AttributeError if the loss has none."""
        if not self.needs.encoder:
            raise AttributeError(f"loss {self.name!r} has no encoder; train with 'vae'")
        return of(self.players, "generator", "encoder")

    def to_torch(self, seed: int) -> tuple[nn.Module, nn.Module]:
        """Generator and discriminator of one seed as ordinary modules, with equal outputs.

        They hold ``torch.nn.GRU`` and ``torch.nn.Linear``, or are the reader's own. The
        generator maps noise (B, T, latent) to series (B, T, F), the discriminator series to
        logits (B,) or (B, T). Labels and codes are further channels of the input, one-hot.

        Raises
        ------
        ValueError
            If the run has no such seed, or its discriminator compares series in a batch.
        """
        at = self._place(seed)
        return ordinary_generator(self.generator, at), ordinary_discriminator(self.discriminator,
                                                                              at)

    def only(self, seeds: int | Sequence[int]) -> Run:
        """The same run with some of its seeds, given by their numbers.

        Raises
        ------
        ValueError
            If the run has no such seed.
        """
        chosen = check_seeds([seeds] if isinstance(seeds, (int, np.integer)) else seeds)
        at = [self._place(seed) for seed in chosen]
        sigma = self.settings.get("sigma")
        if isinstance(sigma, Tensor) and sigma.dim():  # one per seed
            sigma = sigma[at]
        return replace(
            self, seeds=chosen, players=some_seeds(self.players, at),
            average=None if self.average is None else some_seeds(self.average, at),
            history=self.history.only(at),
            diverged={seed: step for seed, step in self.diverged.items() if seed in chosen},
            snapshots={step: series[at] for step, series in self.snapshots.items()},
            settings={**self.settings, "seeds": chosen, "sigma": sigma})

    def _place(self, seed: int | None) -> int:
        """Where a seed stands; the first that did not diverge if none is named."""
        if seed is None:
            seed = next((s for s in self.seeds if s not in self.diverged), self.seeds[0])
        if seed not in self.seeds:
            raise ValueError(f"there is no seed {seed!r} in this run; it has "
                             f"{', '.join(map(str, self.seeds))}")
        return self.seeds.index(seed)

    # --- Series ---

    def inputs(self, n: int, noise: int = 0, labels: Any = None,
               code: Any = None) -> tuple[Tensor, Tensor | None, Tensor]:
        """Noise, labels and code that `sample` uses: (S, n, T, latent), (S, n), (S, n, C).

        Parameters
        ----------
        n : int
            Series per training seed.
        noise : int
            Another number gives other noise, apart from that of training.
        labels : name, int, or n of them, optional
            For a conditional run; by default drawn as often as in the data.
        code : array, shape (n, categories + continuous), optional
            For an InfoGAN; by default drawn as in training.

        Raises
        ------
        ValueError
            If a number is out of range, or the loss takes no labels or no code.
        """
        z, y, drawn, _ = zip(*blocks(self, n, noise, labels, code), strict=True)
        return torch.cat(z, 1), None if y[0] is None else torch.cat(y, 1), torch.cat(drawn, 1)

    def sample(self, n: int, units: bool = False, noise: int = 0, labels: Any = None,
               code: Any = None, observation: bool = False) -> np.ndarray:
        """Generated series, ndarray of shape (S, n, T, F).

        Parameters
        ----------
        n : int
            Series per training seed.
        units : bool
            In the data's own units, float64, rather than scaled to [-1, 1], float32.
        noise : int
            Another number gives other series.
        labels : name, int, or n of them, optional
            For a conditional run; by default drawn as often as in the data.
        code : array, shape (n, categories + continuous), optional
            For an InfoGAN; by default drawn as in training.
        observation : bool
            Add the observation noise of a VAE, with its own sigma.

        Raises
        ------
        ValueError
            If a number is out of range, or the loss takes no labels, code or sigma.
        """
        parts = []
        with torch.no_grad():
            for z, y, _, sources in blocks(self, n, noise, labels, code):
                made = self.generator(z, y)
                if observation:
                    made = made + observation_noise(self, made, sources)
                parts.append(made.cpu().numpy())
        series = np.ascontiguousarray(np.concatenate(parts, 1))
        return self.data.to_units(series) if units else series

    def to_frame(self, n: int, seed: int | None = None, noise: int = 0, labels: Any = None,
                 observation: bool = False) -> pd.DataFrame:
        """Series of one seed as a frame in the columns, units and order of the data.

        Parameters
        ----------
        n : int
            How many series.
        seed : int, optional
            Which training seed; by default the first that did not diverge. The best on data
            that training did not see is ``rt.metrics.best_seed(run, validation)``.
        noise : int
            Another number gives other series.
        labels : name, int, or n of them, optional
            For a conditional run; by default drawn as often as in the data.
        observation : bool
            Add the observation noise of a VAE, with its own sigma.

        Raises
        ------
        ValueError
            If a number is out of range, or the loss takes no labels or no sigma.
        """
        one = self.only(self.seeds[self._place(seed)])
        series = one.sample(n, noise=noise, labels=labels, observation=observation)[0]
        told = None
        if self.label_counts is not None:
            told = np.concatenate([y[0].cpu().numpy() for _, y, _, _ in
                                   blocks(one, n, noise, labels, None) if y is not None])
        return self.data.to_frame(series, told)

    def to_csv(self, path: str | Path, n: int, seed: int | None = None, noise: int = 0,
               labels: Any = None, observation: bool = False, overwrite: bool = False,
               **pandas_options: Any) -> None:
        """Write `to_frame` as a CSV file.

        Parameters
        ----------
        path : path
        n, seed, noise, labels, observation
            How many series, of which training seed, from which noise, of which label, and
            whether with a VAE's observation noise.
        overwrite : bool
            Whether a file that is there may be replaced.
        **pandas_options
            For ``DataFrame.to_csv``, such as ``sep=";", decimal=","``.

        Raises
        ------
        ValueError
            If the file is there already.
        """
        path = Path(path).expanduser()  # as pandas would: otherwise ~ escapes the check
        if path.exists() and not overwrite:
            raise ValueError(f"{path} is there already; give another path, or overwrite=True")
        frame = self.to_frame(n, seed, noise, labels, observation)
        frame.to_csv(path, **{"index": False, **pandas_options})

    def logits(self, values: Any, labels: Any = None) -> np.ndarray:
        """The discriminator's logits of given scaled series (N, T, F): (S, N) or (S, N, T).

        Parameters
        ----------
        values : array, shape (N, T, F)
        labels : name, int, or N of them, optional
            For a conditional run, which needs them.

        Raises
        ------
        ValueError
            If the shape is not that of the data, a value is not finite, or labels are
            missing or not taken.
        """
        x, y = given_series(self, values, labels)
        with torch.no_grad():
            return self.discriminator(x, y).cpu().numpy()

    def diagnose(self, test: Sequences | None = None) -> Diagnosis:
        """Which of the known diseases of training the run shows, seed by seed.

        Parameters
        ----------
        test : Sequences, optional
            Real series that were not trained on; with them the split is looked at too, and a
            run that was loaded without its data is compared with them.

        Returns
        -------
        Diagnosis
            Printed as a table: what was found, by which number and limit, the likely cause and
            what to try first; what was looked at and not found; what could not be looked at.

        Raises
        ------
        TypeError, ValueError
            If `test` is no Sequences, or has other series than the run.
        """
        return diagnose(self, test)

    # --- Kept for another day ---

    def state(self) -> dict[str, Any]:
        """All that `save` writes: tensors, and plain numbers, strings, lists and dicts."""
        history = {name: torch.from_numpy(array) for name, array in self.history.arrays().items()}
        return {
            "versions": {"torch": str(torch.__version__)},
            "name": self.name, "seeds": list(self.seeds), "steps": self.steps,
            "data": self.data.about(), "shape": list(self.data.shape[1:]),
            "label_counts": None if self.label_counts is None else self.label_counts.tolist(),
            "needs": asdict(self.needs), "latent": asdict(self.latent),
            "settings": plain({name: value for name, value in self.settings.items()
                               if name not in ("latent", "adam")}),
            "adam": plain(asdict(self.settings["adam"])),
            "diverged": dict(self.diverged), "players": self.players.state_dict(),
            "average": None if self.average is None else self.average.state_dict(),
            "history": history, "watched": torch.from_numpy(self.history.watched),
            "snapshots": {k: torch.from_numpy(v) for k, v in self.snapshots.items()}}

    def save(self, path: str | Path) -> None:
        """Write the run to a file that `load_run` reads, without the data.

        Weights, history, scale, names, units, settings and versions are in it, and nothing
        that could run code when it is read.

        Raises
        ------
        ValueError
            If there is no such directory, or no file can be written in it.
        OSError
            If the disk is full; an older file stays as it was.
        """
        path = Path(path).expanduser()
        files.try_to_write(path)
        files.write(path, "run", self.state())
