"""Exercises of squared error: right answers pass, likely slips get the hint for them."""

import pytest

from rnngan_tutorial.book import exercises


@pytest.mark.parametrize(("name", "answer"), [
    ("shrunk-mse", lambda k, v: (1 + k ** 2) * v),
    ("ratio-from-logit", lambda s, a, b: (s - a) / (b - s)),
])
def test_right_answers_pass(name, answer, capsys):
    exercises.check(name, answer)
    assert capsys.readouterr().out == "right\n"


@pytest.mark.parametrize(("name", "answer", "word"), [
    ("shrunk-mse", lambda k, v: (1 - k) ** 2 * v, "its own original"),
    ("shrunk-mse", lambda k, v: k ** 2 * v, "vary too"),
    ("shrunk-mse", lambda k, v: (1 + k) * v, "not a factor k"),
    ("shrunk-mse", lambda k, v: (1 + k) ** 2 * v, "standard deviations do not"),
    ("shrunk-mse", lambda k, v: 7.0, "two independent numbers"),
    ("ratio-from-logit", lambda s, a, b: s.exp(), "belongs to BCE"),
    ("ratio-from-logit", lambda s, a, b: (b - s) / (s - a), "this is q/p"),
    ("ratio-from-logit", lambda s, a, b: s / (1 - s), "a = -1 and b = 1"),
    ("ratio-from-logit", lambda s, a, b: s, "a = 0 and b = 1"),
])
def test_slips_are_named(name, answer, word, capsys):
    exercises.check(name, answer)
    said = capsys.readouterr().out
    assert said.startswith("not yet: ") and word in said
