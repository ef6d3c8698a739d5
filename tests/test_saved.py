"""A run that was saved: the same run without its data, and a file that can do no harm."""

import errno
import os
import pickle
import zipfile

import numpy as np
import pandas as pd
import pytest
import torch
from own_networks import Convolutional, Read, Recurrent
from small_runs import DATA, small_data, train
from test_checkpoint import Hostile, put, saved

import rnngan_tutorial as rt
from rnngan_tutorial import checkpoint
from rnngan_tutorial.checkpoint import VERSION, read, write

NAMED = rt.Sequences(small_data(classes=3, features=2).values, labels=np.arange(40) % 3,
                     label_names=("low", "mid", "high"), feature_names=("flow", "level"),
                     name="rivers", unit=("m3/s", "m"), step=0.5, step_unit="h",
                     scale=rt.Scale.fit(50 + 9 * small_data(features=2).values))
OWN = {"generator": Recurrent, "discriminator": Read}
RUNS = {
    "plain": ("nonsaturating", DATA, {}),
    "conditional": ("conditional", NAMED, {"seeds": [5, 2]}),
    "infogan": ("infogan", NAMED, {}),
    "vae": ("vae", NAMED, {}),
    "a learnt sigma": (rt.loss("vae", sigma="learnt"), NAMED, {}),
    "average": ("wasserstein_gp", NAMED, {"average": 0.8, "snapshots": [0, 2]}),
    "steps": ("hinge", NAMED, {"logits": "steps", "spectral_norm": True}),
    "improved": ("improved", DATA, {}),
    "settings": ("hinge", DATA, {"adam": {"schedule": "cosine", "betas_end": (0.0, 0.99)},
                                 "latent": rt.Latent(2, 1)}),
    "a sum": (rt.loss("hinge") + 0.5 * rt.losses.R1(), DATA, {}),
    "numbers of numpy": ("hinge", DATA, {"seeds": np.array([3, 1]), "hidden": np.int64(4),
                                         "average": np.float64(0.5)}),
    "own": ("conditional", NAMED, {**OWN, "average": 0.9}),
}


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Every kind of run, and the run that its file holds: made when first asked for."""
    folder, made = tmp_path_factory.mktemp("runs"), {}

    def pair(name):
        if name not in made:
            loss, data, options = RUNS[name]
            run = train(loss, 3, data, **options)
            run.save(folder / name)
            own = {who: options[who] for who in OWN if who in options}
            made[name] = run, rt.load_run(folder / name, **own)
        return made[name]

    return pair


# There and back

@pytest.mark.parametrize("name", RUNS)
def test_a_loaded_run_makes_the_same_series(kept, name):
    run, again = kept(name)
    for noise in (0, 3):
        np.testing.assert_array_equal(again.sample(5, noise=noise), run.sample(5, noise=noise))
    np.testing.assert_array_equal(again.sample(5, units=True), run.sample(5, units=True))
    for first, second in zip(run.inputs(4), again.inputs(4), strict=True):
        assert first is second is None or torch.equal(first, second)


@pytest.mark.parametrize("name", RUNS)
def test_a_loaded_run_reads_series_the_same(kept, name):
    run, again = kept(name)
    values = (NAMED if run.data.shape[2] == 2 else DATA).values[:4]
    labels = [0, 1, 2, 0] if run.needs.labels else None
    np.testing.assert_array_equal(again.logits(values, labels), run.logits(values, labels))


@pytest.mark.parametrize("name", RUNS)
def test_a_loaded_run_remembers_everything_else(kept, name):
    run, again = kept(name)
    for what in ("name", "seeds", "steps", "needs", "latent", "diverged"):
        assert getattr(again, what) == getattr(run, what)
    assert repr(again) == repr(run) and again._repr_html_() == run._repr_html_()
    assert again.settings.keys() == run.settings.keys()
    for key, value in run.settings.items():
        assert again.settings[key] == value and type(again.settings[key]) in (
            type(value), int, float)
    assert again.history.seeds == run.history.seeds
    np.testing.assert_array_equal(again.history.watched, run.history.watched)
    for key, values in run.history.arrays().items():
        np.testing.assert_array_equal(getattr(again.history, key), values)
    assert again.snapshots.keys() == run.snapshots.keys()
    for step, series in run.snapshots.items():
        np.testing.assert_array_equal(again.snapshots[step], series)
    for a, b in zip(run.players.parameters(), again.players.parameters(), strict=True):
        assert torch.equal(a, b) and b.requires_grad
    assert (again.average is None) == (run.average is None)


def test_data_without_series_keep_names_units_and_scale(kept):
    run, again = kept("conditional")
    assert again.data.shape == (0, 6, 2) and len(again.data) == 0
    for what in ("name", "label_names", "feature_names", "unit", "step", "step_unit"):
        assert getattr(again.data, what) == getattr(NAMED, what)
    assert again.data.same_scale(NAMED) and again.data.unit_of("level") == "m"
    frame = again.to_frame(3)
    assert list(frame.columns) == list(run.to_frame(3).columns)
    assert frame.equals(run.to_frame(3))


def test_label_shares_and_names_are_kept(kept):
    run, again = kept("conditional")
    np.testing.assert_array_equal(again.label_counts, run.label_counts)
    np.testing.assert_array_equal(again.sample(4, labels="high"), run.sample(4, labels="high"))
    assert set(again.to_frame(4, labels="mid")["label"]) == {"mid"}
    _, y, _ = again.inputs(3000)
    assert [(y == k).float().mean().item() for k in range(3)] == pytest.approx(
        [14 / 40, 13 / 40, 13 / 40], abs=0.03)


def test_a_code_and_the_observation_noise_are_kept(kept):
    run, again = kept("infogan")
    code = np.eye(3, dtype=np.float32)
    np.testing.assert_array_equal(again.sample(3, code=code), run.sample(3, code=code))
    for name in ("vae", "a learnt sigma"):
        run, again = kept(name)
        noisy = again.sample(3, observation=True)
        np.testing.assert_array_equal(noisy, run.sample(3, observation=True))
        assert np.abs(noisy - again.sample(3)).max() > 0.01
        assert again.encoder(torch.zeros(2, 1, 6, 2))[0].shape == (2, 1, 4)


def test_the_loss_is_known_by_its_name(kept):
    assert isinstance(kept("infogan")[1].loss, rt.losses.InfoGAN)
    assert kept("a sum")[1].loss is None
    assert kept("a sum")[1].name == "Hinge() + 0.5 * (R1(gamma=0.3))"


def test_seeds_that_diverged_are_kept(tmp_path):
    class Once(rt.losses.NonSaturating):
        def generator(self, round):
            return super().generator(round) * torch.tensor(
                [torch.nan if round.step == 1 else 1.0, 1.0])

    with pytest.warns(UserWarning, match="seed 0 .* at step 1;"):
        run = train(Once(), 3)
    run.save(tmp_path / "run")
    again = rt.load_run(tmp_path / "run")
    assert again.diverged == {0: 1} and again.to_frame(2).equals(run.to_frame(2))
    assert np.isnan(again.history.generator[1:, 0]).all()


def test_a_loaded_run_is_a_run_like_any_other(kept, tmp_path):
    run, again = kept("average")
    again.save(tmp_path / "again")
    np.testing.assert_array_equal(rt.load_run(tmp_path / "again").sample(3), run.sample(3))
    np.testing.assert_allclose(again.only(1).sample(3)[0], run.sample(3)[1], atol=1e-6)
    z, _, _ = run.inputs(3)
    np.testing.assert_allclose(again.to_torch(1)[0](z[1]).detach(), run.sample(3)[1], atol=1e-6)
    further = train("wasserstein_gp", 2, NAMED, start_from=again)
    assert np.isfinite(further.history.generator).all()
    with pytest.raises(ValueError, match="none of them 0"):
        train("hinge", 1, again.data)


def test_seeds_may_be_saved_by_themselves(kept, tmp_path):
    run, _ = kept("conditional")
    run.only(2).save(tmp_path / "one")
    again = rt.load_run(tmp_path / "one")
    assert again.seeds == (2,)
    np.testing.assert_array_equal(again.sample(3), run.only(2).sample(3))


@pytest.mark.parametrize("name", ["plain", "own"])
def test_the_callers_modes_do_not_matter(kept, tmp_path, name):
    run, _ = kept(name)
    run.save(tmp_path / "run")
    torch.set_default_dtype(torch.float64)
    try:
        with torch.no_grad():
            again = rt.load_run(tmp_path / "run", **(OWN if name == "own" else {}))
            assert not torch.is_grad_enabled()
        series = again.sample(3)
    finally:
        torch.set_default_dtype(torch.float32)
    np.testing.assert_array_equal(series, run.sample(3))
    assert {w.dtype for w in again.players.parameters()} == {torch.float32}


@pytest.mark.parametrize("home", ["~/run", "~/deep.run"])
def test_the_home_directory_may_be_a_tilde(kept, monkeypatch, tmp_path, home):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    kept("plain")[0].save(home)
    assert rt.load_run(home).steps == 3 and len(os.listdir(tmp_path)) == 1


# Own networks

def test_own_networks_must_be_given_again(kept, tmp_path):
    run, _ = kept("own")
    run.save(tmp_path / "run")
    for given, fault in (({}, "with a generator of its own; give generator="),
                         ({"generator": Recurrent}, "a discriminator of its own; give discrim"),
                         ({**OWN, "generator": Convolutional}, "do not fit this run: .* has shape"),
                         ({**OWN, "generator": 3}, "class or function")):
        with pytest.raises((ValueError, TypeError), match=fault) as caught:
            rt.load_run(tmp_path / "run", **given)
        assert "\n" not in str(caught.value)
    kept("plain")[0].save(tmp_path / "plain")
    with pytest.raises(ValueError, match="with no generator of its own; leave out generator="):
        rt.load_run(tmp_path / "plain", generator=Recurrent)


# The file

def test_the_file_holds_no_code(kept, tmp_path):
    path = tmp_path / "run"
    kept("conditional")[0].save(path)
    first, body = path.read_bytes().split(b"\n", 1)
    assert first.startswith(f"rnngan_tutorial run {VERSION} ".encode())
    (tmp_path / "body").write_bytes(body)
    content = torch.load(tmp_path / "body", weights_only=True)
    assert content["versions"]["torch"] == torch.__version__
    with zipfile.ZipFile(tmp_path / "body") as file:
        pickled, = (file.read(name) for name in file.namelist() if name.endswith("data.pkl"))
    assert b"rnngan_tutorial" not in pickled


def test_no_series_are_in_the_file(kept, tmp_path):
    kept("plain")[0].save(tmp_path / "run")
    body = (tmp_path / "run").read_bytes()
    for series in DATA.values[:5]:
        assert series.tobytes() not in body


def test_any_flipped_bit_is_noticed(kept, tmp_path):
    path, rng = tmp_path / "run", np.random.default_rng(5)
    kept("plain")[0].save(path)
    whole = path.read_bytes()
    for place, bit in zip(np.linspace(0, len(whole) - 1, 100).astype(int), rng.integers(0, 8, 100),
                          strict=True):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << bit
        path.write_bytes(damaged)
        with pytest.raises(ValueError) as caught:
            rt.load_run(path)
        assert "\n" not in str(caught.value) and str(path) in str(caught.value)


FILES = {
    "nothing": (lambda path, _: None, "there is no run"),
    "empty": (lambda path, _: path.write_bytes(b""), "is no run of this package"),
    "a checkpoint": (lambda path, _: train(steps=1, checkpoint=path),
                     "holds a checkpoint, not a run"),
    "a torch file": (lambda path, _: torch.save({"seeds": [0]}, path), "is no run of this"),
    "another version": (lambda path, _: put(path, saved({}), "run", 3),
                        "has format 3, and this version of the package reads 2"),
    "an empty dict": (lambda path, _: write(path, "run", {}), "is no whole run (KeyError"),
    "odd parts": (lambda path, _: write(path, "run", {"settings": 3}), "is no whole run"),
    "hostile": (lambda path, s: path.write_bytes(pickle.dumps(Hostile(s))), "is no run of this"),
    "hostile torch file": (lambda path, s: torch.save({"x": Hostile(s)}, path), "is no run of"),
    "hostile inside": (lambda path, s: put(path, saved({"x": Hostile(s)}), "run"),
                       "cannot be read as a run"),
    "hostile pickle inside": (lambda path, s: put(path, pickle.dumps(Hostile(s)), "run"),
                              "cannot be read as a run"),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_file_that_is_no_run(tmp_path, kind):
    path, sentinel = tmp_path / "run", tmp_path / "harm"
    make, fault = FILES[kind]
    make(path, sentinel)
    with pytest.raises(ValueError) as caught:
        rt.load_run(path)
    assert fault in str(caught.value) and "\n" not in str(caught.value)
    assert not sentinel.exists()


@pytest.mark.parametrize("part", ["settings", "seeds", "needs", "latent", "data", "shape", "adam",
                                  "label_counts", "history", "watched", "players", "average",
                                  "steps", "diverged", "snapshots", "name"])
def test_a_part_that_is_missing_or_odd_is_one_line(kept, tmp_path, part):
    kept("plain")[0].save(tmp_path / "run")
    content = read(tmp_path / "run", "run")
    without = {name: value for name, value in content.items() if name != part}
    other = {**content, part: {"odd": 1} if isinstance(content[part], dict) else 1.5}
    # Nothing is made of these before they are asked for.
    free = ("label_counts", "steps", "name", "diverged", "snapshots")
    for changed in (without,) if part in free else (without, other):
        write(tmp_path / "odd", "run", changed)
        with pytest.raises(ValueError) as caught:
            rt.load_run(tmp_path / "odd")
        assert "\n" not in str(caught.value) and "odd" in str(caught.value)


def test_a_file_that_cannot_be_written_leaves_the_old_one(kept, monkeypatch, tmp_path):
    path, run = tmp_path / "run", kept("plain")[0]
    run.save(path)
    old = path.read_bytes()

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(checkpoint.os, "replace", full)
    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
        kept("vae")[0].save(path)
    assert path.read_bytes() == old and os.listdir(tmp_path) == ["run"]


def test_a_layout_is_kept(tmp_path):
    table = pd.DataFrame({"x": np.sin(np.arange(80.0)), "kind": ["a"] * 40 + ["b"] * 40})
    data = rt.from_frame(table, 4, label="kind")
    run = train("conditional", 2, data)
    run.save(tmp_path / "run")
    again = rt.load_run(tmp_path / "run")
    assert again.data.layout == data.layout
    assert again.to_frame(5).equals(run.to_frame(5))


def test_a_run_is_saved_to_a_file_in_a_directory_that_is_there(tmp_path):
    run = train(steps=1)
    for path, message in ((tmp_path, "is a directory"),
                          (tmp_path / "nowhere" / "run", "there is no directory")):
        with pytest.raises(ValueError, match=message):
            run.save(path)
    assert not list(tmp_path.iterdir())
