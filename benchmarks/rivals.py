"""GANs beside what a reader would use instead, at equal compute: ``python -m benchmarks.rivals``.

Without arguments all tables; otherwise those that are named. A data set's table has every method
after the seconds that 1,000 steps of `r3gan` take, and on heartbeats after four times as many:
scores, seconds, and how much is copied. The table `copying` follows the latter along
training on few heartbeats. Rows, one per seed, go to data/results/rivals_TABLE.csv. What stands
there is not run again. Methods are the inner loop: any part of a table is fair.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import pandas as pd

import rnngan_tutorial as rt
from benchmarks.ablation import add, read
from rnngan_tutorial.memorisation import MEASURES, nulls

RESULTS = Path(__file__).resolve().parents[1] / "data" / "results"
# Seeds that belong to no claim and to no other table. A block trains side by side, on a split of
# its own, that of its first seed.
BLOCKS = ((820_000, 820_001, 820_002, 820_003), (820_004, 820_005, 820_006, 820_007))
PAIRS = tuple((820_100 + 2 * i, 820_101 + 2 * i) for i in range(3))  # of `copying`
LOSSES = {"vae": lambda: rt.losses.VAE("learnt"), "energy": lambda: rt.loss("energy"),
          "bce": lambda: rt.loss("bce"), "wasserstein_gp": lambda: rt.loss("wasserstein_gp"),
          "nonsaturating_r1r2": lambda: rt.loss("nonsaturating_r1r2"),
          "r3gan": lambda: rt.loss("r3gan")}
# A judge sees jitter at once, so the bootstrap has its chance without it too.
PLAIN = {"bootstrap_plain": ("bootstrap", {"jitter": 0.0})}
FORMULAS = ("bootstrap", "bootstrap_plain", "gaussian", "copula")
# Steps that take about as long as 1,000 of r3gan, with one feature and with several; what they took
# stands in the tables.
STEPS = {"likelihood": (4500, 2000), "flow": (4000, 4000), "vae": (3800, 3500),
         "energy": (6800, 5000), "bce": (2400, 2200), "wasserstein_gp": (1400, 1300),
         "nonsaturating_r1r2": (1100, 1100), "r3gan": (1000, 1000)}
DATA = ("heartbeats", "modes", "sines", "digits", "weather")
LONG = ("heartbeats",)
COPYING = ("bootstrap", "bootstrap_plain", "gaussian", "likelihood", "flow", "vae", "energy",
           "bce", "r3gan")
FEW, ALONG = 64, (0.25, 1, 4)
MADE = 500  # generated series by which copying is measured


def parts(name, seed):
    """Series to train on and to score with; weeks of weather stay together."""
    many = {"n": 3000} if name in ("modes", "sines") else {}
    data = rt.load(name, seed=seed, **many)
    fraction = 0.8 if many else 0.6
    return data.split(fraction, by="group" if name == "weather" else "random", seed=seed)


def few_beats(seed):
    """A few heartbeats to train on, and all others."""
    data = rt.load("heartbeats")
    return data.split(FEW / len(data), by="random", seed=seed)


def fit(method, train, budget, seeds, **options):
    """What samples, its steps, and the seconds that one seed cost."""
    steps = round(budget * STEPS.get(method, (0, 0))[train.shape[2] > 1])
    if method not in LOSSES:
        name, own = PLAIN.get(method, (method, {}))
        rival = rt.rivals.fit(name, train, max(1, steps), seeds, progress=False, **own, **options)
        return rival, steps, rival.seconds
    with rt.rivals.Clock(rt.default_device()) as clock:
        run = rt.train(train, LOSSES[method](), steps, seeds, progress=False, **options)
    if run.steps < steps:  # by Ctrl-C
        raise KeyboardInterrupt
    return run, steps, clock.seconds / len(seeds)


def copied(series, train, test):
    """Measure -> its value for each seed of generated series."""
    return {name: measure(series[:, :MADE], train, test) for name, measure in MEASURES.items()}


def rows(name, method, budget, seeds, scores=None, **options):
    """A row per seed: scores, seconds and how much is copied."""
    train, test = parts(name, seeds[0])
    made, steps, seconds = fit(method, train, budget, seeds, **options)
    n = min(len(train), len(test), 1000)
    began = time.process_time()
    series = made.sample(n)
    sampling = (time.process_time() - began) / len(seeds) / n * 1000
    found = rt.score(series, test, train, names=scores)
    share = copied(series, train, test)
    return pd.DataFrame([
        {"method": method, "budget": budget, "steps": steps, "seed": seed,
         "seconds": round(seconds, 3), "seconds_per_1000_series": round(sampling, 4),
         **{key: round(float(score.values[i]), 4) for key, score in found.items()},
         **{key: round(float(values[i]), 4) for key, values in share.items()},
         **{f"{key}_floor": round(score.floor, 4) for key, score in found.items()},
         **{f"{key}_control": round(score.control, 4) for key, score in found.items()}}
        for i, seed in enumerate(seeds)])


def copying(method, budget, seeds, **options):
    """A row per seed: how much is copied of a few beats, and how near the others are."""
    train, test = few_beats(seeds[0])
    made, steps, seconds = fit(method, train, budget, seeds, **options)
    series = made.sample(MADE)
    share = copied(series, train, test)
    share["sliced_wasserstein"] = rt.metrics.sliced_wasserstein(series, test)
    known = nulls(train, test, MADE, seeds[0])
    return pd.DataFrame([
        {"method": method, "budget": budget, "steps": steps, "seed": seed,
         "seconds": round(seconds, 3),
         **{key: round(float(values[i]), 4) for key, values in share.items()},
         **{f"{key}_{who}": round(known[who][key], 4) for who in known for key in MEASURES}}
        for i, seed in enumerate(seeds)])


def plan(table):
    """(method, budget, seeds) of every row of a table, in order."""
    if table == "copying":
        stages = [(budget, seeds) for seeds in PAIRS for budget in ALONG]
    else:
        first, second = BLOCKS
        stages = [(1, first), *([(4, first)] if table in LONG else []), (1, second)]
    methods = COPYING if table == "copying" else (*FORMULAS, *STEPS)
    for budget, seeds in stages:
        # A formula has no budget.
        yield from ((method, budget, seeds) for method in methods
                    if budget == 1 or method not in FORMULAS)


def is_there(found, method, budget, seeds):
    """Whether all rows of a method stand in the table."""
    if found.empty:
        return False
    mine = found[(found.method == method) & np.isclose(found.budget, budget)]
    return set(seeds) <= set(mine.seed)


def main(argv=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rivals", description=__doc__)
    tables = (*DATA, "copying")
    parser.add_argument("table", nargs="*", help="of " + ", ".join(tables))
    asked = parser.parse_args(argv).table or tables
    unknown = [table for table in asked if table not in tables]
    if unknown:
        parser.error(f"there is no table {unknown[0]!r}; choose from {', '.join(tables)}")
    for table in asked:
        path = RESULTS / f"rivals_{table}.csv"
        for method, budget, seeds in plan(table):
            if not is_there(read(path), method, budget, seeds):
                add(path, copying(method, budget, seeds) if table == "copying"
                    else rows(table, method, budget, seeds))


if __name__ == "__main__":
    main()
