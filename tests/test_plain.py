"""Plain notebooks: MyST is replaced or refused, code is the book's, and one is run as it is."""

import re
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import nbformat
import plain
import pytest
import site_index
from markdown_it import MarkdownIt
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from sphinx.errors import ExtensionError
from test_notebooks import nbval

ROOT = Path(__file__).resolve().parents[1]
SITE = "https://rnngan-tutorial.github.io/rnngan_tutorial/"
BOOK = {
    "_toc.yml": "format: jb-book\nroot: index\nparts:\n"
                "- numbered: true\n  chapters: [{file: losses/one}, {file: losses/two}]\n"
                "- chapters: [{file: aside}, {file: other}, {file: reference/claims}]\n",
    "index.md": "# Index\n",
    "references.bib": "@article{a, author={M\\\"uller, A. and van den Berg, B. and C, D.}, "
                      "title={On {GANs}}, journal={J}, year=2014, doi={10.1/x}}\n"
                      "@article{b, author={Bo, A. and Li, C.}, title={T}, journal={J}, year=2015,"
                      " url={https://example.org/b}}\n",
    "claims.yml": "- {id: it-holds, sentence: It holds., kind: trained, chapter: losses/one,"
                  " verdict: true, source: ours}\n",
    "reference/claims.md": '# Claims\n\n| <span id="it-holds"></span>It holds. | **true in 8 of '
                           '10** | 8 of 10 (0.5 to 0.9) | |\n',
    "losses/two.ipynb": "# Two\n\n(two-end)=\n## The end\n\n```{math}\n:label: eq-two\nx\n```\n"
                        "```{exercise}\n:label: ex-two\nDo.\n```",
    "aside.ipynb": "# Aside\n\n$$y$$ (eq-aside)\n",
    "other.ipynb": "# Other\n\n```{math}\n:label: eq-other\ny\n```\n",
}


@pytest.fixture
def book(tmp_path):
    """A function that makes a small book, with these cells in its first chapter, and converts it.
    """
    def make(*cells):
        first = [cell if isinstance(cell, dict) else new_markdown_cell(cell) for cell in cells]
        first = [new_markdown_cell("# One"), *first]
        for name, text in {**BOOK, "losses/one.ipynb": first}.items():
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            if path.suffix == ".ipynb":
                cells = [new_markdown_cell(text)] if isinstance(text, str) else text
                nbformat.write(new_notebook(cells=cells), path)
            else:
                path.write_text(text)
        return plain.notebooks(tmp_path, "abc")["losses/one"].cells[1:]

    return make


def glued(**numbers):
    """A cell with numbers for the prose."""
    return new_code_cell("glue()", outputs=[new_output(
        "display_data", {"application/papermill.record/text/plain": value},
        metadata={"scrapbook": {"name": name}}) for name, value in numbers.items()])


