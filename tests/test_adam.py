"""Adam's settings: how they are merged, and what they do at each step."""

import math

import numpy as np
import pytest
import torch
from small_runs import equal, train, weights

import rnngan_tutorial as rt
from rnngan_tutorial.adam import ALONE, Adam, resolve
from rnngan_tutorial.loop import Loop
from rnngan_tutorial.losses import BCE, MSE, REGISTRY, GradientPenalty, Loss, NonSaturating, Pearson


class Calm(Pearson):
    """A game that wants settings of its own."""

    adam = Adam(betas=(0.5, 0.9), reason="for the sake of these tests")


# Which settings

def test_the_default_claims_no_evidence():
    assert Adam().reason == "" == Adam(lr_generator=99).reason


@pytest.mark.parametrize("name", REGISTRY)
def test_every_loss_has_settings(name):
    loss = rt.loss(name)
    wanted = resolve(loss.adams)
    assert isinstance(wanted, Adam) and resolve(loss.adams, None) == wanted


def test_a_dict_changes_some_settings_and_keeps_the_others():
    own = resolve(Calm().adams)
    found = resolve(Calm().adams, {"lr_generator": 1e-3})
    assert found.lr_generator == 1e-3 and found.lr_discriminator == own.lr_discriminator
    assert found.betas == own.betas != Adam().betas
    assert found.reason == ""  # the evidence was for other settings
    assert resolve(Calm().adams, {}) == own
    assert resolve(Calm().adams, {"reason": "mine"}).reason == "mine"


def test_an_adam_replaces_them_all():
    given = Adam(lr_generator=1e-3)
    assert resolve(Calm().adams, given) is given
    assert train(Calm(), 1, adam=given).settings["adam"] is given


def test_no_settings_are_wanted_by_what_plays_no_game():
    assert GradientPenalty().adam is None
    for total in (GradientPenalty() + Calm(), Calm() + GradientPenalty()):
        assert resolve(total.adams) == Calm.adam
    alone = resolve(GradientPenalty().adams)
    assert alone == ALONE and alone.betas == (0.9, 0.999) and alone.lr_generator == 6e-3
    assert train("mse", 1).settings["adam"] == ALONE


def test_terms_that_disagree_are_named_unless_it_is_said_which():
    wanted = [Adam(betas=(0.0, 0.9)), Adam(betas=(0.5, 0.9), reason="other words")]
    with pytest.raises(ValueError) as caught:
        resolve(wanted)
    assert str(caught.value) == (
        "the terms of this loss want betas (0.0, 0.9) and (0.5, 0.9); say which, such as "
        "adam={'betas': (0.0, 0.9)}")
    assert resolve(wanted, {"betas": (0.1, 0.9)}).betas == (0.1, 0.9)
    with pytest.raises(ValueError, match="want betas"):
        resolve(wanted, {"eps": 1e-6})
    assert resolve([Adam(reason="a"), Adam(reason="b")]).reason == "a"
    with pytest.raises(ValueError, match="the terms of this loss want betas"):
        train(Calm() + BCE())
    assert train(Calm() + BCE(), 1, adam={"betas": (0.2, 0.9)}).settings["adam"].betas == (
        0.2, 0.9)


def test_unknown_settings_and_types_are_named():
    with pytest.raises(ValueError, match="no setting 'lr'; choose from lr_generator, lr_disc"):
        resolve([], {"lr": 1e-3})
    with pytest.raises(TypeError, match="adam is 0.003; it must be an rt.Adam, or a dict"):
        resolve([], 3e-3)


def test_a_loss_without_discriminator_keeps_having_none():
    run = train("mse", 3, adam=rt.Adam(lr_generator=1e-3))
    assert run.settings["adam"].lr_generator == 1e-3
    assert np.isnan(run.history.discriminator).all() and np.isfinite(run.history.generator).all()
    assert MSE().trains == ("generator",)


# What they do: schedules in closed form

