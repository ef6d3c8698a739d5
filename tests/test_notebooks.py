"""What nbval alone lets pass.

nbval compares a cell's outputs with the stored ones. It skips a cell that was never run,
and all images, and knows nothing of readers. `faults` finds the rest; the tests below it show
that it does, and that nbval does its part.
"""

import base64
import importlib.util
import io
import os
import struct
import subprocess
import sys
from copy import deepcopy
from pathlib import Path

import execute
import first_cell
import nbformat
import pytest
import yaml
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = execute.notebooks()
LINES, COLUMNS, DPI = 15, 79, 200
# Cells that stay in the notebook and off the page may be longer.
HIDDEN = {"hide-input", "hide-cell", "remove-input", "remove-cell"}
# An output that shows one of these was made on somebody's machine and says so.
TELLTALES = (f"{Path.home()}/", "/home/", "/tmp/", "/Users/", "C:\\Users")


def dpi(png):
    """Dots per inch that a PNG file claims; None if it says nothing."""
    at = png.find(b"pHYs")
    if at < 0:
        return None
    per_metre, _, unit = struct.unpack(">IIB", png[at + 4:at + 13])
    return per_metre * 0.0254 if unit == 1 else None


def cell_faults(cell):
    tags = cell.metadata.get("tags", [])
    lines = cell.source.splitlines()
    if cell.source.rstrip().endswith(";"):
        yield "ends with a semicolon: under nbval its output shows; end with plt.show()"
    if not HIDDEN & set(tags) and len(lines) > LINES:
        yield f"has {len(lines)} lines, more than {LINES}"
    if long := [line for line in lines if len(line) > COLUMNS]:
        yield f"has lines of more than {COLUMNS} columns: {long[0]}"
    for output in cell.outputs:
        data = output.get("data", {})
        if output.output_type == "error" and "raises-exception" not in tags:
            yield f"ends with {output.ename}: {output.evalue}"
        if "image/png" in data:
            alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
            if len(alt.split()) < 4:
                yield "draws a figure without alternative text of some words"
            if (fine := dpi(base64.b64decode(data["image/png"]))) and fine > DPI + 1:
                yield f"draws a figure of {fine:.0f} dpi, more than {DPI}"
        if "image/svg+xml" in data:
            yield "draws an SVG, which carries a date: make it a PNG"
        if any("widget-view" in kind for kind in data):
            yield "stores a widget, which is dead on the page: tag the cell remove-output"
        shown = str(output.get("text", "")) + str(data.get("text/plain", ""))
        if found := [word for word in TELLTALES if word in shown]:
            yield f"shows a path of the machine: {found[0]}"


def faults(notebook):
    """What is wrong with a notebook that is to be published, a line each."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    found = []
    if [cell.execution_count for cell in code] != list(range(1, len(code) + 1)):
        found.append("was not run from its first cell to its last: make execute")
    if notebook.metadata.get("rnngan", {}).get("source_sha256") != execute.source_hash(notebook):
        found.append("has outputs that its code, as it stands, did not make: make execute")
    if notebook.metadata.get("kernelspec", {}).get("name") != "python3":
        found.append("names a kernel other than python3")
    if "widgets" in notebook.metadata:
        found.append("stores the state of widgets")
    about = notebook.metadata.get("myst", {}).get("html_meta", {}).get("description", "")
    if not 50 <= len(about) <= 200:
        found.append(f"has a description of {len(about)} characters, not of 50 to 200")
    titles = [line for cell in notebook.cells if cell.cell_type == "markdown"
              for line in cell.source.splitlines()[:1] if line.startswith("# ")]
    if len(titles) != 1:
        found.append(f"has {len(titles)} titles, not one")
    for number, cell in enumerate(code, start=1):
        found += [f"code cell {number} {fault}" for fault in cell_faults(cell)]
    return found


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_notebook_can_be_published(path):
    notebook = nbformat.read(path, 4)
    nbformat.validate(notebook)
    assert faults(notebook) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_notebook_begins_with_the_cell_that_installs_the_package(path):
    first = next(cell for cell in nbformat.read(path, 4).cells if cell.cell_type == "code")
    assert first.source == first_cell.SOURCE, "run python tools/first_cell.py"
    assert first.metadata["tags"] == ["remove-cell"] and first.outputs == []


@pytest.mark.parametrize("there", [True, False])
def test_first_cell_calls_pip_only_where_the_package_is_missing(there, monkeypatch, capsys):
    calls, find = [], importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: (
        find(name) if there or name != "rnngan_tutorial" else None))
    monkeypatch.setattr(subprocess, "run", lambda *call, **options: calls.append((call, options)))
    exec(first_cell.SOURCE, {})
    site = yaml.safe_load((ROOT / "_config.yml").read_text())["repository"]
    what = f"rnngan-tutorial @ git+{site['url']}@{site['branch']}"
    pip = [sys.executable, "-m", "pip", "install", "-q", what]
    assert calls == ([] if there else [((pip,), {"check": True})])
    assert capsys.readouterr().out == ""


def test_first_cell_is_put_in_once_after_the_title():
    notebook = new_notebook(cells=[new_markdown_cell("# A page"), new_code_cell("1 + 1")])
    for _ in range(2):
        first_cell.put(notebook)
        assert [cell.source for cell in notebook.cells] == ["# A page", first_cell.SOURCE, "1 + 1"]


# The checks themselves

@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A small notebook as `make execute` stores it."""
    path = tmp_path_factory.mktemp("sound") / "page.ipynb"
    draw = ("import matplotlib.pyplot as plt\n"
            "plt.figure(figsize=(2, 1), dpi=100)\nplt.plot([1, 2])\nplt.show()")
    figure = {"mystnb": {"image": {"alt": "A straight line that rises."}}}
    about = "A page that is there to be broken, in one way after the other."
    nbformat.write(new_notebook(
        cells=[new_markdown_cell("# A page"), new_code_cell("print(2 + 2)"),
               new_code_cell(draw, metadata=figure)],
        metadata={"myst": {"html_meta": {"description": about}}, "toc": {}}), path)
    execute.execute(path)
    return nbformat.read(path, 4)