@pytest.mark.parametrize("myst, wanted", [
    ("it is {glue:text}`n` long", "it is 0.25 long"),
    ("{glue:text}`x:.1f` and {glue:}`n`", "2.3 and 0.25"),
    ("a fact\n{cite}`a`.", "a fact\n([Müller et al., 2014](https://doi.org/10.1/x))."),
    ("known {cite}`a, b`", "known ([Müller et al., 2014](https://doi.org/10.1/x); "
     "[Bo and Li, 2015](https://example.org/b))"),
    ("found by\n{cite}`b`, {cite}`b`", "found by\n[Bo and Li (2015)](https://example.org/b), "
     "[Bo and Li (2015)](https://example.org/b)"),
    ("Yes. {cite}`b` show", "Yes. [Bo and Li (2015)](https://example.org/b) show"),
    ("as {cite:t}`b` say", "as [Bo and Li (2015)](https://example.org/b) say"),
    ("see {doc}`two`", f"see [Two]({SITE}losses/two.html)"),
    ("{doc}`the\nledger <../reference/claims>`", f"[the ledger]({SITE}reference/claims.html)"),
    ("by {eq}`eq-two`", f"by [(2.1)]({SITE}losses/two.html#equation-eq-two)"),
    ("by {eq}`eq-other`", f"by [(2)]({SITE}other.html#equation-eq-other)"),
    ("{ref}`two-end`, {ref}`here <two-end>`", f"[The end]({SITE}losses/two.html#two-end), "
     f"[here]({SITE}losses/two.html#two-end)"),
    ("{numref}`ex-two`", f"[Exercise 2.1]({SITE}losses/two.html#ex-two)"),
    ("[at *the*\nend](two-end)", f"[at *the*\nend]({SITE}losses/two.html#two-end)"),
    ("[out](https://example.org) {math}`x_1`", "[out](https://example.org) $x_1$"),
    ("`{eq}eq-two` is not {eq}`eq-two`",
     f"`{{eq}}eq-two` is not [(2.1)]({SITE}losses/two.html#equation-eq-two)"),
    ("> one {glue:text}`n`\n> two", "> one 0.25\n> two"),
    ("| a | b |\n|---|---|\n| {glue:text}`n` | {glue:text}`n` |",
     "| a | b |\n|---|---|\n| 0.25 | 0.25 |"),
    ("- one\n\n  ```{math}\n  x\n  ```\n- two", "- one\n\n  $$\n  x\n  $$\n\n- two"),
    ("so\n```{math}\na &= b\\\\\n&= c\n```\nwhere",
     "so\n\n$$\n\\begin{aligned}\na &= b\\\\\n&= c\n\\end{aligned}\n$$\n\nwhere"),
    (":::{note}\nText {glue:text}`n`.\n\nMore.\n:::",
     "> **Note**\n>\n> Text 0.25.\n>\n> More."),
    (":::{admonition} A *title*\n:class: tip\nText.\n:::", "> **A *title***\n>\n> Text."),
    (":::{dropdown} Is $a<b$ in `x`?\n\nNo: {glue:text}`n`.\n:::",
     "<details>\n<summary>Is $a&lt;b$ in <code>x</code>?</summary>\n\nNo: 0.25.\n\n</details>"),
    ("```{raw} html\n<script>\n```", f"*[Only on the web.]({SITE}losses/one.html)*"),
    ("```{raw} latex\n\\newpage\n```\nText", "Text"),
    ("```{explorable} logit\n:losses: kl\n```", f"*[Alive on the web.]({SITE}losses/one.html)*"),
    ("```{player} bce mse\n```", f"*[Alive on the web.]({SITE}losses/one.html)*"),
    ("% a comment\n\nText", "Text"),
    ("```python\nx = {1}\n\n\ny = ':::'\n```", "```python\nx = {1}\n\n\ny = ':::'\n```"),
], ids=lambda value: None)
def test_myst_becomes_markdown(book, myst, wanted):
    assert book(myst, glued(n="'0.25'", x="2.345"))[0].source == wanted


def test_labels_of_the_page_itself(book):
    end, = (cell.source for cell in book(
        "(up)=\n## Why so\n\n```{math}\n:label: eq-one\nx\n```\n\n$$z$$ (eq-two-here)\n\n"
        ":::{dropdown} More\n```{math}\n:label: eq-in\nw\n```\n:::\n\n"
        "{eq}`eq-one`, {eq}`eq-two-here`, {eq}`eq-in`, {ref}`up`, [so](up)"))
    assert end == ('<a name="Why-so"></a>\n\n## Why so\n\n$$\nx\n\\tag{1.1}\n$$\n\n'
                   "$$\nz\n\\tag{1.2}\n$$\n\n<details>\n<summary>More</summary>\n\n"
                   "$$\nw\n\\tag{1.3}\n$$\n\n</details>\n\n"
                   "(1.1), (1.2), (1.3), [Why so](#Why-so), [so](#Why-so)")


