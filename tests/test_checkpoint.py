"""Checkpoints: going on is as if there had been no break, and no file can do harm."""

import errno
import hashlib
import io
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
from small_runs import assert_same, equal, final_loop, small_data, train, weights
from test_training import Events

import rnngan_tutorial as rt
from rnngan_tutorial import checkpoint
from rnngan_tutorial.adam import Adam
from rnngan_tutorial.checkpoint import VERSION, head, read, try_to_write, write
from rnngan_tutorial.loop import Loop

OPTIONS = {"average": 0.8, "snapshots": [0, 5, 10, 23]}


class Killed(BaseException):
    """Stands for a kill: nothing in the package catches it."""


def broken(monkeypatch, path, at, steps=23, loss="nonsaturating", every=1, **options):
    """Train, checkpointing, and be killed as step `at` begins."""
    inner = Loop.one_step

    def one_step(self):
        if self.step == at:
            raise Killed
        inner(self)

    monkeypatch.setattr(Loop, "one_step", one_step)
    with pytest.raises(Killed):
        train(loss, steps, checkpoint=path, checkpoint_every=every, **options)
    monkeypatch.undo()


# --- Going on --------------------------------------------------------------------------------

@pytest.mark.parametrize("every, at", [(1, 1), (1, 5), (1, 10), (1, 22), (7, 8), (7, 20), (10, 21)])
def test_a_resumed_run_is_bit_identical(monkeypatch, tmp_path, every, at):
    _, whole = final_loop(monkeypatch, "nonsaturating", 23, **OPTIONS)
    path = tmp_path / "state.pt"
    broken(monkeypatch, path, at, every=every, **OPTIONS)
    assert read(path, "checkpoint")["step"] == at // every * every
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
def test_a_resumed_run_knows_which_seed_diverged(monkeypatch, tmp_path, every, at, event):
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
from rnngan_tutorial.checkpoint import read

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
          read(path, "checkpoint")["step"])
