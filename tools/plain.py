"""Notebooks that read well without the book: ``python tools/plain.py [folder]``.

Jupyter, Colab and Binder know nothing of MyST. From every notebook of the book this makes one
in plain Markdown: the numbers of the prose are filled in from the stored outputs, equations
have the numbers of the site, references lead there, solutions and answers are folded. The
folder, `_plain` by default, is what the site's launch buttons find on the branch `notebooks`.
"""

import os
import re
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import first_cell
import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from plain_text import Prose
from site_index import BRANCH, CONFIG, NAME, OWNER, REPOSITORY, ROOT, SITE, Index

sys.path.insert(0, str(ROOT / "book" / "extensions"))
import claim_cards  # noqa: E402

# What is published, so that a notebook and its package always fit: on GitHub, this very commit.
REVISION = os.environ.get("GITHUB_SHA", BRANCH)

# No plain notebook may hold one of these: a role, the fence of a directive, a label.
LEFT = re.compile(r"\{[\w:+-]+\}`|^[\s>]*(:{3,}|[`~]{3,}\s*\{|\([\w-]+\)=$)", re.MULTILINE)
FOLDED = {"hide-input", "hide-cell", "remove-input", "remove-cell"}
# What a folded cell is for, by what stands in it; Colab shows it in the cell's place.
FOR = {first_cell.SOURCE: "Install the package where it is missing",
       "rt.plots.use_style(": "Set up", "widgets.": "Open an explorer",
       "inspect.getsource": "The code, from the package",
       "score_line(": "This chapter's row of the table", "plt.show(": "Draw the figure",
       "claim(": "Test what the text claims", "glue(": "Numbers for the text"}


