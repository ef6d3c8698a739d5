"""Plain Markdown from the MyST of one page, for readers whose viewer knows no MyST.

What is plain Markdown already stays to the letter. What has no plain form is refused, with the
number of its cell.
"""

import html
import re
from ast import literal_eval
from posixpath import dirname, join, normpath

from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from site_index import MYST, directive

STAYS = {f"{part}_{end}" for end in ("open", "close") for part in (
    "heading", "paragraph", "bullet_list", "ordered_list", "list_item", "blockquote", "table",
    "thead", "tbody", "tr", "th", "td", "em", "strong", "link")}
STAYS |= {"text", "softbreak", "hardbreak", "hr", "code_block", "code_inline", "math_block",
          "math_inline"}
ADMONITIONS = {"admonition", "attention", "caution", "danger", "error", "hint", "important",
               "note", "seealso", "tip", "warning"}
# Before one of these a citation is part of the sentence: "by Mirza and Osindero (2014)".
SENTENCE = re.compile(r"(^|[.;:]\s+|\b(and|by|from|in|of|on|that|to)\s+)$")
CITATIONS = re.compile(r"(\{cite\}`[^`]*`(,|\s|\band\b)*)+$")
OPEN, CLOSE = "<details>\n<summary>{}</summary>", "</details>"
SUMMARY = MarkdownIt().use(dollarmath_plugin)  # Markdown is not read there; TeX is
SUMMARY.renderer.rules["math_inline"] = lambda tokens, at, *_: (
    html.escape(f"${tokens[at].content}$"))