def test_exercises_are_headings_and_solutions_are_folded(book):
    code = [new_code_cell(f"check({n})", outputs=[new_output("stream", text="right\n")])
            for n in range(3)]
    cells = book("## Exercises\n\n```{exercise-start} A title\n:label: ex-one\n```\nDo it.",
                 code[0], "```{exercise-end}\n```\n\n```{solution-start} ex-one\n"
                 ":class: dropdown\n```\nSo.", code[1], "And.", code[2],
                 "```{solution-end}\n```\n\nAfter it.\n\n"
                 "```{solution} ex-two\nAt once.\n```")
    assert [cell.source for cell in cells] == [
        "## Exercises\n\n### Exercise 1.1: A title\n\nDo it.", "check(0)",
        "<details>\n<summary>Solution to Exercise 1.1</summary>\n\nSo.\n\n"
        "Its code is in the next cell, folded.\n\n</details>",
        "#@title Solution to Exercise 1.1\ncheck(1)",
        "<details>\n<summary>Solution to Exercise 1.1, continued</summary>\n\nAnd.\n\n"
        "Its code is in the next cell, folded.\n\n</details>",
        "#@title Solution to Exercise 1.1\ncheck(2)",
        "After it.\n\n<details>\n<summary>Solution to Exercise 2.1</summary>\n\nAt once.\n\n"
        "</details>"]
    assert "jupyter" not in cells[1].metadata
    assert cells[3].metadata == {"cellView": "form", "jupyter": {
        "source_hidden": True, "outputs_hidden": True}}


def test_code_keeps_what_nbval_and_readers_need(book):
    picture = new_output("display_data", {"image/png": "eA==", "text/plain": "<Figure>"})
    cell = new_code_cell("plt.show()", execution_count=3, outputs=[picture], metadata={
        "tags": ["hide-input", "nbval-ignore-output"], "mystnb": {"image": {"alt": "A line."}}})
    made, = book(cell)
    assert made.source == "#@title Draw the figure\nplt.show()" and made.execution_count == 3
    assert made.metadata == {"tags": ["nbval-ignore-output"], "cellView": "form",
                             "jupyter": {"source_hidden": True}}
    assert made.outputs[0].metadata == {"image/png": {"alt": "A line."}}
    assert book(glued(n="'1'"))[0].outputs == []


@pytest.mark.parametrize("verdict, luck", [("holds", ""),
                                           ("does not hold in this run", " (not in this run)")])
def test_a_claim_stands_in_words_below_its_cell(book, verdict, luck):
    made, card = book(new_code_cell("claim()", outputs=[
        new_output("stream", text=f"before\nclaim it-holds {verdict}: 3\n")]))
    assert made.outputs[0].text == f"before\nclaim it-holds {verdict}: 3\n"
    assert card.cell_type == "markdown" and card.source == (
        f"> ✓ **true in 8 of 10**{luck}: It holds. (trained, held in 8 of 10 blocks, "
        f"[`it-holds`]({SITE}reference/claims.html#it-holds))")


def test_references_are_listed_at_the_end(book):
    assert book("{cite}`b`, {cite}`a`, {cite}`b`")[-1].source == (
        "## References\n\n"
        "- [Bo and Li, 2015](https://example.org/b): A. Bo and C. Li. T. J, 2015.\n"
        "- [Müller et al., 2014](https://doi.org/10.1/x): A. Müller, B. van den Berg, and D. C. "
        "On GANs. J, 2014.")


