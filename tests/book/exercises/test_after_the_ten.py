"""Exercises of After the ten: right answers pass, likely slips get the hint for them."""

import numpy as np
import pytest
import torch

from rnngan_tutorial.book import exercises
from rnngan_tutorial.book.exercises import after_the_ten  # noqa: F401


def gap(a, b):
    """Where the line is cut, and by how much the two distribution functions differ there."""
    u = torch.cat([a, b]).sort()[0]
    f, g = ((v[:, None] <= u[:-1]).double().mean(0) for v in (a, b))
    return u.diff(), f - g


def by_pairs(a, b):
    a, b = np.asarray(a)[:, None], np.asarray(b)[:, None]
    return (2 * np.abs(a - b.T).mean() - np.abs(a - a.T).mean() - np.abs(b - b.T).mean())


@pytest.mark.parametrize(("name", "answer"), [
    ("pair-slope", lambda real, fake: -torch.sigmoid(real - fake) / len(fake)),
    ("pair-slope", lambda real, fake: -1 / (1 + np.exp(fake.numpy() - real.numpy())) / len(fake)),
    ("dirac-fastest", lambda eta: 0.5 - eta / 8),
    ("energy-line", lambda a, b: 2 * (gap(a, b)[1] ** 2 * gap(a, b)[0]).sum()),
    ("energy-line", by_pairs),
])
def test_right_answers_pass(name, answer, capsys):
    exercises.check(name, answer)
    assert capsys.readouterr().out == "right\n"


def test_the_slope_is_that_of_the_loss():
    from rnngan_tutorial import Round, losses

    def slope(real, fake):
        fake = fake.clone().requires_grad_()
        loss = losses.Relativistic().generator(Round(real=real[None], fake=fake[None]))
        return torch.autograd.grad(loss.sum(), fake)[0]

    assert exercises.hint("pair-slope", slope) is None


def test_the_penalty_is_the_fastest():
    """The longest eigenvalue of a round in turns, R1 and R2 of the answer, against others."""
    for eta in (0.1, 0.5, 1.0):
        def longest(gamma, eta=eta):
            c = 2 * gamma
            return np.abs(np.linalg.eigvals([[1 - eta ** 2 / 4, eta / 2 * (1 - eta * c)],
                                             [-eta / 2, 1 - eta * c]])).max()
        best = (1 - eta / 4) / 2
        assert longest(best) < min(longest(0.9 * best), longest(1.1 * best))
        assert exercises.hint("dirac-fastest", lambda eta: (1 - eta / 4) / 2) is None


@pytest.mark.parametrize(("answer", "word"), [
    (lambda real, fake: torch.sigmoid(real - fake) / len(fake), "sign"),
    (lambda real, fake: -torch.sigmoid(real - fake), "mean over the pairs"),
    (lambda real, fake: -torch.sigmoid(-fake) / len(fake), "single series"),
    (lambda real, fake: -torch.sigmoid(fake - real) / len(fake), "fool the critic"),
    (lambda real, fake: -torch.sigmoid(real[:, None] - fake).mean(0) / len(fake), "all pairs"),
    (lambda real, fake: -torch.sigmoid(real - fake).mean(), "one slope for each"),
    (lambda real, fake: fake - real, "differentiate"),
    (lambda real, fake: None, "stopped with"),
])
def test_slips_in_the_pair_are_named(answer, word):
    assert word in exercises.hint("pair-slope", answer)


@pytest.mark.parametrize(("answer", "word"), [
    (lambda eta: 1 - eta / 4, "how many share"),
    (lambda eta: 0.5, "in turns"),
    (lambda eta: 1.0, "one penalty"),
    (lambda eta: 2 - eta / 2, "less of each"),
    (lambda eta: eta, "meet"),
])
def test_slips_in_the_penalty_are_named(answer, word):
    assert word in exercises.hint("dirac-fastest", answer)


@pytest.mark.parametrize(("answer", "word"), [
    (lambda a, b: by_pairs(a, b) / 2, "factor of 2"),
    (lambda a, b: (gap(a, b)[1].abs() * gap(a, b)[0]).sum(), "Wasserstein"),
    (lambda a, b: 2 * (gap(a, b)[1] ** 2).sum(), "the way there"),
    (lambda a, b: 2 * (a[:, None] - b).abs().mean()
     - (a[:, None] - a).abs().sum() / (len(a) * (len(a) - 1))
     - (b[:, None] - b).abs().sum() / (len(b) * (len(b) - 1)), "as they stand"),
    (lambda a, b: (a.mean() - b.mean()).abs(), "same mean"),
    (lambda a, b: a, "one number"),
    (lambda a, b: a.sum(), "square of the gap"),
])
def test_slips_on_the_line_are_named(answer, word):
    assert word in exercises.hint("energy-line", answer)
