"""The Gaussian has the mean and the covariance of the data, singular or not."""

import numpy as np
import pytest

import rnngan_tutorial as rt
from rnngan_tutorial import rivals
from rnngan_tutorial.rivals.covariance import CentredGaussian


def walks(n, steps=6, features=2, seed=0):
    made = np.random.default_rng(seed).normal(size=(n, steps, features)).cumsum(1)
    return 0.4 * made / np.abs(made).max() + 0.1


@pytest.mark.parametrize("n", [3, 12, 200])  # fewer vectors than numbers, equally many, more
def test_the_root_is_one_of_the_covariance(n):
    vectors = walks(n).reshape(n, -1)
    root = CentredGaussian(vectors).root
    np.testing.assert_allclose(root.T @ root, np.cov(vectors.T), atol=1e-12)


def test_samples_have_mean_and_covariance_of_the_data():
    values = walks(200)
    made = rivals.fit("gaussian", rt.Sequences(values), seeds=1).sample(40_000)[0]
    wanted, found = (np.cov(v.reshape(len(v), -1).T) for v in (values, made))
    np.testing.assert_allclose(found, wanted, atol=0.02 * wanted.max())
    np.testing.assert_allclose(made.mean(0), values.mean(0), atol=0.005)


def test_samples_are_normal():
    stats = pytest.importorskip("scipy.stats")
    made = rivals.fit("gaussian", rt.Sequences(walks(200)), seeds=1).sample(2000)[0]
    assert stats.kstest(stats.zscore(made[:, 3, 1]), "norm").pvalue > 0.001


def test_few_series_are_combined_and_nothing_else():
    values = walks(3)
    made = rivals.fit("gaussian", rt.Sequences(values), seeds=1).sample(50)[0]
    span = (values - values.mean(0)).reshape(3, -1)
    assert np.linalg.matrix_rank(np.concatenate(
        [span, (made - values.mean(0)).reshape(50, -1)]), tol=1e-5) == 2


def test_it_is_the_law_of_the_control():
    train = rt.load("heartbeats")
    control = rt.metrics.controls(train, 8000)["gaussian"][..., 0]
    made = rivals.fit("gaussian", train, seeds=1).sample(8000)[0, ..., 0]
    np.testing.assert_allclose(np.cov(made.T), np.cov(control.T), atol=0.008)
    np.testing.assert_allclose(made.mean(0), control.mean(0), atol=0.02)
