"""The loop: seeds side by side, one step by hand, what is recorded, breaks and divergence."""

import csv
import math
import os
import signal

import numpy as np
import pytest
import torch
from small_runs import DATA, assert_same, equal, final_loop, small_data, train, weights
from torch import nn
from torch.nn.functional import softplus
from tqdm.auto import tqdm

import rnngan_tutorial as rt
from rnngan_tutorial.adam import Adam
from rnngan_tutorial.draws import Draws, random_source
from rnngan_tutorial.loop import Loop
from rnngan_tutorial.losses import Loss, NonSaturating
from rnngan_tutorial.networks import Generator
from rnngan_tutorial.ordinary import ordinary_gru
from rnngan_tutorial.players import build
from rnngan_tutorial.recorder import WATCH


class Events(NonSaturating):
    """The non-saturating game, in which something happens at given rounds of a player.

    The rounds are told apart by their data, so that a round met twice is the same round.
    """

    def __init__(self, at, seed=0, turn="generator", event="nan", data=DATA):
        self.event, self.turn, self.seed = event, turn, seed
        draws = Draws([seed], 4, len(data), 4 + 2 * data.shape[1], 2, torch.device("cpu"))
        self.rows = [torch.as_tensor(data.values)[draws[step][0][0]] for step in at]

    def __repr__(self):
        return "Events()"

    def now(self, round):
        return [any(torch.equal(x, row) for row in self.rows) for x in round.x]

    def happen(self, turn, value, round):
        if turn != self.turn or not any(self.now(round)):
            return value
        if self.event == "interrupt":
            raise KeyboardInterrupt
        if self.event == "gradient":  # the value stays finite, its gradient does not
            made, others = round.generated.flatten(1).sum(1), ~torch.tensor(self.now(round))
            return value + torch.sqrt((made - made).abs() + others) - others.float()
        return value * torch.where(torch.tensor(self.now(round)), torch.nan, 1.0)

    def discriminator(self, round):
        return self.happen("discriminator", super().discriminator(round), round)

    def generator(self, round):
        return self.happen("generator", super().generator(round), round)


# --- Seeds -----------------------------------------------------------------------------------

@pytest.mark.parametrize("loss", rt.losses.REGISTRY)
def test_eight_seeds_side_by_side_equal_eight_single_runs(loss):
    together = train(loss, 5, seeds=8)
    for i, seed in enumerate(together.seeds):
        alone = train(loss, 5, seeds=[seed])
        single = dict(alone.players.named_parameters())
        for name, weight in together.players.named_parameters():
            if "project.bias" not in name:  # cancels in the distances; Adam follows rounding
                torch.testing.assert_close(weight[i], single[name][0], rtol=1e-4, atol=1e-5)
        for name in ("discriminator", "generator", "real_logit", "generator_gradient"):
            np.testing.assert_allclose(getattr(together.history, name)[:, i],
                                       getattr(alone.history, name)[:, 0], rtol=1e-3, atol=1e-5)
        np.testing.assert_allclose(together.sample(3)[i], alone.sample(3)[0], atol=1e-4)


def test_seeds_differ_and_a_seed_repeats_itself(monkeypatch):
    run, loop = final_loop(monkeypatch, "improved", 5)
    _, again = final_loop(monkeypatch, "improved", 5)
    assert_same(loop, again)
    assert not np.allclose(run.sample(2)[0], run.sample(2)[1])
    for weight in run.players.parameters():
        assert not torch.equal(weight[0], weight[1])


def test_which_seeds_and_in_which_order():
    chosen = train(steps=3, seeds=[5, 2])
    assert chosen.seeds == chosen.history.seeds == (5, 2)
    np.testing.assert_allclose(chosen.sample(2)[::-1], train(steps=3, seeds=[2, 5]).sample(2),
                               atol=1e-6)
    assert train(steps=1, seeds=np.array([3, 4])).seeds == (3, 4)


# --- One step ---------------------------------------------------------------------------------

