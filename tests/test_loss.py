"""How losses add and scale, what they say of themselves, and what makes two of them the same."""

import inspect
import math

import numpy as np
import pytest
import torch

import rnngan_tutorial as rt
from rnngan_tutorial import losses
from rnngan_tutorial.loss import Loss, Needs, Scaled, Sum, mean

BOTH = ("discriminator", "generator")


def by_hand(real=(1.0, -2.0), fake=(0.0, 3.0)):
    """A round of one seed with these logits."""
    return rt.Round(**{name: torch.tensor([values], dtype=torch.float64)
                       for name, values in (("real", real), ("fake", fake))})


def prices(loss, round):
    return [getattr(loss, who)(round).item() for who in BOTH]


# Adding and scaling

def test_losses_add_and_scale():
    hinge, least = rt.loss("hinge"), rt.loss("least_squares")
    total = hinge + 10 * least
    assert prices(total, by_hand()) == pytest.approx(
        [a + 10 * b for a, b in zip(prices(hinge, by_hand()), prices(least, by_hand()))])
    assert total.terms[0] is hinge and total.terms[1].term is least


@pytest.mark.parametrize("scaled", [lambda loss: loss * 0.25, lambda loss: 0.25 * loss,
                                    lambda loss: loss / 4, lambda loss: np.float32(0.25) * loss])
def test_a_loss_is_scaled_from_either_side(scaled):
    loss = scaled(rt.loss("least_squares"))
    assert isinstance(loss, Scaled)
    assert prices(loss, by_hand()) == [price / 4 for price in
                                       prices(rt.loss("least_squares"), by_hand())]


def test_a_list_of_losses_has_a_sum():
    listed = [rt.loss("hinge"), rt.loss("bce"), 2 * rt.loss("minimax")]
    assert sum(listed[:1]) is listed[0]
    assert repr(sum(listed)) == repr(listed[0] + listed[1] + listed[2])
    assert prices(sum(listed), by_hand()) == prices(listed[0] + listed[1] + listed[2], by_hand())


def test_a_term_is_asked_only_for_the_players_that_it_trains():
    assert rt.loss("wasserstein_gp").generator(by_hand()).item() == -1.5  # no x is given
    naive = rt.loss("mse") + rt.loss("hinge")
    assert naive.discriminator(by_hand()).item() == 4


def test_a_sum_without_a_term_for_a_player_gives_it_zeros():
    round = rt.Round(x=torch.ones(3, 2, 4, 1), generated=torch.zeros(3, 2, 4, 1))
    both = rt.loss("mse") + rt.loss("mae")
    assert both.discriminator(round).tolist() == [0, 0, 0]
    assert both.generator(round).tolist() == [2, 2, 2]


def test_what_comes_after_a_move_is_kept_by_sums_scales_and_conditions():
    clip = rt.loss("wasserstein_clip", c=0.01)
    for loss in (clip, 2 * clip + rt.loss("hinge"), rt.loss("hinge") + clip,
                 rt.loss("conditional", game=clip)):
        players = torch.nn.ModuleDict({"discriminator": torch.nn.Linear(3, 3)})
        loss.after(players)
        assert max(w.abs().max() for w in players.parameters()) <= 0.01


@pytest.mark.parametrize("factor", ["2", None, True, [1], torch.ones(1)])
def test_a_loss_scales_by_numbers_only(factor):
    for scaled in (lambda: rt.loss("hinge") * factor, lambda: rt.loss("hinge") / factor):
        with pytest.raises(TypeError, match="a finite number above 0"):
            scaled()


@pytest.mark.parametrize("factor", [0, -1, -0.5, math.nan, math.inf, 10**400])
def test_a_game_is_not_turned_round_nor_multiplied_by_nothing(factor):
    with pytest.raises(ValueError, match="the factor of a loss is .*a finite number above 0"):
        factor * rt.loss("hinge")
    with pytest.raises(ValueError, match="divided by is .*a finite number above 0"):
        rt.loss("hinge") / factor


def test_a_loss_adds_to_losses_only():
    for added in (lambda loss: loss + 1, lambda loss: 1 + loss, lambda loss: -loss):
        with pytest.raises(TypeError):
            added(rt.loss("hinge"))


