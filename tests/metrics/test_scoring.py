"""`score` and `best_seed`: floor, control, choice of scores and of seeds, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest
from made_series import Made, waves
from numpy.testing import assert_allclose, assert_array_equal

import rnngan_tutorial as rt
from rnngan_tutorial import metrics


@pytest.fixture(scope="module")
def beats():
    train, test = rt.load("heartbeats").split(by="random")
    wide = train.values[train.labels == 1]
    made = np.stack([train.values[:192], wide[np.arange(192) % len(wide)]])
    return train, test, made


@pytest.fixture
def scored(monkeypatch):
    """What `score` has the MMD measured on: (fake, real, values), newest last."""
    found = []

    def spy(fake, real):
        found.append((fake, real, metrics.mmd(fake, real)))
        return found[-1][-1]

    monkeypatch.setitem(metrics.SCORES, "mmd", spy)
    return found


@pytest.fixture
def no_judge(monkeypatch):
    """Fails where a judge is made."""
    def made(*_):
        raise AssertionError("a judge was trained")

    monkeypatch.setattr(metrics.Judge, "__init__", made)


def as_set(values):
    return {series.tobytes() for series in values}


def labelled(n, names, length=12):
    """Waves with the labels 0, 1, ... in turn."""
    return rt.Sequences(0.9 * waves(n, n, length=length), labels=np.arange(n) % len(names),
                        label_names=names)


# Value, floor and control

def test_score_puts_value_floor_and_control_side_by_side(beats):
    train, test, made = beats
    found = rt.score(Made(train, made), test)
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


def test_the_floor_is_made_of_training_series_that_do_not_stand_in_test(beats, scored):
    train, test, made = beats
    whole = rt.load("heartbeats")
    rt.score(made, test, whole, names="mmd", n=100)
    fake, real, _ = scored[0]
    for floor in fake[2:5]:
        assert len(as_set(floor)) == 100 and as_set(floor) <= as_set(train.values)
        assert not as_set(floor) & as_set(test.values)
    assert len({frozenset(as_set(floor)) for floor in fake[2:5]}) == 3
    assert as_set(real.values) <= as_set(test.values) and len(real) == 100


def test_the_spread_of_the_floor_is_corrected_for_overlap(beats, scored):
    train, test, made = beats
    found = rt.score(made, test, train.subset(np.arange(160)), names="mmd", n=120)["mmd"]
    floors = scored[0][2][2:5]
    # Means of 120 of 160 vary less than means of independent series, by sqrt(1 - 120/160).
    assert found.floor == pytest.approx(floors.mean())
    assert found.floor_sd == pytest.approx(floors.std(ddof=1) / 0.5)


def test_floor_of_the_whole_training_set_has_no_spread(beats):
    train, test, made = beats
    found = rt.score(made, test, train.subset(np.arange(60)), names="mmd")
    assert np.isnan(found["mmd"].floor_sd) and "nan" not in found._repr_html_()


def test_without_other_real_series_the_test_set_is_halved(beats, scored):
    _, test, made = beats
    for train in (None, test):
        rt.score(made, test, train, names="mmd")
    rt.score(Made(test, made), test, names="mmd")
    for fake, real, values in scored:
        floor = as_set(fake[2])
        assert not floor & as_set(real.values) and floor | as_set(real.values) <= as_set(
            test.values)
        assert_array_equal(values, scored[0][2])


def test_halving_keeps_the_scale(scored):
    # Split as data are, each half would be scaled by its own part; generated series are not.
    values = np.linspace(0, 100, 40)[:, None, None] + np.zeros((40, 6, 1))
    test = rt.from_array(values)
    rt.score(test.values[None], test, names="mmd")
    fake, real, _ = scored[0]
    assert as_set(real.values) | as_set(fake[1]) <= as_set(test.values)


def test_a_loaded_run_is_scored_without_its_data(beats, tmp_path):
    train, test, _ = beats
    run = rt.train(train, steps=2, seeds=2, hidden=4, device="cpu", progress=False)
    run.save(tmp_path / "run.pt")
    found = rt.score(rt.load_run(tmp_path / "run.pt"), test, names=["mmd", "wide_share"])
    assert found.seeds == run.seeds and np.isfinite(found["mmd"].values).all()


# Which scores

def test_scores_of_modes():
    train, test = rt.load("modes", 200).split()
    found = rt.score(train.values[None], test, train, names=["mode_coverage", "clean_share"])
    assert [(s.floor, s.control, s.better) for s in found.values()] == [
        (8, 1, "higher"), (1, 1, "higher")]
    assert metrics.default_names(test)[-2:] == ["mode_coverage", "clean_share"]
    assert metrics.default_names(rt.load("digits"))[-1] == "label_error"
    assert metrics.default_names(rt.load("sines", 20))[-1] == "mmd"


def test_data_that_are_only_called_modes_get_the_scores_of_any_data():
    own = replace(labelled(40, ("a", "b"), length=24), name="modes")
    assert metrics.default_names(own)[-1] == "b_share"
    assert metrics.default_names(replace(rt.Sequences(waves(40, 1)), name="modes"))[-1] == "mmd"
    found = rt.score(own.values[None], own, names=metrics.default_names(own)[1:])
    assert list(found)[-1] == "b_share"


def test_the_scores_of_modes_need_their_shape(no_judge):
    own = labelled(40, ("a", "b"), length=12)
    for name in ("mode_coverage", "clean_share"):
        with pytest.raises(ValueError, match=f"^{name} is for the modes"):
            rt.score(own.values[None], own, names=["discriminative", name])


def test_a_label_may_be_called_as_a_score_is():
    own = labelled(40, ("broken", "clean"))
    assert metrics.share_names(own) == {"broken_share": 0, "label_clean_share": 1}
    assert metrics.default_names(own)[-1] == "label_clean_share"
    made = np.repeat(own.values[1:2], 20, 0)  # of a clean series
    found = rt.score(made[None], own, own, names=["broken_share", "label_clean_share"])
    assert found["broken_share"].values + found["label_clean_share"].values == 1
    assert found["label_clean_share"].better == "floor"
    odd = labelled(40, ("label_clean", "clean"))
    assert metrics.share_names(odd) == {"label_clean_share": 0, "label_label_clean_share": 1}


def test_shares_of_labels_need_labels(no_judge):
    own = rt.Sequences(waves(40, 1))
    assert metrics.default_names(own)[-1] == "mmd"
    with pytest.raises(ValueError, match="no score 'a_share'"):
        rt.score(own.values[None], own, names=["discriminative", "a_share"])
    with pytest.raises(ValueError, match="label_error needs labels"):
        rt.score(own.values[None], own, names=["discriminative", "label_error"])


def test_one_time_step_has_no_dynamics_to_score(no_judge):
    own = rt.Sequences(waves(40, 1, length=1))
    assert metrics.default_names(own) == ["discriminative", "sliced_wasserstein", "mmd"]
    with pytest.raises(ValueError, match="predictive needs 2 time steps"):
        rt.score(own.values[None], own, names=["discriminative", "predictive"])


# The table

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


def test_the_columns_are_those_of_the_series_that_were_scored(beats, scored):
    train, test, made = beats
    found = rt.score(made, test, train, names="mmd", n=50)
    fake, real, _ = scored[0]
    assert len(real) == 50
    assert found.columns == metrics.compare_columns(fake[:2], real, (0, 1))
    run = rt.score(Made(train, made), test, names="mmd", n=50)
    assert [row["seed"] for row in run.columns.rows()] == [None, 10, 11]


# The choice of a seed

@pytest.fixture
def halves():
    """Real series of two kinds, and a run whose seeds make: noise, the one kind, the other."""
    kinds = [rt.Sequences(0.9 * waves(120, 1, frequency)) for frequency in (1, 2)]
    rng = np.random.default_rng(0)
    made = np.stack([rng.uniform(-1, 1, (120, 12, 1)),
                     *(0.9 * waves(120, 9, frequency) for frequency in (1, 2))])
    return kinds, Made(kinds[0], made.astype(np.float32))


CLOSED = ["sliced_wasserstein", "mmd", "autocorrelation_error"]


def test_the_best_seed_is_that_nearest_to_the_validation_series(halves):
    kinds, run = halves
    assert [metrics.best_seed(run, kind, CLOSED) for kind in kinds] == [11, 12]
    assert metrics.best_seed(run, kinds[1], CLOSED, n=8) == 12


def test_a_seed_is_chosen_on_validation_not_on_test(halves):
    (one, other), run = halves
    found = rt.score(run, one, names=CLOSED, choose_on=other)
    assert found.chosen == 12 and found["mmd"].values.argmin() == 1
    assert "seed 12 (chosen)" in str(found) and "seed 11 " in str(found)
    html = found._repr_html_()
    assert "<th>seed 12 (chosen)</th>" in html and f"{found['mmd'].values[2]:.3f}</td>" in html
    assert rt.score(run, one, names=CLOSED).chosen is None


def test_a_seed_is_chosen_by_other_noise_than_is_scored(halves):
    (one, other), run = halves
    rt.score(run, one, names="mmd", choose_on=other)
    assert sorted(run.noises) == [0, 1]


def test_ranks_heed_which_values_are_good_and_share_ties():
    def ranks(better):
        return metrics.Score("s", np.array([3.0, 1.0, 2.0, 1.0]), 2.2, 9.0, better).ranks()

    assert_array_equal(ranks("lower"), [3, 0.5, 2, 0.5])
    assert_array_equal(ranks("higher"), [0, 2.5, 1, 2.5])
    assert_array_equal(ranks("floor"), [1, 2.5, 0, 2.5])


def test_among_equal_seeds_the_first_is_chosen(halves):
    (one, _), run = halves
    same = Made(one, np.repeat(run.made[:1], 3, 0))
    assert metrics.best_seed(same, one, CLOSED) == 10


# What is refused

def test_bad_calls_of_score(beats):
    train, test, made = beats
    with pytest.raises(ValueError, match="no score 'fid'; choose from discriminative.*wide_share"):
        rt.score(made, test, train, names=["fid"])
    with pytest.raises(ValueError, match=r"no score \['mmd'\]"):
        rt.score(made, test, train, names=[["mmd"]])
    with pytest.raises(TypeError, match="test is ndarray; it must be Sequences"):
        rt.score(made, test.values, train)
    with pytest.raises(TypeError, match="train is ndarray; it must be Sequences"):
        rt.score(made, test, train.values)
    with pytest.raises(TypeError, match="choose_on is ndarray; it must be Sequences"):
        rt.score(Made(train, made), test, choose_on=test.values)
    with pytest.raises(TypeError, match="run is ndarray; it must be a Run"):
        metrics.best_seed(made, test)
    with pytest.raises(TypeError, match="names is 3"):
        rt.score(made, test, train, names=3)


@pytest.mark.parametrize("options, message", [
    ({"n": 193}, "n is 193; it must be a whole number, 8 to 192"),
    ({"n": 7}, "n is 7"), ({"n": 20.0}, "n is 20.0"), ({"n": "all"}, "n is 'all'"),
    ({"seed": -1}, "seed is -1"), ({"seed": None}, "seed is None"),
    ({"threads": 0}, "threads is 0"), ({"device": "abacus"}, "no device 'abacus'")])
def test_bad_options_get_one_line_before_any_judge(beats, no_judge, options, message):
    train, test, made = beats
    for samples in (made, Made(train, made)):
        with pytest.raises(ValueError, match=message) as error:
            rt.score(samples, test, train, **options)
        assert "\n" not in str(error.value)


def test_too_few_series_are_told_of_before_any_judge(beats, no_judge):
    train, test, made = beats
    with pytest.raises(ValueError, match=r"only 5 series.*\(test 5, for the floor 5\)"):
        rt.score(made, test.subset(np.arange(10)))
    with pytest.raises(ValueError, match="only 6 series"):
        rt.score(Made(train, made), test.subset(np.arange(6)))
    with pytest.raises(ValueError, match="only 6 series"):
        rt.score(Made(train, made), test, choose_on=train.subset(np.arange(6)))


def test_series_in_units_are_refused(beats, no_judge):
    train, test, made = beats
    with pytest.raises(ValueError, match=r"[35]% of the generated values lie outside \[-1, 1\]"):
        rt.score(test.to_units(made), test, train)
    # A few values beyond are no reason to doubt.
    few = made.copy()
    few[0, 0] = 1.2
    assert (np.abs(few) > 1.05).mean() < 0.01
    with pytest.raises(AssertionError, match="a judge was trained"):
        rt.score(few, test, train)


def test_another_scale_is_refused(beats, no_judge):
    train, test, made = beats
    volts = replace(test, scale=rt.Scale(test.low / 1000, test.high / 1000))
    for call in (lambda: rt.score(Made(train, made), volts), lambda: rt.score(made, volts, train),
                 lambda: rt.score(Made(train, made), test, volts),
                 lambda: rt.score(Made(train, made), test, choose_on=volts),
                 lambda: metrics.best_seed(Made(train, made), volts)):
        with pytest.raises(ValueError, match="another scale.*like=train") as error:
            call()
        assert "\n" not in str(error.value)


def test_a_file_500_units_off_does_not_pass():
    rows = np.sin(np.arange(2400) / 3)
    train, test = (rt.from_array(x.reshape(100, 24, 1)) for x in (rows, 500 + 100 * rows))
    with pytest.raises(ValueError, match="another scale"):
        rt.score(Made(train, train.values[None]), test)


def test_another_shape_is_refused(beats, no_judge):
    train, test, made = beats
    short = replace(test, values=test.values[:, 1:])
    for call in (lambda: rt.score(Made(train, made), short), lambda: rt.score(made, test, short)):
        with pytest.raises(ValueError, match=r"\(time steps, features\) = .*must agree"):
            call()
    with pytest.raises(ValueError, match="must agree"):
        rt.score(made, short)


def test_validation_series_must_not_be_scored(beats, no_judge):
    train, test, made = beats
    with pytest.raises(ValueError, match="choose_on holds 3 series of test"):
        rt.score(Made(train, made), test, choose_on=test.subset([0, 1, 2] * 4))
    with pytest.raises(ValueError, match="choose_on needs a run"):
        rt.score(made, test, train, choose_on=train)


def test_judges_run_where_the_generator_is(beats, no_judge):
    train, test, made = beats
    run = Made(train, made, device="meta")  # where nothing can be computed
    with pytest.raises(ValueError, match="no device .*meta"):
        rt.score(run, test)
    with pytest.raises(ValueError, match="no device .*meta"):
        metrics.best_seed(run, test)
    with pytest.raises(AssertionError, match="a judge was trained"):
        rt.score(run, test, device="cpu")


def test_three_parts_of_one_table_train_choose_and_score():
    values = np.random.default_rng(3).normal(size=(90, 6, 1))
    train, rest = rt.from_array(values).split(0.5)
    validation, test = rest.split(0.5)
    run = rt.train(train, steps=2, seeds=2, hidden=3, device="cpu", progress=False)
    scores = rt.score(run, test, names=["sliced_wasserstein"], choose_on=validation)
    assert scores.chosen in run.seeds
