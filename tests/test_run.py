"""What a run gives: its networks, series in either scale, logits, tables, and a card."""

import numpy as np
import pandas as pd
import pytest
import torch
from small_runs import DATA, SMALL, equal, small_data, train, weights

import rnngan_tutorial as rt

NAMED = rt.Sequences(small_data(classes=3).values, labels=np.arange(40) % 3,
                     label_names=("low", "mid", "high"), feature_names=("flow",), name="rivers",
                     unit="m3/s", scale=rt.Scale(low=[-2.0], high=[5.0]))


@pytest.fixture(scope="module")
def plain():
    return train(steps=3)


@pytest.fixture(scope="module")
def named():
    return train("conditional", 3, NAMED, average=0.9, snapshots=[2], seeds=[5, 2, 9])


# How it looks

def test_a_run_is_one_line(plain, named):
    assert repr(plain) == "Run(nonsaturating on series, 3 steps, seeds 0, 1)"
    assert repr(named) == "Run(conditional on rivers, 3 steps, seeds 5, 2, 9)"
    assert repr(plain.history) == "History(3 steps, 2 seeds)"
    named.diverged[2] = 1
    try:
        assert repr(named).endswith("seeds 5, 2, 9, 1 diverged)")
        assert "seed 2 at step 1" in named._repr_html_()
    finally:
        named.diverged.clear()


def test_a_notebook_shows_a_card(named):
    card = named._repr_html_()
    for part in ("<table>", "conditional", "rivers, 6 x 1", "5, 2, 9", "none"):
        assert part in card
    assert len(card) < 1000
    data = rt.Sequences(DATA.values, name="<b>")
    assert "&lt;b&gt;" in train(steps=1, data=data)._repr_html_()


# Networks

def test_networks_by_name(plain, named):
    bare = train(average=None)
    assert bare.generator is bare.players["generator"]["generator"]
    assert plain.discriminator is plain.players["discriminator"]["discriminator"]
    assert named.generator is named.average
    run = train("vae", 1)
    assert run.encoder is run.players["generator"]["encoder"]
    with pytest.raises(AttributeError, match="loss 'nonsaturating' has no encoder; train with"):
        plain.encoder  # noqa: B018


# Series

def test_samples_repeat_themselves_and_other_noise_gives_others(plain):
    first = plain.sample(5)
    assert first.shape == (2, 5, 6, 1) and first.dtype == np.float32 and np.abs(first).max() <= 1
    np.testing.assert_array_equal(first, plain.sample(5))
    assert not np.allclose(first, plain.sample(5, noise=1))
    assert not np.allclose(first[0], first[1])


def test_samples_of_a_seed_do_not_depend_on_the_others():
    both, alone = train(steps=3), train(steps=3, seeds=[1])
    np.testing.assert_allclose(both.sample(4)[1], alone.sample(4)[0], atol=1e-5)


def test_samples_in_units(named):
    found = named.sample(3, units=True)
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, 1.5 + 3.5 * named.sample(3).astype(float), rtol=1e-12)


def test_units_are_not_rounded_to_single_precision():
    data = rt.Sequences(DATA.values, scale=rt.Scale(low=[1e9 - 1], high=[1e9 + 1]))
    made = train(steps=1, data=data).sample(5, units=True)
    assert len(np.unique(made)) > 50 and np.abs(made - 1e9).max() <= 1


def test_a_conditional_run_is_asked_for_labels():
    run = train("conditional", steps=3)
    zero, one = run.sample(6, labels=0), run.sample(6, labels=1)
    mixed = run.sample(6, labels=[0, 1, 0, 1, 0, 1])
    np.testing.assert_allclose(mixed[:, ::2], zero[:, ::2], atol=1e-6)
    np.testing.assert_allclose(mixed[:, 1::2], one[:, 1::2], atol=1e-6)
    assert not np.allclose(zero, one)


def test_an_infogan_is_asked_for_codes():
    run = train("infogan", steps=3)
    code = np.array([[1, 0, -1], [0, 1, 1]], np.float32)
    made = run.sample(2, code=code)
    assert not np.allclose(made, run.sample(2, code=code[::-1].copy()))
    z, _, drawn = run.inputs(2, code=code)
    assert torch.equal(drawn[0], torch.tensor(code))
    assert torch.equal(z[..., -3:], drawn[:, :, None].expand(2, 2, 6, 3))


