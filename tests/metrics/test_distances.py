"""Distances in closed form: against values by hand, and against scipy."""

import numpy as np
import pytest
import torch
from made_series import normal, waves
from numpy.testing import assert_allclose

from rnngan_tutorial import metrics

CLOSED = [metrics.sliced_wasserstein, metrics.mmd, metrics.autocorrelation_error]


# Sliced Wasserstein

def test_directions_are_unit_vectors():
    along = metrics.directions(10, 64, seed=3)
    assert along.shape == (10, 64)
    assert_allclose(np.linalg.norm(along, axis=0), 1)


def test_sliced_wasserstein_of_a_shift_is_the_mean_shift_along_the_directions():
    real = normal((40, 5, 2))
    along = metrics.directions(10, 64, seed=3)
    found = metrics.sliced_wasserstein(np.stack([real, real + 0.5]), real, 64, seed=3)
    assert found[0] == 0
    assert_allclose(found[1], 0.5 * np.abs(along.sum(0)).mean(), rtol=1e-5)


def test_sliced_wasserstein_in_one_dimension_is_the_distance_of_two_points():
    real = np.full((8, 1, 1), -0.25)
    assert_allclose(metrics.sliced_wasserstein(np.full((2, 9, 1, 1), 0.5), real), [0.75, 0.75])


@pytest.mark.parametrize("n, m", [(9, 15), (15, 9), (8, 16), (12, 12)])
def test_sliced_wasserstein_in_one_dimension_agrees_with_scipy(n, m):
    stats = pytest.importorskip("scipy.stats")
    fake, real = normal((1, n, 1, 1), 1), normal((m, 1, 1), 2)
    expected = stats.wasserstein_distance(fake.ravel(), real.ravel())
    assert_allclose(metrics.sliced_wasserstein(fake, real), [expected], rtol=1e-6)


# MMD

def test_mmd_of_two_points_in_closed_form():
    real = np.zeros((10, 2, 1))
    fake = np.stack([real, real + 1])
    expected = 2 - 2 * np.exp(-2 / (2 * 1.5 ** 2))
    assert_allclose(metrics.mmd(fake, real, bandwidth=1.5), [0, expected], atol=1e-12)


def test_mmd_takes_the_median_distance_and_is_unbiased():
    # Half of the real series at 0, half at 1: 16 of the 28 distances are 1, the others 0.
    real = np.repeat([0.0, 1.0], 4).reshape(8, 1, 1)
    fake = np.zeros((1, 8, 1, 1))
    k = np.exp(-0.5)
    expected = 1 + (2 * 12 + 2 * 16 * k) / 56 - 2 * (1 + k) / 2
    assert_allclose(metrics.mmd(fake, real), [expected], atol=1e-12)


def test_mmd_averages_to_zero_over_samples_of_one_law():
    found = metrics.mmd(normal((400, 20, 2, 1), 1), normal((20, 2, 1), 2), bandwidth=1.5)
    own = metrics.mmd(normal((400, 20, 2, 1), 1) + 2, normal((20, 2, 1), 2), bandwidth=1.5)
    several = [metrics.mmd(normal((20, 20, 2, 1), 2 * i), normal((20, 2, 1), 2 * i + 1), 1.5).mean()
               for i in range(40)]
    error = np.std(several, ddof=1) / len(several) ** 0.5
    assert abs(np.mean(several)) < 3 * error
    assert found.mean() + 0.5 < own.mean()


@pytest.mark.parametrize("length", [5, 48, 300])  # rounding hides a 0 among many numbers
def test_mmd_takes_the_distance_of_those_that_differ_where_most_are_equal(length):
    real = np.full((20, length, 1), 0.3)
    real[:4, 0] = 0.8
    fake = real[None, 2:12]
    assert_allclose(metrics.mmd(fake, real), metrics.mmd(fake, real, bandwidth=0.5), rtol=1e-4)


def test_mmd_needs_a_bandwidth_where_all_real_series_are_equal():
    with pytest.raises(ValueError, match="bandwidth is 0"):
        metrics.mmd(normal((1, 8, 2, 1)), np.zeros((8, 2, 1)))


# Autocorrelation

def phases(n, frequency, length):
    angle = 2 * np.pi * (frequency * np.arange(length) / length + np.arange(n)[:, None] / n)
    return np.sin(angle)[:, :, None]


def test_autocorrelation_of_a_sine_with_free_phase_is_a_cosine():
    lags = range(1, 12)
    found = metrics.autocorrelation(phases(16, 2, 12), lags)
    assert_allclose(found[:, 0], np.cos(2 * np.pi * 2 * np.array(lags) / 12), atol=1e-12)


def test_autocorrelation_is_taken_about_the_mean_of_all_series():
    # Flat series at two levels: about the common mean the level persists for ever.
    levels = np.repeat([-0.5, 0.5], 8)[:, None, None] * np.ones((16, 6, 1))
    assert_allclose(metrics.autocorrelation(levels, [1, 5]), [[1], [1]])


