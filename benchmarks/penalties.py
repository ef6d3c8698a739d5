"""What a second of training buys with each penalty: ``python -m benchmarks.penalties``.

Trains relativistic pairs on the heartbeats with zero-centred penalties, exact and without second
derivative, and the same seeds without any, and writes one row per game and seed to
data/results/penalties.csv: seconds of one core for all seeds together, and the scores. Games that
stand there with the same steps are not run again.
"""

import argparse
import time
from pathlib import Path

import pandas as pd

import rnngan_tutorial as rt
from rnngan_tutorial import losses

RESULTS = Path(__file__).resolve().parents[1] / "data" / "results" / "penalties.csv"
SEEDS, HIDDEN, BATCH, AVERAGE = 3, 32, 64, 0.995
ADAM = {"lr_generator": 2e-3, "lr_discriminator": 2e-3, "betas": (0.0, 0.99)}
GAMES = {
    "pairs, R1 and R2": losses.R3GAN(),
    "pairs, R1 and R2 approximated": (losses.Relativistic() + losses.ApproximateR1()
                                      + losses.ApproximateR2()),
    "pairs, R1": losses.Relativistic() + losses.R1(),
    "pairs, no penalty": losses.Relativistic(),
    "non-saturating, R1 and R2": losses.NonSaturatingR1R2(),
}


def rows(name, steps):
    """One row per seed."""
    train, test = rt.load("heartbeats").split(by="random")
    began = time.process_time()
    run = rt.train(train, GAMES[name], steps, SEEDS, hidden=HIDDEN, batch=BATCH, average=AVERAGE,
                   adam=ADAM, device="cpu")
    seconds = time.process_time() - began
    scores = rt.score(run, test)
    for i, seed in enumerate(run.seeds):
        yield {"game": name, "steps": steps, "seed": seed, "seconds": round(seconds),
               **{key: f"{score.values[i]:.4f}" for key, score in scores.items()},
               **{f"{key}_floor": f"{score.floor:.4f}" for key, score in scores.items()}}


def main(argv=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.penalties", description=__doc__)
    parser.add_argument("--steps", type=int, default=3000)
    args = parser.parse_args(argv)
    found = pd.read_csv(RESULTS, dtype=str) if RESULTS.exists() else pd.DataFrame()
    for name in GAMES:
        if found.empty or not ((found.game == name) & (found.steps == str(args.steps))).any():
            made = pd.DataFrame(rows(name, args.steps)).astype(str)
            found = pd.concat([found, made])
            found.to_csv(RESULTS, index=False)
            print(made.to_string(index=False, header=False), flush=True)


if __name__ == "__main__":
    main()
