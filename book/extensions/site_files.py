"""What a site has beside its pages: how it looks when shared, a map for search engines, a 404.

No library: all that is needed are a page's own title and description, which it has already.
"""

import html
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from docutils import nodes

CARD = "_static/card.png"
MISSING = "404"


def tags(app, page, context):
    """Lines for the head of a page that say how it looks when it is shared."""
    site = app.config.html_baseurl
    title = app.config.html_title or app.config.project
    told = {"og:type": "website" if page == app.config.root_doc else "article",
            "og:site_name": title, "og:title": plain(context.get("title") or title),
            "og:url": urljoin(site, app.builder.get_target_uri(page)),
            "og:description": description(context.get("metatags", "")),
            "og:image": urljoin(site, CARD), "og:image:alt": app.config.card_alt,
            "twitter:card": "summary_large_image"}
    return "\n".join(f'<meta property="{name}" content="{html.escape(value)}" />'
                     for name, value in told.items() if value)


def plain(title):
    """A title without tags."""
    return html.unescape("".join(part.split(">", 1)[-1] for part in title.split("<")))


def description(metatags):
    """What the page says of itself in its tags."""
    _, found, rest = metatags.partition('<meta content="')
    text, _, after = rest.partition('" name="description"')
    return html.unescape(text) if found and after else ""


def put_tags(app, page, template, context, doctree):
    context["shared"] = tags(app, page, context) if doctree else ""
    # GitHub shows this page at any depth: its addresses start at the site.
    context["base"] = urlsplit(app.config.html_baseurl).path if page == MISSING else ""
    if doctree is None:
        context["pageurl"] = None  # search and the rest are not for search engines


def drop_mathjax(app, page, template, context, doctree):
    """Sphinx takes a page's formulas for those of the pages above it as well."""
    if doctree is None or not any(doctree.findall(is_formula)):
        context["script_files"] = [script for script in context["script_files"]
                                   if "mathjax" not in f"{script.filename} {script.attributes}"
                                   .lower()]


def is_formula(node):
    return isinstance(node, (nodes.math, nodes.math_block))


def missing(app):
    yield MISSING, {"title": "Not found"}, "404.html"


def write_map(app, exception):
    """sitemap.xml and robots.txt."""
    if exception is not None or app.builder.name != "html":
        return
    site, out = app.config.html_baseurl, Path(app.outdir)
    pages = [urljoin(site, app.builder.get_target_uri(page)) for page in sorted(app.env.all_docs)]
    out.joinpath("sitemap.xml").write_text(
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        + "".join(f"<url><loc>{html.escape(page)}</loc></url>\n" for page in pages)
        + "</urlset>\n", encoding="utf-8")
    out.joinpath("robots.txt").write_text(
        f"User-agent: *\nAllow: /\nSitemap: {urljoin(site, 'sitemap.xml')}\n", encoding="utf-8")


def setup(app):
    app.add_config_value("card_alt", "", "html", str)
    app.connect("html-page-context", put_tags)
    app.connect("html-page-context", drop_mathjax, priority=900)  # after it was put in
    app.connect("html-collect-pages", missing)
    app.connect("build-finished", write_map)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
