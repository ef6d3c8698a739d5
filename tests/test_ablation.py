"""The ablation's trainings: which they are, that a killed run goes on, and what a row says."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

import rnngan_tutorial as rt

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks import ablation, budgets  # noqa: E402

QUICK = ["sliced_wasserstein", "wide_share"]


def test_every_penalty_stands_with_both_games():
    games = ablation.games()
    assert len(games) == 12 and len(set(map(repr, games.values()))) == 12
    for penalty, gamma, _ in ablation.penalties():
        assert {game for game, *rest in games if rest == [penalty, gamma]} == {
            "nonsaturating", "relativistic"}


@pytest.mark.parametrize(("key", "name"), [
    (("nonsaturating", "none", 0.0), "nonsaturating"),
    (("relativistic", "none", 0.0), "relativistic"),
    (("nonsaturating", "both", 0.3), "nonsaturating_r1r2"),
    (("relativistic", "both", 0.3), "r3gan")])
def test_the_corners_are_losses_of_the_registry(key, name):
    generator = torch.Generator().manual_seed(0)
    x, made = torch.randn(2, 3, 4, 5, 1, generator=generator)
    record = rt.Round(x=x, generated=made, real=x.sum((2, 3)), fake=made.sum((2, 3)),
                      score=lambda v: (v ** 2).sum((2, 3)))
    for player in ("discriminator", "generator"):
        mine, theirs = (getattr(loss, player)(record) for loss in
                        (ablation.games()[key], rt.loss(name)))
        torch.testing.assert_close(mine, theirs)


def test_the_plan_is_fair_in_every_part():
    plan = list(ablation.plan())
    seeds = [seed for block in ablation.BLOCKS for seed in block]
    assert len(set(seeds)) == 16 and not set(seeds) & set(budgets.SEEDS)
    short, long = plan[:24], plan[24:]
    assert {steps for steps, *_ in short} == {1000} and {steps for steps, *_ in long} == {4000}
    assert [key for *_, key in short[:12]] == list(ablation.games())  # a block of all games first
    assert len(long) == 8 and {key[1:] for *_, key in long} == {("none", 0.0), ("both", 0.3)}


@pytest.fixture
def small(tmp_path, monkeypatch):
    """Two games, two blocks of two seeds, three and six steps, quick scores, in a folder."""
    every = ablation.games
    keep = [("relativistic", "none", 0.0), ("relativistic", "both", 0.3)]
    monkeypatch.setattr(ablation, "games", lambda: {key: every()[key] for key in keep})
    monkeypatch.setattr(ablation, "BLOCKS", ((5, 6), (7, 8)))
    monkeypatch.setattr(ablation, "STEPS", 3)
    monkeypatch.setattr(ablation, "LONG", 6)
    monkeypatch.setattr(ablation, "RESULTS", tmp_path)
    monkeypatch.setattr(ablation.tempfile, "gettempdir", lambda: str(tmp_path))
    train, rows = rt.train, ablation.rows
    monkeypatch.setattr(ablation, "rows", lambda *a: rows(*a, scores=QUICK))
    monkeypatch.setattr(ablation.rt, "train", lambda *a, **k: train(*a, **k, hidden=4))
    return tmp_path / "ablation_heartbeats.csv"


def test_a_killed_run_goes_on_and_ends_as_one_that_was_not(small, monkeypatch, capsys):
    ablation.main(["heartbeats"])
    whole = pd.read_csv(small)
    assert len(whole) == 16 and not whole.drop(columns="milliseconds").duplicated().any()
    small.unlink()
    for state in (small.parent / "rnngan_ablation").iterdir():
        state.unlink()
    rows, left = ablation.rows, [5]

    def dies(*given):
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        return rows(*given)

    monkeypatch.setattr(ablation, "rows", dies)
    with pytest.raises(KeyboardInterrupt):
        ablation.main(["heartbeats"])
    assert len(pd.read_csv(small)) == 10
    monkeypatch.setattr(ablation, "rows", rows)
    ablation.main(["heartbeats"])
    again = pd.read_csv(small)
    pd.testing.assert_frame_equal(*(t.drop(columns="milliseconds") for t in (again, whole)))
    before = small.read_bytes()
    ablation.main(["heartbeats"])  # nothing is left to do
    assert small.read_bytes() == before
    assert capsys.readouterr().out


def test_a_row_has_the_slope_of_its_critic():
    data = rt.load("heartbeats").subset(np.arange(40))
    run = rt.train(data, "relativistic", steps=1, seeds=2, hidden=4, progress=False)
    x = torch.as_tensor(data.values[:3])
    by_hand = []
    for seed in range(2):
        lengths = []
        for one in x:
            one = one[None, None].expand(2, 1, -1, -1).clone().requires_grad_()
            slope, = torch.autograd.grad(run.discriminator(one)[seed, 0], one)
            lengths.append(slope[seed].norm().item())
        by_hand.append(np.mean(lengths))
    np.testing.assert_allclose(ablation.slopes(run, data.values[:3]), by_hand, rtol=1e-4)


def test_the_split_is_its_own():
    train, test = ablation.parts("heartbeats")
    other, _ = budgets.parts("heartbeats")
    assert len(train) + len(test) == len(rt.load("heartbeats"))
    assert {x.tobytes() for x in train.values} != {x.tobytes() for x in other.values}
