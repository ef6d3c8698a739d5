"""Exercises of measuring: right answers pass, likely slips get the hint for them."""

import numpy as np
import pytest

from rnngan_tutorial.book import exercises


def pairs(own):
    return (own.sum() - len(own)) / (len(own) * (len(own) - 1))


def near(rr, rg, place):
    return rg <= np.sort(rr, 1)[:, [place]]


def other(x):
    return x + np.array([0.3, -0.3, 0.0])


@pytest.mark.parametrize(("name", "answer"), [
    ("accuracy-noise", lambda n: np.sqrt(1 / (8 * n))),
    ("unbiased-mmd", lambda rr, gg, rg: pairs(rr) + pairs(gg) - 2 * rg.mean()),
    ("coverage", lambda rr, rg, k: np.mean(rg.min(1) <= np.sort(rr)[:, k])),
    ("same-picture", other),
    ("same-picture", lambda x: np.repeat(x.mean(2, keepdims=True), x.shape[2], 2)),
])
def test_right_answers_pass(name, answer, capsys):
    exercises.check(name, answer)
    assert capsys.readouterr().out == "right\n"


@pytest.mark.parametrize(("name", "answer", "word"), [
    ("accuracy-noise", lambda n: 0.5 / n ** 0.5, "2n verdicts, not n"),
    ("accuracy-noise", lambda n: 1 / (8 * n), "variance"),
    ("accuracy-noise", lambda n: 1 / (4 * n), "there are 2n"),
    ("accuracy-noise", lambda n: 1 / (2 * n) ** 0.5, "half of the time"),
    ("accuracy-noise", lambda n: n, "spread of one"),
    ("unbiased-mmd", lambda rr, gg, rg: rr.mean() + gg.mean() - 2 * rg.mean(), "diagonal"),
    ("unbiased-mmd", lambda rr, gg, rg: pairs(rr) + pairs(gg) - rg.mean(), "twice"),
    ("unbiased-mmd", lambda rr, gg, rg: (rr.sum() - 6) / 36 + (gg.sum() - 5) / 25
     - 2 * rg.mean(), "n squared"),
    ("unbiased-mmd", lambda rr, gg, rg: abs(pairs(rr) + pairs(gg) - 2 * rg.mean()) ** 0.5,
     "a root"),
    ("unbiased-mmd", lambda rr, gg, rg: rr, "mixed pairs"),
    ("unbiased-mmd", lambda rr, gg, rg: None, "returns nothing"),
    ("coverage", lambda rr, rg, k: near(rr, rg, k).any(0).mean(), "gets 1"),
    ("coverage", lambda rr, rg, k: near(rr, rg, k).mean(), "count a real series once"),
    ("coverage", lambda rr, rg, k: near(rr, rg, k).sum() / k / rg.shape[1], "density"),
    ("coverage", lambda rr, rg, k: near(rr, rg, k - 1).any(1).mean(), "itself"),
    ("coverage", lambda rr, rg, k: 1 - near(rr, rg, k).any(1).mean(), "not* covered"),
    ("coverage", lambda rr, rg, k: 0.123, "each real series"),
    ("same-picture", lambda x: x + 0.1, "picture has changed"),
    ("same-picture", lambda x: x[:, :, ::-1], "changed places"),
    ("same-picture", lambda x: x.mean(2), "keep that of x"),
    ("same-picture", lambda x: None, "returns nothing"),
])
def test_slips_are_named(name, answer, word, capsys):
    exercises.check(name, answer)
    said = capsys.readouterr().out
    assert said.startswith("not yet: ") and word in said
