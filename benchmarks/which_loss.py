"""What the book reads of the comparison: ``python -m benchmarks.which_loss OUT``.

OUT is the folder of ``python -m rnngan_tutorial sweep benchmarks/which_loss.toml --out OUT``, done
or still at work. Its results go to data/results/which_loss.csv, shorter than they are there, the
plan and what the search chose to which_loss.json, and the scores of generators that know nothing,
on the same series, to which_loss_controls.csv. Without OUT, the last alone, for the stored runs of
benchmarks.budgets.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import pandas as pd

import rnngan_tutorial as rt
from benchmarks import budgets
from rnngan_tutorial.sweeps.plan import read_plan
from rnngan_tutorial.sweeps.work import parts_of

RESULTS = Path(__file__).resolve().parents[1] / "data" / "results"
PLAN = Path(__file__).with_name("which_loss.toml")
KEPT = ["data", "loss", "stage", "trial", "steps", "seed", "score", "value", "floor", "control",
        "seconds", "error"]
DRAWS = range(840_000, 840_003)  # of the controls


def trials(plan):
    """(data, loss) -> for each trial of the search, its job and its setting as the table has it."""
    found = {}
    for job in plan.searches():
        says = json.dumps({**job["setting"], **job["option"]})
        found.setdefault(tuple(job["called"].values()), []).append((job["id"], says))
    return found


def shorter(table, plan):
    """The rows that the book reads, and data -> loss -> place of the trial that was chosen."""
    known = trials(plan)
    # A trial that is the same job as an earlier one goes by the number of that.
    numbers = {}
    for pair in known.values():
        for i, (job, _) in enumerate(pair):
            numbers.setdefault(job, i)
    chosen = {}
    for row in table[table.stage == "report"].drop_duplicates(["data", "loss"]).itertuples():
        settings = [says for _, says in known.get((row.data, row.loss), ())]
        if row.setting in settings:
            chosen.setdefault(row.data, {})[row.loss] = settings.index(row.setting)
    kept = table.assign(trial=table.job.map(numbers)).astype({"trial": "Int64", "seed": "Int64"})
    digits = {"value": 4, "floor": 4, "control": 4, "seconds": 1}
    return kept[KEPT].round(digits), chosen


def controls(part, data, train, test, draws=DRAWS, names=None):
    """A row per score and draw of each generator that knows nothing."""
    n = min(len(train), len(test), 1000)
    made = {}
    for draw in draws:
        for name, series in rt.metrics.controls(train, n, seed=draw).items():
            made.setdefault(name, []).append(series)
    scores = rt.score(np.concatenate([np.stack(own) for own in made.values()]), test, train,
                      names=names, seed=draws[0])
    return pd.DataFrame([
        {"part": part, "data": data, "loss": name, "stage": "control", "seed": draw,
         "score": score.name, "value": round(float(score.values[i * len(draws) + j]), 4),
         "floor": round(score.floor, 4), "control": round(score.control, 4)}
        for i, name in enumerate(made) for j, draw in enumerate(draws)
        for score in scores.values()])


def collect(out, results=RESULTS, plan=PLAN):
    """Copy what the book reads of a sweep; data sets whose controls are there keep them."""
    plan = read_plan(plan)
    rows, chosen = shorter(pd.read_csv(out / "results.csv"), plan)
    says = json.loads((out / "manifest.json").read_text())
    if says["plan"] != plan.state():
        raise SystemExit(f"{out} is of another plan than {PLAN.name}")
    rows.to_csv(results / "which_loss.csv", index=False)
    says = {"command": [f"python -m rnngan_tutorial sweep benchmarks/{PLAN.name} --out OUT",
                        "python -m benchmarks.which_loss OUT"], **says, "chosen": chosen}
    (results / "which_loss.json").write_text(json.dumps(says, indent=1) + "\n")
    for data in rows.data[rows.stage == "report"].unique():
        job = next(job for job in plan.searches() if job["called"]["data"] == data)
        train, test = parts_of({**job, "on": "test"})
        add("sweep", data, train, test, results, plan.scores)
    add("stored", "heartbeats", *budgets.parts("heartbeats"), results)


def add(part, data, train, test, results=RESULTS, names=None):
    """Add the controls of some data, unless they are there."""
    path = results / "which_loss_controls.csv"
    found = pd.read_csv(path) if path.exists() else None
    if found is None or not ((found.part == part) & (found.data == data)).any():
        made = controls(part, data, train, test, names=names)
        pd.concat([found, made]).to_csv(path, index=False)


def main(argv=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.which_loss", description=__doc__)
    parser.add_argument("out", nargs="?", type=Path, help="the folder of the sweep")
    out = parser.parse_args(argv).out
    if out is None:
        add("stored", "heartbeats", *budgets.parts("heartbeats"))
    else:
        collect(out)


if __name__ == "__main__":
    main()
