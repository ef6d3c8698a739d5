"""The whole book in one page, as tools/pdf.py has it printed."""

import re
import shutil
import subprocess

import pdf
import pytest
from bs4 import BeautifulSoup
from sphinx_external_toc.parsing import parse_toc_yaml

PAGES = list(parse_toc_yaml(pdf.ROOT / "book" / "_toc.yml"))
SHORT = """<html><head><title>T</title></head><body><article class="bd-article">
<h1 id="one">One<a class="headerlink" href="#one">#</a></h1>
<details class="hide"><pre>plot()</pre></details>
<div class="solution">answer</div>
<details><summary>Quiz?</summary>Yes.</details>
<a href="../b.html#two">two</a> <a href="#one">here</a> <a href="https://example.org">out</a>
<img src="../_images/x.png" loading="lazy"></article></body></html>"""


@pytest.fixture(scope="module")
def whole(html):
    return BeautifulSoup(pdf.long_page(html, PAGES), "html.parser")


@pytest.mark.parametrize("address, there", [
    ("../b.html#two", "#b--two"), ("../b.html", "#b"), ("#one", "#x-a--one"),
    ("../data/x.csv", "data/x.csv"), ("https://example.org/b.html", "https://example.org/b.html")])
def test_links_stay_inside_the_book(address, there):
    assert pdf.place(address, "x/a", {"x/a", "b"}) == there


def test_a_chapter_is_complete_with_its_solutions_at_the_end():
    article = pdf.chapter(BeautifulSoup(SHORT, "html.parser"), "x/a", {"x/a", "b"})
    assert "plot()" not in article.text and "#" not in article.h1.text
    assert article.find("details").has_attr("open") and "Yes." in article.text
    last = article.find_all("section")[-1]
    assert last.h2.text == "Solutions" and "answer" in last.text
    assert article.img["src"] == "_images/x.png" and "loading" not in article.img.attrs


def test_every_page_is_there_once_and_in_order(whole):
    assert [a["id"] for a in whole.select("article.bd-article")] == [
        pdf.anchor(page) for page in PAGES]


def test_anchors_are_unique_and_links_lead_to_them(whole, html):
    ids = [node["id"] for node in whole.find_all(id=True)]
    assert len(ids) == len(set(ids))
    missing = {a["href"] for a in whole.find_all("a", href=re.compile("^#"))
               if a["href"][1:] not in set(ids)}
    assert missing == set()
    for image in whole.find_all("img"):
        assert (html / image["src"]).is_file()


def test_the_styles_of_every_page_are_there_once(whole, html):
    styles = [link["href"].split("?")[0] for link in whole.select("link[rel=stylesheet]")]
    assert len(styles) == len(set(styles)) and "_static/lab/lab.css" in styles
    assert all((html / style).is_file() for style in styles)
    assert not whole.select("article link, article script")


def test_what_moves_on_the_site_is_a_picture_on_paper(whole):
    assert all(block.select_one(".live-picture svg") for block in whole.select(".live"))
    assert len(whole.select(".live")) > 3 and len(whole.select(".lab-card svg")) == 3


def test_formulas_are_typeset(whole):
    assert whole.find("script", src=re.compile("mathjax"))


@pytest.mark.skipif(not any(map(shutil.which, pdf.BROWSERS)), reason="no Chromium on this machine")
def test_a_page_is_printed(tmp_path):
    page = tmp_path / "page.html"
    page.write_text("<h1>One</h1><p style='break-before:page'>Two</p>")
    pdf.print_page(page.as_uri(), tmp_path / "page.pdf")
    made = (tmp_path / "page.pdf").read_bytes()
    assert made.startswith(b"%PDF") and re.search(rb"/Count 2\b", made)


def test_without_a_browser_one_line_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(pdf.shutil, "which", lambda name: None)
    monkeypatch.setattr(subprocess, "run", None)
    with pytest.raises(SystemExit, match="no Chromium or Chrome"):
        pdf.print_page("file:///x.html", tmp_path / "x.pdf")
