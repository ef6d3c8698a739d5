"""Exercises of the original game: right answers pass, likely slips get the hint for them."""

import numpy as np
import pytest
import torch
from torch.nn.functional import softplus

from rnngan_tutorial.book import exercises


@pytest.mark.parametrize(("name", "answer"), [
    ("js-of-shift", lambda theta: theta * np.log(2)),
    ("minimax", lambda s: -softplus(s)),
])
def test_right_answers_pass(name, answer, capsys):
    exercises.check(name, answer)
    assert capsys.readouterr().out == "right\n"


@pytest.mark.parametrize(("answer", "word"), [
    (lambda theta: np.log(2), "do not overlap"),
    (lambda theta: theta, "in bits"),
    (lambda theta: 2 * theta * np.log(2), "counts half"),
    (lambda theta: 1 - theta, "split the line"),
])
def test_slips_in_the_divergence_are_named(answer, word, capsys):
    exercises.check("js-of-shift", answer)
    said = capsys.readouterr().out
    assert said.startswith("not yet: ") and word in said


@pytest.mark.parametrize(("answer", "word"), [
    (lambda s: torch.log(1 - torch.sigmoid(s)), "not finite"),
    (lambda s: softplus(s), "wrong sign"),
    (lambda s: softplus(-s), "non-saturating"),
    (lambda s: -softplus(s).mean(), "one loss per logit"),
    (lambda s: torch.sigmoid(s), "not log(1 - D)"),
    (lambda s: None, "returns nothing"),
    (lambda s: 1 / 0, "ZeroDivisionError"),
])
def test_slips_in_the_loss_are_named(answer, word):
    assert word in exercises.hint("minimax", answer)
