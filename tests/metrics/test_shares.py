"""Shares of modes and of labels: counted by hand."""

import numpy as np
import pytest
from made_series import waves
from numpy.testing import assert_allclose, assert_array_equal

import rnngan_tutorial as rt
from rnngan_tutorial import metrics
from rnngan_tutorial.datasets import mode_curves

# Modes

def test_mode_coverage_counts_modes_and_clean_series():
    curves = mode_curves()
    fake = np.stack([np.repeat(curves, 10, 0), np.repeat(curves[:1], 80, 0),
                     np.zeros((80, *curves.shape[1:]))])
    assert_array_equal(metrics.mode_coverage(fake), [8, 1, 0])
    assert_array_equal(metrics.clean_share(fake), [1, 1, 0])
    assert_array_equal(metrics.mode_shares(fake)[0], np.full(8, 1 / 8))


def test_clean_ends_at_the_tolerance_and_a_mode_at_its_share():
    curves = mode_curves()
    fake = np.repeat(curves[:1], 100, 0)
    fake[:2] = curves[1]
    fake[2:5] = curves[2]
    fake[5:15] += 0.21
    fake[15:25] += 0.19
    assert_array_equal(metrics.mode_coverage(fake[None]), [2])
    assert_array_equal(metrics.mode_coverage(fake[None], share=0.01), [3])
    assert_allclose(metrics.clean_share(fake[None]), [0.9])
    assert_allclose(metrics.clean_share(fake[None], tolerance=0.22), [1])


def test_real_modes_are_clean():
    real = rt.load("modes", 400)
    assert_array_equal(metrics.mode_coverage(real.values[None]), [8])
    assert_array_equal(metrics.clean_share(real.values[None]), [1])


# Labels

def points(*places):
    """Series of one step and one feature."""
    return np.array(places, np.float32).reshape(-1, 1, 1)


def test_five_neighbours_vote_not_the_nearest_alone():
    real = rt.Sequences(points(0.1, 0.2, 0.3, 0.4, 0.5, 0.9), labels=np.array([0, 1, 0, 1, 1, 0]))
    at_zero = points(0.0)
    assert metrics.nearest_label(at_zero, real) == 1
    assert metrics.nearest_label(at_zero, real, neighbours=1) == 0
    assert metrics.nearest_label(at_zero, real, neighbours=6) == 0  # a tie: the lower label


def test_nearest_label_finds_wide_beats():
    train, test = rt.load("heartbeats").split()
    right = metrics.nearest_label(test.values, train) == test.labels
    assert right.mean() > 0.97


def test_label_share_counts():
    curves = mode_curves()
    real = rt.load("modes", 400)
    fake = np.stack([np.repeat(curves[[2, 5]], [3, 9], 0), np.repeat(curves[[7]], 12, 0)])
    expected = np.zeros((2, 8))
    expected[0, [2, 5]], expected[1, 7] = [0.25, 0.75], 1
    assert_array_equal(metrics.label_share(fake, real), expected)
    truth = np.bincount(real.labels) / 400
    assert_allclose(metrics.label_error(fake, real)[1], 1 - truth[7])


def test_bad_labels_get_one_line():
    fake, real = waves(10, 1)[None], rt.Sequences(waves(10, 2))
    for measure in (metrics.label_share, metrics.label_error):
        with pytest.raises(ValueError, match="no labels"):
            measure(fake, real)
        with pytest.raises(ValueError, match="no labels"):
            measure(fake, real.values)


@pytest.mark.parametrize("measure, options", [
    (metrics.mode_shares, {"tolerance": 0}), (metrics.mode_shares, {"tolerance": np.nan}),
    (metrics.clean_share, {"tolerance": -1}), (metrics.mode_coverage, {"tolerance": "small"}),
    (metrics.mode_coverage, {"share": 1}), (metrics.mode_coverage, {"share": -0.1})])
def test_bad_options_of_modes_get_one_line(measure, options):
    with pytest.raises((ValueError, TypeError), match=f"^{next(iter(options))} is ") as error:
        measure(mode_curves()[None], **options)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("neighbours", [0, -1, 1.5, True, 7])
def test_bad_neighbours_get_one_line(neighbours):
    real = rt.Sequences(points(0, 0.1, 0.2, 0.3, 0.4, 0.5), labels=np.arange(6) % 2)
    with pytest.raises(ValueError, match="^neighbours is ") as error:
        metrics.nearest_label(points(0), real, neighbours)
    assert "\n" not in str(error.value)


def test_series_of_another_shape_have_no_neighbours():
    real = rt.Sequences(waves(10, 1), labels=np.arange(10) % 2)
    for values in (waves(4, 1)[:, 1:], waves(4, 1)[0], waves(4, 1)[None]):
        with pytest.raises(ValueError, match="given series have shape"):
            metrics.nearest_label(values, real)
