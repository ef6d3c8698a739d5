"""Measures of copying: 1, the quantile and 1/2 for who copies nothing, and copies are found."""

from itertools import combinations

import numpy as np
import pytest

import rnngan_tutorial as rt
from rnngan_tutorial.memorisation import (
    MEASURES,
    _distances,
    _nearest_of,
    duplicates,
    membership_auc,
    nearest_ratio,
    nulls,
)


def fresh(n, seed, steps=4, features=1):
    return 0.2 * np.random.default_rng(seed).standard_normal((n, steps, features))


def on_a_line(*numbers):
    """Series of one step and one feature."""
    return np.array(numbers, float).reshape(-1, 1, 1)


TRAIN, HELD_OUT = fresh(60, 0), fresh(60, 1)


# --- The nearest of m ---------------------------------------------------------------------------

@pytest.mark.parametrize("m", range(1, 8))
def test_the_nearest_of_some_is_a_mean_over_all_choices(m):
    distances = np.random.default_rng(2).uniform(size=(3, 7))
    wanted = np.mean([distances[:, list(some)].min(1) for some in combinations(range(7), m)], 0)
    np.testing.assert_allclose(_nearest_of(distances, m), wanted)


def test_equal_series_are_at_no_distance():
    distances = _distances(TRAIN, TRAIN)
    assert not np.diag(distances).any()
    assert distances[0, 1] == pytest.approx(np.linalg.norm(TRAIN[0] - TRAIN[1]))


# --- By hand ------------------------------------------------------------------------------------

def test_ratio_by_hand():
    """Generated at 0 and 1; training series 0.1 off, held-out ones 0.4 and 0.2."""
    train = on_a_line(0.1, *[9] * 7, 1.1)[:9]
    held_out = on_a_line(-0.4, *[9] * 7, 1.2)
    fake = on_a_line(*[0, 1] * 4)[None]
    assert nearest_ratio(fake, train, held_out) == pytest.approx([0.1 / 0.3])


def test_duplicates_by_hand():
    """Nine held-out series are 1 to 9 off the nearest of the training series."""
    train = on_a_line(*range(0, 800, 100))
    held_out = on_a_line(*(100 * (k % 7) + k for k in range(1, 10)))
    fake = on_a_line(*(100 * (k % 5) + 0.5 + k for k in range(10)))[None]  # 0.5 to 9.5 off
    for quantile, bound in ((0.1, 1), (0.3, 3), (0.45, 4.5), (0.9, 9)):
        wanted = sum(k + 0.5 < bound for k in range(10)) / 10
        assert duplicates(fake, train, held_out, quantile) == pytest.approx([wanted]), quantile


def test_auc_is_the_share_of_pairs_in_the_right_order():
    fake = fresh(20, 3)[None]
    near = [np.linalg.norm((a[:, None] - fake[0]).reshape(len(a), 20, -1), axis=-1).min(1)
            for a in (TRAIN, HELD_OUT[:40])]
    pairs = np.subtract.outer(*near)
    wanted = (pairs < 0).mean() + (pairs == 0).mean() / 2
    assert membership_auc(fake, TRAIN, HELD_OUT[:40]) == pytest.approx([wanted])


def test_ties_count_half():
    train, held_out = on_a_line(*[0] * 4, *[1] * 4), on_a_line(*[0] * 8)
    fake = on_a_line(*[0] * 8)[None]
    assert membership_auc(fake, train, held_out) == pytest.approx([0.25])
    assert membership_auc(fake, held_out, held_out) == pytest.approx([0.5])


def test_auc_agrees_with_scipy():
    stats = pytest.importorskip("scipy.stats")
    fake = fresh(30, 5)[None]
    near = [_distances(a, fake[0].astype(np.float32)).min(1)
            for a in (TRAIN.astype(np.float32), HELD_OUT[:25].astype(np.float32))]
    u = stats.mannwhitneyu(near[1], near[0]).statistic
    assert membership_auc(fake, TRAIN, HELD_OUT[:25]) == pytest.approx([u / (60 * 25)])


# --- Who copies nothing -------------------------------------------------------------------------

