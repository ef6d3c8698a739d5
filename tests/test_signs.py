"""Every sign against a value by hand, and on runs in which its disease is planted."""

from dataclasses import replace
from math import log

import numpy as np
import pytest
import small_runs
import torch
from small_runs import DATA

import rnngan_tutorial as rt
from rnngan_tutorial.diagnosis import signs
from rnngan_tutorial.diagnosis.case import Case, Unknown
from rnngan_tutorial.losses import R1, GradientPenalty, Penalty, Wasserstein

LOG2 = log(2)


@pytest.fixture(scope="module")
def game():
    return small_runs.train(steps=40)


def case(run, test=None, **known):
    """A case of which some parts are given by hand."""
    made = Case(run, test)
    made.__dict__.update(known)
    return made


def with_past(run, losses):
    """The run with the discriminator's losses (steps, S)."""
    return replace(run, history=replace(run.history, discriminator=np.asarray(losses, float)))


def of(name, **options):
    """A run of two steps of a loss, by name or as it is."""
    return small_runs.train(name, steps=2, **options)


# The data

def test_room_is_the_share_between_the_outer_hundredths(game):
    rng = np.random.default_rng(0)
    even = rt.Sequences(rng.uniform(-1, 1, (500, 6, 1)))
    assert signs.room(case(game, real=even)) == pytest.approx(0.98, abs=0.02)
    narrow = replace(even, values=even.values / 50)
    assert signs.room(case(game, real=narrow)) == pytest.approx(0.98 / 50, rel=0.02)
    two = np.concatenate([even.values, narrow.values, np.full((500, 6, 1), 0.3)], -1)
    assert signs.room(case(game, real=rt.Sequences(two))) == pytest.approx(0.98 / 50, rel=0.02)
    assert signs.room(case(game, real=rt.Sequences(np.zeros((9, 6, 1))))) == 1


def windows(n=30, stride=2, groups=None):
    """Overlapping windows of 6 steps."""
    long = np.random.default_rng(1).uniform(-1, 1, (stride * n + 6, 1))
    starts = stride * np.arange(n)
    return rt.Sequences(np.stack([long[s:s + 6] for s in starts]), starts=starts, groups=groups)


@pytest.mark.parametrize("known", [True, False], ids=["times known", "times unknown"])
def test_a_leak_is_found_by_times_and_without(game, known):
    data = windows() if known else replace(windows(), starts=None)

    def leaked(first, second):
        train, test = (data.subset(part) for part in (first, second))
        return signs.leaked(Case(replace(game, data=train), test))

    assert leaked(np.arange(20), np.arange(23, 30)) == 0      # steps 0 to 43, and from 46 on
    assert leaked(np.arange(20), np.arange(20, 30)) == pytest.approx(0.2 if known else 0.1)
    assert leaked(np.arange(0, 30, 2), np.arange(1, 30, 2)) == 1
    assert leaked(np.arange(20), np.arange(5, 15)) == 1       # the very same series


def test_windows_of_other_recordings_are_no_leak(game):
    data = windows(groups=np.arange(30) % 2)
    train, test = data.subset(data.groups == 0), data.subset(data.groups == 1)
    assert signs.leaked(Case(replace(game, data=train), test)) == 0


def test_stretches_without_change_are_no_leak(game):
    flat = rt.Sequences(np.zeros((9, 6, 1)))
    assert signs.leaked(Case(replace(game, data=flat), flat)) == 0


def test_a_leak_needs_both_parts(game):
    with pytest.raises(Unknown, match="give test="):
        signs.leaked(Case(game))
    with pytest.raises(Unknown, match="no training series"):
        signs.leaked(Case(replace(game, data=DATA.subset([])), DATA))


# The losses of a run

@pytest.mark.parametrize("loss, even, best, zero", [
    ("bce", 2 * LOG2, 0, 2 * LOG2), ("minimax", 2 * LOG2, 0, 2 * LOG2),
    ("relativistic", LOG2, 0, LOG2), ("r3gan", LOG2, 0, LOG2), ("hinge", 2, 0, 2),
    ("nonsaturating_r1r2", 2 * LOG2, 0, 2 * LOG2),
    ("least_squares", 0.25, 0, 0.5), ("least_absolute", 1, 0, 1),
    ("js", 0, -2 * LOG2, 0), ("kl", None, -np.inf, np.exp(-1)),
    ("wasserstein_clip", 0, -np.inf, 0), ("wasserstein_gp", 1, -np.inf, 1)])
