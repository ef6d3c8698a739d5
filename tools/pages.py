"""Write the reference pages that are made from data: ``python tools/pages.py``.

The ledger of claims from book/claims.yml, the run times from data/results/, and the heartbeats,
which are made in `heartbeats`.
"""

import json
from collections import Counter
from math import inf
from pathlib import Path

import heartbeats
import nbformat
import tables
import validate
import yaml

ROOT = Path(__file__).resolve().parents[1]
BOOK, RESULTS = ROOT / "book", ROOT / "data" / "results"


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


def wilson(held, n, z=1.96):
    """95 % interval of a rate (Wilson 1927)."""
    centre, square = held + z * z / 2, held * (n - held) / n + z * z / 4
    half = z * square ** 0.5
    return (centre - half) / (n + z * z), (centre + half) / (n + z * z)


def span(values):
    """The lowest and highest of some numbers."""
    low, high = f"{min(values):.2g}", f"{max(values):.2g}"
    return low if low == high else f"{low} to {high}"


def spoken(entry, rows, enough=10):
    """The verdict in words; at a rate where the sentence holds less often than 19 times in 20."""
    verdict = "true" if entry["verdict"] else "false"
    held, n = sum(row["outcome"] == "held" for row in rows), len(rows)
    return verdict if n < enough or held / n >= 0.95 else f"{verdict} in {held} of {n}"


def outcome(rows):
    """What the validation blocks of one claim came to: how often, statistic, nulls."""
    if not rows:
        return "not yet", "", ""
    held, n = sum(row["outcome"] == "held" for row in rows), len(rows)
    low, high = wilson(held, n)
    values = [float(row["value"]) for row in rows if row["value"]]
    nulls = [json.loads(row["null"]) for row in rows if row["value"]]
    first, last = map(float, (rows[-1]["bound"] or "[0, 0]").strip("[]").split(","))
    wanted = (f"{first:.3g} to {last:.3g}" if max(abs(first), abs(last)) < inf else
              f"> {first:.3g}" if last == inf else f"< {last:.3g}")
    return (f"{held} of {n} ({low:.2f} to {high:.2f})",
            f"{span(values)} ({wanted})" if values else "",
            "; ".join(f"{name} {span([null[name] for null in nulls])}" for name in nulls[0])
            if nulls else "")


FILTER = """```{raw} html
<div class="ledger-filter" hidden>
<input type="search" placeholder="filter by words, id or chapter" aria-label="filter claims">
<select aria-label="verdict"><option value="">any verdict</option><option>true</option>
<option>false</option></select>
<select aria-label="kind"><option value="">exact and trained</option><option>exact</option>
<option>trained</option></select>
<output></output>
</div>
<script>
(() => {
  const bar = document.currentScript.previousElementSibling;
  const [words, verdict, kind] = bar.querySelectorAll("input, select");
  document.addEventListener("DOMContentLoaded", () => {
    const rows = [...document.querySelectorAll("article tbody tr")].filter(
      (row) => row.querySelector("[data-kind]"));
    const show = () => {
      let left = 0;
      for (const row of rows) {
        const about = row.querySelector("[data-kind]").dataset;
        row.hidden = !((!verdict.value || about.verdict === verdict.value)
          && (!kind.value || about.kind === kind.value)
          && words.value.toLowerCase().split(" ").every((word) =>
            (row.textContent + about.chapter).toLowerCase().includes(word)));
        left += !row.hidden;
      }
      for (const section of document.querySelectorAll("article section section")) {
        section.hidden = ![...section.querySelectorAll("tbody tr")].some((row) => !row.hidden);
      }
      bar.querySelector("output").textContent = `${left} of ${rows.length}`;
    };
    bar.hidden = false;
    for (const field of [words, verdict, kind]) field.addEventListener("input", show);
    show();
  });
})();
</script>
```"""


def ledger_row(entry, rows):
    """One claim in the ledger; its id leads to the cell that proves it."""
    verdict = "true" if entry["verdict"] else "false"
    page = f"../{entry['chapter']}.html#claim-{entry['id']}"
    held, statistic, nulls = outcome(rows) if entry["kind"] == "trained" else ("exact", "", "")
    return (f'| <span id="{entry["id"]}" data-kind="{entry["kind"]}" data-verdict="{verdict}" '
            f'data-chapter="{entry["chapter"]}"></span>{entry["sentence"]} '
            f'<small>({entry["source"]}) <a href="{page}">{entry["id"]}</a></small> | '
            f'**{spoken(entry, rows)}** | {held} | {statistic} | {nulls} |')


