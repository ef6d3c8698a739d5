"""TimeGAN's judges (Yoon et al. 2019) as their public code has them.

jsyoon0823/TimeGAN at commit 8f6181c, metrics/discriminative_metrics.py,
metrics/predictive_metrics.py, utils.py and main_timegan.py:

===========================  ======================================  ============================
                             discriminative                          predictive
===========================  ======================================  ============================
network                      GRU, ``int(F / 2)`` units, one logit    GRU, ``int(F / 2)`` units,
                             from the last state                     sigmoid of one number per step
reads                        all features                            all but the last feature
tells                        real or generated                       the last, one step ahead
loss                         cross-entropy, mean over the real plus  absolute error
                             mean over the generated
Adam's steps, rate           2,000, .001                             5,000, .001
batch, without replacement   128 real and 128 generated              128 generated
learns from                  80 % of either, drawn anew each time    all generated series
is tested on                 the other 20 % of either                all real series
score of one repeat          abs(accuracy - 1/2)                     mean absolute error
what is printed              mean of 10 repeats                      mean of 10 repeats
===========================  ======================================  ============================

There are as many generated series as real ones: 10,000 sines, or all windows of a table. The
repeats share both; what differs is the split, the initial weights and the batches. The real
series are those that the generator was trained on. The paper itself describes a two-layer
LSTM, next-step vectors and a classification error; no code of that is public.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch.nn.functional import softplus

from rnngan_tutorial.machine import computing

from .cells import Cells, batch, fit, read

REPEATS, BATCH, TRAIN = 10, 128, 0.8
CLASSIFY, PREDICT = 2000, 5000


def units(features: int) -> int:
    """Width of the judge: ``int(F / 2)``.

    Raises
    ------
    ValueError
        For one feature, where TimeGAN's judge would have no unit.
    """
    if features < 2:
        raise ValueError("series have one feature; TimeGAN's judge would have int(1 / 2) = 0 "
                         "units, so give at least 2")
    return features // 2


def parts(n: int, source: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Rows to learn from and to test on: ``int(0.8 n)`` at random, and the others."""
    order = torch.randperm(n, generator=source)
    return order[:int(n * TRAIN)], order[int(n * TRAIN):]


def sources_of(repeats: int | Sequence[int], seed: int) -> list[torch.Generator]:
    """A source of random numbers for each repeat, which it has alone too."""
    which = range(repeats) if isinstance(repeats, int) else repeats
    return [torch.Generator().manual_seed(seed * 1000 + k) for k in which]


def tensors(fake: np.ndarray, real: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
    """Both as float32 tensors (N, T, F), or a one-line error."""
    if fake.ndim != 3 or fake.shape[1:] != real.shape[1:]:
        raise ValueError(f"generated series have shape {fake.shape} and real ones {real.shape}; "
                         f"both must be (series, time steps, features), and agree in the last two")
    return torch.as_tensor(fake, dtype=torch.float32), torch.as_tensor(real, dtype=torch.float32)


def accuracies(fake: np.ndarray, real: np.ndarray, repeats: int | Sequence[int] = REPEATS,
               seed: int = 0, iterations: int = CLASSIFY) -> np.ndarray:
    """Test accuracy of each repeat's classifier; `score` makes the discriminative score of it.

    Parameters
    ----------
    fake, real : ndarray, shapes (N, T, F) and (M, T, F)
        As TimeGAN's code has them: in [0, 1].
    repeats : int or sequence of int
        How many, or which.
    seed : int
    iterations : int

    Returns
    -------
    ndarray, shape (repeats,)

    Raises
    ------
    ValueError
        If shapes do not fit, or there is one feature.
    """
    x_fake, x_real = tensors(fake, real)
    sources = sources_of(repeats, seed)
    with computing(1):
        cells = Cells(x_real.shape[2], units(x_real.shape[2]), sources)
        real_rows = [parts(len(x_real), source) for source in sources]
        fake_rows = [parts(len(x_fake), source) for source in sources]

        def value() -> torch.Tensor:
            x = torch.stack([
                torch.cat([batch(series, rows[k][0], BATCH, source)
                           for series, rows in ((x_real, real_rows), (x_fake, fake_rows))])
                for k, source in enumerate(sources)])
            on_real, on_fake = cells(x, last=True).tensor_split(
                [min(BATCH, len(real_rows[0][0]))], 1)
            return softplus(-on_real).mean(1) + softplus(on_fake).mean(1)

        fit(cells, iterations, value)
        right = []
        for series, rows, sign in ((x_real, real_rows, 1), (x_fake, fake_rows, -1)):
            logits = read(cells, torch.stack([series[test] for _, test in rows]), last=True)
            # Their label is 1 where the probability is above a half, so a tie counts as generated.
            right.append(logits > 0 if sign > 0 else logits <= 0)
        return torch.cat(right, 1).double().mean(1).numpy()


def score(accuracy: np.ndarray) -> float:
    """The discriminative score: the mean over repeats of abs(accuracy - 1/2)."""
    return float(np.abs(np.asarray(accuracy) - 0.5).mean())


def coin(tested: int) -> float:
    """What a judge that knows nothing scores on average, with so many test series in all."""
    return 0.5 * (2 / np.pi / tested) ** 0.5


def errors(fake: np.ndarray, real: np.ndarray, repeats: int | Sequence[int] = REPEATS,
           seed: int = 0, iterations: int = PREDICT) -> np.ndarray:
    """The predictive score of each repeat: mean absolute error on all real series.

    Takes and raises what `accuracies` does.
    """
    x_fake, x_real = tensors(fake, real)
    if x_real.shape[1] < 2:
        raise ValueError("series have one time step; prediction needs at least 2")
    sources = sources_of(repeats, seed)
    with computing(1):
        cells = Cells(x_real.shape[2] - 1, units(x_real.shape[2]), sources)
        rows = torch.arange(len(x_fake))

        def value() -> torch.Tensor:
            x = torch.stack([batch(x_fake, rows, BATCH, source) for source in sources])
            guess = cells(x[:, :, :-1, :-1]).sigmoid()
            return (guess - x[:, :, 1:, -1]).abs().mean((1, 2))

        fit(cells, iterations, value)
        ahead = x_real.expand(len(sources), *x_real.shape)
        guess = read(cells, ahead[:, :, :-1, :-1]).sigmoid()
        return (guess - x_real[:, 1:, -1]).abs().double().mean((1, 2)).numpy()
