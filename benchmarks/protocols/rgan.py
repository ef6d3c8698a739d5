"""What RGAN (Esteban, Hyland and Rätsch 2017) measures, as the authors' public code has it.

ratschlab/RGAN at commit f41731b, experiment.py, data_utils.py, mmd.py, eval.py and tstr.py:

- 60 % of the series to train on, 20 % to choose by and 20 % to test with, at random (`split`).
- Without labels, the checkpoint with the smallest squared maximum mean discrepancy (MMD) to the
  validation series is kept. The kernel is a sum of two Gaussians. Their widths start at the
  median distance to the powers of -1 and 3 and are fitted on a fifth of 4,984 generated and
  as many validation series (drawn with replacement), so that the discrepancy is as many of
  its own standard deviations as it can be; the other four fifths measure it, unbiased. (Their
  fit goes on from checkpoint to checkpoint; here each begins anew.)
- With labels, a classifier learns from generated series and is tested on real ones (TSTR): a
  random forest of 500 trees on the values of a whole series (`TSTR_mnist`). There are as many
  generated series as training series, with the same labels. The checkpoint is chosen by the
  weighted F1 on the validation series, then tested once.
- Five trainings; mean and standard error (eICU_tstr_evaluation.py).

The forest is scikit-learn's, with its defaults of today. A convolutional network for 14 x 14
digits and seven tasks on private records of patients have no counterpart here.
"""

from math import ceil

import numpy as np
import torch

from rnngan_tutorial.machine import computing

TREES, GENERATED, FITTED_ON = 500, 4984, 0.2
FIT_RATE, FIT_STEPS, FIT_ENOUGH, LEAST_VARIANCE = 0.05, 2000, 1e-3, 1e-8


