"""The rivals by name, and one way to fit them all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from inspect import signature
from typing import Any

import torch

from .. import machine
from ..adam import Adam, resolve
from ..checks import check_adam, check_batch, check_data, check_device, check_seeds
from ..data import Sequences
from ..options import check_whole
from ..training import BATCH
from .bootstrap import Bootstrap
from .common import Clock, Rival
from .copula import Copula
from .covariance import Gaussian
from .flow import Flow
from .learned import Learned
from .likelihood import Likelihood

NAMES: dict[str, Any] = {kind.name: kind for kind in (Bootstrap, Gaussian, Copula, Likelihood,
                                                      Flow)}


def fit(name: str, train: Sequences, steps: int = 1500, seeds: int | Sequence[int] = 4, *,
        hidden: int = 32, batch: int | None = None, adam: Adam | Mapping[str, Any] | None = None,
        average: float | None = 0.99, device: str | torch.device | None = None,
        threads: int | None = None, progress: bool = True, **options: Any) -> Rival:
    """Fit what a reader would use instead of a GAN; the arguments are those of `rt.train`.

    What they make is scored like a GAN's series: ``rt.score(rival.sample(n), test, train)``.
    For series of a wanted label, fit a rival to those of that label:
    ``train.subset(train.labels == k)``.

    Parameters
    ----------
    name : str
        A key of `rivals.NAMES`. "bootstrap", "gaussian" and "copula" are formulas: all but
        `train` and `seeds` is nothing to them. "likelihood" and "flow" learn.
    train : Sequences
    steps : int
        Of Adam.
    seeds : int or sequence of int
        How many, or which; as in `rt.train`.
    hidden : int
        Width of a recurrent state. "flow" has two, one in each direction of time.
    batch : int, optional
        Series per step; by default 32, or as many as there are.
    adam : Adam or dict, optional
        As in `rt.train`. Of the settings for two players, those of the generator count.
    average : float, optional
        Decay of the moving average of the weights that samples come from; None for none.
    device, threads
        As in `rt.train`.
    progress : bool
        Show a progress bar.
    **options
        The rival's own: ``block``, ``near`` and ``jitter`` of "bootstrap", ``components`` of
        "likelihood", ``ode_steps`` of "flow".

    Returns
    -------
    Rival

    Raises
    ------
    ValueError, TypeError
        For bad arguments, before any work.
    ArithmeticError
        If training stops being finite.
    """
    if name not in NAMES:
        raise ValueError(f"there is no rival {name!r}; choose from {', '.join(NAMES)}")
    kind = NAMES[name]
    own = list(signature(kind).parameters)[2:]  # after the data and the seeds
    for option in options:
        if option not in own:
            raise ValueError(f"rival {name!r} has no option {option!r}; "
                             f"{'choose from ' + ', '.join(own) if own else 'it has none'}")
    check_data(train)
    batch = min(BATCH, len(train)) if batch is None else batch
    check_batch(batch, train)
    seeds = check_seeds(seeds)
    settled = resolve([kind.adam] if issubclass(kind, Learned) else [], adam)
    check_adam(settled, average)
    check_whole("steps", steps, 1)
    check_whole("hidden", hidden, 1)
    threads = machine.default_threads() if threads is None else threads
    check_whole("threads", threads, 1, machine.MOST_THREADS)
    place = machine.default_device() if device is None else check_device(device)
    with machine.computing(threads):
        clock = Clock(place if issubclass(kind, Learned) else "cpu")
        with clock:
            rival = kind(train, seeds, **options)
            if isinstance(rival, Learned):
                rival.learn(steps, hidden, batch, settled, average, place, progress)
        # A formula is worked out once, however many seeds draw from it.
        rival.seconds = clock.seconds / (len(seeds) if isinstance(rival, Learned) else 1)
    return rival
