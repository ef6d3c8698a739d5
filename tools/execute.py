"""Run notebooks and store their outputs: ``python tools/execute.py [notebook ...]``.

Without arguments, every notebook of the book. What depends on when or where a notebook ran
is left out, so a run that changes nothing leaves no difference in it. A notebook with a failing
cell keeps its old outputs. How long each took goes to data/results/runtimes.csv, from which
`tools/pages.py` makes a page.
"""

import base64
import datetime
import hashlib
import io
import json
import os
import sys
import time
from pathlib import Path

import nbformat
import tables
import torch
from nbclient import NotebookClient
from nbclient.exceptions import CellControlSignal
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
BOOK, RUNTIMES = ROOT / "book", ROOT / "data" / "results" / "runtimes.csv"
# Progress bars show times, which differ from run to run.
ENVIRONMENT = {"OMP_NUM_THREADS": "1", "TQDM_DISABLE": "1"}
# Figures are stored at twice their size, for fine screens. With so many colours they take fewer
# bytes than with all of them at their size, and nobody sees the difference.
SHARP, COLOURS = "--InlineBackend.figure_formats={'retina'}", 64


def notebooks(folder=BOOK):
    """Every notebook of a folder, without the copies that Jupyter keeps."""
    return [p for p in sorted(folder.rglob("*.ipynb")) if ".ipynb_checkpoints" not in p.parts]


def source_hash(notebook):
    """A hash of every code cell's source and tags, to tell whose outputs are stored."""
    cells = [[cell.source, sorted(cell.metadata.get("tags", []))]
             for cell in notebook.cells if cell.cell_type == "code"]
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()


def fewer_colours(png):
    """A PNG, in base64, with as many colours as are stored."""
    with Image.open(io.BytesIO(base64.b64decode(png))) as picture:
        few = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        out = io.BytesIO()
        few.save(out, "PNG", optimize=True, dpi=picture.info["dpi"])
    return base64.b64encode(out.getvalue()).decode() + "\n"


def normalise(notebook):
    """Keep in the metadata only what does not depend on the run."""
    kept = {"myst": notebook.metadata["myst"]} if "myst" in notebook.metadata else {}
    notebook.metadata = nbformat.from_dict({
        **kept, "rnngan": {"source_sha256": source_hash(notebook)},
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"}})
    for cell in notebook.cells:
        if "remove-output" in cell.metadata.get("tags", []):
            cell.outputs = []  # a widget, which is dead without a kernel
        for name in ("execution", "collapsed", "scrolled"):
            cell.metadata.pop(name, None)
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                output.data["image/png"] = fewer_colours(output.data["image/png"])


def execute(path):
    """Run one notebook and store it."""
    notebook = nbformat.read(path, 4)
    NotebookClient(notebook, timeout=900, kernel_name="python3", record_timing=False,
                   coalesce_streams=True, extra_arguments=[SHARP],
                   resources={"metadata": {"path": str(path.parent)}}).execute()
    normalise(notebook)
    # Written beside the old file and then put in its place: never half a notebook.
    new = path.with_suffix(".new")
    nbformat.write(notebook, new)
    new.replace(path)


def record(path, seconds):
    """Put the run time of a notebook of the book into the list, in place of an older one."""
    if BOOK not in path.parents:
        return
    name = path.relative_to(BOOK).with_suffix("").as_posix()
    device = torch.cuda.get_device_name() if torch.cuda.is_available() else "one CPU core"
    rows = {(row["notebook"], row["device"]): row for row in tables.read(RUNTIMES)}
    rows[name, device] = {"notebook": name, "device": device, "seconds": f"{seconds:.0f}",
                          "torch": torch.__version__, "date": datetime.date.today().isoformat()}
    tables.write(RUNTIMES, [row for _, row in sorted(rows.items())])


def main(paths):
    os.environ.update(ENVIRONMENT)
    for path in paths or notebooks():
        print(path, "...", end=" ", flush=True)
        began = time.perf_counter()
        try:
            execute(path.resolve())
        except CellControlSignal as error:
            sys.exit(f"failed; the stored outputs are as they were\n{error}")
        seconds = time.perf_counter() - began
        record(path.resolve(), seconds)
        print(f"{seconds:.0f} s")


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]])
