import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import rnngan_tutorial as rt
from rnngan_tutorial import metrics
from rnngan_tutorial.data import mode_curves


def waves(n, seed, frequency=1.0, length=12, features=1):
    """Sines with a free phase."""
    phase = np.random.default_rng(seed).uniform(0, 2 * np.pi, (n, 1, features))
    angle = 2 * np.pi * frequency * np.arange(length)[:, None] / length
    return np.sin(angle + phase).astype(np.float32)


def normal(shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


class Constant:
    """What `score` asks of a run, with given series."""

    def __init__(self, data, made):
        self.data, self.made, self.seeds = data, made, tuple(range(10, 10 + len(made)))

    def sample(self, n):
        return self.made[:, :n]


# Sliced Wasserstein

def test_sliced_wasserstein_of_a_shift_is_the_mean_shift_along_the_directions():
    real = normal((40, 5, 2))
    along = metrics.directions(10, 64, seed=3)
    assert_allclose(np.linalg.norm(along, axis=0), 1)
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


def test_mmd_needs_a_bandwidth_where_most_real_series_are_equal():
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


def test_autocorrelation_error_of_two_frequencies_in_closed_form():
    fake = np.stack([phases(16, 1, 12), phases(16, 2, 12)])
    k = np.arange(1, 7)
    gap = np.abs(np.cos(2 * np.pi * k / 12) - np.cos(2 * np.pi * 2 * k / 12)).mean()
    assert_allclose(metrics.autocorrelation_error(fake, fake[0]), [0, gap], atol=1e-6)


def test_a_constant_has_no_autocorrelation():
    error = metrics.autocorrelation_error(np.full((1, 8, 12, 1), 0.3), phases(8, 1, 12), [3, 6])
    assert_allclose(error, [0.5], atol=1e-6)


@pytest.mark.parametrize("lags", [[], [0], [12]])
def test_lags_out_of_range(lags):
    with pytest.raises(ValueError, match="lags are"):
        metrics.autocorrelation_error(phases(8, 1, 12)[None], phases(8, 1, 12), lags)


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
    assert_allclose(metrics.clean_share(fake[None]), [0.9])
    assert_allclose(metrics.clean_share(fake[None], tolerance=0.22), [1])


def test_real_modes_are_clean():
    real = rt.load("modes", 400)
    assert_array_equal(metrics.mode_coverage(real.values[None]), [8])
    assert_array_equal(metrics.clean_share(real.values[None]), [1])


# Labels

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


# Judges

def test_discriminative_is_small_for_one_law_and_large_for_a_collapsed_generator():
    real = waves(200, 1)
    fake = np.stack([waves(200, 2), np.repeat(waves(1, 3), 200, 0), waves(200, 4, 2)])
    same, collapsed, other = metrics.discriminative(fake, real, hidden=8)
    assert same < 0.08
    assert collapsed > 0.4
    assert other > 0.4


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


@pytest.mark.parametrize("measure", [
    lambda fake, real: metrics.discriminative(fake, real, hidden=8, steps=40),
    lambda fake, real: metrics.predictive(fake, real, hidden=8, steps=40),
    metrics.sliced_wasserstein, metrics.mmd, metrics.autocorrelation_error])
def test_all_seeds_at_once_equal_one_at_a_time(measure):
    real = waves(30, 0)
    fake = np.stack([waves(30, 1), waves(30, 2, 1.5), waves(30, 3, 2)])
    together = measure(fake, real)
    assert together.shape == (3,)
    alone = np.concatenate([measure(fake[s:s + 1], real) for s in range(3)])
    assert_allclose(together, alone, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("measure", [
    metrics.sliced_wasserstein, metrics.mmd, metrics.autocorrelation_error])
def test_the_order_of_the_series_does_not_matter(measure):
    fake, real, rng = waves(30, 1, 1.5)[None], waves(40, 0), np.random.default_rng(0)
    other = measure(rng.permutation(fake, 1), rng.permutation(real))
    assert_allclose(measure(fake, real), other, rtol=1e-6)


def test_hidden_of_timegan_is_at_least_one():
    fake, real = waves(10, 1)[None], waves(10, 2)
    assert_array_equal(metrics.discriminative(fake, real, "timegan", steps=3),
                       metrics.discriminative(fake, real, 1, steps=3))
    fake, real = waves(10, 1, features=5)[None], waves(10, 2, features=5)
    assert_array_equal(metrics.discriminative(fake, real, "timegan", steps=3),
                       metrics.discriminative(fake, real, 2, steps=3))


# score

@pytest.fixture(scope="module")
def beats():
    train, test = rt.load("heartbeats").split()
    wide = train.values[train.labels == 1]
    made = np.stack([train.values[:192], wide[np.arange(192) % len(wide)]])
    return train, test, made


def test_score_puts_value_floor_and_control_side_by_side(beats):
    train, test, made = beats
    found = rt.score(Constant(train, made), test)
    assert list(found) == ["discriminative", "sliced_wasserstein", "autocorrelation_error",
                           "wide_share"]
    assert found.seeds == (10, 11)
    for name in ("discriminative", "sliced_wasserstein", "autocorrelation_error"):
        score = found[name]
        assert score.floor < score.values[1] and score.floor < score.control
        assert score.better == "lower" and score.floor_sd > 0
        assert score.median == np.mean(score.values)
    wide = found["wide_share"]
    assert wide.values[1] > 0.95 and wide.control == 0 and wide.better == "floor"
    assert wide.floor == pytest.approx((train.labels == 1).mean(), abs=0.05)


def test_control_is_the_same_score_of_the_repeated_medoid(beats):
    train, test, made = beats
    found = rt.score(made, test, train, names="autocorrelation_error")["autocorrelation_error"]
    collapsed = np.repeat(metrics.medoid(train.values), 192, 0)[None]
    assert_allclose(found.control, metrics.autocorrelation_error(collapsed, test)[0], rtol=1e-6)
    assert_allclose(found.values, metrics.autocorrelation_error(made, test), rtol=1e-6)


def test_medoid_is_the_nearest_to_all():
    values = np.array([0.0, 1.0, 1.1, 5.0, 0.9]).reshape(5, 1, 1)
    assert metrics.medoid(values) == 1


def test_without_other_real_series_the_test_set_is_halved(beats):
    _, test, made = beats
    for train in (None, test):
        found = rt.score(made, test, train, names=["sliced_wasserstein"])["sliced_wasserstein"]
        assert found.floor > 0
    run = rt.score(Constant(test, made), test, names=["sliced_wasserstein"])["sliced_wasserstein"]
    assert run.floor == found.floor


def test_scores_of_modes():
    train, test = rt.load("modes", 200).split()
    found = rt.score(train.values[None], test, train, names=["mode_coverage", "clean_share"])
    assert [(s.floor, s.control, s.better) for s in found.values()] == [
        (8, 1, "higher"), (1, 1, "higher")]
    assert metrics.default_names(test)[-2:] == ["mode_coverage", "clean_share"]
    assert metrics.default_names(rt.load("digits"))[-1] == "label_error"
    assert metrics.default_names(rt.load("sines", 20))[-1] == "mmd"


def test_score_repeats_itself_and_its_table_holds_every_number(beats):
    train, test, made = beats
    names = ["sliced_wasserstein", "narrow_share"]
    found = rt.score(made, test, train, names)
    assert found.rows() == rt.score(made, test, train, names).rows()
    text, html, rows = str(found), found._repr_html_(), found.rows()
    assert len(rows) == 4 and len(text.splitlines()) == 3
    for row in rows:
        for value in (row["value"], row["floor"], row["control"]):
            assert f"{value:.3f}" in text and f"{value:.3f}" in html
        assert f"{row['floor']:.3f} ± {row['floor_sd']:.3f}<" in html


def test_floor_of_the_whole_training_set_has_no_spread(beats):
    train, test, made = beats
    found = rt.score(made, test, train.subset(np.arange(60)), names="mmd")
    assert np.isnan(found["mmd"].floor_sd) and "nan" not in found._repr_html_()


@pytest.mark.parametrize("change, message", [
    (lambda fake, real: (fake[0], real), "generated series have shape"),
    (lambda fake, real: (fake, real[:, 0]), "real series have shape"),
    (lambda fake, real: (fake[:, :, 1:], real), "they must agree"),
    (lambda fake, real: (np.repeat(fake, 2, 3), real), "they must agree"),
    (lambda fake, real: (fake * np.nan, real), "generated series hold NaN"),
    (lambda fake, real: (fake, real * np.inf), "real series hold NaN"),
    (lambda fake, real: (fake[:, :7], real), "there are 7 generated series"),
    (lambda fake, real: (fake, real[:7]), "there are 7 real series"),
])
@pytest.mark.parametrize("measure", [
    metrics.discriminative, metrics.predictive, metrics.sliced_wasserstein, metrics.mmd,
    metrics.autocorrelation_error])
def test_bad_series_get_one_line(measure, change, message):
    fake, real = change(normal((2, 10, 6, 1)) + 3, normal((10, 6, 1)) + 3)
    with pytest.raises(ValueError, match=message) as error:
        measure(fake, real)
    assert "\n" not in str(error.value)


def test_bad_labels_get_one_line():
    fake, real = waves(10, 1)[None], rt.Sequences(waves(10, 2))
    labelled = rt.Sequences(waves(10, 2), labels=np.arange(10) % 2)
    for measure in (metrics.label_share, metrics.label_error):
        with pytest.raises(ValueError, match="no labels"):
            measure(fake, real)
    with pytest.raises(ValueError, match="no labels"):
        metrics.train_synthetic_test_real(fake, np.zeros(10, int), real)
    with pytest.raises(ValueError, match="one per series"):
        metrics.train_synthetic_test_real(fake, np.zeros(9, int), labelled)
    with pytest.raises(ValueError, match="0 to 1"):
        metrics.train_synthetic_test_real(fake, np.full(10, 2), labelled)


@pytest.mark.parametrize("options, message", [
    ({"hidden": 0}, "hidden is 0"), ({"hidden": "wide"}, "hidden is 'wide'"),
    ({"folds": 1}, "folds is 1")])
def test_bad_options_of_the_judge(options, message):
    with pytest.raises(ValueError, match=message):
        metrics.discriminative(waves(10, 1)[None], waves(10, 2), **options)


def test_bad_calls_of_score(beats):
    train, test, made = beats
    with pytest.raises(ValueError, match="no score 'fid'; choose from discriminative.*wide_share"):
        rt.score(made, test, train, names=["fid"])
    with pytest.raises(TypeError, match="test is ndarray; it must be Sequences"):
        rt.score(made, test.values, train)
    with pytest.raises(ValueError, match="n is 193; it must lie in 8 to 192"):
        rt.score(made, test, train, n=193)
    with pytest.raises(ValueError, match="only 5 series"):
        rt.score(made, test.subset(np.arange(10)))


def test_prediction_needs_two_steps():
    with pytest.raises(ValueError, match="at least 2"):
        metrics.predictive(normal((1, 10, 1, 1)), normal((10, 1, 1)))


def test_prediction_of_timegan_needs_two_features():
    with pytest.raises(ValueError, match="one feature; hidden='timegan'"):
        metrics.predictive(waves(10, 1)[None], waves(10, 2), hidden="timegan")
