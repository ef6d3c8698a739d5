"""The tables of rivals: which trainings they are, that a killed run goes on, what a row says."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import rnngan_tutorial as rt

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks import ablation, budgets, rivals  # noqa: E402

QUICK = ["sliced_wasserstein"]


def test_methods_are_the_rivals_and_losses_with_and_without_a_game():
    assert {*rivals.FORMULAS, *rivals.STEPS} == {*rt.rivals.NAMES, *rivals.PLAIN, *rivals.LOSSES}
    assert set(rivals.COPYING) < {*rivals.FORMULAS, *rivals.STEPS}
    alone = [name for name, build in rivals.LOSSES.items() if build().trains == ("generator",)]
    assert alone == ["vae", "energy"]


def test_no_seed_stands_in_two_tables():
    mine = [seed for block in (*rivals.BLOCKS, *rivals.PAIRS) for seed in block]
    others = {*budgets.SEEDS, *(seed for block in ablation.BLOCKS for seed in block)}
    assert len(set(mine)) == len(mine) and not set(mine) & others


@pytest.mark.parametrize("table", [*rivals.DATA, "copying"])
def test_a_plan_is_fair_in_every_part(table):
    """Between two stages every method has been as often as the others; formulas once a block."""
    plan = list(rivals.plan(table))
    assert len(set(plan)) == len(plan)
    stages = list(dict.fromkeys((budget, seeds) for _, budget, seeds in plan))
    for stage in stages:
        methods = [method for method, *rest in plan if tuple(rest) == stage]
        everyone = rivals.COPYING if table == "copying" else (*rivals.FORMULAS, *rivals.STEPS)
        assert methods == [m for m in everyone if stage[0] == 1 or m not in rivals.FORMULAS]
    budget = [stage[0] for stage in stages]
    assert budget == {"copying": 3 * [0.25, 1, 4], "heartbeats": [1, 4, 1]}.get(table, [1, 1])


@pytest.mark.parametrize("name", rivals.DATA)
def test_parts_share_nothing_and_are_the_blocks_own(name, monkeypatch):
    small = {"n": 60} if name in ("modes", "sines") else {}
    load = rt.load
    monkeypatch.setattr(rivals.rt, "load", lambda *a, **k: load(*a, **{**k, **small}))
    train, test = rivals.parts(name, 5)
    seen = {series.tobytes() for series in train.values}
    assert not seen & {series.tobytes() for series in test.values}
    assert seen != {series.tobytes() for series in rivals.parts(name, 6)[0].values}
    if name == "weather":
        assert not set(train.groups) & set(test.groups)


def test_few_beats_are_few_and_the_others_all_others():
    train, test = rivals.few_beats(3)
    assert len(train) == rivals.FEW and len(train) + len(test) == len(rt.load("heartbeats"))


@pytest.mark.parametrize(("method", "steps"), [("gaussian", 0), ("likelihood", 12), ("energy", 18),
                                               ("r3gan", 3)])
def test_a_row_says_what_was_done(method, steps, monkeypatch):
    monkeypatch.setattr(rivals, "STEPS", {m: (n // 1000 * 3, 0)
                                          for m, (n, _) in rivals.STEPS.items()})
    made = rivals.rows("heartbeats", method, 1, (7, 8), scores=QUICK,
                       **({} if method == "gaussian" else {"hidden": 4}))
    assert list(made.seed) == [7, 8] and set(made.method) == {method}
    assert set(made.steps) == {steps} and (made.seconds >= 0).all()
    assert (made.seconds_per_1000_series > 0).all()
    train, test = rivals.parts("heartbeats", 7)
    floor = made.sliced_wasserstein_floor[0]
    assert 0 < floor < 0.05 < made.sliced_wasserstein_control[0]
    if method == "gaussian":  # by hand
        series = rt.rivals.fit("gaussian", train, seeds=(7, 8)).sample(len(test))
        np.testing.assert_allclose(made.sliced_wasserstein,
                                   rt.metrics.sliced_wasserstein(series, test), atol=1e-4)
        np.testing.assert_allclose(made.membership_auc, rt.memorisation.membership_auc(
            series[:, :rivals.MADE], train, test), atol=1e-4)


@pytest.mark.parametrize(("name", "steps"), [("heartbeats", 9), ("weather", 4)])
def test_steps_follow_the_budget_and_the_features(name, steps):
    train = rt.load(name, 40)
    assert rivals.fit("likelihood", train, 0.002, (1,), hidden=4)[1] == steps


def test_copies_are_told_in_a_row():
    """Nearly all of a bootstrap's row, with one block and no jitter, lies on training beats."""
    made = rivals.copying("bootstrap_plain", 1, (3, 4), block=1000, near=1)
    plain = rivals.copying("gaussian", 1, (3, 4))
    assert (made.duplicates > 0.9).all() and (plain.duplicates < 0.3).all()
    assert (made.nearest_ratio < 0.1).all() and (plain.nearest_ratio > 0.8).all()
    assert set(made.nearest_ratio_copies) == {0.0} and made.duplicates_copies[0] == 1


