"""The book's claims: each has an id, a sentence, and one cell that proved it."""

import ast
from pathlib import Path

import nbformat
import numpy as np
import pytest
import slices
import yaml

from rnngan_tutorial.book import ClaimFailed, claim
from rnngan_tutorial.book.claims import collecting

ROOT = Path(__file__).parents[2]
BOOK = ROOT / "book"
CLAIMS = yaml.safe_load((BOOK / "claims.yml").read_text())


def calls():
    """(id, chapter, text of the stored output) of every call in the book's notebooks."""
    for path in sorted(BOOK.rglob("*.ipynb")):
        for cell in nbformat.read(path, 4).cells:
            if cell.cell_type == "code":
                said = "".join(out.get("text", "") for out in cell.outputs)
                for id in slices.CALL.findall(cell.source):
                    yield id, path.relative_to(BOOK).with_suffix("").as_posix(), said


def test_every_claim_has_one_cell_and_every_cell_a_claim():
    listed = sorted((entry["id"], entry["chapter"]) for entry in CLAIMS)
    assert listed == sorted((id, chapter) for id, chapter, _ in calls())


def test_stored_claims_hold():
    """All exact ones; of a trained one at least the alarm is silent."""
    kinds = {entry["id"]: entry["kind"] for entry in CLAIMS}
    for id, chapter, said in calls():
        missed = f"claim {id} does not hold in this run: " in said and kinds[id] == "trained"
        assert f"claim {id} holds: " in said or missed, f"{chapter}: {id}"


def test_a_claim_is_called_as_its_kind_wants():
    """A trained one with its statistic and a null, an exact one with whether it holds."""
    for path in sorted(BOOK.rglob("*.ipynb")):
        for cell in nbformat.read(path, 4).cells:
            for call in claim_calls(cell):
                words = {keyword.arg for keyword in call.keywords}
                entry = next(e for e in CLAIMS if e["id"] == call.args[0].value)
                trained = {"value", "null"} <= words
                assert trained == (entry["kind"] == "trained"), (entry["id"], words)
                # A number typed in is no null: it would be the same whatever the cell does.
                nulls = [keyword.value for keyword in call.keywords if keyword.arg == "null"]
                assert not trained or not typed_in(nulls[0]), entry["id"]


def typed_in(value):
    """Whether an expression, or an item of a dict, is a constant."""
    return all(map(typed_in, value.values)) if isinstance(value, ast.Dict) else not any(
        isinstance(part, ast.Name) for part in ast.walk(value))


def claim_calls(cell):
    """Calls of `claim` with a literal id in a code cell."""
    if cell.cell_type != "code":
        return []
    return [node for node in ast.walk(ast.parse(slices.magic_free(cell.source)))
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "claim"]


@pytest.mark.parametrize("entry", CLAIMS, ids=lambda entry: entry["id"])
def test_entry_is_complete(entry):
    assert set(entry) == {"id", "sentence", "source", "chapter", "kind", "verdict"}
    assert entry["kind"] in ("exact", "trained")
    assert entry["source"] in ("folklore", "paper", "ours")
    assert entry["verdict"] in (True, False)
    assert entry["sentence"].endswith(".")


def test_claim_prints_one_line(capsys):
    claim("a", np.array([True, True]), "2 of 2")
    assert capsys.readouterr().out == "claim a holds: 2 of 2\n"


@pytest.mark.parametrize("holds", [False, np.array([True, False]), np.bool_(False)])
def test_claim_raises_when_it_does_not_hold(holds):
    with pytest.raises(ClaimFailed, match="'a' does not hold: why"):
        claim("a", holds, "why")


@pytest.mark.parametrize("holds", [1, 0.5, "yes", None, np.array([], bool)])
def test_claim_wants_a_truth_value(holds):
    with pytest.raises(TypeError, match="must be true or false"):
        claim("a", holds, "why")


# A trained claim: a statistic, a bound, a null

def test_trained_claim_prints_statistic_bound_and_null(capsys):
    claim("a", value=0.5, above=0.2, null={"noise": 0.1}, evidence="8 seeds")
    claim("b", value=0.5, within=(0.4, 0.6), null={"noise": 0.45})
    assert capsys.readouterr().out == (
        "claim a holds: 0.5, wanted above 0.2; 8 seeds; null: noise 0.1\n"
        "claim b holds: 0.5, wanted between 0.4 and 0.6; null: noise 0.45 (passes)\n")


@pytest.mark.parametrize("bound", [{"above": 0.2}, {"below": -1}, {"within": (0.2, 0.3)}])
def test_trained_claim_raises_beyond_its_bound(bound):
    with pytest.raises(ClaimFailed, match="'a' does not hold: 0.1, wanted"):
        claim("a", value=0.1, **bound)


@pytest.mark.parametrize("bound, alarm, fine, far", [
    ("above", 0.1, 0.15, 0.05), ("below", 0.5, 0.4, 0.6), ("within", (0.0, 1.0), 0.9, 1.1)])
def test_alarm_is_wider_than_the_bound(bound, alarm, fine, far, capsys):
    limits = {bound: {"above": 0.2, "below": 0.3, "within": (0.2, 0.3)}[bound], "alarm": alarm}
    claim("a", value=fine, **limits)
    assert capsys.readouterr().out.startswith("claim a does not hold in this run: ")
    with pytest.raises(ClaimFailed):
        claim("a", value=far, **limits)
    with pytest.raises(ClaimFailed):
        claim("a", value=float("nan"), **limits)


@pytest.mark.parametrize("wrong", [
    {"above": 0.1, "alarm": 0.2}, {"below": 0.3, "alarm": 0.2},
    {"within": (0, 1), "alarm": (0, 0.5)}])
def test_alarm_nearer_than_the_bound_is_refused(wrong):
    with pytest.raises(ValueError, match="nearer than the bound"):
        claim("a", value=0.15, **wrong)


@pytest.mark.parametrize("wrong", [
    {}, {"above": 0, "below": 1}, {"holds": True, "above": 0}, {"holds": False, "within": (0, 1)}])
def test_value_wants_one_bound_and_no_truth_value(wrong):
    with pytest.raises(TypeError, match="needs one of above, below and within"):
        claim("a", value=0.5, **wrong)


def test_collecting_keeps_outcomes_and_raises_nothing(capsys):
    with collecting() as found:
        claim("a", value=0.1, above=0.2, alarm=0.0, null={"noise": 0.3}, evidence="x")
        claim("b", value=-1, above=0)
    assert capsys.readouterr().out == ""
    assert found == [
        {"claim": "a", "held": False, "value": 0.1, "bound": [0.2, np.inf],
         "alarm": [0.0, np.inf], "null": {"noise": 0.3}, "evidence": "x"},
        {"claim": "b", "held": False, "value": -1.0, "bound": [0.0, np.inf],
         "alarm": [0.0, np.inf], "null": {}, "evidence": ""}]
    with pytest.raises(ClaimFailed):
        claim("b", value=-1, above=0)