def claims_page():
    """Every claim, by chapter, with what its validation blocks came to."""
    claims = yaml.safe_load((BOOK / "claims.yml").read_text())
    exact = sum(entry["kind"] == "exact" for entry in claims)
    known = {chapter.name: chapter.rows() for chapter in validate.chapters()}
    rows = [row for found in known.values() for row in found]
    blocks = {}
    for row in rows:
        blocks.setdefault(row["claim"], []).append(row)
    always = sum(all(row["outcome"] == "held" for row in found) for found in blocks.values())
    lines = head("Claims", "Every claim of the book with its verdict, how often it held on fresh "
                 "seeds, and the cell that proves it.")
    lines += [f"The book makes {len(claims)} claims. {exact} are **exact**: mathematics, or what "
              "a program does, the\nsame on every machine. "
              f"{len(claims) - exact} are **trained**: their outcome depends on a training or on a "
              "drawn\nsample. Those are also tried on blocks of seeds that nobody could have "
              "tuned to: a block's\nseeds are a hash of the claim's words and of the code that it "
              "rests on, so that they change when\neither does. {doc}`evidence` says how.", "",
              f"So far {len(blocks)} trained claims have been tried, in {len(rows)} checks; "
              f"{always} of them held each time.\nThe others hold on the seeds that they were "
              "written with; that is no evidence yet. A sentence that held in fewer\nthan 19 of 20 "
              "blocks is a rate, and its verdict says so. In the tables, *held* counts the blocks, "
              "with a 95 % interval (Wilson); the *statistic* is the number that\ndecides, lowest "
              "to highest block, with the bound that it must keep; *where it is false* gives the "
              "same number\nfor something of which the sentence is not true. Folklore is stated as "
              "people say it. The outcomes are\nin `data/results/validation/`, written by "
              "`tools/validate.py`.", "", FILTER, ""]
    for chapter, title in chapters().items():
        mine = [entry for entry in claims if entry["chapter"] == chapter]
        if not mine:
            continue
        lines += [f"## {title}", "", f"Shown in {{doc}}`../{chapter}`.", "",
                  "| Claim | Verdict | Held | Statistic | Where it is false |",
                  "|---|---|---|---|---|"]
        lines += [ledger_row(entry, blocks.get(entry["id"], [])) for entry in mine]
        lines.append("")
    return "\n".join(lines)


def runtimes_page():
    """How long each chapter takes, and what each loss costs against BCE."""
    lines = head("Run times", "How long each chapter takes to run, and what each loss costs beside "
                 "binary cross-entropy, as measured.")
    rows = {row["notebook"]: row for row in tables.read(RESULTS / "runtimes.csv")}
    measured = {name: f"{rows[name]['device']}, PyTorch {rows[name]['torch']}, "
                      f"{rows[name]['date']}" for name in chapters()}
    [(usual, _)] = Counter(measured.values()).most_common(1)
    lines += ["## Chapters", "", "From the first cell to the last, start of the kernel and scores "
              "included. Other work ran on the\nmachine while these were taken; a quiet one is "
              f"faster. Measured on {usual}, where nothing\nelse is said.", "",
              "| Chapter | Seconds |", "|---|---|"]
    for name, how in measured.items():
        lines.append(f"| {{doc}}`../{name}` | {rows[name]['seconds']}"
                     f"{'' if how == usual else f' ({how})'} |")
    lines += ["", "## Losses", "", "Training alone on the heartbeats: seconds of one CPU core for "
              "1,000 steps of one seed of four that train\nside by side, and the same over that of "
              "`bce`. {doc}`heartbeats` says what the names stand for.", "",
              "| Loss | Seconds | over `bce` |", "|---|---|---|"]
    seconds = heartbeats.seconds_until(tables.read(RESULTS / "budgets_heartbeats.csv"))
    costs = {loss: spent for (loss, steps), spent in seconds.items() if steps == 1000}
    for loss, spent in sorted(costs.items(), key=lambda cost: cost[1]):
        lines.append(f"| `{loss}` | {spent:.1f} | {spent / costs['bce']:.2f} |")
    lines += whole_runs_section(tables.read(validate.TESTS))
    return "\n".join([*lines, ""])


def whole_runs_section(rows):
    """How the notebooks fared that were run whole, as tests, from fresh seeds."""
    if not rows:
        return []
    lines = ["", "## The tests, from other seeds", "", "Whole notebooks, run as `make test` runs "
             "them, each from a master seed of its validation blocks\n"
             "({doc}`evidence`). A run is red if any cell fails.", "",
             "| Chapter | Runs | Red | Threads | Instructions |", "|---|---|---|---|---|"]
    for name in chapters():
        mine = [row for row in rows if row["notebook"] == name]
        if mine:
            kinds = [", ".join(sorted({row[key] for row in mine} - {""}))
                     for key in ("threads", "capability")]
            lines.append(f"| {{doc}}`../{name}` | {len(mine)} | "
                         f"{sum(row['red'] != '0' for row in mine)} | {kinds[0]} | {kinds[1]} |")
    return lines


PAGES = {"claims": claims_page, "heartbeats": heartbeats.page, "runtimes": runtimes_page}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (BOOK / "reference" / f"{name}.md").write_text(page())
