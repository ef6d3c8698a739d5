"""Whether the claims hold by luck: ``python tools/robustness.py [notebook ...]``.

Runs every notebook with other training seeds, and with two threads, lets cells fail, and writes
which claims held to data/results/robustness/, one file per chapter. The notebooks stay as they
are. A run is not repeated unless the code of the notebook has changed since.
"""

import argparse
import os
import re
import time
from pathlib import Path

import nbformat
import tables
from execute import source_hash
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "data" / "results" / "robustness"
RUNS = [(first, 1) for first in (1000, 2000, 3000, 4000, 5000)] + [(0, 2)]
COLUMNS = ["first_seed", "threads", "claim", "outcome", "evidence", "code"]
CALL = re.compile(r"\bclaim\(\s*\"([^\"]+)\"")


def verdicts(path, first_seed, threads):
    """Id, outcome (holds, fails or not reached) and evidence of every claim of a notebook."""
    os.environ["TQDM_DISABLE"] = "1"
    os.environ["RNNGAN_FIRST_SEED"] = str(first_seed)
    os.environ["RNNGAN_THREADS"] = os.environ["OMP_NUM_THREADS"] = str(threads)
    notebook = nbformat.read(path, 4)
    NotebookClient(notebook, timeout=1800, kernel_name="python3", allow_errors=True,
                   resources={"metadata": {"path": str(path.parent)}}).execute()
    for cell in notebook.cells:
        for id in CALL.findall(cell.source) if cell.cell_type == "code" else []:
            lines = "\n".join(str(out.get("text", "")) + str(out.get("evalue", ""))
                              for out in cell.outputs).splitlines()
            holds, fails = f"claim {id} holds: ", f"claim '{id}' does not hold: "
            said = [line for line in lines if line.startswith((holds, fails))]
            outcome = ("not reached" if not said else
                       "holds" if said[0].startswith(holds) else "fails")
            yield id, outcome, said[0].removeprefix(holds).removeprefix(fails) if said else ""


def check(path, runs):
    """Make the runs of one notebook that its results file lacks."""
    results = RESULTS / f"{path.stem}.csv"
    code = source_hash(nbformat.read(path, 4))[:12]
    rows = [row for row in tables.read(results) if row["code"] == code]
    for first, threads in runs:
        if any((row["first_seed"], row["threads"]) == (str(first), str(threads)) for row in rows):
            continue
        began = time.monotonic()
        found = [dict(zip(COLUMNS, [str(first), str(threads), *row, code], strict=True))
                 for row in verdicts(path, first, threads)]
        rows += found
        tables.write(results, rows)
        bad = [f"{row['claim']} ({row['outcome']}: {row['evidence']})" for row in found
               if row["outcome"] != "holds"]
        print(f"{path.stem}, seeds from {first}, {threads} thread(s): {len(found)} claims "
              f"in {time.monotonic() - began:.0f} s, "
              + (f"NOT HELD: {'; '.join(bad)}" if bad else "all hold"), flush=True)


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*", type=Path)
    parser.add_argument("--threads", type=int, help="only the runs with so many threads")
    parser.add_argument("--runs", type=int, help="only the first so many runs of each notebook")
    args = parser.parse_args(argv)
    every = sorted(p for p in (ROOT / "book").rglob("*.ipynb")
                   if ".ipynb_checkpoints" not in p.parts)
    for path in args.notebooks or every:
        check(path.resolve(), [run for run in RUNS[:args.runs] if args.threads in (None, run[1])])


if __name__ == "__main__":
    main()
