"""Exercises of the chapter Conditional GAN."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from .register import exercise, first_hint


@exercise("joint-logit")
def logit_of_pairs(answer: Callable[..., ArrayLike]) -> str | None:
    p, q = np.array([0.3, 0.1, 0.7]), np.array([0.1, 0.4, 0.7])
    for share, drawn in ((0.25, 0.25), (0.25, 0.5), (0.8, 0.1)):
        given = np.broadcast_to(np.asarray(answer(p, q, share, drawn), float), p.shape)
        ratio, labels = np.log(p / q), np.log(share / drawn)
        if np.allclose(given, ratio + labels):
            continue
        if np.allclose(given, ratio):
            return (f"right when labels are drawn as in the data; here {share:g} of the real "
                    f"pairs carry this label and {drawn:g} of the generated ones")
        if np.allclose(given, ratio - labels):
            return "the shares are swapped: a label that the data have more of speaks for real"
        if np.allclose(given, p * share / (p * share + q * drawn)):
            return "this is the best probability; the question is for its logit"
        return "write down the densities of the pair (x, y), real and generated, and divide"
    return None


@exercise("obedience")
def accuracy_per_label(answer: Callable[[np.ndarray, np.ndarray], float]) -> str | None:
    def obedience(asked: np.ndarray, found: np.ndarray) -> float:
        return float(np.mean([(found[asked == k] == k).mean() for k in np.unique(asked)]))

    asked = np.repeat([0, 1, 2], [6, 3, 1])
    cases = [(asked, found) for found in
             (asked, np.zeros(10, int), np.array([0, 0, 0, 0, 0, 1, 1, 1, 2, 1]))]
    return first_hint(answer, cases, [
        (obedience, None),
        (lambda asked, found: (asked == found).mean(), "this counts every series alike, so that "
         "a generator which makes the common kind only scores well; count every label alike"),
        (lambda asked, found: 1 - obedience(asked, found), "this is the share that disobeys"),
        (lambda asked, found: obedience(found, asked),
         "group by the label that was asked for, not by the one that was found")],
        "for each label asked for, which share of its series carries it? Then the mean")
