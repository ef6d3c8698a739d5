"""The page in Romanian says what the chapters say, and says it in Romanian letters."""

import re
from pathlib import Path

import nbformat
import pytest
import yaml

BOOK = Path(__file__).resolve().parents[1] / "book"
PAGE = (BOOK / "reference" / "romana.md").read_text(encoding="utf-8")
CLAIMS = {entry["id"]: entry for entry in yaml.safe_load((BOOK / "claims.yml").read_text())}
# Of the page, the chapter; of the chapter's words, the page's.
LOSSES = {name: name for name in ("bce", "mse", "mae", "kl", "vae", "gan", "wgan", "cgan",
                                  "infogan")} | {"improved": "improved_gan"}
WORDS = {"True": "Adevărat", "False": "Fals"}
VERDICT = re.compile(r"^\| \((\w)\) .*?\| \*\*(True|False)\*\*", re.MULTILINE)
SAID = re.compile(r"^\((\w)\) „[^”\n]*”\n: \*\*(Adevărat|Fals)\b", re.MULTILINE)
LINK = re.compile(r'<a href="\.\./([\w/]+)\.html#claim-([\w-]+)">([\w-]+)</a>')


def section(name):
    """What the page says of one loss."""
    return PAGE.split(f"(ro-{name})=\n")[1].split("\n## ")[0]


@pytest.mark.parametrize("name", LOSSES)
def test_verdicts_are_those_of_the_chapter(name):
    book = nbformat.read(BOOK / "losses" / f"{LOSSES[name]}.ipynb", 4)
    [table] = [cell.source for cell in book.cells if f"({name}-verdicts)=" in cell.source]
    wanted = [(letter, WORDS[verdict]) for letter, verdict in VERDICT.findall(table)]
    assert SAID.findall(section(name)) == wanted and len(wanted) > 5
    assert f"<../losses/{LOSSES[name]}>" in section(name)


@pytest.mark.parametrize("name", LOSSES)
def test_every_verdict_leads_to_a_claim(name):
    parts = re.split(r"^\(\w\) ", section(name), flags=re.MULTILINE)[1:]
    # That five techniques are not one loss is said by their paper.
    assert [part[:20] for part in parts if not LINK.search(part)] == (
        ["„Improved GAN este o"] if name == "improved" else [])


def test_claims_are_where_the_links_lead():
    found = LINK.findall(PAGE)
    assert len(found) == PAGE.count("#claim-") > 70
    for chapter, anchor, words in found:
        assert anchor == words and CLAIMS[anchor]["chapter"] == chapter


def test_no_number_is_typed_in():
    words = re.sub(r"\A---.*?---|\$\$.*?\$\$|\$[^$]*\$|`[^`]*`|<a .*?</a>|\]\(.*?\)|\bR[12]\b", "",
                   PAGE, flags=re.DOTALL)
    assert re.findall(r".{9}\d.{9}", words) == []


@pytest.mark.parametrize("name", ["index", "reference/glossary", "reference/romana"])
def test_romanian_is_written_with_its_own_letters(name):
    """Commas below s and t, not the cedillas of older fonts; composed letters; „quotes”."""
    text = (BOOK / f"{name}.md").read_text(encoding="utf-8")
    assert re.findall("[şţŞŢ\u0306\u0302\u0326\u0327]", text) == []
    assert text.count("„") == text.count("”")
