"""Checkpoints: going on is as if there had been no break, and no file can do harm."""

import os
import pickle
import signal
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from small_runs import assert_same, final_loop, small_data, train
from test_training import Events

import rnngan_tutorial as rt
from rnngan_tutorial import checkpoint
from rnngan_tutorial.checkpoint import FORMAT, read_checkpoint, write_checkpoint
from rnngan_tutorial.loop import Loop
from rnngan_tutorial.losses import Adam

OPTIONS = {"average": 0.8, "snapshots": [0, 5, 10, 23]}


class Killed(BaseException):
    """Stands for a kill: nothing in the package catches it."""


def broken(monkeypatch, path, at, steps=23, loss="nonsaturating", every=1, **options):
    """Train, checkpointing, and be killed as step `at` begins."""
    inner = Loop.one_step

    def one_step(self, watch):
        if self.step == at:
            raise Killed
        inner(self, watch)

    monkeypatch.setattr(Loop, "one_step", one_step)
    with pytest.raises(Killed):
        train(loss, steps, checkpoint=path, checkpoint_every=every, **options)
    monkeypatch.undo()


# --- Going on --------------------------------------------------------------------------------

@pytest.mark.parametrize("every, at", [(1, 1), (1, 5), (1, 10), (1, 22), (7, 8), (7, 20), (10, 21)])
def test_a_resumed_run_is_bit_identical(monkeypatch, tmp_path, every, at):
    _, whole = final_loop(monkeypatch, "nonsaturating", 23, **OPTIONS)
    path = tmp_path / "run" / "state.pt"
    broken(monkeypatch, path, at, every=every, **OPTIONS)
    assert read_checkpoint(path)["step"] == at // every * every
    run, resumed = final_loop(monkeypatch, "nonsaturating", 23, checkpoint=path, **OPTIONS)
    assert_same(whole, resumed)
    assert run.steps == 23 and sorted(run.snapshots) == [0, 5, 10, 23]


@pytest.mark.parametrize("loss", ["wasserstein_gp", "wasserstein_clip", "vae_gan", "infogan",
                                  "conditional", "improved", "mse"])
def test_resuming_any_kind_of_loss_is_bit_identical(monkeypatch, tmp_path, loss):
    _, whole = final_loop(monkeypatch, loss, 12)
    broken(monkeypatch, tmp_path / "state.pt", 7, 12, loss)
    _, resumed = final_loop(monkeypatch, loss, 12, checkpoint=tmp_path / "state.pt")
    assert_same(whole, resumed)


def test_several_moves_of_the_discriminator_resume_too(monkeypatch, tmp_path):
    adam = Adam(discriminator_steps=3)
    _, whole = final_loop(monkeypatch, steps=15, adam=adam)
    broken(monkeypatch, tmp_path / "state.pt", 11, 15, adam=adam)
    _, resumed = final_loop(monkeypatch, steps=15, adam=adam, checkpoint=tmp_path / "state.pt")
    assert_same(whole, resumed)


def test_broken_many_times(monkeypatch, tmp_path):
    _, whole = final_loop(monkeypatch, "nonsaturating", 23, **OPTIONS)
    for at in (1, 2, 9, 10, 11, 19, 22):
        broken(monkeypatch, tmp_path / "state.pt", at, **OPTIONS)
    _, resumed = final_loop(monkeypatch, "nonsaturating", 23, checkpoint=tmp_path / "state.pt",
                            **OPTIONS)
    assert_same(whole, resumed)


@pytest.mark.parametrize("first", [7, 10])
def test_a_finished_run_can_be_extended(monkeypatch, tmp_path, first):
    path, options = tmp_path / "state.pt", {"average": 0.8, "snapshots": [3, 7]}
    done, _ = final_loop(monkeypatch, steps=first, checkpoint=path, **options)
    again = train(steps=first, checkpoint=path, **options)
    np.testing.assert_array_equal(done.sample(3), again.sample(3))
    _, extended = final_loop(monkeypatch, steps=19, checkpoint=path, **options)
    _, whole = final_loop(monkeypatch, steps=19, **options)
    assert_same(whole, extended)


@pytest.mark.parametrize("event", ["nan", "gradient"])
@pytest.mark.parametrize("every", [1, 4, 7, 50])
@pytest.mark.parametrize("at", [13, 16, 21])
def test_a_resumed_run_knows_its_sick_seed(monkeypatch, tmp_path, every, at, event):
    loss, path = Events([12], seed=1, event=event), tmp_path / "state.pt"
    with pytest.warns(UserWarning, match="seed 1 .* at step 12;"):
        _, whole = final_loop(monkeypatch, loss, 23, **OPTIONS)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        broken(monkeypatch, path, at, 23, loss, every, **OPTIONS)
        run, resumed = final_loop(monkeypatch, loss, 23, checkpoint=path, checkpoint_every=every,
                                  **OPTIONS)
    assert 1 <= len(told) <= 2 and all("at step 12;" in str(t.message) for t in told)
    assert_same(whole, resumed)
    assert run.diverged == {1: 12} and np.isfinite(run.sample(3)).all()
    assert all(np.isfinite(series).all() for series in run.snapshots.values())


