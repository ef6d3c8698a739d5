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


def test_the_score_of_a_series_is_the_mean_of_its_steps():
    series, steps = Discriminator(1, 4, sources(0)), Discriminator(1, 4, sources(0), score="steps")
    x = torch.randn(1, 3, 7, 1)
    assert series(x).shape == (1, 3) and steps(x).shape == (1, 3, 7)
    torch.testing.assert_close(steps(x).mean(-1), series(x))


def test_a_label_changes_what_both_players_do():
    generator, judge = Generator(1, 3, 4, sources(0), 2), Discriminator(1, 4, sources(0), 2)
    z, x = torch.randn(1, 1, 5, 3), torch.randn(1, 1, 5, 1)
    zero, one = torch.tensor([[0]]), torch.tensor([[1]])
    assert not torch.allclose(generator(z, zero), generator(z, one))
    assert not torch.allclose(judge(x, zero), judge(x, one))


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


def test_wrong_scores_are_named():
    with pytest.raises(ValueError, match="must be 'series' or 'steps'"):
        Discriminator(1, 4, sources(0), score="both")
    with pytest.raises(ValueError, match="use score='series'"):
        Discriminator(1, 4, sources(0), score="steps", kernels=2)


def test_encoder_reads_the_whole_series():
    encoder = Encoder(1, 3, 4, sources(0))
    x = torch.randn(1, 2, 6, 1, requires_grad=True)
    mean, log_variance = encoder(x)
    assert mean.shape == log_variance.shape == (1, 2, 3)
    slope, = torch.autograd.grad(mean.sum(), x)
    assert (slope[0, :, :, 0] != 0).all()