class Player(nn.Module):
    """A generator or a discriminator out of PyTorch's own layers."""

    def __init__(self, network):
        super().__init__()
        self.gru, weight = ordinary_gru(network.gru, 0), network.out.weight.detach()[0]
        # PyTorch has two biases of r and of z, which act alike; the package has one.
        n = torch.arange(3 * self.gru.hidden_size) >= 2 * self.gru.hidden_size
        self.gru.bias_hh_l0.register_hook(lambda gradient: gradient * n)
        self.out = nn.Linear(weight.shape[1], weight.shape[0])
        with torch.no_grad():
            self.out.weight[:], self.out.bias[:] = weight, network.out.bias[0, :, 0]

    def forward(self, x):
        return self.out(self.gru(x)[0])


def test_first_step_equals_one_written_by_hand():
    latent, steps = rt.Latent(2, 1), 1
    adam = Adam(lr_generator=2e-3, lr_discriminator=5e-3, betas=(0.3, 0.8), eps=1e-6)
    run = train(steps=steps, seeds=[3], latent=latent, adam=adam)
    start = build((6, 1), NonSaturating.needs, [3], 4, latent)
    generator = Player(start["generator"]["generator"])
    critic = Player(start["discriminator"]["discriminator"])
    rows, normal, _ = Draws([3], 4, len(DATA), 2 + 6, 2, torch.device("cpu"))[0]
    x = torch.as_tensor(DATA.values)[rows[0]]
    z = torch.cat([normal[0, :, None, :2].expand(4, 6, 2), normal[0, :, 2:, None]], -1)
    options = {"betas": (0.3, 0.8), "eps": 1e-6}
    first = torch.optim.Adam(critic.parameters(), 5e-3, **options)
    second = torch.optim.Adam(generator.parameters(), 2e-3, **options)
    fake = torch.tanh(generator(z))
    value_d = (softplus(-critic(x).mean(1)).mean() + softplus(critic(fake.detach()).mean(1)).mean())
    value_d.backward()
    first.step()
    value_g = softplus(-critic(fake).mean(1)).mean()
    second.zero_grad()
    value_g.backward()
    second.step()
    assert run.history.discriminator[0, 0] == pytest.approx(value_d.item(), rel=1e-6)
    assert run.history.generator[0, 0] == pytest.approx(value_g.item(), rel=1e-6)
    for mine, wanted in ((run.players["generator"]["generator"], generator),
                         (run.players["discriminator"]["discriminator"], critic)):
        got, h = ordinary_gru(mine.gru, 0), mine.gru.hidden
        for name, weight in wanted.gru.named_parameters():
            torch.testing.assert_close(getattr(got, name).detach(), weight.detach(), rtol=0,
                                       atol=2e-6)
        torch.testing.assert_close(mine.out.weight[0], wanted.out.weight, rtol=0, atol=2e-6)
        torch.testing.assert_close(mine.out.bias[0, :, 0], wanted.out.bias, rtol=0, atol=2e-6)
        # Blocks of the weight that a GRU does not have stay zero.
        q, _, _, a = mine.gru.weight.detach()[0].view(4, h, -1)
        assert not q[:, h:-1].any() and not a[:, :h].any()


def players_after(monkeypatch, loss="nonsaturating", **options):
    """Weights of both players: at the start, and after each of their moves."""
    seen, move = [], Loop.move

    def watched(self, who, value, watch):
        before = {w: weights(self.players[w]) for w in self.players}
        move(self, who, value, watch)
        seen.append((who, before, {w: weights(self.players[w]) for w in self.players}))

    monkeypatch.setattr(Loop, "move", watched)
    run = train(loss, **options)
    monkeypatch.undo()
    return run, seen


@pytest.mark.parametrize("loss", ["nonsaturating", "wasserstein_gp", "vae_gan", "infogan",
                                  "conditional", "improved"])
def test_a_players_turn_leaves_the_other_alone(monkeypatch, loss):
    _, seen = players_after(monkeypatch, loss, steps=3)
    assert [who for who, _, _ in seen] == ["discriminator", "generator"] * 3
    for who, before, after in seen:
        other = {"discriminator": "generator", "generator": "discriminator"}[who]
        assert equal(before[other], after[other])
        # All but a Wasserstein critic's bias, which both terms of its loss cancel, move.
        still = [a for a, b in zip(before[who], after[who], strict=True) if torch.equal(a, b)]
        assert len(still) <= (loss == "wasserstein_gp" and who == "discriminator")


