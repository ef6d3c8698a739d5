"""Validate the trained claims on seeds that nobody tuned to: ``python tools/validate.py``.

For every notebook, the cells that its trained claims rest on run from top to bottom in a process
of their own, without a kernel, once for each block of seeds. A block's master seed is a hash of
the claims' words, the code they rest on and the number of the block: change any of these, and
the seeds change with it and earlier outcomes no longer count. Prose, plots and other cells
cost nothing. Outcomes go to data/results/validation/, one file per chapter, failures too; what
stands there is not run again, so the work can be stopped at any time.

    python tools/validate.py                           every notebook, 10 blocks
    python tools/validate.py --blocks 20 --workers 2 book/losses/wgan.ipynb
    python tools/validate.py --whole --blocks 1        whole notebooks, as `make test` runs them;
                                                       data/results/test_runs.csv tells red ones
    python tools/validate.py --scheduler tcp://host:8786     on a Dask cluster
    python tools/validate.py --development 3 NOTEBOOK  seeds to work with; nothing is stored
    python tools/validate.py --margins                 how likely each claim's test fails by luck
"""

import argparse
import hashlib
import json
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import date
from math import inf
from pathlib import Path

import execute
import nbformat
import slices
import tables
import yaml

from rnngan_tutorial.book.blocks import run_block, run_notebook

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "data" / "results" / "validation"
TESTS = RESULTS.parent / "test_runs.csv"
COLUMNS = ["claim", "digest", "block", "seed", "outcome", "value", "bound", "alarm", "null",
           "evidence", "torch", "capability"]


def listed():
    """The entries of the book's claims."""
    return yaml.safe_load((ROOT / "book" / "claims.yml").read_text())


class Chapter:
    """A notebook's trained claims, their digests and what is known of them."""

    def __init__(self, path, claims, package):
        self.path = path.resolve()
        self.name = self.path.relative_to(ROOT / "book").with_suffix("").as_posix()
        self.file = RESULTS / f"{self.path.stem}.csv"
        self.slicer = slices.Slicer(nbformat.read(path, 4))
        self.digests = {entry["id"]: self.slicer.digest(entry, package) for entry in claims
                        if entry["chapter"] == self.name and entry["kind"] == "trained"}
        self.all = slices.digest(sorted(self.digests.items()))

    def rows(self):
        """The stored outcomes that still count."""
        return [row for row in tables.read(self.file)
                if self.digests.get(row["claim"]) == row["digest"]]

    def seed(self, block):
        """Of one block; below 2^30, with room for the seeds counted up from it."""
        word = hashlib.sha256(f"{self.all} {block}".encode()).digest()
        return int.from_bytes(word[:4], "big") >> 2

    def jobs(self, blocks, threads):
        """What is still to be run so that each claim has as many blocks."""
        known = self.rows()
        count = {id: sum(row["claim"] == id for row in known) for id in self.digests}
        taken = {int(row["block"]) for row in known if int(row["seed"]) == self.seed(row["block"])}
        block = 0
        while short := [id for id in self.digests if count[id] < blocks]:
            if block not in taken:
                yield self.job(self.seed(block), short, threads, block)
                for id in short:
                    count[id] += 1
            block += 1

    def job(self, seed, ids, threads=1, block=-1):
        return {"folder": str(self.path.parent), "cells": self.slicer.sources(*ids), "seed": seed,
                "ids": list(ids), "threads": threads, "block": block,
                "notebook": str(self.path), "root": str(ROOT)}

    def store(self, answer):
        """Add a block's outcomes. Those of other words and code stay too, and do not count."""
        found = {row["claim"]: row for row in answer["found"]}
        rows = tables.read(self.file)
        order = list(self.digests)
        for id in answer["ids"]:
            row = found.get(id)
            outcome = "not reached" if row is None else "held" if row["held"] else "not held"
            row = row or {"value": "", "bound": "", "alarm": "", "null": {},
                          "evidence": (answer["error"].strip().splitlines()
                                       or answer.get("red", []))[-1:]}
            rows.append({**{key: row.get(key, answer.get(key)) for key in COLUMNS},
                         "claim": id, "digest": self.digests[id], "outcome": outcome,
                         "null": json.dumps(row["null"])})
        rows.sort(key=lambda row: (  # stable: earlier wordings stand first
            order.index(row["claim"]) if row["claim"] in order else len(order), row["claim"],
            self.digests.get(row["claim"]) == row["digest"], row["digest"], int(row["block"])))
        tables.write(self.file, rows)


def told(chapter, answer):
    """A line about a block."""
    found = {row["claim"]: row for row in answer["found"]}
    bad = [f"{id} ({found[id]['value']:.3g}: {found[id]['evidence']})" if id in found else
           f"{id} (not reached)" for id in answer["ids"] if not found.get(id, {}).get("held")]
    return (f"{chapter.name}, block {answer['block']}: {len(answer['ids'])} claims in "
            f"{answer['seconds']:.0f} s; " + (f"NOT HELD: {'; '.join(bad)}" if bad else "all held")
            + (f"\n{answer['error']}" if answer["error"] else ""))


def note_test(chapter, answer):
    """Add a whole notebook's run to the list of such runs; print what failed."""
    row = {"date": date.today().isoformat(), "notebook": chapter.name,
           **{key: answer[key] for key in ("seed", "threads", "torch", "capability")},
           "seconds": round(answer["seconds"]), "red": len(answer["red"])}
    tables.write(TESTS, [*tables.read(TESTS), row])
    if answer["red"]:
        print(answer["said"], flush=True)


