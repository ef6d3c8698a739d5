"""Exercises of absolute error: right answers pass, likely slips get the hint for them."""

import pytest
import torch

from rnngan_tutorial.book import exercises


def pinball(g, x, tau):
    return torch.maximum(tau * (x - g), (tau - 1) * (x - g))


@pytest.mark.parametrize(("name", "answer"), [
    ("pinball", pinball),
    ("energy", lambda gx, gg, xx: 2 * gx - gg - xx),
])
def test_right_answers_pass(name, answer, capsys):
    exercises.check(name, answer)
    assert capsys.readouterr().out == "right\n"


@pytest.mark.parametrize(("name", "answer", "word"), [
    ("pinball", lambda g, x, tau: (x - g).abs(), "still the median"),
    ("pinball", lambda g, x, tau: pinball(g, x, 1 - tau), "swapped"),
    ("pinball", lambda g, x, tau: tau * (x - g), "count tau"),
    ("energy", lambda gx, gg, xx: gx, "distance 0"),
    ("energy", lambda gx, gg, xx: gx - gg - xx, "distance twice"),
    ("energy", lambda gx, gg, xx: 2 * gx - gg, "variety of the data"),
    ("energy", lambda gx, gg, xx: 2 * gx - xx, "own variety"),
    ("energy", lambda gx, gg, xx: gg + xx, "should be large"),
])
def test_slips_are_named(name, answer, word, capsys):
    exercises.check(name, answer)
    said = capsys.readouterr().out
    assert said.startswith("not yet: ") and word in said
