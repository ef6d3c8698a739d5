"""Rows of the book's tables."""

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
