"""The explorers: that moving a slider draws what the package computes."""

import ipywidgets
import matplotlib.pyplot as plt
import pytest

import rnngan_tutorial as rt
from rnngan_tutorial import widgets


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
