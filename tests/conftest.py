"""The built book, which several files of tests look at: built once for all of them."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from site_pages import Page

ROOT = Path(__file__).resolve().parents[1]


def build(source, out):
    """Build with the settings of `make book`; the finished process."""
    return subprocess.run(
        [str(Path(sys.executable).with_name("jupyter-book")), "build", str(source), "-W", "-n",
         "--keep-going", "--all", "--path-output", str(out)],
        cwd=ROOT, capture_output=True, text=True)


@pytest.fixture(scope="session")
def html(tmp_path_factory, worker_id):
    """The folder of the built pages. Always built afresh: it takes seconds."""
    # Workers share the parent of their folders; alone, there is none to share with.
    mine = tmp_path_factory.getbasetemp()
    out = (mine if worker_id == "master" else mine.parent) / "built"
    done = out / "done.txt"
    try:
        out.mkdir()
    except FileExistsError:
        while not done.exists():
            time.sleep(1)
    else:
        built = build(ROOT / "book", out)
        done.write_text("" if built.returncode == 0 else
                        built.stdout[-3000:] + built.stderr[-3000:])
    assert done.read_text() == "", done.read_text()
    return out / "_build" / "html"


@pytest.fixture(scope="session")
def pages(html):
    """Every page, by its path."""
    return {path: Page(path) for path in sorted(html.rglob("*.html"))
            if "_static" not in path.relative_to(html).parts}
