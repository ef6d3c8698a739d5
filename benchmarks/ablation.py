"""What each part of R3GAN is worth: ``python -m benchmarks.ablation heartbeats`` (or modes).

Two games, each series by itself and pairs, with no penalty, with R1, with R2 and with both: 16
seeds each, trained with the common recipe and scored after a chapter's steps. Then, for 8 of the
seeds, the four corners after four times as many steps, and pairs with both penalties at two other
weights. Rows, one per seed, go to data/results/ablation_DATA.csv with the mean slope of the
critic at the series. What stands there is not run again. Games are the inner loop: any part of
the table is fair.
"""

import argparse
import shutil
import tempfile
import time
from pathlib import Path

import pandas as pd
import torch

import rnngan_tutorial as rt
from rnngan_tutorial import losses

RESULTS = Path(__file__).resolve().parents[1] / "data" / "results"
STEPS, LONG = 1000, 4000
# Seeds that belong to no claim and to no other table. A block trains side by side, on a split of
# its own, that of its first seed.
BLOCKS = (tuple(range(810_000, 810_008)), tuple(range(810_008, 810_016)))
GAMMA, OTHER_GAMMAS = 0.3, (0.1, 1.0)
GAMES = {"nonsaturating": losses.NonSaturating, "relativistic": losses.Relativistic}
PENALTIES = {"none": (), "r1": (losses.R1,), "r2": (losses.R2,), "both": (losses.R1, losses.R2)}


def build(key):
    """The loss of a key (game, penalty, gamma)."""
    game, penalty, gamma = key
    return sum((pays(gamma) for pays in PENALTIES[penalty]), start=GAMES[game]())


def keys(penalties=tuple(PENALTIES)):
    """(game, penalty, gamma) of both games with each of these penalties."""
    return [(game, penalty, GAMMA if PENALTIES[penalty] else 0.0)
            for penalty in penalties for game in GAMES]


def plan():
    """(steps, seeds, key) of every training, in order."""
    first = BLOCKS[0]
    yield from ((STEPS, seeds, key) for seeds in BLOCKS for key in keys())
    yield from ((LONG, first, key) for key in keys(("none", "both")))
    yield from ((STEPS, first, ("relativistic", "both", gamma)) for gamma in OTHER_GAMMAS)


def parts(name, seeds):
    """Series to train on and to score with."""
    seed = seeds[0]
    data = rt.load("modes", 3000, seed=seed) if name == "modes" else rt.load(name)
    return data.split(0.8 if name == "modes" else 0.6, by="random", seed=seed)


def slopes(run, series):
    """Mean length of the critic's slope at these series, of each seed."""
    x = torch.as_tensor(series, dtype=torch.float32, device=run.discriminator.out.weight.device)
    x = x.expand(len(run.seeds), *x.shape[-3:]).clone().requires_grad_()
    slope, = torch.autograd.grad(run.discriminator(x).sum(), x)
    return slope.flatten(2).norm(dim=-1).mean(1).tolist()


def rows(data, key, steps, seeds, state, scores=None):
    """Train, on from the shorter training if its state is there, and score: a row per seed."""
    train, test = parts(data, seeds)
    # On a copy, so that who is killed begins again where this one did.
    before, work = 0, state.with_suffix(".work")
    work.unlink(missing_ok=True)
    if steps > STEPS and state.exists():
        before = STEPS
        shutil.copy(state, work)
    began = time.process_time()
    run = rt.train(train, build(key), steps, seeds, checkpoint=work, checkpoint_every=10**9,
                   progress=False)
    cost = (time.process_time() - began) / (steps - before) / len(seeds)
    if run.steps < steps:  # by Ctrl-C
        raise KeyboardInterrupt
    if steps == STEPS:
        work.replace(state)
    found = rt.score(run, test, names=scores)
    slope = {"slope_real": slopes(run, test.values), "slope_made": slopes(run, run.sample(200))}
    game, penalty, gamma = key
    return pd.DataFrame([
        {"game": game, "penalty": penalty, "gamma": gamma, "steps": steps, "seed": seed,
         "diverged": seed in run.diverged, "milliseconds": round(1000 * cost, 3),
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


def read(path):
    """The table, or an empty one."""
    return pd.read_csv(path) if path.exists() else pd.DataFrame()


def add(path, made):
    """Add rows to the table and show their scores."""
    # Written beside the table and then put in its place: never half a table.
    new = path.with_suffix(".new")
    pd.concat([read(path), made]).to_csv(new, index=False)
    new.replace(path)
    shown = [name for name in made if not name.endswith(("_floor", "_control"))]
    print(made[shown].to_string(index=False, header=False), flush=True)


def main(argv=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ablation", description=__doc__)
    parser.add_argument("data", choices=("heartbeats", "modes"))
    data = parser.parse_args(argv).data
    path = RESULTS / f"ablation_{data}.csv"
    states = Path(tempfile.gettempdir()) / "rnngan_ablation"
    states.mkdir(exist_ok=True)
    for steps, seeds, key in plan():
        if not is_there(read(path), steps, seeds, key):
            state = states / f"{data}_{'_'.join(map(str, key))}_{seeds[0]}.pt"
            add(path, rows(data, key, steps, seeds, state))


if __name__ == "__main__":
    main()
