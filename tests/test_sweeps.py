"""Sweeps: what a plan says, in which order it is done, and that no kill loses or doubles a job."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time

import numpy as np
import pandas as pd
import pytest
import torch

import rnngan_tutorial as rt
from rnngan_tutorial import __main__, sweeps
from rnngan_tutorial.sweeps import pool
from rnngan_tutorial.sweeps import work as working
from rnngan_tutorial.sweeps.plan import read_plan

SMALL = {"losses": ["bce", "r3gan"], "data": {"modes": {"n": 80}}, "steps": [2, 4], "seeds": 2,
         "scores": ["sliced_wasserstein", "mode_coverage"]}
SEARCH = {"trials": 3, "seeds": 2, "steps": 2, "lr": [1e-3, 1e-2], "hidden": [4],
          "gamma": [0.3, 1.0]}
STEADY = [name for name in sweeps.COLUMNS if name != "seconds"]  # what does not depend on the hour


def small(**changes):
    return json.loads(json.dumps({**SMALL, "search": SEARCH, **changes}))


def run(plan, out, **options):
    return rt.sweep(plan, out, progress=False, **options)


@pytest.fixture
def fake(monkeypatch):
    """Jobs that are not done but noted, with scores that the test decides."""
    done = []

    def value(job):
        return 1.0

    def work(job, folder=None):
        done.append(job)
        return [{"score": "s", "seed": seed, "value": fake.value(job), "floor": 0.0,
                 "floor_sd": 0.0, "control": 1.0, "better": "lower", "seconds": 1.0}
                for seed in job["seeds"]]

    fake.value, fake.done = value, done
    monkeypatch.setattr(pool, "work", work)
    return fake


# What a plan says

@pytest.mark.parametrize(("change", "said"), [
    ({"loses": []}, "the plan has an unknown key 'loses'; choose from losses, data, steps"),
    ({"losses": ["wgan"]}, "the plan: there is no loss 'wgan'; choose from bce"),
    ({"losses": []}, "the plan compares nothing"),
    ({"losses": {"mine": {"loss": "bce", "option": {"gamma": 1}}}},
     r"\[losses.mine.option\] has an unknown key 'gamma'; choose from real_label"),
    ({"losses": {"mine": {"loss": "bce", "rate": 1}}}, "unknown key 'rate'; choose from loss"),
    ({"data": ["heartbeat"]}, "there are no data 'heartbeat'; choose from heartbeats"),
    ({"data": {"modes": {"m": 3}}}, r"\[data.modes\] has an unknown key 'm'"),
    ({"steps": [0]}, "steps is 0; it must be a whole number, 1 or more"),
    ({"seeds": 0}, "seeds is 0; it must be a whole number, 1 or more"),
    ({"scores": ["fid"]}, "there is no score 'fid'; choose from discriminative"),
    ({"parts": [0.8, 0.2]}, "it must be two shares that leave something"),
    ({"search": {"trials": 0}}, "trials of the search is 0"),
    ({"search": {"rates": [1]}}, "has an unknown key 'rates'; choose from lr"),
    ({"search": {"lr": 1e-3}}, "lr of the search is 0.001; it must be a list of values to try"),
    ({"search": {"trials": []}}, "trials of the search is 0"),
    ({"search": {"trials": [{}, {"rate": 1}]}}, r"\[search\] has an unknown key 'rate'"),
    ({"losses": {"bce": {"data": ["sines"]}}},
     r"data of \[losses.bce\] has an unknown key 'sines'; choose from modes"),
    ({"first_seed": -1}, "first_seed is -1; it must be a whole number, 0 or more"),
    ({"longer": {"steps": 9, "losses": ["bce"]}}, r"\[longer\] has no 'data'"),
    ({"longer": {"steps": 4, "losses": ["bce"], "data": ["modes"]}}, "whole number, 5 or more"),
    ({"longer": {"steps": 9, "losses": ["vae"], "data": ["modes"]}},
     r"losses of \[longer\] has an unknown key 'vae'; choose from bce, r3gan")])
def test_what_is_wrong_with_a_plan_is_said_before_anything_is_done(fake, tmp_path, change, said):
    with pytest.raises(ValueError, match=said):
        run(small(**change), tmp_path / "out")
    assert not fake.done and not (tmp_path / "out").exists()


def test_a_plan_stays_as_it_was_given():
    plan = small()
    assert read_plan(plan).state() == read_plan(plan).state() and plan == small()


def test_a_plan_that_lacks_something_or_is_no_toml(tmp_path):
    with pytest.raises(ValueError, match="the plan has no 'steps'"):
        run({"losses": ["bce"], "data": ["modes"]}, tmp_path)
    (tmp_path / "p.toml").write_text("losses = [")
    with pytest.raises(ValueError, match=r"p\.toml is no TOML file"):
        run(tmp_path / "p.toml", tmp_path)


def test_every_loss_has_the_same_trials_and_the_first_is_the_first_of_everything():
    plan = read_plan(small(search={**SEARCH, "trials": 4}))
    settings = plan.search.settings()
    assert settings[0] == {"lr": 1e-3, "hidden": 4, "gamma": 0.3}
    assert len(settings) == 4 == len({json.dumps(s) for s in settings})
    assert settings == read_plan(small(search={**SEARCH, "trials": 4})).search.settings()
    jobs = list(plan.searches())
    assert [job["called"]["loss"] for job in jobs] == ["bce", "r3gan"] * 4  # losses within trials
    assert [job["setting"]["lr"] for job in jobs[::2]] == [s["lr"] for s in settings]
    assert [job["option"] for job in jobs[:2]] == [{}, {"gamma": 0.3}]  # where a loss has it
    assert all(job["on"] == "validation" and min(job["seeds"]) >= 900_000 for job in jobs)


def test_trials_that_are_listed_are_those_and_an_empty_one_is_the_loss_s_own():
    listed = [{}, {"lr": 1e-2, "gamma": 1.0}]
    plan = read_plan(small(search={"trials": listed, "seeds": 2, "steps": 2}))
    assert plan.search.settings() == listed
    jobs = list(plan.searches())
    assert [job["setting"] for job in jobs] == [{}, {}, {"lr": 1e-2}, {"lr": 1e-2}]
    assert [job["option"] for job in jobs] == [{}, {}, {}, {"gamma": 1.0}]
    assert working.arguments(jobs[0])["adam"] is None  # `train` asks the loss


def test_data_have_their_own_split_and_a_loss_its_data_and_reports_their_seeds():
    plan = read_plan(small(losses={"bce": {}, "conditional": {"data": ["modes"]}}, first_seed=70,
                           data={"modes": {"n": 80}, "weather": {"split": "group"}}))
    assert plan.pairs() == [("modes", "bce"), ("modes", "conditional"), ("weather", "bce")]
    by = {job["called"]["data"]: job["split"] for job in plan.searches()}
    assert by == {"modes": None, "weather": "group"}
    first, = {json.dumps(job["data"]) for job in plan.searches() if job["split"]}
    assert json.loads(first) == {"name": "weather"}
    assert plan.reports("modes", "conditional", {})[0]["seeds"] == [70, 71]
    assert plan.reports("modes", "conditional", {})[0]["setting"] == {}


def test_a_loss_keeps_what_its_table_says():
    plan = read_plan(small(losses={"spectral": {"loss": "hinge", "spectral_norm": True, "lr": 5e-4},
                                   "r3gan": {"option": {"gamma": 9.0}}}))
    first, second = list(plan.searches())[:2]
    assert first["setting"] == {"lr": 5e-4, "hidden": 4, "spectral_norm": True}
    assert (second["loss"], second["option"]) == ("r3gan", {"gamma": 9.0})
    chosen = working.arguments(first)
    assert chosen["spectral_norm"] and chosen["hidden"] == 4
    assert chosen["adam"] == {"lr_generator": 5e-4, "lr_discriminator": 5e-4}


def test_series_to_train_on_to_choose_by_and_to_score_with_are_others():
    search, report = (next(read_plan(small()).searches()),
                      read_plan(small()).reports("modes", "bce", {})[0])
    (first, validation), (again, test) = working.parts_of(search), working.parts_of(report)
    rows = [{row.tobytes() for row in part.values} for part in (first, validation, test)]
    np.testing.assert_allclose([len(part) for part in rows], [48, 16, 16], atol=2)
    assert len(set.union(*rows)) == 80
    np.testing.assert_array_equal(first.values, again.values)


# In which order, and what is chosen

def test_the_search_comes_first_and_the_best_setting_is_reported(fake, tmp_path):
    def value(job):  # 1e-2 suits bce, the other r3gan
        return abs((job["setting"]["lr"] == 1e-2) - (job["loss"] == "bce")) + 0.1

    fake.value = value
    table = run(small(), tmp_path)
    assert [job["on"] for job in fake.done] == ["validation"] * 5 + ["test"] * 4
    assert [job["steps"] for job in fake.done][-4:] == [2, 2, 4, 4]
    chosen = {job["loss"]: job["setting"]["lr"] for job in fake.done if job["on"] == "test"}
    assert chosen == {"bce": 1e-2, "r3gan": 1e-3}
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert manifest["chosen"]["modes"]["bce"]["lr"] == 1e-2
    assert manifest["torch"] == torch.__version__ and manifest["plan"]["seeds"] == 2
    report = table[table.stage == "report"]
    assert len(report) == 2 * 2 * 2 and set(report.seed) == {0, 1}
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "results.csv")[STEADY].drop(
        columns="error"), table[STEADY].drop(columns="error"), check_dtype=False)


def test_data_by_data_and_what_only_some_losses_do_comes_last(fake, tmp_path):
    plan = small(losses={"bce": {}, "r3gan": {"data": ["digits"]}}, data=["modes", "digits"],
                 search={"trials": [{}, {"lr": 1e-2}], "seeds": 2, "steps": 9},
                 longer={"steps": 8, "losses": ["bce"], "data": ["modes"]})
    table = run(plan, tmp_path)
    done = [(job["data"]["name"], job["loss"], job["on"], job["steps"]) for job in fake.done]
    assert done == [
        ("modes", "bce", "validation", 9), ("modes", "bce", "validation", 9),
        ("modes", "bce", "test", 2), ("modes", "bce", "test", 4),
        *[("digits", loss, "validation", 9) for loss in ("bce", "r3gan") * 2],
        *[("digits", loss, "test", steps) for steps in (2, 4) for loss in ("bce", "r3gan")],
        ("modes", "bce", "test", 8)]
    report = table[table.stage == "report"]
    assert set(zip(report.data, report.loss, report.steps, strict=True)) == {
        (data, loss, steps) for data, loss, stage, steps in done if stage == "test"}
    queue = sweeps.Queue(read_plan(plan), tmp_path)
    assert queue.next() is None and queue.done == queue.work == 6 * 18 + 2 * (3 * 6 + 8)


def test_trials_that_are_the_same_for_a_loss_are_done_once(fake, tmp_path):
    run(small(search={**SEARCH, "trials": 4}), tmp_path)
    searched = [job["loss"] for job in fake.done if job["on"] == "validation"]
    assert (searched.count("bce"), searched.count("r3gan")) == (2, 4)  # bce has no gamma


def test_how_far_scores_are_from_their_floors():
    row = {"floor": 0.1, "control": 0.5}
    assert sweeps.distance([{**row, "value": 0.3}, {**row, "value": 0.1}]) == pytest.approx(0.25)
    assert sweeps.distance([{**row, "value": 99}, {**row, "value": 0.1}]) == pytest.approx(1)
    assert sweeps.distance([{"error": "no"}]) == float("inf") == sweeps.distance(
        [{**row, "value": float("nan")}])


def test_without_a_search_every_loss_has_its_own_settings(fake, tmp_path):
    run(small(search=None), tmp_path)
    assert [job["setting"] for job in fake.done] == [{}] * 4


# Nothing lost, nothing doubled

def test_a_larger_plan_does_only_what_is_new(fake, tmp_path):
    first = run(small(), tmp_path)
    before = len(fake.done)
    again = run(small(), tmp_path)
    assert len(fake.done) == before
    pd.testing.assert_frame_equal(first, again)
    run(small(losses=["bce", "r3gan", "hinge"], steps=[2, 4, 8]), tmp_path)
    new = fake.done[before:]
    assert {job["loss"] for job in new if job["on"] == "validation"} == {"hinge"}
    assert sorted((job["loss"], job["steps"]) for job in new if job["on"] == "test") == [
        ("bce", 8), ("hinge", 2), ("hinge", 4), ("hinge", 8), ("r3gan", 8)]


def test_a_longer_budget_goes_on_from_a_shorter_one_and_ends_as_if_trained_at_once(tmp_path):
    direct = run(small(search=None, steps=[4]), tmp_path / "direct")
    staged = run(small(search=None), tmp_path / "staged")
    staged = staged[staged.steps == 4].reset_index(drop=True)
    pd.testing.assert_frame_equal(direct[STEADY], staged[STEADY])
    assert len(list((tmp_path / "staged" / "states").iterdir())) == 2


def test_runs_are_kept_if_the_plan_wants_them(tmp_path):
    run(small(search=None, losses=["bce"], keep_runs=True), tmp_path)
    kept = sorted((tmp_path / "runs").iterdir())
    assert len(kept) == 2
    assert sorted(rt.load_run(path).steps for path in kept) == [2, 4]


def test_seeds_that_do_not_fit_into_memory_are_trained_in_halves(monkeypatch, tmp_path):
    whole = run(small(search=None, seeds=4), tmp_path / "whole")
    asked = []

    def tight(data, seeds, **options):
        asked.append(len(seeds))
        if len(seeds) > 2:
            raise torch.OutOfMemoryError("no")
        return rt.train(data, seeds=seeds, **options)

    monkeypatch.setattr(working, "train", tight)
    halved = run(small(search=None, seeds=4), tmp_path / "halved")
    assert asked[:3] == [4, 2, 2]
    np.testing.assert_allclose(
        whole.sort_values(["loss", "steps", "score", "seed"]).value,
        halved.sort_values(["loss", "steps", "score", "seed"]).value, atol=1e-5)


def test_what_fails_is_a_row_and_is_tried_again(monkeypatch, tmp_path):
    def bad(*_, **__):
        raise ValueError("two\nlines")

    monkeypatch.setattr(working, "train", bad)
    table = run(small(search=None), tmp_path)
    assert set(table.error) == {"ValueError: two lines"} and table.value.isna().all()
    monkeypatch.undo()
    assert run(small(search=None), tmp_path).error.isna().all()


def test_ctrl_c_stores_no_half_of_a_job(monkeypatch, tmp_path):
    def stopped(data, steps, **options):
        return rt.train(data, steps=1, **{**options, "checkpoint": None})

    monkeypatch.setattr(working, "train", stopped)  # as `train` does after Ctrl-C
    table = run(small(search=None), tmp_path)
    assert len(table) == 0 and not list((tmp_path / "jobs").iterdir())
    monkeypatch.undo()
    assert len(run(small(search=None), tmp_path)) == 2 * 2 * 2 * 2


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """The table of an undisturbed sweep in one process."""
    return run(small(), tmp_path_factory.mktemp("alone"))


def test_killed_twenty_times_nothing_is_lost_or_doubled(alone, tmp_path):
    """Each child is killed at a random moment and the next goes on; the parent never trains."""
    script = f"""
    import json, os, random, signal, time
    import rnngan_tutorial as rt
    plan = json.loads({json.dumps(json.dumps(small()))})
    random.seed(5)
    for number in range(21):
        child = os.fork()
        if not child:
            rt.sweep(plan, {str(tmp_path / "out")!r}, progress=False)
            os._exit(0)
        if number < 20:
            time.sleep(random.uniform(0.02, 0.5))
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(script)], check=True, timeout=300,
                   env={**os.environ, "OMP_NUM_THREADS": "1"})
    table = pd.read_csv(tmp_path / "out" / "results.csv")
    assert not table.duplicated(["data", "loss", "stage", "steps", "seed", "score", "job"]).any()
    pd.testing.assert_frame_equal(table[STEADY].drop(columns="error"),
                                  alone[STEADY].drop(columns="error"), check_dtype=False)


