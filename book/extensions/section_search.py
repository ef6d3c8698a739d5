"""What the search page searches: every section of the book, with its text and where it is.

In place of Sphinx's own index, which knows pages and no sections, and whose excerpts need a
server. assets/search.js reads it.
"""

import html
import json
import re
from pathlib import Path

from docutils import nodes
from sphinx import addnodes

# Code, formulas and what the theme adds say little about where something is explained.
SILENT = (nodes.literal_block, nodes.math_block, nodes.title, nodes.comment, nodes.system_message,
          addnodes.toctree)
SILENT_CLASSES = {"back-links", "headerlink", "reading-time"}
LEDGER = "reference/claims"  # its tables repeat the claims, which are found where they are shown
TAG = re.compile(r"<style.*?</style>|<script.*?</script>|<[^>]+>", re.DOTALL)


def words(node, skip=()):
    """A node's text without code and formulas, and without nodes whose `id` is in `skip`."""
    if isinstance(node, SILENT) or id(node) in skip:
        return ""
    if SILENT_CLASSES & set(node.get("classes", ())):
        return ""
    if isinstance(node, nodes.raw):
        found = TAG.sub(" ", node.astext()) if node.get("format") == "html" else ""
        return html.unescape(found)
    if not any(isinstance(child, nodes.Element) for child in node.children):
        return node.astext()
    block = not isinstance(node, nodes.TextElement)
    return (" " if block else "").join(
        child.astext() if isinstance(child, nodes.Text) else words(child, skip)
        for child in node.children)


def entries(document):
    """(anchor, title, text) of each section, each term and each documented object of a page."""
    # Exercises are sections too, but have no title of that kind: they belong to what is around.
    sections = [section for section in document.findall(nodes.section)
                if section.children and isinstance(section[0], nodes.title)]
    own = [*document.findall(nodes.definition_list_item), *document.findall(addnodes.desc)]
    apart = [node for node in own if anchor(node)]
    for section in sections:
        skip = {id(node) for node in [*sections, *apart]} - {id(section)}
        text = " ".join(words(child, skip) for child in section.children)
        title = section[0].astext().replace("\\", "")  # of a formula the names are left
        yield (section["ids"] or [""])[0], title, " ".join(text.split())
    for node in apart:
        title = node[0].astext().split("(")[0].removeprefix("class ").strip()
        skip = {id(other) for other in [node[0], *apart]} - {id(node)}
        yield anchor(node), title, " ".join(words(node, skip).split())


def anchor(node):
    """Where a term or an object is; none for an unlabelled list."""
    return (node[0].get("ids") or [""])[0] if node.children else ""


def collect(app, document, page):
    title = app.env.titles[page].astext()
    if number := app.env.toc_secnumbers.get(page, {}).get(""):
        title = f"{number[0]}. {title}"
    # Other names that readers search for, from the page's metadata.
    named = [meta["content"] for meta in document.findall(nodes.meta)
             if meta.get("name") == "keywords"]
    address = app.builder.get_target_uri(page)
    if page == LEDGER:
        document = document.deepcopy()
        for table in list(document.findall(nodes.table)):
            table.parent.remove(table)
    found = []
    for number, (at, heading, text) in enumerate(entries(document)):
        found.append([address if number == 0 else f"{address}#{at}", heading, text,
                      " ".join(named) if number == 0 else ""])
    app.env.sections[page] = [title, found]


def begin(app):
    app.env.sections = {}
    app.builder.search = False  # no index of Sphinx's own; its page is ours


def page(app):
    yield "search", {"title": "Search"}, "search.html"


def write(app, exception):
    if exception is None and app.builder.name == "html":
        index = json.dumps([app.env.sections[page] for page in sorted(app.env.sections)],
                           ensure_ascii=False, separators=(",", ":"))
        Path(app.outdir, "_static", "sections.js").write_text(f"const SECTIONS = {index};\n",
                                                              encoding="utf-8")


def setup(app):
    app.connect("builder-inited", begin)
    app.connect("doctree-resolved", collect, priority=900)
    app.connect("html-collect-pages", page)
    app.connect("build-finished", write)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