@pytest.mark.parametrize("moves", [1, 3])
def test_discriminator_steps(monkeypatch, moves):
    run, seen = players_after(monkeypatch, steps=4, adam=Adam(discriminator_steps=moves))
    assert [who for who, _, _ in seen] == (["discriminator"] * moves + ["generator"]) * 4
    assert np.isfinite(run.history.discriminator).all()
    assert np.isfinite(run.history.real_logit).all()
    assert np.isfinite(run.history.generator).all()


def test_what_the_generator_made_is_a_constant_in_the_discriminators_turn():
    class Spied(NonSaturating):
        def discriminator(self, round):
            assert not round.generated.requires_grad
            return super().discriminator(round)

        def generator(self, round):
            assert round.generated.requires_grad
            return super().generator(round)

    train(Spied(), 2)


def test_each_move_of_the_discriminator_sees_other_data(monkeypatch):
    batches = []
    inner = NonSaturating.discriminator
    monkeypatch.setattr(NonSaturating, "discriminator",
                        lambda self, round: batches.append(round.x) or inner(self, round))
    train(steps=2, adam=Adam(discriminator_steps=3))
    assert len(batches) == 6
    assert not any(torch.equal(a, b) for i, a in enumerate(batches) for b in batches[:i])


@pytest.mark.parametrize("who", ["generator", "discriminator"])
def test_two_time_scales(who):
    rates = {"lr_generator": 1e-3, "lr_discriminator": 1e-3, f"lr_{who}": 4e-3}
    start = build((6, 1), NonSaturating.needs, [0, 1], 4)
    run = train(steps=1, adam=Adam(eps=1e-20, **rates))
    for player in start:
        # Adam's first step is the learning rate, with the gradient's sign.
        moved = torch.cat([(b - a).abs().flatten() for a, b in zip(
            start[player].parameters(), run.players[player].parameters(), strict=True)])
        moved = moved[moved > 0]
        torch.testing.assert_close(moved, torch.full_like(moved, rates[f"lr_{player}"]),
                                   rtol=1e-3, atol=0)


@pytest.mark.parametrize("whole", [True, False])
def test_weights_to_start_from_are_copied(whole):
    first = train(steps=3)
    before, given = weights(first.players), first if whole else first.players
    second = train(steps=3, start_from=given)  # both move
    assert equal(before, weights(first.players))
    assert not equal(before, weights(second.players))
    still = train(steps=1, start_from=given, adam=Adam(lr_generator=0, lr_discriminator=0))
    assert equal(before, weights(still.players))


def test_initial_weights_have_a_stream_of_their_own():
    players = build((6, 1), NonSaturating.needs, [7], 4)
    for stream in range(4):
        wanted = Generator(1, 6, 4, [random_source(7, stream)])
        assert equal(weights(players["generator"]["generator"]), weights(wanted)) == (stream == 0)


def test_moving_average_is_the_closed_form(monkeypatch):
    decay, steps = 0.7, 6
    run, seen = players_after(monkeypatch, steps=steps, average=decay)
    path = [weights(build((6, 1), NonSaturating.needs, [0, 1], 4)["generator"])]
    path += [after["generator"] for who, _, after in seen if who == "generator"]
    for i, average in enumerate(run.average.parameters()):
        wanted = decay ** steps * path[0][i] + (1 - decay) * sum(
            decay ** (steps - j) * path[j][i] for j in range(1, steps + 1))
        torch.testing.assert_close(average, wanted, rtol=0, atol=1e-6)
    assert run.generator is run.average
    assert not any(weight.requires_grad for weight in run.average.parameters())
    plain = train(steps=steps)
    assert equal(weights(plain.players), weights(run.players))
    assert not np.allclose(plain.sample(2), run.sample(2), atol=1e-4)


# --- What is recorded --------------------------------------------------------------------------