@pytest.mark.parametrize("schedule, wanted", [
    ("constant", lambda t: 1), ("linear", lambda t: 1 - t / 20),
    ("cosine", lambda t: 0.5 + 0.5 * math.cos(math.pi * t / 20))])
@pytest.mark.parametrize("warmup", [0, 4])
def test_rates(schedule, wanted, warmup):
    adam = Adam(schedule=schedule, warmup=warmup)
    for step in range(20):
        rise = min(1, (step + 1) / (warmup + 1))
        assert adam.rate(step, 20) == pytest.approx(rise * wanted(step), abs=1e-12)
    assert adam.rate(0, 20) == pytest.approx(1 / (warmup + 1))
    assert adam.rate(19, 20) > 0  # the last step still moves


def test_betas_move_in_a_straight_line():
    adam = Adam(betas=(0.9, 0.9), betas_end=(0.0, 0.99))
    assert adam.betas_at(0, 11) == (0.9, 0.9)
    assert adam.betas_at(5, 11) == pytest.approx((0.45, 0.945))
    assert adam.betas_at(10, 11) == pytest.approx((0.0, 0.99))
    assert adam.betas_at(0, 1) == (0.9, 0.9)
    assert Adam(betas=(0.3, 0.8)).betas_at(7, 9) == (0.3, 0.8)


@pytest.mark.parametrize("adam, moves", [
    (Adam(), False), (Adam(warmup=3, clip=1.0), False), (Adam(schedule="linear"), True),
    (Adam(schedule="cosine"), True), (Adam(betas_end=(0.5, 0.9)), True)])
def test_whether_settings_depend_on_the_number_of_steps(adam, moves):
    assert adam.moves is moves


@pytest.mark.parametrize("options", [
    {"schedule": "linear"}, {"schedule": "cosine", "warmup": 3}, {"warmup": 5},
    {"betas_end": (0.0, 0.99)}, {}])
def test_optimizers_get_the_settings_of_each_step(monkeypatch, options):
    adam, seen = Adam(lr_generator=1e-3, lr_discriminator=2e-3, **options), []
    inner = Loop.move

    def move(self, who, value, watch):
        group, = self.optimizers[who].param_groups
        seen.append((self.step, who, group["lr"], tuple(group["betas"])))
        inner(self, who, value, watch)

    monkeypatch.setattr(Loop, "move", move)
    train(steps=8, adam=adam)
    assert len(seen) == 16
    for step, who, rate, betas in seen:
        full = {"generator": 1e-3, "discriminator": 2e-3}[who]
        assert rate == pytest.approx(full * adam.rate(step, 8))
        assert betas == pytest.approx(adam.betas_at(step, 8))


def test_a_scheduled_run_is_what_adam_makes_of_the_same_gradients(monkeypatch):
    adam, steps = Adam(schedule="cosine", warmup=2, betas=(0.6, 0.9), betas_end=(0.1, 0.95)), 6
    path, inner = [], Loop.move

    def move(self, who, value, watch):
        before = weights(self.players)
        inner(self, who, value, watch)
        if who == "generator":
            path.append((before, [w.grad.double() for w in self.weights[who]],
                         weights(self.players[who])))

    monkeypatch.setattr(Loop, "move", move)
    train(steps=steps, adam=adam)
    m = v = [torch.zeros(1)] * len(path[0][1])
    for step, (before, gradients, after) in enumerate(path):
        # Kingma and Ba 2015, algorithm 1, with the rate and betas of this step.
        (b, c), rate = adam.betas_at(step, steps), 3e-3 * adam.rate(step, steps)
        m = [b * old + (1 - b) * g for old, g in zip(m, gradients, strict=True)]
        v = [c * old + (1 - c) * g ** 2 for old, g in zip(v, gradients, strict=True)]
        for i, weight in enumerate(after):
            fall = rate * (m[i] / (1 - b ** (step + 1))) / (
                (v[i] / (1 - c ** (step + 1))).sqrt() + adam.eps)
            torch.testing.assert_close(weight.double(), before[i].double() - fall,
                                       rtol=0, atol=1e-6)


