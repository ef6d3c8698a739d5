"""The recurrence equals torch.nn.GRU: values, gradients and second derivatives."""

import pytest
import torch

from rnngan_tutorial.networks import batch_first, time_first
from rnngan_tutorial.recurrence import GRU, _Recurrence

T, S, B = 5, 2, 3
DEVICES = ["cpu", pytest.param("cuda", marks=pytest.mark.skipif(
    not torch.cuda.is_available(), reason="no CUDA here"))]


def sources(n):
    return [torch.Generator().manual_seed(seed) for seed in range(n)]


@pytest.fixture(params=DEVICES)
def pair(request):
    """S networks of torch's, the package's with their weights, and an input (S, B, T, 2)."""
    torch.manual_seed(0)
    theirs = [torch.nn.GRU(2, 4, batch_first=True).double() for _ in range(S)]
    ours = GRU.from_torch(*theirs).to(request.param)
    x = torch.randn(S, B, T, 2, dtype=torch.double, device=request.param, requires_grad=True)
    return ours, [gru.to(request.param) for gru in theirs], x


def states(gru, x):
    return batch_first(gru(time_first(x)))


def by_torch(grus, x):
    with torch.backends.cudnn.flags(enabled=False):  # cuDNN has no second derivative
        return torch.stack([gru(part)[0] for gru, part in zip(grus, x, strict=True)])


def test_values(pair):
    ours, theirs, x = pair
    torch.testing.assert_close(states(ours, x), by_torch(theirs, x), rtol=0, atol=1e-12)


def test_gradients_of_input_and_weights(pair):
    ours, theirs, x = pair
    pull = torch.randn(S, B, T, 4, dtype=torch.double, device=x.device)
    dx, dw = torch.autograd.grad((states(ours, x) * pull).sum(), [x, ours.weight])
    wanted = torch.autograd.grad((by_torch(theirs, x) * pull).sum(),
                                 [x, *(w for gru in theirs for w in gru.parameters())])
    torch.testing.assert_close(dx, wanted[0], rtol=0, atol=1e-12)
    for seed in range(S):
        d_input, d_hidden, d_input_bias, d_hidden_bias = wanted[1 + 4 * seed:5 + 4 * seed]
        q, r, z, a = dw[seed].unflatten(0, (4, 4))
        close = dict(rtol=0, atol=1e-12)
        torch.testing.assert_close(torch.cat([r, z, q])[:, :4], d_hidden, **close)
        torch.testing.assert_close(torch.cat([r, z, a])[:, 4:-1], d_input, **close)
        torch.testing.assert_close(torch.cat([r, z, a])[:, -1], d_input_bias, **close)
        torch.testing.assert_close(torch.cat([r, z, q])[:, -1], d_hidden_bias, **close)


def test_a_gradient_penalty_and_its_gradient(pair):
    ours, theirs, x = pair

    def penalty(made):
        slope, = torch.autograd.grad(made.mean(2).tanh().sum(), x, create_graph=True)
        return ((slope.flatten(2).norm(dim=-1) - 1) ** 2).sum()

    first, second = penalty(states(ours, x)), penalty(by_torch(theirs, x))
    torch.testing.assert_close(first, second)
    dx, dw = torch.autograd.grad(first, [x, ours.weight])
    wanted = torch.autograd.grad(second, [x, theirs[1].weight_hh_l0])
    torch.testing.assert_close(dx, wanted[0])
    q, r, z, _ = dw[1].unflatten(0, (4, 4))
    torch.testing.assert_close(torch.cat([r, z, q])[:, :4], wanted[1])


def test_blocks_that_a_gru_does_not_have_stay_zero():
    gru = GRU(2, 4, sources(1))
    move = torch.optim.Adam(gru.parameters(), 0.1)
    for _ in range(3):
        move.zero_grad()
        gru(torch.randn(T, 1, 2, B)).square().sum().backward()
        move.step()
    q, _, _, a = gru.weight[0].unflatten(0, (4, 4))
    assert not q[:, 4:-1].any() and not a[:, :4].any()
    assert q[:, :4].any() and a[:, 4:-1].any()


