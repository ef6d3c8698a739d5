"""The players' networks, against PyTorch's own layers and against hand calculations."""

import numpy as np
import pytest
import torch

import rnngan_tutorial as rt
from rnngan_tutorial.networks import (
    Discriminator,
    Encoder,
    Generator,
    Linear,
    MinibatchDiscrimination,
    ObservationNoise,
    batch_first,
    time_first,
    with_labels,
)


def sources(*seeds):
    return [torch.Generator().manual_seed(seed) for seed in seeds]


def test_layouts_undo_each_other():
    x = torch.randn(2, 3, 5, 4)
    assert time_first(x).shape == (5, 2, 4, 3)
    assert torch.equal(batch_first(time_first(x)), x)


def test_latent_holds_its_series_channels_and_renews_the_others():
    latent = rt.Latent(series=3, steps=2)
    normal = torch.randn(2, 7, latent.draws(5))
    z = latent.arrange(normal, 5)
    assert z.shape == (2, 7, 5, latent.width) and latent.width == 5
    assert torch.equal(z[..., :3], normal[:, :, None, :3].expand(2, 7, 5, 3))
    assert torch.equal(z[..., 3:].flatten(2), normal[..., 3:])


@pytest.mark.parametrize("latent", [rt.Latent(4, 0), rt.Latent(0, 2)])
def test_latent_of_one_kind(latent):
    z = latent.arrange(torch.randn(1, 2, latent.draws(3)), 3)
    assert z.shape == (1, 2, 3, latent.width)


def test_labels_are_appended_to_every_step():
    x, y = torch.randn(1, 2, 3, 1), torch.tensor([[1, 0]])
    found = with_labels(x, y, 2)
    assert torch.equal(found[..., :1], x)
    assert found[0, 0, :, 1:].tolist() == [[0, 1]] * 3
    assert found[0, 1, :, 1:].tolist() == [[1, 0]] * 3
    assert with_labels(x, None, 0) is x


def test_linear_is_an_affine_map_per_seed():
    layer, x = Linear(3, 2, sources(0, 1)), torch.randn(4, 2, 3, 5)
    for seed in range(2):
        wanted = x[:, seed].mT @ layer.weight[seed].T + layer.bias[seed, :, 0]
        torch.testing.assert_close(layer(x)[:, seed].mT, wanted)


@pytest.mark.parametrize("make", [
    lambda g: Generator(1, 3, 4, g, 2), lambda g: Encoder(1, 3, 4, g, 2),
    lambda g: Discriminator(1, 4, g, 2, kernels=2, codes=3)])
def test_initial_weights_depend_on_the_seed_alone(make):
    both, alone = make(sources(0, 1)), make(sources(1))
    for many, single in zip(both.parameters(), alone.parameters(), strict=True):
        assert torch.equal(many[1], single[0])
    assert any(not torch.equal(p[0], p[1]) for p in both.parameters())


def test_generator_makes_series_within_reach_of_tanh():
    made = Generator(2, 3, 4, sources(0), 0)(10 * torch.randn(1, 6, 5, 3))
    assert made.shape == (1, 6, 5, 2) and made.abs().max() <= 1


def test_a_generator_is_causal_and_carries_its_past():
    generator = Generator(1, 3, 4, sources(0))
    z = torch.randn(1, 2, 6, 3)
    other = z.clone()
    other[:, :, 3] += 1
    gap = (generator(other) - generator(z)).abs().amax((0, 1, 3))
    assert (gap[:3] == 0).all() and (gap[3:] > 1e-4).all()


def test_the_logit_of_a_series_is_the_mean_of_its_steps():
    series, steps = Discriminator(1, 4, sources(0)), Discriminator(1, 4, sources(0), per="steps")
    x = torch.randn(1, 3, 7, 1)
    assert series(x).shape == (1, 3) and steps(x).shape == (1, 3, 7)
    torch.testing.assert_close(steps(x).mean(-1), series(x))


def test_a_label_changes_what_both_players_do():
    generator, critic = Generator(1, 3, 4, sources(0), 2), Discriminator(1, 4, sources(0), 2)
    z, x = torch.randn(1, 1, 5, 3), torch.randn(1, 1, 5, 1)
    zero, one = torch.tensor([[0]]), torch.tensor([[1]])
    assert not torch.allclose(generator(z, zero), generator(z, one))
    assert not torch.allclose(critic(x, zero), critic(x, one))


