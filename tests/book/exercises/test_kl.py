"""Exercises of KL divergence: right answers pass, likely slips get the hint for them."""

import numpy as np
import pytest

from rnngan_tutorial.book import exercises


@pytest.mark.parametrize(("name", "answer"), [
    ("conjugate-of-kl", lambda t: np.exp(t - 1)),
    ("longest-series", lambda kappa, batch: np.log(batch) / kappa),
    ("practical-weight", lambda u: 1 / u),
    ("practical-weight", lambda u: np.exp(-np.log(u))),
])
def test_right_answers_pass(name, answer, capsys):
    exercises.check(name, answer)
    assert capsys.readouterr().out == "right\n"


@pytest.mark.parametrize(("name", "answer", "word"), [
    ("conjugate-of-kl", lambda t: np.exp(t), "one term more"),
    ("conjugate-of-kl", lambda t: t * np.exp(t - 1), "taken away"),
    ("conjugate-of-kl", lambda t: (t - 1) * np.exp(t - 1), "f at the best u"),
    ("conjugate-of-kl", lambda t: -np.exp(t - 1), "wrong sign"),
    ("conjugate-of-kl", lambda t: 1 + t, "the derivative of f"),
    ("conjugate-of-kl", lambda t: t ** 2, "put that u back"),
    ("conjugate-of-kl", lambda t: 1.0, "one value per t"),
    ("longest-series", lambda kappa, batch: batch / kappa, "e to the KL"),
    ("longest-series", lambda kappa, batch: np.log2(batch) / kappa, "natural logarithm"),
    ("longest-series", lambda kappa, batch: np.log(batch) / kappa / 2, "variance"),
    ("longest-series", lambda kappa, batch: np.log(batch) * kappa, "shorter"),
    ("longest-series", lambda kappa, batch: 7, "solve"),
    ("longest-series", lambda kappa, batch: None, "TypeError"),
    ("practical-weight", lambda u: u ** 0, "saddle point, where"),
    ("practical-weight", lambda u: u, "kl at its"),
    ("practical-weight", lambda u: 1 / (1 + u), "this is js"),
    ("practical-weight", lambda u: -1 / u, "positive"),
    ("practical-weight", lambda u: u ** 2, "differentiate"),
    ("practical-weight", lambda u: 1.0, "one weight per u"),
])
def test_slips_are_named(name, answer, word, capsys):
    exercises.check(name, answer)
    said = capsys.readouterr().out
    assert said.startswith("not yet: ") and word in said
