"""What the checks make of arguments that are right: plain numbers, whatever they came as."""

import numpy as np
import pytest
from small_runs import small_data

import rnngan_tutorial as rt
from rnngan_tutorial.checks import (
    check_labels,
    check_number,
    check_seeds,
    check_snapshots,
    check_whole,
    plain,
)

NAMES = ("low", "mid", "high")


@pytest.mark.parametrize("seeds, wanted", [
    (1, (0,)), (3, (0, 1, 2)), ([4, 2], (4, 2)), ((7,), (7,)), (range(2, 5), (2, 3, 4)),
    (np.array([3, 1]), (3, 1)), (np.int64(2), (0, 1)), ([np.int32(5)], (5,))])
def test_seeds(monkeypatch, seeds, wanted):
    monkeypatch.delenv("RNNGAN_FIRST_SEED", raising=False)
    found = check_seeds(seeds)
    assert found == wanted and all(type(seed) is int for seed in found)


@pytest.mark.parametrize("labels, wanted", [
    (1, [1]), ("mid", [1]), ([0, 2], [0, 2]), (["high", "low"], [2, 0]),
    (np.array([1, 1], np.int8), [1, 1]), (np.array(["mid", "mid"]), [1, 1]),
    (np.array(["low", "high"], object), [0, 2]), (np.uint8(2), [2])])
def test_labels(labels, wanted):
    found = check_labels(labels, 2, NAMES)
    assert found.tolist() == wanted and found.dtype == np.int64


@pytest.mark.parametrize("labels", [3, -1, [0, 3], "none", ["low", "none"], [0, 1, 2], [[0, 1]],
                                    0.0, True, None, [None, 1], [], "", b"low"])
def test_labels_that_are_none(labels):
    with pytest.raises(ValueError) as caught:
        check_labels(labels, 2, NAMES)
    assert "\n" not in str(caught.value)


def test_whole_numbers_within_limits():
    for value in (1, np.int64(5), np.uint8(9)):
        check_whole("n", value, 1, 9)
    for value in (0, 10, 1.0, True, "1", None, np.float64(2), np.bool_(True)):
        with pytest.raises(ValueError, match="^n is .*; it must be a whole number, 1 to 9$"):
            check_whole("n", value, 1, 9)


def test_numbers_within_limits():
    for value in (0, 0.5, np.float32(0.25), np.float64(0.999)):
        check_number("x", value, 0, 1, "in [0, 1)")
    for value in (1, -1e-9, float("nan"), float("inf"), "0.5", True, None, 0.5j):
        with pytest.raises(ValueError, match=r"^x is .*; it must be in \[0, 1\)$"):
            check_number("x", value, 0, 1, "in [0, 1)")


def test_snapshots_are_a_set_of_steps():
    assert check_snapshots([3, np.int64(0), 3], 3) == {0, 3}
    assert check_snapshots(iter(()), 3) == set()
    assert all(type(step) is int for step in check_snapshots(np.arange(3), 3))


def test_plain_values_all_the_way_down():
    found = plain({"a": (np.float64(0.5), [np.int32(3)]), "b": {"c": None}, "d": "x"})
    assert found == {"a": [0.5, [3]], "b": {"c": None}, "d": "x"}
    assert type(found["a"][0]) is float and type(found["a"][1][0]) is int


def test_latent_and_adam_may_be_numbers_of_numpy():
    data = rt.Sequences(np.zeros((9, 4, 1)))
    run = rt.train(data, "hinge", np.int64(2), seeds=1, hidden=np.int32(3), batch=np.int8(4),
                   device="cpu", latent=rt.Latent(np.int64(2), 1), snapshots=np.array([1]),
                   adam={"lr_generator": np.float32(1e-3), "betas": (np.float32(0.5), 0.9),
                         "warmup": np.int64(2), "schedule": "linear", "clip": np.float32(1)})
    assert run.steps == 2 and list(run.snapshots) == [1]


def test_a_small_data_set_is_one_batch_unless_told():
    few = small_data(9)
    run = rt.train(few, steps=1, seeds=1, hidden=2, device="cpu", progress=False)
    assert run.settings["batch"] == 9
    many = rt.train(small_data(40), steps=1, seeds=1, hidden=2, device="cpu", progress=False)
    assert many.settings["batch"] == 32
    with pytest.raises(ValueError, match="batch is 10 but there are only 9 series"):
        rt.train(few, steps=1, seeds=1, batch=10)
