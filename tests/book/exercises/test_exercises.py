"""Exercises that check themselves, and how they stand in the book."""

import re
from pathlib import Path

import nbformat
import pytest

from rnngan_tutorial.book import exercises

BOOK = Path(__file__).parents[3] / "book"
CALL = re.compile(r"\bcheck\(\s*\"([^\"]+)\"")


def test_unknown_exercise():
    with pytest.raises(ValueError, match="choose from .*bce"):
        exercises.check("none", 1)


@pytest.mark.parametrize("path", sorted(BOOK.rglob("*.ipynb")), ids=lambda path: path.stem)
def test_in_the_book_each_starter_fails_and_each_solution_passes(path):
    verdicts = {}
    for cell in nbformat.read(path, 4).cells:
        if cell.cell_type == "code":
            for name in CALL.findall(cell.source):
                said = "".join(out.get("text", "") for out in cell.outputs)
                verdicts.setdefault(name, []).append(said.split(":")[0].strip())
    asked = path.parent.name in ("game", "losses")
    assert verdicts or not asked, "a chapter has an exercise that checks itself"
    assert set(map(tuple, verdicts.values())) <= {("not yet", "right")}
