"""Exercises of Improved GAN: right answers pass, likely slips get the hint for them."""

import numpy as np
import pytest

from rnngan_tutorial.book import exercises


def gap(real, fake):
    return ((real.mean(0) - fake.mean(0)) ** 2).sum()


def scatter(x):
    return x.var(0).sum() / len(x)


def narrow(x):
    return x.var(0, unbiased=False).sum() / len(x)


def logit(p, q, real, fake):
    return np.log((real * p + fake * q) / ((1 - real) * p + (1 - fake) * q))


@pytest.mark.parametrize(("name", "answer"), [
    ("unbiased-matching", lambda real, fake: gap(real, fake) - scatter(real) - scatter(fake)),
    ("smoothed-logit", logit),
    ("historical-pull", lambda past, c: 2 * c * (past[-1] - past.mean(0))),
])
def test_right_answers_pass(name, answer, capsys):
    exercises.check(name, answer)
    assert capsys.readouterr().out == "right\n"


@pytest.mark.parametrize(("name", "answer", "word"), [
    ("unbiased-matching", gap, "the batch's own distance"),
    ("unbiased-matching", lambda r, f: gap(r, f) - scatter(f), "real batch scatters"),
    ("unbiased-matching", lambda r, f: gap(r, f) - scatter(r), "generated batch scatters"),
    ("unbiased-matching", lambda r, f: gap(r, f) + scatter(r) + scatter(f), "which sign"),
    ("unbiased-matching", lambda r, f: gap(r, f) - r.var(0).sum() - f.var(0).sum(), "size of the"),
    ("unbiased-matching", lambda r, f: gap(r, f) - narrow(r) - narrow(f), "B - 1"),
    ("unbiased-matching", lambda r, f: (r.mean(0) - f.mean(0)) ** 2, "one number"),
    ("unbiased-matching", lambda r, f: None, "returns nothing"),
    ("unbiased-matching", lambda r, f: r.sum(), "take away both"),
    ("smoothed-logit", lambda p, q, a, b: (a * p + b * q) / (p + q), "best probability"),
    ("smoothed-logit", lambda p, q, a, b: np.log(a * p / (b * q + 1e-300)), "both sides"),
    ("smoothed-logit", lambda p, q, a, b: -logit(p, q, a, b), "wrong sign"),
    ("smoothed-logit", lambda p, q, a, b: logit(p, q, a, 0.0), "one-sided"),
    ("smoothed-logit", lambda p, q, a, b: p - q, "derivative"),
    ("historical-pull", lambda past, c: 2 * c * (past[-1] - past[-2]), "one round"),
    ("historical-pull", lambda past, c: 2 * c * (past[-1] - past[:-1].mean(0)), "in the mean"),
    ("historical-pull", lambda past, c: 2 * c * (past.mean(0) - past[-1]), "wrong sign"),
    ("historical-pull", lambda past, c: c * (past[-1] - past.mean(0)), "factor two"),
    ("historical-pull", lambda past, c: 2 * (past[-1] - past.mean(0)), "strength"),
    ("historical-pull", lambda past, c: 5 / 3 * c * (past[-1] - past.mean(0)), "constant"),
    ("historical-pull", lambda past, c: past.sum(), "one number per weight"),
    ("historical-pull", lambda past, c: past[0], "squared distance"),
    ("historical-pull", lambda past, c: None, "returns nothing"),
])
def test_slips_are_named(name, answer, word, capsys):
    with np.errstate(divide="ignore"):
        exercises.check(name, answer)
    said = capsys.readouterr().out
    assert said.startswith("not yet: ") and word in said