def test_stakes(loss, even, best, zero):
    found = Case(of(loss)).stakes
    assert found[1:] == pytest.approx((best, zero), abs=0.01)
    if even is not None:
        assert found[0] == pytest.approx(even, abs=1e-6)


def test_smoothed_labels_leave_a_least_loss():
    even, best, _ = Case(of(rt.loss("bce", real_label=0.9))).stakes
    entropy = -0.9 * log(0.9) - 0.1 * log(0.1)
    assert best == pytest.approx(entropy, abs=0.01)
    at = -log((1 + 1) / 0.9 - 1)  # the one logit for both kinds that costs least
    assert even == pytest.approx(1.1 * np.log1p(np.exp(at)) + 0.9 * np.log1p(np.exp(-at)), abs=0.01)


def test_doubt_is_the_part_of_the_undecided_loss(game):
    past = np.full((400, 2), 9.0)
    past[300:] = [2 * LOG2, 0.3 * 2 * LOG2]
    np.testing.assert_allclose(signs.doubt(case(with_past(game, past))), [1, 0.3], atol=0.01)


def test_a_loss_without_a_least_value_knows_no_doubt():
    with pytest.raises(Unknown, match="no least value"):
        signs.doubt(case(with_past(of("wasserstein_clip"), np.zeros((400, 2)))))


def test_the_worst_batch_is_counted_in_what_is_at_stake(game):
    past = np.full((400, 2), 1.0)
    past[350, 1] += 30 * 2 * LOG2
    past[10] = 1e9  # the first half does not count
    np.testing.assert_allclose(signs.worst_batch(case(with_past(game, past))), [0, 30], rtol=0.01)
    kl = with_past(of("kl"), past)
    np.testing.assert_allclose(signs.worst_batch(case(kl)), [0, 60 * LOG2 * np.e], rtol=0.01)


def test_swing_is_the_way_to_the_average_in_spreads_of_the_data(game):
    real = rt.Sequences(np.random.default_rng(1).uniform(-0.5, 0.5, (200, 6, 1)))
    made = np.random.default_rng(2).uniform(-0.5, 0.5, (2, 200, 6, 1))
    spread = real.values.var(0).sum() ** 0.5
    now = made + np.array([0, 0.3])[:, None, None, None]
    grown = replace(game, steps=400)
    found = signs.swing(case(grown, real=real, made=made, made_now=now))
    np.testing.assert_allclose(found, [0, 0.3 * 6 ** 0.5 / spread], rtol=1e-5)
    flat = rt.Sequences(np.zeros((20, 6, 1)))
    assert np.isfinite(signs.swing(case(grown, real=flat, made=made, made_now=now))).all()


def test_swing_is_read_from_an_average_that_has_grown_up(game):
    with pytest.raises(Unknown, match="too young"):
        signs.swing(Case(game))
    with pytest.raises(Unknown, match="no average"):
        signs.swing(Case(of("bce", average=None)))


def test_short_runs_and_lone_generators_say_so(game):
    for name in ("doubt", "worst_batch"):
        with pytest.raises(Unknown, match="too short"):
            getattr(signs, name)(case(game))
        with pytest.raises(Unknown, match="no discriminator"):
            getattr(signs, name)(case(of("mse")))


def test_finite_is_where_a_seed_stopped(game):
    assert signs.finite(case(game)) == [1, 1]
    assert signs.finite(case(replace(game, diverged={1: 10}))) == [1, 0.25]


@pytest.mark.parametrize("loss, wanted", [
    ("minimax", [2 / (1 + np.exp(4)), 1]), ("nonsaturating", [2 / (1 + np.exp(-4)), 1]),
    ("wasserstein_gp", [1, 1]), ("relativistic", [2 / (1 + np.exp(-6)), 1]),
    ("least_squares", [5, 1])])
def test_hearing_is_the_slope_of_the_loss_in_the_logit(loss, wanted):
    real = torch.tensor([[2.0] * 8, [0.0] * 8], dtype=torch.float64)
    fake = torch.tensor([[-4.0] * 8, [0.0] * 8], dtype=torch.float64)
    with torch.no_grad():  # it asks for gradients itself
        np.testing.assert_allclose(signs.hearing(case(of(loss), logits=(real, fake))), wanted)


