"""Generators that know nothing, or nothing but the data: what a score is read beside."""

import numpy as np
import torch

from ..data import Sequences
from ..networks import Generator, Latent
from ..options import check_number, check_whole
from .distances import medoid
from .inputs import check_seed


def controls(train: Sequences, n: int = 1000, seed: int = 0,
             jitter: float = 0.03) -> dict[str, np.ndarray]:
    """Series of generators that a trained one should be told from.

    Parameters
    ----------
    train : Sequences
    n : int
        Series of each.
    seed : int
    jitter : float
        Standard deviation, in scaled units, of the noise on copies of training series.

    Returns
    -------
    dict of ndarray, shape (n, T, F), on the scale of `train`
        ``collapse``: the medoid, again and again. ``noise``: white, with each feature's mean and
        variance. ``untrained``: the package's generator as it is initialised. ``gaussian``: with
        the mean and covariance of all steps and features. ``bootstrap``: training series, drawn
        with replacement, with jitter; what copies them scores so. All are clipped to [-1, 1].

    Raises
    ------
    ValueError
        If a number is out of range.
    """
    check_whole("n", n, 1)
    check_seed(seed)
    check_number("jitter", jitter, 0, np.inf, "0 or more")
    rng, x = np.random.default_rng(seed), np.asarray(train.values, float)
    steps, features = x.shape[1:]
    flat = x.reshape(len(x), -1)
    # By the singular values: with fewer series than numbers in one, the covariance is singular.
    _, lengths, directions = np.linalg.svd(flat - flat.mean(0), full_matrices=False)
    spread = rng.standard_normal((n, len(lengths))) * lengths / max(1, len(x) - 1) ** 0.5
    source, latent = torch.Generator().manual_seed(seed), Latent()
    z = latent.arrange(torch.randn(1, n, latent.draws(steps), generator=source), steps)
    with torch.no_grad():
        untrained = Generator(features, latent.width, 32, [source])(z)[0].numpy()
    made = {
        "collapse": np.repeat(medoid(x), n, 0),
        "noise": x.mean((0, 1)) + x.std((0, 1)) * rng.standard_normal((n, steps, features)),
        "untrained": untrained,
        "gaussian": (flat.mean(0) + spread @ directions).reshape(n, steps, features),
        "bootstrap": x[rng.integers(len(x), size=n)] + jitter * rng.standard_normal(
            (n, steps, features))}
    return {name: np.clip(series, -1, 1).astype(np.float32) for name, series in made.items()}
