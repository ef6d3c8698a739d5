"""Exercises of the recurrent game: right answers pass, likely slips get the hint for them."""

import pytest

from rnngan_tutorial.book import exercises


@pytest.mark.parametrize(("name", "answer"), [
    ("gru-size", lambda i, h: 3 * h * (h + i + 1) + h),
])
def test_right_answers_pass(name, answer, capsys):
    exercises.check(name, answer)
    assert capsys.readouterr().out == "right\n"


@pytest.mark.parametrize(("name", "answer", "word"), [
    ("gru-size", lambda i, h: 3 * h * (h + i + 1), "two biases"),
    ("gru-size", lambda i, h: 3 * h * (h + i + 2), "only their sum"),
    ("gru-size", lambda i, h: 3 * h * h, "on one"),
])
def test_slips_are_named(name, answer, word, capsys):
    exercises.check(name, answer)
    said = capsys.readouterr().out
    assert said.startswith("not yet: ") and word in said
