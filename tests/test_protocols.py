"""benchmarks/protocols: the cell and TimeGAN's judges, by hand; small sizes throughout."""

import math
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.protocols import cells, timegan  # noqa: E402


def sources(k):
    return [torch.Generator().manual_seed(i) for i in range(k)]


def uniform(n, steps=4, features=2, seed=0):
    return np.random.default_rng(seed).uniform(size=(n, steps, features)).astype(np.float32)


@pytest.fixture
def deaf(monkeypatch):
    """Judges that learn nothing and give the logit 1 for whatever they read."""
    def fit(judges, iterations, value):
        with torch.no_grad():
            judges.out.zero_()
            judges.out_bias.fill_(1.0)

    monkeypatch.setattr(timegan, "fit", fit)


# The cell

def test_the_cell_is_tensorflows_step_by_step():
    cell = cells.Cells(1, 1, sources(1))
    with torch.no_grad():
        cell.gates[:] = torch.tensor([[0.5, -1.0], [2.0, 0.25]])  # rows: input, state; r and u
        cell.candidate[:] = torch.tensor([[1.5], [-0.75]])
        cell.candidate_bias.fill_(0.2)
        cell.out.fill_(3.0)
        cell.out_bias.fill_(-0.5)
    sigmoid = lambda a: 1 / (1 + math.exp(-a))  # noqa: E731
    h, states = 0.0, []
    for x in (0.4, -0.3, 0.9):
        r, u = sigmoid(0.5 * x + 2 * h + 1), sigmoid(-x + 0.25 * h + 1)  # their bias begins at 1
        h = u * h + (1 - u) * math.tanh(1.5 * x - 0.75 * r * h + 0.2)
        states.append(h)
    x = torch.tensor([0.4, -0.3, 0.9]).view(1, 1, 3, 1)
    assert_allclose(cell.states(x).detach().flatten(), states, rtol=1e-5)
    assert_allclose(cell(x).detach().flatten(), 3 * np.array(states) - 0.5, rtol=1e-5)
    assert_allclose(cell(x, last=True).item(), 3 * h - 0.5, rtol=1e-5)


def test_with_two_units_the_reset_stands_before_the_product():
    cell = cells.Cells(2, 2, sources(1))
    x = torch.randn(1, 5, 6, 2)
    gates, candidate = cell.gates[0].detach().numpy(), cell.candidate[0].detach().numpy()
    h = np.zeros((5, 2))
    for step in x[0].unbind(1):
        r, u = np.split(1 / (1 + np.exp(-np.hstack([step, h]) @ gates - 1)), 2, 1)
        c = np.tanh(np.hstack([step, r * h]) @ candidate)
        h = u * h + (1 - u) * c
    assert_allclose(cell.states(x)[0, :, -1].detach(), h, rtol=1e-4, atol=1e-6)


def test_initial_weights_follow_glorot_over_the_joint_matrix():
    judges = cells.Cells(4, 3, sources(400))
    for weight, rows, columns in ((judges.gates, 7, 6), (judges.candidate, 7, 3),
                                  (judges.out, 3, 1)):
        limit = math.sqrt(6 / (rows + columns))
        assert weight.shape == (400, rows, columns)
        assert 0.98 * limit < weight.abs().max() <= limit
        assert_allclose(weight.detach().var(), limit ** 2 / 3, rtol=0.1)
    assert (judges.gates_bias == 1).all() and (judges.candidate_bias == 0).all()
    assert torch.equal(judges.gates[7], cells.Cells(4, 3, sources(8)[7:]).gates[0])


def test_a_batch_is_drawn_without_replacement_from_its_rows():
    series = torch.arange(50.0).view(50, 1, 1)
    rows = torch.arange(10, 40)
    for size, expected in ((8, 8), (100, 30)):
        got = cells.batch(series, rows, size, sources(1)[0]).flatten().tolist()
        assert len(set(got)) == len(got) == expected and set(got) <= set(range(10, 40))


# TimeGAN

def test_the_judge_has_half_as_many_units_as_there_are_features():
    assert [timegan.units(f) for f in (5, 6, 28, 2)] == [2, 3, 14, 1]
    with pytest.raises(ValueError, match="one feature") as error:
        timegan.units(1)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("n, learn, test", [(10_000, 8000, 2000), (11, 8, 3), (7, 5, 2)])
def test_four_fifths_to_learn_from_and_the_others_to_test_on(n, learn, test):
    first, second = timegan.parts(n, sources(1)[0])
    assert (len(first), len(second)) == (learn, test)
    assert sorted([*first.tolist(), *second.tolist()]) == list(range(n))
    assert first.tolist() != list(range(learn))


def test_the_score_is_the_mean_of_distances_not_the_distance_of_the_mean():
    assert_allclose(timegan.score([0.45, 0.55, 0.60]), (0.05 + 0.05 + 0.10) / 3)
    # A fair coin, 4,000 tosses: the mean absolute error of the share of heads.
    tosses = np.arange(4001)
    exact = (stats.binom.pmf(tosses, 4000, 0.5) * np.abs(tosses / 4000 - 0.5)).sum()
    assert_allclose(timegan.coin(4000), exact, rtol=1e-3)


