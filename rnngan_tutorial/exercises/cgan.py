"""Exercises of the chapter Conditional GAN."""

import numpy as np

from . import exercise


@exercise("joint-logit")
def logit_of_pairs(answer):
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
def accuracy_per_label(answer):
    asked = np.repeat([0, 1, 2], [6, 3, 1])
    cases = [asked, np.zeros(10, int), np.array([0, 0, 0, 0, 0, 1, 1, 1, 2, 1])]
    given = [float(answer(asked, found)) for found in cases]

    def obedience(found):
        return np.mean([(found[asked == k] == k).mean() for k in np.unique(asked)])

    slips = [(obedience, None),
             (lambda found: (asked == found).mean(), "this counts every series alike, so that a "
              "generator which makes the common kind only scores well; count every label alike"),
             (lambda found: 1 - obedience(found), "this is the share that disobeys"),
             (lambda found: np.mean([(asked[found == k] == k).mean() for k in np.unique(found)]),
              "group by the label that was asked for, not by the one that was found")]
    for formula, slip in slips:
        if all(np.isclose(a, formula(found)) for a, found in zip(given, cases, strict=True)):
            return slip
    return "for each label asked for, which share of its series carries it? Then the mean"
