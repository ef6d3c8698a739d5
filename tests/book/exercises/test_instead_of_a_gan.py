"""Exercises of Instead of a GAN: right answers pass, likely slips get the hint for them."""

import numpy as np
import pytest

from rnngan_tutorial.book import exercises
from rnngan_tutorial.book.exercises import instead_of_a_gan  # noqa: F401
from rnngan_tutorial.rivals.flow import straight_way


def by_package(noise, data, t):
    """Its places and velocities are of whole series, (S, B, T, F)."""
    series = (v[None, None, :, None] for v in (noise, data))
    return tuple(part[0, 0, :, 0] for part in straight_way(*series, noise.new_full((1, 1), t)))


def nearest(made, real, axis=1, squared=False):
    distances = ((made[:, None] - real) ** 2).sum((2, 3))
    return (distances if squared else np.sqrt(distances)).min(axis)


def ratio(made, train, held_out, **how):
    return nearest(made, train, **how).mean() / nearest(made, held_out, **how).mean()


@pytest.mark.parametrize(("name", "answer"), [
    ("straight-way", lambda e, x, t: ((1 - t) * e + t * x, x - e)),
    ("straight-way", lambda e, x, t: (e + t * (x - e), (x - (e + t * (x - e))) / (1 - t))),
    ("straight-way", by_package),
    ("nearest-ratio", ratio),
])
def test_right_answers_pass(name, answer, capsys):
    exercises.check(name, answer)
    assert capsys.readouterr().out == "right\n"


def test_the_ratio_is_that_of_the_package():
    from rnngan_tutorial.memorisation import nearest_ratio
    draw = np.random.default_rng(1)
    made, train, held_out = draw.normal(size=(3, 9, 4, 2))
    assert nearest_ratio(made[None], train, held_out)[0] == pytest.approx(
        ratio(made, train, held_out))


@pytest.mark.parametrize(("answer", "word"), [
    (lambda e, x, t: (t * e + (1 - t) * x, x - e), "at time 0"),
    (lambda e, x, t: (e + x, x - e), "straight"),
    (lambda e, x, t: ((1 - t) * e + t * x, e - x), "sign"),
    (lambda e, x, t: ((1 - t) * e + t * x, (1 - t) * (x - e)), "left"),
    (lambda e, x, t: ((1 - t) * e + t * x, x), "derivative"),
    (lambda e, x, t: (1 - t) * e + t * x, "two things"),
    (lambda e, x, t: (e.sum(), x - e), "shape"),
    (lambda e, x, t: e + "x", "stopped with"),
])
def test_slips_on_the_way_are_named(answer, word):
    assert word in exercises.hint("straight-way", answer)


@pytest.mark.parametrize(("answer", "word"), [
    (lambda m, a, b: ratio(m, b, a), "upside down"),
    (lambda m, a, b: (nearest(m, a) / nearest(m, b)).mean(), "mean of the ratios"),
    (lambda m, a, b: ratio(m, a, b, squared=True), "squared"),
    (lambda m, a, b: ratio(m, a, b, axis=0), "the other way round"),
    (lambda m, a, b: (np.sqrt(((m[:, None] - a) ** 2).sum((2, 3))).mean()
                      / np.sqrt(((m[:, None] - b) ** 2).sum((2, 3))).mean()), "all of them"),
    (lambda m, a, b: nearest(m, a) / nearest(m, b), "one number"),
    (lambda m, a, b: 0.5, "belongs"),
])
def test_slips_in_the_ratio_are_named(answer, word):
    assert word in exercises.hint("nearest-ratio", answer)