@pytest.mark.parametrize("myst, said", [
    ("{glue:text}`m`", "no stored output has the number 'm'"),
    ("{cite}`nobody`", "no reference 'nobody'"),
    ("{doc}`nowhere`", "no page 'nowhere'"),
    ("{eq}`eq-none`", "the label 'eq-none'"),
    ("{ref}`none`", "the label 'none'"),
    ("[x](none)", "the label 'none'"),
    ("{term}`seed`", r"\{term\}`seed` has no plain form"),
    ("```{figure} x.png\n```", r"directive \{figure\}"),
    (":::{dropdown} T\n```{list-table}\n- - a\n```\n:::", r"directive \{list-table\}"),
    ("```{math}\n\\begin{align}\na\n\\end{align}\n```", "write one formula"),
    ("```{math}\na\n\nb\n```", "write one formula"),
    ("{{ name }}", "substitution"),
    ("![a](b.png)", "image"),
    ("<b>bold</b>", "html_inline"),
    ("<div>\n\nx\n\n</div>", "html_block"),
    ("word\n: what it means", "dl_open"),
    ("note[^1]\n\n[^1]: text", "footnote"),
    ("\\begin{align}\na\n\\end{align}", "amsmath"),
    ("- ```{math}\n  x\n  ```", "on a line of its own"),
    ("```\n:::{note}\n```", "':::' is left over"),
    ("\\{eq}`eq-two`", r"is left over"),
])
def test_what_has_no_plain_form_is_refused_with_its_cell(book, myst, said):
    with pytest.raises(ValueError, match=rf"^losses/one, cell 2: .*{said}"):
        book("fine", myst)


# The book itself

@pytest.fixture(scope="module")
def made():
    return plain.notebooks(revision="0123abc")


INDEX = site_index.Index(ROOT / "book")
PAGES = INDEX.notebooks


def source(page):
    return nbformat.read(ROOT / "book" / f"{page}.ipynb", 4)


@pytest.mark.parametrize("page", PAGES)
def test_code_cells_are_those_of_the_book(made, page):
    nbformat.validate(made[page])
    assert set(made[page].metadata) == {"kernelspec", "language_info"}
    ours = [cell for cell in made[page].cells if cell.cell_type == "code"]
    book = [cell for cell in source(page).cells if cell.cell_type == "code"]
    assert "@0123abc" in ours[0].source and ours[0].source.count("0123abc") == 1
    for cell, original in zip(ours, book, strict=True):
        code = re.sub(r"\A#@title .*\n", "", cell.source).replace("@0123abc", "@main")
        assert code == original.source and cell.id == original.id
        assert cell.source.startswith("#@title") == ("jupyter" in cell.metadata)
        hidden = {"hide-input", "remove-cell"} & set(original.metadata.get("tags", []))
        assert not hidden or "jupyter" in cell.metadata
        assert set(cell.metadata) <= {"tags", "jupyter", "cellView"}
        shown = [output for output in original.outputs if "scrapbook" not in output.get(
            "metadata", {})]
        assert [output.get("text") for output in cell.outputs] == [
            output.get("text") for output in shown]


@pytest.mark.parametrize("page", PAGES)
def test_nothing_of_myst_is_left_in_the_prose(made, page):
    for cell in made[page].cells:
        if cell.cell_type == "markdown":
            assert not re.search(r"\{[a-z:+-]+\}`|^\s*(:::|```+\{)|^\([\w-]+\)=|%%|\{\{|:label:",
                                 cell.source, re.MULTILINE), cell.source
            assert cell.source.count("<details>") == cell.source.count("</details>")
            assert cell.source.strip() == cell.source != ""


@pytest.mark.parametrize("page", PAGES)
def test_no_formula_or_number_or_citation_is_lost(made, page):
    before = "\n".join(cell.source for cell in source(page).cells if cell.cell_type == "markdown")
    after = "\n".join(cell.source for cell in made[page].cells if cell.cell_type == "markdown")
    formulas = before.count("```{math}") + before.count("$$") // 2
    assert after.count("$$") == 2 * formulas
    numbers = re.findall(r"\\tag\{([\d.]+)\}", after)
    assert len(numbers) == before.count(":label: eq-")
    assert numbers == [number for kind, where, number in INDEX.numbers.values()
                       if (kind, where) == ("displaymath", page)]
    keys = {key.strip() for found in re.findall(r"\{cite(?::\w)?\}`([^`]*)`", before)
            for key in found.split(",")}
    assert after.partition("\n## References\n")[2].count("\n- [") == len(keys)
    assert after.count("<summary>") >= before.count("{dropdown}") + before.count("{solution-start}")


