"""The built book as a site: light, findable, readable on a phone and on paper."""

import gzip
import json
import posixpath
import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import numpy as np
import pytest
import yaml
from bs4 import BeautifulSoup
from sphinx_external_toc.parsing import parse_toc_yaml

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "book" / "extensions"))

import drawn_figures  # noqa: E402

LISTED = sorted(parse_toc_yaml(ROOT / "book" / "_toc.yml"))
SITE = yaml.safe_load((ROOT / "_config.yml").read_text())["html"]["baseurl"]
NODE = shutil.which("node")


@pytest.fixture(scope="module")
def soups(html):
    """The listed pages, parsed."""
    return {name: BeautifulSoup((html / f"{name}.html").read_text("utf-8"), "html.parser")
            for name in LISTED}


# Weight

def asked_for(html, name):
    """Files that a page asks for before anybody scrolls or clicks."""
    soup = BeautifulSoup((html / f"{name}.html").read_text("utf-8"), "html.parser")
    found = [node.get("src") or node.get("href") for node in soup.select(
        "script[src], link[rel=stylesheet], link[rel=icon], img:not(.picture-parts img)")]
    base = posixpath.dirname(name)
    return {posixpath.normpath(posixpath.join(base, unquote(urlsplit(address).path)))
            for address in found} | {f"{name}.html"}


def weight(html, name):
    """Bytes of a page and of what it asks for, as a server with gzip sends them."""
    return sum(len(gzip.compress((html / path).read_bytes(), 6)) for path in asked_for(html, name))


def test_the_front_page_is_light(html):
    assert weight(html, "index") < 300_000


def test_no_page_loads_icons_by_script_or_an_index_of_words(html, pages):
    for page in pages.values():
        loaded = " ".join(page.loads)
        assert "fontawesome" not in loaded and "searchindex" not in loaded, page.path
    assert not (html / "searchindex.js").exists()


def test_formulas_are_typeset_where_there_are_some_and_nowhere_else(soups):
    for name, soup in soups.items():
        formulas = bool(soup.select("article .math"))
        assert any("mathjax" in (s.get("src") or "") for s in soup("script")) == formulas, name


# Figures

def test_every_drawn_figure_is_numbered_and_says_its_caption_once(soups):
    count = 0
    for name, soup in soups.items():
        for figure in soup.select("figure.drawn"):
            number = figure.select_one(".caption-number").text.strip()
            caption = figure.select_one(".caption-text").text
            image = figure.select_one("img")
            assert re.fullmatch(r"Fig\. \d+(\.\d+)?", number), name
            assert image["alt"] == f"{number.replace('Fig.', 'Figure')}, described below"
            assert len(caption.split()) > 3 and image["loading"] == "lazy"
            count += 1
        assert not soup.select(".cell_output > img"), name
    assert count > 100


def test_figures_have_a_size_before_they_are_there(soups):
    for name, soup in soups.items():
        for image in soup.select("article figure > img[src*=_images]"):
            assert int(image["width"]) > int(image["height"]) * 0.3 > 0, name


def panels(*widths, gap=20, height=100):
    """A white picture with grey panels of these widths."""
    total = sum(widths) + gap * (len(widths) + 1)
    pixels = np.full((height, total), 255, np.uint8)
    left = gap
    for width in widths:
        pixels[20:80, left:left + width] = 120
        left += width + gap
    return pixels


@pytest.mark.parametrize("widths, parts", [((300, 300), 2), ((200, 200, 200), 3),
                                           ((160, 160, 160, 160), 2), ((640,), 1),
                                           ((500, 140), 1)])
def test_pictures_are_cut_between_their_panels(widths, parts):
    pixels = panels(*widths)
    at = drawn_figures.cuts(pixels)
    assert len(at) == parts - 1
    for column in at:
        assert (pixels[:, column] == 255).all()


# Tables

def test_cells_carry_the_heads_of_their_columns(soups):
    for name, soup in soups.items():
        for table in soup.select("article table.docutils"):
            heads = [re.sub(r"\\[()]|[\\^_{}]", "", head.text.strip())
                     for head in table.select("thead th")]
            assert not heads or any(heads), f"{name}: an empty band"
            for row in table.select("tbody tr") if heads else ():
                cells = row.find_all(["td", "th"], recursive=False)
                assert [cell.get("data-label", "") for cell in cells] == heads, name


def test_a_table_without_heads_has_heads_of_rows(soups):
    first = soups["losses/bce"].select_one("article table")
    assert not first.find("thead")
    assert all(row.find("th") and row.find("td") for row in first.select("tr"))


# Text and code

def test_a_chapter_says_how_long_it_takes(soups):
    for name in LISTED:
        said = soups[name].select(".reading-time")
        assert len(said) == name.startswith(("game/", "losses/", "asides/", "answer/")), name
        if said:
            assert 5 <= int(re.fullmatch(r"About (\d+) minutes", said[0].text)[1]) <= 60, name


def test_the_source_of_a_loss_is_coloured(soups):
    for name in LISTED:
        if name.startswith("losses/"):
            assert soups[name].select(".printed-source .highlight .k"), name


def test_rows_of_scores_are_tables(soups):
    for name in LISTED:
        if name.startswith("losses/"):
            rows = soups[name].select(".cell_output table.compact tbody tr")
            assert rows and all(re.search(r"\d\.\d\d \(\d\.\d\d–", row.text) for row in rows), name
            assert "| `" not in soups[name].select_one("article").text, name


# The package's page

