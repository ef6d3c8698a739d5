"""The signs of sick runs: numbers, each with a limit, the likely cause and what to try first.

Every limit lies between the healthy and the sick runs of ``data/results/diseases.csv``, which
``python -m benchmarks.diseases`` makes and counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..losses import divergence_from_prior
from ..networks import Discriminator
from .case import MOST, Case, Unknown

FEWEST = 8  # series of a kind, or in a half; with less, a share is noise


@dataclass(frozen=True)
class Sign:
    """A number that tells sick runs from healthy ones.

    Attributes
    ----------
    name : str
        Of the disease.
    about : str
        What the number is.
    below, above : float
        A seed is sick below the one, or above the other.
    cause, cure : str
    read : callable
        From a `Case` to one number per seed, shape (S,), or to one for the run, shape ().
    """

    name: str
    about: str
    below: float
    above: float
    cause: str
    cure: str
    read: Callable[[Case], Any]

    @property
    def limit(self) -> str:
        """Where sickness begins, in words."""
        return f"below {self.below:g}" if self.above == inf else f"above {self.above:g}"

    def accuses(self, values: Any) -> np.ndarray:
        """Which of these numbers are sick; nan is not."""
        values = np.asarray(values, float)
        return (values < self.below) | (values > self.above)


SIGNS: list[Sign] = []


def sign(name: str, cause: str, cure: str, below: float = -inf, above: float = inf) -> Any:
    """Enter a function into `SIGNS`; the first line of its docstring says what it reads."""
    def enter(read: Callable[[Case], Any]) -> Callable[[Case], Any]:
        SIGNS.append(Sign(name, str(read.__doc__).splitlines()[0], below, above, cause, cure, read))
        return read
    return enter


# --- The data ------------------------------------------------------------------------------------

@sign("wrong scaling", below=0.05,
      cause="a few extreme values, or too wide a range, take up the scale",
      cure='rt.from_array(..., scale="quantile"), or mend the extreme values')
def room(case: Case) -> Any:
    """Share of [-1, 1] that the middle 98 % of the values take up, in the tightest column."""
    columns = case.real.values.reshape(-1, case.real.shape[2])
    low, high = np.quantile(columns, (0.01, 0.99), axis=0)
    return ((high - low) / 2)[np.ptp(columns, axis=0) > 0].min(initial=1)


@sign("leak in the split", above=0.01, cause="windows overlap and were shuffled before the split",
      cure="data.split(), which keeps recordings and times apart")
def leaked(case: Case) -> Any:
    """Share of the test series that have steps in common with a training series."""
    train, test = case.run.data, case.test
    if test is None or not len(train):
        raise Unknown("the run has no training series" if test else "give test=")
    test, length = test.subset(np.arange(len(test))[:4 * MOST]), train.shape[1]
    if train.starts is not None and test.starts is not None:
        of_test, of_train = (np.zeros(len(d)) if d.groups is None else d.groups
                             for d in (test, train))
        near = np.abs(test.starts[:, None] - train.starts) < length
        return (near & (of_test[:, None] == of_train)).any(1).mean()
    # Does the first or the last half of a test series stand anywhere in a training series?
    half = (length + 1) // 2
    halves = np.stack([test.values[:, :half], test.values[:, -half:]], 1).swapaxes(2, 3)
    windows = np.lib.stride_tricks.sliding_window_view(train.values[:16 * MOST], half, axis=1)
    alike = windows[np.isin(windows[..., 0, 0], halves[..., 0, 0])]
    seen = {window.tobytes() for window in alike}
    found = [[part.tobytes() in seen and np.ptp(part) > 0 for part in two] for two in halves]
    return np.any(found, 1).mean()


# --- The game, as its losses show it -------------------------------------------------------------

@sign("divergence", below=1, cause="a learning rate too high for this loss",
      cure="a tenth of the learning rates, or adam={'clip': 1.0}")
def finite(case: Case) -> Any:
    """Share of the steps up to which all numbers were finite."""
    run = case.run
    return [run.diverged.get(seed, run.steps) / max(1, run.steps) for seed in run.seeds]


@sign("too strong a discriminator", below=0.5, cause="it learns faster than the generator",
      cure='bound its slope: add rt.losses.R1() + rt.losses.R2(), or take "r3gan"')
def doubt(case: Case) -> Any:
    """The discriminator's loss, as a share of what it pays when undecided."""
    undecided, best, _ = case.stakes
    if best == -inf or undecided <= best:
        raise Unknown("the discriminator's loss has no least value")
    return (np.median(case.losses(0.25), 0) - best) / (undecided - best)


