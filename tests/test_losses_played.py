"""Every loss by its name and options, and in a round of real players."""

import math
import re
import textwrap
from pathlib import Path

import numpy as np
import pytest
import torch
from small_runs import one_round, train

import rnngan_tutorial as rt
from rnngan_tutorial import losses
from rnngan_tutorial.losses import REGISTRY, Loss, MutualInformation
from rnngan_tutorial.round import per_series

NAMES = ("bce minimax nonsaturating mse least_squares mae least_absolute kl reverse_kl js pearson "
         "vae vae_gan wasserstein_clip wasserstein_gp wasserstein_slope hinge relativistic r3gan "
         "energy nonsaturating_r1r2 feature_matching improved conditional infogan").split()


# By name, with options

def test_the_registry():
    assert list(REGISTRY) == NAMES
    for name in NAMES:
        assert isinstance(rt.loss(name), Loss)
        with pytest.raises(ValueError, match="has no option 'nonsense'; it has "):
            rt.loss(name, nonsense=1)


@pytest.mark.parametrize(("wrong", "meant"), [
    ("wgan", "wasserstein_gp"), ("wgan_gp", "wasserstein_gp"), ("WGAN-GP", "wasserstein_gp"),
    ("wasserstein-gp", "wasserstein_gp"), ("BCE", "bce"), ("gan", "nonsaturating"),
    ("lsgan", "least_squares"), ("cgan", "conditional"), ("r3-gan", "r3gan"),
    ("info gan", "infogan"), ("hindge", "hinge"), (None, None), (3, None), ("zzz", None)])
def test_an_unknown_name_is_guessed_at(wrong, meant):
    with pytest.raises(ValueError, match="choose from bce, minimax, ") as caught:
        rt.loss(wrong)
    found = re.search("did you mean '(.*)'", str(caught.value))
    assert (found and found[1]) == meant and "\n" not in str(caught.value)
    assert set(losses.ALIASES.values()) <= set(NAMES) and not set(losses.ALIASES) & set(NAMES)


NUMBERS = [("vae", "sigma"), ("vae_gan", "sigma"), ("vae_gan", "gamma"), ("wasserstein_clip", "c"),
           ("wasserstein_gp", "weight"), ("wasserstein_slope", "weight"), ("infogan", "weight"),
           ("wasserstein_slope", "step"), ("improved", "weight"), ("improved", "real_label"),
           ("bce", "real_label"), ("r3gan", "gamma"), ("nonsaturating_r1r2", "gamma")]


@pytest.mark.parametrize(("name", "option"), NUMBERS)
@pytest.mark.parametrize("wrong", [0, -1, -0.1, math.nan, math.inf, 10**400, "a", None, True, [1]])
def test_a_number_out_of_range_is_named_when_the_loss_is_made(name, option, wrong):
    with pytest.raises((ValueError, TypeError), match=f"^{option} is .*a finite number above 0"):
        rt.loss(name, **{option: wrong})


@pytest.mark.parametrize(("wrong", "said"), [
    (lambda: rt.loss("bce", real_label=5), "real_label is 5; .* at most 1"),
    (lambda: rt.loss("vae", sigma=torch.tensor([[0.1], [0.0]])), "sigma is tensor"),
    (lambda: rt.loss("vae", sigma="learned"), "sigma is 'learned'; .* or 'learnt'"),
    (lambda: rt.loss("vae_gan", sigma="learnt"), "sigma is 'learnt'; .* above 0 or a tensor"),
    (lambda: rt.loss("vae", anneal=0), "anneal is 0; .* from 1"),
    (lambda: rt.loss("vae", anneal=2.5), "anneal is 2.5; .* whole number"),
    (lambda: rt.loss("vae_gan", per="step"), "per is 'step'; .* 'series' or 'steps'"),
    (lambda: rt.loss("kl", practical=1), "practical is 1; .* False or True"),
    (lambda: rt.loss("improved", kernels=-1), "kernels is -1; .* from 0 to 10000"),
    (lambda: rt.loss("infogan", categories=10**7), "categories is 10000000; .* from 0 to 10000"),
    (lambda: rt.loss("infogan", continuous="1"), "continuous is '1'; .* whole number"),
    (lambda: rt.loss("infogan", categories=0, continuous=0), "no channel; .* or both"),
    (lambda: rt.loss("conditional", game=3), "game is 3; .* a loss, or the name of one"),
    (lambda: rt.loss("conditional", game="wgan"), "no loss 'wgan'; did you mean"),
    (lambda: losses.R1(0), "gamma is 0"), (lambda: losses.ApproximateR1(step=-1), "step is -1"),
    (lambda: losses.SlopePenalty(math.nan), "step is nan"),
])
def test_an_option_that_will_not_do_is_named_in_one_line(wrong, said):
    with pytest.raises((ValueError, TypeError), match=said) as caught:
        wrong()
    assert "\n" not in str(caught.value)


