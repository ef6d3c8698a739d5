"""One recipe for all losses: ``python -m benchmarks.recipe heartbeats`` (or modes).

The same settings of Adam and of the average are tried with every loss, on seeds that no claim
uses and series that no score of the book is taken on. Rows go to data/results/recipe_DATA.csv; what
stands there is not run again. Settings are the outer loop, so that any part of it is fair.
"""

import argparse
import time
from pathlib import Path

import pandas as pd

import rnngan_tutorial as rt

RESULTS = Path(__file__).resolve().parents[1] / "data" / "results"
SEEDS = (900_000, 900_001)
SETTINGS = {
    "first edition": (3e-3, (0.5, 0.9), None, "constant"),
    "averaged": (3e-3, (0.0, 0.99), 0.99, "constant"),
    "cooled": (3e-3, (0.0, 0.99), 0.99, "cosine"),
    "first edition, averaged": (3e-3, (0.5, 0.9), 0.99, "constant"),
    "bold, with memory": (6e-3, (0.9, 0.999), 0.99, "constant"),
}
LOSSES = ["bce", "minimax", "least_squares", "least_absolute", "kl", "reverse_kl", "hinge",
          "wasserstein_gp", "nonsaturating_r1r2", "r3gan", "improved", "conditional", "infogan",
          "vae", "energy", "mse", "mae"]
STEPS = {"heartbeats": 1000, "modes": 1000}


def parts(name):
    """Series to train on, and to choose by; the rest is for the book's scores."""
    if name == "modes":
        return rt.load("modes", 1000, seed=900_000).split(0.5, by="random")
    train, held_out = rt.load(name).split(by="random")
    return train, held_out.split(0.5, by="random")[0]


def rows(data, loss, setting):
    train, validation = parts(data)
    rate, betas, average, schedule = SETTINGS[setting]
    began = time.process_time()
    run = rt.train(train, loss, steps=STEPS[data], seeds=SEEDS, average=average, progress=False,
                   adam={"lr_generator": rate, "lr_discriminator": rate, "betas": betas,
                         "schedule": schedule})
    seconds = time.process_time() - began
    scores = rt.score(run, validation)
    for i, seed in enumerate(run.seeds):
        yield {"data": data, "loss": loss, "setting": setting, "seed": seed,
               "steps": STEPS[data], "seconds": round(seconds / len(SEEDS), 1),
               **{name: round(float(score.values[i]), 4) for name, score in scores.items()},
               **{f"{name}_floor": round(score.floor, 4) for name, score in scores.items()}}


def main(argv=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.recipe", description=__doc__)
    parser.add_argument("data", choices=STEPS)
    data = parser.parse_args(argv).data
    path = RESULTS / f"recipe_{data}.csv"
    found = pd.read_csv(path) if path.exists() else pd.DataFrame(columns=["setting", "loss"])
    for setting in SETTINGS:
        for loss in LOSSES:
            if ((found.setting == setting) & (found.loss == loss)).any():
                continue
            made = pd.DataFrame(rows(data, loss, setting))
            found = pd.concat([found, made]) if len(found) else made
            found.to_csv(path, index=False)
            print(made.iloc[:, 1:].to_string(index=False, header=False), flush=True)


if __name__ == "__main__":
    main()
