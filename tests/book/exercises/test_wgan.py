"""Exercises of the Wasserstein GAN: right answers pass, likely slips get the hint for them."""

import numpy as np
import pytest
import torch

from rnngan_tutorial.book import exercises


@pytest.mark.parametrize(("name", "answer"), [
    ("gradient-penalty", lambda slope: ((slope.flatten(1).norm(dim=1) - 1) ** 2).mean()),
    ("gradient-penalty", lambda slope: np.mean(
        (np.linalg.norm(slope.numpy().reshape(len(slope), -1), axis=1) - 1) ** 2)),
    ("wasserstein-line", lambda a, b: (a.sort()[0] - b.sort()[0]).abs().mean()),
    ("wasserstein-line", lambda a, b: float(np.abs(np.sort(a) - np.sort(b)).mean())),
])
def test_right_answers_pass(name, answer, capsys):
    exercises.check(name, answer)
    assert capsys.readouterr().out == "right\n"


@pytest.mark.parametrize(("answer", "word"), [
    (lambda slope: (slope.norm() - 1) ** 2, "whole batch"),
    (lambda slope: ((slope.norm(dim=-1) - 1) ** 2).mean(), "steps and features both"),
    (lambda slope: ((slope.norm(dim=1) - 1) ** 2).mean(), "steps and features both"),
    (lambda slope: ((slope.flatten(1).square().sum(1) - 1) ** 2).mean(), "square of the norm"),
    (lambda slope: ((slope.flatten(1).norm(dim=1) - 1) ** 2).sum(), "not the sum"),
    (lambda slope: (slope.flatten(1).norm(dim=1) - 1) ** 2, "return one number"),
    (lambda slope: slope.abs().mean(), "norm per series"),
    (lambda slope: (torch.relu(slope.flatten(1).norm(dim=1) - 1) ** 2).mean(), "one-sided"),
    (lambda slope: None, "returns nothing"),
])
def test_slips_in_the_penalty_are_named(answer, word, capsys):
    exercises.check("gradient-penalty", answer)
    said = capsys.readouterr().out
    assert said.startswith("not yet: ") and word in said


@pytest.mark.parametrize(("answer", "word"), [
    (lambda a, b: (a - b).abs().mean(), "by chance"),
    (lambda a, b: (a.mean() - b.mean()).abs(), "same mean"),
    (lambda a, b: ((a.sort()[0] - b.sort()[0]) ** 2).mean(), "not by its square"),
    (lambda a, b: a.sum(), "smallest with smallest"),
    (lambda a, b: (a.sort()[0] - b.sort()[0]).abs(), "one number"),
    (lambda a, b: None, "returns nothing"),
])
def test_slips_on_the_line_are_named(answer, word, capsys):
    exercises.check("wasserstein-line", answer)
    said = capsys.readouterr().out
    assert said.startswith("not yet: ") and word in said
