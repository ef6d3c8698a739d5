"""What each part of R3GAN is worth: ``python -m benchmarks.ablation heartbeats`` (or modes).

Two games, each series by itself and pairs, with no penalty, with R1, with R2, and with both at
three weights. Every one is trained with the common recipe from 16 seeds and scored after a
chapter's steps; the four corners, with and without both penalties, after four times as many too.
Rows, one per seed, go to data/results/ablation_DATA.csv with the mean slope of the critic at the
series. What stands there is not run again. Games are the inner loop: any part of the table is fair.
"""

import argparse
import tempfile
import time
from pathlib import Path

import pandas as pd
import torch

import rnngan_tutorial as rt
from rnngan_tutorial import losses

RESULTS = Path(__file__).resolve().parents[1] / "data" / "results"
STEPS, LONG = 1000, 4000
# Seeds that belong to no claim and to no other table, in blocks that train side by side.
BLOCKS = (tuple(range(810_000, 810_008)), tuple(range(810_008, 810_016)))
GAMMA, OTHER_GAMMAS = 0.3, (0.1, 1.0)
CORNERS = ("none", "both")


def penalties():
    """(name, weight, what the critic pays) of each penalty; None for none."""
    yield "none", 0.0, None
    yield "r1", GAMMA, losses.R1(GAMMA)
    yield "r2", GAMMA, losses.R2(GAMMA)
    for gamma in (GAMMA, *OTHER_GAMMAS):
        yield "both", gamma, losses.R1(gamma) + losses.R2(gamma)


def games():
    """(game, penalty, gamma) -> loss: two games with each penalty."""
    return {(name, penalty, gamma): game if pays is None else game + pays
            for penalty, gamma, pays in penalties()
            for name, game in (("nonsaturating", losses.NonSaturating()),
                               ("relativistic", losses.Relativistic()))}


def plan():
    """(steps, seeds, game) of every training, in order."""
    corners = [key for key in games() if key[1] in CORNERS and key[2] in (0.0, GAMMA)]
    for steps, keys in ((STEPS, list(games())), (LONG, corners)):
        yield from ((steps, seeds, key) for seeds in BLOCKS for key in keys)


def parts(name):
    """Series to train on and to score with."""
    seed = BLOCKS[0][0]
    data = rt.load("modes", 3000, seed=seed) if name == "modes" else rt.load(name)
    return data.split(0.8 if name == "modes" else 0.6, by="random", seed=seed)


def slopes(run, series):
    """Mean length of the critic's slope at these series, of each seed."""
    x = torch.as_tensor(series, dtype=torch.float32, device=run.discriminator.out.weight.device)
    x = x.expand(len(run.seeds), *x.shape[-3:]).clone().requires_grad_()
    slope, = torch.autograd.grad(run.discriminator(x).sum(), x)
    return slope.flatten(2).norm(dim=-1).mean(1).tolist()


def rows(data, key, steps, seeds, state, scores=None):
    """Train up to so many steps, on from an earlier stage if its state is there, and score."""
    train, test = parts(data)
    before = STEPS if steps > STEPS and state.exists() else 0
    began = time.process_time()
    run = rt.train(train, games()[key], steps, seeds, checkpoint=state, checkpoint_every=10**9,
                   progress=False)
    cost = (time.process_time() - began) / (steps - before) / len(seeds)
    found = rt.score(run, test, names=scores)
    slope = {"slope_real": slopes(run, test.values), "slope_made": slopes(run, run.sample(200))}
    game, penalty, gamma = key
    return pd.DataFrame([
        {"game": game, "penalty": penalty, "gamma": gamma, "steps": steps, "seed": seed,
         "milliseconds": round(1000 * cost, 3),
         **{name: round(values[i], 4) for name, values in slope.items()},
         **{name: round(float(score.values[i]), 4) for name, score in found.items()},
         **{f"{name}_floor": round(score.floor, 4) for name, score in found.items()},
         **{f"{name}_control": round(score.control, 4) for name, score in found.items()}}
        for i, seed in enumerate(seeds)])


def is_there(found, steps, seeds, key):
    """Whether all rows of a training stand in the table."""
    if found.empty:
        return False
    game, penalty, gamma = key
    mine = found[(found.game == game) & (found.penalty == penalty) & (found.gamma == gamma)
                 & (found.steps == steps)]
    return set(seeds) <= set(mine.seed)


def main(argv=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ablation", description=__doc__)
    parser.add_argument("data", choices=("heartbeats", "modes"))
    data = parser.parse_args(argv).data
    path = RESULTS / f"ablation_{data}.csv"
    states = Path(tempfile.gettempdir()) / "rnngan_ablation"
    states.mkdir(exist_ok=True)
    for steps, seeds, key in plan():
        found = pd.read_csv(path) if path.exists() else pd.DataFrame()
        if is_there(found, steps, seeds, key):
            continue
        state = states / f"{data}_{'_'.join(map(str, key))}_{seeds[0]}.pt"
        made = rows(data, key, steps, seeds, state)
        # Written beside the table and then put in its place: never half a table.
        new = path.with_suffix(".new")
        pd.concat([found, made]).to_csv(new, index=False)
        new.replace(path)
        shown = [name for name in made if not name.endswith(("_floor", "_control"))]
        print(made[shown].to_string(index=False, header=False), flush=True)


if __name__ == "__main__":
    main()
