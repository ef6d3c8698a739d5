"""Runs that were saved, read again without their data."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np

from . import checkpoint as files
from . import losses, machine
from .adam import Adam
from .data import Sequences
from .history import History
from .needs import Needs
from .networks import Latent, of
from .players import Factory, build, load_weights
from .run import Run


def load_run(path: str | Path, generator: Factory | None = None,
             discriminator: Factory | None = None) -> Run:
    """The run that `Run.save` wrote: it samples, scores and plots without the data.

    Parameters
    ----------
    path : path
    generator, discriminator : callable, optional
        The factories that the run was trained with, if its networks were the reader's own.

    Returns
    -------
    Run
        On the CPU. Its data have names, scale and units, and no series.

    Raises
    ------
    ValueError
        If the file is missing, damaged, or no run; if own networks are not given, or do not
        fit. A foreign file cannot run code.
    """
    path = Path(path).expanduser()
    content = files.read(path, "run")
    try:
        settings, seeds = dict(content["settings"]), tuple(content["seeds"])
        needs, latent = Needs(**content["needs"]), Latent(**content["latent"])
        data = Sequences.from_about(content["data"], *content["shape"])
        counts, name = content["label_counts"], content["name"]
        changes: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value
                                   for name, value in content["adam"].items()}
        adam = Adam(**changes)
        history = History(seeds, watched=content["watched"].numpy(),
                          **{k: v.numpy() for k, v in content["history"].items()})
        settings |= {"latent": latent, "adam": adam, "seeds": seeds}
        for who, given in (("generator", generator), ("discriminator", discriminator)):
            if bool(given) != settings[f"own_{who}"]:
                raise ValueError(f"{path} was trained with {'a' if given is None else 'no'} {who} "
                                 f"of its own; {'give' if given is None else 'leave out'} {who}=")
        with machine.computing():
            players = build(data.shape[1:], needs, seeds, settings["hidden"], latent,
                            settings["logits"], data.classes, settings["spectral_norm"], generator,
                            discriminator)
        load_weights(players, content["players"], str(path))
        average = None
        if content["average"] is not None:
            average = copy.deepcopy(of(players, "generator")).requires_grad_(False)
            load_weights(average, content["average"], str(path))
        return Run(data, losses.loss(name) if name in losses.REGISTRY else None, name, seeds,
                   players, average, history, latent, content["steps"], needs,
                   dict(content["diverged"]),
                   {k: v.numpy() for k, v in content["snapshots"].items()}, settings,
                   None if counts is None else np.array(counts))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{path} is no whole run ({type(error).__name__}: {error}); give another "
                         f"path") from None
