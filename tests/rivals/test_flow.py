"""The flow goes straight from noise to data, at the mean velocity of all ways through a point."""

import numpy as np
import pytest
import torch

import rnngan_tutorial as rt
from rnngan_tutorial import rivals
from rnngan_tutorial.rivals.flow import Velocity, integrate, straight_way


def sources(n):
    return [torch.Generator().manual_seed(seed) for seed in range(n)]


def white(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


# --- The way ------------------------------------------------------------------------------------

def test_the_way_begins_at_noise_and_ends_at_data():
    noise, data = white(2, 3, 4, 1), white(2, 3, 4, 1, seed=1)
    for t, end in ((0.0, noise), (1.0, data)):
        torch.testing.assert_close(straight_way(noise, data, torch.full((2, 3), t))[0], end)


def test_the_target_is_the_derivative_of_the_way():
    noise, data = white(2, 3, 4, 1).double(), white(2, 3, 4, 1, seed=1).double()
    t = torch.rand(2, 3).double().requires_grad_()
    at, velocity = straight_way(noise, data, t)
    for i in np.ndindex(*at.shape):
        slope, = torch.autograd.grad(at[i], t, retain_graph=True)
        assert slope[i[:2]] == pytest.approx(velocity[i].item())
        assert slope.count_nonzero() == 1  # no series sees the time of another


@pytest.mark.parametrize("t", [0.0, 0.2, 0.5, 0.8, 1.0])
def test_best_linear_guess_of_the_velocity(t):
    """Of white data: (2t - 1) x / d, which leaves a variance of 1 / d."""
    x, velocity = straight_way(white(1, 200_000, 1, 1), white(1, 200_000, 1, 1, seed=1),
                        torch.full((1, 200_000), t))
    d = t ** 2 + (1 - t) ** 2
    assert ((x * velocity).mean() / (x * x).mean()).item() == pytest.approx((2 * t - 1) / d,
                                                                            abs=0.01)
    assert (velocity - (2 * t - 1) / d * x).var().item() == pytest.approx(1 / d, rel=0.02)


def of_points(points):
    """The mean velocity where data are points (M,), in closed form."""
    def velocity(x, t):
        t = t[..., None, None, None]
        there = x[..., None]
        log_weights = -((there - t * points) / (1 - t)) ** 2 / 2
        return ((points - there) / (1 - t) * log_weights.softmax(-1)).sum(-1)
    return velocity


def test_least_squares_learns_the_mean_velocity():
    """The regression of y - e on where they are, in narrow bins, against the closed form."""
    n, t = 400_000, 0.6
    points = torch.tensor([-1.0, 0.2, 0.9])
    pick = torch.randint(3, (n,), generator=torch.Generator().manual_seed(2))
    x, wanted = straight_way(white(1, n, 1, 1), points[pick].view(1, n, 1, 1),
                             torch.full((1, n), t))
    for at in (-0.7, 0.0, 0.5):
        near = (x - at).abs() < 0.02
        found = wanted[near].mean().item()
        expected = of_points(points)(torch.full((1, 1, 1, 1), at), torch.full((1, 1), t)).item()
        error = wanted[near].std().item() / near.sum().item() ** 0.5
        assert found == pytest.approx(expected, abs=4 * error)


# --- Following it -------------------------------------------------------------------------------

def test_a_constant_velocity_is_followed_exactly():
    x = white(2, 3, 4, 1)
    torch.testing.assert_close(integrate(lambda x, t: torch.full_like(x, 0.5), x, 3), x + 0.5)


@pytest.mark.parametrize("velocity, end", [
    (lambda x, t: x, np.e), (lambda x, t: 3 * t[..., None, None] ** 2 + 0 * x, 2.0),
    (lambda x, t: x * torch.cos(t)[..., None, None], np.exp(np.sin(1)))])
def test_the_error_falls_with_the_square_of_the_steps(velocity, end):
    x = torch.ones(1, 1, 1, 1, dtype=torch.double)
    errors = [abs(integrate(velocity, x, steps).item() - end) for steps in (8, 16, 32)]
    assert errors[0] / errors[1] == pytest.approx(4, rel=0.2)
    assert errors[1] / errors[2] == pytest.approx(4, rel=0.1)


def test_two_evaluations_a_step_and_none_at_the_end():
    times = []
    integrate(lambda x, t: times.append(t[0, 0].item()) or x, torch.ones(1, 1, 1, 1), 2)
    assert times == [0, 0.25, 0.5, 0.75]


def test_with_the_means_over_training_points_the_flow_ends_at_those_points():
    points = torch.tensor([-1.0, 0.2, 0.9])
    made = integrate(of_points(points), white(1, 600, 1, 1), 200)
    apart, which = (made - points).abs().min(-1)
    assert (apart < 0.01).float().mean() > 0.97
    shares = np.bincount(which.flatten(), minlength=3) / 600
    np.testing.assert_allclose(shares, 1 / 3, atol=0.08)


def test_a_network_that_adds_nothing_leaves_white_noise_white():
    network = Velocity(2, 3, sources(1))
    for weight in network.out.parameters():
        weight.data.zero_()
    x = white(1, 50, 4, 2)
    with torch.no_grad():
        torch.testing.assert_close(integrate(network, x, 64), x, rtol=2e-3, atol=2e-3)


# --- The network --------------------------------------------------------------------------------

def test_every_step_of_the_velocity_sees_every_step_of_the_series():
    network, x = Velocity(1, 4, sources(1)), white(1, 1, 5, 1).requires_grad_()
    made = network(x, torch.full((1, 1), 0.3))
    for step in range(5):
        slope, = torch.autograd.grad(made[0, 0, step, 0], x, retain_graph=True)
        assert slope[0, 0, :, 0].all()


def test_direction_of_time_is_seen_from_both_ends():
    """Where both directions have the same weights, a reversed series has the reversed velocity."""
    network = Velocity(1, 4, sources(1))
    network.back.weight.data.copy_(network.forth.weight)
    network.out.weight.data[:, :, 4:] = network.out.weight.data[:, :, :4]
    x, t = white(1, 3, 5, 1), torch.rand(1, 3)
    torch.testing.assert_close(network(x.flip(2), t), network(x, t).flip(2))


def test_the_time_of_each_series_is_its_own():
    network, x = Velocity(1, 4, sources(2)), white(2, 3, 5, 1)
    t = torch.tensor([[0.1, 0.5, 0.9], [0.2, 0.6, 1.0]])
    whole = network(x, t)
    torch.testing.assert_close(network(x[:, 1:2], t[:, 1:2]), whole[:, 1:2])
    assert not torch.allclose(network(x, t.flip(1)), whole)


def test_seeds_do_not_see_each_other_and_the_loss_is_a_mean_over_the_batch():
    data = rt.Sequences(np.random.default_rng(0).uniform(-1, 1, (8, 3, 2)))
    rival = rivals.fit("flow", data, 1, 2, hidden=4, progress=False, device="cpu")
    x, noise, t = torch.as_tensor(data.values).expand(2, -1, -1, -1), white(2, 8, 6), torch.rand(
        2, 8, 1)
    whole = rival.loss(x, noise, t)
    parts = torch.stack([rival.loss(x[:, i:i + 1], noise[:, i:i + 1], t[:, i:i + 1])
                         for i in range(8)])
    torch.testing.assert_close(parts.mean(0), whole)
    slope, = torch.autograd.grad(whole[1], rival.network.forth.weight)
    assert slope[1].any() and not slope[0].any()


def test_series_are_learnt_in_units_of_each_features_spread():
    """The loss and the samples do not depend on where and how wide a feature is."""
    rng = np.random.default_rng(0)
    values = rng.normal(size=(30, 4, 2)).clip(-3, 3) / 10
    moved = values * [2.0, 0.5] + [0.1, -0.6]
    first, second = (rivals.fit("flow", rt.Sequences(v), 5, 1, hidden=4, progress=False,
                                device="cpu") for v in (values, moved))
    np.testing.assert_allclose(first.losses, second.losses, rtol=1e-4)
    np.testing.assert_allclose(first.sample(5) * [2.0, 0.5] + [0.1, -0.6], second.sample(5),
                               atol=1e-4)


def test_it_learns_a_law_of_two_series():
    curve = np.sin(np.arange(5))[:, None]
    data = rt.Sequences(0.8 * curve * np.array([-1.0, 1.0] * 20)[:, None, None])
    rival = rivals.fit("flow", data, 250, 1, hidden=8, progress=False, device="cpu", average=0.9,
                       adam={"lr_generator": 0.02})
    made, noise = rival.sample(200)[0], 0.4 * white(200, 5, 1).numpy()

    def apart(series):
        return np.abs(series[:, None] - data.values[:2]).mean((2, 3))

    assert np.median(apart(made).min(1)) < 0.4 * np.median(apart(noise).min(1))
    assert 0.3 < (apart(made)[:, 0] < apart(made)[:, 1]).mean() < 0.7
