"""Trainings that are sick on purpose, the same ones cured, and healthy ones.

All are small. Most learn waves of two kinds, as the heartbeats are of two kinds; with both
penalties and these learning rates 400 steps of 16 units are enough for them.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch

import rnngan_tutorial as rt

STEPS = 400


# --- What is trained on: the series to train on, and those to test with --------------------------

def waves(seed):
    """600 waves, half of them of one cycle and half of two."""
    def some(data):
        rows = np.concatenate([np.flatnonzero(data.labels == kind)[:300] for kind in (0, 5)])
        return replace(data.subset(rows), labels=np.repeat([0, 1], 300),
                       label_names=("one cycle", "two cycles"))

    return tuple(some(rt.load("modes", 6000, seed=2 * seed + i)) for i in (0, 1))


def squeezed(seed):
    """Waves on a scale that has room for one spike, fifty times as high."""
    first, second = waves(seed)
    values = first.values.copy()
    values[0, 0] = 50
    return replace(first, values=values / 50), replace(second, values=second.values / 50)


def week(seed):
    """Windows of 24 hours of weather, one every three hours: of the first days, and of the rest."""
    days = rt.load("weather")
    hours = days.values[days.groups == 1 + seed % 50].reshape(-1, days.shape[2])
    cut = np.lib.stride_tricks.sliding_window_view(hours, 24, axis=0)[::3].swapaxes(1, 2)
    return rt.Sequences(np.ascontiguousarray(cut), name=f"week {seed}",
                        starts=3.0 * np.arange(len(cut))).split(0.7, by="time")


def shuffled(seed, by="random"):
    """The first days, split; nobody knows when a window begins."""
    parts = week(seed)[0].split(0.6, by, seed)
    return tuple(replace(part, starts=None, name=f"week {seed} {by}") for part in parts)


def in_time(seed):
    return shuffled(seed, "time")


def modes(seed):
    return rt.load("modes", 1500, seed=2 * seed), rt.load("modes", 1500, seed=2 * seed + 1)


def sines(seed):
    return rt.load("sines", 1500, seed=2 * seed), rt.load("sines", 1500, seed=2 * seed + 1)


def weather(seed):
    return rt.load("weather").split(0.7, seed=seed)


# --- Games that are wrong on purpose -------------------------------------------------------------

class Naive(rt.losses.NonSaturating):
    """The discriminator's loss as it is printed: log(sigmoid), which becomes log(0)."""

    def discriminator(self, round):
        real, fake = (torch.sigmoid(logits) for logits in (round.real, round.fake))
        return -rt.losses.mean(real.log()) - rt.losses.mean((1 - fake).log())


class Blind(rt.losses.NonSaturatingR1R2):
    """The generator is told the label, the discriminator the same one of every series."""

    def __init__(self):
        super().__init__()
        self.needs |= rt.losses.Needs(labels=True)

    def discriminator(self, round):
        round.y = torch.zeros_like(round.y)
        return super().discriminator(round)

    def generator(self, round):
        round.y = torch.zeros_like(round.y)
        return super().generator(round)


class BatchNorm(rt.losses.Penalty):
    """The gradient penalty with one norm for the whole batch."""

    def discriminator(self, round):
        slope = round.slope(torch.lerp(round.generated, round.x, round.alpha))
        return (slope.flatten(1).norm(dim=-1) - 1) ** 2


# --- What harm is: the higher, the worse ---------------------------------------------------------

def nearest(a, b):
    """Mean distance of the series a from the nearest of the series b."""
    return rt.metrics.squared_distances(a, b).min(1).mean() ** 0.5


def apart(run, test):
    """How far generated series are from real ones, and real ones from generated ones.

    Root mean square distance to the nearest, there and back, in standard deviations of the data.
    """
    return there_and_back(run.sample(300), test.values)


def there_and_back(made, real):
    real = real[np.random.default_rng(0).permutation(len(real))[:300]]
    spread = real.var(0).sum() ** 0.5
    return np.array([nearest(m, real) + nearest(real, m) for m in made]) / spread


def of_one_for_ever(test):
    """The same of one series, again and again."""
    return there_and_back(rt.metrics.medoid(test.values)[None], test.values)[0]


def at_once(run, test):
    """The same of the generator itself, not of its average."""
    return apart(replace(run, average=None), test)


def disobeyed(run, test):
    """Share of the series that are not of the kind that was asked for."""
    made, asked = run.sample(300), run.inputs(300)[1].numpy()
    return np.array([(rt.metrics.nearest_label(series, test) != wanted).mean()
                     for series, wanted in zip(made, asked)])


