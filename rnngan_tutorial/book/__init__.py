"""Furniture of the book: what its notebooks use and the package under them does not.

The explorers are a submodule, `widgets`, which alone needs ipywidgets.
"""

from .claims import ClaimFailed, claim, glue
from .exercises import check, hint
from .tables import score_line, stored

__all__ = ["ClaimFailed", "check", "claim", "glue", "hint", "score_line", "stored"]