def test_two_processes_find_what_one_finds(alone, tmp_path):
    two = run(small(), tmp_path, workers=2, devices=["cpu"])
    pd.testing.assert_frame_equal(two[STEADY], alone[STEADY])


def test_the_table_keeps_the_plans_order_whichever_search_ends_first(tmp_path):
    (tmp_path / "jobs").mkdir()
    queue = sweeps.Queue(read_plan(small()), tmp_path)
    for loss in ("r3gan", "bce"):
        for job in [job for stage, job in queue.order.values() if job["called"]["loss"] == loss]:
            queue.put(job, [{"score": "s", "seed": 0, "value": 1.0, "floor": 0.0, "control": 1.0}])
    while job := queue.next():
        queue.put(job, [{"score": "s", "seed": 0, "value": 1.0, "floor": 0.0, "control": 1.0}])
    reports = queue.table().query("stage == 'report'")
    assert list(dict.fromkeys(reports.loss)) == ["bce", "r3gan"]


def dies_once(job, folder):
    """In place of `work`: the first process that does this job dies of it."""
    mark = folder / "died"
    if job["loss"] == "r3gan" and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return working.work(job, folder)


def test_a_process_that_dies_is_replaced_and_its_job_done_again(monkeypatch, tmp_path):
    alone = run(small(search=None), tmp_path / "alone")
    monkeypatch.setattr(pool, "work", dies_once)
    table = run(small(search=None), tmp_path, workers=2)
    assert (tmp_path / "died").exists()
    pd.testing.assert_frame_equal(table[STEADY], alone[STEADY])


