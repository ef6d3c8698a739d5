"""Exercises of the data: right answers pass, likely slips get the hint for them."""

import pytest

from rnngan_tutorial.book import exercises


@pytest.mark.parametrize(("name", "answer"), [
    ("to-units", 1.30375), ("windows", (80, 6)),
])
def test_right_answers_pass(name, answer, capsys):
    exercises.check(name, answer)
    assert capsys.readouterr().out == "right\n"


@pytest.mark.parametrize(("name", "answer", "word"), [
    ("to-units", 2.57375, "starts at the low end"),
    ("to-units", 0.3275, "it is [-1, 1]"),
    ("to-units", 5, "as a share"),
    ("windows", (79, 6), "takes no stride"),
    ("windows", (83, 6), "48 rows are left"),
    ("windows", (80, 3), "one side"),
    ("windows", (80, 8), "has ended"),
    ("windows", (80, 7), "less than 48 rows"),
])
def test_slips_are_named(name, answer, word, capsys):
    exercises.check(name, answer)
    said = capsys.readouterr().out
    assert said.startswith("not yet: ") and word in said
