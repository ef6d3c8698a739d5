"""A seed's networks as ordinary modules: with layers of PyTorch, and with the same outputs."""

import numpy as np
import pytest
import torch
from own_networks import Convolutional, Read
from small_runs import DATA, SMALL, small_data, train
from torch import nn

import rnngan_tutorial as rt
from rnngan_tutorial.networks import Linear, batch_first, time_first
from rnngan_tutorial.ordinary import ordinary_gru, ordinary_linear
from rnngan_tutorial.recurrence import GRU

CLOSE = {"rtol": 0, "atol": 1e-6}
WIDE = small_data(features=2, classes=3)


def sources(n):
    return [torch.Generator().manual_seed(seed) for seed in range(n)]


def moved(module):
    """The same with other weights, biases among them."""
    torch.manual_seed(0)
    with torch.no_grad():
        for weight in module.parameters():
            weight.add_(0.5 * torch.randn_like(weight))
    return module


def with_hot(values, labels, classes):
    """Series (S, B, T, C) with one-hot channels of the labels (S, B)."""
    hot = torch.eye(classes)[labels]
    return torch.cat([values, hot[:, :, None].expand(*values.shape[:3], classes)], -1)


# Layers

@pytest.mark.parametrize("spectral_norm", [False, True])
def test_a_recurrence_is_a_layer_of_torch(spectral_norm):
    gru, x = moved(GRU(2, 4, sources(2), spectral_norm)), torch.randn(2, 3, 5, 2)
    with torch.no_grad():
        wanted = batch_first(gru(time_first(x)))
        for seed in range(2):
            layer = ordinary_gru(gru, seed)
            assert type(layer) is nn.GRU and layer.batch_first
            torch.testing.assert_close(layer(x[seed])[0], wanted[seed], **CLOSE)


def test_there_and_back():
    gru = moved(GRU(2, 4, sources(2)))
    back = GRU.from_torch(*(ordinary_gru(gru, seed) for seed in range(2)))
    torch.testing.assert_close(back.effective(), gru.effective(), **CLOSE)


@pytest.mark.parametrize("spectral_norm", [False, True])
def test_an_affine_map_is_a_layer_of_torch(spectral_norm):
    linear, x = moved(Linear(3, 2, sources(2), spectral_norm)), torch.randn(2, 3, 5)
    with torch.no_grad():
        for seed in range(2):
            torch.testing.assert_close(ordinary_linear(linear, seed)(x[seed].T).T, linear(x)[seed],
                                       **CLOSE)


# Runs

RUNS = {
    "plain": ("nonsaturating", {}), "steps": ("nonsaturating", {"logits": "steps"}),
    "average": ("hinge", {"average": 0.5}), "spectral": ("hinge", {"spectral_norm": True}),
    "spectral steps": ("hinge", {"spectral_norm": True, "logits": "steps"}),
    "conditional": ("conditional", {}), "infogan": ("infogan", {}), "vae": ("vae", {}),
    "own": ("hinge", {"generator": Convolutional, "discriminator": Read}),
    "own conditional": ("conditional", {"generator": Convolutional, "discriminator": Read}),
}


@pytest.mark.parametrize("name", RUNS)
def test_outputs_are_those_of_the_run(name):
    loss, options = RUNS[name]
    run = train(loss, 4, WIDE, seeds=[5, 3], adam={"lr_generator": 0.05, "lr_discriminator": 0.05},
                **options)
    z, y, _ = run.inputs(7)
    values, series = torch.as_tensor(WIDE.values[:7]), run.sample(7)
    labels = None if y is None else WIDE.labels[:7]
    logits, x = run.logits(values, labels), values.expand(2, *values.shape)
    if y is not None:
        z, x = with_hot(z, y, 3), with_hot(x, torch.as_tensor(labels).expand(2, 7), 3)
    for place, seed in enumerate(run.seeds):
        generator, discriminator = run.to_torch(seed)
        with torch.no_grad():
            np.testing.assert_allclose(generator(z[place]), series[place], **CLOSE)
            np.testing.assert_allclose(discriminator(x[place]), logits[place], **CLOSE)
    assert np.abs(logits[0] - logits[1]).max() > 1e-3


def test_they_hold_nothing_of_this_package_but_the_last_line():
    for module in train(steps=1).to_torch(0):
        assert {type(part) for part in module.children()} == {nn.GRU, nn.Linear}
        assert all(weight.requires_grad and weight.device.type == "cpu"
                   for weight in module.parameters())


def test_they_can_be_trained_on_and_are_copies():
    run = train(steps=2)
    before = run.sample(3)
    generator, discriminator = run.to_torch(1)
    move = torch.optim.SGD([*generator.parameters(), *discriminator.parameters()], 0.5)
    z, _, _ = run.inputs(3)
    discriminator(generator(z[1])).sum().backward()
    move.step()
    np.testing.assert_array_equal(run.sample(3), before)
    assert np.abs(generator(z[1]).detach().numpy() - before[1]).max() > 1e-4


def test_own_networks_leave_as_themselves():
    run = rt.train(DATA, "hinge", 2, **SMALL, generator=Convolutional, discriminator=Read)
    generator, discriminator = run.to_torch(0)
    assert type(generator) is Convolutional and type(discriminator) is Read


def test_what_has_no_ordinary_form_is_named():
    with pytest.raises(ValueError, match="minibatch discrimination has no ordinary form; use run"):
        train("improved", 1).to_torch(0)
    with pytest.raises(ValueError, match="there is no seed 7 in this run; it has 0, 1"):
        train(steps=1).to_torch(7)
