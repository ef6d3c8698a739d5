"""A notebook's figure gets a number, a caption and, for phones, places where it can be cut.

The caption is the alternative text of the cell: what the picture shows, said once, for all
readers. The picture's own alternative text is then its number alone, so that a screen reader does
not say it twice. On a phone, panels side by side are shown one below the other: the same file
several times, each time with another part in sight.
"""

import html
import posixpath
from pathlib import Path

import numpy as np
from docutils import nodes
from PIL import Image
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.writers.html5 import HTML5Translator

NARROW = 500  # CSS pixels: a picture no wider than this is not cut
INCH = 100  # CSS pixels of an inch of a figure
GAP = 4  # blank columns of pixels, at least, between two panels


class Captions(SphinxTransform):
    """Each picture that a cell drew becomes a figure with a caption."""

    default_priority = 400

    def apply(self, **kwargs):
        drawn = [image for image in self.document.findall(nodes.image)
                 if image.parent.get("mime_type") == "image/png"]
        for number, image in enumerate(drawn, start=1):
            figure = nodes.figure("", ids=[f"figure-{number}"], classes=["drawn"])
            image.replace_self(figure)
            figure += [image, nodes.caption("", image.get("alt", ""))]


class Pictures(SphinxPostTransform):
    """Size, loading and parts of every picture; a short alternative text for captioned ones."""

    default_priority = 920
    formats = ("html",)

    def run(self, **kwargs):
        numbers = self.env.toc_fignumbers.get(self.env.docname, {}).get("figure", {})
        for order, image in enumerate(list(self.document.findall(nodes.image))):
            path = Path(self.app.srcdir) / image["uri"]
            if path.suffix != ".png":
                continue
            pixels, dots = read(path)
            height, width = pixels.shape
            scale = INCH / dots
            image["size"] = round(width * scale), round(height * scale)
            for fixed in ("width", "height"):  # of a notebook's output: no phone could shrink it
                image.attributes.pop(fixed, None)
            if order or self.env.docname != self.config.root_doc:
                image["loading"] = "lazy"  # all but the one that the front page begins with
            image["classes"].append("dark-light")  # no white card behind it in the dark
            figure = image.parent
            if "drawn" in figure.get("classes", []):
                number = numbers.get(figure["ids"][0], ())
                image["alt"] = f"Figure {'.'.join(map(str, number))}, described below"
            if (isinstance(figure, nodes.figure) and width * scale > NARROW
                    and (at := cuts(pixels))):
                figure.insert(1, nodes.raw("", self.parts(image, at, width, height, scale),
                                           format="html"))

    def parts(self, image, at, width, height, scale):
        """HTML of a picture's parts, one below the other."""
        page = self.app.builder.get_target_uri(self.env.docname)
        name = self.env.images[image["uri"]][1]
        source = posixpath.join(posixpath.relpath(self.app.builder.imagedir,
                                                  posixpath.dirname(page) or "."), name)
        edges = [0, *at, width]
        shown = []
        for left, right in zip(edges, edges[1:]):
            hidden = width - (right - left)
            shown.append(f'<img src="{html.escape(source)}" alt="" loading="lazy" '
                         f'class="dark-light" style="aspect-ratio:{right - left}/{height};'
                         f'object-position:{100 * left / hidden:.2f}% 0;'
                         f'max-width:{1.25 * scale * (right - left):.0f}px">')
        return f'<div class="picture-parts" aria-hidden="true">{"".join(shown)}</div>'


def read(path):
    """A picture in greys and its dots per inch."""
    with Image.open(path) as picture:
        return np.asarray(picture.convert("L")), picture.info.get("dpi", (INCH, INCH))[0]


def visit_image(self, node):
    """An image with its size, so that nothing moves when it arrives."""
    HTML5Translator.visit_image(self, node)
    if "size" in node:
        width, height = node["size"]
        self.body[-1] = self.body[-1].replace(
            "<img ", f'<img width="{width}" height="{height}" ', 1)


def depart_image(self, node):
    HTML5Translator.depart_image(self, node)


def cuts(pixels):
    """Columns at which a picture of panels can be cut in two or three; none if it cannot.

    Nothing may be cut through: a panel's axis runs through all its columns, so that columns
    without ink lie between panels, or between a panel's axis and its labels. The first such gap
    after a panel ends it.
    """
    width = pixels.shape[1]
    blank = (pixels == pixels[0, 0]).all(0)
    starts = np.flatnonzero(np.diff(blank.astype(int)) == 1) + 1
    ends = np.flatnonzero(np.diff(blank.astype(int)) == -1) + 1
    gaps = [(start, end) for start in starts if (end := min(ends[ends > start], default=width))
            - start >= GAP and end < width]
    for parts in (2, 3):
        found = []
        for k in range(1, parts):
            middles = [int(start + end) // 2 for start, end in gaps]
            found += [at for at in middles if abs(at - width * k / parts) < width * 0.08][:1]
        if len(found) == parts - 1:
            return found
    return []


def setup(app):
    app.add_node(nodes.image, override=True, html=(visit_image, depart_image))
    app.add_transform(Captions)
    app.add_post_transform(Pictures)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