def test_a_dask_cluster_that_loses_a_worker_loses_nothing(alone, tmp_path):
    dask = [sys.executable, "-m", "distributed.cli.dask_"]
    file = tmp_path / "s.json"
    quiet = {"stderr": subprocess.DEVNULL, "start_new_session": True}
    started = [subprocess.Popen([*dask[:2], dask[2] + "scheduler", "--port", "0", "--no-dashboard",
                                 "--scheduler-file", str(file)], **quiet)]
    try:
        for _ in range(600):
            if file.exists() and file.read_text():
                break
            time.sleep(0.1)
        address = json.loads(file.read_text())["address"]
        started += [subprocess.Popen([*dask[:2], dask[2] + "worker", address, "--no-nanny",
                                      "--no-dashboard", "--nthreads", "1"], **quiet)
                    for _ in range(2)]
        work = subprocess.Popen([sys.executable, "-c", textwrap.dedent(f"""
            import json
            import rnngan_tutorial as rt
            plan = json.loads({json.dumps(json.dumps(small()))})
            rt.sweep(plan, {str(tmp_path / "out")!r}, scheduler={address!r}, progress=False)
            """)])
        jobs = tmp_path / "out" / "jobs"
        for _ in range(900):
            if jobs.exists() and any(jobs.glob("*.json")):
                break
            time.sleep(0.1)
        os.killpg(started[1].pid, signal.SIGKILL)  # one of the two workers, and its job
        assert work.wait(240) == 0
    finally:
        for process in started:
            process.kill()
            process.wait()
    table = pd.read_csv(tmp_path / "out" / "results.csv")
    pd.testing.assert_frame_equal(table[STEADY].drop(columns="error"),
                                  alone[STEADY].drop(columns="error"), check_dtype=False)


# The command

def test_the_command_does_a_plan_and_goes_on(fake, tmp_path, capsys):
    (tmp_path / "plan.toml").write_text(textwrap.dedent("""
        losses = ["bce", "hinge"]
        data = ["modes"]
        steps = [10]
        seeds = 3
        [search]
        trials = 2
        lr = [1e-3, 3e-3]
        """))
    command = ["sweep", str(tmp_path / "plan.toml"), "--out", str(tmp_path / "out")]
    assert __main__.main(command) == 0
    said = capsys.readouterr().out
    assert "hinge" in said and "results.csv: 14 rows" in said
    done = len(fake.done)
    assert __main__.main(command) == 0 and len(fake.done) == done
    (tmp_path / "plan.toml").write_text("losses = 3")
    assert __main__.main(command) == 2
    assert "error: " in capsys.readouterr().err