train(path, 250)
train(sys.argv[2], 250)
"""


@pytest.mark.skipif(os.name != "posix", reason="forks and signals of POSIX")
def test_killed_twenty_times(tmp_path):
    killed, whole = tmp_path / "killed.pt", tmp_path / "whole.pt"
    done = subprocess.run([sys.executable, "-c", KILLER, killed, whole], capture_output=True,
                          text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    ends, reached = zip(*(map(int, line.split()) for line in done.stdout.splitlines()),
                        strict=True)
    assert ends == (signal.SIGKILL,) * 20
    assert sorted(set(reached)) == list(reached) and reached[-1] < 1000
    first, second = (read(path, "checkpoint") for path in (killed, whole))
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


# --- Writing -----------------------------------------------------------------------------------

def parts(folder):
    return sorted(name for name in os.listdir(folder) if name != "state.pt")


@pytest.mark.parametrize("name", ["fsync", "replace"])
def test_a_kill_while_writing_leaves_the_old_file(monkeypatch, tmp_path, name):
    path = tmp_path / "state.pt"
    train(steps=5, checkpoint=path)
    old = path.read_bytes()

    def killed(*_):
        assert len(parts(tmp_path)) == 1  # the new one is on the way
        raise Killed

    monkeypatch.setattr(checkpoint.os, name, killed)
    with pytest.raises(Killed):
        train(steps=9, checkpoint=path)
    monkeypatch.undo()
    assert path.read_bytes() == old and not parts(tmp_path)
    (tmp_path / "state.pt.1-a.part").write_bytes(old[:100])  # as a kill -9 leaves it
    _, resumed = final_loop(monkeypatch, steps=9, checkpoint=path)
    _, whole = final_loop(monkeypatch, steps=9)
    assert_same(whole, resumed)


def test_the_file_is_complete_before_it_takes_the_name(monkeypatch, tmp_path):
    calls = []
    sync, put = os.fsync, os.replace
    monkeypatch.setattr(checkpoint.os, "fsync", lambda f: (calls.append("sync"), sync(f)))
    monkeypatch.setattr(checkpoint.os, "replace", lambda a, b: (calls.append("put"), put(a, b)))
    first = write(tmp_path / "state.pt", "checkpoint", {"step": 3})
    assert calls == ["sync", "put"]
    assert read(tmp_path / "state.pt", "checkpoint") == {"step": 3}
    assert first == head(tmp_path / "state.pt")


def test_the_format_is_what_it_says(tmp_path):
    path = tmp_path / "state.pt"
    write(path, "run", {"step": 3})
    first, body = path.read_bytes().split(b"\n", 1)
    assert first.decode() == f"rnngan_tutorial run {VERSION} {hashlib.sha256(body).hexdigest()}"
    assert torch.load(io.BytesIO(body), weights_only=True) == {"step": 3}
    assert head(tmp_path / "none") is None


def test_checkpoints_are_written_when_asked(monkeypatch, tmp_path):
    steps, inner = [], checkpoint.write
    monkeypatch.setattr(checkpoint, "write", lambda path, kind, state: (
        steps.append(state["step"]), inner(path, kind, state))[1])
    train(steps=17, checkpoint=tmp_path / "state.pt", checkpoint_every=7)
    assert steps == [7, 14, 17]


@pytest.mark.parametrize("loss", ["nonsaturating", "wasserstein_gp"])
@pytest.mark.parametrize("at, turn", [(0, "generator"), (4, "discriminator"), (7, "generator")])
def test_ctrl_c_writes_the_checkpoint(monkeypatch, tmp_path, at, turn, loss):
    path, inner = tmp_path / "state.pt", Loop.move

    def move(self, who, value, watch):
        if (self.step, who) == (at, turn):
            monkeypatch.setattr(Loop, "move", inner)  # once
            raise KeyboardInterrupt
        inner(self, who, value, watch)

    monkeypatch.setattr(Loop, "move", move)
    with pytest.warns(UserWarning, match=f"interrupted: the run ends at step {at} of 23"):
        left = train(loss, 23, checkpoint=path, **OPTIONS)
    monkeypatch.undo()
    assert left.steps == at == read(path, "checkpoint")["step"]
    _, resumed = final_loop(monkeypatch, loss, 23, checkpoint=path, **OPTIONS)
    _, whole = final_loop(monkeypatch, loss, 23, **OPTIONS)
    assert_same(whole, resumed)


def failing(monkeypatch, name, times=99):
    """Let a function that writing needs fail, so many times, as on a full disk."""
    inner, calls = getattr(checkpoint.os, name), []

    def full(*arguments):
        calls.append(name)
        if len(calls) <= times:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return inner(*arguments)

    monkeypatch.setattr(checkpoint.os, name, full)
    return calls


@pytest.mark.parametrize("name", ["fsync", "replace"])
def test_a_full_disk_is_told_and_training_goes_on(monkeypatch, tmp_path, name):
    path = tmp_path / "state.pt"
    calls = failing(monkeypatch, name)
    with pytest.warns(UserWarning) as told:
        run, loop = final_loop(monkeypatch, steps=12, checkpoint=path, checkpoint_every=5)
    assert len(calls) == len(told) == 3
    for step, warning in zip((5, 10, 12), told, strict=True):
        assert str(warning.message) == (f"step {step}: the checkpoint {path} could not be written "
                                        f"({os.strerror(errno.ENOSPC)}); training goes on")
        assert warning.filename == train.__code__.co_filename
    assert run.steps == 12 and not os.listdir(tmp_path)
    _, whole = final_loop(monkeypatch, steps=12)
    assert_same(loop, whole)


def test_a_disk_that_is_full_for_a_while(monkeypatch, tmp_path):
    path = tmp_path / "state.pt"
    train(steps=3, checkpoint=path)
    failing(monkeypatch, "replace", times=1)
    with pytest.warns(UserWarning, match="step 7: the checkpoint .* could not be written") as told:
        train(steps=14, checkpoint=path, checkpoint_every=7)
    assert len(told) == 1 and read(path, "checkpoint")["step"] == 14 and not parts(tmp_path)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is always full")
def test_a_write_that_fails_in_the_middle_leaves_nothing(monkeypatch, tmp_path):
    path = tmp_path / "state.pt"
    write(path, "run", {"step": 3})
    old, inner = path.read_bytes(), open

    def on_a_full_disk(name, mode):
        inner(name, mode).close()
        return inner("/dev/full", "wb")

    monkeypatch.setattr(checkpoint, "open", on_a_full_disk, raising=False)
    with pytest.raises(OSError):
        write(path, "run", {"step": 4, "x": torch.ones(10_000)})
    assert path.read_bytes() == old and not parts(tmp_path)


# --- Two runs, one path ------------------------------------------------------------------------

def between(monkeypatch, at, act):
    """Let something happen as step `at` begins, once."""
    inner = Loop.one_step

    def one_step(self):
        if self.step == at:
            monkeypatch.setattr(Loop, "one_step", inner)
            act()
        inner(self)

    monkeypatch.setattr(Loop, "one_step", one_step)


@pytest.mark.parametrize("at", [3, 8], ids=["appeared", "replaced"])
@pytest.mark.parametrize("loss", ["hinge", "nonsaturating"])
def test_another_run_that_writes_to_the_path_is_never_overwritten(monkeypatch, tmp_path, at, loss):
    path, other = tmp_path / "state.pt", tmp_path / "other.pt"
    train(loss, 2, checkpoint=other)
    between(monkeypatch, at, lambda: os.replace(other, path))
    with pytest.warns(UserWarning) as told:
        run = train(steps=12, checkpoint=path, checkpoint_every=5)
    assert [str(warning.message) for warning in told] == [
        f"step {step}: the checkpoint {path} could not be written (another run writes to it); "
        f"training goes on" for step in (5, 10, 12) if step > at]
    assert run.steps == 12 and read(path, "checkpoint")["step"] == 2 and not parts(tmp_path)
    assert equal(weights(run.players), weights(train(steps=12).players))


def test_a_checkpoint_that_was_deleted_is_written_again(monkeypatch, tmp_path):
    path = tmp_path / "state.pt"
    between(monkeypatch, 8, path.unlink)
    train(steps=12, checkpoint=path, checkpoint_every=5)
    assert read(path, "checkpoint")["step"] == 12


TWO = """
import os, sys, traceback, warnings
import numpy as np
import torch
import rnngan_tutorial as rt