@sign("exploding loss", above=5, cause="a few series with giant weights carry the loss, as in KL",
      cure="practical=True for an f-GAN, with rt.losses.R1() and rt.losses.R2()")
def worst_batch(case: Case) -> Any:
    """The discriminator's worst loss above its median, in units of what is at stake."""
    undecided, best, zero = case.stakes
    unit = abs(zero) if best == -inf else undecided - best
    if not unit > 0:
        raise Unknown("the discriminator's loss has no unit")
    past = case.losses(0.5)
    return (past.max(0) - np.median(past, 0)) / unit


@sign("oscillation", above=0.7,
      cause="the players chase each other: momentum, or learning rates too high",
      cure="rt.losses.R1() + rt.losses.R2(), betas=(0, 0.99), or rates that fall: "
           "adam={'schedule': 'cosine'}")
def swing(case: Case) -> Any:
    """Distance of the generator's series from its average's, in standard deviations of the data."""
    if youth(case) > 0.1:
        raise Unknown("the average is too young")
    apart = ((case.made_now - case.made) ** 2).sum((2, 3)).mean(1)
    return (apart / max(case.real.values.var(0).sum(), 1e-30)) ** 0.5


@sign("saturation", below=0.5, cause="the generator minimises log(1 - D), which is flat where D "
      "is sure", cure='the log-D trick, and a bound on the slope: "nonsaturating_r1r2"')
def hearing(case: Case) -> Any:
    """Mean weight of a generated series in its gradient; 1 against an undecided discriminator."""
    def weight(real: Tensor, fake: Tensor) -> Tensor:
        fake = fake.clone().requires_grad_()
        paid = case.pays("generator", real=real, fake=fake)
        if not paid.requires_grad:
            raise Unknown("the generator's loss reads no logits")
        return torch.autograd.grad(paid.sum(), fake)[0].abs().mean(1)

    with torch.enable_grad():
        real, fake = case.logits
        heard, even = weight(real, fake), weight(0 * real, 0 * fake)
    if not (even > 0).all():
        raise Unknown("the generator's loss is flat against an undecided discriminator")
    return (heard / even).numpy()


@sign("penalty of the batch", above=0.01,
      cause="one norm for the whole batch, a sum over it, or the slope of a mean logit",
      cure="one norm per series, over time and features; then the mean")
def doubling(case: Case) -> Any:
    """Change of the discriminator's loss when each series of a batch stands in it twice."""
    case.plays()
    source = torch.Generator().manual_seed(0)
    shape = (1, 4, *case.run.data.shape[1:])
    given = {name: torch.randn(shape, generator=source, dtype=torch.float64)
             for name in ("x", "generated", "jitter")}
    given["alpha"] = torch.rand(1, 4, 1, 1, generator=source, dtype=torch.float64)

    def score(v: Tensor) -> Tensor:
        return (v + v ** 2).flatten(2).sum(-1)

    def paid(times: int) -> float:
        batch = {name: v.repeat(1, times, 1, 1) for name, v in given.items()}
        return case.pays("discriminator", **batch, score=score, real=score(batch["x"]),
                         fake=score(batch["generated"]), step=10 ** 9).item()

    return abs(paid(2) - paid(1)) / max(abs(paid(1)), 1e-12)


# --- The series, and what the networks know ------------------------------------------------------