def forgotten(run, test):
    """How far the smaller of two shares is below one half, as a part of it."""
    return 1 - 2 * rt.metrics.label_share(run.sample(600), test).min(1)


def stopped(run, test):
    """Share of the steps that were not taken."""
    return np.array([1 - run.diverged.get(seed, STEPS) / STEPS for seed in run.seeds])


def off_slope(run, test):
    """How far the critic's slope between real and generated series is from one, at the median."""
    x = torch.tensor(test.values[:200]).expand(len(run.seeds), -1, -1, -1)
    middle = torch.lerp(torch.tensor(run.sample(200)), x, 0.5).requires_grad_()
    slope, = torch.autograd.grad(run.discriminator(middle).sum(), middle)
    return (slope.flatten(2).norm(dim=2).median(1).values - 1).abs().numpy()


def flattery(run, test):
    """How much nearer the training series are to test series than to the rest of the week.

    Mean of the logarithm over ten weeks, split as those of the run.
    """
    _, first, by = run.data.name.split()
    ratios = []
    for seed in range(int(first), int(first) + 10):
        (train, close), (_, rest) = shuffled(seed, by), week(seed)
        near, far = (rt.metrics.sliced_wasserstein(train.values[None], data)[0]
                     for data in (close, rest))
        ratios.append(far / near)
    return np.full(len(run.seeds), np.exp(np.log(ratios).mean()))


# --- The trainings -------------------------------------------------------------------------------

@dataclass
class Trial:
    """One training: data, loss, and options of `rt.train`."""

    data: Callable[[int], Any]
    loss: Any
    steps: int = STEPS
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self):
        return f"{self.loss} on {self.data.__name__}, {self.steps} steps, {self.options}"


def of(loss, data=waves, steps=STEPS, average=0.97, **adam):
    """A trial with both learning rates at 6e-3, if they are not given."""
    return Trial(data, loss, steps, {"average": average, "adam": {
        "lr_generator": 6e-3, "lr_discriminator": 6e-3, **adam}})


SOUND = of("nonsaturating_r1r2")
PENALTIES = rt.losses.R1() + rt.losses.R2()
FAST = {"lr_discriminator": 3e-2, "lr_generator": 1e-3}
HEAVY = {"lr_generator": 3e-2, "lr_discriminator": 3e-2, "betas": (0.9, 0.99)}
TOLD = rt.loss("conditional", game="nonsaturating_r1r2")
# Disease -> its harm, the sick training, the cured one.
DISEASES = {
    "divergence": (stopped, of(Naive(), lr_discriminator=3.0),
                   of("nonsaturating", lr_discriminator=3.0)),
    "too strong a discriminator": (at_once, of("nonsaturating", **FAST), SOUND),
    "saturation": (at_once, of("minimax", **FAST), SOUND),
    "oscillation": (at_once, of("nonsaturating_r1r2", **HEAVY), SOUND),
    "exploding loss": (at_once, of("kl", lr_discriminator=3e-2),
                       of(rt.losses.KL(practical=True) + PENALTIES, lr_discriminator=3e-2)),
    "collapse": (apart, of("mse"), SOUND),
    "missing kind": (forgotten, of("nonsaturating", lr_generator=1.2e-2, lr_discriminator=1.2e-2),
                     SOUND),
    "ignored label": (disobeyed, of(Blind()), of(TOLD)),
    "posterior collapse": (apart, of(rt.losses.VAE(sigma=12 ** 0.5)), of("vae")),
    "penalty of the batch": (
        off_slope, of(rt.losses.Wasserstein() + 10 * BatchNorm()),
        of(rt.losses.Wasserstein() + 10 * rt.losses.GradientPenalty())),
    "leak in the split": (flattery, of("mse", shuffled, 10), of("mse", in_time, 10)),
    "wrong scaling": (apart, of("nonsaturating_r1r2", squeezed), SOUND),
    "short memory": (
        apart, of(rt.losses.WassersteinClip(0.01)), of("wasserstein_gp")),
    "young average": (apart, of("nonsaturating_r1r2", average=0.999), SOUND),
}
HEALTHY = [SOUND, of(TOLD)] + [of(loss, data) for data in (modes, sines, weather) for loss in
                               ("nonsaturating_r1r2", "r3gan", "wasserstein_gp",
                                rt.losses.VAE("learnt"))]
