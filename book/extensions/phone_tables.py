"""Tables that keep their question in sight on a phone.

Each cell carries the head of its column, for a phone shows a row of a table of prose or formulas as
a card: head and cell, one below the other. A table without heads loses the empty band that Markdown
cannot do without, and the first cell of each row becomes its head.
"""

import html
import re

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.writers.html5 import HTML5Translator

PROSE = 40  # characters of a cell that does not fit beside others
ROW = 80  # of the longest cells of the columns together, numbers apart
LINE = 14  # of a number that is kept on one line: one with its error, not one with its range
NUMBER = re.compile(r"[\d.,–±() +-]{1,24}")


def text(node):
    return " ".join(node.astext().split())


class PhoneTables(SphinxPostTransform):
    default_priority = 930
    formats = ("html",)

    def run(self, **kwargs):
        for group in self.document.findall(nodes.tgroup):
            head = next(iter(group.findall(nodes.thead)), None)
            if head is None:
                continue
            heads = [text(entry) for entry in head[-1]]
            if not any(heads):
                group.remove(head)
                group.parent["classes"].append("headed-rows")
                next(iter(group.findall(nodes.colspec)))["stub"] = 1
                continue
            rows = [row.children for row in next(iter(group.findall(nodes.tbody)))]
            longest = max((len(text(cell)) for row in rows for cell in row[1:]), default=0)
            spread = sum(max((len(text(cell)) for cell in column
                              if not NUMBER.fullmatch(text(cell))), default=0)
                         for column in zip(*rows))
            formulas = any(list(cell.findall(nodes.math)) for row in rows for cell in row)
            group.parent["classes"] += (
                ["cards"] if len(heads) > 2 and (longest > PROSE or spread > ROW or formulas)
                else ["compact"])
            for row in rows:
                for label, cell in zip(heads, row):
                    cell["label"] = re.sub(r"[\\^_{}]", "", label)  # of a formula, the letters
                    if not text(cell):
                        cell["classes"].append("empty")
                    elif NUMBER.fullmatch(text(cell)) and len(text(cell)) <= LINE:
                        cell["classes"].append("number")


def visit_entry(self, node):
    HTML5Translator.visit_entry(self, node)
    if label := node.get("label"):
        tag, end = self.body[-1].rsplit(">", 1)
        self.body[-1] = f'{tag} data-label="{html.escape(label)}">{end}'


def depart_entry(self, node):
    HTML5Translator.depart_entry(self, node)


def setup(app):
    app.add_node(nodes.entry, override=True, html=(visit_entry, depart_entry))
    app.add_post_transform(PhoneTables)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