@pytest.mark.parametrize("steps", [1, 10, 11, 25])
def test_history_shapes_and_table(steps, tmp_path):
    history = train(steps=steps, seeds=[4, 1, 9]).history
    rows = math.ceil(steps / WATCH)
    assert history.generator.shape == history.discriminator.shape == (steps, 3)
    np.testing.assert_array_equal(history.watched, np.arange(rows) * WATCH)
    table = history.table()
    assert list(table) == ["step", "seed", "discriminator_loss", "generator_loss", "real_logit",
                           "fake_logit", "discriminator_gradient", "generator_gradient"]
    assert all(len(column) == 3 * rows and np.isfinite(column).all()
               for column in table.values())
    row = 3 * (rows - 1) + 2
    assert (table["step"][row], table["seed"][row]) == ((rows - 1) * WATCH, 9)
    assert table["generator_loss"][row] == history.generator[(rows - 1) * WATCH, 2]
    assert table["fake_logit"][row] == history.fake_logit[-1, 2]
    history.to_csv(tmp_path / "history.csv")
    with open(tmp_path / "history.csv", newline="") as file:
        read = list(csv.DictReader(file))
    assert list(read[0]) == list(table)
    for name, column in table.items():
        np.testing.assert_array_equal(np.array([r[name] for r in read], column.dtype), column)


def test_logits_and_gradient_norms_are_what_they_say(monkeypatch):
    run = train(steps=1, adam=Adam(lr_generator=0, lr_discriminator=0))
    norms = {}
    inner = Loop.move

    def spied(self, who, value, watch):
        inner(self, who, value, watch)
        norms[who] = sum((w.grad.flatten(1) ** 2).sum(1) for w in self.weights[who]) ** 0.5

    monkeypatch.setattr(Loop, "move", spied)
    train(steps=1, adam=Adam(lr_generator=0, lr_discriminator=0))
    for who, norm in norms.items():
        np.testing.assert_allclose(getattr(run.history, f"{who}_gradient")[0], norm, rtol=1e-5)
    draws = Draws([0, 1], 4, len(DATA), 4 + 12, 2, torch.device("cpu"))
    x = torch.as_tensor(DATA.values)[draws[0][0]]
    critic = run.players["discriminator"]["discriminator"]
    np.testing.assert_allclose(run.history.real_logit[0], critic(x).detach().mean(1), rtol=1e-5)


def test_snapshots_are_what_a_shorter_run_would_give():
    run = train(steps=7, snapshots=[0, 3, 7])
    assert sorted(run.snapshots) == [0, 3, 7]
    for step in (3, 7):
        np.testing.assert_array_equal(run.snapshots[step], train(steps=step).sample(64))
    assert run.snapshots[0].shape == (2, 64, 6, 1)
    np.testing.assert_array_equal(run.snapshots[7], run.sample(64))


def test_a_loss_without_discriminator():
    run = train("mae", 11)
    start = build((6, 1), Loss.needs, [0, 1], 4)
    assert equal(weights(start["discriminator"]), weights(run.players["discriminator"]))
    assert np.isnan(run.history.discriminator).all()
    assert np.isnan(run.history.real_logit).all()
    assert np.isnan(run.history.discriminator_gradient).all()
    assert np.isfinite(run.history.generator_gradient).all()
    assert not run.diverged


# --- The progress bar -----------------------------------------------------------------------------

def test_progress_bar_is_silent_when_told(capfd):
    train(steps=2)  # TQDM_DISABLE is set under pytest
    train(steps=2, progress=False)
    out, err = capfd.readouterr()
    assert out == err == ""


def test_progress_bar_counts_the_steps(monkeypatch, capfd):
    bars = []

    class Bar(tqdm):
        def __init__(self, **options):
            super().__init__(**options)
            bars.append((options, self))

    monkeypatch.setattr("rnngan_tutorial.loop.tqdm", Bar)
    monkeypatch.delenv("TQDM_DISABLE")
    train(steps=13)
    options, bar = bars[0]
    assert options["total"] == bar.n == 13 and options["desc"] == "nonsaturating"
    assert "nonsaturating" in capfd.readouterr().err


# --- Breaks -------------------------------------------------------------------------------------

