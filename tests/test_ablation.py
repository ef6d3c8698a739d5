"""The ablation's trainings: which they are, that a killed run goes on, and what a row says."""

import shutil
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

import rnngan_tutorial as rt
from rnngan_tutorial import loop

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks import ablation, budgets  # noqa: E402

QUICK = ["sliced_wasserstein", "wide_share"]


def test_every_penalty_stands_with_both_games():
    keys = ablation.keys()
    assert len(keys) == 8 and len({repr(ablation.build(key)) for key in keys}) == 8
    assert {key[2] for key in keys if key[1] == "none"} == {0.0}
    for penalty in ablation.PENALTIES:
        assert [game for game, mine, _ in keys if mine == penalty] == [
            "nonsaturating", "relativistic"]


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
                        (ablation.build(key), rt.loss(name)))
        torch.testing.assert_close(mine, theirs)


def test_the_plan_is_fair_in_every_part():
    plan = list(ablation.plan())
    first, second = ablation.BLOCKS
    assert len({*first, *second}) == 16 and not {*first, *second} & set(budgets.SEEDS)
    for at, seeds in ((0, first), (8, second)):  # a block of all games first
        assert plan[at:at + 8] == [(1000, seeds, key) for key in ablation.keys()]
    corners, weights = plan[16:20], plan[20:]
    assert {(steps, seeds) for steps, seeds, _ in corners} == {(4000, first)}
    assert [key[:2] for *_, key in corners] == [
        (game, penalty) for penalty in ("none", "both") for game in ablation.GAMES]
    assert weights == [(1000, first, ("relativistic", "both", gamma)) for gamma in (0.1, 1.0)]


def test_the_weight_is_that_of_the_key():
    both = ablation.build(("relativistic", "both", 0.7))
    assert repr(both).count("gamma=0.7") == 2


@pytest.fixture
def small(tmp_path, monkeypatch):
    """No penalty and both, two blocks of two seeds, three and six steps, quick scores."""
    monkeypatch.setattr(ablation, "PENALTIES", {
        name: ablation.PENALTIES[name] for name in ("none", "both")})
    monkeypatch.setattr(ablation, "BLOCKS", ((5, 6), (7, 8)))
    monkeypatch.setattr(ablation, "STEPS", 3)
    monkeypatch.setattr(ablation, "LONG", 6)
    monkeypatch.setattr(ablation, "OTHER_GAMMAS", (1.0,))
    monkeypatch.setattr(ablation, "RESULTS", tmp_path)
    monkeypatch.setattr(ablation.tempfile, "gettempdir", lambda: str(tmp_path))
    every, train, rows = ablation.keys, rt.train, ablation.rows
    monkeypatch.setattr(ablation, "keys", lambda *given: every(*given or (("none", "both"),)))
    monkeypatch.setattr(ablation, "rows", lambda *a: rows(*a, scores=QUICK))
    monkeypatch.setattr(ablation.rt, "train", lambda *a, **k: train(*a, **k, hidden=4))
    return tmp_path / "ablation_heartbeats.csv"


def untimed(path):
    return pd.read_csv(path).drop(columns="milliseconds")


def forget(small):
    small.unlink()
    for state in (small.parent / "rnngan_ablation").iterdir():
        state.unlink()


@pytest.mark.parametrize("at", [2, 9, 12])
def test_a_killed_run_goes_on_and_ends_as_one_that_was_not(small, monkeypatch, capsys, at):
    """It dies in the training number `at`: in the first block, in a longer one, in the last."""
    ablation.main(["heartbeats"])
    whole = untimed(small)
    assert len(whole) == 2 * (4 + 4 + 4 + 1) and not whole.duplicated().any()
    forget(small)
    score, left = rt.score, [at]

    def dies(*given, **options):  # trained, and its state written, but not in the table
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        return score(*given, **options)

    monkeypatch.setattr(ablation.rt, "score", dies)
    with pytest.raises(KeyboardInterrupt):
        ablation.main(["heartbeats"])
    assert len(pd.read_csv(small)) == 2 * at
    monkeypatch.setattr(ablation.rt, "score", score)
    ablation.main(["heartbeats"])
    pd.testing.assert_frame_equal(untimed(small), whole)
    before = small.read_bytes()
    ablation.main(["heartbeats"])  # nothing is left to do
    assert small.read_bytes() == before
    assert capsys.readouterr().out


@pytest.mark.parametrize("at", [2, 9])
def test_a_rows_time_is_that_of_its_own_steps(small, monkeypatch, at):
    """Also of one whose training was done when it was killed, but whose scores were not."""
    step, score, rows = loop.Loop.one_step, rt.score, ablation.rows
    made, left, counted = [0], [at], []

    def counting(self):
        made[0] += 1
        return step(self)

    def dies(*given, **options):
        left[0] -= 1
        if left[0] == -1:
            raise KeyboardInterrupt
        return score(*given, **options)

    def watched(data, key, steps, *rest):
        made[0] = 0
        try:
            return rows(data, key, steps, *rest)
        finally:
            counted.append((steps, made[0]))

    monkeypatch.setattr(loop.Loop, "one_step", counting)
    monkeypatch.setattr(ablation.rt, "score", dies)
    monkeypatch.setattr(ablation, "rows", watched)
    with pytest.raises(KeyboardInterrupt):
        ablation.main(["heartbeats"])
    for state in (small.parent / "rnngan_ablation").glob("*.pt"):  # killed a moment earlier
        shutil.copy(state, state.with_suffix(".work"))
    ablation.main(["heartbeats"])
    assert len(counted) == 13 + 1 and set(counted) == {(3, 3), (6, 3)}


def test_the_longer_training_goes_on_from_the_shorter(small):
    ablation.main(["heartbeats"])
    whole = untimed(small)
    forget(small)
    train, _ = ablation.parts("heartbeats", (5, 6))
    key = ("relativistic", "both", 0.3)
    straight = ablation.rows("heartbeats", key, 6, (5, 6), small.parent / "alone.pt")
    mine = whole[(whole.steps == 6) & (whole.game == key[0]) & (whole.penalty == key[1])]
    assert list(mine.sliced_wasserstein) == list(straight.sliced_wasserstein)
    assert len(train) == round(0.6 * len(rt.load("heartbeats")))


def test_a_run_that_is_interrupted_leaves_no_row(small, monkeypatch):
    train = ablation.rt.train
    monkeypatch.setattr(ablation.rt, "train", lambda data, loss, steps, *a, **k: train(
        data, loss, steps - 1, *a, **k))
    with pytest.raises(KeyboardInterrupt):
        ablation.main(["heartbeats"])
    assert not small.exists()


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


def test_the_split_is_the_blocks_own():
    train, test = ablation.parts("heartbeats", ablation.BLOCKS[0])
    assert len(train) + len(test) == len(rt.load("heartbeats"))
    seen = {x.tobytes() for x in train.values}
    for other, _ in (budgets.parts("heartbeats"),
                     ablation.parts("heartbeats", ablation.BLOCKS[1])):
        assert seen != {x.tobytes() for x in other.values}
