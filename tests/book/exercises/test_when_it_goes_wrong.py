"""Exercises of When it goes wrong: right answers pass, likely slips get the hint for them."""

from math import floor, log, log1p

import numpy as np
import pytest
import torch

from rnngan_tutorial.book import exercises
from rnngan_tutorial.book.exercises import when_it_goes_wrong  # noqa: F401


def twice(x):
    return torch.cat([x, x])


def near(length, stride):
    return 2 * floor(length / 2 / stride)


@pytest.mark.parametrize(("name", "answer"), [
    ("doubling-test", lambda loss, x: abs(loss(twice(x)) - loss(x)) / abs(loss(x))),
    ("doubling-test", lambda loss, x: abs(loss(x.repeat(2, 1, 1)) / loss(x) - 1)),
    ("age-of-an-average", lambda a, p: log(p) / log(a)),
    ("leak-of-a-shuffle", lambda length, stride, f: 1 - (1 - f) ** near(length, stride)),
])
def test_right_answers_pass(name, answer, capsys):
    exercises.check(name, answer)
    assert capsys.readouterr().out == "right\n"


def test_the_share_that_leaks_is_that_of_a_shuffle():
    """By trial: windows on a line, a share of them drawn for training."""
    length, stride, f, n = 24, 5, 0.6, 20000
    train = np.random.default_rng(0).random(n) < f
    reach = floor(length / 2 / stride)
    leaks = np.zeros(n, bool)
    for k in range(1, reach + 1):
        leaks[k:] |= train[:-k]
        leaks[:-k] |= train[k:]
    assert leaks[~train].mean() == pytest.approx(1 - (1 - f) ** near(length, stride), abs=0.01)


@pytest.mark.parametrize(("name", "answer", "word"), [
    ("doubling-test", lambda loss, x: loss(twice(x)) - loss(x), "beside the loss"),
    ("doubling-test", lambda loss, x: abs(loss(2 * x) - loss(x)) / abs(loss(x)), "the values"),
    ("doubling-test", lambda loss, x: abs(loss(torch.cat([x, x], 1)) - loss(x)) / abs(loss(x)),
     "twice as long"),
    ("doubling-test", lambda loss, x: abs(loss(twice(x)) - loss(x)) / loss(x), "may be negative"),
    ("doubling-test", lambda loss, x: (loss(twice(x)) - loss(x)) / abs(loss(x)), "no sign"),
    ("doubling-test", lambda loss, x: loss(x), "wrong for a mean"),
    ("doubling-test", lambda loss, x: x, "one number"),
    ("age-of-an-average", lambda a, p: 1 / (1 - a), "37 %"),
    ("age-of-an-average", lambda a, p: log(p) / (a - 1), "not quite"),
    ("age-of-an-average", lambda a, p: log(a) / log(p), "turned round"),
    ("age-of-an-average", lambda a, p: log1p(-p) / log(a), "not the share that has gone"),
    ("age-of-an-average", lambda a, p: 1000, "a**n"),
    ("leak-of-a-shuffle", lambda n, s, f: 1 - (1 - f) ** floor(n / 2 / s), "both sides"),
    ("leak-of-a-shuffle", lambda n, s, f: 1 - (1 - f) ** (2 * floor((n - 1) / s)), "half"),
    ("leak-of-a-shuffle", lambda n, s, f: 1 - (1 - f) ** 2, "more than two"),
    ("leak-of-a-shuffle", lambda n, s, f: f ** near(n, s), "is enough"),
    ("leak-of-a-shuffle", lambda n, s, f: 1 - f ** near(n, s), "must the neighbours not"),
    ("leak-of-a-shuffle", lambda n, s, f: (1 - f) ** near(n, s), "do not leak"),
    ("leak-of-a-shuffle", lambda n, s, f: f, "several neighbours"),
    ("leak-of-a-shuffle", lambda n, s, f: 0.9, "with what chance"),
])
def test_slips_are_named(name, answer, word, capsys):
    exercises.check(name, answer)
    said = capsys.readouterr().out
    assert said.startswith("not yet: ") and word in said, said
