"""One block of seeds for the claims of a chapter: its cells, run in a process of their own.

A module of the package, so that the workers of a cluster have it too.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

TIMEOUT = 3600  # seconds for one block; the longest took a twentieth of it
# Runs cells in one namespace, as a kernel would, and writes what the claims came to.
RUNNER = """
import json, os, sys, traceback, warnings
work = json.load(sys.stdin)
os.chdir(work["folder"])
import matplotlib
matplotlib.use("agg")
warnings.filterwarnings("ignore", message=".*non-interactive.*")
import torch
from rnngan_tutorial.book.claims import collecting
space, error, out = {"__name__": "__main__"}, "", sys.stdout
sys.stdout = sys.stderr
with collecting() as found:
    for source in work["cells"]:
        try:
            exec(compile(source, "<cell>", "exec"), space)
        except Exception:
            error = traceback.format_exc()
            break
json.dump({"found": found, "error": error, "torch": torch.__version__,
           "capability": torch.backends.cpu.get_cpu_capability()}, out, default=float)
"""


def run_block(job: dict[str, Any]) -> dict[str, Any]:
    """Run the cells that some claims rest on, in a process of its own, without a kernel.

    Parameters
    ----------
    job : dict
        cells: their sources in order. folder: where they run. seed: the master seed.
        threads: of the CPU. Anything else is handed on.

    Returns
    -------
    dict
        The job, with found: the outcomes of its trained claims. error: what stopped it, if
        something did; died: whether that was the process itself, which says nothing of a claim.
        seconds, torch, capability: how long, which version, which instructions.
    """
    began = time.monotonic()
    try:
        ran = subprocess.run([sys.executable, "-c", RUNNER], input=json.dumps(job), text=True,
                             capture_output=True, env=environment(job), timeout=TIMEOUT)
        answer = json.loads(ran.stdout) if not ran.returncode else nothing(
            f"the process ended with {ran.returncode}: {ran.stderr[-2000:]}", died=True)
    except subprocess.TimeoutExpired:
        answer = nothing(f"no end after {TIMEOUT} s")
    return {"died": False, **job, **answer, "seconds": time.monotonic() - began}


def run_notebook(job: dict[str, Any]) -> dict[str, Any]:
    """Run a whole notebook as the test command does, and note what its trained claims came to.

    Parameters
    ----------
    job : dict
        notebook: its path. root: the folder whose settings of pytest hold. seed, threads: as in
        `run_block`. Anything else is handed on.

    Returns
    -------
    dict
        As `run_block`, with red: the cells that failed, and said: all that pytest printed.
    """
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        outcomes = Path(folder, "outcomes")
        outcomes.touch()
        try:
            ran = subprocess.run(
                [sys.executable, "-m", "pytest", "-q", "--numprocesses=0", "-p",
                 "no:cacheprovider", job["notebook"]], cwd=job["root"], text=True,
                capture_output=True, timeout=TIMEOUT,
                env={**environment(job), "RNNGAN_OUTCOMES": str(outcomes)})
            died = ran.returncode not in (0, 1)
            answer = nothing(f"pytest ended with {ran.returncode}: {ran.stderr[-2000:]}" if died
                             else "", died)
            answer["red"] = [line for line in ran.stdout.splitlines()
                             if line.startswith(("FAILED", "ERROR"))]
            answer["said"] = ran.stdout
        except subprocess.TimeoutExpired:
            answer = {**nothing(f"no end after {TIMEOUT} s"), "red": ["no end"], "said": ""}
        found = [json.loads(line) for line in outcomes.read_text().splitlines()]
    if found:
        answer |= {key: found[0][key] for key in ("torch", "capability")}
    return {**job, **answer, "found": found, "seconds": time.monotonic() - began}


def environment(job: dict[str, Any]) -> dict[str, str]:
    """Of a process with the master seed and the threads of a job."""
    return {**os.environ, "RNNGAN_FIRST_SEED": str(job["seed"]), "TQDM_DISABLE": "1",
            "RNNGAN_THREADS": str(job["threads"]), "OMP_NUM_THREADS": str(job["threads"]),
            "PYTHONHASHSEED": "0"}


def nothing(error: str, died: bool = False) -> dict[str, Any]:
    """What a block that came to no end answers."""
    return {"found": [], "error": error, "died": died, "torch": "", "capability": ""}
