"""A reader's own networks: ordinary modules of every kind, under every loss that can use them."""

import numpy as np
import pytest
import torch
from own_networks import (
    Attentive,
    Convolutional,
    Read,
    ReadAttentively,
    ReadRecurrently,
    ReadSteps,
    Recurrent,
)
from small_runs import (
    DATA,
    assert_same,
    equal,
    final_loop,
    one_round,
    small_data,
    train,
    weights,
)
from torch import nn

import rnngan_tutorial as rt
from rnngan_tutorial.loop import Loop
from rnngan_tutorial.stacked import Stacked

WIDE = small_data(features=2)


def gru_generator(latent, features):
    return Recurrent(latent, features, nn.GRU)


def gru_discriminator(features):
    return ReadRecurrently(features, nn.GRU)


GENERATORS = {"lstm": Recurrent, "gru": gru_generator, "tcn": Convolutional,
              "transformer": Attentive}
DISCRIMINATORS = {"lstm": ReadRecurrently, "gru": gru_discriminator, "tcn": Read,
                  "transformer": ReadAttentively, "tcn per step": ReadSteps}
# What only the package's own discriminator has.
CLOSED = {"improved": "minibatch discrimination", "infogan": "a head that reads the code"}
FEATURES = ("vae_gan", "feature_matching")
OPEN = [name for name in rt.losses.REGISTRY if name not in CLOSED]


# Every kind, every loss

@pytest.mark.parametrize("loss", rt.losses.REGISTRY)
@pytest.mark.parametrize("kind", GENERATORS)
def test_every_loss_trains_an_own_generator(loss, kind):
    run = train(loss, 2, generator=GENERATORS[kind])
    series = run.sample(3)
    assert series.shape == (2, 3, 6, 1) and np.abs(series).max() <= 1
    assert np.isfinite(run.history.generator).all() and not run.diverged
    # Attention's key bias has no gradient.
    moved = [w for w, start in zip(weights(run.players["generator"]),
                                   weights(one_round(loss, latent=rt.Latent(),
                                                     generator=GENERATORS[kind])[0]["generator"]),
                                   strict=True) if not torch.equal(w, start)]
    assert len(moved) >= len(list(run.generator.parameters())) - 1


@pytest.mark.parametrize("loss", OPEN)
@pytest.mark.parametrize("kind", DISCRIMINATORS)
def test_every_loss_that_can_trains_an_own_discriminator(loss, kind):
    if kind == "tcn per step" and loss in FEATURES:
        with pytest.raises(ValueError, match=r"has none; give it a method features\(x\)"):
            train(loss, 2, discriminator=DISCRIMINATORS[kind])
        return
    run = train(loss, 2, discriminator=DISCRIMINATORS[kind])
    assert np.isfinite(run.history.generator).all() and not run.diverged
    wanted = (2, 5, 6) if kind == "tcn per step" else (2, 5)
    labels = [0, 1, 0, 1, 0] if run.needs.labels else None
    assert run.logits(DATA.values[:5], labels).shape == wanted
    trained = "discriminator" in run.loss.trains
    assert np.isfinite(run.history.discriminator).all() == trained


@pytest.mark.parametrize("loss", CLOSED)
def test_a_loss_that_needs_more_than_logits_says_so(loss):
    with pytest.raises(ValueError) as caught:
        train(loss, discriminator=Read)
    assert str(caught.value) == (f"this loss needs {CLOSED[loss]}, which only the package's own "
                                 f"discriminator has; leave out discriminator=, or choose another "
                                 f"loss")


def test_states_are_only_the_packages_own():
    with pytest.raises(ValueError, match="this loss needs states at each step, which only"):
        train(rt.loss("vae_gan", per="steps"), discriminator=Read)


def test_features_must_be_there_if_they_are_read():
    class Stubborn(Read):
        features = None

        def forward(self, x):
            return self.out(torch.tanh(self.first(x.transpose(1, 2))).mean(2)).squeeze(-1)

    with pytest.raises(ValueError, match="reads the discriminator's features and the given one"):
        train("feature_matching", discriminator=Stubborn)
    assert train("hinge", 1, discriminator=Stubborn).steps == 1


# Seeds side by side

@pytest.mark.parametrize("loss", ["nonsaturating", "wasserstein_gp", "r3gan", "conditional",
                                  "vae_gan"])
