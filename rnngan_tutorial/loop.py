"""The step that moves a run on, whatever the loss, and the loop around it."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from tqdm.auto import tqdm

from . import checkpoint as files
from . import machine
from .adam import Adam
from .data import Sequences
from .draws import Batch, Draws, numbers_per_series
from .loss import Loss, mean
from .networks import Latent, of
from .players import load_weights
from .recorder import WATCH, Recorder, per_seed
from .round import PlayedRound
from .run import Diverged, Run


class Loop:
    """The state of a training run, and the step that moves it on.

    Parameters
    ----------
    data : Sequences
    loss : Loss
    players : ModuleDict
        From `players.build`.
    settings : dict
        What `train` was asked for: name, seeds, batch, latent, adam, average, steps and more.
    identity : dict
        What a checkpoint must share with a run to belong to it.
    device : torch.device
    """

    def __init__(self, data: Sequences, loss: Loss, players: nn.ModuleDict,
                 settings: dict[str, Any], identity: dict[str, Any], device: torch.device) -> None:
        self.data, self.loss, self.players = data, loss, players.to(device)
        self.settings, self.identity = settings, identity
        self.seeds: tuple[int, ...] = settings["seeds"]
        self.adam: Adam = settings["adam"]
        self.latent: Latent = settings["latent"]
        self.trains_both = "discriminator" in loss.trains
        self.rounds = self.adam.discriminator_steps if self.trains_both else 1
        self.average: nn.Module | None = None
        if settings["average"]:
            self.average = copy.deepcopy(of(self.players, "generator"))
            self.average.requires_grad_(False)
        self.draws = Draws(self.seeds, settings["batch"], len(data),
                           *numbers_per_series(self.latent, loss.needs, data.shape[1:]), device)
        self.x = torch.as_tensor(data.values, dtype=torch.float32, device=device)
        self.y = None
        if loss.needs.labels:
            self.y = torch.as_tensor(data.labels, dtype=torch.int64, device=device)
        self.weights = {who: list(self.players[who].parameters()) for who in self.players}
        self.optimizers = {
            who: torch.optim.Adam(self.weights[who], lr=float(getattr(self.adam, f"lr_{who}")),
                                  betas=self.adam.betas_at(0, 1), eps=float(self.adam.eps),
                                  fused=device.type in ("cpu", "cuda"))
            for who in self.players}
        self.step = 0
        self.snapshots: dict[int, np.ndarray] = {}
        modules = [self.players] if self.average is None else [self.players, self.average]
        self.recorder = Recorder(self.seeds, modules, list(self.optimizers.values()),
                                 self.trains_both, device)
        self.recorder.keep(0)
        self._file: bytes | None = None  # the head of the checkpoint that this run wrote

    # --- The loop ---

    def go(self, snapshots: Iterable[int], checkpoint: Path | None, every: int,
           progress: bool) -> None:
        """Train up to ``settings["steps"]`` steps; Ctrl-C leaves whole steps behind."""
        steps = self.settings["steps"]
        bar = tqdm(total=steps, initial=self.step, desc=self.settings["name"], leave=False,
                   disable=not progress or machine.silent())
        try:
            with bar:
                while self.step < steps:
                    if self.step in snapshots:
                        self.snapshot()
                    self.one_step()
                    if self.step % WATCH == 0 or self.step % every == 0 or self.step == steps:
                        self.check()
                        bar.update(self.step - bar.n)
                    if checkpoint and (self.step % every == 0 or self.step == steps):
                        self.write(checkpoint)
        except KeyboardInterrupt:
            self.replay(self.step)  # a step that was cut in two is undone
            self.check()
            if checkpoint:
                self.write(checkpoint)
            warnings.warn(f"interrupted: the run ends at step {self.step} of {steps}",
                          stacklevel=3)
        if self.step in snapshots:
            self.snapshot()

    def one_step(self) -> None:
        """Moves of the discriminator, then one of the generator."""
        needs, watch = self.loss.needs, self.step % WATCH == 0
        self.recorder.make_room(self.step)
        self.follow_schedule()
        for i in range(self.rounds):
            rows, normal, uniform = self.draws[self.step * self.rounds + i]
            batch = Batch(self.players, self.latent, needs, self.x[rows],
                          None if self.y is None else self.y[rows], normal, uniform, self.step)
            if self.trains_both:
                round = PlayedRound(batch, "discriminator", needs.slopes)
                self.move("discriminator", self.loss.discriminator(round), watch)
                self.loss.after(self.players)
        if watch and self.trains_both:
            with torch.no_grad():
                for i, logits in enumerate((round.real, round.fake)):
                    self.recorder.watched[self.step // WATCH, i] = mean(logits)
        discriminator = self.players["discriminator"].requires_grad_(False)
        try:
            self.move("generator", self.loss.generator(PlayedRound(batch, "generator")), watch)
        finally:
            discriminator.requires_grad_(True)
        if self.average is not None:
            with torch.no_grad():  # otherwise it would hold the graph of every step
                torch._foreach_lerp_(list(self.average.parameters()),
                                     list(of(self.players, "generator").parameters()),
                                     1 - self.settings["average"])
        self.step += 1

    def move(self, who: str, value: Tensor, watch: bool) -> None:
        """One step of Adam down the player's loss, given per seed."""
        weights, column, seeds = self.weights[who], int(who == "generator"), len(self.seeds)
        name = self.settings["name"]
        if value.shape != (seeds,):
            raise ValueError(f"loss {name!r} gives the {who} a value of shape "
                             f"{tuple(value.shape)}; it must be one number per seed, {(seeds,)}")
        gradients: list[Tensor | None] = []
        if value.requires_grad:
            # Fused Adam on a CPU pairs a gradient of other strides with the wrong weights.
            gradients = [None if gradient is None else gradient.contiguous() for gradient in
                         torch.autograd.grad(value.sum(), weights, allow_unused=True)]
        known = [gradient for gradient in gradients if gradient is not None]
        if not known:
            leave = f", or leave {who!r} out of its trains" if who == "discriminator" else ""
            raise ValueError(f"loss {name!r} gives the {who} nothing to learn from; add a loss "
                             f"that does{leave}")
        self.recorder.losses[self.step, column] = value.detach()
        for weight, gradient in zip(weights, gradients, strict=True):
            weight.grad = gradient
        stopped = [self.seeds.index(seed) for seed in self.recorder.diverged]
        for gradient in known if stopped else ():
            gradient[stopped] = 0
        if watch or self.adam.clip is not None:
            squares = [per_seed(gradient).square().sum(1) for gradient in known]
            length = sum(squares[1:], squares[0]).sqrt()
            if watch:
                self.recorder.watched[self.step // WATCH, 2 + column] = length
            if self.adam.clip is not None:
                factor = (self.adam.clip / length).clamp(max=1)
                for gradient in known:
                    gradient.mul_(factor.view(-1, *[1] * (gradient.dim() - 1)))
        self.optimizers[who].step()

    def follow_schedule(self) -> None:
        """Set the learning rates and betas of this step."""
        if not (self.adam.moves or self.adam.warmup):
            return
        steps = self.settings["steps"]
        for who, optimizer in self.optimizers.items():
            for group in optimizer.param_groups:
                rate = float(getattr(self.adam, f"lr_{who}"))
                group["lr"] = rate * self.adam.rate(self.step, steps)
                group["betas"] = self.adam.betas_at(self.step, steps)

    # --- Divergence ---

    def replay(self, step: int) -> None:
        """Go back to the last good state and through the same steps again, up to this one."""
        self.step = self.recorder.rewind()
        while self.step < step:
            self.one_step()

    def check(self) -> None:
        """Stop seeds that are no longer finite, at the step where that began.

        All seeds go back to the last good state and through the steps since then again, up to
        the faulty one. So the state before it is known, whenever checks are made.
        """
        recorder = self.recorder
        known = recorder.faults(self.step)
        if known:
            faulty = min(known.values())
            self.step = recorder.rewind()
            while True:
                self.one_step()
                found = recorder.faults(self.step)
                if found or self.step > faulty:
                    break
                recorder.keep(self.step)
            # A loss may depend on more than the state; then the first time counts.
            stopped = list(found) or [i for i, step in known.items() if step == faulty]
            recorder.stop(stopped)
            self.tell([self.seeds[i] for i in stopped])
        recorder.forget_after_divergence()
        recorder.keep(self.step)
        if len(recorder.diverged) == len(self.seeds):
            raise Diverged(f"{self.message}; every seed has diverged", self.run())

    def tell(self, stopped: list[int]) -> None:
        """Say which seeds stopped, when, and what usually helps."""
        for seed in stopped:
            self.message = (
                f"loss {self.settings['name']!r} of seed {seed} stopped being finite at step "
                f"{self.recorder.diverged[seed]}; the usual cause is a learning rate too high for "
                f"this loss (lr_generator={self.adam.lr_generator:g}, "
                f"lr_discriminator={self.adam.lr_discriminator:g})")
            if len(self.recorder.diverged) < len(self.seeds):
                warnings.warn(f"{self.message}; the other seeds go on", stacklevel=5)

    # --- What it leaves ---

    def snapshot(self) -> None:
        """Keep series generated from a fixed noise."""
        self.snapshots[self.step] = self.run().sample(64)

    def run(self) -> Run:
        """The run so far."""
        counts = None
        if self.loss.needs.labels and self.data.labels is not None:
            counts = np.bincount(self.data.labels, minlength=self.data.classes)
        return Run(self.data, self.loss, self.settings["name"], self.seeds, self.players,
                   self.average, self.recorder.history(self.step), self.latent, self.step,
                   self.loss.needs, dict(self.recorder.diverged), self.snapshots, self.settings,
                   counts)

    def state(self) -> dict[str, Any]:
        """All that `resume` needs: tensors and plain values. Random numbers depend on the step."""
        return {"identity": self.identity, "step": self.step,
                "players": self.players.state_dict(),
                "average": None if self.average is None else self.average.state_dict(),
                "optimizers": {who: adam.state_dict() for who, adam in self.optimizers.items()},
                "records": self.recorder.state(self.step),
                "snapshots": {k: torch.from_numpy(v) for k, v in self.snapshots.items()}}

    def write(self, path: Path) -> None:
        """Write a checkpoint; where that fails, say so and go on."""
        try:
            if files.head(path) not in (None, self._file):
                raise OSError("another run writes to it")
            self._file = files.write(path, "checkpoint", self.state())
        except OSError as error:
            warnings.warn(f"step {self.step}: the checkpoint {path} could not be written "
                          f"({error.strerror or error}); training goes on", stacklevel=4)

    def resume(self, path: Path) -> None:
        """Take up a stored state, if it belongs to the same run.

        Raises
        ------
        ValueError
            If it is damaged or belongs to another run.
        """
        state, steps = files.read(path, "checkpoint"), self.settings["steps"]
        missing = self.state().keys() - state.keys()
        if missing:
            raise ValueError(f"{path} lacks {min(missing)!r}; delete it or give another path")
        for key, value in self.identity.items():
            stored = state["identity"].get(key)
            if stored != value:
                hashed = key in ("data", "loss", "generator", "discriminator")
                differs = (f"its {key} is another one, in values or in code" if hashed else
                           f"its {key} is {stored}, not {value}")
                raise ValueError(f"{path} is a checkpoint of another run: {differs}; give another "
                                 f"path, or the same {key}")
        if state["step"] > steps:
            raise ValueError(f"{path} is a checkpoint at step {state['step']}; steps is {steps} "
                             f"but must be at least that, or give another path")
        load_weights(self.players, state["players"], str(path))
        if self.average is not None:
            load_weights(self.average, state["average"], str(path))
        for who, adam in state["optimizers"].items():
            self.optimizers[who].load_state_dict(adam)
        self.recorder.load(state["records"])
        self.step = state["step"]
        self.snapshots = {k: v.numpy() for k, v in state["snapshots"].items()}
        self.recorder.keep(self.step)
        self._file = files.head(path)
