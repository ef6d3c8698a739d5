"""Validation: seeds by hash, outcomes kept, resumed, on processes and on a Dask cluster."""

import json
import os
import signal
import subprocess
import sys
import time
from math import inf
from pathlib import Path

import nbformat
import pytest
import tables
import validate
import yaml
from nbformat.v4 import new_code_cell, new_notebook

from rnngan_tutorial.book import blocks

ROOT = Path(__file__).resolve().parents[1]
NAMES = ["import rnngan_tutorial as rt\nfrom rnngan_tutorial.book import claim",
         "first, = rt.seeds(1)",
         "x = first % 7"]


def entry(id, chapter="losses/toy", **change):
    return {"id": id, "sentence": f"{id} is so.", "source": "ours", "chapter": chapter,
            "kind": "trained", "verdict": True, **change}


@pytest.fixture
def book(tmp_path, monkeypatch):
    """A book of one notebook with two trained claims and an exact one."""
    folder = tmp_path / "book" / "losses"
    folder.mkdir(parents=True)
    monkeypatch.setattr(validate, "ROOT", tmp_path)
    monkeypatch.setattr(validate, "RESULTS", tmp_path / "results")

    def write(a="x", claims=None, more=()):
        cells = [*NAMES, f'claim("a", value={a}, above=-1, null={{"rival": -2}}, evidence=str(x))',
                 'claim("b", value=1 / (x + 1), below=0.3, alarm=2, null={})',
                 'claim("c", holds=True)', *more]
        path = folder / "toy.ipynb"
        nbformat.write(new_notebook(cells=[new_code_cell(cell) for cell in cells]), path)
        found = claims or [entry("a"), entry("b"), entry("c", kind="exact")]
        (tmp_path / "book" / "claims.yml").write_text(yaml.safe_dump(found))
        return path

    return write


def rows(path):
    return tables.read(validate.RESULTS / f"{path.stem}.csv")


def test_blocks_are_stored_with_their_statistic_and_not_repeated(book, capsys):
    path = book()
    validate.main([str(path), "--blocks", "2"])
    found = rows(path)
    assert [(row["claim"], row["block"]) for row in found] == [
        ("a", "0"), ("a", "1"), ("b", "0"), ("b", "1")]
    for row in found:
        x = int(row["seed"]) % 7
        assert float(row["value"]) == (x if row["claim"] == "a" else 1 / (x + 1))
        held = row["claim"] == "a" or 1 / (x + 1) < 0.3
        assert row["outcome"] == ("held" if held else "not held")
        assert row["null"] == ('{"rival": -2.0}' if row["claim"] == "a" else "{}")
    assert len({row["seed"] for row in found}) == 2
    capsys.readouterr()
    validate.main([str(path), "--blocks", "2"])
    assert capsys.readouterr().out == "" and rows(path) == found
    validate.main([str(path), "--blocks", "3"])
    assert len(rows(path)) == 6 and rows(path)[:2] == found[:2]


def counting(path):
    """The outcomes that count now."""
    return validate.chapters([path])[0].rows()


def test_another_sentence_or_line_of_code_means_other_seeds_and_old_outcomes_stay(book):
    path = book()
    validate.main([str(path), "--blocks", "1"])
    before = rows(path)
    book(more=["print('prose')"])  # nothing that a claim rests on
    validate.main([str(path), "--blocks", "1"])
    assert rows(path) == before
    book(a="x + 0.5")
    validate.main([str(path), "--blocks", "1"])
    after = counting(path)
    assert [row["claim"] for row in after] == ["a", "b"]
    assert after[1] == before[1]  # b has not changed
    assert rows(path) == [before[0], *after]  # the file keeps what was found before
    assert after[0]["seed"] != before[0]["seed"] and after[0]["digest"] != before[0]["digest"]
    book(a="x + 0.5", claims=[entry("a"), entry("b", sentence="b is not."),
                              entry("c", kind="exact")])
    validate.main([str(path), "--blocks", "1"])
    last = counting(path)
    assert last[0] == after[0] and last[1]["seed"] != after[1]["seed"]
    assert len(rows(path)) == 4 and all(row in rows(path) for row in (*before, *after, *last))


