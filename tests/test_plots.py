"""Every figure: what it draws, that its axes are named, and whose colour is whose."""

from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import same_color, to_rgb

import rnngan_tutorial as rt


@pytest.fixture(scope="module")
def run():
    return rt.train(rt.load("heartbeats"), steps=12, seeds=3, snapshots=[2, 12], device="cpu",
                    progress=False)


@pytest.fixture(scope="module")
def wide_run():
    """Of two features with a unit each."""
    beats = rt.load("sines", 40)
    data = rt.Sequences(beats.values[:, :, :2] - 0.5, feature_names=("flow", "pressure"),
                        unit=("l", "Pa"), step_unit="h", step=2.0)
    return rt.train(data, steps=2, seeds=2, hidden=4, snapshots=[2], device="cpu", progress=False)


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def named(axes):
    return all(panel.get_xlabel() for panel in axes) and axes[0].get_ylabel()


def colours(panel):
    return {line.get_color() for line in panel.lines}


@pytest.fixture(scope="module")
def modes_run():
    """Of data with eight kinds."""
    return rt.train(rt.load("modes", 64), steps=2, seeds=4, hidden=4, device="cpu", progress=False)


def test_samples_keep_the_colours_of_real_and_generated(modes_run):
    axes = rt.plots.samples(modes_run, n=10)
    assert named(axes) and len(axes) == 4
    assert colours(axes[0]) == {rt.plots.REAL}
    assert all(colours(panel) == {rt.plots.FAKE} for panel in axes[1:])
    assert [len(panel.lines) for panel in axes] == [10] * 4


def test_samples_show_so_many_seeds_by_their_names(modes_run):
    last = modes_run.only(modes_run.seeds[1:])
    titles = [panel.get_title() for panel in rt.plots.samples(last, 5, seeds=2)]
    assert titles == ["real", *(f"generated, seed {s}" for s in modes_run.seeds[1:3])]
    assert len(rt.plots.samples(modes_run, 5, seeds=1)) == 2


def test_samples_of_two_kinds_tell_them_apart_in_every_seed(run):
    axes = rt.plots.samples(run, n=30)
    assert len(axes) == 3 and axes[0].get_ylabel() == "ECG lead MLII (mV)"
    for panel, made in zip(axes, run.sample(30), strict=True):
        wide = rt.metrics.nearest_label(made, run.data) == 1
        assert panel.get_title().endswith(f"{wide.mean():.0%} wide") and panel.get_xlabel()
        assert colours(panel) == {rt.plots.FAKE} and len(panel.lines) == 30
        assert sum(line.get_alpha() > 0.5 for line in panel.lines) == wide.sum()
        [band] = panel.collections
        assert same_color(band.get_facecolor()[0][:3], rt.plots.REAL)


def test_many_seeds_stand_in_rows_of_four(run):
    six = replace(run, seeds=(*run.seeds, *run.seeds))
    with pytest.MonkeyPatch.context() as patch:
        made = run.sample(5)
        patch.setattr(rt.Run, "sample", lambda self, n: np.concatenate([made, made + 0.01]))
        axes = rt.plots.samples(replace(six, seeds=tuple(range(6))), n=5)
    assert len(axes) == 6 and len({panel.get_position().y0 for panel in axes}) == 2


def test_a_loaded_run_has_no_panel_of_real_series(run, tmp_path):
    run.save(tmp_path / "run.pt")
    axes = rt.plots.samples(rt.load_run(tmp_path / "run.pt"), n=10)
    assert [panel.get_title() for panel in axes] == [f"generated, seed {s}" for s in run.seeds]
    assert all(colours(panel) == {rt.plots.FAKE} for panel in axes) and named(axes)
    np.testing.assert_allclose(axes[0].lines[3].get_ydata(),
                               run.data.to_units(run.sample(10))[0, 3, :, 0], rtol=1e-6)


