"""What is read of the comparison: ways by hand, and any part of a sweep."""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from rnngan_tutorial import sweeps
from rnngan_tutorial.book import comparison as read
from rnngan_tutorial.book import stored
from rnngan_tutorial.sweeps.plan import read_plan
from rnngan_tutorial.sweeps.work import work

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from benchmarks import budgets, which_loss  # noqa: E402

PLAN = {"losses": {"bce": {}, "energy": {}, "conditional": {"data": ["modes"]}}, "steps": [4, 2],
        "data": {"modes": {"n": 80}, "sines": {"n": 80}}, "seeds": 3, "first_seed": 50,
        "search": {"trials": [{}, {"lr": 1e-2}, {"gamma": 1.0}], "seeds": 2, "steps": 2},
        "longer": {"steps": 8, "losses": ["energy"], "data": ["modes"]}}
CONTROLS = pd.DataFrame([{"part": part, "data": "modes", "loss": name, "stage": "control",
                          "seed": seed, "score": "s", "value": value, "floor": 0.0, "control": 1.0}
                         for part in ("sweep", "stored") for seed in (0, 1)
                         for name, value in (("noise", 1.5), ("gaussian", 0.3))])


def rows_of(job, value=None):
    """What a job might have come to: energy is nearer than bce, the more the more steps."""
    base = {"bce": 0.8, "energy": 0.4, "conditional": 0.6}[job["loss"]] if value is None else value
    return [{"score": score, "seed": seed, "value": base + 0.01 * i + (score == "s") / job["steps"],
             "floor": 0.0, "floor_sd": 0.0, "control": 1.0, "better": "lower",
             "seconds": job["steps"] + i} for i, seed in enumerate(job["seeds"])
            for score in ("s", "t")]


def store(queue, folder):
    """The files that the book would read if the sweep had been stopped now."""
    (folder / "results").mkdir(exist_ok=True)
    rows, chosen = which_loss.shorter(queue.table(), queue.plan)
    rows.to_csv(folder / "results" / "which_loss.csv", index=False)
    (folder / "results" / "which_loss.json").write_text(json.dumps(
        {"plan": queue.plan.state(), "chosen": chosen}))
    CONTROLS.to_csv(folder / "results" / "which_loss_controls.csv", index=False)
    return read.sweep_so_far(folder / "results")


def prefixes(folder, **fake):
    """The comparison after each job of a sweep, with the jobs until then."""
    (folder / "jobs").mkdir()
    queue, done = sweeps.Queue(read_plan(PLAN), folder), []
    while job := queue.next():
        queue.put(job, rows_of(job, **fake) if "error" not in fake else [{"error": "no"}])
        done.append((job["called"]["data"], job["called"]["loss"], job["on"], job["steps"]))
        yield store(queue, folder), done


def test_a_way_by_hand():
    np.testing.assert_allclose(read.way([0.3, 0.1, 0.5, 0.0, 9, np.nan], 0.1, 0.5),
                               [0.5, 0, 1, 0.25, 2, 2])
    np.testing.assert_allclose(read.way([4.0, 8.0], [8.0, 8.0], [1.0, 1.0]), [4 / 7, 0])
    assert read.way(0.2, 0.1, 0.1) == 2  # a score that cannot tell counts against all alike


def test_every_part_of_a_sweep_is_read_and_only_whole_stages_count(tmp_path):
    for found, done in prefixes(tmp_path):
        reported = {(data, loss, steps) for data, loss, on, steps in done if on == "test"}
        whole = [(data, steps) for data in ("modes", "sines") for steps in (2, 4)
                 if all((data, loss, steps) in reported for loss in PLAN["losses"]
                        if data in PLAN["losses"][loss].get("data", PLAN["data"]))]
        assert found.stages() == whole
        for steps in (2, 4):
            assert {data for own in found.scores(steps).values() for data in own} == {
                data for data, at in whole if at == steps}
        table = found.progress()
        assert list(table.index) == ["modes", "sines"] and table.loc["sines", "8 steps"] == (
            "not planned")
        assert table.loc["modes", "4 steps"] == (
            "all" if ("modes", 4) in whole else
            f"{sum(d == 'modes' and s == 4 for d, _, s in reported)} of 3")
    assert whole == [("modes", 2), ("modes", 4), ("sines", 2), ("sines", 4)]
    assert found.budget() == 4 and table.loc["modes", "8 steps"] == "all"
    assert found.stages(all_losses=False) == [*whole[:2], ("modes", 8), *whole[2:]]
    assert set(found.scores(4)["conditional"]) == {"modes"}
    np.testing.assert_allclose(found.ways("modes", 4)["bce"], [0.925, 0.935, 0.945])
    # A longer training goes on from the shorter one.
    assert found.seconds("modes")["energy"] == {2: 3, 4: 8, 8: 17}
    assert list(found.controls("modes")) == ["noise", "gaussian"]
    np.testing.assert_allclose(found.controls("modes")["noise"], 1.5)