def test_an_alarm_moves_no_seeds(book):
    """It is the test's business; `--margins` and the book's tests read the one that stands."""
    path = book()
    validate.main([str(path), "--blocks", "1"])
    before = rows(path)
    notebook = nbformat.read(path, 4)
    notebook.cells[4].source = notebook.cells[4].source.replace("alarm=2", "alarm=1.5")
    nbformat.write(notebook, path)
    validate.main([str(path), "--blocks", "1"])
    assert rows(path) == before
    assert validate.chapters([path])[0].slicer.alarms == {
        "a": (-1.0, inf), "b": (-inf, 1.5)}


def test_a_process_that_dies_is_no_outcome_and_does_not_stop_the_others(book, capsys):
    path = book(a="__import__('os')._exit(3)")
    validate.main([str(path), "--blocks", "2"])
    said = capsys.readouterr().out
    assert said.count("the process ended with 3") == 2 and "run again" in said
    assert rows(path) == []


def test_a_claim_that_is_not_reached_is_stored_as_such(book, capsys):
    path = book(a="1 / 0")
    validate.main([str(path), "--blocks", "1"])
    assert [row["outcome"] for row in rows(path)] == ["not reached"] * 2
    assert "ZeroDivisionError" in rows(path)[0]["evidence"]
    assert "NOT HELD: a (not reached)" in capsys.readouterr().out


def test_development_seeds_are_printed_and_not_stored(book, capsys):
    path = book()
    validate.main([str(path), "--development", "2", "--claims", "a"])
    said = capsys.readouterr().out
    assert "a: held 0 " in said and f"a: held {1000 % 7} " in said and "b:" not in said
    assert not validate.RESULTS.exists()


def test_two_workers_find_what_one_finds(book, tmp_path):
    path = book()
    validate.main([str(path), "--blocks", "3"])
    one = rows(path)
    validate.RESULTS = tmp_path / "again"
    validate.main([str(path), "--blocks", "3", "--workers", "2"])
    assert rows(path) == one


def test_a_block_that_hangs_ends(book, monkeypatch):
    monkeypatch.setattr(blocks, "TIMEOUT", 3)
    path = book(a="__import__('time').sleep(60)")
    validate.main([str(path), "--blocks", "1"])
    assert rows(path)[0]["evidence"] == "['no end after 3 s']"


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """Those of pytest, in the book's root."""
    monkeypatch.setattr(validate, "TESTS", tmp_path / "test_runs.csv")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --nbval-lax --nbval-current-env\n")


def test_a_whole_notebook_is_run_as_the_tests_run_it(book, settings, capsys):
    path = book()
    validate.main([str(path), "--whole", "--blocks", "1"])
    whole = rows(path)
    assert [row["claim"] for row in whole] == ["a", "b"] and whole[0]["torch"]
    validate.RESULTS = validate.RESULTS.parent / "again"
    validate.main([str(path), "--blocks", "1"])
    assert rows(path) == whole  # what the claims' cells alone come to
    assert [(row["notebook"], row["seed"], row["red"]) for row in tables.read(validate.TESTS)] == [
        ("losses/toy", whole[0]["seed"], "0")]


def test_a_whole_notebook_that_is_red_is_told_and_its_claims_are_kept(book, settings, capsys):
    path = book(a="x - 99", more=["1 / 0"])  # an alarm, and a cell of another kind
    validate.main([str(path), "--whole", "--blocks", "1"])
    assert [row["outcome"] for row in rows(path)][0] == "not held"
    assert len(rows(path)) == 2 and tables.read(validate.TESTS)[0]["red"] == "2"
    assert "ZeroDivisionError" in capsys.readouterr().out