def test_sound_notebook_has_no_faults(sound):
    assert faults(sound) == []
    assert set(sound.metadata) == {"myst", "rnngan", "kernelspec", "language_info"}
    assert all("execution" not in cell.metadata for cell in sound.cells)


def test_figures_are_stored_sharp_and_with_few_colours(sound):
    [output] = sound.cells[2].outputs
    png = base64.b64decode(output.data["image/png"])
    assert round(dpi(png)) == DPI
    # As wide on the page as at 100 dpi; the repr is that of nbval, which draws at 100.
    with Image.open(io.BytesIO(png)) as picture:
        assert abs(picture.width - 2 * output.metadata["image/png"]["width"]) <= 1
        assert picture.mode == "P" and len(picture.getcolors()) <= execute.COLOURS
    assert output.data["text/plain"] == "<Figure size 200x100 with 1 Axes>"


def edit_source(nb):
    nb.cells[1].source = "print(2 + 3)"


def edit_tags(nb):
    nb.cells[1].metadata["tags"] = ["nbval-ignore-output"]


def remove_outputs(nb):
    for cell in nb.cells[1:]:
        cell.outputs, cell.execution_count = [], None


def run_out_of_order(nb):
    nb.cells[1].execution_count = 7


def add_a_cell(nb):
    nb.cells.append(new_code_cell("print('new')"))


def other_kernel(nb):
    nb.metadata.kernelspec.name = "mine"


def remove_description(nb):
    del nb.metadata["myst"]


def remove_title(nb):
    nb.cells[0].source = "Text"


def remove_alt(nb):
    del nb.cells[2].metadata["mystnb"]


def semicolon(nb):
    nb.cells[2].source += ";"


def long_cell(nb):
    nb.cells[1].source += "\n" * 15 + "1"


def long_line(nb):
    nb.cells[1].source += "  # " + "x" * 70


def fail(nb):
    nb.cells[1].outputs = [new_output("error", ename="ValueError", evalue="no", traceback=[])]


def fine_figure(nb):
    [output] = nb.cells[2].outputs
    png = bytearray(base64.b64decode(output.data["image/png"]))
    at = png.find(b"pHYs") + 4
    png[at:at + 8] = struct.pack(">II", 11811, 11811)  # 300 dpi
    output.data["image/png"] = base64.b64encode(bytes(png)).decode()


def path_of_machine(nb):
    nb.cells[1].outputs[0].text = TELLTALES[0] + "somebody"


def widget(nb):
    nb.cells[1].outputs = [new_output(
        "display_data", {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}})]


@pytest.mark.parametrize("breaking, said", [
    (edit_source, "did not make"), (edit_tags, "did not make"), (remove_outputs, "was not run"),
    (run_out_of_order, "was not run"), (add_a_cell, "was not run"), (other_kernel, "kernel"),
    (remove_description, "description"), (remove_title, "titles"), (remove_alt, "alternative"),
    (semicolon, "semicolon"), (long_cell, "lines, more"), (long_line, "columns"),
    (fail, "ValueError: no"), (fine_figure, "300 dpi"), (path_of_machine, "path of the machine"),
    (widget, "stores a widget")], ids=lambda x: getattr(x, "__name__", ""))
def test_broken_notebook_is_found(sound, breaking, said):
    broken = deepcopy(sound)
    breaking(broken)
    assert any(said in fault for fault in faults(broken)), faults(broken)


def test_running_again_changes_nothing(sound, tmp_path):
    path = tmp_path / "page.ipynb"
    nbformat.write(sound, path)
    before = path.read_bytes()
    execute.execute(path)
    assert path.read_bytes() == before


def test_failing_notebook_keeps_its_outputs_and_shows_the_cell(sound, tmp_path, capsys):
    notebook = deepcopy(sound)
    notebook.cells[1].source = "print(1 / 0)"
    path = tmp_path / "page.ipynb"
    nbformat.write(notebook, path)
    before = path.read_bytes()
    with pytest.raises(SystemExit, match=r"(?s)outputs are as they were.*1 / 0.*ZeroDivision"):
        execute.main([path])
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]
    assert "page.ipynb ..." in capsys.readouterr().out


def nbval(path):
    """The exit status and the report of the project's own pytest run on one notebook."""
    ran = subprocess.run([sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml"),
                          "-p", "no:cacheprovider", "--numprocesses=0", str(path)], cwd=ROOT,
                         capture_output=True, text=True,
                         env={k: v for k, v in os.environ.items() if "PYTEST" not in k})
    return ran.returncode, ran.stdout + ran.stderr


def test_nbval_finds_a_wrong_number_and_passes_the_right_one(sound, tmp_path):
    path = tmp_path / "page.ipynb"
    nbformat.write(sound, path)
    status, report = nbval(path)
    assert status == 0 and "2 passed" in report, report
    wrong = deepcopy(sound)
    assert wrong.cells[1].outputs[0].text == "4\n"
    wrong.cells[1].outputs[0].text = "5\n"
    nbformat.write(wrong, path)
    status, report = nbval(path)
    assert status == 1 and "1 failed, 1 passed" in report, report
    assert faults(wrong) == []  # the reason why both kinds of test are needed
