"""Scores by a trained judge: a GRU that tells real from generated, predicts, or labels.

The judges of all seeds are trained side by side, from the same initial weights and on the
same splits, so that the score of one seed does not depend on the others.
"""

import numpy as np
import torch
from torch import nn

from .distances import FEWEST, checked, labels_of
from .networks import Linear, batch_first, time_first
from .recurrence import GRU, keep_memory


class Judge(nn.Module):
    """GRU with a linear map of its state at each step: (S, B, T, F) to (S, B, T, outputs)."""

    def __init__(self, features, hidden, outputs, seeds):
        super().__init__()
        generators = [torch.Generator().manual_seed(int(s)) for s in seeds]
        self.gru = GRU(features, hidden, generators)
        self.out = Linear(hidden, outputs, generators)

    def forward(self, x):
        return batch_first(self.out(self.gru(time_first(x))))


def _fit(judge, x, y, rows, loss, steps, seed, lr=0.01, batch=64):
    """Train S * K judges on random batches; judge (s, k) sees the series ``x[s, rows[k]]``.

    x, y : Tensor, shape (S, N, ...); rows : integer Tensor, shape (K, M); ``loss`` gives one
    number per judge. The learning rate falls linearly to zero, so that the end is settled.
    """
    keep_memory()
    source = torch.Generator().manual_seed(seed)
    adam = torch.optim.Adam(judge.parameters(), lr, fused=True)
    for step in range(steps):
        adam.param_groups[0]["lr"] = lr * (1 - step / steps)
        pick = rows.gather(1, torch.randint(rows.shape[1], (len(rows), batch), generator=source))
        adam.zero_grad()
        loss(judge(x[:, pick].flatten(0, 1)), y[:, pick].flatten(0, 1)).sum().backward()
        adam.step()


def _read(judge, x):
    """Outputs for series (S, B, T, F), without gradient and in pieces that need little memory."""
    with torch.no_grad():
        return torch.cat([judge(part) for part in x.split(256, 1)], 1)


def _cross_entropy(outputs, y):
    """Of the logits' mean over time, (S, B, T, classes), with labels (S, B): (S,)."""
    logits = outputs.mean(2).transpose(1, 2)
    return nn.functional.cross_entropy(logits, y, reduction="none").mean(1)


def discriminative(fake, real, hidden=32, steps=300, folds=2, seed=0):
    """How well a GRU, trained for it, tells generated from real: \\|accuracy - 1/2\\|.

    Yoon et al. 2019, section 5. Equally many series of both kinds are cut into folds; each
    fold is judged by a classifier trained on the others, and the accuracy is that over all
    folds. With N series of each kind, chance alone gives about 0.28 / sqrt(N). Series are read
    less the mean real series, in units of each feature's spread: what sets generated series
    apart is small against what all have in common, and is otherwise learned late.

    Parameters
    ----------
    fake : ndarray, shape (S, N, T, F)
    real : ndarray, shape (M, T, F), or Sequences
    hidden : int or "timegan"
        Width of the classifier. TimeGAN's own is ``int(F / 2)``, which is zero for one
        feature; "timegan" uses that, but at least 1.
    steps, folds, seed : int
        Adam steps, number of folds, seed of splits and initial weights.

    Returns
    -------
    ndarray, shape (S,)
        From 0 (cannot tell) to 0.5 (always can).

    Raises
    ------
    ValueError
        If shapes do not fit, values are not finite or there are fewer than 8 series.
    """
    fake, real = checked(fake, real)
    if hidden == "timegan":
        hidden = max(1, fake.shape[3] // 2)
    if not isinstance(hidden, int) or hidden < 1:
        raise ValueError(f"hidden is {hidden!r}; it must be 'timegan' or a whole number, 1 or more")
    if not 2 <= folds <= FEWEST:
        raise ValueError(f"folds is {folds}; it must lie in 2 to {FEWEST}")
    n = min(fake.shape[1], len(real)) // folds * folds
    rng = np.random.default_rng(seed)
    fake, real = (v[..., rng.permutation(v.shape[-3])[:n], :, :] for v in (fake, real))
    centre, spread = real.mean(0), real.std((0, 1))
    x = np.concatenate([fake, np.broadcast_to(real, fake.shape)], 1) - centre
    x = torch.from_numpy(x / np.where(spread > 0, spread, 1).astype(np.float32))
    y = (torch.arange(2 * n) >= n).long().expand(len(x), -1)
    held = torch.arange(2 * n) % folds == torch.arange(folds)[:, None]
    rows = [torch.stack([mask.nonzero()[:, 0] for mask in part]) for part in (~held, held)]
    judge = Judge(x.shape[3], hidden, 2, [seed + k for k in range(folds)] * len(x))
    _fit(judge, x, y, rows[0], _cross_entropy, steps, seed, lr=0.015)
    verdict = _read(judge, x[:, rows[1]].flatten(0, 1)).mean(2).argmax(-1)
    right = (verdict == y[:, rows[1]].flatten(0, 1)).view(len(x), -1)
    return (right.double().mean(1) - 0.5).abs().numpy()


def predictive(fake, real, hidden=16, steps=400, seed=0):
    """Mean absolute error, on real series, of a one-step-ahead GRU trained on generated ones.

    Yoon et al. 2019, section 5: all features are predicted from all. Their public code predicts
    the last feature from the others instead, with ``int(F / 2)`` units; ``hidden="timegan"``
    does so. Arguments, result (in scaled units) and errors are those of `discriminative`.
    """
    fake, real = checked(fake, real)
    if fake.shape[2] < 2:
        raise ValueError("series have one time step; prediction needs at least 2")
    read, told, features = slice(None), slice(None), fake.shape[3]
    if hidden == "timegan":
        if features < 2:
            raise ValueError("series have one feature; hidden='timegan' predicts the last feature "
                             "from the others and needs at least 2")
        read, told, hidden = slice(-1), slice(-1, None), features // 2
    x, real = torch.from_numpy(fake), torch.from_numpy(real)
    before, after = x[:, :, :-1, read], x[:, :, 1:, told]
    judge = Judge(before.shape[3], hidden, after.shape[3], [seed] * len(x))
    _fit(judge, before, after, torch.arange(x.shape[1])[None],
         lambda guess, truth: (guess - truth).abs().mean((1, 2, 3)), steps, seed)
    real = real.expand(len(x), *real.shape)
    error = _read(judge, real[:, :, :-1, read]) - real[:, :, 1:, told]
    return error.abs().double().mean((1, 2, 3)).numpy()


def train_synthetic_test_real(fake, fake_labels, test, hidden=32, steps=300, seed=0):
    """Accuracy, on labelled real series, of a GRU classifier trained on generated ones.

    Esteban et al. 2017, section 3.1.2. `fake_labels` are integers of shape (S, N), or (N,)
    when every seed has the same; `test` are Sequences with labels. Else as `discriminative`.
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
    x, y = torch.from_numpy(fake), torch.as_tensor(given.astype(np.int64)).expand(fake.shape[:2])
    judge = Judge(x.shape[3], hidden, classes, [seed] * len(x))
    _fit(judge, x, y, torch.arange(x.shape[1])[None], _cross_entropy, steps, seed)
    real = torch.from_numpy(real).expand(len(x), *real.shape)
    verdict = _read(judge, real).mean(2).argmax(-1)
    return (verdict == truth).double().mean(1).numpy()
