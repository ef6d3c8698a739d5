"""Exercises of Measured as others measure: right answers pass, likely slips get their hint."""

import math
import sys
from pathlib import Path

import numpy as np
import pytest

from rnngan_tutorial.book import exercises
from rnngan_tutorial.book.exercises import as_others_measure  # noqa: F401

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
from benchmarks.protocols import diffusion, timegan  # noqa: E402


def printed(accuracies, of=5, times=2.776, first=np.abs, ddof=1, root=True):
    """TimeGAN's score, Diffusion-TS's mean and half width, with slips on demand."""
    each = first(np.asarray(accuracies) - 0.5)
    some = each[:of]
    half = times * some.std(ddof=ddof) / (math.sqrt(len(some)) if root else 1)
    return np.abs(accuracies - 0.5).mean(), np.abs(some).mean(), half


def by_benchmark(accuracies):
    return timegan.score(accuracies), *diffusion.interval(np.abs(accuracies - 0.5)[:5])


@pytest.mark.parametrize(("name", "answer"), [
    ("judge-floor", lambda each: 0.5 * math.sqrt(1 / math.pi / each)),
    ("judge-floor", lambda each: timegan.coin(2 * each)),
    ("judge-floor", lambda each: 0.28 / math.sqrt(each) * 1.0075),
    ("printed-scores", printed),
    ("printed-scores", by_benchmark),
])
def test_right_answers_pass(name, answer, capsys):
    exercises.check(name, answer)
    assert capsys.readouterr().out == "right\n"


@pytest.mark.parametrize(("answer", "word"), [
    (lambda each: timegan.coin(each), "in all"),
    (lambda each: 0.5 / math.sqrt(2 * each), "standard deviation of the accuracy;"),
    (lambda each: 0.5 / math.sqrt(each), "half of the test"),
    (lambda each: 2 * timegan.coin(2 * each), "one half over"),
    (lambda each: timegan.coin(2 * each) ** 2, "root is missing"),
    (lambda each: 0.0, "is not 0"),
    (lambda each: 0.3, "share of heads"),
    (lambda each: each / "x", "stopped with"),
])
def test_slips_in_the_floor_are_named(answer, word):
    assert word in exercises.hint("judge-floor", answer)


@pytest.mark.parametrize(("answer", "word"), [
    (lambda a: (abs(np.mean(a) - 0.5), *printed(a)[1:]), "first"),
    (lambda a: (np.mean(a), *printed(a)[1:]), "all ten"),
    (lambda a: printed(a, of=10), "five judges"),
    (lambda a: (printed(a)[0], abs(np.mean(a[:5]) - 0.5), printed(a)[2]), "first five"),
    (lambda a: printed(a, times=1), "standard error;"),
    (lambda a: printed(a, times=1.96), "normal"),
    (lambda a: printed(a, root=False), "root of five"),
    (lambda a: printed(a, ddof=0), "divided by four"),
    (lambda a: printed(a, first=lambda x: x), "not of the accuracies"),
    (lambda a: (*printed(a)[:2], 0.5), "2.776 standard errors"),
    (lambda a: printed(a)[0], "three numbers"),
])
def test_slips_in_print_are_named(answer, word):
    assert word in exercises.hint("printed-scores", answer)