def split(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows to train on, to choose by and to test with: 60, 20 and 20 % of n, at random."""
    order = np.random.default_rng(seed).permutation(n)
    train, test = ceil(0.6 * n), ceil(0.2 * n)
    return order[:train], order[train:n - test], order[n - test:]


def median_distance(x: np.ndarray) -> float:
    """Median Euclidean distance over all pairs of series, each with itself included."""
    flat = torch.as_tensor(x.reshape(len(x), -1), dtype=torch.float32)
    return float(np.median(torch.cdist(flat, flat).numpy()))


def squares_of(x: torch.Tensor, y: torch.Tensor) -> list[torch.Tensor]:
    """Squared distances of all pairs: x with x, x with y, y with y."""
    return [torch.cdist(a, b).square() for a, b in ((x, x), (x, y), (y, y))]


def kernels(squares: list[torch.Tensor], widths: torch.Tensor) -> list[torch.Tensor]:
    """Of each of `squares_of`, the sum of Gaussian kernels of the given widths."""
    return [torch.stack([torch.exp(-square / (2 * width ** 2)) for width in widths]).sum(0)
            for square in squares]


def mmd2(kernel: list[torch.Tensor], biased: bool = False) -> torch.Tensor:
    """Squared MMD from `kernels`; unbiased, without the pairs of a series with itself."""
    means = []
    for k in (kernel[0], kernel[2]):
        n = len(k)
        means.append(k.mean() if biased else (k.sum() - k.diagonal().sum()) / (n * (n - 1)))
    return means[0] + means[1] - 2 * kernel[1].mean()


def variance(kernel: list[torch.Tensor]) -> torch.Tensor:
    """Estimate of the variance of the unbiased squared MMD, as mmd.py has it from opt-mmd."""
    xx, xy, yy = kernel[0], kernel[1], kernel[2]
    m = len(xx)
    xx, yy = (k - torch.diag(k.diagonal()) for k in (xx, yy))
    of_xx, of_yy, rows, columns = xx.sum(1), yy.sum(1), xy.sum(1), xy.sum(0)
    return (2 / (m ** 2 * (m - 1) ** 2) * (2 * of_xx @ of_xx - xx.square().sum()
                                           + 2 * of_yy @ of_yy - yy.square().sum())
            - (4 * m - 6) / (m ** 3 * (m - 1) ** 3) * (xx.sum() ** 2 + yy.sum() ** 2)
            + 4 * (m - 2) / (m ** 3 * (m - 1) ** 2) * (rows @ rows + columns @ columns)
            - 4 * (m - 3) / (m ** 3 * (m - 1) ** 2) * xy.square().sum()
            - (8 * m - 12) / (m ** 5 * (m - 1)) * xy.sum() ** 2
            + 8 / (m ** 3 * (m - 1)) * (1 / m * (xx.sum() + yy.sum()) * xy.sum()
                                        - of_xx @ rows - of_yy @ columns))


def fitted_widths(real: torch.Tensor, fake: torch.Tensor, start: torch.Tensor) -> torch.Tensor:
    """Widths at which the biased squared MMD is most standard deviations, by RMSProp.

    TensorFlow's RMSProp: the mean of squares decays by 0.9 from 1, with 1e-10 under the root.
    """
    widths, moment, last = start.clone().requires_grad_(), torch.ones_like(start), 0.0
    squares = squares_of(real, fake)
    for _ in range(FIT_STEPS):
        kernel = kernels(squares, widths)
        ratio = mmd2(kernel, biased=True) / variance(kernel).clamp(min=LEAST_VARIANCE).sqrt()
        slope, = torch.autograd.grad(-ratio, widths)
        with torch.no_grad():
            moment = 0.9 * moment + 0.1 * slope ** 2
            widths -= FIT_RATE * slope / (moment + 1e-10).sqrt()
        if abs(ratio.item() - last) <= FIT_ENOUGH:
            break
        last = ratio.item()
    return widths.detach()


def discrepancy(fake: np.ndarray, real: np.ndarray, seed: int = 0,
                size: int = GENERATED) -> float:
    """Squared MMD of generated to real series, as experiment.py prints it at an epoch.

    Parameters
    ----------
    fake, real : ndarray, shapes (N, T, F) and (M, T, F)
        `real` are the validation series, or the test series.
    seed, size : int
        Of the draw, and how many of either kind; at most all generated series are used.

    Raises
    ------
    ValueError
        If there are fewer than 20 generated series.
    """
    size = min(size, len(fake))
    if size < 20:
        raise ValueError(f"there are {size} generated series; give at least 20")
    rng = np.random.default_rng(seed)
    rows = rng.permutation(len(fake))[:size], rng.integers(len(real), size=size)
    with computing(1):
        x_fake, x_real = (torch.as_tensor(x[row].reshape(size, -1), dtype=torch.float32)
                          for x, row in zip((fake, real), rows))
        few = int(FITTED_ON * size)
        start = torch.tensor(median_distance(real)) ** torch.tensor([-1.0, 3.0])
        widths = fitted_widths(x_real[:few], x_fake[:few], start)
        return float(mmd2(kernels(squares_of(x_real[few:], x_fake[few:]), widths)))


def train_synthetic_test_real(series: np.ndarray, labels: np.ndarray, test: np.ndarray,
                              truth: np.ndarray, seed: int = 0,
                              trees: int = TREES) -> tuple[float, float]:
    """Accuracy and weighted F1, on real series, of a forest that learned from others.

    Parameters
    ----------
    series, labels : ndarray, shapes (N, T, F) and (N,)
        To learn from: generated ones, or real ones for what they would give.
    test, truth : ndarray, shapes (M, T, F) and (M,)
    seed, trees : int
    """
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.metrics import accuracy_score, f1_score
    forest = RandomForestClassifier(trees, random_state=seed)
    forest.fit(series.reshape(len(series), -1), labels)
    guess = forest.predict(test.reshape(len(test), -1))
    return accuracy_score(truth, guess), f1_score(truth, guess, average="weighted")
