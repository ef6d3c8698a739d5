"""The book builds without a warning, and its pages are sound, complete and self-contained."""

import functools
import http.server
import json
import re
import shutil
import subprocess
import threading
from pathlib import Path

import pytest
import yaml
from site_pages import Page, broken, is_external
from sphinx_external_toc.parsing import parse_toc_yaml

from conftest import build

ROOT = Path(__file__).resolve().parents[1]
LISTED = sorted(parse_toc_yaml(ROOT / "book" / "_toc.yml"))
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))),
               None)


@pytest.fixture(scope="module")
def chapters(html, pages):
    """The pages of the table of contents, by their name there."""
    return {name: pages[html / f"{name}.html"] for name in LISTED}


def test_all_listed_pages_are_built(chapters):
    assert list(chapters) == LISTED


def test_nothing_is_loaded_from_another_server(html, pages):
    assert {a for page in pages.values() for a in page.loads if is_external(a)} == set()
    for path in html.rglob("*.css"):
        asked = re.findall(r"""url\(\s*['"]?((?:https?:)?//[^'")]*)""", path.read_text())
        assert asked == [], path
        assert not re.search(r"@import\s+['\"]?(https?:)?//", path.read_text()), path


def test_links_and_fragments_lead_somewhere(pages):
    assert {str(path): bad for path, page in pages.items() if (bad := list(broken(page, pages)))
            } == {}


def test_every_image_says_what_it_shows(pages):
    for page in pages.values():
        for alt in page.alts:
            assert alt is not None, page.path
            # MyST-NB falls back to the file's name.
            assert not re.search(r"_images|\.(png|svg|jpe?g)$", alt), (page.path, alt)


def test_every_page_has_one_title_and_a_language(pages, chapters):
    assert {page.language for page in pages.values()} == {"en"}
    assert {name: page.titles for name, page in chapters.items()} == dict.fromkeys(chapters, 1)


def test_every_chapter_describes_itself(chapters):
    described = {name: page.description for name, page in chapters.items()}
    assert [name for name, words in described.items() if not 50 <= len(words) <= 200] == []
    assert len(set(described.values())) == len(described)


def test_no_page_knows_the_machine_it_was_built_on(html, pages):
    machine = {str(ROOT), str(Path.home()), str(html)} - {"/"}
    for page in pages.values():
        assert [word for word in machine if f"{word}/" in page.text] == [], page.path
        assert not re.search(r"/(home|Users)/\w+/|/tmp/\w|ipykernel_\d", page.text), page.path


# Claims

CLAIMS = yaml.safe_load((ROOT / "book" / "claims.yml").read_text())


def test_every_claim_is_a_card_on_its_page_and_a_row_of_the_ledger(html, pages):
    """And each leads to the other; `test_links_and_fragments_lead_somewhere` follows them."""
    ledger = pages[html / "reference" / "claims.html"]
    for entry in CLAIMS:
        page = pages[html / f"{entry['chapter']}.html"]
        assert f"claim-{entry['id']}" in page.ids and entry["id"] in ledger.ids
        assert f"../reference/claims.html#{entry['id']}" in page.links
        assert f"../{entry['chapter']}.html#claim-{entry['id']}" in ledger.links
    for name in {entry["chapter"] for entry in CLAIMS}:
        assert "\nclaim " not in pages[html / f"{name}.html"].text


def test_a_page_leads_to_the_glossary_from_the_first_use_of_a_word(html):
    for name in ("losses/bce", "losses/wgan", "game/measuring", "game/adam"):
        text = (html / f"{name}.html").read_text()
        found = re.findall(r'class="term-link[^>]*#(term-[\w-]+)"', text)
        assert len(found) == len(set(found)) > 8, name
        for heading in re.findall(r"<h[1-6].*?</h[1-6]>", text, re.DOTALL):
            assert "term-link" not in heading


def test_downloaded_notebooks_are_plain_and_lead_to_these_pages(html, pages):
    """tests/test_plain.py has the rest."""
    links = []
    for path in (html / "_sources").rglob("*.ipynb"):
        text = path.read_text()
        links += re.findall(r"\(https://rnngan-tutorial\.github\.io/rnngan_tutorial/"
                            r"([^)#]+\.html)#?([^)]*)\)", text)
        assert "{doc}" not in text and "{glue:" not in text, path
    assert len(links) > 300
    for page, anchor in set(links):
        assert not anchor or anchor in pages[html / page].ids, (page, anchor)


