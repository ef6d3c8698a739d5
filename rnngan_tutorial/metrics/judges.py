"""Scores by a trained judge: a GRU that tells real from generated, predicts, or labels.

The judges of all seeds are trained side by side, from the same initial weights and on the
same splits, so that the score of one seed does not depend on the others.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ..checks import check_device
from ..data import Sequences
from ..machine import MOST_THREADS, computing
from ..networks import Linear, batch_first, time_first
from ..options import check_whole
from ..recurrence import GRU
from .inputs import FEWEST, check_seed, checked, labels_of


class Judge(nn.Module):
    """GRU with a linear map of its state at each step.

    Parameters
    ----------
    features, hidden, outputs : int
        Width of a series, of the state and of the output.
    seeds : sequence of int
        One judge for each; equal seeds have equal initial weights.
    """

    def __init__(self, features: int, hidden: int, outputs: int, seeds: Sequence[int]) -> None:
        super().__init__()
        generators = [torch.Generator().manual_seed(int(s)) for s in seeds]
        self.gru = GRU(features, hidden, generators)
        self.out = Linear(hidden, outputs, generators)

    def forward(self, x: Tensor) -> Tensor:
        """Outputs (S, B, T, outputs) for series (S, B, T, F)."""
        return batch_first(self.out(self.gru(time_first(x))))


def check_computing(device: Any, threads: Any) -> torch.device:
    """The device, by default the CPU, or a one-line error if judges cannot be trained so."""
    if threads is not None:
        check_whole("threads", threads, 1, MOST_THREADS)
    return check_device("cpu" if device is None else device)


@contextmanager
def _judging(steps: int, seed: int, device: Any, threads: int | None) -> Iterator[torch.device]:
    """Check what all judges take, then compute as training does; gives the device."""
    check_whole("steps", steps, 1)
    check_seed(seed)
    place = check_computing(device, threads)
    with computing(threads):
        yield place


def _width(hidden: Any, timegan: int) -> int:
    """The judge's width, or a one-line error."""
    if isinstance(hidden, str) and hidden == "timegan":
        return timegan
    if isinstance(hidden, bool) or not isinstance(hidden, (int, np.integer)) or hidden < 1:
        raise ValueError(f"hidden is {hidden!r}; it must be 'timegan' or a whole number, 1 or more")
    return int(hidden)


def _fit(judge: Judge, x: Tensor, y: Tensor, rows: Tensor,
         loss: Callable[[Tensor, Tensor], Tensor], steps: int, seed: int, lr: float = 0.01,
         batch: int = 64) -> None:
    """Train S * K judges on random batches; judge (s, k) sees the series ``x[s, rows[k]]``.

    x, y : Tensor, shape (S, N, ...); rows : integer Tensor, shape (K, M); ``loss`` gives one
    number per judge. The learning rate falls linearly to zero, so that the end is settled.
    """
    source = torch.Generator().manual_seed(seed)
    adam = torch.optim.Adam(judge.parameters(), lr, fused=True)
    for step in range(steps):
        adam.param_groups[0]["lr"] = lr * (1 - step / steps)
        pick = rows.gather(1, torch.randint(rows.shape[1], (len(rows), batch), generator=source))
        pick = pick.to(x.device)
        adam.zero_grad()
        loss(judge(x[:, pick].flatten(0, 1)), y[:, pick].flatten(0, 1)).sum().backward()
        adam.step()


def _read(judge: Judge, x: Tensor) -> Tensor:
    """Outputs for series (S, B, T, F), without gradient and in pieces that need little memory."""
    with torch.no_grad():
        return torch.cat([judge(part).cpu() for part in x.split(256, 1)], 1)


def _cross_entropy(outputs: Tensor, y: Tensor) -> Tensor:
    """Of the logits' mean over time, (S, B, T, classes), with labels (S, B): (S,)."""
    logits = outputs.mean(2).transpose(1, 2)
    return nn.functional.cross_entropy(logits, y, reduction="none").mean(1)


def _absolute_error(guess: Tensor, truth: Tensor) -> Tensor:
    return (guess - truth).abs().mean((1, 2, 3))