def test_a_claim_that_a_whole_notebook_does_not_reach_is_stored_as_such(book, settings):
    path = book(a="1 / 0")
    validate.main([str(path), "--whole", "--blocks", "1"])
    assert [row["outcome"] for row in rows(path)] == ["not reached", "held"]


def test_margins_tell_how_likely_an_alarm_is(book, capsys):
    path = book()
    validate.main([str(path), "--blocks", "6"])
    capsys.readouterr()
    validate.main([str(path), "--margins"])
    said = capsys.readouterr().out
    assert "a: held in 6 of 6" in said and "rival -2 to -2" in said


def test_chance_of_alarm_is_students():
    values = [1.0, 2.0, 3.0]  # mean 2, standard deviation 1
    t = 1.5 / (4 / 3) ** 0.5
    tail = (1 - t / (2 + t * t) ** 0.5) / 2  # of two degrees of freedom
    assert validate.chance_of_alarm(values, (0.5, inf)) == pytest.approx(tail)
    assert validate.chance_of_alarm(values, (-inf, 3.5)) == pytest.approx(tail)
    assert validate.chance_of_alarm(values, (0.5, 3.5)) == pytest.approx(2 * tail)
    assert validate.chance_of_alarm(values, (2.5, inf)) > 0.5
    assert validate.chance_of_alarm([1.0, 1.0], (0, inf)) == 0


def test_advice_on_an_alarm_that_is_too_near_or_lets_a_null_through():
    values, nulls = [1.0, 2.0, 3.0, 2.0, 2.5], [{"noise": -3.0}, {"noise": -9.0}]
    assert validate.advice(values, (-99, inf), [{"noise": -100.0}]) == ""
    said = validate.advice(values, (0.5, inf), nulls)
    low = float(said.split("(")[1].split(",")[0])
    assert low < 0.5 and validate.chance_of_alarm(values, (low * 1.01, inf)) < 1e-4
    assert validate.advice(values, (-99, inf), nulls) == "lets noise through"


def test_a_dask_cluster_that_loses_a_worker_loses_nothing(book, tmp_path):
    scheduler = subprocess.Popen([sys.executable, "-m", "distributed.cli.dask_scheduler", "--port",
                                  "0", "--no-dashboard", "--scheduler-file",
                                  str(tmp_path / "s.json")], stderr=subprocess.DEVNULL)
    processes = [scheduler]
    try:
        address = None
        for _ in range(300):
            if (tmp_path / "s.json").exists():
                address = json.loads((tmp_path / "s.json").read_text())["address"]
                break
            time.sleep(0.1)
        processes += [subprocess.Popen(
            [sys.executable, "-m", "distributed.cli.dask_worker", address, "--no-nanny",
             "--no-dashboard", "--nthreads", "1"], stderr=subprocess.DEVNULL,
            start_new_session=True) for _ in range(2)]
        path = book(a="[__import__('time').sleep(2), x][1]")
        work = subprocess.Popen([sys.executable, "-c", f"""
import sys
from pathlib import Path
sys.path.insert(0, {str(ROOT / "tools")!r})
import validate
validate.ROOT, validate.RESULTS = Path({str(tmp_path)!r}), Path({str(tmp_path / "results")!r})
validate.main([{str(path)!r}, "--blocks", "6", "--scheduler", {address!r}])
"""], cwd=ROOT / "tools")
        time.sleep(6)
        os.killpg(processes[1].pid, signal.SIGKILL)  # one of the two workers, and its block
        assert work.wait(120) == 0
        found = rows(path)
        assert sorted((row["claim"], int(row["block"])) for row in found) == [
            (id, block) for id in "ab" for block in range(6)]
        assert all(row["outcome"] != "not reached" for row in found)
    finally:
        for process in processes:
            process.kill()
            process.wait()