# What a loss asks for

def test_needs_of_a_sum_are_what_either_term_asks_for():
    both = rt.loss("vae", sigma="learnt") + rt.loss("infogan") + rt.loss("r3gan")
    assert both.needs == Needs(encoder=True, categories=2, continuous=1, slopes=True, sigma=True)
    assert Needs(kernels=3) | Needs(kernels=5, labels=True) == Needs(kernels=5, labels=True)


@pytest.mark.parametrize("name", ["kernels", "categories", "continuous"])
@pytest.mark.parametrize("wrong", [-1, 10_001, 1.5, "2", None, True])
def test_numbers_of_channels_are_checked(name, wrong):
    with pytest.raises((TypeError, ValueError), match=f"{name} is .* whole number from 0 to 10000"):
        Needs(**{name: wrong})


NEEDS = {"r3gan": {"slopes"}, "nonsaturating_r1r2": {"slopes"}, "vae": {"encoder"},
         "vae_gan": {"encoder", "features"}, "feature_matching": {"features"},
         "improved": {"features", "kernels"}, "conditional": {"labels"},
         "infogan": {"categories", "continuous"}}


@pytest.mark.parametrize("name", rt.losses.REGISTRY)
def test_a_loss_needs_what_it_reads(name):
    needed = {need for need, value in vars(rt.loss(name).needs).items() if value}
    assert needed == NEEDS.get(name, set())


def test_options_change_what_is_needed():
    assert rt.loss("vae_gan", per="steps").needs == Needs(encoder=True, states=True)
    assert losses.ApproximateR1().needs == losses.ApproximateR2().needs == Needs(jitter=True)
    assert rt.loss("improved", kernels=0).needs == Needs(features=True)


# Adam's settings and the players

class Calm(losses.Hinge):
    """A game that wants settings of its own."""

    adam = rt.Adam(betas=(0.5, 0.9))


def test_a_sum_has_the_settings_of_its_game_in_either_order():
    for other in ("mse", "energy", "vae"):
        for loss in (Calm() + rt.loss(other), rt.loss(other) + Calm()):
            assert loss.adams == [Calm.adam] and loss.adam == Calm.adam
    for loss in (Calm() + losses.GradientPenalty(), 2 * losses.GradientPenalty() + 3 * Calm(),
                 losses.MutualInformation() + rt.loss("conditional", game=Calm())):
        assert loss.adams == [Calm.adam] and loss.adam == Calm.adam
    assert losses.GradientPenalty().adams == (losses.R1() + losses.R2()).adams == []
    assert (losses.R1() + losses.R2()).adam is None


def test_games_that_disagree_show_it():
    both = rt.loss("hinge") + Calm() + rt.loss("bce")
    assert both.adams == [rt.Adam(), Calm.adam]
    with pytest.raises(ValueError, match="betas"):
        both.adam  # noqa: B018
    assert (rt.loss("hinge") + rt.loss("bce")).adams == [rt.Adam()]


def test_a_named_sum_may_have_settings_of_its_own():
    class Own(losses.R3GAN):
        adam = Calm.adam

    assert Own().adams == (5 * Own()).adams == [Calm.adam]


def test_every_loss_is_trained_with_the_common_recipe():
    assert rt.Adam() == rt.Adam(3e-3, 3e-3, (0.0, 0.99))
    for name in losses.REGISTRY:
        assert rt.loss(name).adams in ([rt.Adam()], []), name


def test_the_players_that_a_loss_trains():
    alone = {"mse", "mae", "vae", "energy"}
    for name in losses.REGISTRY:
        assert rt.loss(name).trains == (BOTH[1:] if name in alone else BOTH), name
    assert losses.GradientPenalty().trains == BOTH[:1]
    assert (losses.R1() + rt.loss("mse")).trains == BOTH
    assert (2 * rt.loss("mse")).trains == rt.loss("conditional", game="mse").trains == BOTH[1:]


# What a loss says of itself

class Silent(losses.NonSaturating):
    def __init__(self, pull=(1, 2)):
        self.pull, self.count = pull, 0