def test_launch_buttons_open_the_plain_notebooks(pages, html):
    address = "rnngan-tutorial/rnngan_tutorial"
    assert {link for link in pages[html / "losses" / "bce.html"].links if "launch" in link
            or "colab" in link or "binder" in link} == {
        f"https://colab.research.google.com/github/{address}/blob/notebooks/losses/bce.ipynb",
        f"https://mybinder.org/v2/gh/{address}/notebooks?urlpath=lab/tree/losses/bce.ipynb"}


# In a browser

LOOK = """<!doctype html><title>wait</title><body><script>
const found = [], sleep = (ms) => new Promise((done) => setTimeout(done, ms));
async function look(address, width) {
  const frame = document.createElement("iframe");
  frame.style.cssText = `width:${width}px;height:800px;border:0`;
  frame.src = address;
  const loaded = new Promise((done) => { frame.onload = done; });
  document.body.append(frame);
  const errors = [];
  frame.contentWindow.addEventListener("error", (e) => errors.push(e.message));
  await loaded;
  const page = frame.contentWindow;
  page.addEventListener("error", (e) => errors.push(e.message));
  if (page.MathJax) await page.MathJax.startup.promise;
  await sleep(300);
  const article = page.document.querySelector("article") || page.document.body;
  const before = article.textContent;
  page.dispatchEvent(new page.Event("beforeprint"));
  const solutions = [...article.querySelectorAll(".solution")];
  const printed = {
    solutions: solutions.length,
    atEnd: solutions.every((node) => node.parentElement === article.lastElementChild),
    closed: article.querySelectorAll("details:not(.hide, [open])").length,
  };
  page.dispatchEvent(new page.Event("afterprint"));
  printed.restored = article.textContent === before;
  found.push({
    address, width, errors, printed,
    overflow: page.document.documentElement.scrollWidth
      - page.document.documentElement.clientWidth,
    formulas: page.document.querySelectorAll("mjx-container").length,
    unread: page.document.querySelectorAll("span.math, div.math").length,
    // A pixel or two hide no letter.
    cut: [...page.document.querySelectorAll("div.math mjx-container")]
      .filter((formula) => formula.scrollWidth > formula.clientWidth + 3)
      .map((formula) => formula.parentElement.id || formula.textContent),
    stops: page.document.querySelectorAll("mjx-container[tabindex]").length,
    // Of a table of numbers no column may be out of sight.
    hidden: [...page.document.querySelectorAll("table.compact")].filter((table) =>
      table.parentElement.scrollWidth > table.parentElement.clientWidth + 3)
      .map((table) => table.innerText.slice(0, 80)),
    // Of a picture that can be cut, either the whole or its parts are shown.
    both: [...page.document.querySelectorAll("figure:has(.picture-parts)")].filter((figure) =>
      !figure.querySelector("img").offsetHeight !== !!figure.querySelector(
        ".picture-parts").offsetHeight).length,
    parts: [...page.document.querySelectorAll(".picture-parts")].filter((parts) =>
      parts.offsetHeight).length,
    bad: page.document.querySelectorAll("mjx-merror, [data-mjx-error]").length,
    missing: [...page.document.images].filter((i) => i.complete && !i.naturalWidth).length,
    elsewhere: page.performance.getEntriesByType("resource").map((r) => r.name)
      .filter((name) => /^https?:/.test(name) && !name.startsWith(location.origin)),
  });
  frame.remove();
}
(async () => {
  for (const address of PAGES) for (const width of [390, 1280]) await look(address, width);
  const out = document.createElement("pre");
  out.id = "found";
  out.textContent = JSON.stringify(found);
  document.body.append(out);
})();
</script>"""


def look(folder, names):
    """What a browser sees of pages in `folder`, each as wide as a phone and as a desk."""
    addresses = json.dumps([f"/{name}.html" for name in names])
    (folder / "look.html").write_text(LOOK.replace("PAGES", addresses))

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    with http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), functools.partial(Quiet, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        seen = subprocess.run(
            [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=60000",
             "--dump-dom", f"http://127.0.0.1:{server.server_port}/look.html"],
            capture_output=True, text=True, timeout=300).stdout
        server.shutdown()
    [found] = re.findall(r'<pre id="found">(.*)</pre>', seen)
    return json.loads(found.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">"))


