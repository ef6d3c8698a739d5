"""How near the heartbeats a loss has come: ``python -m benchmarks.nearest``.

The losses that did best in benchmarks/budgets.py, for longer and with learning rates that fall to
zero, from eight seeds that no claim uses. Rows, one per seed, go to
data/results/nearest_heartbeats.csv. What stands there is not run again.
"""

import tempfile
import time
from pathlib import Path

import pandas as pd

import rnngan_tutorial as rt

from .budgets import RESULTS, parts, scored

SEEDS = tuple(range(800_200, 800_208))
FALLING = {"schedule": "cosine"}
RUNS = {
    "energy": ("energy", {"steps": 16_000, "batch": 64}),
    "energy, 64 units": ("energy", {"steps": 16_000, "batch": 64, "hidden": 64}),
    "vae": (rt.losses.VAE("learnt"), {"steps": 16_000}),
    "r3gan, 64 units": (rt.losses.R3GAN(gamma=0.1), {"steps": 6_000, "hidden": 64}),
}


def main():
    path = RESULTS / "nearest_heartbeats.csv"
    found = pd.read_csv(path) if path.exists() else pd.DataFrame(columns=["loss"])
    train, test = parts("heartbeats")
    states = Path(tempfile.gettempdir()) / "rnngan_nearest"
    states.mkdir(exist_ok=True)
    for name, (loss, settings) in RUNS.items():
        if (found.loss == name).any():
            continue
        began = time.process_time()
        run = rt.train(train, loss, seeds=SEEDS, average=0.995, adam=FALLING, progress=False,
                       checkpoint=states / f"{name}.pt", checkpoint_every=500, **settings)
        made = scored(run, test, name, (time.process_time() - began) / len(SEEDS))
        (RESULTS / "runs").mkdir(exist_ok=True)
        run.save(RESULTS / "runs" / f"nearest_{name.split(',')[0]}.rnngan")
        found = pd.concat([found, made]) if len(found) else made
        found.to_csv(path, index=False)
        print(made.iloc[:, :8].to_string(index=False, header=False), flush=True)


if __name__ == "__main__":
    main()
