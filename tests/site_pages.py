"""Read built HTML pages: their links, images, headings and what they ask other servers for."""

from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

# Attributes by which a page loads something by itself, as against links to follow.
LOADS = {("script", "src"), ("img", "src"), ("source", "src"), ("iframe", "src"),
         ("video", "src"), ("audio", "src"), ("embed", "src"), ("object", "data")}
LOADING_LINKS = {"stylesheet", "preload", "icon", "shortcut", "modulepreload", "prefetch",
                 "preconnect", "dns-prefetch", "manifest"}


class Page(HTMLParser):
    """One page.

    Attributes
    ----------
    language, description : str
    ids : set of str
    links, loads : list of str
        Addresses to follow, and addresses loaded with the page.
    alts : list of str or None
        The alternative text of each image; None where there is none.
    titles : int
        Number of first-level headings of the article; the theme has one more, for printing.
    """

    def __init__(self, path):
        super().__init__()
        self.path = path
        self.language = self.description = ""
        self.ids, self.links, self.loads, self.alts, self.titles = set(), [], [], [], 0
        self.in_article = False
        self.text = path.read_text(encoding="utf-8")
        self.feed(self.text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.ids |= {given[name] for name in ("id", "name") if given.get(name)}
        if tag == "html":
            self.language = given.get("lang", "")
        if tag == "article":
            self.in_article = True
        if tag == "h1":
            self.titles += self.in_article
        if tag == "img":
            self.alts.append(given.get("alt"))
        if tag == "meta" and given.get("name") == "description":
            self.description = given.get("content", "")
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        if tag == "link" and LOADING_LINKS & set(given.get("rel", "").split()):
            self.loads.append(given.get("href", ""))
        self.loads += [given[name] for name in given if (tag, name) in LOADS and given[name]]

    def handle_endtag(self, tag):
        if tag == "article":
            self.in_article = False


def is_external(address):
    """Whether an address is on another server."""
    parts = urlsplit(address)
    return bool(parts.netloc) or parts.scheme in ("http", "https")


def broken(page, pages):
    """Addresses within the book that lead nowhere.

    Parameters
    ----------
    page : Page
    pages : dict of Path to Page
        All pages, to look for the target of ``#fragment``.
    """
    for address in page.links + page.loads:
        parts = urlsplit(address)
        if is_external(address) or parts.scheme:
            continue
        target = (page.path.parent / unquote(parts.path)).resolve() if parts.path else page.path
        if not target.is_file():
            yield address
        elif parts.fragment and target in pages:
            if unquote(parts.fragment) not in pages[target].ids:
                yield address