def test_links_within_a_notebook_lead_to_a_heading_of_it(made):
    """As Jupyter names it: its text, with hyphens for spaces."""
    found = 0
    for page, notebook in made.items():
        text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
        headings = {inside.content.replace(" ", "-") for token, inside in pairwise(
            MarkdownIt().parse(text)) if token.type == "heading_open"}
        for anchor in re.findall(r"\]\(#([^)]*)\)", text):
            assert anchor in headings and f'<a name="{anchor}"></a>' in text, (page, anchor)
            found += 1
    assert found > 10


def test_a_plain_notebook_runs_as_it_is(made, tmp_path):
    path = tmp_path / "page.ipynb"
    nbformat.write(made["asides/historical_averaging"], path)
    status, report = nbval(path)
    assert status == 0 and "passed" in report, report


def test_the_folder_is_all_that_binder_needs(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(plain, "notebooks", lambda: {"losses/a": new_notebook(
        cells=[new_markdown_cell("# 5. A title\n\ntext")])})
    monkeypatch.setattr(plain, "REVISION", "0123abc")
    plain.main(tmp_path)
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*")) == [
        "README.md", "constraints.txt", "losses/a.ipynb", "requirements.txt", "runtime.txt"]
    lines = (tmp_path / "requirements.txt").read_text().splitlines()
    assert lines[-1].startswith("rnngan-tutorial @ git+https://") and lines[-1].endswith("@0123abc")
    assert "--constraint constraints.txt" in lines
    assert "[5. A title](losses/a.ipynb)" in (tmp_path / "README.md").read_text()
    assert "1 notebooks" in capsys.readouterr().out


# The extension

@pytest.fixture
def extension():
    import plain_downloads  # beside claim_cards, whose folder `plain` has put on the path
    return plain_downloads


def app(folder, numbers):
    """What the extension asks of Sphinx, after a build of the small book in `folder`."""
    (folder / "out" / "_sources" / "losses").mkdir(parents=True)
    (folder / "out" / "_sources" / "losses" / "one.ipynb").write_text("{}")
    return SimpleNamespace(srcdir=folder, outdir=folder / "out",
                           env=SimpleNamespace(toc_fignumbers=numbers))


FIGURES = {"losses/two": {"displaymath": {"equation-eq-two": (2, 1)},
                          "exercise": {"ex-two": (2, 1)}},
           "aside": {"displaymath": {"equation-eq-aside": (1,)}},
           "other": {"displaymath": {"equation-eq-other": (2,)}}}


def test_downloads_are_plain(book, extension, tmp_path):
    book("{doc}`two`")
    site = app(tmp_path, FIGURES)
    one = site.outdir / "_sources" / "losses" / "one.ipynb"
    extension.put(site, RuntimeError("the build failed"))
    assert one.read_text() == "{}"
    (site.outdir / "_sources" / "aside.ipynb").touch()
    (site.outdir / "_sources" / "other.ipynb").touch()
    extension.put(site, None)
    assert nbformat.read(one, 4).cells[1].source == f"[Two]({SITE}losses/two.html)"


def test_a_build_that_numbers_otherwise_fails(book, extension, tmp_path):
    book("text")
    wrong = {**FIGURES, "other": {"displaymath": {"equation-eq-other": (1,)}}}
    with pytest.raises(ExtensionError, match="eq-other is 1 on the site, 2 in notebooks"):
        extension.put(app(tmp_path, wrong), None)


def test_a_book_without_notebooks_needs_nothing(extension, tmp_path):
    (tmp_path / "_sources").mkdir()
    extension.put(SimpleNamespace(outdir=tmp_path), None)
