"""Scores by trained judges: what they can tell, what they may see, and on what they compute."""

import numpy as np
import pytest
import torch
from made_series import normal, waves
from numpy.testing import assert_allclose, assert_array_equal

import rnngan_tutorial as rt
from rnngan_tutorial import metrics


def quick(judge):
    """A judge's score with a small network and few steps."""
    return lambda fake, real, **options: judge(fake, real, **{"hidden": 4, "steps": 5, **options})


def classify(fake, real, **options):
    labels = np.arange(len(real)) % 2
    return metrics.train_synthetic_test_real(fake, np.arange(fake.shape[1]) % 2,
                                             rt.Sequences(real, labels=labels), **options)


JUDGES = [quick(metrics.discriminative), quick(metrics.predictive), quick(classify)]


@pytest.fixture
def readings(monkeypatch):
    """What judges read: (whether they learn from it, the series)."""
    found, forward = [], metrics.Judge.forward

    def reading(judge, x):
        found.append((torch.is_grad_enabled(), x.detach().clone(), torch.get_num_threads()))
        return forward(judge, x)

    monkeypatch.setattr(metrics.Judge, "forward", reading)
    return found


def as_bytes(series):
    return {one.numpy().tobytes() for one in series}


# The discriminative score

def test_discriminative_is_small_for_one_law_and_large_for_a_collapsed_generator():
    real = waves(200, 1)
    fake = np.stack([waves(200, 2), np.repeat(waves(1, 3), 200, 0), waves(200, 4, 2)])
    same, collapsed, other = metrics.discriminative(fake, real, hidden=8)
    assert same < 0.08
    assert collapsed > 0.4
    assert other > 0.4


def test_real_against_real_is_near_what_chance_gives():
    # Judges that saw the fold they are tested on would find 0.2 and more.
    n = 40
    fake = np.stack([normal((n, 8, 1), 1 + i) for i in range(16)])
    found = metrics.discriminative(fake, normal((n, 8, 1)), hidden=16, steps=200)
    assert found.mean() < 2.5 * 0.28 / n ** 0.5


@pytest.mark.parametrize("folds", [2, 3])
def test_no_fold_is_judged_by_a_classifier_that_saw_it(readings, folds):
    fake, real = np.stack([waves(12, 1), waves(12, 2)]), waves(12, 3)
    metrics.discriminative(fake, real, hidden=2, steps=30, folds=folds)
    learned = [set() for _ in range(2 * folds)]
    tested = [set() for _ in range(2 * folds)]
    for learns, x, _ in readings:
        for judge, series in enumerate(x):
            (learned if learns else tested)[judge] |= as_bytes(series)
    assert len(learned[0]) == 24 - 24 // folds  # 30 batches of 64 leave none out
    for seen, unseen in zip(learned, tested, strict=True):
        assert not seen & unseen and len(unseen) == 24 // folds
    for s in range(2):
        assert len(set.union(*tested[s * folds:(s + 1) * folds])) == 24


def test_hidden_of_timegan_is_at_least_one():
    fake, real = waves(10, 1)[None], waves(10, 2)
    assert_array_equal(metrics.discriminative(fake, real, "timegan", steps=3),
                       metrics.discriminative(fake, real, 1, steps=3))
    fake, real = waves(10, 1, features=5)[None], waves(10, 2, features=5)
    assert_array_equal(metrics.discriminative(fake, real, "timegan", steps=3),
                       metrics.discriminative(fake, real, 2, steps=3))


# The predictive score

def test_predictive_needs_the_right_dynamics():
    fake = np.stack([waves(100, 2), np.zeros((100, 12, 1))])
    good, bad = metrics.predictive(fake, waves(100, 1))
    assert good < 0.1
    # To predict zero would cost the mean of |sin|, 0.64.
    assert bad > 0.5


def test_predictive_of_timegan_sees_only_the_other_features():
    # The last feature follows the first by one step; its own past says nothing.
    x = normal((60, 12, 2))
    x[:, 1:, 1] = x[:, :-1, 0]
    alone = normal((60, 12, 2), 1)
    good, bad = metrics.predictive(np.stack([x, alone]), x, hidden="timegan")
    assert good < 0.6 * bad
    # With no feature that tells of it, the best guess is the median.
    other = metrics.predictive(alone[None], normal((60, 12, 2), 2), hidden="timegan")
    assert_allclose(other, np.sqrt(2 / np.pi), atol=0.15)


def test_predictive_learns_from_generated_series_and_is_read_on_real_ones(readings):
    fake, real = waves(10, 1)[None], waves(10, 2)
    metrics.predictive(fake, real, hidden=2, steps=3)
    for learns, x, _ in readings:
        allowed = as_bytes(torch.tensor(fake[0] if learns else real)[:, :-1])
        assert as_bytes(x[0]) <= allowed


def test_prediction_needs_two_steps():
    with pytest.raises(ValueError, match="at least 2"):
        metrics.predictive(normal((1, 10, 1, 1)), normal((10, 1, 1)))


def test_prediction_of_timegan_needs_two_features():
    with pytest.raises(ValueError, match="one feature; hidden='timegan'"):
        metrics.predictive(waves(10, 1)[None], waves(10, 2), hidden="timegan")


