"""One round: what is given by hand, and what is computed when a loss asks."""

import pytest
import torch
from own_networks import ReadSteps
from small_runs import one_round

import rnngan_tutorial as rt
from rnngan_tutorial.loss import Needs
from rnngan_tutorial.round import PlayedRound, Round, per_series

TURNS = ["discriminator", "generator"]


class Wanting(rt.losses.NonSaturating):
    """The non-saturating game, with needs that are not read."""

    def __init__(self, **needs):
        self.needs = Needs(**needs)


def critic(players):
    return players["discriminator"]["discriminator"]


# By hand

def test_a_round_by_hand_has_what_it_was_given():
    fake, x = torch.randn(1, 4), torch.randn(1, 4, 3, 2)
    round = rt.Round(fake=fake, x=x, step=3, score=lambda x: x.sum((2, 3)))
    assert rt.Round is Round and round.fake is fake and round.x is x and round.step == 3
    assert torch.equal(round.score(x), x.sum((2, 3)))
    value = rt.loss("nonsaturating").generator(round)
    torch.testing.assert_close(value, torch.nn.functional.softplus(-fake).mean(1))


@pytest.mark.parametrize("name", Round.NAMES)
def test_what_a_round_was_not_given_is_named(name):
    with pytest.raises(AttributeError) as caught:
        getattr(rt.Round(), name)
    assert str(caught.value) == f"this round has no {name}; give rt.Round({name}=...)"


def test_what_no_round_has_is_named():
    with pytest.raises(TypeError, match="a round has no 'fakes'; it has real, fake, x"):
        rt.Round(fakes=1)
    with pytest.raises(AttributeError, match="^a round has no 'fakes'$"):
        rt.Round(fake=1).fakes  # noqa: B018


def test_a_slope_by_hand_is_that_of_the_score_and_can_be_differentiated():
    x, weight = torch.randn(2, 3, 4, 1), torch.tensor(1.5, requires_grad=True)
    round = rt.Round(score=lambda x: weight * (x ** 3).sum((2, 3)))
    slope = round.slope(x)
    torch.testing.assert_close(slope, 3 * 1.5 * x ** 2)
    torch.testing.assert_close(torch.autograd.grad(slope.sum(), weight)[0], (3 * x ** 2).sum())
    assert not x.requires_grad


def test_logits_per_step_count_as_their_mean():
    logits = torch.randn(2, 3, 5)
    assert torch.equal(per_series(logits), logits.mean(-1))
    assert per_series(logits[..., 0]).shape == (2, 3)


# Played

def test_nothing_is_computed_before_it_is_asked_for(monkeypatch):
    players, round = one_round(Wanting(encoder=True, categories=2), "generator")
    net, asked = critic(players), []
    states = net.states
    monkeypatch.setattr(net, "states", lambda *a: asked.append(1) or states(*a))
    assert not {"generated", "_real", "_fake", "posterior"} & set(vars(round))
    assert [round.fake.shape, round.fake_features.shape, round.code_seen.shape] == [
        (2, 4), (2, 4, 4), (2, 4, 2)]
    assert len(asked) == 1  # one reading serves all three
    assert round.real.shape == (2, 4) and round.real_states.shape == (2, 4, 6, 4)
    assert len(asked) == 2


def test_the_discriminator_reads_real_and_generated_series_in_one_pass(monkeypatch):
    players, round = one_round(Wanting(), "discriminator")
    net, asked = critic(players), []
    states = net.states
    monkeypatch.setattr(net, "states", lambda *a: asked.append(1) or states(*a))
    assert round.real.shape == round.fake.shape == (2, 4)
    assert len(asked) == 1


@pytest.mark.parametrize("turn", TURNS)
def test_logits_are_those_of_the_discriminator(turn):
    players, round = one_round(Wanting(labels=True), turn)
    net = critic(players)
    for found, x in ((round.real, round.x), (round.fake, round.generated)):
        torch.testing.assert_close(found, net(x, round.y))
        torch.testing.assert_close(round.score(x), net(x, round.y))
    torch.testing.assert_close(round.features(round.x), round.real_features)
    torch.testing.assert_close(round.states(round.x), round.real_states)
    torch.testing.assert_close(round.real_states.mean(2), round.real_features)


