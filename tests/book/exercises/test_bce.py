"""Exercises of binary cross-entropy: right answers pass, likely slips get the hint for them."""

import numpy as np
import pytest
import torch
from torch.nn.functional import softplus

from rnngan_tutorial.book import exercises


@pytest.mark.parametrize(("name", "answer"), [
    ("bce", lambda logit, y: right_bce(logit, y)),
    ("best-logit", np.log(0.27 / 0.13)),
])
def test_right_answers_pass(name, answer, capsys):
    exercises.check(name, answer)
    assert capsys.readouterr().out == "right\n"


@pytest.mark.parametrize(("name", "answer", "word"), [
    ("best-logit", np.log(3), "without smoothing"),
    ("best-logit", 0.675, "best probability"),
    ("best-logit", 9.0, "derivative"),
])
def test_slips_are_named(name, answer, word, capsys):
    exercises.check(name, answer)
    said = capsys.readouterr().out
    assert said.startswith("not yet: ") and word in said


def as_printed(logit, y):
    p = torch.sigmoid(logit)
    return -y * torch.log(p) + (1 - y) * torch.log(1 - p)


def with_probability(logit, y):
    p = torch.sigmoid(logit)
    return -(y * torch.log(p) + (1 - y) * torch.log(1 - p))


def right_bce(logit, y):
    return y * softplus(-logit) + (1 - y) * softplus(logit)


@pytest.mark.parametrize(("answer", "word"), [
    (as_printed, "minus sign reach both"),
    (lambda s, y: -right_bce(s, y), "wrong sign"),
    (with_probability, "not finite"),
    (lambda s, y: right_bce(s, 1 - y), "right term"),
    (lambda s, y: right_bce(s, y).mean(), "one price per logit"),
    (lambda s, y: None, "returns nothing"),
    (lambda s, y: 1 / 0, "ZeroDivisionError"),
])
def test_bce_slips_are_named(answer, word):
    assert word in exercises.hint("bce", answer)
