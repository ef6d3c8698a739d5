"""Every chapter keeps to the template, and the pages made from the chapters are up to date."""

import re
from pathlib import Path

import nbformat
import pages
import pytest
import robustness
import tables
import yaml

ROOT = Path(__file__).parents[1]
BOOK = ROOT / "book"
CHAPTERS = sorted((BOOK / "losses").glob("*.ipynb"))
GAME = sorted((BOOK / "game").glob("*.ipynb"))
SECTIONS = ["At a glance", "What people say", "The idea", "The mathematics", "The code", "Train",
            "Evidence", "Adam corner", "The heartbeats", "Play", "Exercises", "Quiz", "Summary"]
PART_ONE = ["At a glance", "What people say", "The idea", "Exercises", "Quiz", "Summary"]
CLAIMS = yaml.safe_load((BOOK / "claims.yml").read_text())


def text_of(path):
    """A chapter's Markdown."""
    return "\n".join(cell.source for cell in nbformat.read(path, 4).cells
                     if cell.cell_type == "markdown")


def code_of(path):
    """A chapter's code."""
    return "\n".join(cell.source for cell in nbformat.read(path, 4).cells
                     if cell.cell_type == "code")


def in_order(wanted, headings):
    """Whether each of `wanted` begins a heading, one after the other."""
    rest = iter(headings)
    return all(any(heading.startswith(start) for heading in rest) for start in wanted)


@pytest.mark.parametrize(("path", "sections"),
                         [(p, SECTIONS) for p in CHAPTERS] + [(p, PART_ONE) for p in GAME],
                         ids=lambda value: getattr(value, "stem", ""))
def test_chapter_has_the_sections_in_order(path, sections):
    headings = re.findall(r"^## (.+)$", text_of(path), re.MULTILINE)
    assert in_order(sections, headings), headings


@pytest.mark.parametrize("path", CHAPTERS + GAME, ids=lambda path: path.stem)
def test_chapter_is_complete(path):
    text = text_of(path)
    exercises = re.findall(r"{exercise-start}\n:label: (\S+)", text)
    solutions = re.findall(r"{solution-start} (\S+)\n:class: dropdown", text)
    assert exercises and exercises == solutions
    assert re.search(r"\bcheck\(", code_of(path))
    _, quiz = text.split("\n## Quiz\n")
    assert ":::{dropdown}" in quiz
    assert re.search(r"{cite\w*(?::\w+)?}`", text)


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_chapter_prints_its_classes_and_adds_its_line(path):
    code = code_of(path)
    assert "inspect.getsource(" in code
    assert "score_line(" in code and "widgets." in code


@pytest.mark.parametrize("chapter", pages.chapters())
def test_claims_held_for_other_seeds_too(chapter):
    """In every run that is stored, and all claims of the chapter were reached there.

    The runs are of the first edition, not of the code as it is now; the page of claims says so.
    """
    runs = {}
    for row in tables.read(robustness.RESULTS / f"{Path(chapter).name}.csv"):
        assert row["outcome"] == "holds", row
        runs.setdefault((int(row["first_seed"]), int(row["threads"])), []).append(row["claim"])
    claims = sorted(claim["id"] for claim in CLAIMS if claim["chapter"] == chapter)
    assert set(runs) == set(robustness.RUNS), "run python tools/robustness.py"
    assert all(sorted(made) == claims for made in runs.values())


def test_headings_out_of_order_are_found():
    assert in_order(PART_ONE, [*PART_ONE[:3], "More", *PART_ONE[3:]])
    assert not in_order(PART_ONE, PART_ONE[::-1])
    assert not in_order(PART_ONE, PART_ONE[:-1])


@pytest.mark.parametrize("name", pages.PAGES)
def test_page_is_made_from_the_data(name):
    assert (BOOK / "reference" / f"{name}.md").read_text() == pages.PAGES[name](), (
        "run python tools/pages.py")
