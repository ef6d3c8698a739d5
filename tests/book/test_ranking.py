"""Rankings: against hand calculations, and intervals that cover what they promise."""

import numpy as np
import pytest

from rnngan_tutorial.book import ranking


def test_the_mean_of_the_middle_half():
    groups = [np.array([100.0, 1, 2]), np.array([3.0, 4, -50, 5, 6])]
    assert ranking.interquartile_mean(groups) == np.mean([2, 3, 4, 5])
    # Of three values the middle one counts whole and the others a quarter each.
    assert ranking.interquartile_mean([np.array([0.0, 1, 8])]) == pytest.approx((2 + 1) / 1.5)
    assert ranking.interquartile_mean([np.array([7.0])]) == 7


def test_probability_of_improvement_by_hand():
    first = [np.array([1.0, 4]), np.array([1.0])]
    second = [np.array([2.0, 3, 5]), np.array([1.0, 1])]
    # 1 beats all three, 4 beats 5 only; the ties count half.
    assert ranking.improvement(first, second) == pytest.approx((4 / 6 + 1 / 2) / 2)
    assert ranking.improvement(second, first) == pytest.approx(1 - (4 / 6 + 1 / 2) / 2)


def test_ranks_by_hand():
    scores = {"good": {"a": np.array([1.0, 2]), "b": np.array([1.0])},
              "bad": {"a": np.array([3.0]), "b": np.array([2.0])},
              "mixed": {"a": np.array([0.0, 9]), "b": np.array([3.0])}}
    found = ranking.ranks(scores)
    assert found == pytest.approx({"good": 1.25, "bad": 2.25, "mixed": 2.5})
    assert sum(found.values()) == pytest.approx(6)


def test_an_interval_covers_as_often_as_it_says():
    rng, covered = np.random.default_rng(0), 0
    for trial in range(200):
        scores = {name: rng.normal(size=20) for name in "ab"}
        low, high = ranking.interval(ranking.interquartile_mean, scores, repeats=200, seed=trial)
        covered += low < 0 < high
    assert 0.88 < covered / 200 < 0.98


def test_seeds_are_drawn_within_their_data_set():
    scores = {"a": np.zeros(4), "b": np.full(4, 10.0)}
    mean = ranking.interval(lambda groups: np.concatenate(groups).mean(), scores, repeats=50)
    assert mean == (5, 5)


def test_an_interval_of_two_methods():
    better, worse = {"a": np.arange(10.0)}, {"a": np.arange(10.0) + 5}
    low, high = ranking.interval(ranking.improvement, better, worse, repeats=300)
    assert 0.6 < low < ranking.improvement(list(better.values()), list(worse.values())) < high <= 1
    with pytest.raises(ValueError, match="other data sets"):
        ranking.interval(ranking.improvement, better, {"b": np.arange(3.0)})