@pytest.mark.parametrize("kind", ["lstm", "gru", "tcn", "transformer"])
def test_a_seed_alone_equals_the_seed_in_company(loss, kind):
    # Adam divides by a gradient's size; an eps above rounding keeps what is zero at zero.
    options = {"generator": GENERATORS[kind], "discriminator": DISCRIMINATORS[kind],
               "data": WIDE, "adam": {"eps": 1e-4}}
    together, alone = train(loss, 8, seeds=3, **options), train(loss, 8, seeds=[1], **options)
    single = dict(alone.players.named_parameters())
    for name, weight in together.players.named_parameters():
        torch.testing.assert_close(weight[1], single[name][0], rtol=0, atol=1e-5, msg=name)
    np.testing.assert_allclose(together.sample(3)[1], alone.sample(3)[0], rtol=0, atol=1e-5)


def test_adam_is_given_gradients_in_the_order_of_the_weights(monkeypatch):
    """Fused Adam on a CPU pairs a gradient of other strides with the wrong weights."""
    strides, inner = [], torch.optim.Adam.step

    def step(self):
        strides.extend((w.grad.is_contiguous(), w.is_contiguous())
                       for group in self.param_groups for w in group["params"]
                       if w.grad is not None)
        inner(self)

    monkeypatch.setattr(torch.optim.Adam, "step", step)
    train("wasserstein_gp", 2, WIDE, generator=Convolutional, discriminator=Read)
    assert strides and all(map(all, strides))


def test_gradients_of_other_strides_move_the_right_weights():
    class Turned(rt.losses.NonSaturating):
        """Its gradient is that of 1/2 |w - target|^2, laid out the other way round."""

        def __init__(self, turned):
            self.turned = turned

        def generator(self, round):
            weight = round._batch.players["generator"]["generator"].out.weight
            return Towards.apply(weight, self.turned)

    class Towards(torch.autograd.Function):
        @staticmethod
        def forward(ctx, weight, turned):
            ctx.save_for_backward(weight)
            ctx.turned = turned
            return weight.square().flatten(1).sum(1) / 2

        @staticmethod
        def backward(ctx, up):
            weight, = ctx.saved_tensors
            ramp = torch.arange(weight.numel(), dtype=weight.dtype).view_as(weight)
            return (ramp.mT.contiguous().mT if ctx.turned else ramp), None

    wide = small_data(features=3)
    one, two = (train(Turned(turned), 3, wide, adam={"eps": 10.0}) for turned in (False, True))
    assert equal(weights(one.players), weights(two.players))


def test_initial_weights_depend_on_the_seed_alone():
    options = {"generator": Recurrent, "discriminator": Read}
    players, _ = one_round("hinge", seeds=(3, 8), **options)
    torch.manual_seed(17)
    alone, _ = one_round("hinge", seeds=(8,), **options)
    for many, single in zip(players.parameters(), alone.parameters(), strict=True):
        assert torch.equal(many[1], single[0]) and not torch.equal(many[0], many[1])


def test_weights_are_pytorchs_own_initial_ones():
    players, _ = one_round("hinge", generator=Recurrent)
    bound = 5 ** -0.5  # of every weight of torch.nn.LSTM
    weight = players["generator"]["generator"].module(0).layer.weight_hh_l0
    assert weight.abs().max() <= bound and weight.abs().max() > 0.8 * bound


@pytest.mark.parametrize("kind", GENERATORS)
def test_the_stack_computes_what_its_modules_do(kind):
    stack = Stacked(GENERATORS[kind], (3, 2), [5, 6], "generator")
    x = torch.randn(2, 4, 6, 3)
    stack.try_out(x, None, ((4, 6, 2),))
    assert stack.at_once == (kind not in ("lstm", "gru"))
    with torch.no_grad():
        for weight in stack.parameters():
            weight.add_(0.1)
        for seed in range(2):
            torch.testing.assert_close(stack(x)[seed], stack.module(seed)(x[seed]))