def test_series_are_drawn_in_their_own_units(run):
    panel = rt.plots.panels(1)[0]
    rt.plots.draw(panel, run.data, run.data.values[:1], rt.plots.REAL)
    x, y = panel.lines[0].get_data()
    np.testing.assert_allclose(y, run.data.to_units(run.data.values)[0, :, 0])
    np.testing.assert_allclose(x, np.arange(48) * 5 / 360)
    assert rt.plots.units_of(run.data) == ("time (s)", "ECG lead MLII (mV)")


@pytest.mark.parametrize("feature, number, label", [
    (0, 0, "flow (l)"), ("flow", 0, "flow (l)"), (1, 1, "pressure (Pa)"),
    ("pressure", 1, "pressure (Pa)")])
def test_a_feature_is_drawn_under_its_own_name_and_unit(wide_run, feature, number, label):
    data = wide_run.data
    assert rt.plots.units_of(data, feature) == ("time (h)", label)
    for axes in (rt.plots.samples(wide_run, 5, feature=feature),
                 rt.plots.series(data, {"real": data.values}, feature=feature)):
        assert axes[0].get_ylabel() == label
        x, y = axes[0].lines[3].get_data()
        np.testing.assert_allclose(y, data.values[3, :, number])
        np.testing.assert_allclose(x, np.arange(24) * 2)
    axes = rt.plots.snapshots(wide_run, feature=feature)
    assert axes[0].get_ylabel() == label
    np.testing.assert_allclose(axes[0].lines[0].get_ydata(),
                               wide_run.snapshots[2][0][0, :, number])


@pytest.mark.parametrize("feature", ["speed", 2, -1])
def test_a_feature_that_is_not_there_gets_one_line(wide_run, feature):
    with pytest.raises(ValueError, match="no feature .*flow, pressure") as error:
        rt.plots.samples(wide_run, 5, feature=feature)
    assert "\n" not in str(error.value)


def test_data_without_units_have_plain_axes(wide_run):
    data = replace(wide_run.data, unit="", step_unit="")
    assert rt.plots.units_of(data, 1) == ("time step", "pressure")


def test_snapshots_are_in_order(run):
    axes = rt.plots.snapshots(run)
    assert [panel.get_title() for panel in axes] == ["step 2", "step 12"] and named(axes)


def test_snapshots_count_seeds_by_position(run):
    first = run.only(run.seeds[1:])
    drawn = rt.plots.snapshots(first, seed=1)[0].lines[0].get_ydata()
    np.testing.assert_allclose(drawn, run.data.to_units(run.snapshots[2][2])[0, :, 0])


@pytest.mark.parametrize("call, message", [
    (lambda run: rt.plots.snapshots(run, seed=3), "seed, a position in run.seeds, is 3"),
    (lambda run: rt.plots.snapshots(run, seed=-1), "a position in run.seeds, is -1"),
    (lambda run: rt.plots.snapshots(replace(run, snapshots={})), "kept no snapshots"),
    (lambda run: rt.plots.samples(run, n=0), "n is 0"),
    (lambda run: rt.plots.samples(run, seeds=0), "seeds is 0"),
    (lambda run: rt.plots.history(run, width=0), "width is 0"),
    (lambda run: rt.plots.series(run.data, {}), "groups is empty")])
def test_bad_arguments_get_one_line(run, call, message):
    with pytest.raises(ValueError, match=message) as error:
        call(run)
    assert "\n" not in str(error.value)


def test_history_has_a_pale_line_per_seed_and_their_median(run):
    axes = rt.plots.history(run, width=3)
    assert [len(panel.lines) for panel in axes] == [4, 4, 2] and named(axes)
    first = axes[1].lines[0].get_ydata()
    np.testing.assert_allclose(first[5], run.history.generator[3:6, 0].mean(), rtol=1e-5)
    np.testing.assert_allclose(first[0], run.history.generator[0, 0], rtol=1e-5)
    middle = axes[1].lines[-1].get_ydata()
    np.testing.assert_allclose(middle[0], np.median(run.history.generator[0]), rtol=1e-5)
    # No colour of data where nothing is real or generated.
    assert colours(axes[0]) == {"0.75", "black"}


