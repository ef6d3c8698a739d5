"""Exercises of the conditional GAN: right answers pass, likely slips get the hint for them."""

import numpy as np
import pytest

from rnngan_tutorial.book import exercises


def obedience(asked, found):
    return np.mean([(found[asked == k] == k).mean() for k in np.unique(asked)])


def precision(asked, found):
    return np.mean([(asked[found == k] == k).mean() for k in np.unique(found)])


@pytest.mark.parametrize(("name", "answer"), [
    ("joint-logit", lambda p, q, share, drawn: np.log(p * share) - np.log(q * drawn)),
    ("obedience", obedience),
])
def test_right_answers_pass(name, answer, capsys):
    exercises.check(name, answer)
    assert capsys.readouterr().out == "right\n"


@pytest.mark.parametrize(("name", "answer", "word"), [
    ("joint-logit", lambda p, q, share, drawn: np.log(p / q), "drawn as in the data"),
    ("joint-logit", lambda p, q, share, drawn: np.log(p * drawn / q / share), "swapped"),
    ("joint-logit", lambda p, q, share, drawn: p * share / (p * share + q * drawn),
     "best probability"),
    ("joint-logit", lambda p, q, share, drawn: 0, "densities of the pair"),
    ("obedience", lambda asked, found: (asked == found).mean(), "every label alike"),
    ("obedience", lambda asked, found: 1 - obedience(asked, found), "disobeys"),
    ("obedience", precision, "asked for, not"),
    ("obedience", lambda asked, found: 0.2, "Then the mean"),
    ("obedience", lambda asked, found: 1 / 0, "ZeroDivisionError"),
])
def test_slips_are_named(name, answer, word, capsys):
    exercises.check(name, answer)
    said = capsys.readouterr().out
    assert said.startswith("not yet: ") and word in said
