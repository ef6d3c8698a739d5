"""Rankings: against hand calculations, and intervals that cover what they promise."""

from itertools import combinations

import numpy as np
import pytest
from scipy.stats import mannwhitneyu

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


def test_ranks_where_a_method_lacks_data():
    scores = {"all": {"a": np.array([1.0]), "b": np.array([1.0])},
              "some": {"a": np.array([2.0])}, "last": {"a": np.array([3.0]), "b": np.array([4.0])}}
    assert ranking.ranks(scores) == pytest.approx({"all": 1, "some": 2, "last": 2.5})


@pytest.mark.parametrize(("n", "m"), [(1, 1), (3, 2), (4, 4), (2, 5)])
def test_won_pairs_of_methods_alike_are_counted_over_all_orders(n, m):
    """Against every way to deal the ranks."""
    counts = np.zeros(n * m + 1)
    for mine in combinations(range(n + m), n):
        theirs = set(range(n + m)) - set(mine)
        counts[sum(a < b for a in mine for b in theirs)] += 1
    np.testing.assert_allclose(ranking._null(n, m), counts / counts.sum(), atol=1e-12)


def test_luck_is_that_of_scipy_and_adds_over_data_sets():
    rng = np.random.default_rng(0)
    for shift in (0, 0.5, 3):
        a, b = rng.normal(size=7), rng.normal(size=9) + shift
        assert ranking.luck({"x": a}, {"x": b}) == pytest.approx(
            mannwhitneyu(a, b, method="exact").pvalue)
    low, high = np.arange(4.0), np.arange(4.0) + 9
    assert ranking.luck({"x": low}, {"x": high}) == pytest.approx(2 / 70)
    assert ranking.luck({"x": low, "y": low}, {"x": high, "y": high}) == pytest.approx(2 / 70 ** 2)
    assert ranking.luck({"x": low, "y": low}, {"x": high, "y": low - 9}) == 1  # one win each
    assert ranking.luck({"x": low, "y": low}, {"y": high, "z": low}) == pytest.approx(2 / 70)
    with pytest.raises(ValueError, match="no data set in common"):
        ranking.luck({"x": low}, {"y": low})


def test_luck_is_as_rare_as_it_says():
    rng = np.random.default_rng(1)
    found = [ranking.luck({"x": rng.normal(size=6)}, {"x": rng.normal(size=6)})
             for _ in range(2000)]
    for level in (0.05, 0.2):
        assert np.mean(np.array(found) <= level) < level + 0.015


def test_holm_by_hand():
    found = ranking.holm({"a": 0.01, "b": 0.04, "c": 0.03, "d": 0.9})
    assert found == pytest.approx({"a": 0.04, "c": 0.09, "b": 0.09, "d": 0.9})


def test_a_failed_seed_is_beyond_all_others_and_does_not_spoil_the_middle():
    groups = [np.array([1.0, 2, 3, 4, 5, 6, 7, np.inf])]
    assert ranking.interquartile_mean(groups) == np.mean([3, 4, 5, 6])


@pytest.mark.parametrize(("methods", "q"), [(2, 1.960), (5, 2.728), (10, 3.164)])
def test_the_critical_difference_has_the_constants_of_demsar(methods, q):
    """Demsar 2006, table 5a."""
    found = ranking.critical_difference(methods, 6)
    assert found == pytest.approx(q * np.sqrt(methods * (methods + 1) / 36), rel=0.01)