def test_the_search_is_told_trial_by_trial(tmp_path):
    *_, (found, done) = prefixes(tmp_path)
    # bce has no gamma: its third trial is its first.
    assert sum(data == "modes" and loss == "bce" and on == "validation"
               for data, loss, on, _ in done) == 2
    for way in found.searched()["modes", "bce"]:
        assert way == pytest.approx(0.8 + 0.005 + 0.25)
    assert found.chosen["modes"] == {"bce": 0, "energy": 0, "conditional": 0}
    assert found.trials == PLAN["search"]["trials"]


def test_a_training_that_failed_counts_as_far_as_can_be(tmp_path):
    (tmp_path / "jobs").mkdir()
    queue = sweeps.Queue(read_plan(PLAN), tmp_path)
    while job := queue.next():
        failed = job["loss"] == "bce" and job["on"] == "test"
        queue.put(job, [{"error": "Diverged: no"}] if failed else rows_of(job))
    found = store(queue, tmp_path)
    np.testing.assert_array_equal(found.ways("modes", 2)["bce"], [2, 2, 2])
    assert ("modes", 2) in found.stages() and "bce" not in found.seconds("modes")


def test_without_a_whole_stage_the_stored_runs_stand_in(tmp_path):
    assert read.sweep_so_far(tmp_path) is None
    found = read.comparison(tmp_path)
    assert not found.swept and found.data == ["heartbeats"] and found.seeds >= 4
    assert {"bce", "r3gan", "energy", "vae"} <= set(found.ways("heartbeats", 4000))
    assert all(len(seeds) >= 4 for seeds in found.ways("heartbeats", 4000).values())
    parts = prefixes(tmp_path)
    for part, _ in parts:
        chosen = read.comparison(tmp_path / "results")
        assert chosen.swept == bool(part.stages())
        if chosen.swept:
            break


def test_stored_controls_know_nothing():
    own = read.stored_before().controls("heartbeats")
    assert np.median(own["collapse"]) == pytest.approx(1, abs=0.05)
    assert min(own["noise"].min(), own["untrained"].min()) > 1


def test_the_plan_of_the_book_is_read_whole():
    plan = read_plan(which_loss.PLAN)
    assert len(plan.losses) == 20 and len(plan.data) == 5 and plan.seeds == 10
    everyone = which_loss.trials(plan)
    assert {len(jobs) for jobs in everyone.values()} == {9}
    without = {loss for loss, own in plan.losses.items() if "data" in own}
    assert without == {"conditional", "conditional_r1r2"} and all(
        "sines" not in plan.losses[loss]["data"] for loss in without)


def test_controls_are_scored_and_kept(tmp_path):
    from benchmarks.budgets import parts
    train, test = parts("heartbeats")
    quick = ["sliced_wasserstein"]
    made = which_loss.controls("sweep", "heartbeats", train, test, range(2), quick)
    assert len(made) == 5 * 2 and set(made.loss) == {"collapse", "noise", "untrained", "gaussian",
                                                     "bootstrap"}
    assert made[made.loss == "bootstrap"].value.max() < made[made.loss == "noise"].value.min()
    made.to_csv(tmp_path / "which_loss_controls.csv", index=False)
    which_loss.add("sweep", "heartbeats", None, None, tmp_path)  # there already: nothing is made


def again(plan, rows, chosen, loss="energy", seeds=3):
    """A report of a sweep, done again for some of its seeds, and the stored values of all."""
    data, steps = next(iter(plan.data)), min(plan.steps)
    settings = plan.search.settings()
    job = plan.reports(data, loss, settings[chosen[data][loss]])[0]
    score = "sliced_wasserstein"
    found = work({**job, "seeds": job["seeds"][:seeds], "scores": [score]})
    mine = rows[(rows.data == data) & (rows.loss == loss) & (rows.stage == "report")
                & (rows.steps == steps) & (rows.score == score)]
    return [row["value"] for row in found], mine.value.to_numpy()


@pytest.mark.skipif(read.sweep_so_far() is None or not read.sweep_so_far().stages(),
                    reason="the sweep has no whole stage yet")
def test_a_small_part_of_the_sweep_done_again_is_inside_its_interval():
    found = read.sweep_so_far()
    values, all_seeds = again(read_plan(which_loss.PLAN), found.rows, found.chosen)
    assert all_seeds.min() <= np.median(values) <= all_seeds.max()


def test_a_small_part_of_the_stored_runs_done_again_is_inside_its_interval():
    table = stored("budgets_heartbeats")
    mine = table[(table.loss == "energy") & (table.steps == 250)]
    score = "sliced_wasserstein"
    _, found = budgets.rows("heartbeats", "energy", 250, budgets.SEEDS, scores=[score])
    width = 0.1 * mine[score].median()  # as another processor may round
    assert mine[score].min() - width < found[score].median() < mine[score].max() + width


def test_another_plan_s_results_are_refused(tmp_path):
    (tmp_path / "results.csv").write_text(",".join(sweeps.COLUMNS) + "\n")
    (tmp_path / "manifest.json").write_text(json.dumps({"plan": {}}))
    with pytest.raises(SystemExit, match=r"is of another plan than which_loss\.toml"):
        which_loss.collect(tmp_path, tmp_path)
