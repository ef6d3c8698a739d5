"""benchmarks/protocols: what Diffusion-TS and RGAN compute, by hand."""

import math
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from scipy import stats

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.protocols import diffusion, rgan  # noqa: E402


def uniform(n, steps=4, features=2, seed=0):
    return np.random.default_rng(seed).uniform(size=(n, steps, features)).astype(np.float32)


# Diffusion-TS

def test_the_interval_has_four_degrees_of_freedom_whatever_the_repeats():
    assert_allclose(diffusion.T_975, stats.t.ppf(0.975, 4), rtol=1e-7)
    mean, half = diffusion.interval([1, 2, 3, 4, 5])
    assert_allclose((mean, half), (3, 2.7764451 * math.sqrt(2.5 / 5)))
    assert_allclose(diffusion.interval([0, 1])[1], 2.7764451 * 0.5)
    # The notebook in their repository prints these five sines and 0.008 +- 0.01023.
    printed = [0.0065, 0.0035, 0.00075, 0.022, 0.00725]
    assert_allclose(diffusion.interval(printed), (0.008, 0.010231963047355045), rtol=1e-7)


def test_cross_correlations_are_those_of_the_definition():
    x = uniform(7, features=3).astype(float)
    centred = x - x.mean((0, 1))
    deviation = np.sqrt((centred ** 2).sum((0, 1)) / (7 * 4 - 1))
    expected = [(centred[..., i] * centred[..., j]).mean() / deviation[i] / deviation[j]
                for i in range(3) for j in range(i + 1)]
    assert_allclose(diffusion.cross_correlations(x), expected)


def test_the_correlational_score_is_a_tenth_of_the_sum():
    line = np.linspace(0, 1, 40)[:, None, None] * np.ones((1, 4, 1))
    # Two features that rise together, and two of which one falls: 1 against -1, in one pair.
    together, apart = np.concatenate([line, line], 2), np.concatenate([line, -line], 2)
    # A draw is 8 series of 4 steps; the deviation is that of a sample.
    assert_allclose(diffusion.correlational(together, apart), 0.2 * 31 / 32)
    assert_allclose(diffusion.correlational(together, together), 0, atol=1e-9)
    assert diffusion.correlational(together, apart).shape == (5,)


# RGAN

@pytest.mark.parametrize("n, sizes", [(10, (6, 2, 2)), (11, (7, 1, 3)),
                                      (14_000, (8400, 2800, 2800))])
def test_sixty_twenty_twenty_rounded_up_at_both_ends(n, sizes):
    parts = rgan.split(n)
    assert tuple(map(len, parts)) == sizes
    assert sorted(np.concatenate(parts).tolist()) == list(range(n))


def test_the_discrepancy_of_two_and_two_points_by_hand():
    x, y = torch.tensor([[0.0], [1.0]]), torch.tensor([[0.0], [2.0]])
    k = lambda d: math.exp(-d * d / 2) + math.exp(-d * d / 18)  # noqa: E731  # widths 1 and 3
    kernel = rgan.kernels(rgan.squares_of(x, y), torch.tensor([1.0, 3.0]))
    across = (k(0) + k(2) + k(1) + k(1)) / 4
    assert_allclose(rgan.mmd2(kernel), k(1) + k(2) - 2 * across, rtol=1e-5)
    assert_allclose(rgan.mmd2(kernel, biased=True),
                    (2 * k(0) + 2 * k(1)) / 4 + (2 * k(0) + 2 * k(2)) / 4 - 2 * across, rtol=1e-5)


def test_the_estimate_of_the_variance_is_that_of_many_draws():
    source, found = torch.Generator().manual_seed(0), []
    for _ in range(400):
        x, y = torch.randn(40, 1, generator=source), 1 + torch.randn(40, 1, generator=source)
        kernel = rgan.kernels(rgan.squares_of(x, y), torch.tensor([1.0, 2.0]))
        found.append((rgan.mmd2(kernel).item(), rgan.variance(kernel).item()))
    values, estimates = np.array(found).T
    assert_allclose(estimates.mean(), values.var(), rtol=0.2)


def test_fitted_widths_see_more_than_those_they_start_from(monkeypatch):
    monkeypatch.setattr(rgan, "FIT_STEPS", 200)
    source = torch.Generator().manual_seed(0)
    x = torch.randn(60, 2, generator=source)
    y = 1.3 * torch.randn(60, 2, generator=source)
    start = torch.tensor([0.2, 9.0])

    def ratio(widths):
        kernel = rgan.kernels(rgan.squares_of(x, y), widths)
        return float(rgan.mmd2(kernel, biased=True) / rgan.variance(kernel).clamp(min=1e-8).sqrt())

    assert ratio(rgan.fitted_widths(x, y, start)) > 1.2 * ratio(start)


def test_the_median_distance_counts_a_series_with_itself():
    # Distances 0, 0, 0 and twice 3, 4, 7: in order 0 0 0 3 3 4 4 7 7.
    assert_allclose(rgan.median_distance(np.array([0.0, 3.0, 7.0]).reshape(3, 1, 1)), 3)


def test_the_discrepancy_is_small_for_one_law_and_large_for_another():
    real = uniform(200, seed=1)
    assert abs(rgan.discrepancy(uniform(200), real)) < 0.02
    assert rgan.discrepancy(uniform(200) + 0.5, real) > 0.2
    with pytest.raises(ValueError, match="at least 20"):
        rgan.discrepancy(uniform(19), real)


def test_a_forest_learns_from_generated_series_what_is_asked_of_real_ones():
    pytest.importorskip("sklearn")
    x, y = uniform(60), np.arange(60) % 2
    x[y == 1] += 2
    assert rgan.train_synthetic_test_real(x, y, x, y, trees=5) == (1, 1)
    assert rgan.train_synthetic_test_real(x, 1 - y, x, y, trees=5) == (0, 0)
    # Three of four said right, one of each kind wrong side: accuracy .75, F1 weighted by kind.
    truth = np.array([0, 0, 0, 1])
    got = rgan.train_synthetic_test_real(x, y, x[[0, 2, 1, 3]], truth, trees=5)
    assert_allclose(got, (0.75, 0.75 * (2 * 2 / 3 / (1 + 2 / 3)) + 0.25 * (2 * 0.5 / 1.5)))