warnings.simplefilter("ignore")
data = rt.Sequences(np.random.default_rng(7).uniform(-0.9, 0.9, (40, 6, 1)))
torch.optim.Adam([torch.ones(1, requires_grad=True)])  # so that forks need not import its parts
children = []
for loss in ("hinge", "kl"):
    child = os.fork()
    if not child:
        try:
            rt.train(data, loss, 60, 1, hidden=4, batch=4, device="cpu", checkpoint=sys.argv[1],
                     checkpoint_every=1)
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    children.append(child)
print(*(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children))
"""


@pytest.mark.skipif(os.name != "posix", reason="forks of POSIX")
def test_two_processes_on_one_path(tmp_path):
    path = tmp_path / "state.pt"
    done = subprocess.run([sys.executable, "-c", TWO, path], capture_output=True, text=True,
                          timeout=300)
    # The other went on beside the first, or came later and was told whose the file is.
    if done.stdout.split() != ["0", "0"]:
        assert sorted(done.stdout.split()) == ["0", "1"], done.stderr
        assert "is a checkpoint of another run: its loss is" in done.stderr
    assert read(path, "checkpoint")["step"] <= 60 and not parts(tmp_path)


# --- Paths that will not do --------------------------------------------------------------------

def test_a_path_is_tried_before_the_first_step(monkeypatch, tmp_path):
    monkeypatch.setattr(Loop, "one_step", lambda self: pytest.fail("a step was taken"))
    with pytest.raises(ValueError, match="there is no directory .*mistyped; make it, or give"):
        train(checkpoint=tmp_path / "mistyped" / "state.pt")
    assert not os.listdir(tmp_path)  # no directory is made for it
    with pytest.raises(ValueError, match="is a directory; give the path of a file"):
        train(checkpoint=tmp_path)
    (tmp_path / "file").write_text("x")
    with pytest.raises(ValueError, match="there is no directory .*file; make it, or give another"):
        train(checkpoint=tmp_path / "file" / "state.pt")
    with pytest.raises(ValueError, match="another path"):
        train(checkpoint=str(tmp_path / "a\0b"))
    with pytest.raises(ValueError, match="another path"):
        train(checkpoint=tmp_path / ("a" * 300))


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_directory_that_is_read_only(tmp_path):
    os.chmod(tmp_path, 0o500)
    try:
        with pytest.raises(ValueError, match="cannot be written .*; give another path"):
            try_to_write(tmp_path / "state.pt")
    finally:
        os.chmod(tmp_path, 0o700)


def test_a_directory_that_refuses_is_told_before_the_first_step(monkeypatch, tmp_path):
    def refuse(path, content):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "write_bytes", refuse)
    monkeypatch.setattr(Loop, "one_step", lambda self: pytest.fail("a step was taken"))
    with pytest.raises(ValueError) as caught:
        train(checkpoint=tmp_path / "state.pt")
    assert str(caught.value) == (f"{tmp_path / 'state.pt'} cannot be written "
                                 f"({os.strerror(errno.EACCES)}); give another path")


def test_trying_leaves_nothing_behind(tmp_path):
    try_to_write(tmp_path / "state.pt")
    assert not os.listdir(tmp_path)
    (tmp_path / "state.pt").write_text("old")
    try_to_write(tmp_path / "state.pt")
    assert (tmp_path / "state.pt").read_text() == "old"


@pytest.mark.parametrize("path", ["~/state.pt", Path("~/state.pt")])
def test_the_home_directory_may_be_a_tilde(monkeypatch, tmp_path, path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    train(steps=1, checkpoint=path)
    assert os.listdir(tmp_path) == ["state.pt"]
    assert train(steps=2, checkpoint=path).steps == 2


# --- Files that are none -------------------------------------------------------------------------

class Hostile:
    """A pickle that makes a file when it is read."""

    def __init__(self, sentinel):
        self.sentinel = sentinel

    def __reduce__(self):
        return Path.touch, (self.sentinel,)


def put(path, body, kind="checkpoint", version=VERSION):
    """A file with a right first line and any body."""
    first = f"rnngan_tutorial {kind} {version} {hashlib.sha256(body).hexdigest()}\n"
    path.write_bytes(first.encode() + body)


def saved(content, **options):
    buffer = io.BytesIO()
    torch.save(content, buffer, **options)
    return buffer.getvalue()


def cut(path, size):
    train(steps=2, checkpoint=path)
    path.write_bytes(path.read_bytes()[:size])


FILES = {
    "truncated": (lambda path, _: cut(path, -1000), "is damaged"),
    "cut short": (lambda path, _: cut(path, 200), "is damaged"),
    "cut in its first line": (lambda path, _: cut(path, 20), "no checkpoint of this package"),
    "empty": (lambda path, _: path.write_bytes(b""), "no checkpoint of this package"),
    "text": (lambda path, _: path.write_text("step,loss\n1,2\n"), "no checkpoint of"),
    "zeros": (lambda path, _: path.write_bytes(bytes(5000)), "no checkpoint of this package"),
    "another tensor": (lambda path, _: torch.save(torch.ones(3), path), "no checkpoint of"),
    "another dict": (lambda path, _: torch.save({"step": 3}, path), "no checkpoint of"),
    "a whole module": (lambda path, _: torch.save(torch.nn.Linear(1, 1), path), "no checkpoint"),
    "a saved run": (lambda path, _: train(steps=1).save(path), "holds a run, not a checkpoint"),
    "another version": (lambda path, _: put(path, saved({"step": 3}), version=1),
                        "has format 1, and this version of the package reads 2; install"),
    "a tensor inside": (lambda path, _: put(path, saved(torch.ones(3))), "cannot be read"),
    "a module inside": (lambda path, _: put(path, saved(torch.nn.Linear(1, 1))), "cannot be read"),
    "no settings": (lambda path, _: write(path, "checkpoint", {"step": 3}), "lacks 'average'"),
    "hostile pickle": (lambda path, s: path.write_bytes(pickle.dumps(Hostile(s))),
                       "no checkpoint of this package"),
    "hostile torch file": (lambda path, s: torch.save({"x": Hostile(s)}, path), "no checkpoint"),
    "hostile inside": (lambda path, s: put(path, saved({"x": Hostile(s)})), "cannot be read"),
    "hostile inside, old": (lambda path, s: put(path, saved(
        {"x": Hostile(s)}, _use_new_zipfile_serialization=False)), "cannot be read"),
    "hostile pickle inside": (lambda path, s: put(path, pickle.dumps(Hostile(s))),
                              "cannot be read"),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_file_that_is_no_checkpoint(tmp_path, kind):
    path, sentinel = tmp_path / "state.pt", tmp_path / "harm"
    make, fault = FILES[kind]
    make(path, sentinel)
    before = path.read_bytes()
    with pytest.raises(ValueError) as caught:
        train(checkpoint=path)
    message = str(caught.value)
    assert str(path) in message and fault in message and "\n" not in message
    assert "another path" in message or "install the one" in message
    assert not sentinel.exists() and path.read_bytes() == before


def test_the_hostile_files_are_hostile(tmp_path):
    path, sentinel = tmp_path / "state.pt", tmp_path / "harm"
    FILES["hostile torch file"][0](path, sentinel)
    torch.load(path, weights_only=False)
    assert sentinel.exists()


def test_any_flipped_bit_is_noticed(tmp_path):
    path, rng = tmp_path / "state.pt", np.random.default_rng(3)
    train(steps=2, checkpoint=path, average=0.9, snapshots=[1])
    whole = path.read_bytes()
    places = np.linspace(0, len(whole) - 1, 100).astype(int)
    for place, bit in zip(places, rng.integers(0, 8, 100), strict=True):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << bit
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match="is damaged|is no checkpoint|not a checkpoint|format"):
            read(path, "checkpoint")
    for place in places[1:]:
        damaged = bytearray(whole)
        damaged[place:place + 4096] = bytes(len(damaged[place:place + 4096]))
        if bytes(damaged) != whole:
            path.write_bytes(damaged)
            with pytest.raises(ValueError):
                read(path, "checkpoint")
    path.write_bytes(whole)
    assert read(path, "checkpoint")["step"] == 2


def test_any_cut_is_noticed(tmp_path):
    path = tmp_path / "state.pt"
    train(steps=2, checkpoint=path)
    whole = path.read_bytes()
    for size in range(0, len(whole), len(whole) // 40):
        path.write_bytes(whole[:size])
        with pytest.raises(ValueError, match="is damaged|is no checkpoint"):
            read(path, "checkpoint")


@pytest.mark.parametrize("key", ["identity", "step", "players", "average", "optimizers", "records",
                                 "snapshots"])
def test_a_part_that_is_missing_is_named(tmp_path, key):
    path = tmp_path / "state.pt"
    train(steps=2, checkpoint=path)
    content = read(path, "checkpoint")
    del content[key]
    write(path, "checkpoint", content)
    with pytest.raises(ValueError, match=f"lacks '{key}'; delete it or give another path"):
        train(steps=4, checkpoint=path)


# --- Checkpoints of other runs -------------------------------------------------------------------

@pytest.mark.parametrize("field, options", [
    ("loss", {"loss": "hinge"}),
    ("loss", {"loss": rt.losses.BCE(0.9)}),
    ("seeds", {"seeds": 3}),
    ("seeds", {"seeds": [1, 0]}),
    ("hidden", {"hidden": 5}),
    ("batch", {"batch": 5}),
    ("latent", {"latent": rt.Latent(4, 3)}),
    ("logits", {"logits": "steps"}),
    ("spectral_norm", {"spectral_norm": True}),
    ("adam", {"adam": Adam(lr_generator=1e-3)}),
    ("adam", {"adam": {"betas": (0.5, 0.8)}}),
    ("adam", {"adam": {"clip": 1.0}}),
    ("average", {"average": 0.9}),
    ("data", {"data": small_data(41)}),
    ("data", {"data": small_data(classes=0)}),
])
def test_a_checkpoint_of_another_run_names_the_field(tmp_path, field, options):
    path = tmp_path / "state.pt"
    train(steps=2, checkpoint=path)
    before = path.read_bytes()
    with pytest.raises(ValueError, match=rf"checkpoint of another run: its {field} is ") as caught:
        train(**{"loss": "nonsaturating", **options}, checkpoint=path)
    message = str(caught.value)
    assert "\n" not in message and f"give another path, or the same {field}" in message
    assert path.read_bytes() == before


def test_the_same_numbers_in_other_series_are_other_data(tmp_path):
    values, path = small_data().values, tmp_path / "state.pt"
    train(steps=2, data=rt.Sequences(values), checkpoint=path)
    with pytest.raises(ValueError, match="checkpoint of another run: its data is "):
        train(data=rt.Sequences(values.reshape(80, 3, 1)), checkpoint=path)


class Weighed(rt.losses.NonSaturating):
    """A loss whose repr says nothing."""

    def __init__(self, weigh):
        self.weigh = weigh

    def generator(self, round):
        return self.weigh(super().generator(round))

    def __repr__(self):
        return "Weighed()"


def other_code():
    """A class of the same name and repr, with another line."""
    class Weighed(rt.losses.NonSaturating):
        def __init__(self, weigh):
            self.weigh = weigh

        def generator(self, round):
            return -5 * self.weigh(super().generator(round))

        def __repr__(self):
            return "Weighed()"

    return Weighed


@pytest.mark.parametrize("other", [
    lambda: other_code()(lambda value: 1.5 * value), lambda: Weighed(lambda value: 2.5 * value),
    lambda: Weighed(lambda value: value)])
def test_a_loss_of_the_same_repr_and_other_code_is_another_loss(tmp_path, other):
    path = tmp_path / "state.pt"
    train(Weighed(lambda value: 1.5 * value), 2, checkpoint=path)
    assert repr(other()) == "Weighed()"
    with pytest.raises(ValueError, match="checkpoint of another run: its loss is"):
        train(other(), 4, checkpoint=path)
    assert train(Weighed(lambda value: 1.5 * value), 4, checkpoint=path).steps == 4


LAMBDA = """
import sys
import numpy as np
import rnngan_tutorial as rt

