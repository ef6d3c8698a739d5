"""Which share of the generated series is a mode of `modes`, or looks like a label."""

import numpy as np

from ..data import Sequences
from ..datasets import mode_curves
from ..options import check_number, check_whole
from .distances import squared_distances
from .inputs import as_numbers, checked, labels_of


def mode_shares(fake: np.ndarray, tolerance: float = 0.2) -> np.ndarray:
    """Share of the series that are a clean copy of each mode of `modes`.

    A series is clean when its root-mean-square distance to the nearest noiseless mode is
    below `tolerance`; two modes are 0.8 apart or more, and the noise of the data is 0.03.

    Parameters
    ----------
    fake : ndarray, shape (S, N, 24, 1)
        Series of S seeds.
    tolerance : float

    Returns
    -------
    ndarray, shape (S, 8)

    Raises
    ------
    ValueError
        If the shape does not fit, values are not finite, there are fewer than 8 series, or
        `tolerance` is not above 0.
    """
    check_number("tolerance", tolerance, np.finfo(float).tiny, np.inf, "a finite number above 0")
    curves = mode_curves()
    fake, _ = checked(fake, curves)
    shares = []
    for squares in (squared_distances(f, curves) / curves[0].size for f in fake):
        clean = squares.min(1) < tolerance ** 2
        shares.append(np.bincount(squares.argmin(1)[clean], minlength=len(curves)) / len(clean))
    return np.array(shares)


def mode_coverage(fake: np.ndarray, tolerance: float = 0.2, share: float = 0.02) -> np.ndarray:
    """How many of the 8 modes of `modes` hold enough of the series as clean copies.

    Parameters
    ----------
    fake : ndarray, shape (S, N, 24, 1)
        Series of S seeds.
    tolerance : float
        Root-mean-square distance to a mode below which a series is a clean copy.
    share : float
        A mode is covered when more than this share of the series are clean copies of it.

    Returns
    -------
    ndarray, shape (S,)
        From 0 to 8.

    Raises
    ------
    ValueError
        If the shape does not fit, values are not finite, there are fewer than 8 series,
        `tolerance` is not above 0 or `share` does not lie in [0, 1).
    """
    check_number("share", share, 0, 1, "a number in [0, 1)")
    return (mode_shares(fake, tolerance) > share).sum(1).astype(float)


def clean_share(fake: np.ndarray, tolerance: float = 0.2) -> np.ndarray:
    """Share of the series that are a clean copy of some mode of `modes`.

    Parameters
    ----------
    fake : ndarray, shape (S, N, 24, 1)
        Series of S seeds.
    tolerance : float
        Root-mean-square distance to a mode below which a series is a clean copy.

    Returns
    -------
    ndarray, shape (S,)

    Raises
    ------
    ValueError
        If the shape does not fit, values are not finite, there are fewer than 8 series, or
        `tolerance` is not above 0.
    """
    return mode_shares(fake, tolerance).sum(1)


def nearest_label(values: np.ndarray, real: Sequences, neighbours: int = 5) -> np.ndarray:
    """Label that most of the nearest real series carry.

    Parameters
    ----------
    values : ndarray, shape (N, T, F)
        Scaled series.
    real : Sequences
        With labels.
    neighbours : int
        How many real series vote; among equally many votes, the lower label wins.

    Returns
    -------
    ndarray of int, shape (N,)

    Raises
    ------
    ValueError
        If `real` has no labels, the shape does not fit, or there are not so many neighbours.
    """
    labels = labels_of(real)
    check_whole("neighbours", neighbours, 1, len(labels))
    if as_numbers("given", values).shape[1:] != real.values.shape[1:]:
        raise ValueError(f"given series have shape {np.shape(values)}; they must be (series, time "
                         f"steps, features) with {real.values.shape[1:]} at the end")
    near = np.argsort(squared_distances(np.asarray(values), real.values), 1,
                      kind="stable")[:, :neighbours]
    votes = np.eye(len(real.label_names))[labels[near]].sum(1)
    return votes.argmax(1)


def label_share(fake: np.ndarray, real: Sequences) -> np.ndarray:
    """Share of the generated series that look like each label.

    A series takes the label of most of its five nearest neighbours among `real`.

    Parameters
    ----------
    fake : ndarray, shape (S, N, T, F)
        Scaled series of S seeds.
    real : Sequences
        With labels.

    Returns
    -------
    ndarray, shape (S, classes)

    Raises
    ------
    ValueError
        If `real` has no labels, shapes do not fit, values are not finite or there are fewer
        than 8 series of a kind.
    """
    labels_of(real)
    fake, _ = checked(fake, real)
    return np.stack([np.bincount(nearest_label(f, real), minlength=len(real.label_names))
                     for f in fake]) / fake.shape[1]


def label_error(fake: np.ndarray, real: Sequences) -> np.ndarray:
    """Total variation distance between the shares of labels, generated and real.

    A generated series takes the label of most of its five nearest neighbours among `real`.

    Parameters
    ----------
    fake : ndarray, shape (S, N, T, F)
        Scaled series of S seeds.
    real : Sequences
        With labels.

    Returns
    -------
    ndarray, shape (S,)
        From 0 (equal shares) to 1.

    Raises
    ------
    ValueError
        If `real` has no labels, shapes do not fit, values are not finite or there are fewer
        than 8 series of a kind.
    """
    truth = np.bincount(labels_of(real), minlength=len(real.label_names)) / len(real)
    return np.abs(label_share(fake, real) - truth).sum(1) / 2
