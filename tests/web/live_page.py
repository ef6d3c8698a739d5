"""Live blocks without a build of the book: their scripts in node, and on a page of their own."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

from lab_node import NODE

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "book" / "extensions"))
import live_blocks  # noqa: E402
import stills  # noqa: E402

HEAD = ('<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>blocks</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="stylesheet" href="_static/explore/live.css">'
        '<body style="margin: 8px; font: 16px sans-serif">')


def in_node(name, question, given=None, more=()):
    """What a function ``(live, given) => answer`` says in node, after a block's scripts ran."""
    loads = "".join(f"require({json.dumps(str(live_blocks.ASSETS / script))});"
                    for script in (*live_blocks.SCRIPTS[name], *more))
    code = (f"{loads} const given = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));"
            f"process.stdout.write(JSON.stringify(({question})(globalThis.RNNGAN_LIVE, given)));")
    done = subprocess.run([NODE, "-e", code], input=json.dumps(given), capture_output=True,
                          text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def page_of(folder, blocks, assets=live_blocks.ASSETS):
    """Write a page with blocks, given as (name, options), and all it loads; its address."""
    for part in ("explore", "play", "lab"):
        shutil.copytree(assets / part, folder / "_static" / part, dirs_exist_ok=True)
    page = SimpleNamespace(body=[HEAD])
    for (name, options), svg in zip(blocks, stills.draw(blocks, assets), strict=True):
        live_blocks.visit(page, {"name": name, "options": options, "picture": svg})
        page.body.append("A caption.")
        live_blocks.depart(page, None)
    scripts = [script for name, _ in blocks for script in live_blocks.SCRIPTS[name]]
    page.body += [f'<script defer src="_static/{script}"></script>'
                  for script in dict.fromkeys(scripts + live_blocks.LAST)]
    (folder / "page.html").write_text("\n".join(page.body), encoding="utf-8")
    return (folder / "page.html").as_uri()
