"""Which scores there are, which suit the data, and what each of them needs."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ..data import Sequences
from ..datasets import load, mode_curves
from .distances import autocorrelation_error, mmd, sliced_wasserstein
from .judges import discriminative, predictive
from .shares import clean_share, label_error, label_share, mode_coverage

Measure = Callable[[np.ndarray, Sequences], np.ndarray]

SCORES: dict[str, Callable[..., np.ndarray]] = {
    "discriminative": discriminative, "predictive": predictive,
    "sliced_wasserstein": sliced_wasserstein, "mmd": mmd,
    "autocorrelation_error": autocorrelation_error, "label_error": label_error,
    "mode_coverage": lambda fake, real: mode_coverage(fake),
    "clean_share": lambda fake, real: clean_share(fake),
}
JUDGED = ("discriminative", "predictive")
OF_MODES = ("mode_coverage", "clean_share")
OF_TIME = ("predictive", "autocorrelation_error")


def are_modes(data: Sequences) -> bool:
    """Whether these are series of the book's `modes`: their labels, scale and shape say so."""
    modes = load("modes", 1)
    return (data.shape[1:] == modes.shape[1:] and data.label_names == modes.label_names
            and data.same_scale(modes))


def share_names(data: Sequences) -> dict[str, int]:
    """Name of the score that is a label's share -> the label.

    It is the label followed by ``_share``. Where a score has that name already, as for a label
    "clean", ``label_`` stands before it.
    """
    names: dict[str, int] = {}
    for label, name in enumerate(() if data.labels is None else data.label_names):
        name = f"{name}_share"
        while name in SCORES or name in names:
            name = f"label_{name}"
        names[name] = label
    return names


def default_names(test: Sequences) -> list[str]:
    """The scores that `score` gives unless told."""
    shares = list(share_names(test))
    if are_modes(test):
        last = list(OF_MODES)
    elif len(shares) == 2:
        last = shares[1:]
    else:
        last = ["label_error" if shares else "mmd"]
    names = ["discriminative", "sliced_wasserstein", "autocorrelation_error", *last]
    return [name for name in names if test.shape[1] > 1 or name not in OF_TIME]


def measure(name: Any, test: Sequences, **where: Any) -> tuple[Measure, str]:
    """The function of a score, and which of its values are good.

    Parameters
    ----------
    name : str
        A key of `SCORES` or of `share_names`.
    test : Sequences
        The real series that it will be asked about.
    **where
        ``device`` and ``threads`` for scores by a trained judge.

    Returns
    -------
    function of (fake, real), {"lower", "higher", "floor"}

    Raises
    ------
    ValueError
        If there is no such score, or the real series have not what it needs.
    """
    shares = share_names(test)
    if isinstance(name, str) and name in shares:
        label = shares[name]
        return lambda fake, real: label_share(fake, real)[:, label], "floor"
    if not isinstance(name, str) or name not in SCORES:
        raise ValueError(f"there is no score {name!r}; choose from "
                         f"{', '.join([*SCORES, *shares])}")
    if name in OF_MODES and test.shape[1:] != mode_curves().shape[1:]:
        raise ValueError(f"{name} is for the modes of rt.load('modes'), of (time steps, features) "
                         f"= {mode_curves().shape[1:]}; the test series have {test.shape[1:]}")
    if name in OF_TIME and test.shape[1] < 2:
        raise ValueError(f"{name} needs 2 time steps; the test series have one")
    if name == "label_error" and not shares:
        raise ValueError("label_error needs labels; the test series have none")
    function = SCORES[name]
    if name in JUDGED:
        return lambda fake, real: function(fake, real, **where), "lower"
    return function, "higher" if name in OF_MODES else "lower"