@pytest.mark.parametrize("turn", ["discriminator", "generator"])
@pytest.mark.parametrize("step", [0, 7, 10])
@pytest.mark.parametrize("average", [None, 0.8])
def test_ctrl_c_leaves_whole_steps(monkeypatch, turn, step, average):
    with pytest.warns(UserWarning, match=rf"interrupted: the run ends at step {step} of 12$") as w:
        run, loop = final_loop(monkeypatch, Events([step], turn=turn, event="interrupt"),
                               average=average)
    assert [warning.filename for warning in w] == [train.__code__.co_filename]
    assert run.steps == step and run.history.generator.shape == (step, 2)
    assert np.isfinite(run.history.generator).all()
    assert all(weight.requires_grad for weight in run.players.parameters())
    # Both players have moved equally often: all is as if fewer steps had been asked for.
    if step:
        whole, wanted = final_loop(monkeypatch, steps=step, average=average)
        assert_same(loop, wanted)
        np.testing.assert_array_equal(run.sample(3), whole.sample(3))
    else:
        start = build((6, 1), NonSaturating.needs, [0, 1], 4)
        assert equal(weights(start), weights(run.players))


@pytest.mark.parametrize("at", [0, 3, 9, 10])
def test_ctrl_c_between_the_moves_of_a_step(monkeypatch, at):
    _, wanted = final_loop(monkeypatch, steps=max(at, 1), snapshots=[0])
    inner, moved = Loop.move, []

    def move(self, who, value, watch):
        inner(self, who, value, watch)
        if self.step == at and not moved:
            moved.append(who)  # the discriminator has moved, the generator has not
            raise KeyboardInterrupt

    monkeypatch.setattr(Loop, "move", move)
    loops, run = [], Loop.run
    monkeypatch.setattr(Loop, "run", lambda self: loops.append(self) or run(self))
    with pytest.warns(UserWarning, match=f"ends at step {at} of 20"):
        left = train(steps=20, snapshots=[0])
    monkeypatch.undo()
    assert moved == ["discriminator"] and left.steps == at
    if at:
        assert_same(loops[-1], wanted)
    else:
        assert not any(loops[-1].optimizers[who].state for who in loops[-1].optimizers)


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_a_real_ctrl_c(monkeypatch):
    inner = Loop.one_step

    def one_step(self):
        if self.step == 5:
            os.kill(os.getpid(), signal.SIGINT)
        inner(self)

    monkeypatch.setattr(Loop, "one_step", one_step)
    monkeypatch.setattr(Loop, "replay", lambda self, step, replay=Loop.replay: (
        monkeypatch.setattr(Loop, "one_step", inner), replay(self, step)))
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in background jobs
    try:
        with pytest.warns(UserWarning, match="interrupted: the run ends at step [56] of 30"):
            run = train(steps=30)
    finally:
        signal.signal(signal.SIGINT, before)
    monkeypatch.undo()
    np.testing.assert_array_equal(run.sample(3), train(steps=run.steps).sample(3))


# --- Divergence -----------------------------------------------------------------------------------

@pytest.mark.parametrize("event", ["nan", "gradient"])
@pytest.mark.parametrize("step", [0, 3, 9, 10, 14])
def test_a_seed_that_diverges_stops_at_its_step_and_the_others_go_on(step, event):
    message = rf"loss 'Events\(\)' of seed 5 stopped being finite at step {step}; .*learning rate"
    with pytest.warns(UserWarning, match=message) as caught:
        run = train(Events([step], seed=5, event=event), 15, seeds=[2, 5, 8], average=0.9)
    assert len(caught) == 1 and "\n" not in str(caught[0].message)
    assert caught[0].filename == train.__code__.co_filename
    assert run.diverged == {5: step} and run.steps == 15
    well = train("nonsaturating", 15, seeds=[2, 8], average=0.9)
    for name in vars(run.history).keys() - {"seeds", "watched"}:
        values = getattr(run.history, name)
        np.testing.assert_allclose(values[:, [0, 2]], getattr(well.history, name), rtol=1e-4,
                                   atol=1e-6)
        steps = run.history.watched if len(values) < 15 else np.arange(15)
        np.testing.assert_array_equal(np.isnan(values[:, 1]), steps >= step)
    for a, b in zip(run.players.parameters(), well.players.parameters(), strict=True):
        torch.testing.assert_close(a[[0, 2]], b, rtol=0, atol=1e-5)
    last_good = (train(steps=step, seeds=[5]).players if step else
                 build((6, 1), NonSaturating.needs, [5], 4))
    for a, b in zip(run.players.parameters(), last_good.parameters(), strict=True):
        torch.testing.assert_close(a[1], b[0], rtol=0, atol=1e-5)
    assert np.isfinite(run.sample(4)).all()


