"""Scores of generated against real series."""

from .columns import Column, Columns, compare_columns
from .controls import controls
from .distances import (
    autocorrelation,
    autocorrelation_error,
    directions,
    medoid,
    mmd,
    sliced_wasserstein,
    squared_distances,
)
from .judges import Judge, discriminative, predictive, train_synthetic_test_real
from .names import SCORES, default_names, share_names
from .scores import Score, Scores
from .scoring import best_seed, score
from .shares import (
    clean_share,
    label_error,
    label_share,
    mode_coverage,
    mode_shares,
    nearest_label,
)

__all__ = [
    "SCORES", "Column", "Columns", "Judge", "Score", "Scores", "autocorrelation",
    "autocorrelation_error", "best_seed", "clean_share", "compare_columns", "controls",
    "default_names", "directions", "discriminative", "label_error", "label_share", "medoid", "mmd",
    "mode_coverage", "mode_shares", "nearest_label", "predictive", "score", "share_names",
    "sliced_wasserstein", "squared_distances", "train_synthetic_test_real",
]
