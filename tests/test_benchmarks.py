"""The stored tables of benchmarks/: a part of each comes out again."""

import sys
from pathlib import Path

import numpy as np
import pytest

from rnngan_tutorial.book import stored

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks import budgets  # noqa: E402


@pytest.mark.parametrize("loss", ["bce", "vae"])
def test_a_part_of_the_budgets_comes_out_again(loss):
    """Seed by seed, as far as rounding that grows over 250 steps lets it."""
    table = stored("budgets_heartbeats")
    table = table[(table.loss == loss) & (table.steps == 250)]
    names = ["sliced_wasserstein", "wide_share"]
    _, made = budgets.rows("heartbeats", loss, 250, budgets.SEEDS, scores=names)
    for name, room in zip(names, (0.03, 0.1), strict=True):
        np.testing.assert_allclose(made[name], table[name], atol=room)
        floor = f"{name}_floor"
        np.testing.assert_allclose(made[floor], table[floor], atol=1e-3)
