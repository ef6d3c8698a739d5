"""The copula keeps every value's own law, and joins them by ranks alone."""

import numpy as np
import pytest

import rnngan_tutorial as rt
from rnngan_tutorial import rivals

stats = pytest.importorskip("scipy.stats")


def joined(n=400, rho=0.7, seed=0):
    """Two steps: normal scores of correlation rho, on odd scales."""
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(n, 2)) @ np.linalg.cholesky([[1, rho], [rho, 1]]).T
    first, second = 0.2 * np.exp(0.4 * z[:, 0]) - 0.9, 1.6 * stats.norm.cdf(z[:, 1]) ** 4 - 0.8
    return np.stack([first, second], 1).astype(np.float32)  # ties as the data will have them


def fitted(values, **options):
    return rivals.fit("copula", rt.Sequences(values.reshape(len(values), -1, 1)), seeds=1,
                      **options)


def test_correlations_are_those_of_the_normal_scores():
    values = joined()
    scores = stats.norm.ppf(stats.rankdata(values, axis=0) / (len(values) + 1))
    root = fitted(values).law.root
    np.testing.assert_allclose(root.T @ root, np.corrcoef(scores.T), atol=1e-9)


def test_rank_correlation_is_kept():
    """Of a Gaussian copula it is 6 / pi asin(rho / 2)."""
    made = fitted(joined(5000)).sample(20_000)[0, ..., 0]
    assert stats.spearmanr(made).statistic == pytest.approx(6 / np.pi * np.arcsin(0.35), abs=0.02)


def test_every_value_keeps_its_law():
    values = joined()
    made = fitted(values).sample(4000)[0, ..., 0]
    for step in range(2):
        assert stats.ks_2samp(made[:, step], values[:, step]).statistic < 0.04
        assert values[:, step].min() - 1e-6 <= made[:, step].min()
        assert made[:, step].max() <= values[:, step].max() + 1e-6


def test_only_ranks_matter():
    """A monotone map of a step maps the samples: exactly at the training values."""
    values = joined(300)
    mapped = np.stack([(values[:, 0] + values[:, 0] ** 3) / 2, np.tanh(values[:, 1])], 1)
    plain, other = fitted(values), fitted(mapped)
    np.testing.assert_allclose(plain.law.root, other.law.root, atol=1e-12)
    first, second = (rival.sample(500)[0, ..., 0] for rival in (plain, other))
    assert (np.diff(second[np.argsort(first[:, 1]), 1]) > -1e-6).all()
    # Between two training values a straight line stands for the map.
    grid = np.sort(values[:, 1])
    at = np.searchsorted(grid, first[:, 1]).clip(1, len(grid) - 1)
    assert (np.tanh(grid[at - 1]) - 1e-6 <= second[:, 1]).all()
    assert (second[:, 1] <= np.tanh(grid[at]) + 1e-6).all()


def test_a_training_value_is_the_quantile_at_its_own_rank():
    values = joined(99)
    rival = fitted(values)
    rival.law.draw = lambda n, rng: stats.norm.ppf(
        stats.rankdata(values, axis=0) / (len(values) + 1))
    np.testing.assert_allclose(rival.sample(99)[0, ..., 0], values, atol=1e-6)


def test_two_heaps_stay_two_heaps():
    rng = np.random.default_rng(4)
    values = np.sign(rng.normal(size=(400, 3)) - 0.5) * 0.8 + 0.01 * rng.normal(size=(400, 3))
    apart = {name: (np.abs(rivals.fit(name, rt.Sequences(values[..., None]), seeds=1)
                           .sample(2000)) < 0.7).mean() for name in ("copula", "gaussian")}
    assert apart["copula"] < 0.01 and apart["gaussian"] > 0.3


def test_ties_keep_their_share():
    values = np.where(np.arange(300)[:, None] % 10 < 3, -1.0, np.linspace(-0.9, 1, 300)[:, None])
    made = fitted(np.concatenate([values, np.full((300, 1), 0.5)], 1)).sample(8000)[0, ..., 0]
    assert (made[:, 0] == -1).mean() == pytest.approx(0.3, abs=0.02)
    np.testing.assert_allclose(made[:, 1], 0.5, atol=1e-6)
