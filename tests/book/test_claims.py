"""The book's claims: each has an id, a sentence, and one cell that proved it."""

import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
import yaml

from rnngan_tutorial.book import ClaimFailed, claim

ROOT = Path(__file__).parents[2]
BOOK = ROOT / "book"
CLAIMS = yaml.safe_load((BOOK / "claims.yml").read_text())
CALL = re.compile(r"\bclaim\(\s*\"([^\"]+)\"")


def calls():
    """(id, chapter, text of the stored output) of every call in the book's notebooks."""
    for path in sorted(BOOK.rglob("*.ipynb")):
        for cell in nbformat.read(path, 4).cells:
            if cell.cell_type == "code":
                said = "".join(out.get("text", "") for out in cell.outputs)
                for id in CALL.findall(cell.source):
                    yield id, path.relative_to(BOOK).with_suffix("").as_posix(), said


def test_every_claim_has_one_cell_and_every_cell_a_claim():
    listed = sorted((entry["id"], entry["chapter"]) for entry in CLAIMS)
    assert listed == sorted((id, chapter) for id, chapter, _ in calls())


def test_stored_claims_hold():
    for id, chapter, said in calls():
        assert f"claim {id} holds: " in said, f"{chapter}: {id}"


@pytest.mark.parametrize("entry", CLAIMS, ids=lambda entry: entry["id"])
def test_entry_is_complete(entry):
    assert set(entry) == {"id", "sentence", "source", "chapter", "verdict"}
    assert entry["source"] in ("folklore", "paper", "ours")
    assert entry["verdict"] in (True, False, "half true")
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
