"""The row of scores that a chapter prints for the common table is shown as a table.

It is printed in Markdown because `tools/heartbeats.py` takes it from there.
"""

import re

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

# With places to break them on a phone.
HEADS = ("", "Discrimi\u00adnative", "Sliced Wasser\u00adstein", "Auto\u00adcorre\u00adlation",
         "Wide share")
NAMES = {"floor": "real against real", "control": "one beat again and again"}
LINE = re.compile(r"\| `(\w+)` \|(.*)\|")


def table(rows):
    """A table with the common heads."""
    group = nodes.tgroup(cols=len(HEADS))
    group += [nodes.colspec(colwidth=1) for _ in HEADS]
    body = nodes.tbody()
    for parent, lines in ((nodes.thead(), [HEADS]), (body, rows)):
        for line in lines:
            parent += nodes.row("", *(nodes.entry("", nodes.paragraph("", cell)) for cell in line))
        group += parent
    return nodes.table("", group, classes=["colwidths-auto"])


class ScoreRows(SphinxPostTransform):
    default_priority = 885
    formats = ("html",)

    def run(self, **kwargs):
        for cell in self.document.findall(nodes.container):
            if cell.get("nb_element") != "cell_code" or "score_line(" not in cell[0].astext():
                continue
            for block in list(cell[-1].findall(nodes.literal_block)):
                lines = block.astext().splitlines()
                found = [LINE.fullmatch(line) for line in lines]
                rows = [[NAMES.get(match[1], match[1]),
                         *(part.strip().replace(" to ", "–") for part in match[2].split("|"))]
                        for match in found if match]
                rest = [line for line, match in zip(lines, found) if not match]
                if rows and "".join(rest).strip():
                    kept = block.deepcopy()
                    kept.children = [nodes.Text("\n".join(rest))]
                    kept.rawsource = "\n".join(rest)
                    block.replace_self([table(rows), kept])
                elif rows:
                    block.replace_self(table(rows))


def setup(app):
    app.add_post_transform(ScoreRows)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