@pytest.fixture
def small(tmp_path, monkeypatch):
    """Two methods, blocks of two seeds, three steps, quick scores, in a folder."""
    monkeypatch.setattr(rivals, "STEPS", {"energy": (3, 3), "likelihood": (2, 2)})
    monkeypatch.setattr(rivals, "FORMULAS", ("gaussian",))
    monkeypatch.setattr(rivals, "COPYING", ("gaussian", "likelihood"))
    monkeypatch.setattr(rivals, "BLOCKS", ((5, 6), (7, 8)))
    monkeypatch.setattr(rivals, "PAIRS", ((9, 10),))
    monkeypatch.setattr(rivals, "ALONG", (1, 2))
    monkeypatch.setattr(rivals, "RESULTS", tmp_path)
    rows, copying, fit = rivals.rows, rivals.copying, rivals.fit
    monkeypatch.setattr(rivals, "rows", lambda *a: rows(*a, scores=QUICK))
    monkeypatch.setattr(rivals, "fit", lambda method, *a, **k: fit(
        method, *a, **k, **({} if method == "gaussian" else {"hidden": 4})))
    assert copying is rivals.copying
    return tmp_path


def timeless(path):
    table = pd.read_csv(path)
    return table.drop(columns=[name for name in table if name.startswith("seconds")])


def test_a_killed_run_goes_on_and_ends_as_one_that_was_not(small, monkeypatch, capsys):
    beats, copies = small / "rivals_heartbeats.csv", small / "rivals_copying.csv"
    rivals.main(["heartbeats", "copying"])
    whole = timeless(beats)
    assert len(whole) == 2 * 3 + 2 * 2 + 2 * 3 and not whole.duplicated().any()
    assert len(pd.read_csv(copies)) == 2 * 2 + 2
    beats.unlink()
    fit, left = rivals.fit, [4]

    def dies(*given, **options):
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        return fit(*given, **options)

    monkeypatch.setattr(rivals, "fit", dies)
    with pytest.raises(KeyboardInterrupt):
        rivals.main(["heartbeats"])
    assert len(pd.read_csv(beats)) == 8
    monkeypatch.setattr(rivals, "fit", fit)
    rivals.main(["heartbeats"])
    pd.testing.assert_frame_equal(timeless(beats), whole)
    before = beats.read_bytes(), copies.read_bytes()
    rivals.main(["heartbeats", "copying"])  # nothing is left to do
    assert (beats.read_bytes(), copies.read_bytes()) == before
    assert capsys.readouterr().out


def test_an_unknown_table_is_one_line(capsys):
    with pytest.raises(SystemExit):
        rivals.main(["beats"])
    assert "there is no table 'beats'; choose from heartbeats" in capsys.readouterr().err