@pytest.mark.parametrize("logits", ["series", "steps"])
@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("slopes", [True, False])
def test_slopes_are_those_of_the_score_wherever_they_come_from(logits, turn, slopes):
    players, round = one_round(Wanting(slopes=slopes, labels=True), turn, logits=logits)
    for x in (round.x, round.generated):
        found, weight = round.slope(x), critic(players).gru.weight
        leaf = x.detach().requires_grad_()
        score = per_series(critic(players)(leaf, round.y))
        wanted, = torch.autograd.grad(score.sum(), leaf, create_graph=True)
        torch.testing.assert_close(found, wanted)
        (first,), (second,) = (torch.autograd.grad((s ** 2).sum(), weight, retain_graph=True)
                               for s in (found, wanted))
        torch.testing.assert_close(first, second)
        assert first.abs().max() > 0


@pytest.mark.parametrize("slopes, passes", [(True, 1), (False, 3)])
def test_slopes_are_had_from_the_pass_that_gives_the_logits(monkeypatch, slopes, passes):
    players, round = one_round(Wanting(slopes=slopes), "discriminator")
    net, asked = critic(players), []
    states = net.states
    monkeypatch.setattr(net, "states", lambda *a: asked.append(1) or states(*a))
    _ = round.real, round.fake, round.slope(round.x), round.slope(round.generated)
    assert len(asked) == passes


def test_what_was_generated_is_a_constant_for_the_discriminator_only():
    _, round = one_round(Wanting(encoder=True), "discriminator")
    assert not round.generated.requires_grad and not round.reconstruction.requires_grad
    _, round = one_round(Wanting(encoder=True), "generator")
    assert round.generated.requires_grad and round.reconstruction.requires_grad


def test_reconstruction_is_generated_from_the_posterior():
    players, round = one_round(Wanting(encoder=True, labels=True), "generator")
    mean, log_variance = players["generator"]["encoder"](round.x, round.y)
    torch.testing.assert_close(round.posterior, (mean, log_variance))
    sample = mean + torch.exp(log_variance / 2) * round._batch.posterior_noise
    z = torch.cat([sample[:, :, None].expand(2, 4, 6, 2), round.z[..., 2:]], -1)
    torch.testing.assert_close(round.reconstruction, players["generator"]["generator"](z, round.y))


def test_the_posterior_has_the_variance_that_it_says():
    players, round = one_round(Wanting(encoder=True), "generator", batch=2000, seeds=(0,))
    encoder = players["generator"]["encoder"]
    with torch.no_grad():
        encoder.out.weight.zero_()
        encoder.out.bias[:, 2:] = 4.0  # log-variance, so that the standard deviation is e^2
    seen = []
    players["generator"]["generator"].register_forward_pre_hook(
        lambda _, arguments: seen.append(arguments[0]))
    _ = round.reconstruction
    assert seen[-1][..., :2].std().item() == pytest.approx(7.389, rel=0.05)


def test_a_learnt_sigma_is_one_number_per_seed_and_feature():
    players, round = one_round(Wanting(encoder=True, sigma=True), "generator")
    assert round.sigma.shape == (2, 1) and round.sigma.detach().unique().item() > 0
    assert round.sigma.requires_grad
    assert any(p is players["generator"]["observation"].log_sigma
               for p in players["generator"].parameters())


def test_the_scores_that_a_penalty_asks_for_are_per_series_also_with_steps():
    _, round = one_round(Wanting(), "discriminator", logits="steps")
    assert round.real.shape == (2, 4, 6) and round.score(round.x).shape == (2, 4)
    torch.testing.assert_close(round.real.mean(-1), round.score(round.x))


def test_a_played_round_is_a_round():
    assert issubclass(PlayedRound, Round)
    _, round = one_round(Wanting())
    with pytest.raises(AttributeError, match="a round has no 'fakes'"):
        round.fakes  # noqa: B018


@pytest.mark.parametrize("name", ["posterior", "reconstruction", "sigma", "code_seen", "jitter"])
def test_what_a_loss_did_not_ask_for_is_named(name):
    with pytest.raises(AttributeError, match=f"^this round has no {name}; a loss asks for it in "):
        getattr(one_round("nonsaturating")[1], name)


@pytest.mark.parametrize("name", ["real_states", "real_features", "code_seen"])
def test_what_an_own_discriminator_lacks_is_named(name):
    _, round = one_round("nonsaturating", discriminator=ReadSteps)
    with pytest.raises(AttributeError, match=f"no {name}; .* an own discriminator must have it$"):
        getattr(round, name)