def locally(work, workers, run=run_block):
    """(chapter, answer) of each job, in processes of this machine."""
    with ThreadPoolExecutor(workers) as pool:  # each thread waits for a process of its own
        waiting = {pool.submit(run, job): chapter for chapter, job in work}
        try:
            for future in as_completed(waiting):
                yield waiting[future], future.result()
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)
            raise


def on_cluster(work, scheduler):
    """The same on a Dask cluster; what a lost worker had is done by another."""
    from distributed import Client, as_completed
    with Client(scheduler) as client:
        waiting = {client.submit(run_block, job, pure=False, retries=3): chapter
                   for chapter, job in work}
        for future, answer in as_completed(waiting, with_results=True):
            yield waiting[future], answer


def mean_and_spread(values):
    """Mean, and the standard deviation of what the next value is off it."""
    n, mean = len(values), sum(values) / len(values)
    return mean, (sum((value - mean) ** 2 for value in values) / (n - 1) * (1 + 1 / n)) ** 0.5


def chance_of_alarm(values, alarm):
    """Probability that the next value lies beyond (low, high), by Student's t of those seen."""
    from scipy.stats import t
    n, (mean, spread), (low, high) = len(values), mean_and_spread(values), alarm
    if not spread:
        return float(not low < mean < high)
    return sum(float(t.cdf(-(abs(mean - bound)) / spread, n - 1)) if low < mean < high else 1.0
               for bound in (low, high) if abs(bound) < inf)


def advice(values, alarm, nulls, chance=1e-4):
    """What to do about an alarm: nothing, or wider bounds; and which nulls it lets through."""
    from scipy.stats import t
    (mean, spread), (low, high) = mean_and_spread(values), alarm
    said = []
    if chance_of_alarm(values, alarm) > chance:
        reach = float(t.isf(chance / 2, len(values) - 1)) * spread
        said.append(f"wants ({min(low, mean - reach):.2g}, {max(high, mean + reach):.2g})")
    said += [f"lets {name} through" for name in nulls[0]
             if any(low < null[name] < high for null in nulls)]
    return ", ".join(said)


def margins(found, fewest=5):
    """Print how each claim fared, how likely its test is to fail by luck, and what to do."""
    for chapter in found:
        rows = [row for row in chapter.rows() if row["value"]]
        for id in chapter.digests:
            mine = [row for row in rows if row["claim"] == id]
            if len(mine) < fewest:
                print(f"{id}: {len(mine)} blocks")
                continue
            values = [float(row["value"]) for row in mine]
            held = sum(row["outcome"] == "held" for row in mine)
            nulls = [json.loads(row["null"]) for row in mine]
            shown = ", ".join(f"{name} {min(n[name] for n in nulls):.3g} to "
                              f"{max(n[name] for n in nulls):.3g}" for name in nulls[0])
            print(f"{id}: held in {held} of {len(mine)}, {min(values):.3g} to {max(values):.3g}, "
                  f"bound {mine[-1]['bound']}, alarm {chapter.slicer.alarms[id]} with "
                  f"{chance_of_alarm(values, chapter.slicer.alarms[id]):.1e} "
                  f"{advice(values, chapter.slicer.alarms[id], nulls)}; {shown}")


def chapters(paths=()):
    """The chapters of these notebooks, or of all."""
    claims, package = listed(), slices.Package()
    return [Chapter(path, claims, package) for path in paths or execute.notebooks(ROOT / "book")]


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*", type=Path)
    parser.add_argument("--blocks", type=int, default=10)
    parser.add_argument("--workers", type=int, default=1, help="processes at a time")
    parser.add_argument("--scheduler", help="address of a Dask scheduler")
    parser.add_argument("--threads", type=int, default=1, help="threads of each process")
    parser.add_argument("--development", type=int, metavar="N",
                        help="run N blocks of development seeds, print, and store nothing")
    parser.add_argument("--whole", action="store_true",
                        help="run whole notebooks as the tests do, not only the claims' cells")
    parser.add_argument("--claims", nargs="*", help="only these, with --development")
    parser.add_argument("--margins", action="store_true")
    args = parser.parse_args(argv)
    found = chapters(args.notebooks)
    if args.margins:
        return margins(found)
    if args.development is not None:
        work = [(c, c.job(1000 * n, args.claims or c.digests, args.threads, n))
                for n in range(args.development) for c in found if c.digests]
    else:  # first one block of every chapter, then the second, so that any part is a whole
        queues = [[(c, job) for job in c.jobs(args.blocks, args.threads)] for c in found]
        work = [queue[n] for n in range(max(map(len, queues), default=0))
                for queue in queues if n < len(queue)]
    answers = (on_cluster(work, args.scheduler) if args.scheduler else
               locally(work, args.workers, run_notebook if args.whole else run_block))
    for chapter, answer in answers:
        if answer["died"]:
            print(f"{chapter.name}, block {answer['block']}: {answer['error']}; it is no outcome "
                  "and will be run again", flush=True)
            continue
        if args.development is None:
            chapter.store(answer)
            if args.whole:
                note_test(chapter, answer)
        else:
            for row in answer["found"]:
                print(f"  {row['claim']}: {'held' if row['held'] else 'NOT HELD'} "
                      f"{row['value']:.3g} in {row['bound']}; null {row['null']}; "
                      f"{row['evidence']}")
        print(told(chapter, answer), flush=True)


if __name__ == "__main__":
    main()
