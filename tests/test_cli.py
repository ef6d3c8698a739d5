"""The command line, from a CSV file to series and scores, and what it says to bad arguments."""

import csv
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
import torch

import rnngan_tutorial as rt
from rnngan_tutorial import checkpoint, cli, cli_options
from rnngan_tutorial.__main__ import main
from rnngan_tutorial.loop import Loop

COMMAND = [sys.executable, "-m", "rnngan_tutorial"]
SMALL = ["--seeds", "2", "--hidden", "4", "--batch", "8", "--device", "cpu"]
READ = ["--recording", "unit", "--label", "state", "--length", "8"]
RANGES = {"pressure": (90.0, 130.0), "flow": (-0.004, 0.004)}
FILES = ["checkpoint.pt", "held_out.npz", "history.csv", "run.rnngan", "settings.json",
         "trained_on.npz"]


@pytest.fixture(scope="module")
def pump(tmp_path_factory):
    """A CSV file of five recordings with two quantities of very different size, and labels."""
    rng, rows = np.random.default_rng(5), np.arange(640)
    path = tmp_path_factory.mktemp("pump") / "pump.csv"
    pd.DataFrame({"pressure": rng.uniform(*RANGES["pressure"], 640),
                  "unit": np.array(list("ABCDE"))[rows // 128],
                  "flow": rng.uniform(*RANGES["flow"], 640),
                  "state": np.array(["fine", "leak"])[rows // 32 % 2]}).to_csv(path, index=False)
    return path


def call(*arguments):
    return main([str(a) for a in arguments])


def train(pump, out, *more):
    return call("train", "--data", pump, "--out", out, *READ, *SMALL, *more)


def flow(pump, out, *more):
    """Train on one column without labels or recordings."""
    return call("train", "--data", pump, "--out", out, "--columns", "flow", "--length", 8, *SMALL,
                *more)


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def steps_in(folder):
    return checkpoint.read(folder / "checkpoint.pt", "checkpoint")["step"]


def content(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def stopped_at(monkeypatch, step, error):
    """Let the step with this number raise an error."""
    def one_step(self, inner=Loop.one_step):
        if self.step == step:
            raise error
        inner(self)

    monkeypatch.setattr(Loop, "one_step", one_step)


@pytest.fixture(scope="module")
def run(pump, tmp_path_factory):
    out = tmp_path_factory.mktemp("trained") / "deep" / "run"
    assert train(pump, out, "--steps", 11, "--loss", "conditional") == 0
    return out


@pytest.fixture(scope="module")
def by_hand(pump):
    """The same run by the package, and the series that it has not seen."""
    data, test = rt.from_csv(pump, 8, label="state", recording="unit").split()
    return rt.train(data, "conditional", 11, 2, hidden=4, batch=8, device="cpu"), test


# --- train ---------------------------------------------------------------------------------------

def test_train_writes_a_folder_that_stands_on_its_own(run, pump):
    assert sorted(os.listdir(run)) == FILES
    assert steps_in(run) == 11
    assert [(row["step"], row["seed"]) for row in rows(run / "history.csv")] == [
        ("0", "0"), ("0", "1"), ("10", "0"), ("10", "1")]
    settings = json.loads((run / "settings.json").read_text(encoding="utf-8"))
    assert settings["data"] == str(pump) and settings["length"] == 8
    assert settings["loss"] == "conditional" and settings["steps"] == 11
    assert settings["version"] == rt.__version__


def test_the_run_is_the_one_that_the_package_makes(run, by_hand):
    wanted, stored = by_hand[0].players.state_dict(), rt.load_run(run / "run.rnngan").players
    assert wanted.keys() == stored.state_dict().keys()
    assert all(torch.equal(weight, wanted[name]) for name, weight in stored.state_dict().items())


def test_what_was_held_out_is_in_units_and_never_trained_on(run, by_hand):
    made, test = by_hand
    for name, data in (("held_out", test), ("trained_on", made.data)):
        with np.load(run / f"{name}.npz", allow_pickle=False) as file:
            assert sorted(file) == ["groups", "labels", "starts", "values"]
            np.testing.assert_array_equal(file["values"], data.to_units(data.values))
            np.testing.assert_array_equal(file["labels"], data.labels)
    assert not set(test.groups) & set(made.data.groups)


def test_every_argument_of_the_package_can_be_given():
    """But those that no text can stand for."""
    from inspect import signature
    options = set(cli_options.TRAIN)
    assert set(signature(rt.from_csv).parameters) - options == {"path", "like", "pandas_options"}
    assert set(signature(rt.train).parameters) - options == {
        "generator", "discriminator", "start_from", "checkpoint", "progress"}


def test_every_option_reaches_the_package(pump, tmp_path, monkeypatch):
    seen = {}
    monkeypatch.setattr(cli, "from_csv", lambda path, **options: seen.update(options) or
                        rt.from_csv(path, 8, columns=["flow"]))

    def spy(data, **options):
        seen.update(options)
        raise ValueError("that is enough")

    monkeypatch.setattr(cli, "train", spy)
    assert call("train", "--data", pump, "--out", tmp_path / "run", "--length", 8, "--stride", 4,
                "--columns", "flow, pressure", "--label", "state", "--recording", "unit", "--time",
                "date", "--gap", 4, "--unit", "flow=l/s", "--layout", "wide", "--scale",
                "flow=quantile", "--scale", "pressure=range", "--bounds", "flow=-1:", "pressure=:9",
                "--whole", "none", "--missing", "drop", "--pad", "--sep", "\\t", "--decimal", ",",
                "--encoding", "latin-1", "--pandas", "comment=#", "na_values=-999", "--loss",
                "wasserstein_gp", "--option", "weight=10", "--steps", 3, "--seeds", "3,5",
                "--hidden", 4, "--batch", 2, "--latent", "3,1", "--logits", "steps", "--adam",
                "betas=0,0.9", "lr_generator=1e-3", "schedule=cosine", "--average", .9,
                "--spectral-norm", "--device", "cpu", "--threads", 2, "--snapshots", "0,3",
                "--checkpoint-every", 7) == 2
    loss = seen.pop("loss")
    assert isinstance(loss, rt.losses.WassersteinGP) and loss.weight == 10
    assert seen.pop("checkpoint") == tmp_path / "run" / "checkpoint.pt"
    assert seen == {
        "length": 8, "stride": 4, "columns": ["flow", "pressure"], "label": "state",
        "recording": "unit", "time": "date", "gap": 4.0, "unit": {"flow": "l/s"}, "layout": "wide",
        "scale": {"flow": "quantile", "pressure": "range"},
        "bounds": {"flow": [-1.0, None], "pressure": [None, 9.0]}, "whole": False,
        "missing": "drop", "pad": True, "sep": "\t", "decimal": ",", "encoding": "latin-1",
        "comment": "#", "na_values": -999, "steps": 3, "seeds": [3, 5], "hidden": 4, "batch": 2,
        "latent": rt.Latent(3, 1), "logits": "steps",
        "adam": {"betas": [0, 0.9], "lr_generator": 1e-3, "schedule": "cosine"}, "average": 0.9,
        "spectral_norm": True, "device": "cpu", "threads": 2, "snapshots": [0, 3],
        "checkpoint_every": 7}


def test_options_in_a_file_give_way_to_the_command_line(pump, tmp_path):
    (tmp_path / "plan.toml").write_text(
        f"data = '{pump}'\nlength = 8\ncolumns = ['flow']\nsteps = 900\nseeds = 2\nhidden = 4\n"
        f"batch = 8\ncheckpoint-every = 5\nloss = 'wasserstein_gp'\noption = {{ weight = 10 }}\n"
        f"[adam]\nbetas = [0, 0.9]\n", encoding="utf-8")
    assert call("train", "--config", tmp_path / "plan.toml", "--out", tmp_path / "run",
                "--steps", 2) == 0
    made = rt.load_run(tmp_path / "run" / "run.rnngan")
    assert made.steps == 2 and made.name == "WassersteinGP(weight=10)"
    assert made.settings["adam"].betas == (0, 0.9) and made.data.feature_names == ("flow",)


@pytest.mark.parametrize("text, part", [
    ("steps = 2\nlenght = 8", "unknown key 'lenght'; choose from data, out, length, stride"),
    ("steps = ", "is no TOML file"),
    ("adam = 3", "adam is 3; it must be a table, [adam]"),
    ("data = 3", "data is 3; it must be a path"),
    ("length = '8'", "length is '8'; it must be a whole number"),
    ("latent = 4", "latent is 4; it must be two whole numbers"),
])
def test_a_bad_file_of_options(text, part, pump, tmp_path, capsys):
    (tmp_path / "plan.toml").write_text(text, encoding="utf-8")
    length = () if text.startswith("length") else ("--length", 8)
    data = () if text.startswith("data") else ("--data", pump)
    assert call("train", "--config", tmp_path / "plan.toml", "--out", tmp_path / "run",
                "--columns", "flow", *data, *length) == 2
    err = capsys.readouterr().err
    assert part in err and err.count("\n") == 1 and not (tmp_path / "run").exists()


def test_all_series_can_be_trained_on(pump, tmp_path, capsys):
    assert flow(pump, tmp_path / "run", "--steps", 1, "--test-share", 0) == 0
    assert "1 steps on 80 series of 8 steps; 0 series held out" in capsys.readouterr().out
    assert sorted(os.listdir(tmp_path / "run")) == [f for f in FILES if f != "held_out.npz"]
    assert call("score", "--run", tmp_path / "run") == 2
    assert "no held_out.npz; give --data" in capsys.readouterr().err


def test_how_series_are_held_out_can_be_said(pump, tmp_path, capsys):
    assert train(pump, tmp_path / "run", "--steps", 1, "--test-share", 0.2, "--split", "time") == 0
    out, err = capsys.readouterr()
    assert "1 steps on 65 series" in out and err == ""
    with np.load(tmp_path / "run" / "held_out.npz") as file:
        assert len(np.unique(file["groups"])) == 5


def test_too_few_series_to_score_with_are_told_of_before_training(pump, tmp_path, capsys):
    assert flow(pump, tmp_path / "run", "--steps", 1, "--test-share", 0.05) == 0
    assert capsys.readouterr().err.startswith("warning: 4 series are held out and scores need 8")


def test_the_book_s_own_data(tmp_path, capsys):
    assert call("train", "--data", "heartbeats", "--steps", 1, "--out", tmp_path / "run",
                *SMALL) == 0
    assert "1 steps on 288 series of 48 steps; 192 series held out" in capsys.readouterr().out
    assert call("sample", "--run", tmp_path / "run", "--n", 2, "--out", tmp_path / "s.csv") == 0
    assert list(rows(tmp_path / "s.csv")[0]) == ["series", "step", "ECG lead MLII"]


# --- Going on ------------------------------------------------------------------------------------

@pytest.mark.skipif(os.name != "posix", reason="kills by a signal")
def test_the_same_command_goes_on_after_a_kill(pump, tmp_path, monkeypatch):
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    command = [*COMMAND, "train", "--data", str(pump), "--columns", "flow", "--length", "8",
               "--steps", "20000", "--checkpoint-every", "5", "--out", str(killed), *SMALL]
    with subprocess.Popen(command) as process:
        while not (killed / "checkpoint.pt").exists():
            assert process.poll() is None
            time.sleep(0.01)
        process.kill()
    assert process.returncode == -signal.SIGKILL and not (killed / "run.rnngan").exists()
    reached = steps_in(killed)
    assert 0 < reached < 20_000
    seen, inner = [], Loop.one_step
    monkeypatch.setattr(Loop, "one_step", lambda self: (seen.append(self.step), inner(self)))
    for out in (killed, whole):
        seen.clear()
        assert flow(pump, out, "--steps", reached + 9) == 0
        assert seen[0] == (reached if out == killed else 0)
    first, second = (rt.load_run(out / "run.rnngan") for out in (killed, whole))
    np.testing.assert_array_equal(first.sample(3), second.sample(3))
    for name in ("history.csv", "held_out.npz"):
        assert (killed / name).read_bytes() == (whole / name).read_bytes()
    assert json.loads((killed / "settings.json").read_text())["steps"] == reached + 9


def test_ctrl_c_leaves_a_whole_run_to_go_on_with(pump, tmp_path, monkeypatch, capsys):
    stopped_at(monkeypatch, 14, KeyboardInterrupt)
    assert flow(pump, tmp_path, "--steps", 30) == 130
    out, err = capsys.readouterr()
    assert out == "" and err == "warning: interrupted: the run ends at step 14 of 30\n"
    assert sorted(os.listdir(tmp_path)) == FILES
    assert steps_in(tmp_path) == 14 == rt.load_run(tmp_path / "run.rnngan").steps
    monkeypatch.undo()
    assert flow(pump, tmp_path, "--steps", 30) == 0
    assert steps_in(tmp_path) == 30 == rt.load_run(tmp_path / "run.rnngan").steps


def test_a_moved_file_goes_on_and_a_changed_one_does_not(pump, tmp_path, capsys):
    copy = shutil.copy(pump, tmp_path / "copy.csv")
    assert flow(copy, tmp_path / "run", "--steps", 1) == 0
    assert flow(pump, tmp_path / "run", "--steps", 2) == 0
    (tmp_path / "copy.csv").write_text(pump.read_text() + "100,A,0.001,fine\n")
    before = content(tmp_path / "run")
    capsys.readouterr()
    assert flow(copy, tmp_path / "run", "--steps", 3) == 2
    assert "copy.csv is not what the run in" in capsys.readouterr().err
    assert content(tmp_path / "run") == before


def test_a_run_killed_before_its_first_checkpoint_begins_again(pump, tmp_path, monkeypatch):
    assert flow(pump, tmp_path, "--steps", 2) == 0
    for name in ("checkpoint.pt", "run.rnngan", "history.csv"):
        (tmp_path / name).unlink()
    before = content(tmp_path)
    stopped_at(monkeypatch, 1, MemoryError())
    assert flow(pump, tmp_path, "--steps", 2) == 2 and content(tmp_path) == before
    monkeypatch.undo()
    assert flow(pump, tmp_path, "--steps", 2) == 0
    assert sorted(os.listdir(tmp_path)) == FILES


def test_a_killed_run_says_how_to_get_at_it(pump, tmp_path, capsys):
    assert flow(pump, tmp_path, "--steps", 2) == 0
    (tmp_path / "run.rnngan").unlink()
    assert call("sample", "--run", tmp_path, "--out", tmp_path / "s.csv") == 2
    assert "was killed; give the same train command again" in capsys.readouterr().err


@pytest.mark.parametrize("error", [RuntimeError("[enforce fail] cannot\nallocate memory"),
                                   MemoryError(), OSError(28, "No space left on device")])
def test_a_training_that_fails_leaves_no_folder(error, pump, tmp_path, monkeypatch, capsys):
    stopped_at(monkeypatch, 1, error)
    assert flow(pump, tmp_path / "new" / "run", "--steps", 3) == 2
    err = capsys.readouterr().err
    assert err.startswith("error: ") and err.count("\n") == 1 and "memory" in err or "space" in err
    assert not (tmp_path / "new").exists()
    (tmp_path / "mine.txt").write_text("mine")
    assert flow(pump, tmp_path, "--steps", 3) == 2
    assert content(tmp_path) == {"mine.txt": b"mine"}


def test_a_training_that_fails_late_keeps_its_checkpoint(pump, tmp_path, monkeypatch):
    stopped_at(monkeypatch, 7, MemoryError())
    assert flow(pump, tmp_path, "--steps", 9, "--checkpoint-every", 5) == 2
    assert steps_in(tmp_path) == 5 and (tmp_path / "settings.json").exists()
    monkeypatch.undo()
    assert flow(pump, tmp_path, "--steps", 9) == 0


def test_divergence_is_told_in_one_line(pump, tmp_path, capsys, monkeypatch):
    class Sick(rt.losses.NonSaturating):
        def generator(self, round):
            return super().generator(round) * torch.nan

    monkeypatch.setitem(rt.losses.REGISTRY, "sick", Sick)
    assert train(pump, tmp_path, "--steps", 3, "--loss", "sick") == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("error: loss 'sick' of seed 1") and "every seed" in last
    assert rt.load_run(tmp_path / "run.rnngan").diverged == {0: 0, 1: 0}


# --- sample --------------------------------------------------------------------------------------

def test_samples_are_in_the_columns_and_units_of_the_data(run, by_hand, tmp_path):
    out = tmp_path / "samples.csv"
    assert call("sample", "--run", run, "--n", 5, "--out", out) == 0
    table = pd.read_csv(out)
    assert list(table) == ["pressure", "unit", "flow", "state"]
    for name, (low, high) in RANGES.items():
        room = 0.1 * (high - low)
        assert low - room < table[name].min() < table[name].max() < high + room
        assert np.ptp(table[name]) > 0.01 * (high - low)
    made = by_hand[0].sample(5, units=True)[0]
    read = table[["pressure", "flow"]].to_numpy().reshape(5, 8, 2)
    np.testing.assert_allclose(read, made, rtol=1e-12)
    # What was written can be trained on.
    again = rt.from_csv(out, 8, label="state", recording="unit")
    assert again.shape == (5, 8, 2)


def test_a_stranger_s_file_comes_back_as_it_came(tmp_path):
    """Dates, text, semicolons and decimal commas, and letters that ASCII has not."""
    n, rng = 200, np.random.default_rng(0)
    path, out = tmp_path / "messwerte.csv", tmp_path / "run"
    pd.DataFrame({
        "Zeit": pd.date_range("2024-03-01", periods=n, freq="h"),
        "Wärme": 20 + np.sin(np.arange(n)) + 0.1 * rng.standard_normal(n),
        "Stück": rng.integers(0, 9, n), "Zustand": np.where(np.arange(n) // 20 % 2, "süß", "sauer"),
        "Bemerkung": "–"}).to_csv(path, sep=";", decimal=",", index=False)
    reading = ["--length", 10, "--time", "Zeit", "--columns", "Wärme,Stück", "--label", "Zustand",
               "--bounds", "Stück=0:9", "--sep", ";", "--decimal", ","]
    assert call("train", "--data", path, "--out", out, *reading, *SMALL, "--steps", 3, "--loss",
                "conditional") == 0
    path.unlink()
    moved = shutil.move(out, tmp_path / "elsewhere")
    assert call("sample", "--run", moved, "--n", 20, "--out", tmp_path / "mehr.csv") == 0
    lines = (tmp_path / "mehr.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "Zeit;Wärme;Stück;Zustand"
    assert re.fullmatch(r"2024-03-01 00:00:00;\d\d,\d+;\d;(süß|sauer)", lines[1])
    assert call("sample", "--run", moved, "--n", 1, "--out", tmp_path / "tab.csv", "--sep", "tab",
                "--decimal", ".") == 0
    assert re.search(r"\t\d\d\.\d+\t", (tmp_path / "tab.csv").read_text(encoding="utf-8"))
    assert call("train", "--data", tmp_path / "mehr.csv", "--out", tmp_path / "again", *reading,
                *SMALL, "--steps", 1) == 0
    assert rt.load_run(tmp_path / "again" / "run.rnngan").data.feature_names == ("Wärme", "Stück")


def test_which_gan_which_noise_which_label(run, tmp_path):
    def sample(*more):
        assert call("sample", "--run", run, "--n", 6, "--out", tmp_path / "s.csv", "--force",
                    *more) == 0
        return rows(tmp_path / "s.csv")

    first = sample()
    assert sample() == sample("--seed", 0) == sample("--noise", 0) == first
    assert sample("--seed", 1) != first and sample("--noise", 1) != first
    assert {r["state"] for r in first} == {"fine", "leak"}
    leaks = sample("--label", "leak")
    assert {r["state"] for r in leaks} == {"leak"} and leaks != first


def test_the_file_of_a_run_alone_is_enough_to_sample(run, tmp_path):
    shutil.copy(run / "run.rnngan", tmp_path / "mine.rnngan")
    assert call("sample", "--run", tmp_path / "mine.rnngan", "--n", 1, "--sep", ";", "--out",
                tmp_path / "s.csv") == 0
    assert (tmp_path / "s.csv").read_text().startswith("pressure;unit;flow;state\n")


def test_nothing_is_overwritten_unless_forced_and_never_what_was_trained_on(pump, tmp_path, capsys):
    data, out = shutil.copy(pump, tmp_path / "pump.csv"), tmp_path / "s.csv"
    assert flow(data, tmp_path / "run", "--steps", 1) == 0
    (tmp_path / "link.csv").hardlink_to(data)
    before = content(tmp_path / "run")
    out.write_text("mine")
    for path, force, part in (
            (out, (), "is there already; give another --out, or --force"),
            (data, (), "was trained on"), (data, ("--force",), "was trained on"),
            (tmp_path / "link.csv", ("--force",), "was trained on"),
            (tmp_path / "run" / "run.rnngan", ("--force",), "belongs to the run")):
        for command in ("sample", "score"):
            capsys.readouterr()
            assert call(command, "--run", tmp_path / "run", "--out", path, *force) == 2
            assert part in capsys.readouterr().err
    assert out.read_text() == "mine" and content(tmp_path / "run") == before
    assert data.read_bytes() == pump.read_bytes()
    assert call("sample", "--run", tmp_path / "run", "--n", 1, "--out", out, "--force") == 0
    assert len(rows(out)) == 8


# --- score ---------------------------------------------------------------------------------------

def test_scores_are_of_series_that_training_did_not_see(run, by_hand, tmp_path, capsys):
    assert call("score", "--run", run, "--names", "mmd,leak_share", "--out",
                tmp_path / "scores.csv") == 0
    wanted = rt.score(*by_hand, names=["mmd", "leak_share"])
    out, err = capsys.readouterr()
    assert out == f"{wanted}\n\n{wanted.columns}\n" and err == ""
    assert [(r["score"], int(r["seed"]), float(r["value"]))
            for r in rows(tmp_path / "scores.csv")] == [
        (r["score"], r["seed"], r["value"]) for r in wanted.rows()]


def test_scores_against_another_file_are_on_the_scale_of_training(run, pump, by_hand, tmp_path,
                                                                  capsys):
    table = pd.read_csv(pump)
    table["pressure"] += 1000
    table.to_csv(tmp_path / "other.csv", sep=";", index=False)
    assert call("score", "--run", run, "--data", tmp_path / "other.csv", "--sep", ";", "--names",
                "mmd, sliced_wasserstein", "--n", 40) == 0
    out, err = capsys.readouterr()
    found = {line.split()[0]: float(line.split()[1]) for line in out.splitlines()[1:3]}
    assert list(found) == ["mmd", "sliced_wasserstein"] and err == ""
    assert found["sliced_wasserstein"] > 5
    assert call("score", "--run", run, "--data", pump, "--names", "mmd") == 0
    assert "is what was trained on" in capsys.readouterr().err


def test_the_best_gan_is_chosen_on_one_half_and_scored_on_the_other(run, by_hand, capsys):
    assert call("score", "--run", run, "--choose-best", "--names", "mmd,sliced_wasserstein") == 0
    out = capsys.readouterr().out
    first, second = by_hand[1].split(0.5)
    chosen = re.match(rf"seed (\d) is the best on {len(first)} series; scores on {len(second)} "
                      rf"others:\n", out)
    assert chosen and f"seed {chosen[1]} (chosen)" in out


def test_a_damaged_file_of_series_is_named(run, tmp_path, capsys):
    shutil.copytree(run, tmp_path / "run")
    (tmp_path / "run" / "held_out.npz").write_bytes(b"PK damaged")
    assert call("score", "--run", tmp_path / "run") == 2
    assert "held_out.npz is damaged; give --data" in capsys.readouterr().err


# --- losses --------------------------------------------------------------------------------------

def test_losses_are_listed_with_adam_s_settings_and_their_options(capsys):
    assert call("losses") == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(rt.losses.REGISTRY)
    for line in lines:
        name, *cells = line.split()[:6]
        loss = rt.loss(name)
        assert loss.describe() in line
        if loss.adam and "discriminator" in loss.trains:
            assert list(map(float, cells)) == [
                loss.adam.lr_generator, loss.adam.lr_discriminator, *loss.adam.betas,
                loss.adam.discriminator_steps]
        else:
            assert cells[1] == cells[4] == "-"
    assert any(line.startswith("wasserstein_gp ") and line.endswith("Options: weight=1.0.")
               for line in lines)


# --- What it says --------------------------------------------------------------------------------

def test_from_a_shell(tmp_path):
    done = subprocess.run([*COMMAND, "score", "--run", str(tmp_path)], capture_output=True,
                          text=True, encoding="utf-8")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: ") and done.stderr.count("\n") == 1


@pytest.mark.parametrize("option, parts", [
    ("--help", ("train", "sample", "score", "losses", "examples:", "--length 48", "Ctrl-C")),
    ("--version", (f"rnngan_tutorial {rt.__version__}\n",)),
])
def test_help_and_version(option, parts, capsys):
    with pytest.raises(SystemExit, match="^0$"):
        call(option)
    out, err = capsys.readouterr()
    assert err == "" and all(part in out for part in parts)


def test_every_option_is_explained(capsys):
    for command in ("train", "sample", "score"):
        with pytest.raises(SystemExit, match="^0$"):
            call(command, "--help")
        text = capsys.readouterr().out
        options = [line for line in text.splitlines() if line.startswith("  --")]
        assert len(options) >= 6 and "examples:" in text and "None" not in text


def test_a_log_gets_a_line_for_each_tenth_of_the_run(pump, tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("TQDM_DISABLE")
    assert flow(pump, tmp_path, "--steps", 400) == 0
    lines = capsys.readouterr().err.splitlines()
    tenths = [int(line.split("%")[0].split()[-1]) // 10 for line in lines]
    assert tenths == sorted(set(tenths)) and 2 <= len(tenths) <= 11
    assert re.search(r"\d+/400 \[\d\d:\d\d<\d\d:\d\d, .*it/s\]$", lines[-1])


def test_a_terminal_gets_a_bar(pump, tmp_path, monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.delenv("TQDM_DISABLE")
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert flow(pump, tmp_path, "--steps", 20) == 0
    assert sys.stderr.getvalue().count("\r") >= 2 and "\n" not in sys.stderr.getvalue()


@pytest.mark.parametrize("message, wanted", [
    ("use batch=27 or less", "use --batch 27 or less"),
    ("give missing='interpolate' or pad=True.", "give --missing 'interpolate' or --pad."),
    ("length=, test_share= and time= are not", "--length, --test-share and --time are not"),
    ("try scale={'a': 'quantile'}; give comment='#'", "try scale={'a': 'quantile'}; give "
     "comment='#'"),
])
def test_arguments_in_messages_become_options(message, wanted):
    assert cli_options.in_options(message) == wanted


WRONG = {
    "no command": ([], "COMMAND"),
    "an unknown command": (["fit"], "invalid choice: 'fit'"),
    "no data": (["train", "--out", "OUT"], "--data is missing"),
    "no folder": (["train", "--data", "PUMP"], "--out is missing"),
    "no length": (["train", "--data", "PUMP", "--columns", "flow", "--out", "OUT"],
                  "length is missing"),
    "half an option": (["train", "--data", "PUMP", "--out", "OUT", "--len", "8"],
                       "unrecognized arguments: --len 8"),
    "steps in words": (["train", "--data", "PUMP", "--steps", "many", "--out", "OUT"],
                       "--steps: invalid int value: 'many'"),
    "no pair": (["train", "--data", "PUMP", "--adam", "cosine", "--out", "OUT"],
                "'cosine' is no pair KEY=VALUE"),
    "no bounds": (["train", "--data", "PUMP", "--bounds", "flow=low:high", "--out", "OUT"],
                  "'flow=low:high' cannot be read"),
    "a way for all and for one": (["train", "--data", "PUMP", "--scale", "quantile", "flow=range",
                                   "--out", "OUT"], "'quantile' is for all columns"),
    "no such file": (["train", "--data", "no.csv", "--length", "8", "--out", "OUT"],
                     "not a file"),
    "a length for the book's data": (["train", "--data", "modes", "--length", "8", "--out", "OUT"],
                                     "--length is for CSV files"),
    "no such loss": (["train", "--data", "modes", "--loss", "wgan", "--out", "OUT"],
                     "no loss 'wgan'; did you mean 'wasserstein_gp'"),
    "no such option of a loss": (["train", "--data", "modes", "--loss", "hinge", "--option",
                                  "weight=3", "--out", "OUT"], "no option 'weight'"),
    "no such setting of Adam": (["train", "--data", "modes", "--adam", "lr=3", "--out", "OUT"],
                                "adam has no setting 'lr'"),
    "no such column": (["train", "--data", "PUMP", "--length", "8", "--columns", "flow,heat",
                        "--out", "OUT"], "no column 'heat'"),
    "text in a column": (["train", "--data", "PUMP", "--length", "8", "--out", "OUT"],
                         "column 'unit' holds 'A', text; give --label 'unit' or --recording"),
    "steps 0": (["train", "--data", "modes", "--steps", "0", "--out", "OUT"], "steps is 0"),
    "checkpoints every 0 steps": (["train", "--data", "modes", "--checkpoint-every", "0", "--out",
                                   "OUT"], "checkpoint_every is 0"),
    "a share of 2": (["train", "--data", "modes", "--test-share", "2", "--out", "OUT"],
                     "test_share is 2.0; it must be 0, or a number below 1"),
    "no such split": (["train", "--data", "modes", "--split", "half", "--out", "OUT"],
                      "by is 'half'"),
    "no such device": (["train", "--data", "modes", "--device", "gpu", "--out", "OUT"],
                       "no device 'gpu'"),
    "labels wanted": (["train", "--data", "sines", "--loss", "conditional", "--out", "OUT"],
                      "needs labels"),
    "a batch too large": (["train", "--data", "heartbeats", "--batch", "300", "--out", "OUT"],
                          "use --batch 288 or less"),
    "out is a file": (["train", "--data", "modes", "--out", "PUMP"], "pump.csv"),
    "another run there": (["train", "--data", "PUMP", *READ, *SMALL, "--out", "RUN"],
                          "holds a run with loss conditional, not nonsaturating"),
    "other data there": (["train", "--data", "modes", *SMALL, "--out", "RUN"],
                         "holds a run with data"),
    "fewer steps": (["train", "--data", "PUMP", *READ, *SMALL, "--steps", "5", "--loss",
                     "conditional", "--out", "RUN"], "at step 11"),
    "no run": (["sample", "--run", "OUT", "--out", "OUT"], "OUT"),
    "no run to score": (["score", "--run", "OUT"], "OUT"),
    "n 0": (["sample", "--run", "RUN", "--n", "0", "--out", "OUT"], "n is 0"),
    "no such seed": (["sample", "--run", "RUN", "--seed", "7", "--out", "OUT"],
                     "no seed 7 in this run; it has 0, 1"),
    "no such label": (["sample", "--run", "RUN", "--label", "dry", "--out", "OUT"],
                      "no label 'dry'; choose from fine, leak"),
    "nowhere to write": (["sample", "--run", "RUN", "--out", "OUT/no/s.csv"], "OUT/no"),
    "no such score": (["score", "--run", "RUN", "--names", "fid"], "no score 'fid'"),
    "a file of other columns": (["score", "--run", "RUN", "--data", "OTHER"],
                                "no column 'pressure'"),
}


@pytest.mark.parametrize("name", WRONG)
def test_bad_arguments(name, pump, run, tmp_path, capsys, monkeypatch):
    arguments, part = WRONG[name]
    (tmp_path / "other.csv").write_text("a,b\n1,2\n3,4\n")
    places = {"PUMP": str(pump), "RUN": str(run), "OUT": str(tmp_path / "OUT"),
              "OTHER": str(tmp_path / "other.csv")}
    arguments = [str(tmp_path / a) if a.startswith("OUT/") else places.get(a, a)
                 for a in arguments]
    monkeypatch.setattr(Loop, "one_step", lambda *_: pytest.fail("a step was taken"))
    before = content(run)
    try:
        code = call(*arguments)
    except SystemExit as end:
        code = end.code
    out, err = capsys.readouterr()
    assert code == 2 and out == ""
    assert err.startswith("error: ") and err.count("\n") == 1 and err.endswith("\n")
    assert part in err
    assert not (tmp_path / "OUT").exists() and content(run) == before


def test_a_folder_with_something_else_is_left_alone(pump, tmp_path, capsys):
    (tmp_path / "history.csv").write_text("mine")
    assert flow(pump, tmp_path, "--steps", 1) == 2
    assert "has a history.csv and no settings.json" in capsys.readouterr().err
    (tmp_path / "settings.json").write_text("mine")
    assert flow(pump, tmp_path, "--steps", 1) == 2
    assert "settings.json is damaged" in capsys.readouterr().err
    assert content(tmp_path) == {"history.csv": b"mine", "settings.json": b"mine"}


def test_a_damaged_checkpoint(pump, tmp_path, capsys):
    assert flow(pump, tmp_path, "--steps", 1) == 0
    (tmp_path / "checkpoint.pt").write_bytes(b"damaged")
    capsys.readouterr()
    assert flow(pump, tmp_path, "--steps", 2) == 2
    assert "is no checkpoint of this package" in capsys.readouterr().err


@pytest.mark.skipif(os.name != "posix", reason="a pipe of POSIX")
def test_a_reader_who_has_seen_enough_is_no_error():
    command = f"{sys.executable} -m rnngan_tutorial losses | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert done.stdout.count("\n") == 1 and done.stderr == ""
