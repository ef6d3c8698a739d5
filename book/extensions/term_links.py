"""The first time that a page uses a word of the glossary, the word leads there.

Not in headings, tables, links and code, and not for words that are as good as everyday ones.
"""

import re

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms.post_transforms import SphinxPostTransform

EVERYDAY = {"alarm", "batch", "block", "claim", "control", "gradient", "label", "loss", "series"}
NOT_IN = (nodes.title, nodes.table, nodes.reference, nodes.literal, nodes.math, nodes.raw,
          addnodes.pending_xref, nodes.caption, nodes.rubric)


def terms(env):
    """Word -> (page, anchor) of the glossary's terms; the longest first."""
    found = {name.lower(): place for (kind, name), place in env.get_domain("std").objects.items()
             if kind == "term" and name not in EVERYDAY}
    return dict(sorted(found.items(), key=lambda item: -len(item[0])))


def split(text, places, address):
    """A text's nodes, with links; what was linked is taken from `places`."""
    if not places:
        return [nodes.Text(text)]
    words = "|".join(map(re.escape, places))
    match = re.search(rf"\b({words})s?\b", text, re.IGNORECASE)
    if match is None:
        return [nodes.Text(text)]
    page, anchor = places.pop(match[1].lower())
    link = nodes.reference("", match[0], internal=True, refuri=f"{address(page)}#{anchor}",
                           classes=["term-link"], ids=[f"use-{anchor}"])
    return [nodes.Text(text[:match.start()]), link, *split(text[match.end():], places, address)]


def link_terms(document, name, env, address):
    """Put the links into a page; the anchors of the terms that it now leads to."""
    places = {word: place for word, place in terms(env).items() if place[0] != name}
    before = dict(places)
    if name.startswith("reference/"):
        return []
    for paragraph in list(document.findall(nodes.paragraph)):
        if inside(paragraph):
            continue
        for text in list(paragraph.findall(nodes.Text)):
            if not inside(text.parent):
                made = split(text.astext(), places, address)
                if len(made) > 1:
                    text.parent.replace(text, made)
    return [anchor for word, (_, anchor) in before.items() if word not in places]


def inside(node):
    """Whether a node lies in something that takes no links."""
    while node is not None:
        if isinstance(node, NOT_IN):
            return True
        node = node.parent
    return False


class TermLinks(SphinxPostTransform):
    default_priority = 910
    formats = ("html",)

    def run(self, **kwargs):
        name = self.env.docname

        def address(page):
            return self.app.builder.get_relative_uri(name, page)

        link_terms(self.document, name, self.env, address)


def setup(app):
    app.add_post_transform(TermLinks)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
