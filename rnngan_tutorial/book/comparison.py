"""What the comparison of the losses has found so far, from whatever part of it has been done.

The sweep of benchmarks/which_loss.toml does data set by data set, and budget by budget. A stage,
that is a data set at a number of steps, counts here once *all* losses are through with it. As long
as there is no such stage, the stored runs of benchmarks/budgets.py stand in.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from .tables import result, stored

MOST = 2.0  # no seed counts as farther from real data than twice the way to one series for ever
ALONE = ("energy", "vae", "mse", "mae")  # these play no game
SCORES = ("discriminative", "sliced_wasserstein", "autocorrelation_error", "wide_share")
Stage = tuple[str, int]
Seeds = dict[str, np.ndarray]


def way(value: Any, floor: Any, control: Any) -> np.ndarray:
    """How far a score is from real data: 0 there, 1 as far as one series for ever, `MOST` at most.

    Where there is no number, because a training failed, `MOST`.
    """
    value, floor, control = (np.asarray(x, float) for x in (value, floor, control))
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.abs(value - floor) / np.abs(control - floor)
    return np.where(np.isnan(part), MOST, np.minimum(part, MOST))


@dataclass(frozen=True)
class Comparison:
    """Losses, compared.

    Parameters
    ----------
    rows : DataFrame
        A row per score and seed: data, loss, stage ("search", "report" or "control"), trial, steps,
        seed, score, value, floor, control, seconds, error.
    losses : dict
        Loss -> the data that it is trained on.
    steps : list of int
        Budgets of all losses.
    seeds : int
        Of each training.
    longer : dict
        More steps for some: ``{"steps", "losses", "data"}``, or empty.
    trials : list of dict
        Settings of the search.
    chosen : dict
        data -> loss -> place of the trial that the search chose.
    swept : bool
        Whether this is the sweep, and not what was stored before it.
    """

    rows: pd.DataFrame
    losses: Mapping[str, list[str]]
    steps: list[int]
    seeds: int
    longer: Mapping[str, Any]
    trials: list[dict[str, Any]]
    chosen: Mapping[str, Mapping[str, int]]
    swept: bool

    @property
    def data(self) -> list[str]:
        """All data sets, in their order."""
        return list(dict.fromkeys(name for own in self.losses.values() for name in own))

    def wanted(self, data: str, steps: int) -> list[str]:
        """The losses that are to be trained on some data for so many steps."""
        some = self.longer if self.longer and steps == self.longer["steps"] else None
        return [loss for loss, own in self.losses.items() if data in own
                and (steps in self.steps or (some and loss in some["losses"]
                                             and data in some["data"]))]

    def ways(self, data: str, steps: int) -> Seeds:
        """Loss -> how far each seed is from real data, the mean over the scores.

        A training that failed has all its seeds at `MOST`. A loss that is not through is left out.
        """
        there = self.rows[(self.rows.stage == "report") & (self.rows.data == data)
                          & (self.rows.steps == steps)]
        found = {}
        for loss in self.wanted(data, steps):
            mine = there[there.loss == loss]
            if mine.error.notna().any():
                found[loss] = np.full(self.seeds, MOST)
            elif len(mine):
                parts = pd.Series(way(mine.value, mine.floor, mine.control), mine.seed)
                found[loss] = parts.groupby(level=0).mean().to_numpy()
        return found

    def controls(self, data: str) -> Seeds:
        """Name -> how far generators are that know nothing, or that only copy."""
        own = self.rows[(self.rows.stage == "control") & (self.rows.data == data)]
        parts = own.assign(way=way(own.value, own.floor, own.control))
        means = parts.groupby(["loss", "seed"], sort=False).way.mean()
        return {str(name): means[name].to_numpy() for name in own.loss.unique()}

    def stages(self, *, all_losses: bool = True) -> list[Stage]:
        """Data sets and steps that all are through with for whom they were planned."""
        more = [] if all_losses or not self.longer else [self.longer["steps"]]
        return [(data, steps) for data in self.data for steps in (*self.steps, *more)
                if (wanted := self.wanted(data, steps))
                and set(wanted) == set(self.ways(data, steps))]

    def scores(self, steps: int) -> dict[str, Seeds]:
        """Loss -> data -> how far its seeds are, on the data sets that are through."""
        found: dict[str, Seeds] = {}
        for data, at in self.stages():
            if at == steps:
                for loss, values in self.ways(data, steps).items():
                    found.setdefault(loss, {})[data] = values
        return found

    def budget(self) -> int:
        """The number of steps to compare at: the one with most data sets, of these the highest."""
        counts = {steps: sum(at == steps for _, at in self.stages()) for steps in self.steps}
        return max(counts, key=lambda steps: (counts[steps], steps))

    def seconds(self, data: str) -> dict[str, dict[int, float]]:
        """Loss -> steps -> seconds of one seed until then: those of all shorter budgets count.

        Of each budget the median over its seeds, with the time of its scores if it is the sweep.
        """
        there = self.rows[(self.rows.stage == "report") & (self.rows.data == data)]
        middle = there.groupby(["loss", "steps"]).seconds.median().dropna()
        return {loss: dict(middle[loss].sort_index().cumsum())
                for loss in self.losses if loss in middle.index.get_level_values(0)}

    def searched(self) -> dict[tuple[str, str], list[float]]:
        """(data, loss) -> median way of each trial, for those whose search is done.

        A trial that changes nothing for a loss was not done again and has the number of the first.
        """
        found = {}
        search = self.rows[self.rows.stage == "search"]
        for (data, loss), mine in search.groupby(["data", "loss"], sort=False):
            if loss not in self.chosen.get(str(data), {}):
                continue
            parts = pd.DataFrame({"trial": mine.trial, "seed": mine.seed, "way": way(
                mine.value, mine.floor, mine.control)})
            seeds = parts.groupby(["trial", "seed"], dropna=False).way.mean()
            middle = seeds.groupby("trial").median()
            found[str(data), str(loss)] = [float(middle.get(i, middle[0]))
                                           for i in range(len(self.trials))]
        return found

    def progress(self) -> pd.DataFrame:
        """How much of the plan is done: a row per data set, and a column per part of it."""
        done = {}
        for data in self.data:
            losses = [loss for loss, own in self.losses.items() if data in own]
            row = {"losses": str(len(losses)), "settings chosen": _of(
                sum(loss in self.chosen.get(data, {}) for loss in losses), len(losses))}
            for steps in (*self.steps, *([self.longer["steps"]] if self.longer else [])):
                row[f"{steps:,} steps"] = _of(len(self.ways(data, steps)),
                                              len(self.wanted(data, steps)))
            done[data] = row
        return pd.DataFrame(done).T


def _of(done: int, wanted: int) -> str:
    return "not planned" if not wanted else "all" if done == wanted else f"{done} of {wanted}"


def sweep_so_far(folder: Path | None = None) -> Comparison | None:
    """What the sweep has done; None if nothing of it is stored.

    Parameters
    ----------
    folder : Path, optional
        With which_loss.csv and which_loss.json; by default where the book's results are.
    """
    try:
        table, plan = (result(f"which_loss.{end}") if folder is None
                       else Path(folder) / f"which_loss.{end}" for end in ("csv", "json"))
        says = json.loads(plan.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    everything = list(says["plan"]["data"])
    losses = {loss: own.get("data", everything) for loss, own in says["plan"]["losses"].items()}
    trials = (says["plan"]["search"] or {"trials": []})["trials"]
    rows = pd.concat([pd.read_csv(table), _controls("sweep", folder)], ignore_index=True)
    return Comparison(rows, losses, sorted(says["plan"]["steps"]),
                      says["plan"]["seeds"], says["plan"]["longer"] or {},
                      trials if isinstance(trials, list) else [], says["chosen"], True)


def _controls(part: str, folder: Path | None = None) -> pd.DataFrame:
    """Rows of generators that know nothing, and of copies, scored on the same series."""
    own = (stored("which_loss_controls") if folder is None
           else pd.read_csv(Path(folder) / "which_loss_controls.csv"))
    return own[own.part == part].drop(columns="part")


def stored_before() -> Comparison:
    """The stored runs of the heartbeats, in the same form: one data set, and no search."""
    wide = stored("budgets_heartbeats")
    parts = [wide[["loss", "steps", "seed", "seconds"]].assign(
        score=score, value=wide[score], floor=wide[f"{score}_floor"],
        control=wide[f"{score}_control"]) for score in SCORES]
    rows = pd.concat(parts).assign(data="heartbeats", stage="report", error=np.nan)
    trained = rows
    rows = pd.concat([rows, _controls("stored")], ignore_index=True)
    counts = trained.groupby("steps").loss.nunique()
    everyone = trained.loss.nunique()
    some = counts.index[counts < everyone].tolist()
    longer = {"steps": some[-1], "data": ["heartbeats"],
              "losses": list(trained.loss[trained.steps == some[-1]].unique())} if some else {}
    return Comparison(
        rows, {loss: ["heartbeats"] for loss in trained.loss.unique()},
        counts.index[counts == everyone].tolist(),
        int(trained[trained.steps == counts.idxmax()].groupby("loss").seed.nunique().min()),
        longer, [], {}, False)


def comparison(folder: Path | None = None) -> Comparison:
    """The sweep if a stage of it is whole, else what was stored before."""
    found = sweep_so_far(folder)
    return found if found is not None and found.stages() else stored_before()


def games(losses: Iterable[str]) -> list[str]:
    """Those that play a game."""
    return [loss for loss in losses if loss not in ALONE]
