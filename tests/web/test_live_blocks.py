"""The directives of live blocks: what they write, what they load, and what they refuse."""

import html
import json
import re
import subprocess
import sys
from types import SimpleNamespace

import nbformat
import pytest
import stills
from lab_node import needs_node
from live_page import ROOT, live_blocks
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

CONF = """\
import sys
sys.path.insert(0, {extensions!r})
extensions = ["myst_nb", "live_blocks"]
html_static_path = [{assets!r}]
html_theme = "basic"
nb_execution_mode = "off"
"""
PAGE = """\
# A page

```{explorable} logit
The *caption*.
```
"""


def built(folder, builder="html", **pages):
    """Build pages with the extension alone, with warnings as errors."""
    source = folder / "source"
    source.mkdir()
    (source / "conf.py").write_text(CONF.format(
        extensions=str(ROOT / "book" / "extensions"), assets=str(live_blocks.ASSETS)))
    for name, text in pages.items():
        kind = "ipynb" if text.startswith("{") else "md"
        (source / f"{name}.{kind}").write_text(text)
    done = subprocess.run([sys.executable, "-m", "sphinx", "-q", "-W", "-b", builder, str(source),
                           str(folder / "out")], capture_output=True, text=True)
    return done, folder / "out"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    done, out = built(tmp_path_factory.mktemp("site"), index=PAGE,
                      other="---\norphan: true\n---\n# Other\n")
    assert done.returncode == 0, done.stderr
    return out


def test_a_block_is_a_picture_with_its_caption(site):
    text = (site / "index.html").read_text()
    [block] = re.findall(r'<div class="live" .*?</div></div>', text, re.DOTALL)
    picture = live_blocks.still("logit", {}).read_text()
    assert picture in block and 'data-live="logit"' in block and "<em>caption</em>" in block
    assert re.search(r'<svg [^>]*role="img" aria-label="[^"]{40,}"', block)


def test_scripts_are_loaded_where_a_block_stands_and_nowhere_else(site):
    text = (site / "index.html").read_text()
    scripts = re.findall(r'<script[^>]* src="([^"?]*)', text)
    mine = [script.removeprefix("_static/") for script in scripts if "/explore/" in script]
    assert mine == live_blocks.SCRIPTS["logit"] + live_blocks.LAST
    assert all((site / "_static" / script).is_file() for script in mine)
    assert "_static/explore/live.css" in text
    assert "explore/" not in (site / "other.html").read_text()


@pytest.mark.parametrize("text, said", [
    ("```{explorable} nothing\n```", "there is no explorable 'nothing'; choose from logit"),
    ("```{explorable} logit\n:place: 3\n```", "logit has no option 'place'; it has losses"),
    ("```{explorable} logit\n:logit: 7.77\n```", "run python tools/stills.py"),
    ("```{player} nothing\n```", "no generators of 'nothing' are recorded"),
])
def test_what_cannot_be_shown_is_refused(tmp_path, text, said):
    done, _ = built(tmp_path, index=f"# A page\n\n{text}\n")
    assert done.returncode != 0 and said in done.stderr, done.stderr


def test_other_formats_have_the_caption(tmp_path):
    done, out = built(tmp_path, "text", index=PAGE)
    assert done.returncode == 0, done.stderr
    assert "The *caption*." in (out / "index.txt").read_text()


def test_options_become_the_blocks_own():
    assert live_blocks.told("logit", {"losses": "kl, js", "logit": "-2"}) == {
        "losses": ["kl", "js"], "logit": -2.0}
    assert live_blocks.told("orbit", {"betas": "0.9 0.999"}) == {"betas": [0.9, 0.999]}
    assert live_blocks.told("damage", {"damage": "lost=1 noise=0.05"}) == {
        "damage": {"lost": 1.0, "noise": 0.05}}


def test_blocks_are_found_wherever_they_stand():
    text = ("```{explorable} logit\n:losses: kl\n```\n\n"
            "````{note}\n```{player} bce mse\n```\n````\n\n```python\nx\n```\n")
    assert list(stills.blocks(text)) == [("logit", {"losses": ["kl"]}),
                                         ("player", {"loss": "bce", "other": "mse"})]


@pytest.mark.parametrize("path", sorted((ROOT / "book" / "losses").glob("*.ipynb")),
                         ids=lambda path: path.stem)
def test_every_loss_has_its_generators_in_its_chapter(path):
    text = "\n\n".join(cell.source for cell in nbformat.read(path, 4).cells
                       if cell.cell_type == "markdown")
    [section] = re.findall(r"^## Play\n(.*?)^## ", text, re.MULTILINE | re.DOTALL)
    assert "player" in dict(stills.blocks(section))


NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@needs_node
def test_the_stored_pictures_are_what_the_scripts_draw():
    """All of them, none too many, and equal but for the last digit of a coordinate."""
    wanted = {live_blocks.still(*block): block for text in stills.texts(ROOT / "book")
              for block in stills.blocks(text)}
    assert set(wanted) == set(live_blocks.STILLS.glob("*.svg"))
    for path, drawn in zip(wanted, stills.draw(wanted.values()), strict=True):
        stored = path.read_text().strip()
        assert NUMBER.sub("", stored) == NUMBER.sub("", drawn), path.name
        pairs = zip(NUMBER.findall(stored), NUMBER.findall(drawn), strict=True)
        assert all(abs(float(a) - float(b)) <= 0.11 for a, b in pairs), path.name


def test_options_reach_the_page_unharmed():
    page = SimpleNamespace(body=[])
    live_blocks.visit(page, {"name": "logit", "options": {"who": 'a"<b'}, "picture": ""})
    [told] = re.findall(r'data-options="([^"]*)"', page.body[0])
    assert json.loads(html.unescape(told)) == {"who": 'a"<b'}


def test_a_block_takes_the_place_of_an_explorer_in_its_section(tmp_path):
    """On the page only; other code stays, and so does an explorer in a section without a block."""
    opens = "from rnngan_tutorial.book import widgets\n\nwidgets.logit_explorer()"
    book = new_notebook(metadata={"language_info": {"name": "python"}}, cells=[
        new_markdown_cell("# A page\n\n## Play\n\n```{explorable} logit\n```\n"),
        new_code_cell(opens), new_code_cell("widgets.orbit_explorer(lr=0.01)"),
        new_code_cell("kept = 1"), new_markdown_cell("## More"),
        new_code_cell("widgets.damage_explorer(beats)")])
    done, out = built(tmp_path, index=nbformat.writes(book))
    assert done.returncode == 0, done.stderr
    text = re.sub(r"<[^>]*>", "", (out / "index.html").read_text())
    assert "logit_explorer" not in text and "orbit_explorer" not in text
    assert "kept = 1" in text and "damage_explorer" in text
