"""Scores of generated against real series, each beside its floor and its control."""

from dataclasses import dataclass
from html import escape

import numpy as np

from .distances import (
    FEWEST,
    autocorrelation,
    autocorrelation_error,
    checked,
    clean_share,
    directions,
    label_error,
    label_share,
    mmd,
    mode_coverage,
    mode_shares,
    nearest_label,
    sliced_wasserstein,
    squared_distances,
)
from .judges import discriminative, predictive, train_synthetic_test_real

__all__ = [
    "SCORES", "Score", "Scores", "autocorrelation", "autocorrelation_error", "clean_share",
    "default_names", "directions", "discriminative", "label_error", "label_share", "medoid", "mmd",
    "mode_coverage", "mode_shares", "nearest_label", "predictive", "score",
    "sliced_wasserstein", "train_synthetic_test_real",
]

FLOORS = 3  # random subsets of the real training series that the floor is measured on
MOST = 1000  # series per seed that `score` looks at unless told


@dataclass(frozen=True)
class Score:
    """One score of every seed.

    Attributes
    ----------
    name : str
    values : ndarray, shape (S,)
    floor, floor_sd : float
        The same score of real training series, mean and standard deviation over random
        subsets of them: what a perfect generator would get. The deviation is corrected for
        the subsets' overlap, and NaN when each subset is the whole.
    control : float
        The same score of a generator that makes one series only, the training medoid.
    better : {"lower", "higher", "floor"}
        Which values are good; "floor" means near the floor.
    """

    name: str
    values: np.ndarray
    floor: float
    control: float
    better: str = "lower"
    floor_sd: float = 0.0

    @property
    def median(self):
        """Over the seeds."""
        return float(np.median(self.values))


class Scores(dict):
    """Name -> `Score`, printed as a table. ``seeds`` names the columns."""

    def __init__(self, scores, seeds):
        super().__init__((score.name, score) for score in scores)
        self.seeds = tuple(seeds)

    def _table(self):
        head = ["score", *(f"seed {s}" for s in self.seeds), "median", "floor", "control"]
        return [head] + [[s.name, *(f"{v:.3f}" for v in (*s.values, s.median, s.floor, s.control))]
                         for s in self.values()]

    def __str__(self):
        table = self._table()
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        return "\n".join("  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])])
                         for row in table)

    __repr__ = __str__

    def _repr_html_(self):
        head = ["score", "median", "lowest to highest seed", "floor (real)", "control (collapsed)"]
        rows = ["".join(f"<th>{cell}</th>" for cell in head)]
        for s in self.values():
            floor = f"{s.floor:.3f}" + (f" ± {s.floor_sd:.3f}" if np.isfinite(s.floor_sd) else "")
            cells = (f"{s.median:.3f}", f"{s.values.min():.3f} to {s.values.max():.3f}", floor,
                     f"{s.control:.3f}")
            rows.append(f"<th>{escape(s.name.replace('_', ' '))}</th>"
                        + "".join(f"<td>{cell}</td>" for cell in cells))
        return "<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"

    def line(self, name):
        """A row of the book's table of heartbeats: the median, and lowest to highest seed.

        The names "floor" and "control" give those instead.
        """
        if name in ("floor", "control"):
            cells = (f"{getattr(s, name):.2f}" for s in self.values())
        else:
            cells = (f"{s.median:.2f} ({s.values.min():.2f} to {s.values.max():.2f})"
                     for s in self.values())
        return f"| `{name}` | " + " | ".join(cells) + " |"

    def rows(self):
        """One dict per score and seed: score, seed, value, floor, floor_sd, control, better."""
        return [{"score": s.name, "seed": seed, "value": float(value), "floor": s.floor,
                 "floor_sd": s.floor_sd, "control": s.control, "better": s.better}
                for s in self.values() for seed, value in zip(self.seeds, s.values, strict=True)]


SCORES = {
    "discriminative": discriminative, "predictive": predictive,
    "sliced_wasserstein": sliced_wasserstein, "mmd": mmd,
    "autocorrelation_error": autocorrelation_error, "label_error": label_error,
    "mode_coverage": lambda fake, real: mode_coverage(fake),
    "clean_share": lambda fake, real: clean_share(fake),
}