def test_autocorrelation_error_of_two_frequencies_in_closed_form():
    fake = np.stack([phases(16, 1, 12), phases(16, 2, 12)])
    k = np.arange(1, 7)
    gap = np.abs(np.cos(2 * np.pi * k / 12) - np.cos(2 * np.pi * 2 * k / 12)).mean()
    assert_allclose(metrics.autocorrelation_error(fake, fake[0]), [0, gap], atol=1e-6)


def test_a_constant_has_no_autocorrelation():
    error = metrics.autocorrelation_error(np.full((1, 8, 12, 1), 0.3), phases(8, 1, 12), [3, 6])
    assert_allclose(error, [0.5], atol=1e-6)


# Medoid

def test_medoid_is_the_nearest_to_all():
    values = np.array([0.0, 1.0, 1.1, 5.0, 0.9]).reshape(5, 1, 1)
    assert metrics.medoid(values) == 1


# All of them

@pytest.mark.parametrize("measure", CLOSED)
def test_the_order_of_the_series_does_not_matter(measure):
    fake, real, rng = waves(30, 1, 1.5)[None], waves(40, 0), np.random.default_rng(0)
    other = measure(rng.permutation(fake, 1), rng.permutation(real))
    assert_allclose(measure(fake, real), other, rtol=1e-6)


@pytest.mark.parametrize("measure", CLOSED)
def test_all_seeds_at_once_equal_one_at_a_time(measure):
    real = waves(30, 0)
    fake = np.stack([waves(30, 1), waves(30, 2, 1.5), waves(30, 3, 2)])
    alone = np.concatenate([measure(fake[s:s + 1], real) for s in range(3)])
    assert_allclose(measure(fake, real), alone, rtol=1e-6)


@pytest.mark.parametrize("measure", CLOSED)
def test_tensors_and_lists_are_read_too(measure):
    fake, real = waves(10, 1)[None], waves(10, 2)
    found = measure(torch.tensor(fake, requires_grad=True), real.tolist())
    assert_allclose(found, measure(fake, real))


@pytest.mark.parametrize("change, message", [
    (lambda fake, real: (fake[0], real), "generated series have shape"),
    (lambda fake, real: (fake, real[:, 0]), "real series have shape"),
    (lambda fake, real: (fake[:, :, :0], real[:, :0]), "real series have shape"),
    (lambda fake, real: (fake[:, :, 1:], real), "they must agree"),
    (lambda fake, real: (np.repeat(fake, 2, 3), real), "they must agree"),
    (lambda fake, real: (fake * np.nan, real), "generated series hold NaN"),
    (lambda fake, real: (fake + 1e39, real), "generated series hold NaN or infinity"),
    (lambda fake, real: (fake, real * np.inf), "real series hold NaN"),
    (lambda fake, real: (fake[:, :7], real), "there are 7 generated series"),
    (lambda fake, real: (fake[:0], real), "for 0 seeds"),
    (lambda fake, real: (fake, real[:7]), "there are 7 real series"),
    (lambda fake, real: (fake.astype(str), real), "generated series are ndarray of <U"),
    (lambda fake, real: (fake.astype(complex), real), "generated series are ndarray of complex"),
    (lambda fake, real: ([[1], [1, 2]], real), "generated series are list"),
    (lambda fake, real: (fake, None), "real series are NoneType"),
])
@pytest.mark.parametrize("measure", [metrics.discriminative, metrics.predictive, *CLOSED])
def test_bad_series_get_one_line(measure, change, message):
    fake, real = change(normal((2, 10, 6, 1)).astype(float) + 3, normal((10, 6, 1)) + 3)
    with pytest.raises((ValueError, TypeError), match=message) as error:
        measure(fake, real)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("measure, options", [
    (metrics.sliced_wasserstein, {"projections": 0}),
    (metrics.sliced_wasserstein, {"projections": 2.5}),
    (metrics.sliced_wasserstein, {"seed": -1}),
    (metrics.sliced_wasserstein, {"seed": 2 ** 64}),
    (metrics.mmd, {"bandwidth": 0}), (metrics.mmd, {"bandwidth": -1.0}),
    (metrics.mmd, {"bandwidth": np.nan}), (metrics.mmd, {"bandwidth": np.inf}),
    (metrics.mmd, {"bandwidth": "wide"}),
    (metrics.autocorrelation_error, {"lags": []}), (metrics.autocorrelation_error, {"lags": [0]}),
    (metrics.autocorrelation_error, {"lags": [12]}), (metrics.autocorrelation_error, {"lags": 99}),
    (metrics.autocorrelation_error, {"lags": [1.5]}),
    (metrics.autocorrelation_error, {"lags": "all"}),
])
def test_bad_options_get_one_line(measure, options):
    name = next(iter(options))
    with pytest.raises((ValueError, TypeError), match=f"^{name} (is|are) ") as error:
        measure(waves(10, 1)[None], waves(10, 2), **options)
    assert "\n" not in str(error.value)


def test_autocorrelation_at_no_lag_is_one_and_beyond_the_end_is_refused():
    assert_allclose(metrics.autocorrelation(waves(10, 1), [0]), [[1]])
    with pytest.raises(ValueError, match="lags are"):
        metrics.autocorrelation(waves(10, 1), [12])