def test_a_repr_shows_the_options_on_one_line():
    shown = {rt.loss("hinge"): "Hinge()", rt.loss("vae", anneal=5): "VAE(sigma=0.2, anneal=5)",
             rt.loss("hinge") + 10 * rt.loss("bce"): "Hinge() + 10 * (BCE(real_label=1.0))",
             rt.loss("wasserstein_gp", weight=7): "WassersteinGP(weight=7)",
             rt.loss("conditional", game="kl"): "Conditional(game=KL(practical=False))",
             rt.loss("improved"): "Improved(kernels=8, real_label=0.9, weight=1.0)",
             Silent(): "Silent(pull=(1, 2))"}
    for loss, text in shown.items():
        assert repr(loss) == text
    assert "\n" not in repr(rt.loss("vae", sigma=torch.full((4, 1), 0.3)))


def test_a_loss_describes_itself_in_one_line():
    for name in losses.REGISTRY:
        loss = rt.loss(name)
        assert loss.describe() == type(loss).__doc__.splitlines()[0]
        assert 20 < len(loss.describe()) <= 100
    assert Silent().describe() == repr(Silent())
    assert (rt.loss("hinge") + rt.loss("mse") / 2).describe() == "Hinge() + 0.5 * (MSE())"


def test_every_loss_is_its_own_only_term():
    loss = rt.loss("hinge")
    assert loss.terms == (loss,)
    assert [type(term) for term in rt.loss("r3gan").terms] == [losses.Relativistic, losses.R1,
                                                               losses.R2]


# What makes two losses the same

def test_losses_of_the_registry_and_their_options_differ():
    made = [rt.loss(name) for name in losses.REGISTRY]
    made += [rt.loss("bce", real_label=0.9), rt.loss("kl", practical=True), 2 * rt.loss("bce"),
             rt.loss("vae", sigma="learnt"), rt.loss("r3gan", gamma=0.2), rt.loss("bce") / 2,
             rt.loss("vae", sigma=torch.full((2, 1), 0.2)), rt.loss("conditional", game="hinge"),
             rt.loss("vae", sigma=torch.tensor([[0.2], [0.3]])), rt.loss("hinge") + losses.R1()]
    found = [loss.fingerprint() for loss in made]
    assert len(set(found)) == len(found)
    assert rt.loss("bce").fingerprint() == rt.loss("bce").fingerprint()


def test_two_classes_with_one_repr_differ():
    def make(factor):
        class Mine(Loss):
            def generator(self, round):
                return factor * mean(round.fake)
        return Mine()

    def other():
        class Mine(Loss):
            def generator(self, round):
                return 1 * mean(-round.fake)
        return Mine()

    assert repr(make(1)) == repr(make(-5)) == repr(other())
    assert len({make(1).fingerprint(), make(-5).fingerprint(), other().fingerprint()}) == 3
    assert make(1).fingerprint() == make(1).fingerprint()


def test_a_base_class_and_a_helper_count(monkeypatch):
    class Child(Silent):
        pass

    child, hinge = Child().fingerprint(), rt.loss("hinge").fingerprint()
    monkeypatch.setattr(Silent, "generator", lambda self, round: mean(round.fake))
    assert Child().fingerprint() != child
    monkeypatch.setattr(losses, "mean", lambda x: x.flatten(1).sum(1))
    assert rt.loss("hinge").fingerprint() != hinge


def test_comments_and_docstrings_do_not_count(tmp_path, monkeypatch):
    found = []
    for i, extra in enumerate(("", '        """Why."""\n        # because\n')):
        (tmp_path / f"mine{i}.py").write_text(
            "from rnngan_tutorial.losses import Loss, mean\n\n\nclass Mine(Loss):\n"
            f"    def generator(self, round):\n{extra}        return mean(round.fake)\n")
        monkeypatch.syspath_prepend(tmp_path)
        found.append(__import__(f"mine{i}").Mine().fingerprint())
    assert found[0] == found[1]


def test_the_algebra_has_a_docstring_everywhere():
    for cls in (Loss, Sum, Scaled, Needs):
        assert cls.__doc__
        for name, member in inspect.getmembers(cls, inspect.isfunction):
            assert member.__doc__ or name.startswith("__"), name
