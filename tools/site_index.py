"""What the site calls and numbers its pages, headings, equations, exercises and references.

Without building it. The extension `plain_downloads` of the book compares the numbers with those
of every build.
"""

import re
from itertools import count, pairwise
from pathlib import Path

import nbformat
import yaml
from docutils.nodes import make_id
from markdown_it.renderer import RendererHTML
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser
from pybtex.backends.plaintext import Backend
from pybtex.database import parse_file
from pybtex.richtext import Text
from pybtex.style.formatting.plain import Style
from sphinx_external_toc.parsing import parse_toc_yaml

ROOT = Path(__file__).resolve().parents[1]
CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
REPOSITORY, BRANCH = CONFIG["repository"]["url"], CONFIG["repository"]["branch"]
OWNER, NAME = REPOSITORY.split("/")[-2:]
SITE = f"https://{OWNER}.github.io/{NAME}/"  # where GitHub puts the pages of a repository

# The site's own parser says what is MyST and what is code or text that looks like it.
MYST = create_md_parser(MdParserConfig(
    enable_extensions=set(CONFIG["parse"]["myst_enable_extensions"])), RendererHTML)
NUMBERED = {"math": "displaymath", "exercise": "exercise", "exercise-start": "exercise"}


def directive(token):
    """(name, argument, options, body) of a fence such as ```` ```{math} ````; None for code."""
    found = re.fullmatch(r"\{([\w:+-]+)\}\s*(.*)", token.info.strip())
    if token.type not in ("fence", "colon_fence") or not found:
        return None
    lines, options = token.content.splitlines(), {}
    while lines and (option := re.fullmatch(r":([\w-]+):\s*(.*)", lines[0])):
        options[option[1]] = option[2]
        lines.pop(0)
    return found[1], found[2], options, "\n".join(lines).strip("\n")


def labels(text):
    """(kind, label) of what the site numbers in a text, in its order."""
    for token in MYST.parse(text):
        if token.type == "math_block_label":
            yield "displaymath", token.info
        elif found := directive(token):
            name, _, options, body = found
            if name in NUMBERED and "label" in options and "nonumber" not in options:
                yield NUMBERED[name], options["label"]
            if name != "math":
                yield from labels(body)


class Index:
    """An index of the book in `folder`.

    Attributes
    ----------
    chapters : dict
        Page -> the chapter's number with a point, "5."; "" for a page without a number.
    titles : dict
        Page -> its title.
    notebooks : list of str
        The pages that are notebooks.
    numbers : dict
        Label of an equation or an exercise -> (kind, page, number), such as
        ("displaymath", "losses/bce", "5.2").
    headings : dict
        Label that stands before a heading -> (page, heading).
    """

    def __init__(self, folder):
        folder = Path(folder)
        toc = parse_toc_yaml(folder / "_toc.yml")
        numbered = [page for part in toc.root.subtrees if part.numbered for page in part.files()]
        self.chapters = dict.fromkeys(toc, "")
        self.chapters |= {page: f"{number}." for number, page in enumerate(numbered, start=1)}
        self.notebooks = [page for page in toc if (folder / f"{page}.ipynb").exists()]
        self.titles, self.numbers, self.headings, counters = {}, {}, {}, {}
        for page, chapter in self.chapters.items():
            for text in texts(folder / page):
                self._names(page, text)
                for kind, label in labels(text):
                    # The site counts through all pages that have no number.
                    number = next(counters.setdefault((kind, chapter), count(1)))
                    self.numbers[label] = kind, page, f"{chapter}{number}"
        self.bibliography = parse_file(folder / "references.bib", "bibtex")

    def _names(self, page, text):
        tokens = MYST.parse(text)
        for token, after in pairwise(tokens):
            if token.type == "heading_open":
                self.titles.setdefault(page, after.content)
        for token, after, inside in zip(tokens, tokens[1:], tokens[2:]):
            if token.type == "myst_target" and after.type == "heading_open":
                self.headings[token.content] = page, inside.content

    def address(self, page, label=None):
        """Where a page, or a label on it, is on the site; KeyError for a page that is not."""
        self.titles[page]
        if label is None:
            return f"{SITE}{page}.html"
        kind = self.numbers[label][0] if label in self.numbers else ""
        anchor = f"equation-{make_id(label)}" if kind == "displaymath" else make_id(label)
        return f"{SITE}{page}.html#{anchor}"

    def cited(self, key):
        """(authors in short, year, address) of a reference."""
        entry = self.bibliography.entries[key]
        people = entry.persons.get("author") or entry.persons["editor"]
        names = [str(Text.from_latex(" ".join(person.prelast_names + person.last_names)))
                 for person in people]
        short = f"{names[0]} et al." if len(names) > 2 else " and ".join(names)
        doi = entry.fields.get("doi")
        address = f"https://doi.org/{doi}" if doi else entry.fields.get("url")
        return short, entry.fields["year"], address or self.address("reference/bibliography")

    def references(self, keys):
        """(key, text) of some references, in alphabetical order."""
        for entry in Style().format_bibliography(self.bibliography, list(keys)):
            yield entry.key, entry.text.render(Backend())


def texts(path):
    """The Markdown of a page, cell by cell if it is a notebook."""
    if path.with_suffix(".md").exists():
        return [path.with_suffix(".md").read_text(encoding="utf-8")]
    notebook = nbformat.read(path.with_suffix(".ipynb"), 4)
    return [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