# Train on synthetic, test on real

def test_train_synthetic_test_real_follows_the_labels():
    test = rt.Sequences(np.concatenate([waves(50, 1), waves(50, 2, 2)]),
                        labels=np.repeat([0, 1], 50))
    fake = np.concatenate([waves(50, 3), waves(50, 4, 2)])
    labels = np.repeat([0, 1], 50)
    found = metrics.train_synthetic_test_real(
        np.stack([fake, fake]), np.stack([labels, 1 - labels]), test, hidden=8)
    assert found[0] > 0.95
    assert found[1] < 0.05
    same = metrics.train_synthetic_test_real(fake[None], labels, test, hidden=8)
    assert_allclose(same, found[:1], atol=0.01)


def test_bad_labels_get_one_line():
    fake, real = waves(10, 1)[None], rt.Sequences(waves(10, 2))
    labelled = rt.Sequences(waves(10, 2), labels=np.arange(10) % 2)
    with pytest.raises(ValueError, match="no labels"):
        metrics.train_synthetic_test_real(fake, np.zeros(10, int), real)
    with pytest.raises(ValueError, match="one per series"):
        metrics.train_synthetic_test_real(fake, np.zeros(9, int), labelled)
    with pytest.raises(ValueError, match="one per series"):
        metrics.train_synthetic_test_real(fake, np.zeros(10), labelled)
    with pytest.raises(ValueError, match="0 to 1"):
        metrics.train_synthetic_test_real(fake, np.full(10, 2), labelled)


# All of them

@pytest.mark.parametrize("judge", [metrics.discriminative, metrics.predictive])
def test_all_seeds_at_once_equal_one_at_a_time(judge):
    real = waves(30, 0)
    fake = np.stack([waves(30, 1), waves(30, 2, 1.5), waves(30, 3, 2)])
    together = judge(fake, real, hidden=8, steps=40)
    assert together.shape == (3,)
    alone = np.concatenate([judge(fake[s:s + 1], real, hidden=8, steps=40) for s in range(3)])
    assert_allclose(together, alone, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("judge", JUDGES)
def test_a_score_depends_on_its_seed_and_on_nothing_outside(judge):
    fake, real = waves(20, 1)[None], waves(20, 2)
    expected = judge(fake, real, steps=20)
    before = torch.get_default_dtype()
    torch.manual_seed(1)
    state = torch.get_rng_state()
    try:
        torch.set_default_dtype(torch.float64)
        with torch.no_grad():
            assert_array_equal(judge(fake, real, steps=20), expected)
            assert not torch.is_grad_enabled()
        assert torch.get_default_dtype() == torch.float64
    finally:
        torch.set_default_dtype(before)
    assert torch.equal(torch.get_rng_state(), state)


def test_another_seed_gives_another_judge():
    fake, real = waves(20, 1)[None], waves(20, 2)
    found = [metrics.predictive(fake, real, 4, 20, seed=seed)[0] for seed in (0, 0, 1)]
    assert found[0] == found[1] != found[2]


@pytest.mark.parametrize("judge", JUDGES)
def test_judges_compute_on_one_thread_unless_told(readings, judge):
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        judge(waves(10, 1)[None], waves(10, 2))
        assert {threads for *_, threads in readings} == {1} and torch.get_num_threads() == 2
        readings.clear()
        judge(waves(10, 1)[None], waves(10, 2), threads=3)
        assert {threads for *_, threads in readings} == {3} and torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
@pytest.mark.parametrize("judge", JUDGES)
def test_judges_on_the_gpu_agree_with_those_on_the_cpu(readings, judge):
    fake, real = waves(20, 1)[None], waves(20, 2)
    there = judge(fake, real, steps=20, device="cuda")
    assert {x.device.type for _, x, _ in readings} == {"cuda"}
    assert_allclose(there, judge(fake, real, steps=20), atol=0.051)


@pytest.mark.parametrize("judge", JUDGES)
@pytest.mark.parametrize("name, value", [
    ("steps", 0), ("steps", -1), ("steps", 1.5), ("steps", True), ("hidden", 0), ("hidden", 2.5),
    ("hidden", "wide"), ("hidden", None), ("hidden", True), ("seed", -1), ("seed", "x"),
    ("seed", 2 ** 64), ("threads", 0), ("threads", 10 ** 6)])
def test_bad_options_get_one_line(readings, judge, name, value):
    with pytest.raises(ValueError, match=f"^{name} is ") as error:
        judge(waves(10, 1)[None], waves(10, 2), **{name: value})
    assert "\n" not in str(error.value) and not readings


@pytest.mark.parametrize("folds", [1, 9, 2.0, True])
def test_bad_folds_get_one_line(folds):
    with pytest.raises(ValueError, match="^folds is ") as error:
        metrics.discriminative(waves(10, 1)[None], waves(10, 2), folds=folds)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("judge", JUDGES)
def test_a_device_that_is_not_there_gets_one_line(judge):
    with pytest.raises(ValueError, match="no device 'abacus'") as error:
        judge(waves(10, 1)[None], waves(10, 2), device="abacus")
    assert "\n" not in str(error.value)
