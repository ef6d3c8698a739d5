"""Exercises of Adam in a game: right answers pass, likely slips get the hint for them."""

from cmath import exp, pi

import pytest

from rnngan_tutorial.book import exercises


@pytest.mark.parametrize(("name", "answer"), [
    ("uncorrected-step", lambda lr, a, b: lr * (1 - a) / (1 - b) ** 0.5),
    ("spiral-factor", lambda lr: abs(1 + 1j * lr)),
    ("averaged-circle", lambda turn, a: abs(sum(
        (1 - a) * (a * exp(2j * pi / turn)) ** k for k in range(4000)))),
])
def test_right_answers_pass(name, answer, capsys):
    exercises.check(name, answer)
    assert capsys.readouterr().out == "right\n"


@pytest.mark.parametrize(("name", "answer", "word"), [
    ("uncorrected-step", lambda lr, a, b: lr, "with the correction"),
    ("uncorrected-step", lambda lr, a, b: lr * (1 - a), "starts at zero as well"),
    ("uncorrected-step", lambda lr, a, b: lr * (1 - a) / (1 - b), "root of v"),
    ("uncorrected-step", lambda lr, a, b: lr * a / b ** 0.5, "what is left of one"),
    ("uncorrected-step", lambda lr, a, b: 2 * lr, "after one gradient"),
    ("spiral-factor", lambda lr: 1 + lr, "right angle"),
    ("spiral-factor", lambda lr: 1 + lr ** 2, "squared distance"),
    ("spiral-factor", lambda lr: 1, "take turns"),
    ("spiral-factor", lambda lr: 1 - lr, "come nearer"),
    ("spiral-factor", lambda lr: 2, "length of the eigenvalue"),
    ("averaged-circle", lambda turn, a: 1 / (1 + (2 * pi / turn * a / (1 - a)) ** 2) ** 0.5,
     "approximation"),
    ("averaged-circle", lambda turn, a: (1 - a) / (1 - a * exp(2j * pi / turn).real),
     "absolute value"),
    ("averaged-circle", lambda turn, a: (1 - a) / abs(1 - a * exp(1j * turn)), "2 pi"),
    ("averaged-circle", lambda turn, a: 1 / abs(1 - a * exp(2j * pi / turn)), "weight 1 - a"),
    ("averaged-circle", lambda turn, a: a ** turn, "one turn ago"),
    ("averaged-circle", lambda turn, a: 0, "running one"),
    ("averaged-circle", lambda turn, a: 1 - a, "sum (1 - a)"),
])
def test_slips_are_named(name, answer, word, capsys):
    exercises.check(name, answer)
    said = capsys.readouterr().out
    assert said.startswith("not yet: ") and word in said
