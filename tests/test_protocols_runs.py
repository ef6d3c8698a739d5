"""benchmarks/protocols: the tables, runs that are killed, rows, and what is averaged of them."""

import math
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import rnngan_tutorial as rt
from rnngan_tutorial.datasets import stored

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.protocols import __main__ as plan  # noqa: E402
from benchmarks.protocols import diffusion, report, rgan, tables, timegan, training  # noqa: E402
from benchmarks.protocols.training import Recipe, stages  # noqa: E402

# The tables

def test_sines_are_those_of_the_package():
    made = tables.sines(50, 3)
    assert_array_equal(made.values, rt.load("sines", 50, 3).values)
    back = made.sequences()
    assert back.values.min() > -1 and back.values.max() < 1
    assert_allclose(back.to_units(back.values), made.values, atol=1e-6)


def test_windows_of_the_weather_begin_at_every_hour_and_cross_no_missing_day():
    table, file = tables.weather(), stored("weather.npz")
    day = file["days"] + 1000 * file["airports"]
    stretches = np.split(day, np.flatnonzero(np.diff(day) != 1) + 1)
    assert len(table.values) == sum(24 * len(s) - 23 for s in stretches)
    first = 24 * len(stretches[0]) - 23
    assert_array_equal(table.values[1:first, :-1], table.values[:first - 1, 1:])
    assert not np.array_equal(table.values[first, :-1], table.values[first - 1, 1:])
    assert table.values.min() == 0 and 1 - 1e-6 < table.values.max() <= 1
    low, high = (f(file["values"].reshape(-1, 4).astype(float), 0) for f in (np.min, np.max))
    assert_allclose(table.values[0] * (high - low) + low, file["values"][0], atol=1e-4)
    # A day begins 24 windows, the last of a stretch only one.
    begins = [np.repeat(np.flatnonzero(np.isin(day, s)), 24)[:24 * len(s) - 23] for s in stretches]
    begins = np.concatenate(begins)
    assert_array_equal(table.labels, file["labels"][begins])
    assert_array_equal(table.groups, file["days"][begins] // 7)
    some = tables.some(table, 100)
    assert len(some.values) == len(some.labels) == 100 and tables.some(table, None) is table


# Training, rows and reports

TINY = Recipe(steps=12, hidden=4, batch=8, held=2, checkpoints=3, every=5)


def test_stages_end_where_training_ends_bit_by_bit(tmp_path):
    data = tables.sines(40).sequences()
    kept = dict(stages(data, TINY, (1, 2), tmp_path))
    whole = rt.train(data, "nonsaturating_r1r2", 12, (1, 2), hidden=4, batch=8, average=0.995,
                     latent=rt.Latent(2, 0), device="cpu", progress=False,
                     adam={"lr_generator": 2e-3, "lr_discriminator": 2e-3, "schedule": "cosine"})
    assert list(kept) == [4, 8, 12]
    assert_array_equal(kept[12].sample(5), whole.sample(5))
    assert not np.array_equal(kept[8].sample(5), whole.sample(5))


def test_a_run_that_was_cut_off_goes_on_where_it_was(tmp_path, monkeypatch):
    data = tables.sines(40).sequences()
    whole = dict(stages(data, TINY, (1,), tmp_path / "whole"))
    step, taken = training.Loop.one_step, []

    def cut(loop):
        if loop.step == 7 and not taken.count(7) > 0:
            taken.append(7)
            raise KeyboardInterrupt
        taken.append(loop.step)
        step(loop)

    monkeypatch.setattr(training.Loop, "one_step", cut)
    with pytest.raises(KeyboardInterrupt):
        dict(stages(data, TINY, (1,), tmp_path / "cut"))
    assert taken[-1] == 7
    again = dict(stages(data, TINY, (1,), tmp_path / "cut"))
    assert taken[8:] == [5, 6, 7, 8, 9, 10, 11]  # from the state written at step 5
    for mark in (4, 8, 12):
        assert_array_equal(again[mark].sample(5), whole[mark].sample(5))
    taken.clear()
    assert list(dict(stages(data, TINY, (1,), tmp_path / "cut"))) == [4, 8, 12] and not taken


def test_a_row_is_computed_once(tmp_path):
    path, calls = tmp_path / "rows.csv", []

    def value():
        calls.append(1)
        return [0.25, 0.75]

    for _ in range(2):  # again from the file
        rows = plan.Rows(path)
        assert_allclose(rows.add(("sines", 9, "accuracy", "real", 0, 0, "fresh"), value),
                        [0.25, 0.75])
    assert len(calls) == 1 and len(pd.read_csv(path)) == 2
    rows.add(("sines", 9, "accuracy", "real", 1, 0, "fresh"), value)
    assert len(calls) == 2 and pd.read_csv(path)["repeat"].tolist() == [0, 1, 0, 1]


def test_halves_share_no_series_and_no_week():
    table = tables.some(tables.weather(), 400)
    for by_group in (False, True):
        first, second = plan.halves(table, by_group, 0)
        assert len(first) + len(second) == 400 and abs(len(first) - 200) < 100
    week = {series.tobytes(): group for series, group in zip(table.values, table.groups)}
    weeks = [{week[series.tobytes()] for series in half} for half in (first, second)]
    assert not weeks[0] & weeks[1]


def test_every_part_runs_at_a_tiny_size(tmp_path, monkeypatch, capsys):
    pytest.importorskip("sklearn")
    quick = {name: lambda fake, real, seed=0, judge=judge: judge(fake, real, 6, seed, iterations=2)
             for name, judge in (("accuracy", timegan.accuracies), ("error", timegan.errors))}
    monkeypatch.setattr(plan, "SCORES", {**quick, "correlational": diffusion.correlational})
    monkeypatch.setattr(plan, "FLOORS", 1)
    monkeypatch.setattr(rgan, "FIT_STEPS", 2)
    monkeypatch.setattr(rgan, "forest", partial(rgan.forest, trees=5))
    size = ["--steps", "4", "--hidden", "4", "--batch", "8", "--checkpoints", "2", "--seeds", "2"]
    size += ["--results", f"{tmp_path / 'rows.csv'}", "--runs", f"{tmp_path}", "--n", "60"]
    for arguments in (["sines", "controls"], ["sines", "runs"], ["sines", "rgan"],
                      ["weather", "controls"], ["weather", "runs"],
                      ["weather", "rgan", "--loss", "conditional_r1r2"]):
        plan.main([*arguments, *size])
    table = pd.read_csv(tmp_path / "rows.csv")
    of_runs = table[(table.data == "sines") & (table.score == "accuracy") & (table.steps > 0)]
    counts = of_runs.groupby("against").size()
    assert counts["trained on"] == 2 * 2 * 6 and counts["fresh"] in (12, 18, 24)
    assert set(table[table.data == "weather"].score) == {*quick, "correlational", "mmd2", "tstr"}
    capsys.readouterr()
    plan.main(["sines", "runs", *size])
    assert capsys.readouterr().out == ""  # nothing is judged again
    plan.main(["weather", "table", *size])
    assert "half of the weeks" in capsys.readouterr().out


def test_one_training_can_be_run_alone_and_its_last_state_is_judged_first(tmp_path, monkeypatch):
    quick = {name: lambda fake, real, seed=0: fake.mean() for name in plan.SCORES}
    monkeypatch.setattr(plan, "SCORES", quick)
    plan.main(["sines", "runs", "--only", "1", "--steps", "4", "--hidden", "4", "--batch", "8",
               "--checkpoints", "2", "--n", "60", "--results", str(tmp_path / "rows.csv"),
               "--runs", str(tmp_path)])
    table = pd.read_csv(tmp_path / "rows.csv")
    assert set(table.seed) == {plan.SEEDS[1]} and (tmp_path / "only-1").is_dir()
    assert table.steps.tolist()[:4] == [4, 4, 4, 2] and set(table.score[:3]) == set(quick)


def rows_of(*cases):
    keys = ["score", "judged", "seed", "steps", "against", "value"]
    return pd.DataFrame([{"n": 10, "repeat": k, **dict(zip(keys, [*case, value]))}
                         for *case, values in cases for k, value in enumerate(values)])


def test_papers_print_their_own_numbers_of_the_same_repeats():
    found = report.papers(rows_of(
        ("accuracy", "real", 0, 0, "fresh", [0.4, 0.6, 0.5, 0.5, 0.5, 0.9, 0.5]),
        ("error", "real", 0, 0, "fresh", [1.0, 2, 3, 4, 5, 9]))).set_index("score")
    assert_allclose(found.timegan, [(0.1 + 0.1 + 0.4) / 7, 4])
    assert_allclose(found.diffusion_ts, [0.2 / 5, 3])  # the first five
    assert_allclose(found.half_width["error"], 2.7764451 * math.sqrt(0.5))
    assert_allclose(found.bias["accuracy"], 3.9 / 7 - 0.5)
    assert_allclose(found.coin["accuracy"], timegan.coin(4))


def test_what_choosing_adds():
    found = report.choosing(rows_of(
        *(("accuracy", "run", 1, step, "trained on", [0.5 + off, 0.5 - off])
          for step, off in ((10, 0.2), (20, 0.01), (30, 0.05))),
        ("accuracy", "run", 1, 20, "fresh", [0.54, 0.54]),
        ("accuracy", "run", 1, 30, "fresh", [0.57, 0.5]),
        ("accuracy", "real", 0, 0, "trained on", [0.5, 0.6]))).iloc[0]
    assert_allclose([found[k] for k in ("last", "chosen", "chosen_again", "last_again")],
                    [0.05, 0.01, 0.04, 0.035])
    assert found["best step"] == 20 and found.seed == 1


def test_rgan_chooses_by_validation_and_is_told_the_test():
    found = report.chosen_by_validation(rows_of(
        ("mmd2", "run", 1, 10, "validation", [0.3]), ("mmd2", "run", 1, 10, "test", [0.1]),
        ("mmd2", "run", 1, 20, "validation", [0.2]), ("mmd2", "run", 1, 20, "test", [0.4]),
        ("tstr", "run", 1, 10, "validation", [0.9, 0.5]),
        ("tstr", "run", 1, 10, "test", [0.8, 0.1]),
        ("tstr", "run", 1, 20, "validation", [0.1, 0.6]),
        ("tstr", "run", 1, 20, "test", [0.7, 0.9]),
        ("tstr", "real", 0, 0, "test", [1.0, 1.0]))).set_index("score")
    assert_allclose(found.loc["mmd2", ["step", "test", "best_test"]].tolist(), [20, 0.4, 0.1])
    assert_allclose(found.loc["tstr", ["step", "test", "best_test"]].tolist(), [20, 0.7, 0.8])
