"""The mixture is a density on [-1, 1], is drawn from as it says, and the past alone enters."""

import numpy as np
import pytest
import torch
from torch.special import ndtr

import rnngan_tutorial as rt
from rnngan_tutorial import rivals
from rnngan_tutorial.networks import time_first
from rnngan_tutorial.rivals import likelihood
from rnngan_tutorial.rivals.likelihood import Mixture, draw_mixture, log_mixture


def sources(n):
    return [torch.Generator().manual_seed(seed) for seed in range(n)]


def law(components=3, features=1, seed=0, n=()):
    source = torch.Generator().manual_seed(seed)
    shape = (*n, components, features)
    return (torch.randn(*n, components, generator=source).double().log_softmax(-1),
            torch.rand(shape, generator=source).double() * 2 - 1,
            0.02 + torch.rand(shape, generator=source).double())


def nodes(n=400):
    """Nodes and weights of Gauss and Legendre on [-1, 1]."""
    return map(torch.from_numpy, np.polynomial.legendre.leggauss(n))


@pytest.mark.parametrize("seed", range(3))
def test_the_density_integrates_to_one(seed):
    x, weights = nodes()
    density = log_mixture(x[:, None], *law(4, seed=seed)).exp()
    assert (density * weights).sum().item() == pytest.approx(1, abs=1e-9)
    both, weight = torch.cartesian_prod(x, x), torch.cartesian_prod(weights, weights).prod(1)
    density = log_mixture(both, *law(2, 2, seed=seed)).exp()
    assert (density * weight).sum().item() == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("mean", [-1.0, 0.0, 1.0])
@pytest.mark.parametrize("sigma", [likelihood.NARROWEST, 0.1, likelihood.WIDEST])
def test_single_components_against_scipy(mean, sigma):
    stats = pytest.importorskip("scipy.stats")
    x = np.linspace(-1, 1, 41)
    found = log_mixture(torch.tensor(x)[:, None], torch.zeros(1).double(),
                        torch.tensor([[mean]]).double(),
                        torch.tensor([[sigma]], dtype=torch.double))
    wanted = stats.truncnorm.logpdf(x, (-1 - mean) / sigma, (1 - mean) / sigma, mean, sigma)
    np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-9)
    single = log_mixture(torch.tensor(x)[:, None].float(), torch.zeros(1),
                         torch.tensor([[mean]]), torch.tensor([[sigma]]))
    np.testing.assert_allclose(single, wanted, rtol=1e-5, atol=1e-4)


def test_gradients_against_differences():
    parts = [part.requires_grad_() for part in law(3, 2, n=(4,))]
    x = torch.linspace(-0.9, 0.9, 8).double().view(4, 2).requires_grad_()
    assert torch.autograd.gradcheck(log_mixture, (x, *parts))


@pytest.mark.parametrize("x", [-1.0, 0.3, 1.0])
@pytest.mark.parametrize("mean", [-1.0, 1.0])
@pytest.mark.parametrize("widths", [-100.0, 0.0, 100.0])
def test_extremes_are_finite(x, mean, widths):
    """From the network's outputs on, far beyond what training reaches."""
    network = Mixture(1, 2, 3, sources(1))
    states = torch.zeros(1, 2, 1)
    out = torch.cat([torch.tensor([100.0, 0, -100]), torch.full((3,), 100 * mean),
                     torch.full((3,), widths)]).view(1, 9, 1).requires_grad_()
    network.out = torch.nn.Identity()
    states = out
    value = log_mixture(torch.full((1, 1, 1), x), *network.law(states))
    slope, = torch.autograd.grad(value.sum(), out)
    assert torch.isfinite(value).all() and torch.isfinite(slope).all()