@pytest.mark.parametrize("kind", DISCRIMINATORS)
def test_second_derivatives_are_those_of_the_module(kind):
    stack = Stacked(DISCRIMINATORS[kind], (2,), [5, 6], "discriminator").double()
    x = torch.randn(2, 3, 4, 2, dtype=torch.double)
    stack.try_out(x, None, ((3,), (3, 4)))

    def penalty(x):
        x = x.detach().requires_grad_()
        slope, = torch.autograd.grad(stack(x).sum(), x, create_graph=True)
        return slope.square().sum()

    value = penalty(x)
    name, weight = next((n, w) for n, w in stack.named_parameters() if w.dim() > 2)
    slope, = torch.autograd.grad(value, weight)
    direction = torch.randn_like(weight)
    with torch.no_grad():
        weight.add_(1e-5 * direction)
    ahead = penalty(x)
    with torch.no_grad():
        weight.sub_(2e-5 * direction)
    behind = penalty(x)
    wanted = (ahead - behind).item() / 2e-5
    assert (slope * direction).sum().item() == pytest.approx(wanted, rel=1e-4, abs=1e-7), name


# Labels and codes

def test_labels_are_further_channels_of_both_inputs():
    sizes = {}

    def generator(latent, features):
        sizes["generator"] = latent, features
        return Convolutional(latent, features)

    def discriminator(features):
        sizes["discriminator"] = features
        return Read(features)

    run = train("conditional", 2, small_data(classes=3, features=2), generator=generator,
                discriminator=discriminator)
    assert sizes == {"generator": (6 + 3, 2), "discriminator": 2 + 3}
    assert not np.allclose(run.sample(2, labels=0), run.sample(2, labels=1))
    values = run.sample(2)[0]
    assert not np.allclose(run.logits(values, 0), run.logits(values, 1))
    module, _ = run.to_torch(1)
    z, y, _ = run.inputs(2, labels=[2, 0])
    told = torch.cat([z[1], torch.eye(3)[y[1]][:, None].expand(2, 6, 3)], -1)
    np.testing.assert_allclose(module(told).detach(), run.sample(2, labels=[2, 0])[1], atol=1e-6)


def test_a_code_is_further_channels_of_the_noise():
    widths = []

    def generator(latent, features):
        widths.append(latent)
        return Convolutional(latent, features)

    run = train("infogan", 2, generator=generator)
    assert set(widths) == {6 + 3}
    assert not np.allclose(run.sample(1, code=[[1, 0, 0]]), run.sample(1, code=[[0, 1, 0]]))


@pytest.mark.parametrize("features, kind, message", [
    (lambda self, x: self.nothing(x), AttributeError, "no attribute 'nothing'"),
    (lambda self, x: x, ValueError, r"features of shape \(4, 6, 1\) .* must give \(B, H\)$"),
    (lambda self, x: x.sum((1, 2)), ValueError, r"features of shape \(4,\) for 4 series; ")])
def test_features_that_will_not_do_are_told_before_any_step(monkeypatch, features, kind, message):
    monkeypatch.setattr(Loop, "one_step", lambda self: pytest.fail("a step was taken"))

    class Odd(Read):
        def forward(self, x):
            return self.out(Read.features(self, x)).squeeze(-1)

    Odd.features = features
    with pytest.raises(kind, match=message):
        train("feature_matching", discriminator=Odd)


# What will not do

def returns(value):
    return lambda *sizes: value


class Shifted(Read):
    def forward(self, x):
        return super().forward(x)[:, None, None]


class Loud(Convolutional):
    def forward(self, z):
        return 3 * super().forward(z)


class Broken(Convolutional):
    def forward(self, z):
        return super().forward(z) * torch.inf


class Deaf(Convolutional):
    def forward(self, z):
        return torch.zeros(*z.shape[:2], 1)


class Mistaken(Convolutional):
    def forward(self, z):
        return self.out(z)


class Forgetful(Read):
    def forward(self, x):
        return super().forward(nn.functional.dropout(x, 0.5))


class Noisy(Recurrent):
    def forward(self, z):
        return super().forward(z + torch.randn_like(z))


class Dropping(Read):
    def __init__(self, features, layer=None):
        super().__init__(features)
        self.layer = layer


def dropping(layer):
    return lambda features: Dropping(features, layer)


def growing():
    sizes = iter(range(3, 99))
    return lambda features: Growing(features, next(sizes))


class Growing(nn.Module):
    def __init__(self, features, width):
        super().__init__()
        self.layer, self.out = nn.Linear(features, width), nn.Linear(width, 1)

    def forward(self, x):
        return self.out(self.layer(x)).mean((1, 2))


