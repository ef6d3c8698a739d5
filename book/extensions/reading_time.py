"""Below the title of a chapter: how long it takes to read."""

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

CHAPTERS = ("game/", "losses/", "asides/", "answer/")
WORDS, LINES = 150, 20  # a minute; of text, and of code that is not folded


def minutes(document):
    """Minutes, to the next five."""
    cells = [cell for cell in document.findall(nodes.container)
             if cell.get("nb_element") == "cell_code" and not cell.get("hide_mode")]
    lines = sum(len(cell[0].astext().splitlines()) for cell in cells if cell.children)
    words = sum(len(text.astext().split()) for text in document.findall(nodes.paragraph))
    return 5 * max(1, round((words / WORDS + lines / LINES) / 5))


class ReadingTime(SphinxPostTransform):
    default_priority = 100  # before folded code is wrapped
    formats = ("html",)

    def run(self, **kwargs):
        if self.env.docname.startswith(CHAPTERS):
            title = self.document.next_node(nodes.title)
            title.parent.insert(title.parent.index(title) + 1, nodes.paragraph(
                "", f"About {minutes(self.document)} minutes", classes=["reading-time"]))


def setup(app):
    app.add_post_transform(ReadingTime)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