def test_the_moving_average_makes_the_samples():
    run = train(steps=5, average=0.9)
    z, y, _ = run.inputs(3)
    with torch.no_grad():
        wanted = run.average(z, y).numpy()
        raw = run.players["generator"]["generator"](z, y).numpy()
    np.testing.assert_array_equal(run.sample(3), wanted)
    assert not np.allclose(raw, wanted)


def test_sampling_keeps_no_graph_and_changes_nothing(plain):
    before = weights(plain.players)
    plain.sample(2), plain.logits(DATA.values[:2])
    assert equal(before, weights(plain.players))
    assert not any(part.requires_grad for part in plain.inputs(2) if part is not None)


# Observation noise of a VAE

@pytest.mark.parametrize("sigma", [0.2, 1, np.float32(0.3), torch.tensor(0.3),
                                   torch.tensor([[0.1], [0.4]]), "learnt"])
def test_observation_noise_has_the_losss_sigma(sigma, tmp_path):
    run = train(rt.loss("vae", sigma=sigma), 2)
    n = 500
    clean, noisy = run.sample(n), run.sample(n, observation=True)
    assert noisy.dtype == np.float32
    spread = (noisy - clean).std((1, 2, 3))
    wanted = run.players["generator"]["observation"].sigma[:, 0].detach() if sigma == "learnt" \
        else torch.as_tensor(sigma).float().flatten().expand(2)
    np.testing.assert_allclose(spread, wanted, rtol=0.05)
    assert abs((noisy - clean).mean()) < 0.02
    np.testing.assert_array_equal(noisy, run.sample(n, observation=True))
    one = run.only(1)
    np.testing.assert_allclose(one.sample(n, observation=True)[0], noisy[1], atol=1e-5)
    run.save(tmp_path / "run.pt")
    np.testing.assert_array_equal(
        rt.load_run(tmp_path / "run.pt").sample(n, observation=True), noisy)


@pytest.mark.parametrize("loss", ["nonsaturating", "mse", "vae_gan"])
def test_other_losses_have_no_observation_noise(loss):
    # The sigma of a VAE-GAN is one of features, not of values.
    with pytest.raises(ValueError, match=f"loss '{loss}' has no observation noise; train with"):
        train(loss, 1).sample(2, observation=True)


# Logits

def test_logits_are_those_of_the_discriminator(plain):
    with torch.no_grad():
        wanted = plain.discriminator(torch.as_tensor(DATA.values)[None, :7].expand(2, 7, 6, 1))
    np.testing.assert_allclose(plain.logits(DATA.values[:7]), wanted.numpy(), rtol=1e-6)


def test_logits_with_labels_by_name_or_number(named):
    x = NAMED.values[:3]
    found = named.logits(x, labels=["low", "high", "mid"])
    np.testing.assert_array_equal(found, named.logits(x, labels=[0, 2, 1]))
    np.testing.assert_array_equal(named.logits(x, labels="mid"), named.logits(x, labels=[1, 1, 1]))
    assert not np.allclose(found, named.logits(x, labels="mid"))


# Some of its seeds

def test_some_seeds_of_a_run_are_the_run_with_those(named):
    few = named.only([9, 5])
    assert few.seeds == few.history.seeds == (9, 5) and few.settings["seeds"] == (9, 5)
    np.testing.assert_allclose(few.sample(4), named.sample(4)[[2, 0]], atol=1e-6)
    np.testing.assert_allclose(few.logits(NAMED.values[:3], "low"),
                               named.logits(NAMED.values[:3], "low")[[2, 0]], atol=1e-6)
    np.testing.assert_array_equal(few.snapshots[2], named.snapshots[2][[2, 0]])
    for name, values in named.history.arrays().items():
        np.testing.assert_array_equal(getattr(few.history, name), values[:, [2, 0]])
    for many, some in zip(named.players.parameters(), few.players.parameters(), strict=True):
        assert torch.equal(many[[2, 0]], some) and some.requires_grad
    assert repr(few) == "Run(conditional on rivers, 3 steps, seeds 9, 5)"


def test_one_seed_may_be_given_by_its_number_and_is_a_copy(named):
    before = named.sample(2)
    one = named.only(2)
    assert one.seeds == (2,) and one.sample(2).shape == (1, 2, 6, 1)
    with torch.no_grad():
        for weight in [*one.players.parameters(), *one.average.parameters()]:
            weight.zero_()
    np.testing.assert_array_equal(named.sample(2), before)


