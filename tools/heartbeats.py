"""The page of results on the heartbeats: every loss, from stored runs and stored outputs."""

import re
from collections import Counter
from pathlib import Path
from statistics import median

import nbformat
import seed_dots
import tables

ROOT = Path(__file__).resolve().parents[1]
BOOK, RESULTS = ROOT / "book", ROOT / "data" / "results"
LINE = re.compile(r"^\| `(\w+)` \| .* \|$", re.MULTILINE)
NAMES = {"floor": "real against real", "control": "one beat again and again"}
# Score -> its name; the head of its column, with places to break it; what it says; where its axis
# ends, and its parts.
SCORES = {
    "wide_share": ("Wide share", "Wide share", "of the generated beats", 1.0, 4),
    "discriminative": ("Discriminative score", "Discrimi\u00adnative",
                       "at 0 nobody tells them from real ones", 0.5, 5),
    "sliced_wasserstein": ("Sliced Wasserstein distance", "Sliced Wasser\u00adstein",
                           "to real beats", 0.2, 4),
    "autocorrelation_error": ("Autocorrelation error", "Auto\u00adcorre\u00adlation", "",
                              0.25, 5)}
COMPARED = 4000  # steps that the stored runs of all losses have
COLUMNS = ("discriminative", "sliced_wasserstein", "autocorrelation_error", "wide_share")
# Where the name of a loss leads to if no chapter of its own has its row.
CHAPTERS = {"bce_gp": "losses/wgan", "conditional_r1r2": "losses/cgan", "energy": "losses/mae",
            "feature_matching": "losses/improved_gan", "hinge": "losses/wgan",
            "kl_practical": "losses/kl", "nonsaturating_r1r2": "losses/bce",
            "relativistic": "answer/after_the_ten",
            "reverse_kl": "losses/kl", "vae_gan": "losses/vae", "wasserstein_clip": "losses/wgan"}

HEAD = """---
myst:
  html_meta:
    description: The same patient and budget for every loss, a dot per seed, four scores beside \
real data and beside one beat again and again.
    keywords: which loss should I use, best loss, which loss is best, comparison of losses, \
results, recommendation, benchmark
---
# The heartbeats, loss by loss

**Does the generator forget the wide beats?** Every dot is a generator, trained from its own
seed on the same beats of the same patient.
"""

CAPTION = """\
Every loss, every seed, after 1,000 steps (open) and after 4,000 (filled, with a bar at the
median). The line is real data against real data, the dashed line one beat again and again. Losses
are in the order of their discriminative score. The name of a loss leads to its chapter, and a dot
says its number when pointed at."""

READING = """\
Look for losses *all* of whose dots stand near the line in the first panel: none of their seeds
forgot the wide beats, and none makes little else. Where dots of one loss lie far apart, the seed
decides, so train several and score each. The order is no ranking: this is one patient and one
small network, with {seeds} seeds, enough to see a loss fail and too few to tell apart those that
do not. The scores are those of {{doc}}`../game/measuring`."""

ROWS = """\
1,000 steps, eight seeds, of `r3gan` four, that the claims use too. The same generator and
discriminator, but for what a loss asks for: a label, a code, an encoder, a layer, or no
discriminator. Each cell is the median of the seeds, with the lowest and the highest in brackets.
Sorted by the sliced Wasserstein distance to beats that were not trained on; one beat again and
again stands high in that order, and so do `mae` and `mse`, which make no wide beat."""

NUMBERS = """\
Every loss with the common recipe: four seeds (two at 16,000) that no claim uses, the same split.
Seconds are of one CPU core for one seed, so equal work can be read off as well as equal steps.
`bce_gp` is `bce` with the gradient penalty, `kl_practical` has the paper's practical step of the
generator, `vae` learns its sigma, `vae_gan` compares features at each step, `conditional_r1r2`
plays the game with both penalties. Median, lowest to highest seed in brackets; sorted by the
discriminative score after 4,000 steps."""


def heartbeat_rows():
    """(name, chapter, row) of every row that a chapter's stored outputs hold."""
    for path in sorted(BOOK.rglob("*.ipynb")):
        for cell in nbformat.read(path, 4).cells:
            if cell.cell_type == "code" and "score_line(" in cell.source:
                for found in LINE.finditer("".join(out.get("text", "") for out in cell.outputs)):
                    chapter = path.relative_to(BOOK).with_suffix("").as_posix()
                    yield found[1], chapter, found[0]


