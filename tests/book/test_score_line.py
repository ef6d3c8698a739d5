"""A row of the book's table of heartbeats."""

import numpy as np
import pytest

from rnngan_tutorial.book.tables import score_line, stored
from rnngan_tutorial.metrics import Score, Scores


def test_a_row_holds_median_and_range_or_floor_or_control():
    scores = Scores([Score("mmd", np.array([0.3, 0.126, 0.2]), 0.014, 0.5),
                     Score("wide_share", np.array([0.0, 0.25, 1.0]), 0.24, 0.0, "floor")], range(3))
    assert score_line(scores, "hinge") == (
        "| `hinge` | 0.20 (0.13 to 0.30) | 0.25 (0.00 to 1.00) |")
    assert score_line(scores, "floor") == "| `floor` | 0.01 | 0.24 |"
    assert score_line(scores, "control") == "| `control` | 0.50 | 0.00 |"


def test_a_stored_table_is_read_and_a_missing_one_is_named():
    table = stored("penalties")
    assert {"game", "steps", "seed"} <= set(table.columns) and len(table) > 5
    with pytest.raises(FileNotFoundError, match="no table 'none'; choose from .*penalties"):
        stored("none")