def test_minibatch_discrimination_by_hand():
    layer = MinibatchDiscrimination(1, 1, sources(0), width=2)
    with torch.no_grad():
        layer.project.weight[:] = torch.tensor([[[1.0], [2.0]]])
        layer.project.bias[:], layer.out.weight[:], layer.out.bias[:] = 0, 1, 0.5
    found = layer(torch.tensor([[[0.0, 0.1, 1.0]]]))[0, 0].detach().numpy()
    near, far, across = np.exp([-0.3, -3.0, -2.7])  # L1 distances of the projections
    np.testing.assert_allclose(
        found, 0.5 + np.array([near + far, near + across, far + across]) / 2, rtol=1e-5)


def test_minibatch_discrimination_of_a_single_series_sees_no_other():
    layer = MinibatchDiscrimination(2, 3, sources(0))
    torch.testing.assert_close(layer(torch.randn(1, 2, 1))[0, :, 0], layer.out.bias[0, :, 0])


def test_a_wrong_per_is_named():
    with pytest.raises(ValueError, match="must be 'series' or 'steps'"):
        Discriminator(1, 4, sources(0), per="both")
    with pytest.raises(ValueError, match="use per='series'"):
        Discriminator(1, 4, sources(0), per="steps", kernels=2)


def test_encoder_reads_the_whole_series():
    encoder = Encoder(1, 3, 4, sources(0))
    x = torch.randn(1, 2, 6, 1, requires_grad=True)
    mean, log_variance = encoder(x)
    assert mean.shape == log_variance.shape == (1, 2, 3)
    slope, = torch.autograd.grad(mean.sum(), x)
    assert (slope[0, :, :, 0] != 0).all()


def test_a_minibatch_has_a_gradient_at_every_series_of_it():
    layer = MinibatchDiscrimination(2, 3, sources(0))
    features = torch.randn(1, 2, 4, dtype=torch.double, requires_grad=True)
    layer.double()
    slope, = torch.autograd.grad(layer(features)[0, 0, 0], features)
    assert (slope.abs().sum(1) > 1e-6).all()  # the first one's logit depends on all four
    assert torch.autograd.gradcheck(layer, features)
    for weight in torch.autograd.grad(layer(features)[0, 0, 0], [layer.project.weight,
                                                                 layer.out.weight]):
        assert weight.abs().max() > 1e-6


def test_minibatch_discrimination_reaches_the_series_that_are_read():
    critic = Discriminator(1, 4, sources(0), kernels=3)
    x = torch.randn(1, 4, 5, 1, requires_grad=True)
    slope, = torch.autograd.grad(critic(x)[0, 0], x)
    assert (slope.abs().amax((0, 2, 3)) > 0).all()


def test_observation_noise_is_above_zero_and_can_be_learnt():
    noise = ObservationNoise(2, 3, 0.1)
    torch.testing.assert_close(noise.sigma, torch.full((2, 3), 0.1))
    with torch.no_grad():
        noise.log_sigma -= 20
    assert (noise.sigma > 0).all()
    assert torch.autograd.grad(noise.sigma.sum(), noise.log_sigma)[0].shape == (2, 3)


# Spectral norm (Miyato et al. 2018)

def test_no_matrix_of_a_normed_discriminator_stretches_by_more_than_one():
    critic = Discriminator(2, 5, sources(0, 1), spectral_norm=True)
    with torch.no_grad():
        for weight in critic.parameters():
            weight.mul_(7).add_(0.3 * torch.randn_like(weight))
    gates = critic.gru.effective().unflatten(1, (4, 5))
    matrices = [*gates[..., :-1].flatten(0, 1), *critic.out.effective()]
    assert len(matrices) == 10
    for matrix in matrices:
        assert torch.linalg.svdvals(matrix)[0].item() == pytest.approx(1, abs=1e-5)
    # Biases are not divided.
    assert torch.equal(gates[..., -1], critic.gru.weight.unflatten(1, (4, 5))[..., -1])


def test_the_gradient_goes_through_the_norm():
    layer = Linear(3, 2, sources(0), spectral_norm=True).double()
    x = torch.randn(1, 3, 4, dtype=torch.double)

    def of(weight):
        return torch.func.functional_call(layer, {"weight": weight}, (x,))

    assert torch.autograd.gradcheck(of, layer.weight)
    # Along the weight itself nothing changes.
    slope, = torch.autograd.grad((of(layer.weight) * torch.randn(1, 2, 4)).sum(), layer.weight)
    assert slope.abs().max() > 1e-3
    assert (slope * layer.weight).sum().abs().item() < 1e-10


def test_without_the_option_weights_act_as_they_are():
    layer = Linear(3, 2, sources(0))
    assert layer.effective() is layer.weight
