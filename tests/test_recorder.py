"""The recorder alone: room for the records, the way back, and which seeds are at fault."""

import numpy as np
import pytest
import torch
from small_runs import train, weights
from torch import nn

from rnngan_tutorial.loop import Loop
from rnngan_tutorial.recorder import WATCH, Recorder


class Seeds(nn.Module):
    """One weight and one buffer for each of three seeds."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.arange(6.0).view(3, 2))
        self.register_buffer("held", torch.zeros(3, 1))


@pytest.fixture
def made():
    module = Seeds()
    adam = torch.optim.Adam(module.parameters(), 0.1)
    recorder = Recorder((4, 7, 9), [module], [adam], True, torch.device("cpu"))
    recorder.keep(0)
    return module, adam, recorder


def move(module, adam, recorder, step, loss=1.0):
    recorder.make_room(step)
    recorder.losses[step] = loss
    module.weight.grad = torch.ones(3, 2)
    adam.step()
    module.held += 1


# Room

def test_records_grow_with_the_steps_taken_and_not_with_those_asked_for(made):
    _, _, recorder = made
    assert len(recorder.losses) == len(recorder.watched) == 0
    recorder.make_room(0)
    assert 1 <= len(recorder.losses) < 1000
    for step in (999, 10_000):
        recorder.losses[0] = 3.0
        recorder.make_room(step)
        assert step < len(recorder.losses) < 2 * step
        assert step // WATCH < len(recorder.watched)
        assert (recorder.losses[0] == 3).all() and recorder.losses[step].isnan().all()


def test_no_history_is_made_for_steps_that_are_not_taken(monkeypatch):
    inner, sizes = Loop.one_step, []

    def one_step(self):
        if self.step == 3:
            raise KeyboardInterrupt
        inner(self)
        sizes.append(self.recorder.losses.numel() + self.recorder.watched.numel())

    monkeypatch.setattr(Loop, "one_step", one_step)
    with pytest.warns(UserWarning, match="ends at step 3 of 1000000000$"):
        run = train(steps=10 ** 9)
    assert run.history.generator.shape == (3, 2) and max(sizes) < 10_000


def test_a_long_run_has_a_record_of_every_step():
    history = train(steps=300, hidden=1, batch=1, seeds=1).history
    assert np.isfinite(history.generator).all() and np.isfinite(history.fake_logit).all()
    assert history.generator.shape == (300, 1) and history.watched[-1] == 290


# The way back

def test_rewinding_restores_weights_buffers_and_moments(made):
    module, adam, recorder = made
    for step in range(3):
        move(module, adam, recorder, step)
    recorder.keep(3)
    before = weights(module), module.held.clone(), [
        adam.state[module.weight][key].clone() for key in ("exp_avg", "exp_avg_sq", "step")]
    for step in range(3, 5):
        move(module, adam, recorder, step)
    assert recorder.rewind() == 3
    assert torch.equal(module.weight, before[0][0]) and torch.equal(module.held, before[1])
    for key, wanted in zip(("exp_avg", "exp_avg_sq", "step"), before[2], strict=True):
        assert torch.equal(adam.state[module.weight][key], wanted)


def test_rewinding_to_the_start_leaves_no_moments(made):
    module, adam, recorder = made
    move(module, adam, recorder, 0)
    assert recorder.rewind() == 0
    assert not adam.state and torch.equal(module.weight, torch.arange(6.0).view(3, 2))


def test_rewinding_forgets_moments_of_weights_that_had_none(made):
    _, _, recorder = made
    module = nn.ParameterList([torch.zeros(3, 1), torch.zeros(3, 1)])
    adam = torch.optim.Adam(module.parameters(), 0.1)
    recorder = Recorder((4, 7, 9), [module], [adam], True, torch.device("cpu"))
    module[0].grad = torch.ones(3, 1)
    adam.step()
    recorder.keep(1)
    module[1].grad = torch.ones(3, 1)
    adam.step()
    assert recorder.rewind() == 1
    assert list(adam.state) == [module[0]] and not module[1].any()


# Faults

def test_a_loss_that_is_not_finite_is_found_at_its_step(made):
    module, adam, recorder = made
    for step in range(4):
        move(module, adam, recorder, step)
    assert recorder.faults(4) == {}
    recorder.losses[2, 1, 0] = torch.inf
    recorder.losses[1, 0, 2] = torch.nan
    assert recorder.faults(4) == {0: 2, 2: 1}
    assert recorder.faults(2) == {2: 1}


@pytest.mark.parametrize("what", ["weight", "exp_avg", "exp_avg_sq"])
@pytest.mark.parametrize("value", [torch.nan, torch.inf])
def test_a_weight_or_moment_that_is_not_finite_is_found(made, what, value):
    module, adam, recorder = made
    for step in range(4):
        move(module, adam, recorder, step)
    tensor = module.weight if what == "weight" else adam.state[module.weight][what]
    with torch.no_grad():
        tensor[1, 1] = value
    assert recorder.faults(4) == {1: 3}


def test_a_stopped_seed_goes_back_and_is_found_no_more(made):
    module, adam, recorder = made
    for step in range(4):
        move(module, adam, recorder, step)
    recorder.keep(4)
    good = module.weight.detach().clone()
    move(module, adam, recorder, 4)
    ahead = module.weight.detach().clone()
    recorder.losses[4, 0, 1] = torch.nan
    assert recorder.faults(5) == {1: 4}
    recorder.stop([1])
    assert recorder.diverged == {7: 4} and recorder.faults(5) == {}
    assert torch.equal(module.weight[1], good[1])
    assert torch.equal(module.weight[::2], ahead[::2])
    assert not adam.state[module.weight]["exp_avg"][1].any()
    assert adam.state[module.weight]["exp_avg"][::2].all()
    recorder.forget_after_divergence()
    assert recorder.losses[4:, :, 1].isnan().all() and (recorder.losses[:4, :, 1] == 1).all()
    assert (recorder.losses[:5, :, ::2] == 1).all()


def test_where_no_discriminator_trains_its_losses_do_not_count(made):
    module, adam, _ = made
    recorder = Recorder((4, 7, 9), [module], [adam], False, torch.device("cpu"))
    recorder.keep(0)
    move(module, adam, recorder, 0)
    recorder.losses[0, 0] = torch.nan
    assert recorder.faults(1) == {}
    recorder.losses[0, 1, 0] = torch.nan
    assert recorder.faults(1) == {0: 0}


# Records

def test_the_history_is_of_the_steps_so_far_and_a_copy(made):
    _, _, recorder = made
    recorder.make_room(30)
    recorder.losses[:30], recorder.watched[:3] = 1.0, 2.0
    history = recorder.history(21)
    assert history.generator.shape == (21, 3) and history.real_logit.shape == (3, 3)
    np.testing.assert_array_equal(history.watched, [0, 10, 20])
    history.generator[:] = 5
    assert (recorder.losses[:30] == 1).all()


def test_records_that_are_stored_can_be_taken_up(made):
    module, adam, recorder = made
    recorder.make_room(30)
    recorder.losses[:30] = torch.rand(30, 2, 3)
    recorder.diverged[7] = 12
    state = recorder.state(21)
    assert len(state["losses"]) == 21 and len(state["watched"]) == 3
    other = Recorder((4, 7, 9), [module], [adam], True, torch.device("cpu"))
    other.load(state)
    other.make_room(21)
    assert torch.equal(other.losses[:21], recorder.losses[:21]) and other.diverged == {7: 12}
    assert other.losses[21:].isnan().all()
