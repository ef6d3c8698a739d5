"""Three papers' protocols, one recurrent GAN: ``python -m benchmarks.protocols sines controls``.

``controls`` judges real series (the floor), copies of the training series, and generators that
know nothing. ``runs`` trains the recipe on all series, as TimeGAN and Diffusion-TS do, and judges
it at each of its checkpoints. ``rgan`` trains it on 60 % of them, and chooses and tests as RGAN
does. ``table`` prints what stands in data/results/protocols.csv. One row is one repeat; what stands
there is not judged again, and a run that was cut off goes on where it was.
"""

import argparse
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from functools import cache, partial
from pathlib import Path

import numpy as np
import pandas as pd

import rnngan_tutorial as rt
from rnngan_tutorial.checkpoint import whole_file

from . import diffusion, rgan, timegan
from .report import report
from .tables import TABLES, Table, sines, some
from .training import Recipe, stages

RESULTS = Path(__file__).resolve().parents[2] / "data" / "results"
KEY = ["data", "n", "score", "judged", "seed", "steps", "against"]
FLOORS = 3
SEEDS = tuple(range(700_000, 700_005))  # of no claim; five trainings, as RGAN has
FRESH = 710_000                         # draws of sines that nothing was trained on
SCORES = {"accuracy": timegan.accuracies, "error": timegan.errors,
          "correlational": diffusion.correlational}