def page():
    """The whole page."""
    rows = tables.read(RESULTS / "budgets_heartbeats.csv")
    lines = [HEAD]
    if rows:
        lines += [dots(rows), "", READING.format(seeds=spelled(rows)), ""]
    return "\n".join([*lines, *chapters_section(), "", *budgets_section(rows), ""])


def runs(rows):
    """(loss, steps) -> rows; and the losses with the steps that all have, best judged first."""
    found = {}
    for row in rows:
        found.setdefault((row["loss"], int(row["steps"])), []).append(row)
    last = {loss: max(steps for name, steps in found if name == loss and steps <= COMPARED)
            for loss, _ in found}
    order = sorted(last, key=lambda loss: middle(found[loss, last[loss]], "discriminative"))
    return found, {loss: last[loss] for loss in order}


def middle(rows, score):
    return median(float(row[score]) for row in rows)


def spelled(rows):
    """How many seeds the figure shows of a loss, at the fewest and at the most."""
    counts = {len(found) for (_, steps), found in runs(rows)[0].items() if steps <= COMPARED}
    return " to ".join(map(str, sorted({min(counts), max(counts)})))


def dots(rows):
    """The figure."""
    found, last = runs(rows)
    known = {name: chapter for name, chapter, _ in heartbeat_rows()} | CHAPTERS
    panels = []
    for score, (name, _, what, limit, ticks) in SCORES.items():
        shown = [(loss, f"../{known[loss]}.html" if loss in known else None,
                  {at: [float(row[score]) for row in found[loss, at]]
                   for at in sorted({1000, last[loss]})}) for loss in last]
        panels.append(seed_dots.panel(name, what, shown, float(rows[0][f"{score}_floor"]),
                                      float(rows[0][f"{score}_control"]), limit, ticks))
    return seed_dots.figure(panels, CAPTION)


def chapters_section():
    """One row per loss of the chapters, sorted by the distance to the real beats."""
    rows = list(heartbeat_rows())
    losses = sorted((row for row in rows if row[0] not in NAMES),
                    key=lambda row: float(row[2].split("|")[3].split()[0]))
    lines = ["## The rows of the chapters", "", ROWS, "",
             "| Loss | " + " | ".join(SCORES[score][1] for score in COLUMNS) + " |",
             "|---|---|---|---|---|"]
    seen = Counter()
    for name, _, row in rows:
        if name in NAMES:  # measuring splits at random, like the chapters, and then by time
            seen[name] += 1
            title = NAMES[name] + ("" if seen[name] == 1 else ", split by time")
            lines.append(row.replace(f"`{name}`", f"*{title}*", 1))
    lines += [row.replace(f"`{name}`", f"[`{name}`](../{chapter}.ipynb)", 1).replace(" to ", "–")
              for name, chapter, row in losses]
    return lines


def seconds_until(rows):
    """(loss, steps) -> seconds of one seed from the first step, from the stored runs."""
    seeds = Counter((row["loss"], int(row["steps"])) for row in rows)
    spent = {(row["loss"], int(row["steps"])): float(row["seconds"]) for row in rows}
    # A stage goes on from the one before it if that has as many seeds.
    return {now: sum(seconds for before, seconds in spent.items() if before[0] == now[0]
                     and before[1] <= now[1] and seeds[before] == seeds[now]) for now in spent}


def budgets_section(rows):
    """Every loss at several budgets, from the stored runs."""
    if not rows:
        return []
    found, last = runs(rows)
    first, seconds = rows[0], seconds_until(rows)
    lines = ["## The numbers of the figure", "", NUMBERS, "",
             "| Loss | Steps | Seconds | " + " | ".join(SCORES[score][1] for score in COLUMNS)
             + " |", "|---" * 7 + "|",
             "| *real against real* | | | " + " | ".join(
                 f"{float(first[f'{score}_floor']):.2f}" for score in COLUMNS) + " |",
             "| *one beat again and again* | | | " + " | ".join(
                 f"{float(first[f'{score}_control']):.2f}" for score in COLUMNS) + " |"]
    for loss in last:
        for steps in sorted(steps for name, steps in found if name == loss and steps >= 1000):
            cells = []
            for score in COLUMNS:
                values = [float(row[score]) for row in found[loss, steps]]
                cells.append(f"{median(values):.2f} ({min(values):.2f}–{max(values):.2f})")
            lines.append(f"| `{loss}` | {steps:,} | {seconds[loss, steps]:.0f} | "
                         + " | ".join(cells) + " |")
    return lines
