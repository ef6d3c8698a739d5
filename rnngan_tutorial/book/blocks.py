"""One block of seeds for the claims of a chapter: its cells, run in a process of their own.

A module of the package, so that the workers of a cluster have it too.
"""

import json
import os
import subprocess
import sys
import time
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
    environment = {**os.environ, "RNNGAN_FIRST_SEED": str(job["seed"]), "TQDM_DISABLE": "1",
                   "RNNGAN_THREADS": str(job["threads"]), "OMP_NUM_THREADS": str(job["threads"]),
                   "PYTHONHASHSEED": "0"}
    began = time.monotonic()
    try:
        ran = subprocess.run([sys.executable, "-c", RUNNER], input=json.dumps(job), text=True,
                             capture_output=True, env=environment, timeout=TIMEOUT)
        answer = json.loads(ran.stdout) if not ran.returncode else nothing(
            f"the process ended with {ran.returncode}: {ran.stderr[-2000:]}", died=True)
    except subprocess.TimeoutExpired:
        answer = nothing(f"no end after {TIMEOUT} s")
    return {"died": False, **job, **answer, "seconds": time.monotonic() - began}


def nothing(error: str, died: bool = False) -> dict[str, Any]:
    """What a block that came to no end answers."""
    return {"found": [], "error": error, "died": died, "torch": "", "capability": ""}
