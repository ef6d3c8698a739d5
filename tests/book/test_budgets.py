"""The figure of what more steps buy."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from rnngan_tutorial.book import budgets as module


@pytest.fixture
def table(monkeypatch):
    rows = [{"loss": loss, "steps": steps, "seed": seed, "discriminative": 0.4 - seed / 10,
             "sliced_wasserstein": steps / 1e5, "wide_share": 0.2,
             **{f"{s}_{what}": value for s in module.SCORES["heartbeats"]
                for what, value in (("floor", 0.01), ("control", 0.5))}}
            for loss in ("bce", "hinge") for steps in (250, 1000) for seed in range(3)]
    monkeypatch.setattr(module, "stored", lambda name: {"budgets_heartbeats":
                                                        pd.DataFrame(rows)}[name])


def test_every_seed_is_a_dot_and_medians_are_joined(table):
    found = module.budgets({"bce": "BCE", "hinge": "hinge"})
    axes = plt.gcf().axes
    assert [panel.get_title() for panel in axes] == [
        "discriminative", "sliced wasserstein", "wide share"]
    floor, control, dots, middle = axes[0].lines[:4]
    assert (floor.get_ydata()[0], control.get_ydata()[0]) == (0.01, 0.5)
    np.testing.assert_allclose(sorted(dots.get_ydata()), [0.2, 0.2, 0.3, 0.3, 0.4, 0.4])
    np.testing.assert_allclose(middle.get_ydata(), 0.3)
    assert len(dots.get_xdata()) == 6 and (np.diff(middle.get_xdata()) > 0).all()
    assert [text.get_text() for text in axes[0].get_xticklabels()] == ["250", "1,000"]
    assert found.loc[("bce", 1000)].tolist() == [0.3, 0.01, 0.2]
    plt.close()


def test_a_loss_that_is_not_stored_is_named(table):
    with pytest.raises(ValueError, match="no stored runs of 'vae'; choose from bce, hinge"):
        module.budgets({"vae": "VAE"})
