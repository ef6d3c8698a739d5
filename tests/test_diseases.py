"""Each disease shows and its cure cures, limits lie between the two, and the table can be resumed."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import rnngan_tutorial as rt
from rnngan_tutorial.diagnosis import SIGNS

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks import diseases, sick  # noqa: E402

TABLE = pd.read_csv(Path(__file__).resolve().parents[1] / "data" / "results" / "diseases.csv")
SIGN = {sign.name: sign for sign in SIGNS}


# What is trained, and what harm is

def test_every_sign_has_a_disease_and_every_disease_a_sign():
    assert list(sick.DISEASES) == [name for name in sorted(SIGN, key=list(sick.DISEASES).index)]
    assert len(sick.DISEASES) == len(SIGN) >= 12


def test_the_ruler_puts_controls_in_order():
    train, test = sick.waves(3)
    made = {"real": train.values, **rt.metrics.controls(train, 600)}
    found = {}
    for name, values in made.items():
        run = type("Stub", (), {"sample": lambda self, n, v=values: v[None, ::2]})()
        found[name] = sick.apart(run, test).item()
    assert found["real"] < 0.2 and found["real"] < found["bootstrap"] < 0.25
    assert found["bootstrap"] < found["gaussian"] < found["collapse"] < 0.5 * found["noise"]
    assert found["collapse"] < 0.5 * found["untrained"]


def test_waves_have_the_asked_share_and_two_draws_share_nothing():
    train, test = sick.rare(3)
    assert len(train) == len(test) == 600 and (train.labels == 1).mean() == 0.25
    assert not np.isin(train.values[:, 0], test.values[:, 0]).any()


def test_finer_waves_are_the_same_waves():
    (fine, _), (plain, _) = sick.fine(3), sick.waves(3)
    assert fine.shape == (600, 120, 1)
    np.testing.assert_allclose(fine.values[:, ::5], plain.values, atol=0.06)


def test_the_printed_loss_is_the_packages_until_it_is_infinite():
    import torch
    logits = torch.tensor([[-3.0, 0.5, 4.0]])
    for real, fake in ((logits, logits / 2), (logits - 1, -logits)):
        given = rt.Round(real=real, fake=fake)
        torch.testing.assert_close(sick.Naive().discriminator(given),
                                   rt.loss("nonsaturating").discriminator(given))
    far = rt.Round(real=torch.zeros(1, 2), fake=torch.full((1, 2), 18.0))
    assert sick.Naive().discriminator(far).isinf()
    assert rt.loss("nonsaturating").discriminator(far).item() == pytest.approx(18 + np.log(2))


# The disease shows, and the cure cures

@pytest.mark.parametrize("disease, steps", [
    ("collapse", 60), ("leak in the split", 1), ("wrong scaling", 1), ("penalty of the batch", 1),
    ("posterior collapse", 150), ("young average", 60)])
def test_the_disease_shows_and_the_cure_cures(disease, steps):
    """At once, on two seeds; data/results/diseases.csv has all of them, on more."""
    harm, ill, cured = sick.DISEASES[disease]
    for trial, wanted in ((ill, True), (cured, False)):
        steps = 300 if disease == "collapse" and not wanted else steps
        run, test, _ = diseases.trained(replace(trial, steps=steps), 9, 2)
        values = diseases.readings(run, test)[disease]
        assert (SIGN[disease].accuses(values) == wanted).all(), values


# The stored table

def test_limits_stand_between_the_sick_and_the_well_on_their_block():
    for sign in SIGNS:
        low, high = diseases.room(TABLE, sign)
        limit = sign.below if np.isfinite(sign.below) else sign.above
        assert low <= limit <= high, (sign.name, low, limit, high)


def test_on_other_blocks_the_sick_are_found_and_the_cured_are_left_alone():
    rated = TABLE[TABLE.block.isin(diseases.RATES)]
    for sign in SIGNS:
        mine = rated[rated.disease == sign.name]
        found, of = diseases.accused(mine[mine.state == "sick"], sign)
        wrong, cured = diseases.accused(mine[mine.state == "cured"], sign)
        assert of and found / of >= 0.75, sign.name
        assert cured == 0 or wrong / cured <= 0.25, sign.name


def test_the_report_counts_what_stands_in_the_table():
    lines = diseases.report(TABLE).set_index("sign")
    assert list(lines.index) == list(SIGN)
    part = TABLE[TABLE.block.isin(diseases.RATES) & (TABLE.disease == "collapse")
                 & (TABLE.state == "sick")]
    found = (part["collapse"] < SIGN["collapse"].below).sum()
    assert lines.loc["collapse", "sick found"] == f"{found} of {len(part)}"


def test_the_table_is_taken_up_where_it_ended_and_common_runs_are_trained_once(
        tmp_path, monkeypatch, capsys):
    run = type("Stub", (), {"name": "stub", "seeds": (1,)})()
    calls = []
    monkeypatch.setattr(diseases, "trained",
                        lambda trial, block: calls.append(trial.name) or (run, None, 1.0))
    monkeypatch.setattr(diseases, "rows", lambda labels, run, hurt, test: [
        {**labels, "seed": 1, "harm": 0.5}])
    for name, (_, ill, cured) in sick.DISEASES.items():
        monkeypatch.setitem(sick.DISEASES, name, (lambda run, test: [0.5], ill, cured))
    monkeypatch.setattr(sick, "apart", lambda run, test: [0.5])
    out = tmp_path / "table.csv"
    diseases.main(["--blocks", "0", "--only", "col", "--out", str(out)])
    assert len(capsys.readouterr().out.splitlines()) == 2
    diseases.main(["--blocks", "0", "--out", str(out)])
    assert len(pd.read_csv(out)) == len(list(diseases.trials()))
    assert len(calls) < 1 + len(list(diseases.trials()))
    assert calls.count(sick.SOUND.name) == 2  # once in each of the two turns
    seen = len(calls)
    diseases.main(["--blocks", "0", "--out", str(out)])
    assert len(calls) == seen