def test_accuracy_counts_both_kinds_and_a_tie_as_generated(deaf, monkeypatch):
    # 20 real give 4 to test, 10 generated give 2: "real" for all is right in 4 of 6.
    assert_allclose(timegan.accuracies(uniform(10), uniform(20), repeats=3), [4 / 6] * 3)
    monkeypatch.setattr(timegan, "fit", lambda judges, *_: [
        part.data.zero_() for part in judges.parameters()])
    assert_allclose(timegan.accuracies(uniform(10), uniform(20), repeats=2), [2 / 6] * 2)


def test_the_judge_learns_from_equal_parts_with_equal_weight(monkeypatch):
    found = []

    def fit(judges, iterations, value):
        with torch.no_grad():
            judges.out.zero_()
            judges.out_bias.fill_(1.0)
        found.append((iterations, value().tolist()))

    monkeypatch.setattr(timegan, "fit", fit)
    timegan.accuracies(uniform(300), uniform(200), repeats=2)
    timegan.accuracies(uniform(10), uniform(20), repeats=1)  # batches of 8 and 16
    loss = math.log1p(math.exp(-1)) + math.log1p(math.exp(1))
    assert [iterations for iterations, _ in found] == [2000, 2000]
    assert_allclose([*found[0][1], *found[1][1]], loss, rtol=1e-6)


def test_no_series_is_learned_from_and_tested_on(monkeypatch):
    read, states = {True: set(), False: set()}, cells.Cells.states

    def reading(judges, x):
        read[torch.is_grad_enabled()] |= {one.numpy().tobytes() for one in x[0].detach()}
        return states(judges, x)

    monkeypatch.setattr(cells.Cells, "states", reading)
    timegan.accuracies(uniform(50), uniform(50, seed=1), repeats=1, iterations=3)
    assert len(read[True]) == 80 and len(read[False]) == 20 and not read[True] & read[False]


def test_a_judge_finds_what_is_plain_and_not_what_is_the_same():
    real = uniform(100, seed=1)
    assert timegan.accuracies(real + 2, real, repeats=2, iterations=400).min() > 0.9
    same = timegan.accuracies(uniform(400, seed=2), uniform(400, seed=3), 4, iterations=50)
    assert timegan.score(same) < 0.12  # of 160 tested, a coin gives 0.03


@pytest.mark.parametrize("judge", [timegan.accuracies, timegan.errors])
def test_a_repeat_is_the_same_alone_and_differs_from_others(judge):
    fake, real = uniform(300), uniform(300, seed=1)
    together = judge(fake, real, 3, seed=5, iterations=20)
    assert_allclose(judge(fake, real, [2], seed=5, iterations=20), together[2:], atol=1e-6)
    assert_array_equal(judge(fake, real, 3, seed=5, iterations=20), together)
    other = judge(fake, real, 3, iterations=20)
    assert len(set(other)) == 3 and not np.array_equal(other, together)


def test_the_predictor_is_told_all_but_the_last_feature(monkeypatch):
    monkeypatch.setattr(timegan, "fit", lambda *_: None)
    real = uniform(30, features=3)
    low, high = real.copy(), real.copy()
    low[:, :, 2], high[:, :, 2] = 0, 1
    # A guess g in (0, 1) that does not see the last feature: |g - 0| + |g - 1| = 1.
    assert_allclose(timegan.errors(real, low, 2) + timegan.errors(real, high, 2), 1, rtol=1e-5)


def test_the_predictor_is_scored_on_every_next_step_of_every_real_series(deaf):
    real = uniform(30, features=3)
    guess = 1 / (1 + math.exp(-1))
    assert_allclose(timegan.errors(uniform(9, features=3), real, 2),
                    np.abs(real[:, 1:, 2] - guess).mean(), rtol=1e-5)


def test_the_predictor_learns_from_generated_series():
    fake, real = uniform(50), uniform(50, seed=1)
    fake[:, :, 1] = 1
    real[:, :, 1] = 1
    before = timegan.errors(fake, real, 1, iterations=1)[0]
    assert timegan.errors(fake, real, 1, iterations=150)[0] < before - 0.03
    fake[:, :, 1] = 0
    assert timegan.errors(fake, real, 1, iterations=150)[0] > before + 0.03


@pytest.mark.parametrize("judge", [timegan.accuracies, timegan.errors])
def test_shapes_that_do_not_fit_get_one_line(judge):
    for fake in (uniform(10, steps=5), uniform(10)[None], uniform(10, features=3)):
        with pytest.raises(ValueError, match="agree in the last two") as error:
            judge(fake, uniform(10))
        assert "\n" not in str(error.value)
    with pytest.raises(ValueError, match="one time step"):
        timegan.errors(uniform(10, steps=1), uniform(10, steps=1))
