"""The state of a training run and the step that moves it on, whatever the loss."""

import copy
import os
import warnings

import numpy as np
import torch
from tqdm.auto import tqdm

from . import losses
from .checkpoint import write_checkpoint
from .rounds import Batch, Draws, Round
from .run import Diverged, History, Run

WATCH = 10  # steps between records of scores and gradient norms, and checks for divergence


class Loop:
    """The state of a training run, and the step that moves it on."""

    def __init__(self, data, loss, name, seeds, adam, latent, settings, players, device):
        self.data, self.loss, self.name, self.seeds = data, loss, name, seeds
        self.adam, self.latent, self.settings = adam, latent, settings
        self.players, needs, length = players.to(device), loss.needs, data.shape[1]
        self.average = None
        if settings["average"]:
            self.average = copy.deepcopy(self.players["generator"]["generator"])
            self.average.requires_grad_(False)
        self.rounds = max(1, adam.discriminator_steps)
        self.draws = Draws(seeds, settings["batch"], len(data), latent.draws(length)
                           + latent.series * needs.encoder, 2 + needs.continuous, device)
        self.x = torch.as_tensor(data.values, dtype=torch.float32, device=device)
        self.y = None
        if needs.labels:
            self.y = torch.as_tensor(data.labels, dtype=torch.int64, device=device)
        self.weights = {who: list(self.players[who].parameters()) for who in self.players}
        fused = device.type in ("cpu", "cuda")
        self.optimizers = {
            who: torch.optim.Adam(self.weights[who], lr=float(getattr(adam, f"lr_{who}")),
                                  betas=tuple(map(float, adam.betas)), eps=float(adam.eps),
                                  fused=fused)
            for who in self.players}
        self.step, self.diverged, self.snapshots = 0, {}, {}
        self.losses = torch.full((0, 2, len(seeds)), torch.nan, device=device)
        self.watched = torch.full((0, 4, len(seeds)), torch.nan, device=device)
        self.keep()

    def go(self, steps, snapshots, checkpoint, every, progress):
        """Train up to `steps` steps; Ctrl-C leaves the state as it is then."""
        self.make_room(steps)
        # The notebook's bar does not heed TQDM_DISABLE by itself.
        silent = not progress or os.environ.get("TQDM_DISABLE") == "1"
        bar = tqdm(total=steps, initial=self.step, desc=self.name, leave=False, disable=silent)
        try:
            with bar:
                while self.step < steps:
                    if self.step in snapshots:
                        self.snapshot()
                    self.one_step(watch=self.step % WATCH == 0)
                    if not all((self.step % WATCH, self.step % every, self.step < steps)):
                        self.check()
                        bar.update(self.step - bar.n)
                    if checkpoint and not (self.step % every and self.step < steps):
                        write_checkpoint(checkpoint, self.state())
        except KeyboardInterrupt:
            self.check()
            warnings.warn(f"interrupted: the run ends at step {self.step} of {steps}",
                          stacklevel=3)
        if self.step in snapshots:
            self.snapshot()

    def one_step(self, watch):
        """Moves of the discriminator, then one of the generator."""
        judge = self.players["discriminator"]
        for i in range(self.rounds):
            rows, normal, uniform = self.draws[self.step * self.rounds + i]
            batch = Batch(self.players, self.latent, self.loss.needs, self.x[rows],
                          None if self.y is None else self.y[rows], normal, uniform)
            if self.adam.discriminator_steps:
                round = Round(batch, "discriminator")
                self.move("discriminator", self.loss.discriminator(round), watch)
                self.loss.after(self.players)
        if watch and self.adam.discriminator_steps:
            with torch.no_grad():
                for i, score in enumerate((round.real, round.fake)):
                    self.watched[self.step // WATCH, i] = losses.mean(score)
        judge.requires_grad_(False)
        try:
            self.move("generator", self.loss.generator(Round(batch, "generator")), watch)
        finally:
            judge.requires_grad_(True)
        if self.average is not None:
            torch._foreach_lerp_(list(self.average.parameters()),
                                 list(self.players["generator"]["generator"].parameters()),
                                 1 - self.settings["average"])
        self.step += 1

    def move(self, who, value, watch):
        """One step of Adam down the player's loss, given per seed."""
        weights, column = self.weights[who], who == "generator"
        if value.shape != (len(self.seeds),):
            raise ValueError(f"loss {self.name!r} gives the {who} a value of shape "
                             f"{tuple(value.shape)}; it must be one number per seed, "
                             f"{(len(self.seeds),)}")
        if not value.requires_grad:
            raise ValueError(f"loss {self.name!r} gives the {who} nothing to learn from; add a "
                             f"loss that does, or use rt.Adam(discriminator_steps=0)")
        self.losses[self.step, int(column)] = value.detach()
        gradients = torch.autograd.grad(value.sum(), weights, allow_unused=True)
        for weight, gradient in zip(weights, gradients, strict=True):
            weight.grad = gradient
        if self.diverged:
            sick = [self.seeds.index(seed) for seed in self.diverged]
            for gradient in gradients:
                if gradient is not None:
                    gradient[sick] = 0
        if watch:
            squares = [g.flatten(1).square().sum(1) for g in gradients if g is not None]
            self.watched[self.step // WATCH, 2 + column] = sum(squares).sqrt()
        self.optimizers[who].step()

    def check(self):
        """Mark seeds that stopped being finite, at the step where they did.

        All seeds go back to the last good state and through the steps since then again, up to
        the faulty one. So the state before it is known, whenever checks are made.
        """
        sick = self.sick()
        if sick:
            faulty, known = min(sick.values()), sick
            self.go_back()
            while True:
                self.one_step(watch=self.step % WATCH == 0)
                sick = self.sick()
                if sick or self.step > faulty:
                    break
                self.keep()
            # A loss may depend on more than the state; then the first time counts.
            self.mark(sick or [i for i, step in known.items() if step == faulty])
        for seed, step in self.diverged.items():
            i = self.seeds.index(seed)
            self.losses[step:, :, i] = self.watched[-(-step // WATCH):, :, i] = torch.nan
        self.keep()
        if len(self.diverged) == len(self.seeds):
            raise Diverged(f"{self.message}; every seed has diverged", self.run())

    def sick(self):
        """Number of each seed that is newly not finite -> the first step of which this shows."""
        start = self.good[0]
        trained = self.losses[start:self.step, 0 if self.adam.discriminator_steps else 1:]
        finite = torch.isfinite(trained).all(1)
        if len(finite):
            finite[-1] &= torch.stack([torch.isfinite(tensor).flatten(1).all(1) for tensor in
                                       self.weights_and_average() + self.moments()]).all(0)
        finite = finite.cpu().numpy()
        return {i: start + int(finite[:, i].argmin()) for i, seed in enumerate(self.seeds)
                if seed not in self.diverged and not finite[:, i].all()}

    def mark(self, sick):
        """Call seeds, given by number, diverged at the last step; put them back to before it."""
        step = self.good[0]
        for i in sick:
            self.diverged[self.seeds[i]] = step
            for tensor, kept in zip(self.weights_and_average(), self.good[1], strict=False):
                with torch.no_grad():
                    tensor[i] = kept[i]
            for moment in self.moments():
                moment[i] = 0
            self.message = (
                f"loss {self.name!r} of seed {self.seeds[i]} stopped being finite at step {step}; "
                f"the usual cause is a learning rate too high for this loss "
                f"(lr_generator={self.adam.lr_generator:g}, "
                f"lr_discriminator={self.adam.lr_discriminator:g})")
            if len(self.diverged) < len(self.seeds):
                warnings.warn(f"{self.message}; the other seeds go on", stacklevel=5)

    def weights_and_average(self):
        average = [] if self.average is None else list(self.average.parameters())
        return [*self.players.parameters(), *average]

    def moments(self, keys=("exp_avg", "exp_avg_sq")):
        """What both Adams have stored under `keys`."""
        return [state[key] for optimizer in self.optimizers.values()
                for state in optimizer.state.values() for key in keys]

    def tensors(self):
        """Everything that a step changes."""
        return self.weights_and_average() + self.moments(("exp_avg", "exp_avg_sq", "step"))

    def keep(self):
        """Remember the present state as good."""
        self.good = self.step, [tensor.detach().clone() for tensor in self.tensors()]

    def go_back(self):
        """Return to the last good state."""
        self.step, good = self.good
        if not self.step:  # Adam had no moments yet
            for optimizer in self.optimizers.values():
                optimizer.state.clear()
        with torch.no_grad():
            for tensor, kept in zip(self.tensors(), good, strict=True):
                tensor.copy_(kept)

    def snapshot(self):
        """Keep series generated from a fixed noise."""
        self.snapshots[self.step] = self.run().sample(64)

    def make_room(self, steps):
        """Let the records hold `steps` steps."""
        for name, rows in (("losses", steps), ("watched", -(-steps // WATCH))):
            old = getattr(self, name)
            new = old.new_full((max(rows, len(old)), *old.shape[1:]), torch.nan)
            new[:len(old)] = old
            setattr(self, name, new)

    def run(self):
        """The run so far."""
        watched = -(-self.step // WATCH)
        first, second = self.losses[:self.step].unbind(1)
        records = self.watched[:watched].unbind(1)
        arrays = [record.cpu().numpy().copy() for record in (first, second, *records)]
        history = History(self.seeds, *arrays[:2], np.arange(watched) * WATCH, *arrays[2:])
        return Run(self.data, self.loss, self.seeds, self.players, self.average, history,
                   self.latent, self.step, dict(self.diverged), self.snapshots, self.settings)

    def state(self):
        """All that `resume` needs: tensors and plain values. Random numbers depend on the step."""
        return {"settings": self.settings, "step": self.step, "diverged": self.diverged,
                "players": self.players.state_dict(),
                "average": None if self.average is None else self.average.state_dict(),
                "optimizers": {k: v.state_dict() for k, v in self.optimizers.items()},
                "losses": self.losses[:self.step], "watched": self.watched[:-(-self.step // WATCH)],
                "snapshots": {k: torch.from_numpy(v) for k, v in self.snapshots.items()}}

    def resume(self, state, path, steps):
        """Take up a stored state, if it belongs to the same run."""
        stored = state.get("settings")
        if not isinstance(stored, dict):
            raise ValueError(f"{path} holds no settings of a run; give another path or delete it")
        for key, value in self.settings.items():
            if stored.get(key) != value:
                raise ValueError(f"{path} is a checkpoint of another run: its {key} is "
                                 f"{stored.get(key)}, not {value}; give another path or delete it")
        if state["step"] > steps:
            raise ValueError(f"{path} is a checkpoint at step {state['step']}; steps is {steps} "
                             f"but must be at least that, or give another path")
        load(self.players, state["players"], path)
        if self.average is not None:
            load(self.average, state["average"], path)
        for who, adam in state["optimizers"].items():
            self.optimizers[who].load_state_dict(adam)
        self.step, self.diverged = state["step"], dict(state["diverged"])
        device = self.losses.device
        self.losses, self.watched = state["losses"].to(device), state["watched"].to(device)
        self.snapshots = {k: v.numpy() for k, v in state["snapshots"].items()}
        self.keep()


def load(module, state, source):
    """Give a module stored weights, or raise a one-line error if they are of other shapes."""
    own = {name: tuple(tensor.shape) for name, tensor in module.state_dict().items()}
    given = {name: tuple(tensor.shape) for name, tensor in state.items()}
    odd = sorted(name for name in own.keys() | given.keys() if own.get(name) != given.get(name))
    if odd:
        raise ValueError(f"{source} do not fit this run: {odd[0]} has shape "
                         f"{given.get(odd[0])}, not {own.get(odd[0])}; build them with the same "
                         f"data, loss, seeds, hidden and latent")
    module.load_state_dict(state)
