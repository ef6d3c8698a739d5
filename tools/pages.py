"""Write the reference pages that are made from data: ``python tools/pages.py``.

The ledger of claims from book/claims.yml, the table of heartbeats from the chapters' stored
outputs, and the run times from data/results/.
"""

import re
from pathlib import Path

import nbformat
import tables
import yaml

ROOT = Path(__file__).resolve().parents[1]
BOOK, RESULTS = ROOT / "book", ROOT / "data" / "results"
VERDICTS = {True: "true", False: "false"}
LINE = re.compile(r"^\| `(\w+)` \| .* \|$", re.MULTILINE)
NAMES = {"floor": "real against real", "control": "one beat again and again"}


def head(title, description):
    """The first lines of a page."""
    return ["---", "myst:", "  html_meta:", f"    description: {description}", "---",
            f"# {title}", ""]


def chapters():
    """Chapter -> its title, in the order of the table of contents."""
    toc = yaml.safe_load((BOOK / "_toc.yml").read_text())
    names = [chapter["file"] for part in toc["parts"] for chapter in part["chapters"]]
    books = {name: BOOK / f"{name}.ipynb" for name in names}
    return {name: nbformat.read(path, 4).cells[0].source.split("# ", 1)[1].splitlines()[0]
            for name, path in books.items() if path.exists()}


def robustness():
    """A sentence on how the claims fared with other seeds."""
    rows = [row for name in chapters()
            for row in tables.read(RESULTS / "robustness" / f"{Path(name).name}.csv")]
    held = sum(row["outcome"] == "holds" for row in rows)
    return ("A claim about training should be no luck of one set of seeds. With the code of the "
            "first edition (0.1.0)\nevery chapter was also run with five other blocks of seeds and "
            f"with two threads: {held} of {len(rows)} checks\nheld. But what once failed there was "
            "stated more carefully, or tried more often, until it held: these\nare the seeds that "
            "the claims were developed on, no test on fresh ones. The code has changed since. The\n"
            "outcomes are in `data/results/robustness/`, written by `tools/robustness.py`.")


def claims_page():
    """Every claim, by chapter."""
    claims = yaml.safe_load((BOOK / "claims.yml").read_text())
    lines = head("Claims", "Every claim of the book with its source, verdict and chapter.")
    lines += [f"All {len(claims)} claims of the book. Folklore is stated as people say it. "
              "The cell\nof a claim proves the verdict: it fails if the verdict is wrong.",
              "", robustness(), ""]
    for chapter, title in chapters().items():
        lines += [f"## {title}", "", f"Shown in {{doc}}`../{chapter}`.", "",
                  "| Claim | Source | Verdict | Id |", "|---|---|---|---|"]
        lines += [f"| {claim['sentence']} | {claim['source']} | "
                  f"**{VERDICTS.get(claim['verdict'], claim['verdict'])}** | `{claim['id']}` |"
                  for claim in claims if claim["chapter"] == chapter]
        lines.append("")
    return "\n".join(lines)


def heartbeat_rows():
    """(name, chapter, row) of every row that a chapter's stored outputs hold."""
    for path in sorted(BOOK.rglob("*.ipynb")):
        for cell in nbformat.read(path, 4).cells:
            if cell.cell_type == "code" and "score_line(" in cell.source:
                for found in LINE.finditer("".join(out.get("text", "") for out in cell.outputs)):
                    chapter = path.relative_to(BOOK).with_suffix("").as_posix()
                    yield found[1], chapter, found[0]


def heartbeats_page():
    """One row per loss, sorted by the distance to the real beats."""
    rows = list(heartbeat_rows())
    losses = sorted((row for row in rows if row[0] not in NAMES),
                    key=lambda row: float(row[2].split("|")[3].split()[0]))
    lines = head("The heartbeats, loss by loss", "The same patient and budget for every loss, four "
                 "scores over eight seeds, with floor and control.")
    lines += ["Same patient, same budget, the same generator and discriminator, but for what a "
              "loss asks for:\na label, a code, an encoder, a layer, or no discriminator. `mae` "
              "has its own learning rate, as its\nchapter explains. Each cell is the median of "
              "eight seeds, with the lowest and the highest seed in\nbrackets; "
              "{doc}`../game/measuring` says what the scores are. A name leads to its chapter.",
              "",
              "Sorted by the sliced Wasserstein distance to beats that were not trained on. The "
              "order is no\nranking: one beat again and again stands high in it, and so do `mae` "
              "and `mse`, which make no\nwide beat.", "",
              "| Loss | Discriminative | Sliced W. | Autocorrelation | Wide share |",
              "|---|---|---|---|---|"]
    lines += [row.replace(f"`{name}`", f"*{NAMES[name]}*", 1)
              for name, _, row in rows if name in NAMES]
    lines += [row.replace(f"`{name}`", f"[`{name}`](../{chapter}.ipynb)", 1).replace(" to ", "–")
              for name, chapter, row in losses]
    return "\n".join([*lines, ""])


def runtimes_page():
    """How long each chapter takes, and what each loss costs against BCE."""
    lines = head("Run times", "How long each chapter takes to run, and what each loss costs beside "
                 "binary cross-entropy, as measured.")
    rows = {row["notebook"]: row for row in tables.read(RESULTS / "runtimes.csv")}
    lines += ["## Chapters", "", "From the first cell to the last, start of the kernel and scores "
              "included. Other work ran on the\nmachine while these were taken; a quiet one is "
              "faster.", "", "| Chapter | Seconds | Measured |", "|---|---|---|"]
    for name in chapters():
        row = rows[name]
        lines.append(f"| {{doc}}`../{name}` | {row['seconds']} | {row['device']}, PyTorch "
                     f"{row['torch']}, {row['date']} |")
    lines += ["", "## Losses", "", "Training alone, four seeds side by side at the default "
              "settings on one CPU core, and the same\ntime over that of `bce`.", "",
              "| Loss | `modes`, 1,500 steps | over `bce` | heartbeats, 1,000 steps | over `bce` |",
              "|---|---|---|---|---|"]
    seconds = {(row["loss"], row["data"]): float(row["seconds"])
               for row in tables.read(RESULTS / "losses.csv")}
    for loss in dict.fromkeys(loss for loss, _ in seconds):
        cells = [f"{seconds[loss, data]:.0f} s | {seconds[loss, data] / seconds['bce', data]:.2f}"
                 for data in ("modes", "heartbeats")]
        lines.append(f"| `{loss}` | {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


PAGES = {"claims": claims_page, "heartbeats": heartbeats_page, "runtimes": runtimes_page}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (BOOK / "reference" / f"{name}.md").write_text(page())
