"""Exercises of the variational autoencoder: right answers pass, slips get the hint for them."""

import math

import pytest

from rnngan_tutorial.book import exercises


def terms(m, v):
    return (m ** 2 + v.exp() - 1 - v) / 2


@pytest.mark.parametrize(("name", "answer"), [
    ("gaussian-kl", lambda m, v: terms(m, v).sum(-1)),
    ("hidden-sigma", lambda steps, features: math.sqrt(steps * features / 2)),
])
def test_right_answers_pass(name, answer, capsys):
    exercises.check(name, answer)
    assert capsys.readouterr().out == "right\n"


@pytest.mark.parametrize(("name", "answer", "word"), [
    ("gaussian-kl", lambda m, v: None, "returns nothing"),
    ("gaussian-kl", terms, "channels add up"),
    ("gaussian-kl", lambda m, v: ((m ** 2 + v - 1 - v.log()) / 2).sum(-1), "of the variance here"),
    ("gaussian-kl", lambda m, v: terms(m, 2 * v).sum(-1), "standard deviation"),
    ("gaussian-kl", lambda m, v: 2 * terms(m, v).sum(-1), "twice"),
    ("gaussian-kl", lambda m, v: -terms(m, v).sum(-1), "wrong sign"),
    ("gaussian-kl", lambda m, v: terms(m, v).mean(-1), "do not average"),
    ("gaussian-kl", lambda m, v: m.sum(-1), "log q - log p"),
    ("hidden-sigma", lambda t, f: t * f / 2, "sigma squared"),
    ("hidden-sigma", lambda t, f: math.sqrt(t * f), "below the error"),
    ("hidden-sigma", lambda t, f: math.sqrt(2 / (t * f)), "upside down"),
    ("hidden-sigma", lambda t, f: 1.0, "number of values"),
    ("hidden-sigma", lambda t, f: math.sqrt(0.5), "for the sum of the squares"),
    ("hidden-sigma", lambda t, f: 7.0, "set the mean"),
])
def test_slips_are_named(name, answer, word, capsys):
    exercises.check(name, answer)
    said = capsys.readouterr().out
    assert said.startswith("not yet: ") and word in said