class Plain:
    """One notebook on its way.

    Parameters
    ----------
    index : Index
    claims : dict
        Id -> entry of claims.yml, as `claim_cards` reads them.
    page : str
        Such as "losses/bce".
    cells : list
        Of the notebook in the book, with their outputs.
    """

    def __init__(self, index, claims, page, cells):
        self.index, self.claims, self.page, self.cells = index, claims, page, cells
        self.prose = Prose(index, page, {
            output.metadata["scrapbook"]["name"]: next(iter(output.data.values()))
            for cell in cells for output in cell.get("outputs", []) if is_glue(output)})

    def notebook(self, revision=REVISION):
        """The whole notebook; the package that it installs is that of `revision`.

        Raises
        ------
        ValueError
            If a cell holds something that has no plain form, or that leads nowhere.
        """
        made = []
        for at, cell in enumerate(self.cells):
            self.prose.at = at
            if cell.cell_type == "code":
                made += self.code(cell, revision)
            elif text := self.text(cell):
                made.append(new_markdown_cell(text, id=cell.id))
        if self.prose.cited:
            made.append(new_markdown_cell(self.references(), id="references"))
        notebook = new_notebook(cells=made, metadata={
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"}})
        nbformat.validate(notebook)
        return notebook

    def text(self, cell):
        """A cell of text; under the title, where it comes from."""
        text = self.prose.cell(cell.source)
        if self.prose.at == 0:
            title, _, rest = text.partition("\n")
            title = ["#", self.index.chapters[self.page], title.removeprefix("# ")]
            text = (f"{' '.join(filter(None, title))}\n\n*[This page on the web]"
                    f"({self.index.address(self.page)}), from the book "
                    f"[{CONFIG['title']}]({SITE}).*\n{rest}")
        if left := LEFT.search(text):
            self.prose.refuse(f"{left[0]!r} is left over")
        return text

    def code(self, cell, revision):
        """The cell as it is, folded where the page folds it; below it, what it claims."""
        tags, solution = set(cell.metadata.get("tags", [])), self.prose.solution
        made = new_code_cell(cell.source, id=cell.id, execution_count=cell.execution_count)
        if kept := sorted(tag for tag in tags if tag.startswith("nbval-")):
            made.metadata["tags"] = kept
        if FOLDED & tags or solution:
            title = "; ".join(FOR[part] for part in FOR if part in cell.source) or "Code"
            if solution:
                title = f"Solution to {self.prose.named(solution)}"
            made.source = f"#@title {title}\n{made.source}"
            made.metadata |= {"cellView": "form", "jupyter": {"source_hidden": True}}
        if solution:
            made.metadata["jupyter"]["outputs_hidden"] = True
        made.source = made.source.replace(f"{REPOSITORY}@{BRANCH}", f"{REPOSITORY}@{revision}")
        made.outputs = [output for output in cell.outputs if not is_glue(output)]
        alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt")
        for output in made.outputs:
            if "image/png" in output.get("data", {}):
                output.metadata["image/png"] = {"alt": alt}
        lines = "".join(output.get("text", "") for output in made.outputs).splitlines()
        found = [self.claim(match) for match in map(claim_cards.LINE.match, lines) if match]
        if not found:
            return [made]
        return [made, new_markdown_cell("\n>\n".join(found), id=f"{cell.id}-claims")]

    def claim(self, line):
        """A claim that a cell printed, in words."""
        entry = self.claims[line[1]]
        mark = claim_cards.MARKS[entry["spoken"].split()[0]]
        luck = "" if line[2] == "holds" else " (not in this run)"
        held = f", held in {entry['held']} blocks" if entry["held"][0].isdigit() else ""
        link = f"[`{entry['id']}`]({self.index.address(claim_cards.LEDGER)}#{entry['id']})"
        return (f"> {mark} **{entry['spoken']}**{luck}: {entry['sentence']} "
                f"({entry['kind']}{held}, {link})")

    def references(self):
        lines = ["## References", ""]
        for key, text in self.index.references(self.prose.cited):
            authors, year, address = self.index.cited(key)
            text = re.sub(r"([*_$`\[\]<])", r"\\\1", re.split(r" (URL: |doi:)", text)[0])
            lines.append(f"- [{authors}, {year}]({address}): {text}")
        return "\n".join(lines)


def is_glue(output):
    return "scrapbook" in output.get("metadata", {})


def notebooks(folder=ROOT / "book", revision=REVISION):
    """Page -> plain notebook, for every notebook of the book in `folder`."""
    index, known = Index(folder), SimpleNamespace()
    claim_cards.read_claims(SimpleNamespace(srcdir=folder), known)
    return {page: Plain(index, known.claims, page, nbformat.read(
        Path(folder) / f"{page}.ipynb", 4).cells).notebook(revision) for page in index.notebooks}


README = """\
# {title}

The chapters of [the book]({site}) as notebooks for Jupyter and Colab, made from those on the
branch `{branch}`, where they are changed. The first cell installs the package if it is missing.

"""
REQUIREMENTS = """\
# For Binder: PyTorch without CUDA, and the package that the notebooks were made with.
--extra-index-url https://download.pytorch.org/whl/cpu
--constraint constraints.txt
torch
ipywidgets
rnngan-tutorial @ git+{repository}@{revision}
"""


def main(folder="_plain"):
    """Write all notebooks, a list of them, and what Binder needs."""
    folder, made = Path(folder), notebooks()
    lines = README.format(title=CONFIG["title"], site=SITE, branch=BRANCH)
    for page, notebook in made.items():
        path = folder / f"{page}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, path)
        title = notebook.cells[0].source.splitlines()[0].removeprefix("# ")
        colab = f"{CONFIG['launch_buttons']['colab_url']}/github/{OWNER}/{NAME}/blob/notebooks"
        lines += f"- [{title}]({page}.ipynb) ([Colab]({colab}/{page}.ipynb))\n"
    (folder / "README.md").write_text(lines, encoding="utf-8")
    (folder / "requirements.txt").write_text(
        REQUIREMENTS.format(repository=REPOSITORY, revision=REVISION))
    (folder / "runtime.txt").write_text("python-3.11\n")
    shutil.copy(ROOT / "constraints.txt", folder)
    print(f"{len(made)} notebooks in {folder}")


if __name__ == "__main__":
    main(*sys.argv[1:2])