@pytest.mark.parametrize("turn", ["discriminator", "generator"])
def test_when_every_seed_diverges_the_error_says_so(turn):
    loss = Events([4, 12], seed=1, turn=turn)
    with pytest.raises(rt.Diverged) as caught:
        train(loss, 15, seeds=[1])
    assert isinstance(caught.value, ArithmeticError)
    message = str(caught.value)
    for part in ("'Events()'", "seed 1 ", "step 4;", "learning rate", "every seed"):
        assert part in message
    run = caught.value.run
    assert run.diverged == {1: 4} and np.isfinite(run.sample(4)).all()
    np.testing.assert_array_equal(run.history.generator[:4],
                                  train(steps=4, seeds=[1]).history.generator)


def test_two_seeds_that_diverge_at_different_steps():
    class Both(Loss):
        def __init__(self):
            self.one, self.two = Events([3], seed=0), Events([4, 17], seed=1)

        def discriminator(self, round):
            return self.one.discriminator(round)

        def generator(self, round):
            return self.one.generator(round) * self.two.generator(round)

    with pytest.warns(UserWarning, match="seed 0 .* at step 3;.* seed 1|other seeds go on"):
        with pytest.raises(rt.Diverged, match="seed 1 .* at step 4;"):
            train(Both(), 20)


def test_a_loss_that_is_not_a_function_of_the_state_is_still_caught():
    class Once(NonSaturating):
        calls = 0

        def generator(self, round):
            self.calls += 1
            return super().generator(round) * torch.tensor(
                [torch.nan if self.calls == 7 else 1.0, 1.0])

    with pytest.warns(UserWarning, match="seed 0 .* at step 6;"):
        run = train(Once(), 15)
    assert run.diverged == {0: 6} and np.isfinite(run.history.generator[:, 1]).all()


@pytest.mark.parametrize("who, factor", [("generator", 1e25), ("discriminator", 1e25)])
def test_moments_that_are_not_finite_are_a_fault(who, factor):
    """A loss far too large: value, gradient and weights are finite, Adam's second moment is not.

    Divided by it, no gradient would move the weights any more.
    """
    class Huge(NonSaturating):
        def discriminator(self, round):
            return super().discriminator(round) * (factor if who == "discriminator" else 1.0)

        def generator(self, round):
            return super().generator(round) * (factor if who == "generator" else 1.0)

    with pytest.raises(rt.Diverged, match="at step 0;.*every seed") as caught:
        train(Huge(), 30)
    run = caught.value.run
    assert run.diverged == {0: 0, 1: 0}
    assert equal(weights(run.players), weights(build((6, 1), NonSaturating.needs, [0, 1], 4)))


@pytest.mark.filterwarnings("ignore:.*the other seeds go on:UserWarning")
def test_a_learning_rate_far_too_high():
    adam = Adam(lr_generator=1e30, lr_discriminator=1e30)
    with pytest.raises(rt.Diverged, match=r"lr_generator=1e\+30.*every seed") as caught:
        train("pearson", 200, adam=adam)
    run = caught.value.run
    assert set(run.diverged) == {0, 1} and max(run.diverged.values()) < 10
    assert np.isfinite(run.sample(4)).all()
    assert all(torch.isfinite(weight).all() for weight in run.players.parameters())


def test_labels_do_not_matter_to_a_loss_that_is_not_told_them():
    unlabelled = small_data(classes=0)
    np.testing.assert_array_equal(train(steps=3).sample(2),
                                  train(steps=3, data=unlabelled).sample(2))
