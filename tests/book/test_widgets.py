"""The explorers: that moving a slider draws what the package computes."""

import ipywidgets
import matplotlib.pyplot as plt
import pytest
import torch

import rnngan_tutorial as rt
from rnngan_tutorial.book import widgets


@pytest.fixture(autouse=True)
def drawn(monkeypatch):
    shown = []
    monkeypatch.setattr(plt, "show", lambda: shown.append(plt.gcf()))
    yield shown
    plt.close("all")


def test_logit_explorer_reads_off_gradients(drawn):
    explorer = widgets.logit_explorer(("nonsaturating", "least_squares"))
    explorer.kwargs_widgets[0].value = 1.0
    explorer.update()
    texts = [text.get_text() for text in drawn[-1].axes[1].get_legend().get_texts()]
    assert texts == ["nonsaturating: -0.27", "least_squares: +0.00"]


def test_generator_explorer_has_a_slider_per_channel(drawn):
    run = rt.train(rt.load("modes", n=64), steps=2, seeds=2)
    explorer = widgets.generator_explorer(run)
    kinds = [type(child) for child in explorer.children]
    assert kinds[:5] == [ipywidgets.Dropdown] + [ipywidgets.FloatSlider] * 4
    before = drawn[-1].axes[0].lines[0].get_ydata().copy()
    explorer.children[1].value = 2.0
    assert abs(drawn[-1].axes[0].lines[0].get_ydata() - before).max() > 0.01


def test_generator_explorer_moves_the_code_of_an_infogan(drawn):
    run = rt.train(rt.load("modes", n=64), rt.loss("infogan", categories=3, continuous=2),
                   steps=2, seeds=2, progress=False)
    explorer = widgets.generator_explorer(run)
    assert [child.description for child in explorer.children[5:8]] == ["category", "c1", "c2"]
    explorer.children[5].value, explorer.children[6].value = 2, 0.5
    shown = drawn[-1].axes[0].lines[0].get_ydata()
    z, y, _ = run.inputs(1, code=[[0, 0, 1, 0.5, 0]])
    z[..., :4] = 0
    with torch.no_grad():
        wanted = run.generator(z, y)[0, 0, :, 0]
    assert abs(shown - run.data.to_units(wanted[:, None])[:, 0]).max() < 1e-6


def test_generator_explorer_without_a_category(drawn):
    run = rt.train(rt.load("modes", n=64), rt.loss("infogan", categories=0), steps=2, seeds=1,
                   progress=False)
    explorer = widgets.generator_explorer(run)
    before = drawn[-1].axes[0].lines[0].get_ydata().copy()
    explorer.children[5].value = -1.0
    assert abs(drawn[-1].axes[0].lines[0].get_ydata() - before).max() > 0.01


def test_generator_explorer_asks_a_conditional_run_for_a_label(drawn):
    run = rt.train(rt.load("heartbeats"), "conditional", steps=2, seeds=2, progress=False)
    explorer = widgets.generator_explorer(run)
    assert explorer.children[5].options == (("narrow", 0), ("wide", 1))
    for label in (1, 0, 1):
        explorer.children[5].value = label
        shown = drawn[-1].axes[0].lines[0].get_ydata()
        z, y, _ = run.inputs(1, labels=label)
        z[..., :4] = 0
        with torch.no_grad():
            wanted = run.generator(z, y)[0, 0].numpy()
        assert abs(shown - run.data.to_units(wanted)[:, 0]).max() < 1e-6


def test_orbit_explorer_shows_the_circle_that_adam_ends_on(drawn):
    explorer = widgets.orbit_explorer(steps=600)
    explorer.update()
    assert drawn[-1].axes[0].get_title() in ("radius 13 learning rates", "radius 14 learning rates")
    explorer.kwargs_widgets[0].value = 0.0
    assert drawn[-1].axes[0].get_title() == "radius 1 learning rates"


def test_damage_explorer_scores_what_it_draws(drawn, capsys):
    explorer = widgets.damage_explorer(rt.load("heartbeats"))

    def read():
        explorer.update()
        return [float(line.split()[1]) for line in capsys.readouterr().out.splitlines()[-4:]]

    whole = read()
    explorer.kwargs_widgets[0].value = 1.0
    forgetful = read()
    assert whole[3] > 0.2 and forgetful[3] < 0.03
    assert forgetful[0] > 2 * whole[0]


def test_damage_explorer_wants_labels():
    with pytest.raises(ValueError, match="sines have no labels; give data with labels"):
        widgets.damage_explorer(rt.load("sines", n=50))