class Rows:
    """The results file: what is missing is computed, and written at once.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        empty = pd.DataFrame(columns=[*KEY, "repeat", "value"])
        self.table = pd.read_csv(path) if path.exists() else empty

    def values(self, key: tuple) -> np.ndarray:
        """What stands under a key, by repeat."""
        return self.table.loc[(self.table[KEY] == list(key)).all(axis=1), "value"].to_numpy()

    def add(self, key: tuple, compute: Callable[[], object]) -> np.ndarray:
        """The values under a key, computed if they do not stand there."""
        if not len(self.values(key)):
            made = pd.DataFrame([{**dict(zip(KEY, key)), "repeat": k, "value": round(float(v), 6)}
                                 for k, v in enumerate(np.atleast_1d(compute()))])
            self.table = pd.concat([self.table, made]) if len(self.table) else made
            with whole_file(self.path) as part:
                self.table.to_csv(part, index=False)
            print(*key, f"{made['value'].mean():.4f}", flush=True)
        return self.values(key)


def halves(table: Table, by_group: bool, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Series of a table in two parts: at random, or whole recordings."""
    rng = np.random.default_rng(seed)
    marks = table.groups if by_group else np.arange(len(table.values))
    kinds = rng.permutation(np.unique(marks))
    first = np.isin(marks, kinds[:len(kinds) // 2])
    return table.values[first], table.values[~first]


def floors(table: Table) -> Iterator[tuple[str, int, str, np.ndarray, np.ndarray]]:
    """Real series in the place of generated ones: name, seed, against what, these and those."""
    for k in range(FLOORS):
        if table.groups is None:
            other = sines(len(table.values), FRESH + k).values
            yield "real, other draw", k, "trained on", other, table.values
        else:
            yield "real, half of the windows", k, "other half", *halves(table, False, FRESH + k)
            yield "real, half of the weeks", k, "other half", *halves(table, True, FRESH + k)


def controls(table: Table) -> Iterator[tuple[str, int, str, np.ndarray, np.ndarray]]:
    """Copies, shuffled steps and `rt.metrics.controls`, as many as there are series."""
    x, rng = table.values, np.random.default_rng(FRESH)
    made = {"copies": x[rng.integers(len(x), size=len(x))],
            "shuffled steps": rng.permuted(x, axis=0)}
    data = table.sequences()
    for name, series in rt.metrics.controls(data, len(x), seed=FRESH).items():
        made[name] = data.to_units(series).astype(np.float32)
    for name, series in made.items():
        yield name, 0, "trained on", series, x


def judge(rows: Rows, key: tuple, fake: np.ndarray, real: np.ndarray, scores: Iterable[str],
          seed: int = 0) -> None:
    """Some scores of one generator; `key` lacks the score's name."""
    for name in scores:
        rows.add((*key[:2], name, *key[2:]), partial(SCORES[name], fake, real, seed=seed))


def judge_runs(rows: Rows, table: Table, recipe: Recipe, seeds: tuple, folder: Path) -> None:
    """Every checkpoint by accuracy; the last also otherwise, and against series never seen.

    The last is judged first: what a cut leaves out is then the choice, not the result.
    """
    n = len(table.values)
    kept = dict(stages(table.sequences(), recipe, seeds, folder / f"{table.name}-{n}"))
    for step, run in reversed(kept.items()):
        series = run.sample(n, units=True).astype(np.float32)
        for fake, seed in zip(series, seeds):
            key = (table.name, n, recipe.named(), seed, step, "trained on")
            judge(rows, key, fake, table.values, SCORES if step == recipe.steps else ["accuracy"])
    if table.groups is None:  # a law can be drawn from again, a table cannot
        real = sines(n, FRESH + FLOORS).values
        for seed in seeds:
            for step in sorted({recipe.steps, best_step(rows, n, recipe, seed)}):
                fake = kept[step].only(seed).sample(n, units=True, noise=1)[0].astype(np.float32)
                key = (table.name, n, recipe.named(), seed, step, "fresh")
                judge(rows, key, fake, real, ["accuracy"], seed=1)


def best_step(rows: Rows, n: int, recipe: Recipe, seed: int) -> int:
    """The checkpoint that the judge likes best, of those of a seed on sines."""
    found = {step: timegan.score(rows.values(("sines", n, "accuracy", recipe.named(), seed, step,
                                              "trained on"))) for step in recipe.marks()}
    return min(found, key=found.get)


def judge_as_rgan(rows: Rows, table: Table, recipe: Recipe, seeds: tuple, folder: Path) -> None:
    """At every checkpoint the squared MMD to both held-out parts; TSTR if the loss has labels."""
    train, choose, test = rgan.split(len(table.values), FRESH)
    x, n = table.values, len(table.values)
    y = table.labels if recipe.made().needs.labels else None

    def add(judged: str, seed: int, step: int, fake: np.ndarray) -> None:
        learned = cache(lambda: rgan.forest(fake, y[train]))  # once for both parts, if at all
        for part, at in (("validation", choose), ("test", test)):
            key = (judged, seed, step, part)
            rows.add((table.name, n, "mmd2", *key), partial(rgan.discrepancy, fake, x[at]))
            if y is not None:
                rows.add((table.name, n, "tstr", *key),
                         lambda at=at: rgan.usefulness(learned(), x[at], y[at]))

    add("real", 0, 0, x[train])
    for step, run in stages(table.sequences(train), recipe, seeds, folder / f"{table.name}-{n}-60"):
        told = {} if y is None else {"labels": y[train]}
        series = run.sample(len(train), units=True, **told).astype(np.float32)
        for fake, seed in zip(series, seeds):
            add(recipe.named(), seed, step, fake)


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.protocols", description=__doc__)
    parser.add_argument("data", choices=TABLES)
    parser.add_argument("part", choices=("controls", "runs", "rgan", "table"))
    parser.add_argument("--n", type=int, help="only so many series, for a trial")
    parser.add_argument("--seeds", type=int, default=len(SEEDS), help="how many trainings")
    parser.add_argument("--only", type=int, help="one training alone, 0 for the first")
    parser.add_argument("--results", type=Path, default=RESULTS / "protocols.csv")
    parser.add_argument("--runs", type=Path, default=RESULTS / "runs" / "protocols")
    settings = [field for field in fields(Recipe) if field.name != "betas"]
    for field in settings:
        parser.add_argument(f"--{field.name}", type=type(field.default), default=field.default)
    args = parser.parse_args(argv)
    recipe = Recipe(**{field.name: getattr(args, field.name) for field in settings})
    rows, seeds, home = Rows(args.results), SEEDS[:args.seeds], args.runs
    if args.only is not None:
        seeds, home = SEEDS[args.only:args.only + 1], home / f"only-{args.only}"
    if args.part == "table":
        print(report(rows.table[rows.table.data == args.data]))
        return
    table = some(TABLES[args.data](), args.n)
    if args.part == "controls":
        for made in (floors(table), controls(table)):
            for name, seed, against, fake, real in made:
                judge(rows, (table.name, len(table.values), name, seed, 0, against), fake, real,
                      SCORES)
    elif args.part == "runs":
        judge_runs(rows, table, recipe, seeds, home)
    else:
        judge_as_rgan(rows, table, recipe, seeds, home)


if __name__ == "__main__":
    main()
