"""The furniture of the book stands apart from the package, and explorers apart from the rest."""

import subprocess
import sys


def imported_by(line):
    """Names of the modules that a fresh Python has loaded after the line."""
    code = f"{line}; import sys; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(ran.stdout.split())


def test_package_does_without_the_book():
    assert not [name for name in imported_by("import rnngan_tutorial")
                if name.startswith("rnngan_tutorial.book")]


def test_claims_and_exercises_do_without_widgets():
    names = imported_by("from rnngan_tutorial.book import check, claim, glue, score_line")
    assert "rnngan_tutorial.book.claims" in names
    assert not names & {"ipywidgets", "rnngan_tutorial.book.widgets"}


def test_widgets_can_be_imported_like_the_rest():
    assert "ipywidgets" in imported_by("from rnngan_tutorial.book import widgets")