class Weighed(rt.losses.NonSaturating):
    def __init__(self, weigh):
        self.weigh, self.names = weigh, {"b", "a", "c"}

    def generator(self, round):
        return self.weigh(super().generator(round))

factor = 1.5
ballast = [object() for _ in range(int(sys.argv[2]))]  # so that addresses differ
data = rt.Sequences(np.random.default_rng(7).uniform(-0.9, 0.9, (40, 6, 1)))
rt.train(data, Weighed(lambda value: factor * value), int(sys.argv[2]), 1, hidden=4, batch=4,
         device="cpu", checkpoint=sys.argv[1])
"""


def test_a_lambda_is_the_same_in_another_process(tmp_path):
    for steps in (2, 4):
        subprocess.run([sys.executable, "-c", LAMBDA, tmp_path / "state.pt", str(steps)],
                       check=True, timeout=300)
    assert read(tmp_path / "state.pt", "checkpoint")["step"] == 4


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


def test_options_of_a_loss_may_be_tensors(tmp_path):
    for sigma in (torch.tensor(0.3), torch.tensor([[0.2], [0.4]])):  # one per seed
        path = tmp_path / f"{sigma.numel()}.pt"
        train(rt.loss("vae", sigma=sigma), 2, checkpoint=path)
        assert train(rt.loss("vae", sigma=sigma.clone()), 4, checkpoint=path).steps == 4
        with pytest.raises(ValueError, match="its loss is"):
            train(rt.loss("vae", sigma=sigma + 0.1), 4, checkpoint=path)


def test_a_finished_run_is_read_and_not_trained(monkeypatch, tmp_path):
    done = train(steps=5, checkpoint=tmp_path / "state.pt")
    before = (tmp_path / "state.pt").read_bytes()
    monkeypatch.setattr(Loop, "one_step", lambda self: pytest.fail("a step was taken"))
    again = train(steps=5, checkpoint=tmp_path / "state.pt")
    assert equal(weights(done.players), weights(again.players))
    assert (tmp_path / "state.pt").read_bytes() == before
