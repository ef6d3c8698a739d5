"""A claim's line in a notebook's output becomes a card on the page: verdict, sentence, evidence.

The words are those of claims.yml; the line comes from the stored output, and the card links to
the claim's row in the ledger, from which it has how often the claim held on fresh seeds.
"""

import html
import re
from pathlib import Path

import yaml
from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

LINE = re.compile(r"^claim ([\w-]+) (holds|does not hold in this run): (.*)$")
MARKS = {"true": "✓", "false": "✗"}
ROW = re.compile(r'^\| <span id="([\w-]+)".*?\| \*\*(.*?)\*\* \| (.*?) \|', re.MULTILINE)
LEDGER = "reference/claims"


def card(entry, held, evidence, ledger):
    """HTML of one claim."""
    kind = entry["spoken"].split()[0]
    verdict = f"{MARKS[kind]} {entry['spoken']}"
    count = f", held in {entry['held']} blocks" if entry["held"][0].isdigit() else ""
    luck = "" if held else ' <span class="claim-miss">not in this run</span>'
    return (f'<div class="claim claim-{kind}" id="claim-{entry["id"]}">'
            f'<p><span class="claim-verdict">{verdict}</span>{luck} '
            f'{html.escape(entry["sentence"])}</p>'
            f'<p class="claim-evidence">{html.escape(evidence)} '
            f'<a href="{ledger}#{entry["id"]}">{entry["kind"]}{count}, '
            f'<code>{entry["id"]}</code></a></p>'
            f'</div>')


class Cards(SphinxPostTransform):
    default_priority = 900
    formats = ("html",)

    def run(self, **kwargs):
        claims = self.config.claims
        ledger = self.app.builder.get_relative_uri(self.env.docname, LEDGER)
        for block in list(self.document.findall(nodes.literal_block)):
            lines = block.astext().splitlines()
            found = [LINE.match(line) for line in lines]
            if not any(match and match[1] in claims for match in found):
                continue
            made, rest = [], []
            for line, match in zip(lines, found, strict=True):
                if match and match[1] in claims:
                    made.append(nodes.raw("", card(claims[match[1]], match[2] == "holds",
                                                   match[3], ledger), format="html"))
                else:
                    rest.append(line)
            if "".join(rest).strip():
                kept = block.deepcopy()
                kept.children = [nodes.Text("\n".join(rest))]
                kept.rawsource = "\n".join(rest)
                made.insert(0, kept)
            block.replace_self(made)


def read_claims(app, config):
    """Id -> entry of claims.yml, with the verdict and the count that the ledger prints."""
    entries = yaml.safe_load((Path(app.srcdir) / "claims.yml").read_text())
    ledger = ROW.findall((Path(app.srcdir) / f"{LEDGER}.md").read_text())
    said = {id: {"spoken": verdict, "held": held.split(" (")[0]} for id, verdict, held in ledger}
    config.claims = {entry["id"]: {**entry, **said[entry["id"]]} for entry in entries}


def setup(app):
    app.add_config_value("claims", {}, "", dict)
    app.connect("config-inited", read_claims)
    app.add_post_transform(Cards)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
