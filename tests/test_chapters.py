"""Every chapter keeps to the template, and the pages made from the chapters are up to date."""

import re
from pathlib import Path

import heartbeats
import nbformat
import pages
import pytest
import validate

ROOT = Path(__file__).parents[1]
BOOK = ROOT / "book"
CHAPTERS = sorted((BOOK / "losses").glob("*.ipynb"))
GAME = sorted((BOOK / "game").glob("*.ipynb"))
ASIDES = sorted((BOOK / "asides").glob("*.ipynb"))
# Cells whose code the page does not show.
HIDDEN = {"hide-input", "hide-cell", "remove-input", "remove-cell"}
SECTIONS = ["At a glance", "What people say", "The idea", "The mathematics", "The code", "Train",
            "Evidence", "Adam corner", "The heartbeats", "What to do", "Play", "Exercises", "Quiz",
            "Summary"]
PART_ONE = ["At a glance", "What people say", "The idea", "Exercises", "Quiz", "Summary"]


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


def reading_minutes(notebook):
    """Words at 150 a minute, and the lines of code that the page shows at 20."""
    words = sum(len(cell.source.split()) for cell in notebook.cells
                if cell.cell_type == "markdown")
    lines = sum(len(cell.source.splitlines()) for cell in notebook.cells
                if cell.cell_type == "code" and not HIDDEN & set(cell.metadata.get("tags", [])))
    return words / 150 + lines / 20


@pytest.mark.parametrize("path", CHAPTERS + GAME + ASIDES, ids=lambda path: path.stem)
def test_chapter_is_read_in_45_minutes(path):
    assert reading_minutes(nbformat.read(path, 4)) <= 45


# A seed that is typed in: such a cell gives the same outcome in every block of seeds.
TYPED = re.compile(r"(default_rng|manual_seed)\(\s*\[?\d|seeds=(range|\[\d)|seed=\d")


@pytest.mark.parametrize("chapter", validate.chapters(), ids=lambda chapter: chapter.path.stem)
def test_trained_claims_take_all_randomness_from_the_master_seed(chapter):
    for source in chapter.slicer.sources(*chapter.digests) if chapter.digests else ():
        assert not TYPED.search(source), TYPED.search(source)[0]


@pytest.mark.parametrize("chapter", validate.chapters(), ids=lambda chapter: chapter.path.stem)
def test_outcomes_of_validation_are_sound(chapter):
    """Every trained claim was reached, said something else each time, and is safe from luck."""
    for id in chapter.digests:
        rows = [row for row in chapter.rows() if row["claim"] == id]
        assert not [row for row in rows if row["outcome"] == "not reached"], id
        if len(rows) > 2:  # a count may come twice
            said = {tuple(row[key] for key in ("value", "evidence", "null")) for row in rows}
            assert len(said) > 1, id
        if len(rows) >= 10:
            assert sum(row["outcome"] == "held" for row in rows) > len(rows) / 2, id
            chance = validate.chance_of_alarm([float(row["value"]) for row in rows],
                                              chapter.slicer.alarms[id])
            assert chance <= 1e-4, (id, chance)


def test_a_verdict_that_fails_too_often_is_told_as_a_rate():
    held, not_held = {"outcome": "held"}, {"outcome": "not held"}
    for verdict, word in ((True, "true"), (False, "false")):
        for rows, said in (([held] * 10, word), ([held] * 19 + [not_held], word), ([], word),
                           ([held] * 9 + [not_held], f"{word} in 9 of 10"),
                           ([not_held] * 5, word)):  # too few to tell
            assert pages.spoken({"verdict": verdict}, rows) == said


def test_seconds_of_a_stage_add_to_those_of_the_stages_it_goes_on_from():
    rows = [{"loss": "a", "steps": steps, "seconds": seconds} for steps, seconds, seeds in
            ((250, 1, 2), (1000, 3, 2), (16000, 70, 1)) for _ in range(seeds)]
    assert heartbeats.seconds_until([*rows, {"loss": "b", "steps": 250, "seconds": 9}]) == {
        ("a", 250): 1, ("a", 1000): 4, ("a", 16000): 70, ("b", 250): 9}


def test_headings_out_of_order_are_found():
    assert in_order(PART_ONE, [*PART_ONE[:3], "More", *PART_ONE[3:]])
    assert not in_order(PART_ONE, PART_ONE[::-1])
    assert not in_order(PART_ONE, PART_ONE[:-1])


@pytest.mark.parametrize("name", pages.PAGES)
def test_page_is_made_from_the_data(name):
    assert (BOOK / "reference" / f"{name}.md").read_text() == pages.PAGES[name](), (
        "run python tools/pages.py")
