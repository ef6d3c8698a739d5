"""Write the ledger of claims from book/claims.yml: ``python tools/claims_page.py``."""

from pathlib import Path

import yaml

BOOK = Path(__file__).resolve().parents[1] / "book"
VERDICTS = {True: "true", False: "false"}


def page(claims):
    """The ledger as a page of MyST Markdown."""
    lines = ["---", "myst:", "  html_meta:",
             "    description: Every claim of the book with its source, verdict and chapter.",
             "---", "# Claims", "",
             f"All {len(claims)} claims of the book. A claim that comes from folklore is stated "
             "as people say it;\nits cell proves the verdict. The cell fails if the claim does.",
             ""]
    for chapter in dict.fromkeys(claim["chapter"] for claim in claims):
        lines += [f"## {{doc}}`../{chapter}`", "", "| Claim | Source | Verdict | Id |",
                  "|---|---|---|---|"]
        lines += [f"| {claim['sentence']} | {claim['source']} | "
                  f"**{VERDICTS.get(claim['verdict'], claim['verdict'])}** | `{claim['id']}` |"
                  for claim in claims if claim["chapter"] == chapter]
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    made = page(yaml.safe_load((BOOK / "claims.yml").read_text()))
    (BOOK / "reference" / "claims.md").write_text(made)
