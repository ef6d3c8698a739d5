"""Draw the pictures that stand in the place of live blocks: ``python tools/stills.py``.

The blocks' own scripts draw them, in node, for every block that stands in a page of the book.
A page without JavaScript and the printed page show them.
"""

import json
import subprocess
import sys
from pathlib import Path

import nbformat
from site_index import MYST, ROOT, directive

sys.path.insert(0, str(ROOT / "book" / "extensions"))
import live_blocks  # noqa: E402


def texts(book):
    """The Markdown of every page, whether it is in the table of contents or not."""
    for path in sorted(Path(book).rglob("*.md")):
        yield path.read_text(encoding="utf-8")
    for path in sorted(Path(book).rglob("*.ipynb")):
        if ".ipynb_checkpoints" in path.parts:
            continue
        for cell in nbformat.read(path, 4).cells:
            if cell.cell_type == "markdown":
                yield cell.source


def blocks(text):
    """(name, options) of the live blocks in a text."""
    for token in MYST.parse(text):
        if found := directive(token):
            kind, argument, options, body = found
            if kind == "explorable":
                yield argument, live_blocks.told(argument, options)
            elif kind == "player":
                yield "player", live_blocks.player_options(argument.split())
            else:
                yield from blocks(body)


def draw(wanted, assets=live_blocks.ASSETS):
    """The pictures of blocks, given as (name, options)."""
    asked = [{"name": name, "options": options, "scripts": live_blocks.SCRIPTS[name]}
             for name, options in wanted]
    done = subprocess.run(["node", str(Path(__file__).with_name("stills.js")), str(assets)],
                          input=json.dumps(asked), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return json.loads(done.stdout)


def main(book=ROOT / "book"):
    """Draw what the book asks for, and remove what it does not ask for any more."""
    wanted = {live_blocks.still(name, options): (name, options)
              for text in texts(book) for name, options in blocks(text)}
    live_blocks.STILLS.mkdir(exist_ok=True)
    for old in set(live_blocks.STILLS.glob("*.svg")) - set(wanted):
        old.unlink()
    for path, svg in zip(wanted, draw(wanted.values()), strict=True):
        path.write_text(svg + "\n", encoding="utf-8")
        print(f"{len(svg):7,} bytes  {path.name}")


if __name__ == "__main__":
    main()
