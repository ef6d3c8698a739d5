"""Blocks that answer the reader: ``{explorable} name`` and ``{player} loss [other]``.

A block is a picture, drawn beforehand by tools/stills.py, that a script of the page takes over.
Scripts are loaded on pages with a block only. What the directive encloses is the caption. A cell
that opens an explorer of ipywidgets, in the same section, is left out of the page: there the block
does its work, and readers of the notebook keep the cell.
"""

import html
import json
import re
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

ASSETS = Path(__file__).resolve().parents[1] / "assets"
STILLS = ASSETS / "explore" / "stills"
RECORDS = ASSETS / "play" / "data"

# What a block is made of, under assets/; the stage wakes them all, so it comes last.
SCRIPTS = {
    "logit": ["explore/draw.js", "explore/losses.js", "explore/logit.js"],
    "orbit": ["explore/draw.js", "explore/losses.js", "explore/game.js", "explore/orbit.js"],
    "damage": ["lab/heartbeats.js", "explore/ruler.js", "explore/draw.js", "explore/random.js",
               "explore/scores.js", "explore/damage.js"],
    "critics": ["explore/draw.js", "explore/random.js", "explore/line.js", "explore/critics.js"],
    "player": ["explore/draw.js", "explore/random.js", "play/generator.js", "play/panels.js",
               "play/player.js"],
}
LAST = ["explore/controls.js", "explore/stage.js"]


def words(text):
    return re.split(r"[,\s]+", text.strip())


def numbers(text):
    return [float(word) for word in words(text)]


def amounts(text):
    """"lost=1 noise=0.05" as a dict."""
    return {name: float(value) for name, value in (word.split("=") for word in words(text))}


# Where a block begins, if not at its own default; the block's `start` reads it.
OPTIONS = {
    "logit": {"losses": words, "who": str, "logit": float},
    "orbit": {"game": str, "rule": str, "betas": numbers},
    "damage": {"damage": amounts},
    "critics": {"place": float, "second": float, "weight": float, "clip": float, "show": words},
}


def still(name, options):
    """The file of the picture that stands in a block's place."""
    told = [f"{key}{json.dumps(value)}" for key, value in sorted(options.items())]
    slug = re.sub(r"[^\w.-]+", "-", "_".join([name, *told])).strip("-")
    return STILLS / f"{slug}.svg"


class live_block(nodes.General, nodes.Element):
    """A block: attributes `name`, `options` and `picture`; its children are the caption."""


class Block(SphinxDirective):
    has_content = True

    def block(self, name, options):
        """The node of a block, or an error at the directive's line."""
        path = still(name, options)
        if not path.exists():
            raise self.error(f"there is no {path.relative_to(ASSETS)}; run python tools/stills.py")
        self.env.note_dependency(str(path))
        node = live_block(name=name, options=options, picture=path.read_text(encoding="utf-8"))
        self.state.nested_parse(self.content, self.content_offset, node)
        return [node]


class Explorable(Block):
    required_arguments = 1
    option_spec = {option: directives.unchanged for known in OPTIONS.values() for option in known}

    def run(self):
        name = self.arguments[0]
        if name not in OPTIONS:
            raise self.error(f"there is no explorable {name!r}; choose from {', '.join(OPTIONS)}")
        return self.block(name, told(name, self.options, self.error))


class Player(Block):
    required_arguments, optional_arguments = 1, 1

    def run(self):
        recorded = sorted(path.stem for path in RECORDS.glob("*.js"))
        for loss in self.arguments:
            if loss not in recorded:
                raise self.error(f"no generators of {loss!r} are recorded; choose from "
                                 f"{', '.join(recorded)}, or run tools/play_data.py")
        node, = self.block("player", player_options(self.arguments))
        node["options"]["others"] = recorded
        return [node]


def told(name, options, error=ValueError):
    """The options of an explorable, from their texts."""
    for option in options:
        if option not in OPTIONS[name]:
            raise error(f"{name} has no option {option!r}; it has {', '.join(OPTIONS[name])}")
    return {option: OPTIONS[name][option](text) for option, text in options.items()}


def player_options(losses):
    return dict(zip(("loss", "other"), losses, strict=False))


WIDGETS = re.compile(r"(from rnngan_tutorial\.book import widgets|widgets\.\w+\(.*\))?\s*")


class InPlaceOfWidgets(SphinxPostTransform):
    """Leave out cells that do nothing but open an explorer, beside a block."""

    default_priority = 890
    formats = ("html",)

    def run(self, **kwargs):
        for block in list(self.document.findall(live_block)):
            for cell in list(block.parent.children):
                if cell.get("nb_element") == "cell_code" and all(
                        WIDGETS.fullmatch(line) for line in cell.astext().splitlines()):
                    block.parent.remove(cell)


def visit(self, node):
    options = html.escape(json.dumps(node["options"]))
    self.body.append(f'<div class="live" data-live="{node["name"]}" data-options="{options}">'
                     f'<div class="live-picture">{node["picture"]}</div>'
                     '<div class="live-caption">')


def depart(self, node):
    self.body.append("</div></div>")


def add_scripts(app, pagename, templatename, context, doctree):
    """Load the scripts of a page's blocks, in their order and on this page only."""
    names = [] if doctree is None else [node["name"] for node in doctree.findall(live_block)]
    if not names:
        return
    app.add_css_file("explore/live.css")
    scripts = [script for name in names for script in SCRIPTS[name]] + LAST
    for place, script in enumerate(dict.fromkeys(scripts)):
        app.add_js_file(script, priority=800 + place, loading_method="defer")


def caption_only(self, node):
    """In other formats a block is its caption."""


def setup(app):
    others = {name: (caption_only, caption_only)
              for name in ("latex", "text", "man", "texinfo", "xml")}
    app.add_node(live_block, html=(visit, depart), **others)
    app.add_directive("explorable", Explorable)
    app.add_directive("player", Player)
    app.add_post_transform(InPlaceOfWidgets)
    app.connect("html-page-context", add_scripts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
