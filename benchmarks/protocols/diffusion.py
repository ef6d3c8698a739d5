"""What Diffusion-TS (Yuan and Qiao 2024) prints, as its public code computes it.

Y-debug-sys/Diffusion-TS at commit 566307e: the judges are TimeGAN's (Utils/
discriminative_metric.py and predictive_metric.py, ported to TensorFlow 2's compatibility
mode; the last layer is ``tf.layers.dense``, whose initial law is the same). What differs is
what is done with them (Experiments/metric_tensorflow.ipynb, Utils/metric_utils.py): 5 repeats,
and beside the mean the standard error times Student's t for 95 % with 4 degrees of freedom.
Sines are 10,000, in [0, 1], and the generator is trained on all of them (Config/sines.yaml);
tables are cut at every step and scaled by the range of each column over the whole table.

The correlational score is Utils/cross_correlation.py. Context-FID needs a TS2Vec network of
320 outputs trained on the real series, and is left out.
"""

import numpy as np

REPEATS = 5
T_975 = 2.7764451  # Student's t, 4 degrees of freedom; the code has 5 - 1 whatever the repeats


def interval(results: np.ndarray) -> tuple[float, float]:
    """Mean and half width, as ``display_scores`` prints them."""
    results = np.asarray(results, float)
    return float(results.mean()), float(
        results.std(ddof=1) / len(results) ** 0.5 * T_975)


def cross_correlations(x: np.ndarray) -> np.ndarray:
    """Of all pairs of features at one time, the feature with itself included: (F (F + 1) / 2,).

    Series (N, T, F) are standardised by mean and deviation over series and steps.
    """
    flat = np.asarray(x, float).reshape(-1, x.shape[2])
    flat = (flat - flat.mean(0)) / flat.std(0, ddof=1)
    return (flat.T @ flat / len(flat))[np.tril_indices(x.shape[2])]


def correlational(fake: np.ndarray, real: np.ndarray, repeats: int = REPEATS,
                  seed: int = 0) -> np.ndarray:
    """The correlational score of each repeat, shape (repeats,).

    Each draws a fifth of the series of either kind with replacement, sums the absolute
    differences of the cross-correlations and divides by ten.

    Parameters
    ----------
    fake, real : ndarray, shapes (N, T, F) and (M, T, F)
    repeats, seed : int
    """
    rng = np.random.default_rng(seed)
    size = len(real) // repeats
    found = []
    for _ in range(repeats):
        one, other = (cross_correlations(part[rng.integers(len(part), size=size)])
                      for part in (real, fake))
        found.append(np.abs(other - one).sum() / 10)
    return np.array(found)