def test_history_tells_the_logits_of_real_and_generated_apart(run):
    real, fake = rt.plots.history(run)[2].lines
    assert (real.get_color(), fake.get_color()) == (rt.plots.REAL, rt.plots.FAKE)
    np.testing.assert_allclose(real.get_ydata()[0], run.history.real_logit[0].mean(), rtol=1e-5)
    np.testing.assert_allclose(fake.get_ydata()[0], run.history.fake_logit[0].mean(), rtol=1e-5)


def test_scores_stand_beside_floor_and_control(run):
    found = rt.score(run, rt.load("heartbeats"), names=["sliced_wasserstein", "wide_share"])
    axes = rt.plots.scores(found)
    for panel, score in zip(axes, found.values(), strict=True):
        floor, control, dots = panel.lines
        assert floor.get_ydata()[0] == score.floor and control.get_ydata()[0] == score.control
        np.testing.assert_allclose(dots.get_ydata(), score.values)
        assert {text.get_text() for text in panel.texts} == {"real", "collapsed"}


def test_a_score_has_the_same_axis_for_every_loss(run):
    found = rt.score(run, rt.load("heartbeats"), names=["discriminative", "sliced_wasserstein",
                                                        "wide_share"])
    ends = [panel.get_ylim()[1] for panel in rt.plots.scores(found)]
    better = {name: replace(score, values=score.values * 0.1) for name, score in found.items()}
    assert [panel.get_ylim()[1] for panel in rt.plots.scores(better)][::2] == ends[::2] == [
        0.52, 1.04]
    far = {name: replace(score, values=score.values * 0 + 9) for name, score in found.items()}
    assert all(panel.get_ylim()[1] > 9 for panel in rt.plots.scores(far))


def test_scores_have_titles_for_readers():
    assert rt.plots.titled("wide_share") == "wide share"
    assert rt.plots.titled("sliced_wasserstein") == "sliced Wasserstein"
    assert rt.plots.titled("autocorrelation_error") == "autocorrelation\nerror"


def test_curves_are_labelled():
    panel = rt.plots.curves([0, 1], {"a": [1, 2], "b": [2, 1]}, "x", "y")
    assert [text.get_text() for text in panel.get_legend().get_texts()] == ["a", "b"]


def test_style_prints_at_no_more_than_110_dpi():
    with plt.rc_context():
        rt.plots.use_style()
        assert plt.rcParams["figure.dpi"] <= 110


# What people without one kind of cone see, as a matrix on linear RGB (Machado et al. 2009).
CONES = {"all": np.eye(3),
         "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                          [-0.011820, 0.042940, 0.968881]],
         "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                        [-0.003882, -0.048116, 1.051998]]}


def lab(color, cones):
    """A colour in CIE Lab, as it is seen with these cones."""
    rgb = np.array(to_rgb(color))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
                   ) @ np.clip(cones @ linear, 0, 1) / [0.9505, 1, 1.089]
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("seen", CONES)
def test_five_colours_are_told_apart_and_are_not_those_of_data(seen):
    def apart(a, b):
        return np.linalg.norm(lab(a, np.array(CONES[seen])) - lab(b, np.array(CONES[seen])))

    five = rt.plots.COLOURS[:5]
    assert min(apart(a, b) for i, a in enumerate(five) for b in five[:i]) > 30
    assert apart(rt.plots.REAL, rt.plots.FAKE) > 50
    assert min(apart(a, b) for a in rt.plots.COLOURS for b in (rt.plots.REAL, rt.plots.FAKE)) > 15


def test_palette_has_no_colour_twice():
    first = rt.plots.COLOURS
    assert not any(same_color(a, b) for i, a in enumerate(first) for b in first[:i])
