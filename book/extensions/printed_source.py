"""Python that a cell prints, such as the source of a loss, is coloured like Python."""

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform


class PrintedSource(SphinxPostTransform):
    default_priority = 890
    formats = ("html",)

    def run(self, **kwargs):
        for cell in self.document.findall(nodes.container):
            if cell.get("nb_element") != "cell_code" or "getsource(" not in cell[0].astext():
                continue
            for block in cell[-1].findall(nodes.literal_block):
                if block.astext().lstrip().startswith(("class ", "def ", "@")):
                    block["language"] = "python"
                    block["classes"].append("printed-source")


def setup(app):
    app.add_post_transform(PrintedSource)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