# Clipping

class Steep(NonSaturating):
    """A game whose gradients are `factors` times as long, seed by seed."""

    def __init__(self, *factors):
        self.factors = torch.tensor(factors)

    def discriminator(self, round):
        return self.factors * super().discriminator(round)

    def generator(self, round):
        return self.factors * super().generator(round)


def gradients(monkeypatch, loss, **options):
    """Norm of each player's gradient that Adam is given, per move: {who: [(S,), ...]}."""
    norms, inner = {"generator": [], "discriminator": []}, Loop.move

    def move(self, who, value, watch):
        inner(self, who, value, watch)
        norms[who].append(sum(w.grad.flatten(1).square().sum(1) for w in self.weights[who]).sqrt())

    monkeypatch.setattr(Loop, "move", move)
    run = train(loss, **options)
    monkeypatch.undo()
    return run, {who: torch.stack(found) for who, found in norms.items()}


def test_a_longer_gradient_is_cut_to_length_and_a_shorter_one_left(monkeypatch):
    clip = 1e-2
    still = {"lr_generator": 0, "lr_discriminator": 0}
    _, free = gradients(monkeypatch, Steep(1.0, 1e-4), steps=3, adam=still)
    run, cut = gradients(monkeypatch, Steep(1.0, 1e-4), steps=3, adam={**still, "clip": clip})
    for who in free:
        assert (free[who][:, 0] > clip).all() and (free[who][:, 1] < clip).all()
        torch.testing.assert_close(cut[who], free[who].clamp(max=clip))
        # The record is of the gradient before it was cut.
        np.testing.assert_allclose(getattr(run.history, f"{who}_gradient")[0], free[who][0],
                                   rtol=1e-5)


def test_cutting_one_seeds_gradient_leaves_the_others_alone():
    # Adam does not see a constant factor, so there are enough steps for the cut to differ.
    free, cut = (train(Steep(1e3, 1e-4), 8, adam={"clip": clip, "eps": 1e-3})
                 for clip in (None, 1e-1))
    assert not equal([w[0] for w in weights(free.players)], [w[0] for w in weights(cut.players)])
    assert equal([w[1] for w in weights(free.players)], [w[1] for w in weights(cut.players)])


def test_the_direction_of_a_cut_gradient_stays(monkeypatch):
    kept, inner = {}, Loop.move
    for clip in (None, 1e-3):
        def move(self, who, value, watch, clip=clip):
            inner(self, who, value, watch)
            if who == "generator":
                kept[clip] = torch.cat([w.grad[0].flatten() for w in self.weights[who]])

        monkeypatch.setattr(Loop, "move", move)
        train(steps=1, adam={"lr_discriminator": 0, "clip": clip})
    torch.testing.assert_close(kept[1e-3], 1e-3 * kept[None] / kept[None].norm())


# What they make of a run's identity

class Plain(Loss):
    def discriminator(self, round):
        return NonSaturating.discriminator(self, round)

    def generator(self, round):
        return NonSaturating.generator(self, round)


@pytest.mark.parametrize("change", [{"schedule": "linear"}, {"schedule": "cosine"},
                                    {"betas_end": (0.9, 0.99)}])
def test_with_a_schedule_the_steps_belong_to_the_run(tmp_path, change):
    train(Plain(), 5, checkpoint=tmp_path / "state.pt", adam=change)
    with pytest.raises(ValueError, match="of another run: its steps is 5, not 9"):
        train(Plain(), 9, checkpoint=tmp_path / "state.pt", adam=change)


def test_without_a_schedule_a_run_may_be_extended(tmp_path):
    options = {"adam": {"warmup": 7, "clip": 0.1}}
    train(Plain(), 5, checkpoint=tmp_path / "state.pt", **options)
    longer = train(Plain(), 9, checkpoint=tmp_path / "state.pt", **options)
    assert equal(weights(longer.players), weights(train(Plain(), 9, **options).players))