needs_browser = pytest.mark.skipif(BROWSER is None, reason="no Chromium or Chrome on this machine")


@needs_browser
def test_pages_look_right_on_a_phone_and_on_a_desk(html, chapters, tmp_path):
    folder = tmp_path / "html"
    shutil.copytree(html, folder)
    found = look(folder, chapters)
    assert len(found) == 2 * len(chapters)
    for page in found:
        assert page["errors"] == [] and page["elsewhere"] == [], page
        assert page["overflow"] <= 0 and page["cut"] == [], page
        assert page["missing"] == page["bad"] == page["stops"] == page["both"] == 0, page
        assert page["hidden"] == [], page
        assert page["width"] == 390 or page["parts"] == 0, page
        assert page["formulas"] >= page["unread"], page
        printed = page["printed"]
        assert printed["atEnd"] and printed["restored"] and printed["closed"] == 0, page
    assert sum(page["parts"] for page in found) > 50
    assert sum(page["printed"]["solutions"] for page in found) > 60


# The checks themselves

SOUND = {"index.md": "# One\n\n(here)=\n## Two\n\n$x^2$ and [here](#here).\n",
         "_toc.yml": "format: jb-book\nroot: index\n"}


def small_book(folder, **changed):
    """A book of one page with the project's settings, built; the process and the pages."""
    shutil.copy(ROOT / "_config.yml", folder)
    for name in ("assets", "extensions", "templates"):
        shutil.copytree(ROOT / "book" / name, folder / "book" / name)
    (folder / "book" / "claims.yml").write_text("[]")
    (folder / "book" / "reference").mkdir()
    (folder / "book" / "reference" / "claims.md").write_text("# Claims\n")
    shutil.copy(ROOT / "book" / "references.bib", folder / "book")
    for name, text in {**SOUND, **changed}.items():
        (folder / "book" / name).write_text(text)
    return build(folder / "book", folder), folder / "_build" / "html"


def test_small_book_builds(tmp_path):
    built, html = small_book(tmp_path)
    assert built.returncode == 0, built.stdout + built.stderr
    page = Page(html / "index.html")
    assert list(broken(page, {page.path: page})) == []
    assert "here" in page.ids and page.titles == 1 and page.language == "en"
    assert not any(is_external(address) for address in page.loads)


def test_warning_fails_the_build(tmp_path):
    built, _ = small_book(tmp_path, **{"index.md": SOUND["index.md"] + "{ref}`nowhere`\n"})
    assert built.returncode != 0


def test_bad_page_is_found(tmp_path):
    path = tmp_path / "index.html"
    path.write_text('<html><h1>for print</h1><article><h1>a</h1><h1>b</h1></article>'
                    '<img src="x.png"><a href="#no">c</a>'
                    '<a href="no.html">d</a><a href="https://example.org">e</a>'
                    '<script src="//cdn.example.org/x.js"></script>'
                    '<link rel="stylesheet" href="https://example.org/x.css">')
    page = Page(path)
    assert page.language == page.description == "" and page.titles == 2 and page.alts == [None]
    assert list(broken(page, {path: page})) == ["#no", "no.html", "x.png"]
    assert [a for a in page.loads if is_external(a)] == ["//cdn.example.org/x.js",
                                                         "https://example.org/x.css"]


@needs_browser
def test_browser_finds_what_is_wrong(tmp_path):
    (tmp_path / "bad.html").write_text(
        '<body style="margin:0"><div style="width:700px;height:9px"></div><img src="no.png">'
        '<script src="http://localhost:1/x.js"></script><span class="math">x</span>'
        '<div class="math" id="long"><mjx-container style="display:block;overflow:auto">'
        '<p style="width:500px">x</mjx-container></div>'
        '<script>setTimeout(() => missing(), 0)</script>')
    (tmp_path / "good.html").write_text('<!doctype html><body>text')
    bad, wide, good, _ = look(tmp_path, ["bad", "good"])
    assert bad["overflow"] == 310 and wide["overflow"] == 0 == good["overflow"]
    assert bad["cut"] == ["long"] and wide["cut"] == []
    assert bad["missing"] == 1 and bad["unread"] == 2 and bad["formulas"] == 1
    assert bad["elsewhere"] == ["http://localhost:1/x.js"]
    assert any("missing is not defined" in error for error in bad["errors"])
    assert good["errors"] == good["elsewhere"] == [] and good["missing"] == 0
