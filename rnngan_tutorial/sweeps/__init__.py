"""Sweeps: losses x data x settings x steps x seeds, in a folder that survives every kill."""

import json
import platform
from collections.abc import Mapping
from pathlib import Path
from statistics import fmean
from typing import Any

import pandas as pd
import torch
from tqdm.auto import tqdm

from ..checkpoint import whole_file
from ..machine import silent
from ..options import check_whole
from .plan import Job, Plan, Search, check_scores, read_plan
from .pool import Cluster, Pool

__all__ = ["Plan", "Search", "read_plan", "sweep"]
COLUMNS = ["data", "loss", "stage", "steps", "seed", "score", "value", "floor", "floor_sd",
           "control", "better", "seconds", "setting", "job", "error"]
FARTHEST = 2.0  # ways: one wild score must not decide for all


def sweep(plan: str | Path | Mapping[str, Any] | Plan, out: str | Path, *, workers: int = 1,
          devices: str | list[str] = (), scheduler: str | None = None,  # type: ignore[assignment]
          threads: int | None = None, progress: bool = True) -> pd.DataFrame:
    """Train and score every loss of a plan on all its data, at all its budgets.

    What is done stands in a folder, job by job, and is not done again: the sweep can be stopped or
    killed at any moment and started anew, also with a plan that has become larger. First the
    settings of each loss are chosen, by the scores on validation series of seeds of their own;
    then the losses are trained with those on other seeds, and scored on the test series.

    Parameters
    ----------
    plan : path of a TOML file, dict or Plan
    out : path
        A folder. It gets results.csv, one row per score and seed; manifest.json, with the plan, the
        settings chosen and the versions; jobs/, states/ and, if the plan wants them, runs/.
    workers : int
        Processes on this machine.
    devices : str or list of str
        Given to the workers in turn, such as ``["cuda:0", "cuda:1"]``; by default that of
        `rt.train`.
    scheduler : str, optional
        Address of a Dask scheduler; then its workers do the work. Needs the package distributed.
    threads : int, optional
        CPU threads of each worker; by default one.
    progress : bool
        Show a progress bar with the time left.

    Returns
    -------
    DataFrame
        What results.csv holds: data, loss, stage ("search" or "report"), steps, seed, score,
        value, floor, floor_sd, control, better, seconds (of one seed, with its scores), setting,
        job, error. After Ctrl-C, what there is so far.

    Raises
    ------
    ValueError, TypeError, OSError
        For a bad plan or a folder that cannot be written, before anything is trained.
    """
    found = read_plan(plan)
    check_scores(found)
    check_whole("workers", workers, 1)
    folder = Path(out).expanduser()
    (folder / "jobs").mkdir(parents=True, exist_ok=True)
    named = [devices] if isinstance(devices, str) else list(devices)
    place = (Pool(folder, workers, named, threads) if scheduler is None
             else Cluster(folder, scheduler, threads))
    queue = Queue(found, folder)
    _write(folder / "manifest.json", {**_versions(), "plan": found.state()})
    with tqdm(total=queue.work, initial=queue.done, disable=not progress or silent(),
              unit="step", unit_scale=True) as bar:
        try:
            for job, rows in place.do(queue.next):
                queue.put(job, rows)
                bar.update(size(job))
        except KeyboardInterrupt:
            bar.write(f"stopped; the same call goes on from {folder}")
    _write(folder / "manifest.json", {**_versions(), "plan": found.state(),
                                      "chosen": queue.chosen})
    return queue.table()


