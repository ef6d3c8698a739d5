"""Generators that know nothing: each is what it is called, and no more."""

import numpy as np
import pytest

import rnngan_tutorial as rt
from rnngan_tutorial.metrics import controls, squared_distances

TRAIN, TEST = rt.load("heartbeats").split(by="random")


def test_controls_are_what_they_are_called():
    made, x = controls(TRAIN, 4000), TRAIN.values
    assert set(made) == {"collapse", "noise", "untrained", "gaussian", "bootstrap"}
    assert all(series.shape == (4000, 48, 1) and series.dtype == np.float32
               and np.abs(series).max() <= 1 for series in made.values())
    assert (made["collapse"] == made["collapse"][0]).all()
    assert (made["collapse"][0] == x).all((1, 2)).any()
    assert made["noise"].std() == pytest.approx(x.std(), rel=0.03)
    # No step of white noise knows its neighbour.
    flat = made["noise"][..., 0] - made["noise"].mean()
    assert abs((flat[:, 1:] * flat[:, :-1]).mean()) < 0.01 * flat.var()
    gaussian, real = made["gaussian"][..., 0], x[..., 0]
    assert np.allclose(gaussian.mean(0), real.mean(0), atol=0.02)
    assert np.allclose(np.cov(gaussian.T), np.cov(real.T), atol=0.006)


def test_bootstrap_copies_training_series_but_for_the_jitter():
    made = controls(TRAIN, 50, jitter=0.02)["bootstrap"]
    nearest = squared_distances(made.reshape(50, -1), TRAIN.values.reshape(len(TRAIN), -1)).min(1)
    assert np.sqrt(nearest / 48).mean() == pytest.approx(0.02, rel=0.1)
    exact = controls(TRAIN, 50, jitter=0)["bootstrap"]
    assert all((series == TRAIN.values).all((1, 2)).any() for series in exact)


def test_controls_depend_on_the_seed_alone():
    first, again, other = (controls(TRAIN, 8, seed) for seed in (1, 1, 2))
    for name in first:
        assert (first[name] == again[name]).all()
        assert name == "collapse" or (first[name] != other[name]).any()


def test_scores_put_the_controls_behind_the_data():
    made = controls(TRAIN, len(TEST))
    found = rt.score(np.stack(list(made.values())), TEST, TRAIN, "discriminative")
    values = dict(zip(made, found["discriminative"].values, strict=True))
    assert min(values[name] for name in ("collapse", "noise", "untrained")) > 0.4
    assert values["gaussian"] > 0.2  # a linear model is not so easily told from beats


@pytest.mark.parametrize("wrong", [{"n": 0}, {"n": 2.5}, {"seed": -1}, {"jitter": -0.1}])
def test_controls_say_in_one_line_what_is_wrong(wrong):
    with pytest.raises(ValueError, match=f"^{next(iter(wrong))} is [^\n]*$"):
        controls(TRAIN, **wrong)
