"""What training leaves behind: the players, their history, and series drawn from them."""

import csv
from dataclasses import dataclass, field

import numpy as np
import torch

from .checks import check_labels, check_whole
from .networks import Latent
from .rounds import make_code, random_source, with_code

SAMPLING = 2 ** 32 - 1  # sets the noise of samples apart from that of training rounds


class Diverged(ArithmeticError):
    """Every seed of a run stopped being finite. ``run`` holds the last good state."""

    def __init__(self, message, run):
        super().__init__(message)
        self.run = run


@dataclass
class History:
    """What happened during training, per step and seed.

    Attributes
    ----------
    seeds : tuple of int
    discriminator, generator : ndarray, shape (steps, S)
        Losses at every step; nan for a player that the loss does not train.
    watched : ndarray of int, shape (R,)
        The steps at which the following were recorded.
    real_score, fake_score : ndarray, shape (R, S)
        Mean logit of the real and of the generated batch.
    discriminator_gradient, generator_gradient : ndarray, shape (R, S)
        Euclidean norm of each player's gradient.
    """

    seeds: tuple
    discriminator: np.ndarray
    generator: np.ndarray
    watched: np.ndarray
    real_score: np.ndarray
    fake_score: np.ndarray
    discriminator_gradient: np.ndarray
    generator_gradient: np.ndarray

    def table(self):
        """The watched steps as a tidy table: a dict of equally long columns.

        One row per step and seed; ``pandas.DataFrame(history.table())`` takes it as it is.
        """
        columns = {"step": np.repeat(self.watched, len(self.seeds)),
                   "seed": np.tile(self.seeds, len(self.watched)),
                   "discriminator_loss": self.discriminator[self.watched].ravel(),
                   "generator_loss": self.generator[self.watched].ravel()}
        for name in ("real_score", "fake_score", "discriminator_gradient",
                     "generator_gradient"):
            columns[name] = getattr(self, name).ravel()
        return columns

    def to_csv(self, path):
        """Write `table` as a CSV file."""
        columns = self.table()
        with open(path, "w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            writer.writerows(zip(*columns.values(), strict=True))


@dataclass
class Run:
    """A trained recurrent GAN, S seeds side by side.

    Attributes
    ----------
    data : Sequences
        What it was trained on.
    loss : Loss
    seeds : tuple of int
    players : ModuleDict
        ``players["generator"]`` and ``players["discriminator"]`` hold their networks.
    average : Module or None
        The moving average of the generator, if one was kept; samples come from it.
    history : History
    latent : Latent
    steps : int
        Steps taken.
    diverged : dict
        Step at which a seed stopped being finite, for the seeds that did.
    snapshots : dict
        Step -> series (S, n, T, F) generated from the same noise at that step.
    settings : dict
        Everything that `train` was asked for.
    """

    data: object
    loss: object
    seeds: tuple
    players: object
    average: object
    history: History
    latent: Latent
    steps: int
    diverged: dict = field(default_factory=dict)
    snapshots: dict = field(default_factory=dict)
    settings: dict = field(default_factory=dict)

    @property
    def generator(self):
        """The generator that samples come from."""
        return self.average or self.players["generator"]["generator"]

    def noise(self, n, seed=0, labels=None, code=None):
        """Noise, labels and code that `sample` would use: tensors (S, n, ...), or None.

        Parameters
        ----------
        n : int
            Series per training seed.
        seed : int
            Another one gives other noise.
        labels : int or array of int, shape (n,), optional
            For a conditional run; by default drawn as often as in the data.
        code : array, shape (n, categories + continuous), optional
            For an InfoGAN; by default drawn as in training.
        """
        check_whole("n", n, 1)
        check_whole("seed", seed, 0)
        needs, length = self.loss.needs, self.data.values.shape[1]
        device = next(self.players.parameters()).device
        sources = [random_source(s, SAMPLING, seed) for s in self.seeds]
        normal = torch.stack([torch.randn(n, self.latent.draws(length), generator=g)
                              for g in sources])
        uniform = torch.stack([torch.rand(n, 2 + needs.continuous, generator=g)
                               for g in sources])
        y = None
        if needs.labels:
            shares = np.bincount(self.data.labels, minlength=self.data.classes).cumsum()
            edges = torch.as_tensor(shares / shares[-1], dtype=torch.float32)[:-1]
            y = torch.bucketize(uniform[..., 0].contiguous(), edges, right=True)
            if labels is not None:
                y = torch.as_tensor(check_labels(labels, n, self.data.classes)).expand_as(y)
            y = y.to(device)
        elif labels is not None:
            raise ValueError(f"loss {self.loss!r} takes no labels; train with 'conditional'")
        drawn = make_code(uniform[..., 1:], needs)
        if code is not None:
            code = torch.as_tensor(np.asarray(code, dtype=np.float32))
            if not drawn.shape[-1]:
                raise ValueError(f"loss {self.loss!r} takes no code; train with 'infogan'")
            if code.shape != drawn.shape[1:]:
                raise ValueError(f"code has shape {tuple(code.shape)}; it must be "
                                 f"{tuple(drawn.shape[1:])}")
            drawn = code.expand_as(drawn)
        z = with_code(self.latent.arrange(normal, length), drawn)
        return z.to(device), y, drawn.to(device)

    def sample(self, n, units=False, seed=0, labels=None, code=None):
        """Generated series, ndarray of shape (S, n, T, F).

        Scaled to [-1, 1], or in the data's own units with ``units=True``. The other
        parameters are those of `noise`.
        """
        z, y, _ = self.noise(n, seed, labels, code)
        with torch.no_grad():
            made = self.generator(z, y).cpu().numpy()
        return self.data.to_units(made) if units else np.ascontiguousarray(made)

    def logits(self, values, labels=None):
        """The discriminator's logits of given series (N, T, F): (S, N) or (S, N, T)."""
        judge = self.players["discriminator"]["discriminator"]
        weight = next(judge.parameters())
        values, features = np.asarray(values, dtype=np.float32), self.data.values.shape[2]
        if values.ndim != 3 or not values.size or values.shape[2] != features:
            raise ValueError(f"values have shape {values.shape}; they must be (series, time "
                             f"steps, {features})")
        x = torch.as_tensor(values).to(weight.device)
        x = x.expand(len(self.seeds), *x.shape[-3:])
        y = None
        if self.loss.needs.labels:
            if labels is None:
                raise ValueError(f"the discriminator of loss {self.loss!r} needs labels; give "
                                 f"labels=, one per series")
            y = torch.as_tensor(check_labels(labels, x.shape[1], self.data.classes))
            y = y.to(weight.device).expand(x.shape[:2])
        elif labels is not None:
            raise ValueError(f"loss {self.loss!r} takes no labels; train with 'conditional'")
        with torch.no_grad():
            return judge(x, y).cpu().numpy()
