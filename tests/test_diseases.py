"""Each disease shows and its cure cures, limits lie between, and the table can be resumed."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

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


def test_waves_are_of_two_kinds_and_two_draws_share_nothing():
    train, test = sick.waves(3)
    assert len(train) == len(test) == 600 and (train.labels == 1).mean() == 0.5
    for kind, cycles in ((0, 1), (1, 2)):
        heights = np.abs(np.fft.rfft(train.values[train.labels == kind, :, 0].mean(0)))
        assert heights[1:].argmax() + 1 == cycles
    assert not np.isin(train.values[:, 0], test.values[:, 0]).any()


def test_one_spike_takes_the_scale():
    (narrow, _), (plain, _) = sick.squeezed(3), sick.waves(3)
    assert narrow.values.max() == 1 and abs(narrow.values[1:]).max() < 0.03
    np.testing.assert_allclose(50 * narrow.values[1:], plain.values[1:], rtol=1e-5)


def test_shuffled_windows_overlap_and_those_split_by_time_do_not():
    for parts, least, most in ((sick.shuffled(4), 0.9, 1), (sick.in_time(4), 0, 0)):
        run = type("Stub", (), {"data": parts[0]})()
        share = SIGN["leak in the split"].read(type("C", (), {"run": run, "test": parts[1]})())
        assert least <= share <= most


def test_harm_of_a_run_that_stopped_or_that_does_not_listen():
    test = sick.waves(3)[1]
    run = type("Stub", (), {"diverged": {7: 100}, "seeds": (7, 8)})()
    np.testing.assert_allclose(sick.stopped(run, None), [1 - 100 / sick.STEPS, 0])
    asked = np.stack([test.labels[::2], 1 - test.labels[::2]])
    run = type("Stub", (), {"sample": lambda self, n: np.stack([test.values[::2]] * 2),
                            "inputs": lambda self, n: (None, torch.tensor(asked))})()
    found = sick.disobeyed(run, test)
    assert found[0] < 0.02 and found[1] > 0.98
    half = np.concatenate([test.values[:300], test.values[:300]])
    run = type("Stub", (), {"sample": lambda self, n: np.stack([test.values, half])})()
    np.testing.assert_allclose(sick.forgotten(run, test), [0, 1], atol=0.02)


def test_the_printed_loss_is_the_packages_until_it_is_infinite():
    logits = torch.tensor([[-3.0, 0.5, 4.0]])
    for real, fake in ((logits, logits / 2), (logits - 1, -logits)):
        given = rt.Round(real=real, fake=fake)
        torch.testing.assert_close(sick.Naive().discriminator(given),
                                   rt.loss("nonsaturating").discriminator(given))
    far = rt.Round(real=torch.zeros(1, 2), fake=torch.full((1, 2), 18.0))
    assert sick.Naive().discriminator(far).isinf()
    assert rt.loss("nonsaturating").discriminator(far).item() == pytest.approx(18 + np.log(2))


# The disease shows, and the cure cures

@pytest.mark.filterwarnings("ignore:loss 'Naive:UserWarning")
@pytest.mark.parametrize("disease, steps", [
    ("collapse", 60), ("leak in the split", 1), ("wrong scaling", 1), ("penalty of the batch", 1),
    ("posterior collapse", 150), ("young average", 80), ("divergence", 40), ("short memory", 80)])
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
        found, of = diseases.accused(diseases.taken(mine), sign)
        wrong, cured = diseases.accused(mine[mine.state == "cured"], sign)
        assert of and found / of >= 0.75, sign.name
        assert cured == 0 or wrong / cured <= 0.25, sign.name


def test_the_report_counts_what_stands_in_the_table():
    lines = diseases.report(TABLE).set_index("sign")
    assert list(lines.index) == list(SIGN)
    part = diseases.taken(TABLE[TABLE.block.isin(diseases.RATES) & (TABLE.disease == "collapse")])
    found = (part["collapse"] < SIGN["collapse"].below).sum()
    assert lines.loc["collapse", "sick found"] == f"{found} of {len(part)}"


def test_a_seed_is_sick_if_it_does_more_harm_than_every_cured_one_of_its_block():
    table = pd.DataFrame({
        "disease": ["a"] * 6 + ["b"] * 2, "block": [1, 1, 1, 1, 2, 2, 1, 1],
        "state": ["sick", "sick", "cured", "cured", "sick", "cured", "cured", "sick"],
        "harm": [0.4, 0.6, 0.3, 0.5, 0.4, 0.1, 0.9, 0.7]})
    assert list(diseases.taken(table).index) == [1, 4]


def test_most_seeds_take_the_disease_and_the_cure_does_good():
    for name in sick.DISEASES:
        mine = TABLE[TABLE.disease == name]
        ill, cured = (mine[mine.state == state].harm for state in ("sick", "cured"))
        assert len(diseases.taken(mine)) >= 0.5 * len(ill), name
        assert cured.median() < 0.9 * ill.median(), name


def test_the_table_is_taken_up_where_it_ended_and_common_runs_are_trained_once(
        tmp_path, monkeypatch, capsys):
    run = type("Stub", (), {"name": "stub", "seeds": (1,)})()
    calls = []
    monkeypatch.setattr(diseases, "trained",
                        lambda trial, block: calls.append(trial.name) or (run, None, 1.0))
    monkeypatch.setattr(diseases, "rows", lambda labels, run, hurt, one, test: [
        {**labels, "seed": 1, "harm": 0.5, "one": one}])
    monkeypatch.setattr(sick, "of_one_for_ever", lambda test: 2.0)
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