class Prose:
    """The text of one page, cell by cell, with what reaches over its cells.

    Parameters
    ----------
    index : Index
    page : str
        Such as "losses/bce".
    numbers : dict
        Name -> text, as the page's stored outputs have it, of the numbers in the prose.

    Attributes
    ----------
    at : int
        The cell, for messages; to be set by the caller.
    solution : str or None
        The exercise whose solution is not at its end.
    cited : set
        Keys of the references so far.
    """

    def __init__(self, index, page, numbers):
        self.index, self.page, self.numbers = index, page, numbers
        self.at, self.level, self.solution, self.cited = 0, 1, None, set()

    def refuse(self, what):
        raise ValueError(f"{self.page}, cell {self.at}: {what}")

    def cell(self, source):
        """A cell. What it has of a solution that lies in several cells is folded.

        Raises
        ------
        ValueError
            If something has no plain form, or leads nowhere.
        """
        begun = self.solution
        text = self.plain(source).strip()
        if begun and not text.startswith(CLOSE):
            text = f"{OPEN.format(f'Solution to {self.named(begun)}, continued')}\n\n{text}"
        elif begun:
            text = text.removeprefix(CLOSE).strip()
        if self.solution:
            text += f"\n\nIts code is in the next cell, folded.\n\n{CLOSE}"
        return text

    # Blocks

    def plain(self, source):
        """The text with everything replaced that is MyST."""
        lines = source.splitlines(keepends=True)
        starts = [0]
        for line in lines:
            starts.append(starts[-1] + len(line))
        edits, at = [], 0
        for token in MYST.parse(source):
            if token.type == "inline":
                at = max(at, starts[token.map[0]])
                for child in token.children:
                    found, at = self.inline(child, source, at)
                    edits += found
            elif (text := self.block(token)) is not None:
                first, last = token.map
                edits.append((starts[first], starts[last], self.put(text, lines, first, last)))
        for first, last, text in reversed(edits):
            source = source[:first] + text + source[last:]
        return source

    def put(self, text, lines, first, last):
        """A block for some lines: as far in as they are, between empty lines."""
        margin = re.match(r"[ >]*", lines[first])[0]
        if not re.match(r"[`:~$(%+]", lines[first][len(margin):]):
            self.refuse(f"begin a block on a line of its own: {lines[first].strip()!r}")
        text = "".join(f"{margin}{line}".rstrip() + "\n" for line in text.splitlines())
        before = first > 0 and lines[first - 1].strip(" >\n")
        after = last < len(lines) and lines[last].strip(" >\n")
        return f"{margin.rstrip()}\n" * bool(before) + text + f"{margin.rstrip()}\n" * bool(after)

    def block(self, token):
        """What comes in the place of a block; None if it stays."""
        if token.type == "heading_open":
            self.level = int(token.tag[1:])
        if token.type in STAYS:
            return None
        if token.type == "math_block_label":
            return self.math(token.content, token.info)
        if token.type == "myst_target":
            return f'<a name="{self.anchor(token.content)}"></a>'
        if token.type in ("myst_line_comment", "myst_block_break"):
            return ""
        if token.type in ("fence", "colon_fence"):
            return self.directive(*found) if (found := directive(token)) else None
        self.refuse(f"{token.type} {token.content[:40]!r} has no plain form")

    def directive(self, name, argument, options, body):
        if name == "math":
            return self.math(body, options.get("label"))
        if name in ("exercise", "exercise-start"):
            title = f"{self.named(options.get('label'))}{f': {argument}' * bool(argument)}"
            return f"{'#' * min(self.level + 1, 6)} {title}\n\n{self.plain(body)}".strip()
        if name == "solution":
            return folded(f"Solution to {self.named(argument)}", self.plain(body))
        if name == "solution-start":
            self.solution = argument
            return OPEN.format(f"Solution to {self.named(argument)}")
        if name == "solution-end":
            self.solution = None
            return CLOSE
        if name == "exercise-end":
            return ""
        if name == "dropdown":
            return folded(self.plain(argument), self.plain(body))
        if name in ADMONITIONS:
            text = f"**{self.plain(argument) or name.capitalize()}**\n\n{self.plain(body)}"
            return "\n".join(f"> {line}".rstrip() for line in text.splitlines())
        if name in ("explorable", "player"):
            return f"*[Alive on the web.]({self.index.address(self.page)})*"
        if name == "raw":  # what is alive on the page and dead in a notebook
            return f"*[Only on the web.]({self.index.address(self.page)})*" * (argument == "html")
        self.refuse(f"the directive {{{name}}} has no plain form")

    def math(self, tex, label):
        if re.search(r"\n\n|\\begin\{(align|equation|gather)\*?\}", tex):
            self.refuse(f"write one formula, with aligned or gathered inside: {tex[:40]!r}")
        if re.search(r"\\\\|&", tex) and "\\begin{" not in tex:
            tex = f"\\begin{{aligned}}\n{tex.strip()}\n\\end{{aligned}}"
        tag = f"\n\\tag{{{self.number(label)}}}" if label else ""
        return f"$$\n{tex.strip()}{tag}\n$$"

    # Inside a line

    def inline(self, token, source, at):
        """Edits for a part of a line, and where in the source the next part begins."""
        if token.type == "myst_role":
            name, content = token.meta["name"], token.content.strip()
            found = self.find(rf"\{{{re.escape(name)}\}}(`+)\s*{spread(content)}\s*\1", source, at)
            text = self.role(name, content, source[:found.start()])
            return [(*found.span(), text)], found.end()
        if token.type == "link_open":
            self.link = token.attrs["href"]
        if token.type == "link_close" and not re.match(r"https?:|mailto:", self.link):
            found = self.find(rf"\]\({re.escape(self.link)}\)", source, at)
            return [(*found.span(), f"]({self.leads(self.link.removeprefix('#'))})")], found.end()
        if token.type in ("code_inline", "math_inline"):
            return [], self.find(spread(token.content), source, at).end()
        if token.type not in STAYS:
            self.refuse(f"{token.type} {token.content[:40]!r} has no plain form")
        return [], at

    def find(self, pattern, source, at):
        return re.compile(pattern).search(source, at) or self.refuse(f"cannot find {pattern}")

    def role(self, name, content, before):
        """What comes in the place of a role, after the text `before`."""
        shown, target = re.fullmatch(r"(?:(.*?)\s*<)?(.*?)>?", content).groups()
        if name in ("glue:", "glue:text"):
            return self.glued(content)
        if name in ("cite", "cite:p", "cite:t"):
            in_text = SENTENCE.search(CITATIONS.sub("", before))
            return self.citation(content.split(","), name == "cite:t" or name == "cite" and in_text)
        if name == "eq":
            text, page = f"({self.number(target)})", self.index.numbers[target][1]
            return text if page == self.page else f"[{text}]({self.index.address(page, target)})"
        if name == "doc":
            page = normpath(join("/", dirname(self.page), target)).lstrip("/")
            if page not in self.index.titles:
                self.refuse(f"there is no page {target!r}")
            return f"[{shown or self.index.titles[page]}]({self.index.address(page)})"
        if name in ("ref", "numref"):
            return f"[{shown or self.named(target)}]({self.leads(target)})"
        if name == "math":
            return f"${content}$"
        self.refuse(f"{{{name}}}`{content}` has no plain form")

    def glued(self, content):
        """A number of the prose, as MyST-NB prints it."""
        name, _, form = content.partition(":")
        if name not in self.numbers:
            self.refuse(f"no stored output has the number {name!r}")
        value = self.numbers[name]
        return format(literal_eval(value), form) if form else value.strip("'\"")

    def citation(self, keys, in_text):
        found = []
        for key in map(str.strip, keys):
            if key not in self.index.bibliography.entries:
                self.refuse(f"there is no reference {key!r}")
            self.cited.add(key)
            authors, year, address = self.index.cited(key)
            found.append(f"[{authors} ({year})]({address})" if in_text else
                         f"[{authors}, {year}]({address})")
        return " and ".join(found) if in_text else f"({'; '.join(found)})"

    # Labels

    def number(self, label):
        if label not in self.index.numbers:
            self.refuse(f"nothing has the label {label!r}")
        return self.index.numbers[label][2]

    def named(self, label):
        """A heading by its words, an exercise or an equation by its number."""
        if label in self.index.headings:
            return self.index.headings[label][1]
        number = self.number(label)
        kind = self.index.numbers[label][0]
        return f"Exercise {number}" if kind == "exercise" else f"Equation ({number})"

    def anchor(self, label):
        """Of a heading: the one that Jupyter makes for it, and that Colab is given."""
        return self.index.headings.get(label, ("", label))[1].replace(" ", "-")

    def leads(self, label):
        """The address of a label: of headings in this notebook here, of all else on the site."""
        if label in self.index.headings:
            page = self.index.headings[label][0]
            return (f"#{self.anchor(label)}" if page == self.page else
                    self.index.address(page, label))
        self.number(label)
        return self.index.address(self.index.numbers[label][1], label)


def spread(content):
    """A pattern for a text whose lines may be broken elsewhere."""
    return r"[\s>]+".join(map(re.escape, content.split()))


def folded(title, body):
    """Something that a click opens; its title is Markdown."""
    return f"{OPEN.format(SUMMARY.renderInline(title))}\n\n{body.strip()}\n\n{CLOSE}"
