"""One interface: whatever the rival, series of every seed on the scale of the data."""

import time

import numpy as np
import pytest
import torch

import rnngan_tutorial as rt
from rnngan_tutorial import rivals

RNG = np.random.default_rng(3)
DATA = rt.Sequences(0.8 * np.sin(RNG.uniform(0, 6, (40, 1, 2)) + np.arange(6)[:, None]),
                    labels=np.arange(40) % 2)
SMALL = {"hidden": 4, "batch": 8, "device": "cpu", "progress": False}
LEARNED = [name for name, kind in rivals.NAMES.items() if issubclass(kind, rivals.Learned)]


def fit(name, steps=6, data=DATA, seeds=(3, 5), **options):
    return rivals.fit(name, data, steps, seeds, **{**SMALL, **options})


def test_names():
    assert set(rivals.NAMES) == {"bootstrap", "gaussian", "copula", "likelihood", "flow"}
    assert LEARNED == ["likelihood", "flow"]


@pytest.mark.parametrize("name", rivals.NAMES)
def test_what_every_rival_gives(name):
    rival = fit(name)
    series = rival.sample(9)
    assert series.shape == (2, 9, 6, 2) and series.dtype == np.float32
    assert np.isfinite(series).all() and np.abs(series).max() <= 1
    assert rival.seeds == (3, 5) and rival.data is DATA and rival.seconds >= 0
    assert isinstance(rival, rivals.Rival)
    assert repr(rival) == f"Rival({name} on series, seeds 3, 5)"


@pytest.mark.parametrize("name", rivals.NAMES)
def test_series_depend_on_seed_and_noise_alone(name):
    rival = fit(name)
    first = rival.sample(9)
    np.testing.assert_array_equal(first, rival.sample(9))
    np.testing.assert_array_equal(first, fit(name).sample(9))
    assert not np.allclose(first, rival.sample(9, noise=1))
    assert not np.allclose(first[0], first[1])


@pytest.mark.parametrize("name", rivals.NAMES)
def test_a_seed_is_the_same_alone_and_in_company(name):
    together, alone = fit(name), fit(name, seeds=[5])
    np.testing.assert_allclose(together.sample(9)[1:], alone.sample(9), atol=1e-5)
    if name in LEARNED:
        np.testing.assert_allclose(together.losses[:, 1:], alone.losses, rtol=1e-5)


@pytest.mark.parametrize("name", rivals.NAMES)
def test_many_series_come_in_blocks_that_do_not_see_each_other(name):
    rival = fit(name, seeds=1)
    many = rival.sample(1030)
    assert many.shape[1] == 1030
    if name in LEARNED:
        np.testing.assert_array_equal(many[:, :1024], rival.sample(1024))
        assert not np.allclose(many[:, 1024:], many[:, :6])


@pytest.mark.parametrize("name", rivals.NAMES)
def test_series_are_scored_like_those_of_a_run(name):
    train, test = DATA.split()
    scores = rt.score(fit(name, data=train).sample(16), test, train=train,
                      names=["sliced_wasserstein", "1_share"])
    assert len(scores["sliced_wasserstein"].values) == 2


@pytest.mark.parametrize("name", rivals.NAMES)
def test_nothing_of_the_caller_moves_or_matters(name):
    expected, before = fit(name).sample(4), torch.get_rng_state()
    torch.set_default_dtype(torch.float64)
    try:
        with torch.no_grad():
            found = fit(name).sample(4)
    finally:
        torch.set_default_dtype(torch.float32)
    np.testing.assert_array_equal(expected, found)
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize("name", rivals.NAMES)
@pytest.mark.parametrize("n", [1, 2])
def test_very_few_series_are_enough(name, n):
    assert np.isfinite(fit(name, data=DATA.subset(range(n)), batch=1).sample(3)).all()


@pytest.mark.parametrize("name", rivals.NAMES)
def test_values_that_never_vary(name):
    values = DATA.values.copy()
    values[..., 1] = 0.25
    made = fit(name, data=rt.Sequences(values), steps=2).sample(5)
    assert np.isfinite(made).all()
    if name in ("gaussian", "copula"):
        np.testing.assert_allclose(made[..., 1], 0.25, atol=1e-6)


def test_seconds_are_of_the_process_and_per_seed():
    with rivals.Clock() as clock:
        time.sleep(0.2)
    assert clock.seconds < 0.1
    with rivals.Clock() as clock:
        end = time.process_time() + 0.05
        while time.process_time() < end:
            pass
    assert 0.05 <= clock.seconds < 0.1
    with rivals.Clock() as clock:
        rival = fit("flow", 30)
    assert 0.2 * clock.seconds < rival.seconds < 0.5 * clock.seconds + 1e-3  # of two seeds


# --- Learning -----------------------------------------------------------------------------------

