"""A term of the glossary and a reference lead back to where they are used.

References are called in the bibliography what they are called in the text.
"""

from collections import Counter

from docutils import nodes
from pybtex.plugin import register_plugin
from pybtex.richtext import Text
from pybtex.style.formatting.unsrt import Style
from pybtex.style.labels import BaseLabelStyle
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinxcontrib.bibtex.domain import get_docnames
from term_links import link_terms


class TextLabels(BaseLabelStyle):
    """As in "Goodfellow et al., 2014"; with a letter where two would be called the same."""

    def format_labels(self, entries):
        names = [self.name(entry) for entry in entries]
        counts, seen = Counter(names), Counter()
        for name in names:
            seen[name] += 1
            yield name + (chr(ord("a") + seen[name] - 1) if counts[name] > 1 else "")

    def name(self, entry):
        people = entry.persons.get("author") or entry.persons["editor"]
        names = [str(Text.from_latex(" ".join(person.prelast_names + person.last_names)))
                 for person in people]
        short = f"{names[0]} et al." if len(names) > 2 else " and ".join(names)
        return f"{short}, {entry.fields['year']}"


class BookStyle(Style):
    default_sorting_style = "author_year_title"
    default_label_style = "text"


def note_uses(app, env):
    """Before pages are written: where each term and each reference is used, in reading order.

    ``env.uses`` maps the anchor of a term or the key of a reference to a list of (page, anchor).
    """
    env.uses = {}
    cited = env.get_domain("cite").citation_refs
    for page in get_docnames(env):
        for anchor in link_terms(env.get_doctree(page), page, env, str):
            env.uses.setdefault(anchor, []).append((page, f"use-{anchor}"))
        keys = set()
        for reference in cited:
            new = {target.key for target in reference.targets} - keys
            if reference.docname == page and new:
                keys |= new
                for key in new:
                    env.uses.setdefault(key, []).append((page, reference.citation_ref_id))


class BackLinks(SphinxPostTransform):
    default_priority = 940
    formats = ("html",)

    def run(self, **kwargs):
        for term in self.document.findall(nodes.term):
            if term["ids"] and (uses := self.env.uses.get(term["ids"][0])):
                term.parent[-1].append(self.links("Used in", uses))
        keys = {known.citation_id: known.key
                for known in self.env.get_domain("cite").citations}
        for citation in self.document.findall(nodes.citation):
            if uses := self.env.uses.get(keys.get(citation["ids"][0])):
                citation.append(self.links("Cited in", uses))

    def links(self, words, uses):
        """A line of links to pages, chapters by their numbers."""
        line = nodes.paragraph("", f"{words} ", classes=["back-links"])
        for page, anchor in uses:
            title = self.env.titles[page].astext()
            number = self.env.toc_secnumbers.get(page, {}).get("")
            address = self.app.builder.get_relative_uri(self.env.docname, page)
            if len(line) > 1:
                line += nodes.Text(", ")
            line += nodes.reference("", str(number[0]) if number else title, internal=True,
                                    refuri=f"{address}#{anchor}", reftitle=title)
        return line


def setup(app):
    register_plugin("pybtex.style.labels", "text", TextLabels)
    register_plugin("pybtex.style.formatting", "book", BookStyle)
    app.connect("env-check-consistency", note_uses)
    app.add_post_transform(BackLinks)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
