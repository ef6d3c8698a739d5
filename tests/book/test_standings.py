"""Rankings and figures of the comparison, on numbers whose order is known."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from rnngan_tutorial.book import standings
from rnngan_tutorial.book.comparison import Comparison, stored_before

PLACES = {"energy": 0.2, "r3gan": 0.3, "bce": 0.9, "mse": 0.95}


def made(seeds=10, data=("a", "b"), longer=False):
    """Losses whose seeds lie apart by a hundredth, at two budgets; the second brings 0.05."""
    rows = [{"data": name, "loss": loss, "stage": "report", "trial": np.nan, "steps": steps,
             "seed": seed, "score": "s", "value": place + 0.01 * seed - 0.05 * (steps == 40),
             "floor": 0.0, "control": 1.0, "seconds": steps * (1 + 9 * (loss == "r3gan")),
             "error": np.nan} for name in data for loss, place in PLACES.items()
            for steps in (10, 40) for seed in range(seeds)]
    rows += [{"data": name, "loss": "gaussian", "stage": "control", "seed": 0, "score": "s",
              "value": 0.3, "floor": 0.0, "control": 1.0} for name in data]
    return Comparison(pd.DataFrame(rows), {loss: list(data) for loss in PLACES}, [10, 40], seeds,
                      {}, [], {}, True)


def test_the_ranking_by_hand():
    table = standings.ranking(made(), 40)
    assert list(table.index) == list(PLACES)
    assert table.loc["energy", "way"].startswith("0.19 (0.1") or table.loc[
        "energy", "way"].startswith("0.20 (0.1")
    assert table.loc["r3gan", "rank"] == "2.0" and table.loc["r3gan", "beats bce"] == "1.00"
    assert table.loc["energy", "apart"] == ""
    assert table.loc["mse", "apart"] == "yes"
    # r3gan's seeds overlap with neither: 0.2 to 0.29 and 0.3 to 0.39.
    assert standings.not_apart(made().scores(40)) == []


def test_four_seeds_of_few_losses_tell_nobody_apart():
    assert standings.not_apart(made(4, ("a",)).scores(40)) == ["r3gan", "bce", "mse"]
    assert standings.apart(made(4, ("a", "b", "c")).scores(40))


def test_who_is_nothing_as_cheap_beats():
    found = made(data=("a",))
    assert standings.front(found, "a") == [("energy", 10), ("energy", 40)]
    own = standings.paths(found, "a")["r3gan"]
    assert [(steps, seconds) for steps, seconds, _ in own] == [(10, 100), (40, 500)]
    assert own[0][2] == pytest.approx(0.345)


def test_a_table_in_markdown():
    table = pd.DataFrame({"way": ["low", ""], "judge": [0.4, 0.25]}, index=["a", "b"])
    assert standings.markdown(table) == (
        "| loss | way | judge |\n| --- | --- | --- |\n| `a` | low | 0.40 |\n| `b` |  | 0.25 |")


def test_how_many_data_sets_is_said_where_some_have_fewer():
    found = made()
    assert "data sets" not in standings.ranking(found, 40)
    fewer = Comparison(found.rows.query("data != 'b' or loss != 'mse'"),
                       {**found.losses, "mse": ["a"]}, found.steps, 10, {}, [], {}, True)
    assert dict(standings.ranking(fewer, 40)["data sets"]) == {**dict.fromkeys(PLACES, 2), "mse": 1}
    said = [[text.get_text() for text in panel.texts] for panel in standings.every_seed(fewer, 40)]
    assert said == [[], ["not applicable"]]
    plt.close("all")


def test_a_loss_gains_nothing_by_missing_the_harder_data():
    rows = made().rows
    harder = rows.assign(value=rows.value + 1.0 * (rows.data == "b"))
    fewer = Comparison(harder.query("data != 'b' or loss != 'bce'"),
                       {**made().losses, "bce": ["a"]}, [10, 40], 10, {}, [], {}, True)
    assert list(standings.middle(fewer.scores(40))) == list(PLACES)
    assert standings.middle(fewer.scores(40)) == pytest.approx(
        standings.middle(made(data=("a",)).scores(40)))
    only = {"a": {"x": np.ones(3)}, "b": {"y": np.zeros(3)}}
    assert standings.middle(only) == {"b": 0, "a": 1}  # nothing in common


def test_names_in_a_sentence():
    assert standings.listed([]) == "none" and standings.listed(["a"]) == "`a`"
    assert standings.listed("abc") == "`a`, `b` and `c`"
    assert [standings.kind(name) for name in ("vae", "r3gan", "bce")] == [
        "no game", "a penalty on slopes", "none"]


@pytest.mark.parametrize("found", [made(), made(data=("a",)), stored_before()])
def test_figures_show_every_seed_of_every_loss(found):
    steps = found.budget()
    axes = standings.every_seed(found, steps)
    for panel, (data, _) in zip(axes, [s for s in found.stages() if s[1] == steps], strict=True):
        shown = np.concatenate([line.get_xdata() for line in panel.lines
                                if line.get_marker() == "o"])
        for values in found.ways(data, steps).values():
            assert np.isin(values, shown).all()
    names = [tick.get_text() for tick in axes[0].get_yticklabels()]
    assert set(found.ways(found.data[0], steps)) <= set(names) and "a Gaussian" in names
    panel = standings.by_cost(found, found.data[0])
    assert {text.get_text() for text in panel.get_legend().get_texts()} == {
        "no game", "game, a penalty on slopes", "game without a penalty"}
    plt.close("all")


def test_the_best_setting_tried_has_a_place_on_the_map():
    before = {loss: (rate, beta) for loss, rate, beta in standings.chosen(stored_before())}
    assert before["r3gan"] == (3e-3, 0.0) and before["energy"] == (6e-3, 0.9)
    panel = standings.adam_map(stored_before())
    shown = [line for line in panel.lines if line.get_marker() == "o" and len(line.get_xdata())]
    assert len(shown) == len(before)
    crosses = {(*line.get_xdata(), *line.get_ydata()) for line in panel.lines
               if line.get_marker() == "x" and len(line.get_xdata())}
    assert crosses == set(standings.PUBLISHED.values())
    plt.close("all")


def test_what_each_setting_does():
    before = standings.levers(stored_before())
    assert list(before) == list(standings.RECIPE.values()) and before.loc["r3gan"].min() < 0.4
    found = made()
    rows = found.rows[found.rows.stage == "report"].assign(stage="search")
    rows["trial"] = (rows.steps == 40).astype(int)
    swept = Comparison(pd.concat([found.rows, rows]), found.losses, found.steps, found.seeds, {},
                       [{}, {"lr": 6e-3, "betas": [0.9, 0.999]}, {"gamma": 1.0}],
                       {"a": dict.fromkeys(PLACES, 0)}, True)
    table = standings.levers(swept)
    assert list(table) == ["its own", "lr 0.006, betas 0.9/0.999", "gamma 1"]
    assert set(standings.chosen(swept)) == {(loss, 6e-3, 0.9) for loss in PLACES}
    # The third was the same as the first for all of them, and data b has not chosen yet.
    np.testing.assert_allclose(table.loc["bce"], [0.94, 0.89, 0.94], atol=0.011)
