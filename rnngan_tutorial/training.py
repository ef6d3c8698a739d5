"""Training a recurrent GAN: what it takes, checked, and handed to the loop."""

import hashlib
import os
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import torch
from torch import nn

from . import losses
from .checkpoint import read_checkpoint
from .checks import (
    check_adam,
    check_data,
    check_device,
    check_loop,
    check_loss,
    check_seeds,
    check_whole,
    plain,
)
from .loop import Loop, load
from .networks import Discriminator, Encoder, Generator, Latent
from .recurrence import keep_memory
from .rounds import random_source


def default_device():
    """CUDA if there is one, then Apple's MPS, then the CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def build(shape, needs, seeds, hidden=32, latent=None, score="series", classes=0):
    """Both players' networks, with initial weights that depend on each seed alone.

    Parameters
    ----------
    shape : (T, F)
        Of one series.
    needs : losses.Needs
    seeds : sequence of int
    hidden, latent, score
        As for `train`.
    classes : int
        Labels in the data; told to the players if `needs.labels`.

    Returns
    -------
    ModuleDict
        ``players["generator"]`` holds "generator" and perhaps "encoder",
        ``players["discriminator"]`` holds "discriminator".
    """
    latent = latent or Latent()
    features, classes = shape[1], classes if needs.labels else 0
    code = needs.categories + needs.continuous
    sources = [random_source(seed, 0) for seed in seeds]
    player = {"generator": Generator(features, latent.width + code, hidden, sources, classes)}
    judge = Discriminator(features, hidden, sources, classes, score, needs.kernels, code)
    if needs.encoder:
        player["encoder"] = Encoder(features, latent.series, hidden, sources, classes)
    return nn.ModuleDict({"generator": nn.ModuleDict(player),
                          "discriminator": nn.ModuleDict({"discriminator": judge})})


def train(data, loss="nonsaturating", steps=1500, seeds=4, *, hidden=32, batch=32, latent=None,
          score="series", adam=None, average=None, players=None, device=None, threads=None,
          snapshots=(), checkpoint=None, checkpoint_every=250, progress=True):
    """Train a recurrent GAN, several seeds side by side.

    Parameters
    ----------
    data : Sequences
        Scaled to [-1, 1].
    loss : str or Loss
        A name in `losses.REGISTRY`, or a loss, or a sum of losses.
    steps : int
        Moves of the generator.
    seeds : int or sequence of int
        How many, from 0 on (or from the environment variable RNNGAN_FIRST_SEED on), or
        which. A seed trains the same alone or in company.
    hidden : int
        Width of the recurrent state of each network.
    batch : int
        Series per batch, drawn with replacement.
    latent : Latent, optional
        The generator's noise; 4 channels per series and 2 per step.
    score : {"series", "steps"}
        Whether the discriminator scores whole series or each step.
    adam : losses.Adam, optional
        Instead of the loss's own settings.
    average : float, optional
        Keep a moving average of the generator with this decay, and sample from it.
    players : ModuleDict, optional
        Networks from `build` (or of another run with the same shapes) whose weights to start
        from, in place of fresh ones. They are copied.
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
        Show a progress bar. Ctrl-C ends early and returns the run so far.

    Returns
    -------
    Run

    Raises
    ------
    ValueError, TypeError
        For bad arguments, before training starts.
    Diverged
        When every seed has stopped being finite.
    """
    name, loss = (loss, losses.loss(loss)) if isinstance(loss, str) else (repr(loss), loss)
    latent = Latent() if latent is None else latent
    check_data(data, batch)
    check_loss(loss, data, latent, score)
    adam = loss.adam if adam is None else adam
    check_adam(adam, average)
    seeds = check_seeds(seeds)
    check_whole("hidden", hidden, 1)
    threads = int(os.environ.get("RNNGAN_THREADS", 1)) if threads is None else threads
    check_whole("threads", threads, 1)
    snapshots = check_loop(steps, snapshots, checkpoint, checkpoint_every)
    device = default_device() if device is None else check_device(device)
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    keep_memory()
    try:
        settings = plain({"loss": repr(loss), "seeds": seeds, "hidden": hidden, "batch": batch,
                          "latent": asdict(latent), "score": score,
                          "adam": asdict(replace(adam, reason="")), "average": average,
                          "data": fingerprint(data)})
        fresh = build(data.shape[1:], loss.needs, seeds, hidden, latent, score, data.classes)
        if players is not None:
            load(fresh, players.state_dict(), "players")
        loop = Loop(data, loss, name, seeds, adam, latent, settings, fresh, device)
        if checkpoint and Path(checkpoint).exists():
            loop.resume(read_checkpoint(checkpoint), checkpoint, steps)
        loop.go(steps, snapshots, checkpoint, checkpoint_every, progress)
        return loop.run()
    finally:
        torch.set_num_threads(before)


def fingerprint(data):
    """A short hash of the values and labels that a run was trained on."""
    digest = hashlib.sha256(np.ascontiguousarray(data.values).tobytes())
    if data.labels is not None:
        digest.update(np.ascontiguousarray(data.labels).tobytes())
    return digest.hexdigest()[:16]