def test_conditional_is_the_game_with_labels():
    hinge, round = rt.loss("hinge"), rt.Round(real=torch.ones(1, 2), fake=torch.ones(1, 2) / 2)
    for inner in (rt.loss("conditional", game="hinge"), rt.loss("conditional", game=hinge)):
        assert inner.needs.labels
        for player in ("discriminator", "generator"):
            torch.testing.assert_close(getattr(inner, player)(round), getattr(hinge, player)(round))


# In a round of real players

def gradients(value, module):
    return torch.autograd.grad(value.sum(), list(module.parameters()), allow_unused=True,
                               retain_graph=True)


def size(found):
    return sum(g.abs().sum().item() for g in found if g is not None)


LOSSES = {**{name: (lambda name=name: rt.loss(name)) for name in NAMES},
          "vae learnt": lambda: rt.loss("vae", sigma="learnt", anneal=10),
          "vae_gan steps": lambda: rt.loss("vae_gan", per="steps", gamma=2),
          "approximate r3gan": lambda: (rt.loss("relativistic") + losses.ApproximateR1()
                                        + losses.ApproximateR2())}


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_reaches_the_players_that_it_trains(name):
    loss = LOSSES[name]()
    players, round = one_round(loss, "generator")
    value = loss.generator(round)
    assert value.shape == (2,) and torch.isfinite(value).all()
    for part, module in players["generator"].items():
        assert size(gradients(value, module)) > 1e-6, part
    players, round = one_round(loss, "discriminator")
    value = loss.discriminator(round)
    assert value.shape == (2,) and torch.isfinite(value).all()
    if "discriminator" in loss.trains:
        assert size(gradients(value, players["discriminator"])) > 1e-6
        assert size(gradients(value, players["generator"]["generator"])) == 0
    else:
        assert not value.any()


@pytest.mark.parametrize("term", [losses.GradientPenalty(), losses.R1(), losses.R2(),
                                  losses.ApproximateR1(), losses.ApproximateR2()])
def test_a_penalty_reaches_the_discriminator_and_costs_the_generator_nothing(term):
    players, round = one_round(term, "discriminator")
    assert size(gradients(term.discriminator(round), players["discriminator"])) > 1e-8
    assert not term.generator(one_round(term, "generator")[1]).any()


class Detached(MutualInformation):
    """The bug of many repositories: the head sees series that are cut from the generator."""

    def generator(self, round):
        net = round._net
        cut = net.code(net.states(round.generated.detach()).mean(0)).mT
        return super().generator(rt.Round(code=round.code, code_seen=cut))


def test_the_information_term_reaches_the_generator_and_a_detached_one_does_not():
    for loss, reaches in ((MutualInformation(2, 1), True), (Detached(2, 1), False)):
        players, round = one_round(loss, "generator")
        value = loss.generator(round)
        assert (size(gradients(value, players["generator"])) > 1e-6) is reaches
        assert size(gradients(value, players["discriminator"]["discriminator"].code)) > 1e-6


def test_vae_gan_keeps_the_encoder_out_of_the_game():
    players, round = one_round("vae_gan", "generator")
    game = losses.NonSaturating().generator(round)
    assert size(gradients(game, players["generator"]["encoder"])) == 0
    assert size(gradients(game, players["generator"]["generator"])) > 0


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("turn", ["discriminator", "generator"])
def test_a_seed_does_not_see_another(name, turn):
    loss = LOSSES[name]()
    players, both = one_round(loss, turn, seeds=(5, 6))
    value = getattr(loss, turn)(both)
    for i, seed in enumerate((5, 6)):
        _, alone = one_round(loss, turn, seeds=(seed,))
        torch.testing.assert_close(getattr(loss, turn)(alone)[0], value[i])
    if value.requires_grad:
        for gradient in torch.autograd.grad(value[0], list(players[turn].parameters()),
                                            allow_unused=True):
            assert gradient is None or not gradient[1].any()