def discriminative(fake: np.ndarray, real: np.ndarray | Sequences, hidden: int | str = 32,
                   steps: int = 300, folds: int = 2, seed: int = 0, *,
                   device: str | torch.device | None = None,
                   threads: int | None = None) -> np.ndarray:
    """How well a GRU, trained for it, tells generated from real: \\|accuracy - 1/2\\|.

    Yoon et al. 2019, section 5. Equally many series of both kinds are cut into folds; each
    fold is judged by a classifier trained on the others, and the accuracy is that over all
    folds. With N series on each side a coin would give 0.28 / sqrt(N); two folds, whose errors go
    together, give a perfect generator about 0.35 / sqrt(N). Series are read
    less the mean real series, in units of each feature's spread: what sets generated series
    apart is small against what all have in common, and is otherwise learned late.

    Parameters
    ----------
    fake : ndarray, shape (S, N, T, F)
        Scaled series of S seeds.
    real : ndarray, shape (M, T, F), or Sequences
    hidden : int or "timegan"
        Width of the classifier. TimeGAN's own is ``int(F / 2)``, which is zero for one
        feature; "timegan" uses that, but at least 1.
    steps : int
        Adam steps.
    folds : int
        2 to 8.
    seed : int
        Seed of splits, batches and initial weights.
    device : str or torch.device, optional
        Where the judges are trained; by default on the CPU.
    threads : int, optional
        CPU threads; by default one.

    Returns
    -------
    ndarray, shape (S,)
        From 0 (cannot tell) to 0.5 (always can).

    Raises
    ------
    ValueError
        If shapes do not fit, values are not finite, there are fewer than 8 series of a kind,
        or an argument is out of range.
    """
    fake, real = checked(fake, real)
    hidden = _width(hidden, max(1, fake.shape[3] // 2))
    check_whole("folds", folds, 2, FEWEST)
    with _judging(steps, seed, device, threads) as place:
        n = min(fake.shape[1], len(real)) // folds * folds
        rng = np.random.default_rng(seed)
        fake, real = (v[..., rng.permutation(v.shape[-3])[:n], :, :] for v in (fake, real))
        centre, spread = real.mean(0), real.std((0, 1))
        both = np.concatenate([fake, np.broadcast_to(real, fake.shape)], 1) - centre
        x = torch.from_numpy(both / np.where(spread > 0, spread, 1).astype(np.float32)).to(place)
        y = (torch.arange(2 * n) >= n).long().expand(len(x), -1).to(place)
        held = torch.arange(2 * n) % folds == torch.arange(folds)[:, None]
        seen, unseen = (torch.stack([mask.nonzero()[:, 0] for mask in part])
                        for part in (~held, held))
        seeds = [seed + k for k in range(folds)] * len(x)
        judge = Judge(x.shape[3], hidden, 2, seeds).to(place)
        _fit(judge, x, y, seen, _cross_entropy, steps, seed, lr=0.015)
        verdict = _read(judge, x[:, unseen].flatten(0, 1)).mean(2).argmax(-1)
        right = (verdict == y[:, unseen].flatten(0, 1).cpu()).view(len(x), -1)
        return (right.double().mean(1) - 0.5).abs().numpy()


def predictive(fake: np.ndarray, real: np.ndarray | Sequences, hidden: int | str = 16,
               steps: int = 400, seed: int = 0, *, device: str | torch.device | None = None,
               threads: int | None = None) -> np.ndarray:
    """Mean absolute error, on real series, of a one-step-ahead GRU trained on generated ones.

    Yoon et al. 2019, section 5: all features are predicted from all. Their public code predicts
    the last feature from the others instead, with ``int(F / 2)`` units; ``hidden="timegan"``
    does so.

    Parameters
    ----------
    fake : ndarray, shape (S, N, T, F)
        Scaled series of S seeds.
    real : ndarray, shape (M, T, F), or Sequences
    hidden : int or "timegan"
        Width of the predictor.
    steps : int
        Adam steps.
    seed : int
        Seed of batches and initial weights.
    device : str or torch.device, optional
        Where the judges are trained; by default on the CPU.
    threads : int, optional
        CPU threads; by default one.

    Returns
    -------
    ndarray, shape (S,)
        In scaled units.

    Raises
    ------
    ValueError
        If shapes do not fit, values are not finite, there are fewer than 8 series of a kind,
        an argument is out of range, there is one time step, or with "timegan" one feature.
    """
    fake, real = checked(fake, real)
    if fake.shape[2] < 2:
        raise ValueError("series have one time step; prediction needs at least 2")
    read, told, features = slice(None), slice(None), fake.shape[3]
    if isinstance(hidden, str) and hidden == "timegan":
        if features < 2:
            raise ValueError("series have one feature; hidden='timegan' predicts the last feature "
                             "from the others and needs at least 2")
        read, told = slice(-1), slice(-1, None)
    hidden = _width(hidden, features // 2)
    with _judging(steps, seed, device, threads) as place:
        x, truth = torch.from_numpy(fake).to(place), torch.from_numpy(real).to(place)
        before, after = x[:, :, :-1, read], x[:, :, 1:, told]
        judge = Judge(before.shape[3], hidden, after.shape[3], [seed] * len(x)).to(place)
        _fit(judge, before, after, torch.arange(x.shape[1])[None], _absolute_error, steps, seed)
        truth = truth.expand(len(x), *truth.shape)
        error = _read(judge, truth[:, :, :-1, read]) - truth[:, :, 1:, told].cpu()
        return error.abs().double().mean((1, 2, 3)).numpy()


def train_synthetic_test_real(fake: np.ndarray, fake_labels: np.ndarray, test: Sequences,
                              hidden: int = 32, steps: int = 300, seed: int = 0, *,
                              device: str | torch.device | None = None,
                              threads: int | None = None) -> np.ndarray:
    """Accuracy, on labelled real series, of a GRU classifier trained on generated ones.

    Esteban et al. 2017, section 3.1.2.

    Parameters
    ----------
    fake : ndarray, shape (S, N, T, F)
        Scaled series of S seeds.
    fake_labels : ndarray of int, shape (S, N), or (N,) when every seed has the same
    test : Sequences
        Real series with labels.
    hidden : int
        Width of the classifier.
    steps : int
        Adam steps.
    seed : int
        Seed of batches and initial weights.
    device : str or torch.device, optional
        Where the judges are trained; by default on the CPU.
    threads : int, optional
        CPU threads; by default one.

    Returns
    -------
    ndarray, shape (S,)
        From 0 to 1.

    Raises
    ------
    ValueError
        If `test` has no labels, the labels do not fit, shapes do not fit, values are not
        finite, there are fewer than 8 series of a kind, or an argument is out of range.
    """
    fake, real = checked(fake, test)
    truth, given = torch.from_numpy(labels_of(test)), np.asarray(fake_labels)
    classes = len(test.label_names)
    if given.shape not in (fake.shape[:2], fake.shape[1:2]) or given.dtype.kind not in "iu":
        raise ValueError(f"labels of the generated series are {given.dtype} of shape "
                         f"{given.shape}; they must be whole numbers, one per series")
    if given.min() < 0 or given.max() >= classes:
        raise ValueError(f"labels of the generated series run from {given.min()} to "
                         f"{given.max()}; they must lie in 0 to {classes - 1}")
    check_whole("hidden", hidden, 1)
    with _judging(steps, seed, device, threads) as place:
        x = torch.from_numpy(fake).to(place)
        y = torch.as_tensor(given.astype(np.int64)).expand(fake.shape[:2]).to(place)
        judge = Judge(x.shape[3], int(hidden), classes, [seed] * len(x)).to(place)
        _fit(judge, x, y, torch.arange(x.shape[1])[None], _cross_entropy, steps, seed)
        series = torch.from_numpy(real).to(place).expand(len(x), *real.shape)
        verdict = _read(judge, series).mean(2).argmax(-1)
        return (verdict == truth).double().mean(1).numpy()
