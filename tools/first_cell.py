"""Put the cell that installs the package into every notebook: ``python tools/first_cell.py``.

A notebook opened on Colab finds no package. Its first code cell then installs it; where the
package is there, the cell does nothing. It stays off the page.
"""

import execute
import nbformat

ID, TAGS = "install-the-package", ["remove-cell"]
# Without the extra "book": on Colab its newer ipykernel would break the running kernel.
SOURCE = '''\
# Installs the package where it is missing, as on Colab.
import importlib.util
import subprocess
import sys

if importlib.util.find_spec("rnngan_tutorial") is None:
    source = "git+https://github.com/rnngan-tutorial/rnngan_tutorial@main"
    subprocess.run([sys.executable, "-m", "pip", "install", "-q",
                    f"rnngan-tutorial @ {source}"], check=True)'''


def put(notebook):
    """Make the cell the first one after the title, in place of an older one."""
    cells = [cell for cell in notebook.cells if cell.id != ID]
    cell = nbformat.v4.new_code_cell(SOURCE, id=ID, metadata={"tags": TAGS})
    notebook.cells = [*cells[:1], cell, *cells[1:]]


if __name__ == "__main__":
    for path in execute.notebooks():
        notebook = nbformat.read(path, 4)
        put(notebook)
        nbformat.write(notebook, path)
