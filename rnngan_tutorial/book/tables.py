"""Rows of the book's tables, and the tables that its scripts have stored."""

from pathlib import Path

import pandas as pd

from ..metrics import Scores


def score_line(scores: Scores, name: str) -> str:
    """A row of the table of heartbeats, in Markdown: the median, and lowest to highest seed.

    Parameters
    ----------
    scores : Scores
    name : str
        The first cell. The names "floor" and "control" give those instead of the seeds.
    """
    if name in ("floor", "control"):
        cells = [f"{getattr(score, name):.2f}" for score in scores.values()]
    else:
        cells = [f"{score.median:.2f} ({score.values.min():.2f} to {score.values.max():.2f})"
                 for score in scores.values()]
    return f"| `{name}` | " + " | ".join(cells) + " |"


def result(file: str) -> Path:
    """A file of results that a script of the repository has made, such as ``"budgets.csv"``.

    Raises
    ------
    FileNotFoundError
        If there is no such file beside the package.
    """
    here = Path(__file__).parents[1]
    places = (here / "_data" / "results", here.parent / "data" / "results")
    path = next((place / file for place in places if (place / file).exists()), None)
    if path is None:
        name, end = Path(file).stem, Path(file).suffix
        known = sorted(p.stem for place in places for p in place.glob(f"*{end}"))
        raise FileNotFoundError(f"there is no table {name!r}; choose from {', '.join(known)}")
    return path


def stored(name: str) -> pd.DataFrame:
    """A table of results that a script of the repository has made, such as ``"budgets"``.

    Raises
    ------
    FileNotFoundError
        If there is no such table beside the package.
    """
    return pd.read_csv(result(f"{name}.csv"))
