"""Exercises of squared error: right answers pass, likely slips get the hint for them."""

import pytest

from rnngan_tutorial.book import exercises


@pytest.mark.parametrize(("name", "answer"), [
    ("perfect-mse", lambda variance: 2 * variance),
    ("best-score", lambda p, q, a, b: (b * p + a * q) / (p + q)),
])
def test_right_answers_pass(name, answer, capsys):
    exercises.check(name, answer)
    assert capsys.readouterr().out == "right\n"


@pytest.mark.parametrize(("name", "answer", "word"), [
    ("perfect-mse", lambda variance: 0 * variance, "not the series"),
    ("perfect-mse", lambda variance: variance, "mean series"),
    ("perfect-mse", lambda variance: 4 * variance, "standard deviations do not"),
    ("perfect-mse", lambda variance: 7.0, "two independent numbers"),
    ("best-score", lambda p, q, a, b: (a * p + b * q) / (p + q), "which label"),
    ("best-score", lambda p, q, a, b: b * p + a * q, "sum to one"),
    ("best-score", lambda p, q, a, b: p / (p + q), "a = -1 and b = 1"),
    ("best-score", lambda p, q, a, b: q, "a = 0 and b = 1"),
])
def test_slips_are_named(name, answer, word, capsys):
    exercises.check(name, answer)
    said = capsys.readouterr().out
    assert said.startswith("not yet: ") and word in said