def test_attributes_have_their_names_and_losses_their_anchors(soups):
    soup = soups["reference/api"]
    shown = soup.select_one("article").text
    assert not re.search(r"(?m)^\w+ \([a-z_]+,\)", shown)  # a name that was taken for a type
    assert "real_features" in shown and "discriminator_gradient" in shown
    for loss in ("BCE", "Wasserstein", "GradientPenalty", "InfoGAN"):
        assert soup.find(id=f"rnngan_tutorial.losses.{loss}")


# Links back

def test_terms_and_references_lead_back_to_where_they_are_used(html, pages):
    links = {name: [link for link in pages[html / f"reference/{name}.html"].links
                    if re.search(r"#(use-term|id\d)", link)]
             for name in ("glossary", "bibliography")}
    assert len(links["glossary"]) > 150 and len(links["bibliography"]) > 150


def test_a_reference_is_called_the_same_in_text_and_list(soups):
    labels = {node["id"]: node.select_one(".label").text.strip("[] \n")
              for node in soups["reference/bibliography"].select("div.citation")}
    assert "Goodfellow et al., 2014" in labels.values()
    links = soups["losses/bce"].select(".bibtex-citation a")
    assert links
    for link in links:
        assert labels[link["href"].split("#")[1]].startswith(link.text)


# Sharing and finding

def test_every_page_says_how_it_looks_when_shared(soups, html):
    for name, soup in soups.items():
        told = {tag["property"]: tag["content"] for tag in soup("meta", property=True)}
        assert told["og:url"] == f"{SITE}{name}.html"
        assert told["og:description"] == soup.find("meta", {"name": "description"})["content"]
        assert told["og:title"] and told["og:image"].startswith(SITE)
        assert (html / told["og:image"].removeprefix(SITE)).is_file()
        assert soup.find("link", rel="canonical")["href"] == f"{SITE}{name}.html"
    assert soups["index"].title.text == "Loss functions for recurrent GANs"


def test_the_map_of_the_site_has_its_pages(html):
    tree = ElementTree.parse(html / "sitemap.xml")
    found = {node.text for node in tree.iter() if node.tag.endswith("loc")}
    assert found == {f"{SITE}{name}.html" for name in LISTED}
    assert f"Sitemap: {SITE}sitemap.xml" in (html / "robots.txt").read_text()


def test_the_page_for_wrong_addresses_works_at_any_depth(html):
    soup = BeautifulSoup((html / "404.html").read_text(), "html.parser")
    head = soup.head
    base = head.find("base")
    assert base["href"] == urlsplit(SITE).path
    before = [node.name for node in base.find_all_previous(["link", "script", "img"])]
    assert before == [] and soup.find("a", href="index.html")


# Search: what readers type, and where one of the first five results should lead.
QUERIES = {
    "which loss should I use": "reference/heartbeats", "mode collapse": "losses/",
    "WGAN-GP": "losses/wgan", "gradient penalty": "losses/wgan", "TimeGAN": "game/sequences",
    "LSTM": "game/recurrent_game", "TTUR": "game/adam", "diffusion": "reference/api",
    "learning rate": "game/adam", "label smoothing": "losses/", "posterior collapse": "losses/vae",
    "feature matching": "losses/improved_gan", "conditional labels": "losses/cgan",
    "my own csv": "how_to_use", "vanishing gradient": "losses/gan", "least squares": "losses/mse",
    "discriminative score": "game/measuring", "nan loss": "losses/",
    "latent code": "losses/infogan",
}


@pytest.mark.skipif(NODE is None, reason="no node on this machine to run the search")
def test_search_finds_sections(html):
    assert len(QUERIES) == 19
    script = (f"const s = require({json.dumps(str(html / '_static' / 'search.js'))});"
              f"eval(require('fs').readFileSync({json.dumps(str(html / '_static/sections.js'))},"
              "'utf8').replace('const SECTIONS', 'globalThis.SECTIONS'));"
              "const book = s.prepare(SECTIONS);"
              f"console.log(JSON.stringify({json.dumps(list(QUERIES))}.map((q) =>"
              "s.choose(s.search(book, q)).slice(0, 5).map((r) => r.section.address))))")
    answers = json.loads(subprocess.run([NODE, "-e", script], capture_output=True, text=True,
                                        check=True).stdout)
    missed = {query: found for (query, wanted), found in zip(QUERIES.items(), answers)
              if not any(address.startswith(wanted) for address in found)}
    assert missed == {}
    assert sum("#" in address for found in answers for address in found) > 50


def test_what_is_searched_leads_somewhere(html, pages):
    text = (html / "_static" / "sections.js").read_text("utf-8")
    sections = json.loads(text.removeprefix("const SECTIONS = ").rstrip(";\n"))
    entries = [entry for _, found in sections for entry in found]
    assert len(entries) > 300
    for address, heading, words, _ in entries:
        page, _, anchor = address.partition("#")
        assert heading and "\\" not in heading
        assert not anchor or anchor in pages[html / page].ids, address
        assert "import numpy" not in words


# The front page's picture

def test_the_picture_of_the_front_page_shows_what_is_said_of_it():
    with np.load(ROOT / "data" / "results" / "front_page.npz") as kept:
        assert kept["mse_share"].shape == kept["r3gan_share"].shape == (8,)
        assert kept["mse_share"].max() == 0
        assert np.abs(kept["r3gan_share"] - kept["real_share"]).max() < 0.1
        assert 1 / 6 - 0.01 < kept["r3gan_share"].min() < kept["r3gan_share"].max() < 0.28
