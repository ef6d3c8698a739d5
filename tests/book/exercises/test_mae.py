"""Exercises of absolute error: right answers pass, likely slips get the hint for them."""

import pytest
import torch

from rnngan_tutorial.book import exercises


def pinball(g, x, tau):
    return torch.maximum(tau * (x - g), (tau - 1) * (x - g))


def pairs(d):
    """Mean over pairs of different series."""
    return d.sum() / (len(d) * (len(d) - 1))


@pytest.mark.parametrize(("name", "answer"), [
    ("pinball", pinball),
    ("pinball", lambda g, x, tau: torch.where(x > g, tau, 1 - tau) * (x - g).abs()),
    ("pinball", lambda g, x, tau: 2 * pinball(g, x, tau)),
    ("pinball", lambda g, x, tau: torch.where(x > g, (x - g) * tau / (1 - tau), g - x)),
    ("energy", lambda gx, gg, xx: 2 * gx.mean() - pairs(gg) - pairs(xx)),
])
def test_right_answers_pass(name, answer, capsys):
    exercises.check(name, answer)
    assert capsys.readouterr().out == "right\n"


@pytest.mark.parametrize(("name", "answer", "word"), [
    ("pinball", lambda g, x, tau: (x - g).abs(), "still the median"),
    ("pinball", lambda g, x, tau: pinball(g, x, 1 - tau), "swapped"),
    ("pinball", lambda g, x, tau: tau * (x - g), "share tau lies below"),
    ("pinball", lambda g, x, tau: pinball(g, x, tau).mean(), "one value per x"),
    ("energy", lambda gx, gg, xx: 2 * gx.mean() - gg.mean() - xx.mean(), "diagonals"),
    ("energy", lambda gx, gg, xx: gx.mean() - pairs(gg) - pairs(xx), "mixed one twice"),
    ("energy", lambda gx, gg, xx: gx.mean() - pairs(gg) / 2, "half of it"),
    ("energy", lambda gx, gg, xx: 2 * gx.mean() - pairs(gg), "variety of the data"),
    ("energy", lambda gx, gg, xx: 2 * gx.mean() - pairs(xx), "own variety"),
    ("energy", lambda gx, gg, xx: gx.mean(), "must get zero"),
    ("energy", lambda gx, gg, xx: gx, "three means"),
])
def test_slips_are_named(name, answer, word, capsys):
    exercises.check(name, answer)
    said = capsys.readouterr().out
    assert said.startswith("not yet: ") and word in said
