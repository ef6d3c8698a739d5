"""What a diagnosis is read from: the right series, logits and labels, or the reason why not."""

from dataclasses import replace

import numpy as np
import pytest
import small_runs
import torch
from small_runs import DATA

import rnngan_tutorial as rt
from rnngan_tutorial.diagnosis.case import MOST, Case, Unknown


def test_real_series_are_those_of_training_and_else_the_given():
    run = small_runs.train(steps=2)
    real = Case(run, small_runs.small_data(9)).real
    assert len(real) == 40 and (np.sort(real.values, 0) == np.sort(DATA.values, 0)).all()
    bare, other = replace(run, data=DATA.subset([])), small_runs.small_data(9)
    assert len(Case(bare, other).real) == 9
    with pytest.raises(Unknown, match="give test="):
        Case(bare).real  # noqa: B018


def test_no_more_series_than_are_needed_and_their_labels_stay_with_them():
    run = small_runs.train(steps=2, data=small_runs.small_data(MOST + 50))
    case = Case(run)
    assert case.made.shape == (2, MOST, 6, 1)
    for values, label in zip(case.real.values[:20], case.real.labels[:20]):
        at = (run.data.values == values).all((1, 2)).argmax()
        assert run.data.labels[at] == label


@pytest.mark.parametrize("logits", ["series", "steps"])
def test_logits_are_of_the_generator_and_not_of_its_average(logits):
    run = small_runs.train(steps=20, logits=logits)
    real, fake = Case(run).logits
    bare = replace(run, average=None)
    for seed in (0, 1):
        made = bare.sample(40)[seed]
        wanted = run.logits(made)[seed]
        wanted = wanted if logits == "series" else wanted.mean(1)
        np.testing.assert_allclose(fake[seed], wanted, atol=1e-6)
    own = run.logits(Case(run).real.values)
    np.testing.assert_allclose(real, own if logits == "series" else own.mean(2), atol=1e-6)
    assert not np.allclose(run.sample(40), bare.sample(40))


def test_players_that_are_told_labels_are_told_them_here():
    run = small_runs.train("conditional", steps=5)
    case = Case(run)
    real, fake = case.logits
    np.testing.assert_allclose(real, run.logits(case.real.values, case.real.labels), atol=1e-6)
    asked = run.inputs(40)[1]
    made = torch.from_numpy(replace(run, average=None).sample(40))
    with torch.no_grad():
        np.testing.assert_allclose(fake, run.discriminator(made, asked), atol=1e-6)
    assert Case(small_runs.train(steps=2)).told is None


def test_losses_are_the_last_part():
    run = small_runs.train(steps=400)
    np.testing.assert_array_equal(Case(run).losses(0.25), run.history.discriminator[300:])
    with pytest.raises(Unknown, match="too short"):
        Case(small_runs.train(steps=30)).losses(0.5)


def test_a_loss_that_was_not_saved_or_fails_is_a_reason():
    run = small_runs.train(steps=2)
    with pytest.raises(Unknown, match="no name in the registry"):
        Case(replace(run, loss=None)).stakes  # noqa: B018

    class Odd(rt.losses.BCE):
        def discriminator(self, round):
            raise ZeroDivisionError("odd")

    with pytest.raises(Unknown, match="cannot be tried by hand: odd"):
        Case(replace(run, loss=Odd())).stakes  # noqa: B018
