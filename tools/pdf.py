"""The whole book as one PDF: ``python tools/pdf.py [folder of the built pages] [file]``.

The pages of the built book are put one behind the other, in the order of the table of contents,
with the solutions of a chapter at its end, and Chromium prints them: formulas, links and outline
included.
"""

import posixpath
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup
from sphinx_external_toc.parsing import parse_toc_yaml

ROOT = Path(__file__).resolve().parents[1]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
LEFT_OUT = ".headerlink, .ledger-filter, .picture-parts, .only-screen, noscript"
ATTRIBUTES = ("aria-labelledby", "aria-describedby", "for")


def anchor(page, fragment=""):
    """The id, in the one long page, of something on a page of the book."""
    return page.replace("/", "-") + (f"--{fragment}" if fragment else "")


def place(address, page, pages):
    """Where a link leads in the one long page: inside it if it can."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return address
    target = posixpath.normpath(posixpath.join(posixpath.dirname(page), unquote(parts.path)))
    name = page if not parts.path else target.removesuffix(".html")
    return "#" + anchor(name, unquote(parts.fragment)) if name in pages else target


def chapter(soup, page, pages):
    """The article of a page, as it stands in the long page."""
    article = soup.find("article", class_="bd-article")
    for node in article.select(LEFT_OUT):
        node.decompose()
    for node in article.find_all(["script", "link"]):
        node.decompose()
    for details in article.find_all("details"):
        if "hide" in details.get("class", []):
            details.decompose()  # the code of plots and claims
        else:
            details["open"] = ""
    solutions = article.find_all(class_="solution")
    if solutions:
        end = soup.new_tag("section")
        heading = soup.new_tag("h2")
        heading.string = "Solutions"
        end.extend([heading, *(solution.extract() for solution in solutions)])
        article.append(end)
    taken = set()
    for node in article.find_all(True):
        if node.get("id") in taken:
            del node["id"]  # extensions call the content of every exercise the same
        elif node.get("id"):
            taken.add(node["id"])
            node["id"] = anchor(page, node["id"])
        for name in ATTRIBUTES:
            if node.get(name):
                node[name] = anchor(page, node[name])
        if node.name == "a" and node.get("href"):
            node["href"] = place(node["href"], page, pages)
        if node.name == "img":
            node["src"] = posixpath.normpath(posixpath.join(posixpath.dirname(page), node["src"]))
            node.attrs.pop("loading", None)
    article["id"] = anchor(page)
    return article


def long_page(folder, pages):
    """One page of HTML with all of the book."""
    soup = BeautifulSoup((folder / f"{pages[0]}.html").read_text("utf-8"), "html.parser")
    head = soup.head
    for script in head.find_all("script"):
        if "mathjax" not in (script.get("src") or script.string or "").lower():
            script.decompose()
    styles = {link["href"] for link in head.select("link[rel=stylesheet]")}
    articles = []
    for page in pages:
        read = BeautifulSoup((folder / f"{page}.html").read_text("utf-8"), "html.parser")
        for link in read.select("link[rel=stylesheet]"):  # a page may bring its own
            link["href"] = posixpath.normpath(posixpath.join(posixpath.dirname(page), link["href"]))
            if link["href"] not in styles:
                styles.add(link["href"])
                head.append(link.extract())
        if not head.find("script", src=True):  # the front page may have no formula
            for script in read.head.find_all("script"):
                if "mathjax" in (script.get("src") or script.string or "").lower():
                    if script.get("src"):
                        script["src"] = posixpath.normpath(
                            posixpath.join(posixpath.dirname(page), script["src"]))
                    head.append(script)
        articles.append(str(chapter(read, page, set(pages))))
    style = ("article.bd-article{break-before:page}article.bd-article:first-of-type"
             "{break-before:auto}")
    return (f'<!doctype html><html lang="en" data-theme="light">{head}<style>{style}</style>'
            f'<body><main class="bd-main"><div class="bd-content">'
            f'<div class="bd-article-container">{"".join(articles)}</div></div></main></body>'
            f"</html>")


def print_page(address, out, browser=None):
    """Let Chromium print a page."""
    browser = browser or next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        sys.exit("no Chromium or Chrome on this machine")
    subprocess.run(
        [browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
         "--generate-pdf-document-outline", "--virtual-time-budget=600000",
         f"--print-to-pdf={out}", address], check=True, capture_output=True, timeout=1800)


def main(folder=ROOT / "_build" / "html", out=ROOT / "_build" / "book.pdf"):
    folder, out = Path(folder).resolve(), Path(out).resolve()
    pages = list(parse_toc_yaml(ROOT / "book" / "_toc.yml"))
    whole = folder / "whole_book.html"  # beside the pages, whose pictures and styles it uses
    whole.write_text(long_page(folder, pages), encoding="utf-8")
    try:
        print_page(whole.as_uri(), out)
    finally:
        whole.unlink()
    print(f"the book: {out}, {out.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main(*sys.argv[1:])
