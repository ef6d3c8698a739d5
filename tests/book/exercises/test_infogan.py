"""Exercises of InfoGAN: right answers pass, likely slips get the hint for them."""

from math import log

import pytest
from torch.nn.functional import cross_entropy

from rnngan_tutorial.book import exercises


@pytest.mark.parametrize(("name", "answer"), [
    ("information-of-a-head", lambda s, c: log(s.shape[1]) - cross_entropy(s, c)),
    ("even-code", lambda w: 0.5 + w),
])
def test_right_answers_pass(name, answer, capsys):
    exercises.check(name, answer)
    assert capsys.readouterr().out == "right\n"


@pytest.mark.parametrize(("name", "answer", "word"), [
    ("information-of-a-head", lambda s, c: cross_entropy(s, c), "price that the head pays"),
    ("information-of-a-head", lambda s, c: -cross_entropy(s, c), "knows nothing must give 0"),
    ("information-of-a-head", lambda s, c: (s.argmax(1) == c).float().mean(), "accuracy"),
    ("information-of-a-head", lambda s, c: log(2) - cross_entropy(s, c), "here it has 8"),
    ("information-of-a-head", lambda s, c: log(s.shape[1]) - cross_entropy(s, c, reduction="none"),
     "one number"),
    ("information-of-a-head", lambda s, c: None, "returns nothing"),
    ("information-of-a-head", lambda s, c: s.mean(), "wrong for 2 values"),
    ("even-code", lambda w: 1.0, "half of all series"),
    ("even-code", lambda w: 1 - w, "always names the frequent"),
    ("even-code", lambda w: 0.5, "chance"),
    ("even-code", lambda w: 2 * w, "of one value"),
    ("even-code", lambda w: w, "fill the table"),
    ("even-code", lambda w: 1 / 0, "ZeroDivisionError"),
])
def test_slips_are_named(name, answer, word, capsys):
    exercises.check(name, answer)
    said = capsys.readouterr().out
    assert said.startswith("not yet: ") and word in said