@pytest.mark.parametrize("name", LEARNED)
def test_the_loss_falls(name):
    losses = fit(name, 60).losses
    assert losses.shape == (60, 2)
    assert (losses[-10:].mean(0) < losses[:10].mean(0)).all()


@pytest.mark.parametrize("name", LEARNED)
def test_a_shorter_fit_is_the_beginning_of_a_longer_one(name):
    np.testing.assert_array_equal(fit(name, 6).losses, fit(name, 9).losses[:6])


@pytest.mark.parametrize("name", LEARNED)
def test_samples_come_from_the_average(name):
    plain, short, long = (fit(name, average=average).sample(4) for average in (None, 1e-30, 0.99))
    np.testing.assert_array_equal(plain, short)  # an average that forgets at once
    assert not np.allclose(plain, long, atol=1e-3)


@pytest.mark.parametrize("name", LEARNED)
def test_adams_settings_reach_the_training(name):
    still = fit(name, adam={"lr_generator": 0.0}, average=None)
    fresh = still.build(4, [rt.draws.random_source(seed, 0) for seed in (3, 5)])
    for a, b in zip(still.network.parameters(), fresh.parameters(), strict=True):
        assert torch.equal(a, b)
    usual = fit(name).losses
    for change in ({"betas": (0.0, 0.9)}, {"schedule": "linear"}, {"warmup": 5}, {"clip": 1e-3}):
        assert not np.allclose(usual, fit(name, adam=change).losses), change
    same = fit(name, adam={"lr_discriminator": 1.0, "discriminator_steps": 5}).losses
    np.testing.assert_array_equal(usual, same)


@pytest.mark.parametrize("name", LEARNED)
def test_divergence_says_where_and_why(name, monkeypatch):
    loss = rivals.NAMES[name].loss
    monkeypatch.setattr(rivals.NAMES[name], "loss", lambda self, x, *numbers: loss(
        self, x, *numbers) * torch.tensor([1.0, torch.inf]))
    with pytest.raises(ArithmeticError, match=f"^rival '{name}' of seed 5 stopped being finite at "
                       r"step 0; the usual cause is [^\n]*\(lr_generator=0.006\)$"):
        fit(name, 60)


def test_clip_is_per_seed():
    wide, narrow = torch.zeros(3, 2, 2), torch.zeros(3, 4)
    wide[0, 0, 0], narrow[0, 0], narrow[1, 1] = 3, 4, 0.5  # lengths 5, 0.5 and 0
    rivals.learned.shorten([wide, narrow], None)
    assert wide[0, 0, 0] == 3
    rivals.learned.shorten([wide, narrow], 1)
    assert (wide[0, 0, 0].item(), narrow[0, 0].item()) == pytest.approx((0.6, 0.8))
    assert narrow[1, 1] == 0.5 and not narrow[2].any()


# --- Errors -------------------------------------------------------------------------------------

@pytest.mark.parametrize("options, words", [
    ({"name": "gan"}, "there is no rival 'gan'; choose from bootstrap, gaussian, copula, "
                      "likelihood, flow"),
    ({"name": "gaussian", "jitter": 1}, "rival 'gaussian' has no option 'jitter'; it has none"),
    ({"name": "flow", "blocks": 1}, "rival 'flow' has no option 'blocks'; choose from ode_steps"),
    ({"name": "flow", "ode_steps": 0}, "ode_steps is 0"),
    ({"name": "likelihood", "components": 1.5}, "components is 1.5"),
    ({"name": "bootstrap", "block": 0}, "block is 0"),
    ({"name": "bootstrap", "near": "all"}, "near is 'all'"),
    ({"name": "bootstrap", "near": 0}, "near is 0"),
    ({"name": "bootstrap", "jitter": -1}, "jitter is -1"),
    ({"steps": 0}, "steps is 0"), ({"hidden": 0}, "hidden is 0"), ({"batch": 41}, "batch is 41"),
    ({"threads": 0}, "threads is 0"), ({"seeds": [1, 1]}, "seeds are"),
    ({"average": 2}, "average is 2"), ({"adam": {"lr": 1}}, "adam has no setting 'lr'"),
    ({"device": "tpu9"}, "there is no device"),
    ({"data": DATA.subset([])}, "data has shape")])
def test_faults_are_told_in_one_line(options, words):
    options = {"name": "bootstrap", **options}
    with pytest.raises(ValueError, match=f"^{words}[^\n]*$"):
        fit(options.pop("name"), **options)


def test_data_must_be_sequences():
    with pytest.raises(TypeError, match="^data is a ndarray; it must be Sequences[^\n]*$"):
        fit("gaussian", data=DATA.values)


@pytest.mark.parametrize("name", rivals.NAMES)
@pytest.mark.parametrize("wrong", [{"n": 0}, {"n": 2.5}, {"n": 2, "noise": -1}])
def test_samples_that_cannot_be(name, wrong):
    with pytest.raises(ValueError, match="^(n|noise) is [^\n]*$"):
        fit(name, 1).sample(**wrong)