@pytest.mark.parametrize(("length", "seeds"), [(1, 1), (4, 1), (3, 2)])
@pytest.mark.parametrize("check", [torch.autograd.gradcheck, torch.autograd.gradgradcheck])
def test_derivatives_against_differences(check, length, seeds):
    torch.manual_seed(1)
    x = torch.randn(length, seeds, 2, 2, dtype=torch.double, requires_grad=True)
    weight = torch.randn(seeds, 12, 6, dtype=torch.double, requires_grad=True)
    assert check(_Recurrence.apply, (x, weight))


@pytest.mark.parametrize("needed", [(True, False), (False, True)])
def test_derivatives_where_only_one_is_wanted(needed):
    torch.manual_seed(2)
    x = torch.randn(3, 1, 2, 2, dtype=torch.double, requires_grad=needed[0])
    weight = torch.randn(1, 12, 6, dtype=torch.double, requires_grad=needed[1])
    assert torch.autograd.gradcheck(_Recurrence.apply, (x, weight))
    assert torch.autograd.gradgradcheck(_Recurrence.apply, (x, weight))


def test_expanded_gradients():
    x = torch.randn(4, 1, 2, 3, dtype=torch.double, requires_grad=True)
    weight = torch.randn(1, 12, 6, dtype=torch.double, requires_grad=True)
    assert torch.autograd.gradcheck(lambda *a: _Recurrence.apply(*a).mean(0), (x, weight))
    assert torch.autograd.gradgradcheck(lambda *a: _Recurrence.apply(*a)[-1], (x, weight))


def test_a_graph_can_be_used_twice():
    x = torch.randn(4, 1, 2, 3, requires_grad=True)
    slope, = torch.autograd.grad(GRU(2, 3, sources(1))(x).sum(), x, create_graph=True)
    first, = torch.autograd.grad(slope.square().sum(), x, retain_graph=True)
    second, = torch.autograd.grad(slope.square().sum(), x)
    torch.testing.assert_close(first, second, rtol=0, atol=0)


def test_pieces_of_many_steps_agree_with_one():
    """The cut into pieces for the cache leaves no seam: long, wide input against torch."""
    torch.manual_seed(3)
    theirs = torch.nn.GRU(3, 40, batch_first=True)
    ours = GRU.from_torch(theirs)
    x = torch.randn(1, 64, 70, 3, requires_grad=True)
    pull = torch.randn(1, 64, 70, 40)
    found, = torch.autograd.grad((states(ours, x) * pull).sum(), x)
    wanted, = torch.autograd.grad((by_torch([theirs], x) * pull).sum(), x)
    torch.testing.assert_close(found, wanted, rtol=1e-3, atol=1e-4)


def test_seeds_do_not_see_each_other():
    gru = GRU(2, 3, sources(3))
    made = gru(torch.randn(T, 3, 2, B))
    slope, = torch.autograd.grad(made[:, 1].square().sum(), gru.weight)
    assert slope[1].any() and not slope[0].any() and not slope[2].any()


def test_initial_law():
    gru = GRU(4, 64, sources(6))
    blocks = gru.weight.detach().unflatten(1, (4, 64))
    for seed in range(6):
        for gate in range(3):
            square = blocks[seed, gate, :, :64]
            torch.testing.assert_close(square @ square.T, torch.eye(64), atol=1e-5, rtol=0)
    assert abs(blocks[:, 1:, :, 64:-1].std() - 0.5) < 0.02
    assert not blocks[..., -1].any()
    assert not torch.equal(blocks[0], blocks[1])


@pytest.mark.parametrize("shape", [(5, 2, 3), (5, 3, 2, 4), (5, 2, 3, 4), (0, 2, 2, 4)])
def test_wrong_shapes_are_named(shape):
    with pytest.raises(ValueError, match=r"must be \(T, S, inputs, B\)"):
        GRU(2, 3, sources(2))(torch.zeros(shape))


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
def test_single_precision(scale):
    """tanh by way of the sigmoid loses nothing, near zero and where it saturates."""
    torch.manual_seed(4)
    theirs = torch.nn.GRU(3, 16, batch_first=True)
    x = scale * torch.randn(1, 8, 20, 3)
    with torch.no_grad():
        found, wanted = states(GRU.from_torch(theirs), x), by_torch([theirs], x)
        exact = by_torch([theirs.double()], x.double())
    assert (found - exact).abs().max() < max(4 * (wanted - exact).abs().max(), 1e-6)
