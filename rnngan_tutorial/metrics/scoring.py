"""Measure what every seed of a run generates, beside floor and control."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..data import Sequences
from ..options import check_whole
from ..run import Run
from .columns import compare_columns
from .distances import medoid
from .inputs import FEWEST, check_seed, checked
from .judges import check_computing
from .names import Measure, default_names, measure
from .scores import Score, Scores

FLOORS = 3  # random subsets of the real training series that the floor is measured on
MOST = 1000  # series per seed that `score` looks at unless told
REACH = 1.05  # a generator ends at 1; real values may lie a little outside
CHOOSING = 1  # noise of the series by which a seed is chosen; those that are scored have 0


@dataclass(frozen=True)
class _Plan:
    """What is to be measured, on which real series, all of it checked."""

    measures: dict[str, tuple[Measure, str]]
    train: Sequences
    test: Sequences
    n: int
    seed: int

    def scores(self, made: np.ndarray, seeds: Sequence[int], chosen: int | None = None) -> Scores:
        """The scores of series (S, N, T, F), N at least n."""
        n, rng, train = self.n, np.random.default_rng(self.seed), self.train
        test = self.test.subset(rng.permutation(len(self.test))[:n])
        floors = np.stack([train.values[rng.permutation(len(train))[:n]] for _ in range(FLOORS)])
        control = np.repeat(medoid(train.values[:MOST])[None], n, 1)
        # One call for all, so that the judges of floor and control train beside the others.
        fake, s = np.concatenate([made[:, :n], floors, control]), len(made)
        found = []
        for name, (function, better) in self.measures.items():
            values = function(fake, test)
            floor, left = values[s:s + FLOORS], 1 - n / len(train)
            sd = floor.std(ddof=1) / left ** 0.5 if left else np.nan
            found.append(Score(name, values[:s], float(floor.mean()), float(values[-1]), better,
                               float(sd)))
        return Scores(found, seeds, compare_columns(made[:, :n], test, seeds), chosen)


def score(samples: Run | np.ndarray, test: Sequences, train: Sequences | None = None,
          names: str | Iterable[str] | None = None, seed: int = 0, n: int | None = None, *,
          choose_on: Sequences | None = None, device: Any = None,
          threads: int | None = None) -> Scores:
    """Score what every seed generates, beside floor and control.

    Parameters
    ----------
    samples : Run, or ndarray of shape (S, N, T, F)
        A run generates `n` series per seed. An array holds scaled series, not units.
    test : Sequences
        Real series that training did not see, on the scale of the training data.
    train : Sequences, optional
        Real series that floor and control are made from; by default those of the run. Of
        these, series that also stand in `test` are left out. If too few remain, `test` is
        split in two for the purpose.
    names : list of str, optional
        Keys of ``metrics.SCORES``, or a label followed by ``_share`` (for a label "clean",
        whose name is taken, "label_clean_share"). By default discriminative,
        sliced_wasserstein, autocorrelation_error, and what suits the data.
    seed : int
        Seed of everything random but the training of the run.
    n : int, optional
        Series per seed, and real ones; by default as many as there are, at most 1,000.
    choose_on : Sequences, optional
        Validation series, none of them in `test`: `best_seed` chooses a seed of the run on
        them, and the table names it.
    device : str or torch.device, optional
        Where judges are trained; by default where the run's generator is, or on the CPU.
    threads : int, optional
        CPU threads of the judges; by default one.

    Returns
    -------
    Scores

    Raises
    ------
    TypeError
        If `test`, `train` or `choose_on` are not Sequences.
    ValueError
        If a score is unknown, shapes or scales do not fit, values are not finite or look like
        units, there are fewer than 8 series of a kind, `choose_on` shares series with `test`,
        or a number is out of range. No judge has been trained then.
    """
    run = samples if isinstance(samples, Run) else None
    plan = _plan(samples, test, train, names, seed, n, device, threads)
    choice = None
    if choose_on is not None:
        if run is None:
            raise ValueError("choose_on needs a run; a seed is chosen by series generated anew")
        choice = _plan(run, choose_on, train, list(plan.measures), seed, None, device, threads,
                       "choose_on")
        shared = len(_bytes(test) & _bytes(choose_on))
        if shared:
            raise ValueError(f"choose_on holds {shared} series of test; choose on series that "
                             f"are not scored")
    made = checked(samples if run is None else run.sample(plan.n), test)[0]
    chosen = None if choice is None or run is None else _best(run, choice)
    return plan.scores(made, range(len(made)) if run is None else run.seeds, chosen)


def best_seed(run: Run, validation: Sequences, names: str | Iterable[str] | None = None,
              n: int | None = None) -> int:
    """The seed of a run with the best mean rank over the scores on validation series.

    A score of the chosen seed on the same series flatters it; score it on others.

    Parameters
    ----------
    run : Run
    validation : Sequences
        Real series that training did not see, on the scale of the training data.
    names : list of str, optional
        The scores; by default those of `score`.
    n : int, optional
        Series per seed, and real ones; by default as many as there are, at most 1,000. They
        come from other noise than those that `score` looks at.

    Returns
    -------
    int
        The first of the best, if several are equal.

    Raises
    ------
    TypeError
        If `run` is no run or `validation` not Sequences.
    ValueError
        If a score is unknown, shapes or scales do not fit, there are fewer than 8 series of
        a kind, or `n` is out of range.
    """
    if not isinstance(run, Run):
        raise TypeError(f"run is {type(run).__name__}; it must be a Run, as rt.train returns it")
    return _best(run, _plan(run, validation, None, names, 0, n, None, None, "validation"))


def _best(run: Run, plan: _Plan) -> int:
    made = checked(run.sample(plan.n, noise=CHOOSING), plan.test)[0]
    ranks = [score.ranks() for score in plan.scores(made, run.seeds).values()]
    return run.seeds[int(np.mean(ranks, 0).argmin())]


def _plan(samples: Run | np.ndarray, test: Sequences, train: Sequences | None,
          names: str | Iterable[str] | None, seed: int, n: int | None, device: Any,
          threads: int | None, called: str = "test") -> _Plan:
    """Check what `score` was given."""
    for name, data in ((called, test), ("train", train)):
        if not (isinstance(data, Sequences) or name == "train" and data is None):
            raise TypeError(f"{name} is {type(data).__name__}; it must be Sequences")
    if names is not None and not isinstance(names, Iterable):
        raise TypeError(f"names is {names!r}; it must be a list of scores")
    check_seed(seed)
    most = MOST
    if isinstance(samples, Run):
        train = samples.data if train is None else train
        _check_alike(called, test, "the run's data", samples.data)
        device = next(samples.generator.parameters()).device if device is None else device
    else:
        most = min(MOST, _scaled(checked(samples, test)[0]).shape[1])
    if train is not None:
        _check_alike(called, test, "train", train)
    where = {"device": check_computing(device, threads), "threads": threads}
    names = [names] if isinstance(names, str) else [] if names is None else list(names)
    measures = {name: measure(name, test, **where) for name in names or default_names(test)}
    train, test = _apart(train, test, seed)
    most = min(len(test), len(train), most)
    if most < FEWEST:
        raise ValueError(f"there are only {most} series to score with (test {len(test)}, for the "
                         f"floor {len(train)}); give at least {FEWEST} of each")
    if n is not None:
        check_whole("n", n, FEWEST, most)  # as many as there are
    return _Plan(measures, train, test, most if n is None else int(n), seed)


def _check_alike(called: str, test: Sequences, name: str, data: Sequences) -> None:
    """Raise a one-line error unless `test` has the shape and the scale of `data`."""
    if test.shape[1:] != data.shape[1:]:
        raise ValueError(f"{called} has (time steps, features) = {test.shape[1:]} and {name} "
                         f"{data.shape[1:]}; they must agree")
    if not test.same_scale(data):
        raise ValueError(f"{called} has another scale or other features than {name}; read it with "
                         f"like=train, so that equal numbers mean equal values")


def _scaled(made: np.ndarray) -> np.ndarray:
    """Raise a one-line error if series look as if they were in the data's own units."""
    outside = (np.abs(made) > REACH).mean()
    if outside > 0.01:
        raise ValueError(f"{outside:.0%} of the generated values lie outside [-1, 1]; give "
                         f"scaled series, as run.sample(n) or test.from_units(values)")
    return made


def _bytes(data: Sequences) -> set[bytes]:
    return {series.tobytes() for series in data.values}


def _apart(train: Sequences | None, test: Sequences, seed: int) -> tuple[Sequences, Sequences]:
    """Real series for the floor that do not stand in `test`, and the test series.

    Where there are too few, half of `test` is taken for the floor.
    """
    if train is not None:
        seen = _bytes(test)
        new = [i for i, series in enumerate(train.values) if series.tobytes() not in seen]
        if len(new) >= FEWEST:
            return train.subset(new), test
    # Generated series are on the scale of all test series: it must not be fitted to half of them.
    return test.settled().split(0.5, seed=seed)