def nearest(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Which of the series b (M, T, F) is nearest to each of a (N, T, F), itself left out: (N,)."""
    one, other = (torch.from_numpy(v).flatten(1).double() for v in (a, b))
    far = torch.cdist(one, other, compute_mode="donot_use_mm_for_euclid_dist")
    return (far.fill_diagonal_(inf) if a is b else far).argmin(1).numpy()


@sign("collapse", below=0.2, cause="the generator found a few series that do; with mse or mae, the "
      "mean or the median", cure='"nonsaturating_r1r2" or "r3gan", more steps; never mse or mae')
def variety(case: Case) -> Any:
    """Different real series nearest to generated ones, over those nearest to other real ones."""
    half = len(case.real) // 2
    if half < FEWEST:
        raise Unknown("there are too few real series")
    one, other = case.real.values[:half], case.real.values[half:2 * half]
    hits = [len(np.unique(nearest(series, other))) for series in (one, *case.made[:, :half])]
    return np.array(hits[1:]) / hits[0]


@sign("missing kind", below=0.3, cause="a generator is not paid for what is rare",
      cure='"nonsaturating_r1r2" or "r3gan", more steps; or tell the label: "conditional"')
def rarest(case: Case) -> Any:
    """Share of the worst-off label among generated series, over its share in the data."""
    labels = case.real.labels
    if labels is None:
        raise Unknown("the data have no labels")
    count = np.bincount(labels)
    often = count >= FEWEST
    made = [np.bincount(labels[nearest(series, case.real.values)], minlength=len(count))
            for series in case.made]
    return (np.array(made)[:, often] / count[often]).min(1)


@sign("ignored label", below=0.5, cause="the discriminator is not told the label",
      cure='tell both players: "conditional"')
def obedience(case: Case) -> Any:
    """How often a series is of the kind that was asked for: 0 by chance, 1 for real ones."""
    if case.run.label_counts is None:
        raise Unknown("the players are told no labels")
    labels, n = case.real.labels, len(case.real)
    if labels is None:
        raise Unknown("the series have no labels")
    right = (labels[nearest(case.real.values, case.real.values)] == labels).mean()
    chance = (np.bincount(labels) ** 2).sum() / n ** 2
    if right - chance < 0.2:
        raise Unknown("the labels cannot be told from the series")
    asked = case.run.inputs(n)[1].cpu().numpy()  # type: ignore[union-attr]
    kinds = np.stack([labels[nearest(series, case.real.values)] for series in case.made])
    return ((kinds == asked).mean(1) - chance) / (right - chance)


@sign("posterior collapse", below=0.05,
      cause="the observation noise is too large for a code to pay",
      cure='rt.loss("vae", sigma="learnt"), or a smaller sigma')
def nats(case: Case) -> Any:
    """Divergence of the code from the prior, in nats per series."""
    run = case.run
    if not run.needs.encoder:
        raise Unknown("the loss has no encoder")
    device = next(run.players.parameters()).device
    x, y = (None if part is None else torch.from_numpy(part).to(device).expand(
        len(run.seeds), *part.shape) for part in (case.real.values, case.told))
    with torch.no_grad():
        return divergence_from_prior(run.encoder(x, y)).mean(1).cpu().numpy()


@sign("short memory", below=0.25,
      cause="the series are too long for the discriminator's state, or its weights are clipped",
      cure="fewer and longer steps (means of neighbours) or shorter windows; a penalty in place of "
           "clipping; then more steps of training")
def memory(case: Case) -> Any:
    """How far back the discriminator's last state feels its input, as a share of the series."""
    case.plays()
    net = case.run.discriminator
    if not isinstance(net, Discriminator) or net.classes:
        raise Unknown("it is read from the package's own discriminator, without labels")
    some = torch.from_numpy(case.real.values[:16]).to(next(net.parameters()).device)
    x = some.expand(len(case.run.seeds), *some.shape).clone().requires_grad_()
    source = torch.Generator().manual_seed(0)
    with torch.enable_grad():
        last = net.states(x)[-1]
        ways = torch.randn(8, *last.shape, generator=source).to(last)
        slopes = [torch.autograd.grad((last * way).sum(), x, retain_graph=True)[0] for way in ways]
    felt = torch.stack(slopes).square().sum((0, -1)).mean(1).cpu().numpy() ** 0.5  # (S, T)
    first = (felt >= 0.05 * felt.max(1, keepdims=True)).argmax(1)
    return 1 - first / max(1, felt.shape[1] - 1)


@sign("young average", above=0.1, cause="the run is short for this average",
      cure="average=0.9 or average=None, or more steps")
def youth(case: Case) -> Any:
    """Share of the initial weights in the average that series are drawn from."""
    if case.run.average is None:
        raise Unknown("the run keeps no average")
    return case.run.settings["average"] ** case.run.steps