def _named(name, test):
    """The function of a score and which of its values are good."""
    label = name.removesuffix("_share")
    if name in SCORES:
        return SCORES[name], "higher" if name in ("mode_coverage", "clean_share") else "lower"
    if label != name and label in test.label_names:
        index = test.label_names.index(label)
        return lambda fake, real: label_share(fake, real)[:, index], "floor"
    shares = [f"{label}_share" for label in test.label_names]
    raise ValueError(f"there is no score {name!r}; choose from {', '.join([*SCORES, *shares])}")


def default_names(test):
    """The scores that `score` gives unless told."""
    if test.name == "modes":
        last = ["mode_coverage", "clean_share"]
    elif test.classes == 2:
        last = [f"{test.label_names[1]}_share"]
    else:
        last = ["label_error" if test.classes else "mmd"]
    return ["discriminative", "sliced_wasserstein", "autocorrelation_error", *last]


def medoid(values):
    """The series (1, T, F) of (N, T, F) that is nearest to all others."""
    return values[np.sqrt(squared_distances(values, values)).sum(1).argmin()][None]


def _apart(train, test, seed):
    """Real series for the floor that do not stand in `test`, and `test` or what is left of it."""
    if train is not None:
        seen = {series.tobytes() for series in test.values}
        new = [i for i, series in enumerate(train.values) if series.tobytes() not in seen]
        if len(new) >= FEWEST:
            return train.subset(new), test
    return test.split(0.5, seed)


def score(samples, test, train=None, names=None, seed=0, n=None):
    """Score what every seed generates, beside floor and control.

    Parameters
    ----------
    samples : Run, or ndarray of shape (S, N, T, F)
        A run generates `n` series per seed.
    test : Sequences
        Real series that training did not see.
    train : Sequences, optional
        Real series that floor and control are made from; by default those of the run. Of
        these, series that also stand in `test` are left out. If too few remain, `test` is
        split in two for the purpose.
    names : list of str, optional
        Keys of ``metrics.SCORES``, or a label followed by ``_share``. By default
        discriminative, sliced_wasserstein, autocorrelation_error, and what suits the data.
    seed, n : int
        Seed of everything random; series per seed and of real data (as many as there are,
        at most 1,000).

    Returns
    -------
    Scores

    Raises
    ------
    ValueError
        If a score is unknown, the shapes do not fit, values are not finite or there are
        fewer than 8 series of a kind.
    """
    for name, data in (("test", test), ("train", train)):
        if not hasattr(data, "subset") and not (name == "train" and data is None):
            raise TypeError(f"{name} is {type(data).__name__}; it must be Sequences")
    names = [names] if isinstance(names, str) else names or default_names(test)
    measures = {name: _named(name, test) for name in names}
    run = samples if hasattr(samples, "sample") else None
    made = checked(samples, test)[0] if run is None else None
    train, test = _apart(run.data if train is None and run is not None else train, test, seed)
    most = min(len(test), len(train), MOST if run is not None else min(MOST, made.shape[1]))
    if most < FEWEST:
        raise ValueError(f"there are only {most} series to score with; give at least {FEWEST}")
    n = most if n is None else n
    if not FEWEST <= n <= most:
        raise ValueError(f"n is {n}; it must lie in {FEWEST} to {most}, as many as there are")
    if run is not None:
        made = checked(run.sample(n), test)[0]
    rng = np.random.default_rng(seed)
    test = test.subset(rng.permutation(len(test))[:n])
    floors = np.stack([train.values[rng.permutation(len(train))[:n]] for _ in range(FLOORS)])
    control = np.repeat(medoid(train.values[:MOST])[None], n, 1)
    # One call for all, so that the judges of floor and control train beside the others.
    fake, s = np.concatenate([made[:, :n], floors, control]), len(made)
    found = []
    for name, (measure, better) in measures.items():
        values = measure(fake, test)
        floor, left = values[s:s + FLOORS], 1 - n / len(train)
        sd = floor.std(ddof=1) / left ** 0.5 if left else np.nan
        found.append(Score(name, values[:s], float(floor.mean()), float(values[-1]), better,
                           float(sd)))
    return Scores(found, range(s) if run is None else run.seeds)
