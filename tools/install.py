"""Install the package, with all that the book and its tests need.

    python tools/install.py .venv    into a virtual environment, made if it is not there
    python tools/install.py          into the Python that runs this

The one decision in here is PyTorch. On Linux its default build brings gigabytes of CUDA
libraries, so a machine whose NVIDIA driver does not answer gets the CPU build, in a call of
its own; one whose driver answers gets the default build. A PyTorch that is there already
stays, as on Colab. Nothing outside the standard library is used.
"""

import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CPU_BUILDS = "https://download.pytorch.org/whl/cpu"
OLDEST_TORCH = (2, 6)
EXTRAS = "book,test,lint,data"


def has_nvidia() -> bool:
    """Whether an NVIDIA driver answers."""
    tool = shutil.which("nvidia-smi")
    return tool is not None and subprocess.run([tool, "-L"], capture_output=True).returncode == 0


def installed_torch(python: str) -> str | None:
    """The version of PyTorch in the environment of `python`, such as "2.13.0"; or None."""
    ask = "import importlib.metadata as m; print(m.version('torch').split('+')[0])"
    answer = subprocess.run([python, "-c", ask], capture_output=True, text=True)
    version = answer.stdout.strip()
    recent = bool(version) and tuple(map(int, version.split(".")[:2])) >= OLDEST_TORCH
    return version if recent else None


def pinned_torch() -> str:
    """The version of PyTorch in constraints.txt."""
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    return next(line.removeprefix("torch==") for line in lines if line.startswith("torch=="))


def commands(python: str, nvidia: bool, installed: str | None, pinned: str) -> list[list[str]]:
    """The calls of pip to make, in order."""
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    calls = []
    if installed is None:
        # Few retries: where the CPU index cannot be reached, pip finds torch elsewhere.
        cpu = ["--no-deps", "--retries", "1", "--timeout", "10", "--extra-index-url", CPU_BUILDS]
        calls.append([*pip, *([] if nvidia else cpu), f"torch=={pinned}"])
    # Beside another PyTorch the exact versions would only break what else is there.
    exact = ["--constraint", str(ROOT / "constraints.txt")] if installed in (None, pinned) else []
    calls.append([*pip, *exact, "--editable", f"{ROOT}[{EXTRAS}]"])
    return calls


def main(folder: str | None = None) -> None:
    # The exact versions of the book were tried on these; on 3.14 they install, no more is known.
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        sys.exit(f"Python {sys.version.split()[0]} will not do: use 3.11, 3.12 or 3.13, as in "
                 f"make PYTHON=python3.12 book")
    python = sys.executable
    if folder is not None:
        bin_ = Path(folder) / ("Scripts" if sys.platform == "win32" else "bin")
        python = str(bin_ / Path("python").with_suffix(".exe" if sys.platform == "win32" else ""))
        if not Path(python).exists():
            venv.create(folder, with_pip=True)
    nvidia, installed, pinned = has_nvidia(), installed_torch(python), pinned_torch()
    print(f"installing beside PyTorch {installed}" if installed else
          f"installing, with PyTorch {pinned} for {'CUDA' if nvidia else 'the CPU'}: this takes "
          f"some minutes", flush=True)
    for call in commands(python, nvidia, installed, pinned):
        if subprocess.run(call).returncode:
            sys.exit(f"this call failed: {' '.join(call)}")


if __name__ == "__main__":
    main(*sys.argv[1:2])