BAD = {
    "an instance": ({"generator": Convolutional(6, 1)}, TypeError, "generator is Convolutional",
                    "a class or function that returns a fresh module"),
    "a number": ({"discriminator": 3}, TypeError, "discriminator is int", "a class or function"),
    "not a module": ({"generator": returns(torch.tanh)}, TypeError,
                     "generator returned a builtin_function_or_method", "a torch.nn.Module"),
    "other arguments": ({"generator": Read}, TypeError, "generator could not be called with (6, 1)",
                        "(latent, features)"),
    "arguments of the other": ({"discriminator": Convolutional}, TypeError,
                               "discriminator could not be called with (1,)", "(features)"),
    "too many axes": ({"discriminator": Shifted}, ValueError, "discriminator makes (4, 1, 1)",
                      "it must make (4,) or (4, 6)"),
    "other channels": ({"generator": lambda latent, features: Convolutional(latent, 2)},
                       ValueError, "generator makes (4, 6, 2) of (4, 6, 6)",
                       "it must make (4, 6, 1)"),
    "other length": ({"generator": lambda latent, features: nn.Sequential(
        nn.Linear(latent, features), nn.Tanh(), nn.Flatten(1), nn.Unflatten(1, (3, 2)))},
        ValueError, "generator makes (4, 3, 2)", "it must make (4, 6, 1)"),
    "beyond 1": ({"generator": Loud}, ValueError, "generator makes values up to", "torch.tanh"),
    "infinite": ({"generator": Broken}, ValueError, "not finite", "depend on its weights"),
    "constant": ({"generator": Deaf}, ValueError, "do not depend on its weights", "not finite"),
    "fails": ({"generator": Mistaken}, ValueError, "generator fails on series of shape (4, 6, 6)",
              "expected"),
    "dropout": ({"discriminator": dropping(nn.Dropout(0.1))}, ValueError,
                "discriminator holds Dropout", "leave out dropout"),
    "dropout in a layer": ({"discriminator": dropping(nn.LSTM(2, 2, 2, dropout=0.1))}, ValueError,
                           "discriminator holds LSTM", "leave out dropout"),
    "dropout in attention": ({"discriminator": dropping(nn.TransformerEncoderLayer(4, 2))},
                             ValueError, "discriminator holds MultiheadAttention",
                             "leave out dropout"),
    "dropout without a layer": ({"discriminator": Forgetful}, ValueError,
                                "discriminator draws random numbers", "leave out dropout"),
    "noise beside a recurrent layer": ({"generator": Noisy}, ValueError,
                                       "generator draws random numbers", "noise of its own"),
    "batch norm": ({"discriminator": dropping(nn.BatchNorm1d(3))}, ValueError,
                   "discriminator holds BatchNorm1d", "LayerNorm"),
    "two architectures": ({"discriminator": growing()}, ValueError,
                          "two seeds' discriminators differ in the shape of 'layer.weight'",
                          "same architecture"),
    "spectral_norm": ({"discriminator": Read, "spectral_norm": True}, ValueError,
                      "spectral_norm is an option of the package's own discriminator",
                      "parametrizations.spectral_norm"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_will_not_do_is_named_before_any_step(monkeypatch, name):
    options, kind, fault, remedy = BAD[name]
    monkeypatch.setattr(Loop, "one_step", lambda self: pytest.fail("a step was taken"))
    with pytest.raises(kind) as caught:
        train(**options)
    message = str(caught.value)
    assert type(caught.value) is kind and fault in message and remedy in message
    assert "\n" not in message and len(message) < 400


@pytest.mark.parametrize("layer", [nn.Dropout(0), nn.LSTM(2, 2, 2), nn.LayerNorm(3),
                                   nn.TransformerEncoderLayer(4, 2, dropout=0.0)])
def test_layers_without_chance_are_welcome(layer):
    assert train("hinge", 1, discriminator=dropping(layer)).steps == 1


def test_a_buffer_is_kept_and_is_no_weight():
    class Masked(Convolutional):
        def __init__(self, latent, features):
            super().__init__(latent, features)
            self.register_buffer("mask", torch.linspace(1, 0.5, 6)[:, None])

        def forward(self, z):
            return super().forward(z) * self.mask

    run = train("hinge", 3, generator=Masked)
    mask = dict(run.generator.named_buffers())["mask"]
    assert torch.equal(mask, torch.linspace(1, 0.5, 6)[:, None].expand(2, 6, 1))
    assert torch.equal(run.to_torch(1)[0].mask, torch.linspace(1, 0.5, 6)[:, None])


class Uncommon(Convolutional):
    """A frozen layer, one weight in two layers, and a weight that is one number."""

    def __init__(self, latent, features):
        super().__init__(latent, features)
        self.frozen, self.again = nn.Linear(latent, latent), nn.Linear(latent, latent)
        self.frozen.requires_grad_(False)
        self.once = nn.Linear(latent, latent)
        self.again.weight = self.once.weight
        self.gain = nn.Parameter(torch.tensor(0.5))

    def forward(self, z):
        return super().forward(self.gain * self.again(torch.tanh(self.once(self.frozen(z)))))


def test_frozen_tied_and_single_weights_train_as_in_pytorch():
    before, after = (train("hinge", steps, generator=Uncommon, adam={"clip": 1.0}).to_torch(1)[0]
                     for steps in (1, 12))
    assert torch.equal(before.frozen.weight, after.frozen.weight)
    assert not after.frozen.weight.requires_grad and after.gain != before.gain
    assert after.again.weight is after.once.weight
    assert not torch.equal(before.once.weight, after.once.weight)
    run = train("hinge", 12, generator=Uncommon)
    z = run.inputs(3)[0]
    torch.testing.assert_close(run.generator(z)[1], run.to_torch(1)[0](z[1]))


def test_spectral_norm_of_pytorch_can_be_used():
    # Its power iteration is state of its own; without steps of it the module is a function.
    def discriminator(features):
        made = Read(features)
        nn.utils.parametrizations.spectral_norm(made.out)
        return made.eval()

    run = train("hinge", 2, discriminator=discriminator)
    assert np.isfinite(run.history.discriminator).all()


# Checkpoints, and the rest of a run

OWN = {"generator": Recurrent, "discriminator": Read}


def test_a_resumed_run_is_bit_identical(monkeypatch, tmp_path):
    options = {**OWN, "average": 0.8, "snapshots": [3]}
    _, whole = final_loop(monkeypatch, "wasserstein_gp", 9, **options)
    train("wasserstein_gp", 4, checkpoint=tmp_path / "state.pt", **options)
    _, resumed = final_loop(monkeypatch, "wasserstein_gp", 9, checkpoint=tmp_path / "state.pt",
                            **options)
    assert_same(whole, resumed)


def test_a_checkpoint_of_other_networks_is_refused(tmp_path):
    train("hinge", 2, checkpoint=tmp_path / "state.pt", **OWN)
    for options, field in (({}, "own_generator|own_discriminator|generator"),
                           ({**OWN, "generator": Convolutional}, "generator"),
                           ({**OWN, "discriminator": ReadSteps}, "discriminator")):
        with pytest.raises(ValueError, match=f"checkpoint of another run: its ({field}) is"):
            train("hinge", 2, checkpoint=tmp_path / "state.pt", **options)


def test_one_seed_that_diverges_leaves_the_others_alone():
    class Once(rt.losses.NonSaturating):
        def generator(self, round):
            value = super().generator(round)
            return value * torch.tensor([torch.nan if round.step == 4 else 1.0, 1.0])

    with pytest.warns(UserWarning, match="seed 0 .* at step 4;"):
        run = train(Once(), 8, **OWN)
    alone = train("nonsaturating", 8, seeds=[1], **OWN)
    assert run.diverged == {0: 4} and np.isfinite(run.sample(2)).all()
    np.testing.assert_allclose(run.sample(2)[1], alone.sample(2)[0], atol=1e-5)


def test_weights_to_start_from_fit_the_same_networks_only():
    first = train("hinge", 2, **OWN)
    still = {"lr_generator": 0, "lr_discriminator": 0}
    second = train("hinge", 1, start_from=first, adam=still, **OWN)
    assert equal(weights(first.players), weights(second.players))
    with pytest.raises(ValueError, match="do not fit this run: .* has shape"):
        train("hinge", 1, start_from=first)