# --- Killed ----------------------------------------------------------------------------------

KILLER = """
import os, pathlib, random, signal, sys, time
import numpy as np
import torch
import rnngan_tutorial as rt

data = rt.Sequences(np.random.default_rng(7).uniform(-0.9, 0.9, (40, 6, 1)))
torch.optim.Adam([torch.ones(1, requires_grad=True)])  # so that forks need not import its parts

def train(path, every):
    rt.train(data, "nonsaturating", 1000, 2, hidden=4, batch=4, device="cpu", average=0.8,
             snapshots=[100], checkpoint=path, checkpoint_every=every, progress=False)

def changed():
    return path.stat().st_mtime_ns if path.exists() else None

path, rng = pathlib.Path(sys.argv[1]), random.Random(3)
for kill in range(20):
    before = changed()
    child = os.fork()
    if not child:
        train(path, 3)
        os._exit(0)
    while changed() == before:
        time.sleep(0.001)
    time.sleep(rng.uniform(0, 0.03))
    os.kill(child, signal.SIGKILL)
    print(-os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]),
          torch.load(path, weights_only=True)["step"])
train(path, 250)
train(sys.argv[2], 250)
"""


def test_killed_twenty_times(tmp_path):
    killed, whole = tmp_path / "killed.pt", tmp_path / "whole.pt"
    done = subprocess.run([sys.executable, "-c", KILLER, killed, whole], capture_output=True,
                          text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    ends, reached = zip(*(map(int, line.split()) for line in done.stdout.splitlines()),
                        strict=True)
    assert ends == (signal.SIGKILL,) * 20
    assert sorted(set(reached)) == list(reached) and reached[-1] < 1000
    first, second = read_checkpoint(killed), read_checkpoint(whole)
    assert first["step"] == 1000
    assert_equal_content(first, second)


def assert_equal_content(first, second):
    assert type(first) is type(second)
    if isinstance(first, dict):
        assert first.keys() == second.keys()
        for key in first:
            assert_equal_content(first[key], second[key])
    elif isinstance(first, (list, tuple)):
        assert len(first) == len(second)
        for a, b in zip(first, second, strict=True):
            assert_equal_content(a, b)
    elif isinstance(first, torch.Tensor):
        assert torch.equal(first.isnan(), second.isnan())
        assert torch.equal(first.nan_to_num(), second.nan_to_num())
    else:
        assert first == second


def test_a_kill_while_writing_leaves_the_old_file(monkeypatch, tmp_path):
    path = tmp_path / "state.pt"
    train(steps=5, checkpoint=path)
    old = path.read_bytes()

    def half(content, file):
        file.write(old[:100])
        raise Killed

    monkeypatch.setattr(checkpoint.torch, "save", half)
    with pytest.raises(Killed):
        train(steps=9, checkpoint=path)
    monkeypatch.undo()
    assert path.read_bytes() == old
    assert (tmp_path / "state.pt.part").read_bytes() == old[:100]
    _, resumed = final_loop(monkeypatch, steps=9, checkpoint=path)
    _, whole = final_loop(monkeypatch, steps=9)
    assert_same(whole, resumed)
    assert os.listdir(tmp_path) == ["state.pt"]


def test_the_file_is_complete_before_it_takes_the_name(monkeypatch, tmp_path):
    calls = []
    sync, put = os.fsync, os.replace
    monkeypatch.setattr(checkpoint.os, "fsync", lambda f: (calls.append("sync"), sync(f)))
    monkeypatch.setattr(checkpoint.os, "replace", lambda a, b: (calls.append("put"), put(a, b)))
    write_checkpoint(tmp_path / "state.pt", {"step": 3})
    assert calls == ["sync", "put"]
    assert read_checkpoint(tmp_path / "state.pt") == {"format": FORMAT, "step": 3}


def test_checkpoints_are_written_when_asked(monkeypatch, tmp_path):
    steps = []
    monkeypatch.setattr("rnngan_tutorial.loop.write_checkpoint",
                        lambda _, state: steps.append(state["step"]))
    train(steps=17, checkpoint=tmp_path / "state.pt", checkpoint_every=7)
    assert steps == [7, 14, 17]


# --- Files that are none -------------------------------------------------------------------------

class Hostile:
    """A pickle that makes a file when it is read."""

    def __init__(self, sentinel):
        self.sentinel = sentinel

    def __reduce__(self):
        return Path.touch, (self.sentinel,)


def truncated(path, sentinel):
    train(steps=2, checkpoint=path)
    path.write_bytes(path.read_bytes()[:-1000])


def cut_short(path, sentinel):
    train(steps=2, checkpoint=path)
    path.write_bytes(path.read_bytes()[:200])


FILES = {
    "truncated": truncated,
    "cut short": cut_short,
    "empty": lambda path, _: path.write_bytes(b""),
    "text": lambda path, _: path.write_text("step,loss\n1,2\n"),
    "zeros": lambda path, _: path.write_bytes(bytes(5000)),
    "another tensor": lambda path, _: torch.save(torch.ones(3), path),
    "another dict": lambda path, _: torch.save({"step": 3}, path),
    "another format": lambda path, _: torch.save({"format": "of others", "step": 3}, path),
    "a whole module": lambda path, _: torch.save(torch.nn.Linear(1, 1), path),
    "no settings": lambda path, _: write_checkpoint(path, {"step": 3}),
    "hostile pickle": lambda path, s: path.write_bytes(pickle.dumps(Hostile(s))),
    "hostile torch file": lambda path, s: torch.save({"format": FORMAT, "x": Hostile(s)}, path),
    "old hostile torch file": lambda path, s: torch.save(
        {"format": FORMAT, "x": Hostile(s)}, path, _use_new_zipfile_serialization=False),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_file_that_is_no_checkpoint(tmp_path, kind):
    path, sentinel = tmp_path / "state.pt", tmp_path / "harm"
    FILES[kind](path, sentinel)
    before = path.read_bytes()
    with pytest.raises(ValueError) as caught:
        train(checkpoint=path)
    message = str(caught.value)
    assert str(path) in message and "give another path" in message and "\n" not in message
    assert not sentinel.exists() and path.read_bytes() == before


def test_the_hostile_files_are_hostile(tmp_path):
    path, sentinel = tmp_path / "state.pt", tmp_path / "harm"
    FILES["hostile torch file"](path, sentinel)
    torch.load(path, weights_only=False)
    assert sentinel.exists()


def test_any_cut_is_noticed(tmp_path):
    path = tmp_path / "state.pt"
    train(steps=2, checkpoint=path)
    whole = path.read_bytes()
    for size in range(0, len(whole), len(whole) // 40):
        path.write_bytes(whole[:size])
        with pytest.raises(ValueError, match="cannot be read as a checkpoint"):
            read_checkpoint(path)


# --- Checkpoints of other runs -------------------------------------------------------------------

@pytest.mark.parametrize("field, options", [
    ("loss", {"loss": "hinge"}),
    ("loss", {"loss": rt.losses.BCE(0.9)}),
    ("seeds", {"seeds": 3}),
    ("seeds", {"seeds": [1, 0]}),
    ("hidden", {"hidden": 5}),
    ("batch", {"batch": 5}),
    ("latent", {"latent": rt.Latent(4, 3)}),
    ("score", {"score": "steps"}),
    ("adam", {"adam": Adam(lr_generator=1e-3)}),
    ("adam", {"adam": Adam(betas=(0.5, 0.8))}),
    ("average", {"average": 0.9}),
    ("data", {"data": small_data(41)}),
    ("data", {"data": small_data(classes=0)}),
])
def test_a_checkpoint_of_another_run_names_the_field(tmp_path, field, options):
    path = tmp_path / "state.pt"
    train(steps=2, checkpoint=path)
    with pytest.raises(ValueError, match=rf"checkpoint of another run: its {field} is ") as caught:
        train(**{"loss": "nonsaturating", **options}, checkpoint=path)
    assert "\n" not in str(caught.value) and "give another path" in str(caught.value)


def test_fewer_steps_than_were_made(tmp_path):
    train(steps=5, checkpoint=tmp_path / "state.pt")
    with pytest.raises(ValueError, match="at step 5; steps is 4 but must be at least that"):
        train(steps=4, checkpoint=tmp_path / "state.pt")


def test_settings_may_be_numbers_of_numpy(tmp_path):
    options = {"seeds": np.array([3, 1]), "hidden": np.int64(4), "batch": np.int32(4),
               "average": np.float64(0.5), "adam": Adam(lr_generator=np.float64(1e-3),
                                                        betas=(np.float32(0.5), 0.9)),
               "latent": rt.Latent(np.int64(2), 1)}
    train(steps=np.int64(3), checkpoint=tmp_path / "state.pt", **options)
    plain = {"seeds": [3, 1], "hidden": 4, "batch": 4, "average": 0.5,
             "adam": Adam(lr_generator=1e-3, betas=[0.5, 0.9], reason="another"),
             "latent": rt.Latent(2, 1)}
    assert train(steps=4, checkpoint=tmp_path / "state.pt", **plain).steps == 4