# Penalties and layers

DEVICES = ["cpu", pytest.param("cuda", marks=pytest.mark.skipif(
    not torch.cuda.is_available(), reason="no CUDA on this machine"))]


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("logits", ["series", "steps"])
@pytest.mark.parametrize("name", ["gradient", "r1", "r2"])
def test_penalty_goes_through_the_recurrent_critic(name, logits, device):
    penalty = {"gradient": losses.GradientPenalty(), "r1": losses.R1(2), "r2": losses.R2(2)}[name]
    players, round = one_round(penalty, "discriminator", logits=logits)
    played = penalty.discriminator(round)
    net = players["discriminator"].to(device)["discriminator"]
    round = rt.Round(x=round.x.to(device), generated=round.generated.to(device),
                     alpha=round.alpha.to(device), score=lambda x: per_series(net(x)))
    at = {"gradient": torch.lerp(round.generated, round.x, round.alpha), "r1": round.x,
          "r2": round.generated}[name].clone().requires_grad_()
    slope, = torch.autograd.grad(round.score(at).sum(), at)
    length = slope.pow(2).sum((2, 3)).sqrt()
    wanted = ((length - 1) ** 2 if name == "gradient" else length ** 2).mean(1)
    value = penalty.discriminator(round)
    torch.testing.assert_close(value, wanted)
    torch.testing.assert_close(played, wanted.cpu())
    # Its gradient in a weight, by a difference.
    found, weight = gradients(value, net)[0], next(net.parameters())
    where = np.unravel_index(found.abs().argmax().item(), found.shape)

    def shifted(by):
        with torch.no_grad():
            weight[where] += by
        moved = penalty.discriminator(round).sum().item()
        with torch.no_grad():
            weight[where] -= by
        return moved

    step = 1e-2
    difference = (shifted(step) - shifted(-step)) / (2 * step)
    assert found[where].item() == pytest.approx(difference, rel=0.05, abs=1e-4)


def test_slope_penalty_is_the_gradient_penalty_for_a_short_step():
    _, round = one_round("wasserstein_gp", "discriminator")
    pair = [penalty.discriminator(round) for penalty in (losses.GradientPenalty(),
                                                         losses.SlopePenalty(1e-2))]
    torch.testing.assert_close(*pair, rtol=0.02, atol=1e-3)


def test_minibatch_discrimination_does_not_depend_on_the_size_of_the_batch():
    players, _ = one_round("improved")
    net = players["discriminator"]["discriminator"]
    features = torch.randn(2, 4, 1).expand(2, 4, 8)  # all series alike: closeness is one
    few, many = net.closeness(features[..., :2]), net.closeness(features)
    torch.testing.assert_close(few[..., :1], many[..., :1])


def test_clipping_bounds_every_weight_of_the_critic_and_nothing_else():
    loss = rt.loss("wasserstein_clip", c=0.05)
    players, _ = one_round(loss, "generator")
    before = [w.clone() for w in players["generator"].parameters()]
    loss.after(players)
    assert max(w.abs().max() for w in players["discriminator"].parameters()) <= 0.05
    assert all(map(torch.equal, before, players["generator"].parameters()))


# The worked example of CONTRIBUTING.md

def test_the_worked_example_of_another_loss(monkeypatch):
    text = (Path(__file__).parents[1] / "CONTRIBUTING.md").read_text()
    code = textwrap.dedent(re.search(r" *```python\n( *class .*?)\n *```", text, re.DOTALL)[1])
    exec(code, found := dict(vars(losses)))
    name, cls = re.search(r'`"(\w+)": (\w+),`', text).groups()
    monkeypatch.setitem(REGISTRY, name, found[cls])
    loss = rt.loss(name)
    for turn in ("discriminator", "generator"):
        players, round = one_round(loss, turn)
        value = getattr(loss, turn)(round)
        assert value.shape == (2,) and size(gradients(value, players[turn])) > 1e-6
    assert np.isfinite(train(loss + 10 * rt.loss("feature_matching"), 3).sample(3)).all()