def test_a_generator_that_knows_the_law_has_the_null_values():
    """Means over 200 splits of fresh series, within four standard errors."""
    found = {name: [] for name in MEASURES}
    for seed in range(200):
        train, held_out, fake = (fresh(n, (9, seed, n)) for n in (41, 39, 50))
        for name, measure in MEASURES.items():
            found[name].append(measure(fake[None], train, held_out)[0])
    for name, wanted in (("nearest_ratio", 1), ("duplicates", 0.05), ("membership_auc", 0.5)):
        error = np.std(found[name]) / 200 ** 0.5
        assert np.mean(found[name]) == pytest.approx(wanted, abs=4 * error), name
        assert error < {"nearest_ratio": 0.01, "duplicates": 0.005}.get(name, 0.006), name
    spread = ((41 + 39 + 1) / 12 / 41 / 39) ** 0.5  # Mann and Whitney
    assert np.std(found["membership_auc"]) == pytest.approx(spread, rel=0.2)


def test_more_training_series_than_held_out_ones_do_not_look_like_copies():
    """Without equal numbers, the nearest of many would be nearer."""
    ratios, shares = [], []
    for seed in range(60):
        train, held_out, fake = (fresh(n, (8, seed, n)) for n in (160, 20, 60))
        ratios.append(nearest_ratio(fake[None], train, held_out)[0])
        near = [_distances(fake, real).min(1).mean() for real in (train, held_out)]
        shares.append(near[0] / near[1])
    assert np.mean(ratios) == pytest.approx(1, abs=4 * np.std(ratios) / 60 ** 0.5)
    assert np.mean(shares) < 0.7


def test_a_poor_generator_is_no_copier():
    """One point for ever: the ratio and the curve tell it from copies, the duplicates do not."""
    train, held_out = fresh(400, 5), fresh(400, 6)
    collapsed = np.zeros((1, 50, 4, 1))
    assert 0.7 < nearest_ratio(collapsed, train, held_out)[0] < 1.4
    assert 0.4 < membership_auc(collapsed, train, held_out)[0] < 0.6
    assert duplicates(collapsed, train, held_out)[0] in (0, 1)


# --- Who copies ---------------------------------------------------------------------------------

def test_exact_copies():
    copies = TRAIN[None]
    assert nearest_ratio(copies, TRAIN, HELD_OUT) == [0]
    assert duplicates(copies, TRAIN, HELD_OUT) == [1]
    assert membership_auc(copies, TRAIN, HELD_OUT) == [1]


def test_copies_are_seen_by_as_much_as_they_are_many():
    """Half of the series are copies with a little noise, of the first half of the training set."""
    rng = np.random.default_rng(7)
    some = TRAIN[:30] + 0.01 * rng.standard_normal((30, 4, 1))
    half = np.concatenate([some, fresh(30, 8)])[None]
    assert 0.35 < nearest_ratio(half, TRAIN, HELD_OUT)[0] < 0.75
    assert 0.5 <= duplicates(half, TRAIN, HELD_OUT)[0] < 0.65
    assert 0.68 < membership_auc(half, TRAIN, HELD_OUT)[0] < 0.85  # near (1 + 1/2) / 2


def test_with_fewer_held_out_series_the_ratio_says_one_less_the_part():
    """Of 60 training series 20 are drawn, so two in three copies miss what they copied."""
    found = nearest_ratio(TRAIN[None], TRAIN, HELD_OUT[:20])[0]
    others = np.sort(_distances(TRAIN, TRAIN), 1)
    wanted = _nearest_of(others, 20).mean() / _distances(TRAIN, HELD_OUT[:20]).min(1).mean()
    assert found == pytest.approx(wanted, rel=1e-5) and 0.5 < found < 0.85


# --- What all three have in common --------------------------------------------------------------

@pytest.mark.parametrize("measure", MEASURES.values())
def test_seeds_are_measured_each_by_itself(measure):
    fake = np.stack([TRAIN, fresh(60, 4), HELD_OUT + 0.1])
    together = measure(fake, TRAIN, HELD_OUT)
    assert together.shape == (3,)
    assert together.tolist() == [measure(part[None], TRAIN, HELD_OUT)[0] for part in fake]