def test_far_components_are_summed_relative_to_the_largest():
    """Two equal components a million nats away: their sum is log 2 above each."""
    narrow = torch.full((2, 1), 1e-3)
    both = log_mixture(torch.tensor([1.0]), torch.tensor([0.5, 0.5]).log(), -torch.ones(2, 1),
                       narrow)
    one = log_mixture(torch.tensor([1.0]), torch.zeros(1), -torch.ones(1, 1), narrow[:1])
    assert one < -1e6 and both == pytest.approx(one.item(), rel=1e-6)


def test_draws_have_the_density():
    stats = pytest.importorskip("scipy.stats")
    log_weights, means, sigmas = law(3, 1, seed=5)
    source = torch.Generator().manual_seed(0)
    x = draw_mixture(torch.rand(4000, 2, generator=source).double(), *(
        part.expand(4000, *part.shape) for part in (log_weights, means, sigmas)))[:, 0]

    def share_below(v):
        z = [(torch.as_tensor(edge)[..., None] - means[:, 0]) / sigmas[:, 0]
             for edge in (v, -1.0, 1.0)]
        v, low, high = map(ndtr, z)
        return (log_weights.exp() * (v - low) / (high - low)).sum(-1).numpy()

    assert stats.kstest(x.numpy(), share_below).pvalue > 0.001
    assert x.min() >= -1 and x.max() <= 1


def test_first_number_picks_the_component():
    log_weights = torch.tensor([0.2, 0.5, 0.3]).log()
    means, sigmas = torch.tensor([[-0.5], [0.0], [0.5]]), torch.full((3, 1), 1e-3)
    u = torch.tensor([0.0, 0.19, 0.21, 0.69, 0.71, 1 - 2 ** -24])
    made = draw_mixture(torch.stack([u, torch.full((6,), 0.5)], 1), *(
        part.expand(6, *part.shape) for part in (log_weights, means, sigmas)))
    np.testing.assert_allclose(made[:, 0], [-0.5, -0.5, 0, 0, 0.5, 0.5], atol=1e-6)


@pytest.mark.parametrize("mean", [-1.0, 1.0])
@pytest.mark.parametrize("sigma", [likelihood.NARROWEST, likelihood.WIDEST])
@pytest.mark.parametrize("u", [0.0, 1 - 2 ** -24])
def test_the_ends_of_the_uniform_numbers(mean, sigma, u):
    made = draw_mixture(torch.tensor([0.0, u]), torch.zeros(1), torch.tensor([[mean]]),
                        torch.tensor([[sigma]]))
    # So rare a normal number is 5.4 deviations off.
    assert max(-1, mean - 5.5 * sigma) <= made <= min(1, mean + 5.5 * sigma)


# --- Along time ---------------------------------------------------------------------------------

def test_the_density_of_a_series_integrates_to_one():
    """A sum over steps is a density only if no step sees itself, or what comes after."""
    torch.manual_seed(0)
    network = Mixture(1, 4, 3, sources(2)).double()
    for weight in network.parameters():
        weight.data.add_(0.5 * torch.randn_like(weight))
    x, weights = nodes(120)
    both = torch.cartesian_prod(x, x)[None, :, :, None].expand(2, -1, -1, -1)
    density = network(both).exp() * torch.cartesian_prod(weights, weights).prod(1)
    assert density.sum(1).tolist() == pytest.approx([1, 1], abs=1e-6)


def test_a_step_of_the_recurrence_is_the_recurrences_own():
    network = Mixture(2, 5, 3, sources(2))
    with torch.no_grad():
        network.gru.weight.add_(0.3 * torch.randn(network.gru.weight.shape,
                                                  generator=torch.Generator().manual_seed(1)))
    x = torch.rand(2, 7, 4, 2)
    h, weight = torch.zeros(2, 5, 7), network.gru.effective()
    for t, wanted in enumerate(network.gru(time_first(x))):
        h = network.step(weight, h, time_first(x)[t])
        torch.testing.assert_close(h, wanted)


