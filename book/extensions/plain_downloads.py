"""The download button gives the plain notebook that tools/plain.py makes of a chapter.

That one numbers equations and exercises without a build; here the two are compared.
"""

import sys
from pathlib import Path

import nbformat
from sphinx.errors import ExtensionError


def number_on_site(env, kind, page, label):
    """The number that a build gave an equation or an exercise, such as "5.2"; None without."""
    name = f"equation-{label}" if kind == "displaymath" else label
    number = env.toc_fignumbers.get(page, {}).get(kind, {}).get(name)
    return number and ".".join(map(str, number))


def put(app, exception):
    """After a build: plain notebooks in the place of the copies of the sources."""
    sources = Path(app.outdir) / "_sources"
    if exception is not None or not any(sources.rglob("*.ipynb")):
        return
    sys.path.insert(0, str(Path(app.srcdir).parent / "tools"))
    import plain
    import site_index

    for label, (kind, page, number) in site_index.Index(app.srcdir).numbers.items():
        if (there := number_on_site(app.env, kind, page, label)) != number:
            raise ExtensionError(f"{page}: {label} is {there} on the site, {number} in notebooks")
    for page, notebook in plain.notebooks(app.srcdir).items():
        nbformat.write(notebook, sources / f"{page}.ipynb")


def setup(app):
    app.connect("build-finished", put)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