@pytest.mark.parametrize("measure", MEASURES.values())
def test_only_relative_distances_count(measure):
    fake, shuffled = fresh(60, 4)[None], np.random.default_rng(0).permutation(60)
    plain = measure(fake, TRAIN, HELD_OUT)
    np.testing.assert_allclose(plain, measure(fake / 2, TRAIN / 2, HELD_OUT / 2), rtol=1e-5)
    np.testing.assert_allclose(plain, measure(fake[:, shuffled], TRAIN[shuffled],
                                              HELD_OUT[shuffled]), rtol=1e-12)


@pytest.mark.parametrize("measure", MEASURES.values())
def test_sequences_are_taken_as_they_are(measure):
    fake = fresh(20, 4)[None]
    assert measure(fake, rt.Sequences(TRAIN), rt.Sequences(HELD_OUT)) == measure(fake, TRAIN,
                                                                                HELD_OUT)


@pytest.mark.parametrize("measure", MEASURES.values())
@pytest.mark.parametrize("wrong, words", [
    (lambda f, t, h: (f[0], t, h), "generated series have shape"),
    (lambda f, t, h: (f, t[:, :3], h), "generated series have .time steps"),
    (lambda f, t, h: (f, t, h[:, :3]), "generated series have .time steps"),
    (lambda f, t, h: (f, t[:7], h), "there are 7 real series"),
    (lambda f, t, h: (f, t, h[:7]), "there are 7 real series"),
    (lambda f, t, h: (f, t, np.where(h > 0.3, np.nan, h)), "real series hold NaN")])
def test_faults_are_told_in_one_line(measure, wrong, words):
    with pytest.raises(ValueError, match=f"^{words}[^\n]*$"):
        measure(*wrong(fresh(20, 4)[None], TRAIN, HELD_OUT))


@pytest.mark.parametrize("quantile", [0, 0.01, 0.99, 1, "0.1"])
def test_a_quantile_that_the_held_out_series_cannot_tell(quantile):
    with pytest.raises(ValueError, match=r"^quantile is [^\n]* in 0.0164 to 0.984 with 60 [^\n]*$"):
        duplicates(fresh(20, 4)[None], TRAIN, HELD_OUT, quantile)
    assert duplicates(fresh(20, 4)[None], TRAIN, HELD_OUT, 60 / 61)


def test_held_out_series_given_back_have_no_ratio():
    with pytest.raises(ValueError, match="^all generated series are held-out ones[^\n]*$"):
        nearest_ratio(HELD_OUT[None], TRAIN, HELD_OUT)


# --- Nulls --------------------------------------------------------------------------------------

def test_nulls_are_what_they_are_called():
    train, held_out = (rt.Sequences(fresh(n, n)) for n in (300, 200))
    found = nulls(train, held_out)
    assert list(found) == ["new", "gaussian", "copies"]
    assert all(list(row) == list(MEASURES) for row in found.values())
    for honest in ("new", "gaussian"):
        assert found[honest]["nearest_ratio"] == pytest.approx(1, abs=0.15)
        assert found[honest]["duplicates"] < 0.15
        assert found[honest]["membership_auc"] == pytest.approx(0.5, abs=0.1)
    assert found["copies"]["duplicates"] == 1 and found["copies"]["nearest_ratio"] < 0.6
    assert found["copies"]["membership_auc"] > 0.6  # 100 of 300 are copied
    assert nulls(train, held_out) == found != nulls(train, held_out, seed=1)
    assert nulls(train, held_out, 20)["copies"]["membership_auc"] < found["copies"][
        "membership_auc"]


def test_after_a_drift_the_gaussian_shows_that_laws_are_seen_and_not_copies():
    drifted = rt.Sequences(fresh(100, 1) + 0.3)
    found = nulls(rt.Sequences(fresh(100, 0)), drifted)
    assert found["gaussian"]["membership_auc"] > 0.6 and found["gaussian"]["nearest_ratio"] < 0.95
    assert found["new"]["membership_auc"] < 0.5


@pytest.mark.parametrize("wrong", [{"n": 0}, {"seed": -1}])
def test_nulls_say_in_one_line_what_is_wrong(wrong):
    data = rt.Sequences(TRAIN)
    with pytest.raises(ValueError, match=f"^{next(iter(wrong))} is [^\n]*$"):
        nulls(data, data, **wrong)
    with pytest.raises(ValueError, match="^there are [^\n]*$"):
        nulls(data, data.subset(range(15)))
