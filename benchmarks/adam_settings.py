"""How losses do under four settings of Adam: ``python -m benchmarks.adam_settings [loss ...]``.

Trains every loss, or those named, on `modes` with four seeds and equal steps for each learning
rate and beta1, and appends one row per seed to data/results/adam_settings.csv. What is there
already is not run again. The defaults in `losses.py` were chosen from this file. A game keeps
the common setting, the first, unless another one brings each of the four seeds nearer to the
data (sliced Wasserstein), by a tenth in the median, and is no worse in the medians of the other
two scores. Losses without a discriminator keep the common learning rate.
"""

import csv
import sys
from pathlib import Path

import numpy as np

import rnngan_tutorial as rt

RESULTS = Path(__file__).resolve().parents[1] / "data" / "results" / "adam_settings.csv"
COLUMNS = ["loss", "lr", "beta1", "seed", "steps", "sliced_wasserstein", "mode_coverage",
           "clean_share"]
STEPS, SEEDS = 1000, 4
SETTINGS = [(3e-3, 0.5), (3e-3, 0.0), (1e-3, 0.5), (6e-3, 0.5)]


def rows(name, lr, beta1, train, test):
    """One row per seed; a run that diverged altogether scores infinitely far."""
    loss = rt.loss(name)
    adam = {"lr_generator": lr, "lr_discriminator": lr, "betas": (beta1, 0.9)}
    try:
        made = rt.train(train, loss, STEPS, SEEDS, adam=adam, progress=False).sample(500)
    except rt.Diverged:
        return [[name, lr, beta1, seed, STEPS, "inf", 0, 0.0] for seed in range(SEEDS)]
    scores = [f(made, *real) for f, real in ((rt.metrics.sliced_wasserstein, [test]),
                                             (rt.metrics.mode_coverage, []),
                                             (rt.metrics.clean_share, []))]
    return [[name, lr, beta1, seed, STEPS, f"{a:.4f}", int(b), f"{c:.3f}"]
            for seed, (a, b, c) in enumerate(zip(*scores, strict=True))]


def main(names):
    train, test = rt.load("modes", n=3000).split()
    RESULTS.parent.mkdir(exist_ok=True)
    known = set()
    if RESULTS.exists():
        with open(RESULTS, newline="") as file:
            known = {(r["loss"], float(r["lr"]), float(r["beta1"])) for r in csv.DictReader(file)}
    with open(RESULTS, "a", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if not known:
            writer.writerow(COLUMNS)
        for lr, beta1 in SETTINGS:
            for name in names or rt.losses.REGISTRY:
                if (name, lr, beta1) not in known:
                    found = rows(name, lr, beta1, train, test)
                    writer.writerows(found)
                    file.flush()
                    median = np.median([float(row[5]) for row in found])
                    print(f"{name} lr {lr:g} beta1 {beta1}: {median:.3f}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
