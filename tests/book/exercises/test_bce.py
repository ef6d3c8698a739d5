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
    (lambda s, y: right_bce(s, y).mean(), "one loss per logit"),
    (lambda s, y: None, "returns nothing"),
    (lambda s, y: 1 / 0, "ZeroDivisionError"),
])
def test_bce_slips_are_named(answer, word):
    assert word in exercises.hint("bce", answer)


def r1(discriminator, x, gamma, graph=True, square=2, mean=False, half=2):
    x = x.detach().requires_grad_()
    slope, = torch.autograd.grad(discriminator(x).sum(), x, create_graph=graph)
    total = (slope ** 2).flatten(1).mean(1) if mean else (slope ** 2).flatten(1).sum(1)
    return gamma / half * (total ** (square / 2)).mean()


def test_right_penalty_passes():
    assert exercises.hint("r1", r1) is None


@pytest.mark.parametrize(("answer", "word"), [
    (lambda d, x, g: r1(d, x, g, graph=False), "learns nothing"),
    (lambda d, x, g: r1(d, x, g, square=1), "takes its square"),
    (lambda d, x, g: r1(d, x, g, mean=True), "steps and features"),
    (lambda d, x, g: r1(d, x, g, half=1), "gamma / 2"),
    (lambda d, x, g: len(x) * r1(d, x, g), "not their sum"),
    (lambda d, x, g: r1(d, x, g) * torch.ones(5), "one number"),
    (lambda d, x, g: torch.tensor(1.0), "gradient of the sum"),
    (lambda d, x, g: None, "returns nothing"),
    (lambda d, x, g: 1 / 0, "ZeroDivisionError"),
])
def test_slips_in_the_penalty_are_named(answer, word):
    assert word in exercises.hint("r1", answer)
