"""Whether the claims hold by luck: ``python tools/robustness.py [notebook ...]``.

Runs every notebook with other training seeds and with two threads, lets cells fail, and
writes which claims held to data/results/robustness.csv. The notebooks stay as they are. A
run that is in the file already is not repeated.
"""

import csv
import os
import re
import sys
from pathlib import Path

os.environ["TQDM_DISABLE"] = "1"

import nbformat  # noqa: E402
from nbclient import NotebookClient  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "data" / "results" / "robustness.csv"
RUNS = [(first, 1) for first in (1000, 2000, 3000, 4000, 5000)] + [(0, 2)]
CALL = re.compile(r"rt\.claim\(\s*\"([^\"]+)\"")


def verdicts(path, first_seed, threads):
    """Id and outcome of every claim of a notebook: holds, fails, or not reached."""
    os.environ["RNNGAN_FIRST_SEED"] = str(first_seed)
    os.environ["RNNGAN_THREADS"] = os.environ["OMP_NUM_THREADS"] = str(threads)
    notebook = nbformat.read(path, 4)
    NotebookClient(notebook, timeout=1800, kernel_name="python3", allow_errors=True,
                   resources={"metadata": {"path": str(path.parent)}}).execute()
    for cell in notebook.cells:
        for id in CALL.findall(cell.source) if cell.cell_type == "code" else []:
            said = "".join(str(out.get("text", "")) + str(out.get("evalue", ""))
                           for out in cell.outputs)
            outcome = ("holds" if f"claim {id} holds" in said else
                       "fails" if f"claim '{id}' does not hold" in said else "not reached")
            yield id, outcome, said.strip().splitlines()[-1] if said.strip() else ""


def main(paths):
    known = set()
    if RESULTS.exists():
        with open(RESULTS, newline="") as file:
            known = {(r["notebook"], int(r["first_seed"]), int(r["threads"]))
                     for r in csv.DictReader(file)}
    RESULTS.parent.mkdir(exist_ok=True)
    with open(RESULTS, "a", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if not known:
            writer.writerow(["notebook", "first_seed", "threads", "claim", "outcome", "evidence"])
        for first, threads in RUNS:
            for path in paths or sorted((ROOT / "book").rglob("*.ipynb")):
                name = path.relative_to(ROOT / "book").with_suffix("").as_posix()
                if (name, first, threads) in known:
                    continue
                found = [[name, first, threads, *row] for row in verdicts(path, first, threads)]
                writer.writerows(found)
                file.flush()
                bad = [row[3] for row in found if row[4] != "holds"]
                print(f"{name}, seeds from {first}, {threads} thread(s): {len(found)} claims"
                      + (f", not held: {', '.join(bad)}" if bad else ""), flush=True)


if __name__ == "__main__":
    main([Path(argument).resolve() for argument in sys.argv[1:]])
