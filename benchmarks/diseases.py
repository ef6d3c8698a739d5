"""What the signs of a diagnosis say of sick, cured and healthy runs: ``-m benchmarks.diseases``.

Trains what `benchmarks.sick` describes. One row per disease and seed goes to
data/results/diseases.csv: `harm`, a number that says what the disease does, and the number of each
sign. The limits of the signs were set on one block of seeds; how often they are right is counted
on the others. What stands in the table is not trained again. Blocks are the outer loop: any part
of the table is fair.

``--report`` prints what the table says. ``--runs FOLDER`` adds runs that another benchmark left and
that nobody made sick (data/results/runs, from `benchmarks.budgets`).
"""

import argparse
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

import rnngan_tutorial as rt
from rnngan_tutorial.diagnosis import SIGNS, diagnose

from . import sick

RESULTS = Path(__file__).resolve().parents[1] / "data" / "results"
FIRST = 650_000  # of seeds that belong to no claim
LIMITS, RATES = 0, (1, 2)  # blocks of seeds
SEEDS, HIDDEN = 4, 16


# --- Training and reading ------------------------------------------------------------------------

def trained(trial, block, seeds=SEEDS):
    """The run of a trial on a block of seeds, its test series, and seconds of one core."""
    chosen = [FIRST + 100 * block + i for i in range(seeds)]
    train, test = trial.data(chosen[0])
    began = time.process_time()
    try:
        run = rt.train(train, trial.loss, trial.steps, chosen, hidden=HIDDEN, progress=False,
                       **trial.options)
    except rt.Diverged as error:
        run = error.run
    return run, test, time.process_time() - began


def readings(run, test=None):
    """Sign -> its number for each seed, nan where it cannot be read."""
    found = diagnose(run, test).numbers
    return {sign.name: found.get(sign.name, np.full(len(run.seeds), np.nan)) for sign in SIGNS}


def rows(labels, run, hurt, one, test=None):
    """One row for each seed of a run; `one` is the harm of one series for ever, if it is known."""
    found = readings(run, test)
    return [{**labels, "seed": seed, "harm": round(float(hurt[i]), 4), "one": round(one, 4),
             **{name: float(f"{values[i]:.4g}") for name, values in found.items()}}
            for i, seed in enumerate(run.seeds)]


def trials():
    """Disease, state, training and harm of all that is trained in a block."""
    for disease, (harm, ill, cured) in sick.DISEASES.items():
        yield disease, "sick", ill, harm
        yield disease, "cured", cured, harm
    for trial in sick.HEALTHY:
        yield f"none: {trial.loss} on {trial.data.__name__}", "healthy", trial, sick.apart


def add(table, blocks, path, only=""):
    """Train what is missing in the table, and write it after every training."""
    for block in blocks:
        runs = {}  # several diseases have the same cure
        for disease, state, trial, harm in trials():
            there = table[(table.disease == disease) & (table.state == state)]
            if (there.block == block).any() or not disease.startswith(only):
                continue
            if trial.name not in runs:
                runs[trial.name] = trained(trial, block)
            run, test, seconds = runs[trial.name]
            labels = {"disease": disease, "state": state, "data": trial.data.__name__,
                      "loss": run.name, "block": block}
            one = sick.of_one_for_ever(test) if harm in (sick.apart, sick.at_once) else np.nan
            made = pd.DataFrame(rows(labels, run, harm(run, test), one, test))
            table = pd.concat([table, made]) if len(table) else made
            table.to_csv(path, index=False)
            own = made.get(disease, made.harm)
            print(f"{disease:28} {state:8} block {block} harm {made.harm.tolist()} "
                  f"sign {own.tolist()} {seconds:.0f} s", flush=True)


def left(folder):
    """Rows of the runs that `benchmarks.budgets` left in a folder."""
    scores = pd.read_csv(RESULTS / "budgets_heartbeats.csv").set_index(["loss", "steps", "seed"])
    # Of the split that they were trained on; it leaks, as the book says, so no test is given.
    train, _ = rt.load("heartbeats").split(0.6, by="random")
    for path in sorted(folder.glob("*.rnngan")):
        run = replace(rt.load_run(path), data=train)
        mine = scores.loc[[(path.stem, run.steps, seed) for seed in run.seeds]]
        labels = {"disease": f"as it came: {path.stem}", "state": "as it came",
                  "data": "heartbeats", "loss": run.name, "block": -1}
        yield from rows(labels, run, mine.sliced_wasserstein.to_numpy(),
                        mine.sliced_wasserstein_control.iloc[0])


# --- What the table says -------------------------------------------------------------------------

def accused(part, sign):
    """How many rows a sign finds sick, of how many in which it could be read."""
    values = part[sign.name].dropna()
    return int(sign.accuses(values).sum()), len(values)


def taken(table):
    """Sick seeds that do more harm than every cured one of their block; chance spares some."""
    ill = table[table.state == "sick"]
    worst = table[table.state == "cured"].groupby(["disease", "block"]).harm.max()
    return ill[ill.harm.to_numpy() > worst.reindex(pd.MultiIndex.from_frame(
        ill[["disease", "block"]])).to_numpy()]


def healthy(table):
    """Sound games on sound data that came nearer to the data than one series for ever."""
    return table[(table.state == "healthy") & (table.harm < table.one)]


def room(table, sign):
    """Between which numbers a limit may lie, on the block on which limits were set.

    Beyond it half of the sick seeds, for harm comes in degrees and not every seed that was made
    sick is, and no more than a twentieth of the healthy ones.
    """
    part = table[table.block == LIMITS]
    ill = taken(part[part.disease == sign.name])[sign.name].dropna()
    well = healthy(part)[sign.name].dropna()
    if np.isfinite(sign.below):
        return ill.quantile(0.5), well.quantile(0.05)
    return well.quantile(0.95), ill.quantile(0.5)


def report(table):
    """One row per sign: where its limit may lie, and how often it is right elsewhere."""
    rated, lines = table[table.block.isin(RATES)], []
    for sign in SIGNS:
        mine = rated[rated.disease == sign.name]
        parts = {"sick found": taken(mine),
                 "cured accused": mine[mine.state == "cured"],
                 "healthy accused": healthy(rated),
                 "as they came": table[table.state == "as it came"]}
        lines.append({
            "sign": sign.name, "room": "{:.3g} to {:.3g}".format(*room(table, sign)),
            "limit": sign.limit,
            **{name: "{} of {}".format(*accused(part, sign)) for name, part in parts.items()},
            "harm sick": mine[mine.state == "sick"].harm.median(),
            "harm cured": mine[mine.state == "cured"].harm.median()})
    return pd.DataFrame(lines)


def main(argv=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.diseases", description=__doc__)
    parser.add_argument("--only", default="", help="diseases whose name begins so")
    parser.add_argument("--blocks", type=int, nargs="*", default=[LIMITS, *RATES])
    parser.add_argument("--out", type=Path, default=RESULTS / "diseases.csv")
    parser.add_argument("--report", action="store_true")
    parser.add_argument("--runs", type=Path)
    given = parser.parse_args(argv)
    table = pd.read_csv(given.out) if given.out.exists() else pd.DataFrame(
        columns=["disease", "state", "block"])
    if given.report:
        print(report(table).to_string(index=False))
    elif given.runs:
        table = pd.concat([table[table.state != "as it came"], pd.DataFrame(left(given.runs))])
        table.to_csv(given.out, index=False)
    else:
        add(table, given.blocks, given.out, given.only)


if __name__ == "__main__":
    main()
