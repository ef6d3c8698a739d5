"""Every figure: what it draws, that its axes are named, and whose colour is whose."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import same_color

import rnngan_tutorial as rt


@pytest.fixture(scope="module")
def run():
    return rt.train(rt.load("heartbeats"), steps=12, seeds=3, snapshots=[2, 12])


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def named(axes):
    return all(panel.get_xlabel() for panel in axes) and axes[0].get_ylabel()


def colours(panel):
    return {line.get_color() for line in panel.lines}


def test_samples_keep_the_colours_of_real_and_generated(run):
    axes = rt.plots.samples(run, n=10)
    assert named(axes) and len(axes) == 4
    assert colours(axes[0]) == {rt.plots.REAL}
    assert all(colours(panel) == {rt.plots.FAKE} for panel in axes[1:])
    assert [len(panel.lines) for panel in axes] == [10] * 4


def test_series_are_drawn_in_their_own_units(run):
    panel = rt.plots.panels(1)[0]
    rt.plots.draw(panel, run.data, run.data.values[:1], rt.plots.REAL)
    x, y = panel.lines[0].get_data()
    np.testing.assert_allclose(y, run.data.to_units(run.data.values)[0, :, 0])
    np.testing.assert_allclose(x, np.arange(48) * 5 / 360)
    assert rt.plots.units_of(run.data) == ("time (s)", "ECG lead MLII (mV)")


def test_snapshots_are_in_order(run):
    axes = rt.plots.snapshots(run)
    assert [panel.get_title() for panel in axes] == ["step 2", "step 12"] and named(axes)


def test_history_has_a_line_per_seed(run):
    axes = rt.plots.history(run, width=3)
    assert [len(panel.lines) for panel in axes] == [3, 3, 2] and named(axes)
    first = axes[1].lines[0].get_ydata()
    np.testing.assert_allclose(first[5], run.history.generator[3:6, 0].mean(), rtol=1e-5)
    np.testing.assert_allclose(first[0], run.history.generator[0, 0], rtol=1e-5)


def test_scores_stand_beside_floor_and_control(run):
    found = rt.score(run, rt.load("heartbeats"), names=["sliced_wasserstein", "wide_share"])
    axes = rt.plots.scores(found)
    for panel, score in zip(axes, found.values(), strict=True):
        floor, control, dots = panel.lines
        assert floor.get_ydata()[0] == score.floor and control.get_ydata()[0] == score.control
        np.testing.assert_allclose(dots.get_ydata(), score.values)


def test_curves_are_labelled():
    panel = rt.plots.curves([0, 1], {"a": [1, 2], "b": [2, 1]}, "x", "y")
    assert [text.get_text() for text in panel.get_legend().get_texts()] == ["a", "b"]


def test_style_prints_at_no_more_than_110_dpi():
    with plt.rc_context():
        rt.plots.use_style()
        assert plt.rcParams["figure.dpi"] <= 110


def test_palette_has_no_colour_twice():
    first = rt.plots.COLOURS
    assert not any(same_color(a, b) for i, a in enumerate(first) for b in first[:i])
