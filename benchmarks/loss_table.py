"""Every loss at its default settings, on `modes` and on the heartbeats.

``python -m benchmarks.loss_table`` trains each with four seeds and appends one row per score to
data/results/losses.csv; ``python -m benchmarks.loss_table --show`` prints the table from it.
What is in the file is not run again, so the run can be killed and taken up.
"""

import argparse
import csv
import time
from pathlib import Path

import rnngan_tutorial as rt

RESULTS = Path(__file__).resolve().parents[1] / "data" / "results" / "losses.csv"
COLUMNS = ["data", "loss", "steps", "seconds", "score", "seeds", "median", "floor", "control"]
RUNS = {"modes": 1500, "heartbeats": 1000}
SEEDS = 4


def rows(name, loss, steps):
    """One row per score of one run."""
    data = rt.load("modes", n=3000) if name == "modes" else rt.load(name)
    train, test = data.split(by="random")
    began = time.perf_counter()
    run = rt.train(train, loss, steps, SEEDS, progress=False)
    seconds = time.perf_counter() - began
    for key, score in rt.score(run, test).items():
        yield [name, loss, steps, f"{seconds:.1f}", key,
               " ".join(f"{value:.3f}" for value in score.values), f"{score.median:.3f}",
               f"{score.floor:.3f}", f"{score.control:.3f}"]


def show():
    """The table, one line per loss and data set."""
    found = {}
    with open(RESULTS, newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault((row["data"], row["loss"], row["seconds"]), []).append(row)
    for (name, loss, seconds), scores in found.items():
        print(f"{name:11} {loss:18} {float(seconds):5.0f} s  " + "; ".join(
            f"{s['score']} {s['median']} [{s['seeds']}] ({s['floor']}, {s['control']})"
            for s in scores))


def main(argv=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.loss_table", description=__doc__)
    parser.add_argument("--show", action="store_true")
    parser.add_argument("losses", nargs="*", help="default: all")
    args = parser.parse_args(argv)
    if args.show:
        return show()
    known = set()
    if RESULTS.exists():
        with open(RESULTS, newline="") as file:
            known = {(row["data"], row["loss"]) for row in csv.DictReader(file)}
    RESULTS.parent.mkdir(exist_ok=True)
    with open(RESULTS, "a", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if not known:
            writer.writerow(COLUMNS)
        for name, steps in RUNS.items():
            for loss in args.losses or rt.losses.REGISTRY:
                if (name, loss) not in known:
                    made = list(rows(name, loss, steps))
                    writer.writerows(made)
                    file.flush()
                    print(name, loss, *(f"{row[4]} {row[6]}" for row in made), flush=True)


if __name__ == "__main__":
    main()
