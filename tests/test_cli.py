"""The command line, from a CSV file to series and scores, and what it says to bad arguments."""

import csv
import json
import os
import signal
import subprocess
import sys

import numpy as np
import pytest
import torch
from test_checkpoint import assert_equal_content
from tqdm.auto import tqdm

import rnngan_tutorial as rt
from rnngan_tutorial.__main__ import main
from rnngan_tutorial.checkpoint import read_checkpoint
from rnngan_tutorial.loop import Loop

COMMAND = [sys.executable, "-m", "rnngan_tutorial"]
SMALL = ["--seeds", "2", "--hidden", "4", "--batch", "8", "--device", "cpu", "--length", "8"]
RANGES = {"pressure": (90.0, 130.0), "flow": (-0.004, 0.004)}


@pytest.fixture(scope="module")
def pump(tmp_path_factory):
    """A CSV file of two recordings with two quantities of very different size, and labels."""
    path, rng = tmp_path_factory.mktemp("pump") / "pump.csv", np.random.default_rng(5)
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["pressure", "unit", "flow", "state"])
        for i in range(640):
            row = [rng.uniform(*RANGES["pressure"]), rng.uniform(*RANGES["flow"])]
            writer.writerow([row[0], "AB"[i // 320], row[1], ["fine", "leak"][i // 80 % 2]])
    return path


def call(*arguments):
    return main([str(a) for a in arguments])


def train(pump, out, *more):
    return call("train", "--data", pump, "--series", "unit", "--label", "state", "--out", out,
                *SMALL, *more)


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def run(pump, tmp_path_factory):
    out = tmp_path_factory.mktemp("trained") / "deep" / "run"
    assert train(pump, out, "--steps", 11, "--loss", "conditional") == 0
    return out


# --- End to end -----------------------------------------------------------------------------

def test_train_writes_a_checkpoint_a_history_and_its_settings(run, pump):
    assert sorted(os.listdir(run)) == ["checkpoint.pt", "history.csv", "settings.json"]
    assert read_checkpoint(run / "checkpoint.pt")["step"] == 11
    history = rows(run / "history.csv")
    assert [(row["step"], row["seed"]) for row in history] == [
        ("0", "0"), ("0", "1"), ("10", "0"), ("10", "1")]
    assert all(np.isfinite(float(value)) for row in history for value in row.values())
    settings = json.loads((run / "settings.json").read_text())
    assert settings["data"] == str(pump) and settings["length"] == 8
    assert settings["loss"] == "conditional" and settings["steps"] == 11


def test_the_run_is_the_one_that_the_package_makes(run, pump):
    data, _ = rt.from_csv(pump, 8, 8, label="state", series="unit").split()
    wanted = rt.train(data, "conditional", 11, 2, hidden=4, batch=8, device="cpu")
    stored = read_checkpoint(run / "checkpoint.pt")
    for name, weight in wanted.players.state_dict().items():
        assert torch.equal(weight, stored["players"][name])


def test_samples_are_in_the_data_s_own_units(run, pump, tmp_path):
    out = tmp_path / "samples.csv"
    assert call("sample", "--run", run, "--n", 5, "--out", out) == 0
    written = rows(out)
    assert list(written[0]) == ["series", "step", "pressure", "flow", "label"]
    assert [(r["series"], r["step"]) for r in written] == [
        (str(i), str(t)) for i in range(5) for t in range(8)]
    for name, (low, high) in RANGES.items():
        values, room = np.array([float(r[name]) for r in written]), 0.1 * (high - low)
        assert low - room < values.min() < values.max() < high + room
        assert np.ptp(values) > 0.01 * (high - low)
    data, _ = rt.from_csv(pump, 8, 8, label="state", series="unit").split()
    wanted = rt.train(data, "conditional", 11, 2, hidden=4, batch=8, device="cpu")
    made = wanted.sample(5, units=True)
    read = np.array([[float(r["pressure"]), float(r["flow"])] for r in written], np.float32)
    np.testing.assert_array_equal(read.reshape(5, 8, 2), made[0])
    # What was written can be trained on.
    again = rt.from_csv(out, 8, 8, label="label", series="series")
    assert again.shape == (5, 8, 3) and again.feature_names == ("step", "pressure", "flow")
    np.testing.assert_allclose(again.to_units(again.values)[..., 1:], made[0], rtol=1e-5,
                               atol=1e-8)


def test_which_gan_which_noise_which_label(run, tmp_path):
    def sample(*more):
        assert call("sample", "--run", run, "--n", 6, "--out", tmp_path / "s.csv", *more) == 0
        return rows(tmp_path / "s.csv")

    first = sample()
    assert sample() == sample("--seed", 0) == sample("--noise", 0) == first
    assert sample("--seed", 1) != first and sample("--noise", 1) != first
    assert {r["label"] for r in first} == {"fine", "leak"}
    leaks = sample("--label", "leak")
    assert {r["label"] for r in leaks} == {"leak"} and leaks != first


def test_scores_are_of_series_that_training_did_not_see(run, pump, tmp_path, capsys):
    assert call("score", "--run", run, "--out", tmp_path / "scores.csv") == 0
    data, test = rt.from_csv(pump, 8, 8, label="state", series="unit").split()
    wanted = rt.score(rt.train(data, "conditional", 11, 2, hidden=4, batch=8, device="cpu"), test)
    out, err = capsys.readouterr()
    assert out == f"{wanted}\n" and err == ""
    written = rows(tmp_path / "scores.csv")
    assert [(r["score"], int(r["seed"]), float(r["value"])) for r in written] == [
        (r["score"], r["seed"], r["value"]) for r in wanted.rows()]


def test_columns_and_stride(pump, tmp_path):
    assert call("train", "--data", pump, "--columns", "flow", "--stride", 4, "--steps", 1,
                "--out", tmp_path, *SMALL) == 0
    assert call("sample", "--run", tmp_path, "--n", 2, "--out", tmp_path / "s.csv") == 0
    assert list(rows(tmp_path / "s.csv")[0]) == ["series", "step", "flow"]


def test_a_column_called_step(tmp_path):
    (tmp_path / "d.csv").write_text("step,x\n" + "".join(f"{i},{i % 7}\n" for i in range(200)))
    assert call("train", "--data", tmp_path / "d.csv", "--steps", 1, "--out", tmp_path / "run",
                *SMALL) == 0
    assert call("sample", "--run", tmp_path / "run", "--n", 1, "--out", tmp_path / "s.csv") == 0
    assert list(rows(tmp_path / "s.csv")[0]) == ["series", "step_", "step", "x"]


def test_the_book_s_own_data(tmp_path, capsys):
    assert call("train", "--data", "heartbeats", "--steps", 1, "--out", tmp_path / "run",
                *SMALL[:-2]) == 0
    assert "1 steps on 288 series of 48 steps" in capsys.readouterr().out
    assert call("sample", "--run", tmp_path / "run", "--n", 2, "--out", tmp_path / "s.csv") == 0
    assert list(rows(tmp_path / "s.csv")[0]) == ["series", "step", "ECG lead MLII"]


def test_losses_are_listed_with_adam_s_settings(capsys):
    assert call("losses") == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(rt.losses.REGISTRY)
    for line in lines:
        name, *numbers = line.split()[:6]
        adam = rt.loss(name).adam
        assert list(map(float, numbers)) == [adam.lr_generator, adam.lr_discriminator,
                                             *adam.betas, adam.discriminator_steps]
        assert len(line.split()) > 8


# --- Going on -----------------------------------------------------------------------------------

def test_the_same_command_goes_on_after_a_kill(pump, tmp_path, monkeypatch):
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    command = [*COMMAND, "train", "--data", str(pump), "--steps", "2000", "--every", "5",
               "--out", str(killed), *SMALL, "--columns", "flow"]
    with subprocess.Popen(command) as process:
        while not (killed / "checkpoint.pt").exists():
            assert process.poll() is None
        process.kill()
    assert process.returncode == -signal.SIGKILL and not (killed / "history.csv").exists()
    reached = read_checkpoint(killed / "checkpoint.pt")["step"]
    assert 0 < reached < 2000
    seen, inner = [], Loop.one_step
    monkeypatch.setattr(Loop, "one_step", lambda self, watch: (
        seen.append(self.step), inner(self, watch)))
    for out in (killed, whole):
        seen.clear()
        assert call("train", "--data", pump, "--steps", reached + 9, "--out", out, *SMALL,
                    "--columns", "flow") == 0
        assert seen[0] == (reached if out == killed else 0)
    assert_equal_content(read_checkpoint(killed / "checkpoint.pt"),
                         read_checkpoint(whole / "checkpoint.pt"))
    assert (killed / "history.csv").read_text() == (whole / "history.csv").read_text()


def test_ctrl_c_keeps_the_checkpoint(pump, tmp_path, monkeypatch, capsys):
    def interrupted(self, watch, inner=Loop.one_step):
        if self.step == 14:
            raise KeyboardInterrupt
        inner(self, watch)

    monkeypatch.setattr(Loop, "one_step", interrupted)
    assert train(pump, tmp_path, "--steps", 30, "--every", 5) == 130
    out, err = capsys.readouterr()
    assert out == "" and err == "warning: interrupted: the run ends at step 14 of 30\n"
    assert read_checkpoint(tmp_path / "checkpoint.pt")["step"] == 10
    assert len(rows(tmp_path / "history.csv")) == 4
    monkeypatch.undo()
    assert train(pump, tmp_path, "--steps", 30, "--every", 5) == 0
    assert read_checkpoint(tmp_path / "checkpoint.pt")["step"] == 30


def test_a_killed_run_can_be_sampled(pump, tmp_path, monkeypatch):
    monkeypatch.setattr(Loop, "run", lambda self: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        train(pump, tmp_path, "--steps", 5)
    monkeypatch.undo()
    assert call("sample", "--run", tmp_path, "--n", 1, "--out", tmp_path / "s.csv") == 0
    assert len(rows(tmp_path / "s.csv")) == 8


# --- What it says ---------------------------------------------------------------------------------

def spoken(*arguments):
    done = subprocess.run([*COMMAND, *map(str, arguments)], capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def test_from_a_shell(tmp_path):
    code, out, err = spoken("--help")
    assert code == 0 and err == ""
    for part in ("train", "sample", "score", "losses", "examples:", "--length 48", "Ctrl-C"):
        assert part in out
    code, out, err = spoken("score", "--run", tmp_path)
    assert (code, out) == (2, "") and err.startswith("error: ") and err.count("\n") == 1


def test_every_option_is_explained(capsys):
    for command in ("train", "sample", "score"):
        with pytest.raises(SystemExit, match="^0$"):
            call(command, "--help")
        text = capsys.readouterr().out
        options = [line for line in text.splitlines() if line.startswith("  --")]
        assert len(options) >= 2 and "examples:" in text and "None" not in text


WRONG = {
    "no command": ([], "COMMAND"),
    "an unknown command": (["fit"], "invalid choice: 'fit'"),
    "no data": (["train", "--out", "OUT"], "--data"),
    "no folder": (["train", "--data", "PUMP"], "--out"),
    "no length": (["train", "--data", "PUMP", "--out", "OUT"], "needs --length"),
    "steps in words": (["train", "--data", "PUMP", "--steps", "many", "--out", "OUT"],
                       "--steps: invalid int value: 'many'"),
    "no such file": (["train", "--data", "no.csv", "--length", "8", "--out", "OUT"],
                     "not a file"),
    "a length for the book's data": (["train", "--data", "modes", "--length", "8", "--out", "OUT"],
                                     "--length is for CSV files"),
    "no such loss": (["train", "--data", "modes", "--loss", "gan", "--out", "OUT"],
                     "no loss 'gan'; choose from bce"),
    "no such column": (["train", "--data", "PUMP", "--length", "8", "--columns", "flow,heat",
                        "--out", "OUT"], "no column 'heat'"),
    "text in a column": (["train", "--data", "PUMP", "--length", "8", "--out", "OUT"],
                         "line 2: column 'unit' holds 'A'"),
    "steps 0": (["train", "--data", "modes", "--steps", "0", "--out", "OUT"], "steps is 0"),
    "every 0": (["train", "--data", "modes", "--every", "0", "--out", "OUT"],
                "checkpoint_every is 0"),
    "no such device": (["train", "--data", "modes", "--device", "gpu", "--out", "OUT"],
                       "no device 'gpu'"),
    "labels wanted": (["train", "--data", "sines", "--loss", "conditional", "--out", "OUT"],
                      "needs labels"),
    "a batch too large": (["train", "--data", "heartbeats", "--batch", "300", "--out", "OUT"],
                          "batch=288 or less"),
    "out is a file": (["train", "--data", "modes", "--out", "PUMP"], "cannot be written"),
    "another run there": (["train", "--data", "PUMP", "--length", "8", "--columns", "flow",
                           "--out", "RUN"], "holds a run with columns None"),
    "fewer steps": (["train", "--data", "PUMP", "--series", "unit", "--label", "state", "--steps",
                     "5", "--loss", "conditional", *SMALL, "--out", "RUN"], "at step 11"),
    "no run": (["sample", "--run", "OUT", "--out", "OUT"], "no readable settings.json"),
    "no run to score": (["score", "--run", "OUT"], "no readable settings.json"),
    "n 0": (["sample", "--run", "RUN", "--n", "0", "--out", "OUT"], "n is 0"),
    "no such seed": (["sample", "--run", "RUN", "--seed", "7", "--out", "OUT"],
                     "--seed is 7; the run has 0, 1"),
    "no such label": (["sample", "--run", "RUN", "--label", "dry", "--out", "OUT"],
                      "--label is 'dry'; the data have fine, leak"),
    "nowhere to write": (["sample", "--run", "RUN", "--out", "OUT/no/s.csv"], "OUT/no/s.csv"),
}


@pytest.mark.parametrize("name", WRONG)
def test_bad_arguments(name, pump, run, tmp_path, capsys, monkeypatch):
    arguments, part = WRONG[name]
    places = {"PUMP": str(pump), "RUN": str(run), "OUT": str(tmp_path / "OUT")}
    arguments = [str(tmp_path) + a.removeprefix("OUT") if a.startswith("OUT/") else
                 places.get(a, a) for a in arguments]
    monkeypatch.setattr(Loop, "one_step", lambda *_: pytest.fail("a step was taken"))
    before = {path: path.read_bytes() for path in run.iterdir()}
    try:
        code = call(*arguments)
    except SystemExit as end:
        code = end.code
    out, err = capsys.readouterr()
    assert code == 2 and out == ""
    assert err.startswith("error: ") and err.count("\n") == 1 and err.endswith("\n")
    assert part.replace("OUT", str(tmp_path)) in err
    assert not (tmp_path / "OUT" / "history.csv").exists()
    assert {p: b for p, b in before.items() if p.name != "settings.json"} == {
        p: p.read_bytes() for p in run.iterdir() if p.name != "settings.json"}


def test_a_damaged_checkpoint(pump, tmp_path, capsys):
    assert train(pump, tmp_path, "--steps", 1) == 0
    (tmp_path / "checkpoint.pt").write_bytes(b"damaged")
    capsys.readouterr()
    assert train(pump, tmp_path, "--steps", 2) == 2
    assert "cannot be read as a checkpoint" in capsys.readouterr().err


def test_divergence_is_told_in_one_line(pump, tmp_path, capsys, monkeypatch):
    class Sick(rt.losses.NonSaturating):
        def generator(self, round):
            return super().generator(round) * torch.nan

    monkeypatch.setitem(rt.losses.REGISTRY, "sick", Sick)
    assert train(pump, tmp_path, "--steps", 3, "--loss", "sick") == 2
    *warned, last = capsys.readouterr().err.splitlines()
    assert len(warned) == 1 and warned[0].startswith("warning: loss 'sick' of seed 0")
    assert last.startswith("error: loss 'sick' of seed 1") and "every seed" in last


def test_progress_is_for_terminals(pump, tmp_path, capsys, monkeypatch):
    told, inner = [], tqdm
    monkeypatch.setattr("rnngan_tutorial.loop.tqdm", lambda **options: (
        told.append(options["disable"]) or inner(**options | {"disable": True})))
    monkeypatch.delenv("TQDM_DISABLE")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert train(pump, tmp_path / "a", "--steps", 1) == 0
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False)
    assert train(pump, tmp_path / "b", "--steps", 1) == 0
    assert told == [False, True] and capsys.readouterr().err == ""