class Queue:
    """The jobs of a plan in their order, those that are done left out.

    Parameters
    ----------
    plan : Plan
    folder : Path

    Attributes
    ----------
    chosen : dict
        data -> loss -> the setting that the search chose.
    work, done : int
        Steps times seeds, of all jobs and of those done before.
    """

    def __init__(self, plan: Plan, folder: Path) -> None:
        self.plan, self.folder = plan, folder
        self.rows: dict[str, list[dict[str, Any]]] = {}
        self.order: dict[str, tuple[str, Job]] = {}
        self.chosen: dict[str, dict[str, Any]] = {}
        self.given: set[str] = set()
        self.trials: dict[tuple[str, str], list[Job]] = {}
        for job in plan.searches():
            self._add("search", job)
            self.trials.setdefault(_pair(job), []).append(job)
        pairs = plan.pairs()
        self.reports: dict[tuple[str, str], list[Job]] = {}
        for pair in pairs:
            self._choose(pair)
        searches = {job["id"]: size(job) for jobs in self.trials.values() for job in jobs}
        self.work = sum(searches.values()) + plan.seeds * sum(
            sum(plan.budgets(*pair)) for pair in pairs)
        self.done = sum(size(self.order[id][1]) for id in self.rows)

    def next(self) -> Job | None:
        """The first job that can be done and has not been given out; None if there is none now.

        Data by data, the search of all losses before their reports, and few steps before many, so
        that what is there at any moment is a fair table; what only some losses do comes last.
        """
        places = {data: place for place, data in enumerate(self.plan.data)}

        def order(job: Job) -> tuple[bool, int, bool, int]:
            report = job["on"] == "test"
            steps = job["steps"] * report  # of the search, the trials keep their order
            return (report and steps > max(self.plan.steps), places[job["called"]["data"]],
                    report, steps)

        for job in sorted((job for _, job in self.order.values()), key=order):
            before = [other for other in self.reports.get(_pair(job), ())
                      if job["on"] == "test" and other["steps"] < job["steps"]]
            if (job["id"] not in self.rows and job["id"] not in self.given
                    and all(other["id"] in self.rows for other in before)):
                self.given.add(job["id"])
                return job
        return None

    def put(self, job: Job, rows: list[dict[str, Any]]) -> None:
        """Store what a job came to."""
        _write(self.folder / "jobs" / f"{job['id']}.json", {"job": job, "rows": rows})
        self.rows[job["id"]] = rows
        self._choose(_pair(job))
        with whole_file(self.folder / "results.csv") as part:
            self.table().to_csv(part, index=False)

    def table(self) -> pd.DataFrame:
        """One row per score and seed of every job that is done, in the order of the plan."""
        jobs = [(stage, job) for stage, job in self.order.values() if stage == "search"]
        # The searches of several workers end in any order; the reports keep the plan's.
        jobs += [("report", job) for pair in self.plan.pairs()
                 for job in self.reports.get(pair, ())]
        found = [{**job["called"], "stage": stage, "steps": job["steps"], "job": job["id"],
                  "setting": json.dumps({**job["setting"], **job["option"]}), **row}
                 for stage, job in jobs for row in self.rows.get(job["id"], ())]
        return pd.DataFrame(found, columns=COLUMNS)

    def _add(self, stage: str, job: Job) -> None:
        self.order[job["id"]] = stage, job
        path = self.folder / "jobs" / f"{job['id']}.json"
        if path.exists():
            rows = json.loads(path.read_text(encoding="utf-8"))["rows"]
            if not any("error" in row for row in rows):  # what failed may be tried again
                self.rows[job["id"]] = rows

    def _choose(self, pair: tuple[str, str]) -> None:
        """Once all trials of a loss are done, its best setting, and the jobs of its report."""
        trials = self.trials.get(pair, [])
        if pair in self.reports or not all(job["id"] in self.rows for job in trials):
            return
        setting: dict[str, Any] = {}
        if trials:
            settings = self.plan.search.settings() if self.plan.search else []
            missed = [distance(self.rows[job["id"]]) for job in trials]
            setting = settings[min(range(len(missed)), key=missed.__getitem__)]
        data, loss = pair
        self.chosen.setdefault(data, {})[loss] = setting
        self.reports[pair] = self.plan.reports(data, loss, setting)
        for job in self.reports[pair]:
            self._add("report", job)


def distance(rows: list[dict[str, Any]]) -> float:
    """How far the scores of a job are from their floors, in ways from floor to control: the mean.

    No score counts for more than `FARTHEST`. Infinite for a job or a seed that came to nothing.
    """
    ways = [abs(row["value"] - row["floor"]) / (abs(row["control"] - row["floor"]) or 1)
            for row in rows if "value" in row]
    sound = ways and all(way == way for way in ways)
    return fmean(min(way, FARTHEST) for way in ways) if sound else float("inf")


def _pair(job: Job) -> tuple[str, str]:
    return job["called"]["data"], job["called"]["loss"]


def size(job: Job) -> int:
    """Steps times seeds."""
    return int(job["steps"]) * len(job["seeds"])


def _versions() -> dict[str, str]:
    from .. import __version__
    gpus = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    return {"rnngan_tutorial": __version__, "torch": torch.__version__,
            "python": platform.python_version(), "machine": platform.machine(),
            "gpus": ", ".join(gpus)}


def _write(path: Path, content: Any) -> None:
    with whole_file(path) as part:
        part.write_text(json.dumps(content, indent=1), encoding="utf-8")