def test_hearing_needs_logits():
    with pytest.raises(Unknown, match="no discriminator"):
        signs.hearing(case(of("mse")))
    with pytest.raises(Unknown, match="cannot be tried"):
        signs.hearing(case(of("feature_matching")))


# The loss itself

def slope_of(round):
    return round.slope(torch.lerp(round.generated, round.x, round.alpha))


class BatchNorm(Penalty):
    def discriminator(self, round):
        return (slope_of(round).flatten(1).norm(dim=1) - 1) ** 2


class SumOverBatch(Penalty):
    def discriminator(self, round):
        return ((slope_of(round).flatten(2).norm(dim=2) - 1) ** 2).sum(1)


class SlopeOfMean(Penalty):
    def discriminator(self, round):
        n = round.x.shape[1]
        return ((slope_of(round).flatten(2).norm(dim=2) / n - 1) ** 2).mean(1)


class NormPerStep(Penalty):
    def discriminator(self, round):
        return ((slope_of(round).norm(dim=3) - 1) ** 2).mean((1, 2))


@pytest.mark.parametrize("penalty", [BatchNorm, SumOverBatch, SlopeOfMean])
def test_a_penalty_of_the_batch_is_found(penalty):
    assert signs.doubling(Case(of(Wasserstein() + penalty()))) > 0.05


def test_a_sum_doubles():
    class Sum(rt.losses.Loss):
        def discriminator(self, round):
            return (round.real ** 2).sum(1) + (round.fake ** 2).sum(1)

        def generator(self, round):
            return -round.fake.sum(1)

    assert signs.doubling(Case(of(Sum()))) == pytest.approx(1)


@pytest.mark.parametrize("loss", ["bce", "wasserstein_gp", "wasserstein_slope", "r3gan", "hinge",
                                  "nonsaturating_r1r2", "conditional", "improved", "kl"])
def test_the_books_losses_do_not_depend_on_the_batch(loss):
    assert signs.doubling(Case(of(loss))) < 1e-9


def test_what_doubling_cannot_see():
    """A norm per time step is wrong too, and no batch shows it."""
    assert signs.doubling(Case(of(Wasserstein() + NormPerStep()))) < 1e-9


def test_approximated_penalties_are_tried_with_jitter():
    loss = rt.loss("bce") + rt.losses.ApproximateR1() + rt.losses.ApproximateR2()
    assert signs.doubling(Case(of(loss))) < 1e-9


# The series

REAL = small_runs.small_data(64, 6, classes=2)


def kinds(n=64):
    """Two kinds of series, far apart: a label and its series."""
    labels = np.arange(n) % 2
    noise = 0.05 * np.random.default_rng(3).standard_normal((n, 6, 1))
    return rt.Sequences(np.where(labels, 0.6, -0.6)[:, None, None] + noise, labels=labels)


def test_nearest_leaves_out_the_series_itself():
    a = np.array([0.0, 1.0, 1.2, 5.0])[:, None, None]
    assert signs.nearest(a, a).tolist() == [1, 2, 1, 2]
    assert signs.nearest(a, a.copy()).tolist() == [0, 1, 2, 3]


def test_variety_is_one_for_real_series_and_least_for_one_for_ever(game):
    rng = np.random.default_rng(5)
    alike = rng.uniform(-0.9, 0.9, (1, 64, 6, 1))
    one = np.repeat(alike[:, :1], 64, 1)
    other = rt.Sequences(rng.uniform(-0.9, 0.9, (64, 6, 1)))
    found = signs.variety(case(game, real=other, made=np.concatenate([alike, one])
                               .astype(np.float32)))
    assert 0.7 < found[0] < 1.4
    hits = len(np.unique(signs.nearest(other.values[:32], other.values[32:])))
    assert found[1] == pytest.approx(1 / hits)
    with pytest.raises(Unknown, match="too few"):
        signs.variety(case(game, real=other.subset(np.arange(14))))


def test_rarest_is_the_share_of_the_worst_off_kind(game):
    data = kinds()
    narrow, wide = data.values[data.labels == 0], data.values[data.labels == 1]
    made = np.stack([np.concatenate([narrow[:24], narrow[:24], wide[:16]]),
                     np.concatenate([narrow, narrow])])
    np.testing.assert_allclose(signs.rarest(case(game, real=data, made=made)), [16 / 32, 0])
    with pytest.raises(Unknown, match="no labels"):
        signs.rarest(case(game, real=replace(data, labels=None, label_names=())))