def test_series_are_drawn_from_the_density_they_are_given():
    """Mean log-density of its own series is minus the entropy, by quadrature over two steps."""
    data = rt.Sequences(np.zeros((8, 2, 1)))
    rival = rivals.fit("likelihood", data, 1, [0], hidden=4, progress=False, device="cpu")
    rival.network = Mixture(1, 4, 3, sources(1))
    with torch.no_grad():
        rival.network.gru.weight.mul_(2)
        rival.network.out.weight.mul_(3)
    x, weights = (part.float() for part in nodes(200))
    grid = torch.cartesian_prod(x, x)[None, :, :, None]
    log_density = rival.network(grid)
    entropy = -(log_density.exp() * log_density
                * torch.cartesian_prod(weights, weights).prod(1)).sum().item()
    own = rival.log_density(rival.sample(6000)[0])
    assert -own.mean() == pytest.approx(entropy, abs=5 * float(own.std()) / 6000 ** 0.5)


def test_loss_is_a_mean_over_the_batch_and_seeds_are_apart():
    data = rt.Sequences(np.random.default_rng(0).uniform(-1, 1, (8, 3, 2)))
    rival = rivals.fit("likelihood", data, 1, 2, hidden=4, progress=False, device="cpu")
    x, none = torch.as_tensor(data.values).expand(2, -1, -1, -1), torch.empty(0)
    whole = rival.loss(x, none, none)
    parts = torch.stack([rival.loss(x[:, i:i + 1], none, none) for i in range(8)])
    torch.testing.assert_close(parts.mean(0), whole)
    np.testing.assert_allclose(-rival.log_density(data.values).mean(1) / 6,
                               whole.detach().numpy(), rtol=1e-5)
    weight = rival.network.gru.weight
    slope, = torch.autograd.grad(whole[0], weight)
    assert slope[0].any() and not slope[1].any()


def test_components_start_apart():
    network = Mixture(2, 4, 5, sources(1))
    _, means, _ = network.law(torch.zeros(1, 4, 1))
    np.testing.assert_allclose(means[0, 0, :, 0].detach(), np.linspace(-1, 1, 7)[1:-1], atol=1e-6)
    np.testing.assert_allclose(means[0, 0, :, 0].detach(), means[0, 0, :, 1].detach())


def test_uniform_numbers_cost_log_two_each():
    rng = np.random.default_rng(1)
    data = rt.Sequences(rng.uniform(-1, 1, (400, 3, 1)))
    rival = rivals.fit("likelihood", data, 200, 1, hidden=6, progress=False, device="cpu")
    fresh = rng.uniform(-1, 1, (400, 3, 1))
    assert -rival.log_density(fresh).mean() / 3 == pytest.approx(np.log(2), abs=0.06)


def test_it_learns_which_step_follows():
    rng = np.random.default_rng(1)
    sign = np.sign(rng.normal(size=(200, 1, 1)))
    curves = np.array([0.5, -0.5, -0.5])[:, None] * sign
    data = rt.Sequences(curves + 0.1 * rng.normal(size=curves.shape))
    made = rivals.fit("likelihood", data, 250, 1, hidden=6, progress=False, device="cpu",
                      adam={"lr_generator": 0.015}, average=0.9).sample(400)[0, ..., 0]
    assert 0.3 < (made[:, 0] > 0).mean() < 0.7
    assert (made[:, 0] * made[:, 1] < 0).mean() > 0.9
    assert (made[:, 1] * made[:, 2] > 0).mean() > 0.9


@pytest.mark.parametrize("values", [np.zeros((3, 3, 2)), np.zeros((3, 1)), np.full((3, 3, 1), 1.1),
                                    np.full((3, 3, 1), np.nan)])
def test_series_without_a_density(values):
    rival = rivals.fit("likelihood", rt.Sequences(np.zeros((8, 3, 1))), 1, 1, progress=False,
                       device="cpu")
    with pytest.raises(ValueError, match=r"^values have shape [^\n]*, 3, 1\), all in \[-1, 1\]$"):
        rival.log_density(values)


