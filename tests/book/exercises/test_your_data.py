"""Exercises of Your own data: right answers pass, likely slips get the hint for them."""

import numpy as np
import pytest

from rnngan_tutorial.book import exercises
from rnngan_tutorial.book.exercises import your_data  # noqa: F401


@pytest.mark.parametrize("answer", [
    lambda columns: columns.argmax(-1),
    lambda columns: np.array([[max(range(3), key=step.__getitem__) for step in one]
                              for one in columns]),
])
def test_right_answers_pass(answer, capsys):
    exercises.check("states-back", answer)
    assert capsys.readouterr().out == "right\n"


@pytest.mark.parametrize(("answer", "word"), [
    (lambda columns: columns.round(), "in no state"),
    (lambda columns: np.eye(3)[columns.argmax(-1)], "not three columns"),
    (lambda columns: columns.argmax(1), "among the time steps"),
    (lambda columns: np.round(columns @ np.arange(3)), "nobody meant"),
    (lambda columns: columns.argmin(-1), "louder"),
    (lambda columns: columns.argmax(-1).ravel(), "shape (series, time steps)"),
    (lambda columns: None, "shape (series, time steps)"),
])
def test_slips_are_named(answer, word, capsys):
    exercises.check("states-back", answer)
    said = capsys.readouterr().out
    assert said.startswith("not yet: ") and word in said