def test_a_kind_of_a_handful_is_left_out(game):
    data = kinds()
    labels = data.labels.copy()
    labels[:3] = 2
    data = replace(data, labels=labels, label_names=("a", "b", "c"))
    found = signs.rarest(case(game, real=data, made=data.values[None, 3:]))
    assert found[0] > 0.9


def test_obedience_is_one_for_real_series_and_zero_by_chance():
    data = kinds()
    run = small_runs.train("conditional", steps=2, data=data)
    asked = run.inputs(64)[1].numpy()
    obedient = np.stack([data.values[[np.flatnonzero(data.labels == k)[i // 2] for i, k in
                                      enumerate(row)]] for row in asked])
    found = signs.obedience(case(run, real=data, made=obedient))
    np.testing.assert_allclose(found, 1)
    contrary = np.where(asked[..., None, None], -0.6, 0.6) * np.ones((1, 1, 6, 1))
    assert (signs.obedience(case(run, real=data, made=contrary.astype(np.float32))) < -0.9).all()
    deaf = np.repeat(data.values[None], 2, 0)
    assert (np.abs(signs.obedience(case(run, real=data, made=deaf))) < 0.4).all()


def test_labels_that_mean_nothing_say_so():
    run = small_runs.train("conditional", steps=2, data=REAL)
    with pytest.raises(Unknown, match="cannot be told"):
        signs.obedience(Case(run))
    with pytest.raises(Unknown, match="told no labels"):
        signs.obedience(Case(of("bce")))


# What the networks know

def test_nats_are_those_of_the_closed_form():
    run = of("vae")
    out = run.encoder.out
    with torch.no_grad():
        out.weight.zero_()
        out.bias.zero_()
    np.testing.assert_allclose(signs.nats(Case(run)), 0, atol=1e-7)
    with torch.no_grad():
        out.bias[1, :4] = 1  # the means of the second seed's four channels
    np.testing.assert_allclose(signs.nats(Case(run)), [0, 2], atol=1e-6)
    with pytest.raises(Unknown, match="no encoder"):
        signs.nats(Case(of("bce")))


def test_memory_is_that_of_the_update_gate():
    """A gate that is shut keeps the first step as well as the last; an open one keeps nothing."""
    run = of("nonsaturating")
    weight, hidden = run.discriminator.gru.weight, 4
    with torch.no_grad():  # rows q, r, z, a; columns state, input, one
        weight[:, :, :hidden] = 0
        weight[:, 2 * hidden:3 * hidden] = 0
        weight[0, 2 * hidden:3 * hidden, -1] = 9
        weight[1, 2 * hidden:3 * hidden, -1] = -9
    np.testing.assert_allclose(signs.memory(Case(run)), [1, 0])


def test_memory_is_read_from_the_packages_own_discriminator():
    with pytest.raises(Unknown, match="own discriminator"):
        signs.memory(Case(of("conditional")))
    with pytest.raises(Unknown, match="no discriminator"):
        signs.memory(Case(of("energy")))


def test_youth_is_what_is_left_of_the_initial_weights(game):
    assert signs.youth(case(game)) == pytest.approx(0.99 ** 40)
    with pytest.raises(Unknown, match="no average"):
        signs.youth(case(of("bce", average=None)))


# The table of signs

def test_signs_have_one_limit_a_cause_and_a_cure():
    names = [sign.name for sign in signs.SIGNS]
    assert len(names) == len(set(names)) >= 10
    for sign in signs.SIGNS:
        assert np.isinf([sign.below, sign.above]).sum() == 1, sign.name
        assert sign.cause and sign.cure and sign.about.endswith("."), sign.name


def test_limits_read_as_they_act():
    by_name = {sign.name: sign for sign in signs.SIGNS}
    assert by_name["collapse"].limit == "below 0.2"
    assert by_name["oscillation"].limit == "above 0.7"


def test_a_number_that_could_not_be_read_accuses_nobody():
    low = next(sign for sign in signs.SIGNS if sign.name == "collapse")
    assert low.accuses([0.1, low.below, 0.9, np.nan]).tolist() == [True, False, False, False]


def test_penalties_of_the_package_are_sound():
    for term in (GradientPenalty(), R1()):
        assert signs.doubling(Case(of(Wasserstein() + 10 * term))) < 1e-9