def test_seeds_that_diverged_stay_known():
    class Once(rt.losses.NonSaturating):
        def generator(self, round):
            return super().generator(round) * torch.tensor(
                [torch.nan if round.step == 1 else 1.0, 1.0])

    with pytest.warns(UserWarning, match="seed 0 .* at step 1;"):
        run = train(Once(), 3)
    assert run.only([1, 0]).diverged == {0: 1} and run.only(1).diverged == {}
    frame = run.to_frame(2)  # of the first seed that did not diverge
    np.testing.assert_allclose(frame["value"].to_numpy().reshape(2, 6), run.sample(2)[1, ..., 0],
                               rtol=1e-6)


@pytest.mark.parametrize("seeds, fault", [(7, "no seed 7"), ([5, 7], "no seed 7"),
                                          ([], "at least one"), ([5, 5], "none twice")])
def test_seeds_that_are_not_there(named, seeds, fault):
    with pytest.raises(ValueError, match=fault):
        named.only(seeds)


# Tables

def test_a_frame_has_the_series_in_units_with_their_labels(named):
    frame = named.to_frame(4, seed=2, noise=3)
    series = named.sample(4, units=True, noise=3)[1, ..., 0]
    np.testing.assert_allclose(frame["flow"].to_numpy().reshape(4, 6), series)
    _, y, _ = named.inputs(4, noise=3)
    wanted = [NAMED.label_names[i] for i in y[1].tolist() for _ in range(6)]
    assert frame["label"].tolist() == wanted
    assert set(named.to_frame(3, labels="mid")["label"]) == {"mid"}
    np.testing.assert_allclose(named.to_frame(2)["flow"], named.to_frame(2, seed=5)["flow"])


def test_a_csv_file_is_the_frame_and_replaces_nothing(named, tmp_path):
    path = tmp_path / "made.csv"
    named.to_csv(path, 3, seed=9)
    text = path.read_text()
    assert text == named.to_frame(3, seed=9).to_csv(index=False)
    with pytest.raises(ValueError, match="made.csv is there already; give another path, or over"):
        named.to_csv(path, 4, seed=9)
    assert path.read_text() == text
    named.to_csv(path, 4, seed=9, overwrite=True)
    assert path.read_text() != text


def test_a_tilde_is_the_home_directory_also_when_nothing_is_replaced(named, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    named.to_csv("~/made.csv", 3)
    with pytest.raises(ValueError, match="made.csv is there already"):
        named.to_csv("~/made.csv", 4)


def test_a_table_of_a_seed_that_is_not_there(named, tmp_path):
    with pytest.raises(ValueError, match="there is no seed 3 in this run; it has 5, 2, 9"):
        named.to_csv(tmp_path / "made.csv", 3, seed=3)
    assert not list(tmp_path.iterdir())


# What it remembers

def test_settings_are_what_was_asked_for():
    run = rt.train(DATA, "hinge", 2, **SMALL, average=0.9, logits="steps", spectral_norm=True)
    wanted = {"name": "hinge", "steps": 2, "seeds": (0, 1), "hidden": 4, "batch": 4,
              "logits": "steps", "average": 0.9, "spectral_norm": True, "own_generator": False,
              "own_discriminator": False, "latent": rt.Latent()}
    assert wanted.items() <= run.settings.items()
    assert run.name == "hinge" and train(rt.loss("hinge"), 1).name == "Hinge()"


def test_how_often_each_label_stood_in_the_data(plain, named):
    assert plain.label_counts is None
    assert named.label_counts.tolist() == [14, 13, 13]


def test_a_csv_in_the_dialect_of_the_reader(tmp_path):
    run = train(steps=2)
    run.to_csv(tmp_path / "made.csv", 3, sep=";", decimal=",")
    text = (tmp_path / "made.csv").read_text()
    assert ";" in text and "," in text and "." not in text
    read = pd.read_csv(tmp_path / "made.csv", sep=";", decimal=",")
    np.testing.assert_allclose(read["value"], run.to_frame(3)["value"], rtol=1e-12)


def test_observation_noise_reaches_the_frame():
    run = train(rt.loss("vae", sigma=0.5), 3)
    bare, noisy = run.to_frame(40)["value"], run.to_frame(40, observation=True)["value"]
    assert abs((noisy - bare).std() - 0.5) < 0.06
    np.testing.assert_array_equal(noisy, run.sample(40, observation=True)[0].ravel())
    within = train(2 * rt.loss("vae", sigma=0.5) + rt.loss("nonsaturating"), 2)
    assert within.sample(3, observation=True).std() > within.sample(3).std()
