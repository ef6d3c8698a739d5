"""Patchwork: every piece is a training series' own, at its own place, cut where it is said."""

import numpy as np
import pytest

import rnngan_tutorial as rt
from rnngan_tutorial import rivals


def drawn(values, n, seed=0, **options):
    return rivals.fit("bootstrap", rt.Sequences(values), seeds=[seed], **options).sample(n)[0]


def named(n, steps):
    """Series that each hold one number, their own: a patchwork shows who was copied."""
    return np.repeat(np.linspace(-0.9, 0.9, n), steps).reshape(n, steps, 1)


def donors(values, n, **options):
    made = drawn(values, n, jitter=0.0, **options)
    places = np.abs(made[..., 0, None] - values[:, 0, 0]).argmin(-1)
    np.testing.assert_allclose(made[..., 0], values[places, 0, 0], atol=1e-6)
    return places


def test_blocks_have_their_length_and_begin_anywhere():
    who = donors(named(400, 12), 2000, block=4, near=None)
    changes = [tuple(np.flatnonzero(np.diff(row)) + 1) for row in who]
    patterns = {(1, 5, 9), (2, 6, 10), (3, 7, 11), (4, 8)}
    # Once in a while the same series is drawn twice in a row.
    found = [pattern for pattern in changes if pattern in patterns]
    assert len(found) > 0.98 * len(changes)
    for pattern in patterns:
        assert found.count(pattern) / len(found) == pytest.approx(1 / 4, abs=0.04)
    assert np.allclose(np.bincount(who[:, 6], minlength=400) / 2000, 1 / 400, atol=0.008)


def test_covariance_without_matching_is_that_of_the_data_times_a_triangle():
    """cov(t, t + k) = C(t, t + k) max(0, 1 - k / block), as the class says."""
    rng, block = np.random.default_rng(1), 5
    steps = rng.normal(size=(60, 12)).cumsum(1)
    values = (0.5 * steps / np.abs(steps).max())[..., None]
    made = drawn(values, 40_000, block=block, near=None, jitter=0.02)[..., 0]
    lag = np.abs(np.subtract.outer(np.arange(12), np.arange(12)))
    expected = np.cov(values[..., 0].T, ddof=0) * np.maximum(0, 1 - lag / block)
    expected += 0.02 ** 2 * np.eye(12)
    np.testing.assert_allclose(np.cov(made.T), expected, atol=0.0008)
    np.testing.assert_allclose(made.mean(0), values.mean((0, 2)), atol=0.004)
    assert np.abs(expected).max() > 0.01


def test_matching_draws_from_the_nearest_at_the_seam():
    near = 5
    values = named(40, 9)
    who = donors(values, 3000, block=3, near=near)
    before, after = (who[:, t].ravel() for t in (range(8), range(1, 9)))
    jumps = np.abs(after - before)
    inner = (before >= 4) & (before <= 35)
    assert jumps[inner].max() == 2  # itself and two on each side
    assert jumps.max() == 4         # at the ends all are on one side
    seams = jumps[inner & (jumps > 0)]
    assert (seams == 1).mean() == pytest.approx(0.5, abs=0.05)


def test_matching_looks_at_the_step_before_the_seam():
    """Two kinds that agree up to step 3 and part then: they are exchanged until there alone."""
    low, high = np.zeros((20, 8, 1)), np.zeros((20, 8, 1))
    low[:, 3:], high[:, 3:] = -0.8, 0.8
    rng = np.random.default_rng(0)
    values = np.concatenate([low, high]) + 0.01 * rng.normal(size=(40, 8, 1))
    made = drawn(values, 500, block=2, near=20, jitter=0.0)[..., 0]
    assert (np.sign(made[:, 3:]) == np.sign(made[:, 3:4])).all()
    assert (made[:, 3] > 0).mean() == pytest.approx(0.5, abs=0.08)


def test_a_block_without_end_copies_whole_series():
    values = np.random.default_rng(2).uniform(-1, 1, (12, 6, 2))
    made = drawn(values, 50, block=10 ** 9, jitter=0.0)
    assert all((np.abs(series - values).max((1, 2)) < 1e-6).any() for series in made)


def test_jitter_is_white_and_as_strong_as_it_says():
    values = np.random.default_rng(2).uniform(-0.8, 0.8, (12, 6, 2))
    exact, moved = (drawn(values, 4000, jitter=jitter) for jitter in (0.0, 0.05))
    noise = moved - exact
    assert noise.std() == pytest.approx(0.05, rel=0.02)
    assert abs((noise[:, 1:] * noise[:, :-1]).mean()) < 0.02 * 0.05 ** 2 * 3


def test_default_block_is_a_quarter():
    for steps, block in ((48, 12), (3, 1), (1, 1)):
        rival = rivals.fit("bootstrap", rt.Sequences(named(9, steps)))
        assert rival.block == block and rival.near == 9
