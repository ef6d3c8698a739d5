"""Training a recurrent GAN: what it takes, checked, and handed to the loop."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch

from . import losses, machine
from .adam import Adam, resolve
from .checkpoint import try_to_write
from .checks import (
    check_adam,
    check_batch,
    check_data,
    check_device,
    check_latent,
    check_loss,
    check_seeds,
    check_snapshots,
    plain,
)
from .data import Sequences
from .identity import identity_of
from .loop import Loop
from .loss import Loss
from .networks import Latent
from .options import check_whole
from .players import Factory, build, load_weights
from .run import Run

BATCH = 32  # series per batch unless told, or as many as there are


def train(data: Sequences, loss: str | Loss = "nonsaturating", steps: int = 1500,
          seeds: int | Sequence[int] = 4, *, hidden: int = 32, batch: int | None = None,
          latent: Latent | None = None, logits: str = "series",
          adam: Adam | Mapping[str, Any] | None = None, average: float | None = 0.99,
          generator: Factory | None = None, discriminator: Factory | None = None,
          spectral_norm: bool = False, start_from: Run | torch.nn.ModuleDict | None = None,
          device: str | torch.device | None = None, threads: int | None = None,
          snapshots: Iterable[int] = (), checkpoint: str | Path | None = None,
          checkpoint_every: int = 250, progress: bool = True) -> Run:
    """Train a recurrent GAN, several seeds side by side.

    Parameters
    ----------
    data : Sequences
        From `rt.from_csv`, `rt.from_frame`, `rt.from_array` or `rt.load`.
    loss : str or Loss
        A name in `losses.REGISTRY`, or a loss, or a sum of losses.
    steps : int
        Moves of the generator.
    seeds : int or sequence of int
        How many, from 0 on (or from the environment variable RNNGAN_FIRST_SEED on), or
        which. A seed trains the same alone or in company.
    hidden : int
        Width of the recurrent state of each network.
    batch : int, optional
        Series per batch, drawn with replacement; by default 32, or as many as there are.
    latent : Latent, optional
        The generator's noise; by default 4 channels per series and 2 per step.
    logits : {"series", "steps"}
        Whether the discriminator gives a logit for whole series or for each step.
    adam : Adam or dict, optional
        A dict changes some of the loss's own settings, as in ``{"betas": (0.9, 0.999)}``;
        an `Adam` replaces them all.
    average : float, optional
        Keep a moving average of the generator with this decay, and sample from it. After n
        steps ``average ** n`` of it is still the initial weights. None samples from the
        weights themselves.
    generator : callable, optional
        ``generator(latent, features)`` returns a fresh ``torch.nn.Module`` for one seed, from
        noise (B, T, latent) to series (B, T, features) in [-1, 1]. If the loss tells the
        players labels or codes, they are further channels of the noise.
    discriminator : callable, optional
        ``discriminator(features)`` returns a fresh module for one seed, from series
        (B, T, features) to logits (B,) or (B, T). Labels are further channels. A method
        ``features(x)`` that gives (B, H) opens the losses that read features.
    spectral_norm : bool
        Divide the discriminator's matrices by their largest singular value.
    start_from : Run or ModuleDict, optional
        Networks of the same shapes whose weights to start from. They are copied.
    device : str or torch.device, optional
        By default CUDA, then MPS, then CPU.
    threads : int, optional
        CPU threads; by default one (or the environment variable RNNGAN_THREADS), because
        small networks run fastest on one.
    snapshots : iterable of int
        Steps at which to keep generated series, all from the same noise.
    checkpoint : path, optional
        Where the state is kept. If the file is there, training goes on from it and ends
        exactly where it would have without the break.
    checkpoint_every : int
        Steps between checkpoints.
    progress : bool
        Show a progress bar. Ctrl-C ends early, writes the checkpoint if there is one, and
        returns the run so far.

    Returns
    -------
    Run

    Raises
    ------
    ValueError, TypeError
        For bad arguments, before training starts.
    Diverged
        When every seed has stopped being finite.

    Warns
    -----
    UserWarning
        If some seeds diverge, the run is interrupted, or a checkpoint cannot be written.
    """
    name = loss if isinstance(loss, str) else repr(loss)
    loss = losses.loss(loss) if isinstance(loss, str) else loss
    latent = Latent() if latent is None else latent
    check_data(data)
    batch = min(BATCH, len(data)) if batch is None else batch
    check_batch(batch, data)
    check_latent(latent)
    check_loss(loss, data, latent, logits)
    settled = resolve(loss.adams, adam)
    check_adam(settled, average)
    seeds = check_seeds(seeds)
    for what, value in (("hidden", hidden), ("steps", steps),
                        ("checkpoint_every", checkpoint_every)):
        check_whole(what, value, 1)
    threads = machine.default_threads() if threads is None else threads
    check_whole("threads", threads, 1, machine.MOST_THREADS)
    at = check_snapshots(snapshots, steps)
    device = machine.default_device() if device is None else check_device(device)
    path = None if checkpoint is None else Path(checkpoint).expanduser()
    if path is not None:
        try_to_write(path)
    given = start_from.players if isinstance(start_from, Run) else start_from
    if not isinstance(given, torch.nn.Module | None):
        raise TypeError(f"start_from is a {type(given).__name__}; it must be a Run, or a "
                        f"ModuleDict such as run.players")
    with machine.computing(threads):
        players = build(data.shape[1:], loss.needs, seeds, hidden, latent, logits, data.classes,
                        spectral_norm, generator, discriminator)
        if given is not None:
            load_weights(players, given.state_dict(), "the networks to start from")
        settings = {"name": name, "steps": steps, "seeds": seeds, "hidden": hidden,
                    "batch": batch, "latent": latent, "logits": logits, "adam": settled,
                    "average": average, "spectral_norm": bool(spectral_norm),
                    "sigma": observation_sigma(loss),
                    "own_generator": generator is not None,
                    "own_discriminator": discriminator is not None}
        identity = plain({**settings, "loss": loss.fingerprint(), "latent": asdict(latent),
                          "data": identity_of((data.values, data.labels)),
                          "adam": asdict(replace(settled, reason="")),
                          "generator": identity_of(generator),
                          "discriminator": identity_of(discriminator)})
        del identity["name"], identity["sigma"]  # the loss's fingerprint knows them
        if not settled.moves:  # then a run may go on for longer than was first asked for
            del identity["steps"]
        loop = Loop(data, loss, players, settings, identity, device)
        if path is not None and path.exists():
            loop.resume(path)
        loop.go(at, path, checkpoint_every, progress)
        return loop.run()


def observation_sigma(loss: Loss) -> Any:
    """The sigma of the VAE that a loss is, or holds among its terms; None without."""
    if isinstance(loss, losses.VAE):
        return loss.sigma
    inner = (observation_sigma(term) for term in loss.terms if term is not loss)
    return next((sigma for sigma in inner if sigma is not None), None)
