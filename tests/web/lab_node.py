"""Ask the laboratory's scripts something in node."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

LAB = Path(__file__).resolve().parents[2] / "book" / "assets" / "lab"
NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="no node on this machine to run the engine")


def asked(task, **given):
    """What tests/web/drive_engine.js answers."""
    done = subprocess.run(
        [NODE, str(Path(__file__).with_name("drive_engine.js")), str(LAB)],
        input=json.dumps({"task": task, **given}), capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def fault(task, **given):
    """The one-line error with which it answers."""
    answer = asked(task, **given)
    assert set(answer) == {"error"} and "\n" not in answer["error"], answer
    return answer["error"]
