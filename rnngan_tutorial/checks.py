"""Arguments of `train`, looked at before any work starts. Each fault is one line."""

import os
from numbers import Real
from pathlib import Path

import numpy as np
import torch

from . import losses
from .data import Sequences
from .networks import Latent


def check_whole(name, value, least):
    """Raise a one-line error unless `value` is a whole number of at least `least`."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
        raise ValueError(f"{name} is {value!r}; it must be a whole number, {least} or more")


def check_number(name, value, low, high, wanted):
    """Raise a one-line error unless `value` is a number with low <= value < high."""
    if isinstance(value, bool) or not isinstance(value, Real) or not low <= value < high:
        raise ValueError(f"{name} is {value!r}; it must be {wanted}")


def check_seeds(seeds):
    """The seeds as a tuple, from how many or which."""
    if isinstance(seeds, np.ndarray):
        seeds = seeds.tolist()
    if not isinstance(seeds, (list, tuple, range)):
        check_whole("seeds", seeds, 1)
        first = int(os.environ.get("RNNGAN_FIRST_SEED", 0))
        seeds = range(first, first + seeds)
    for seed in seeds:
        check_whole("a seed", seed, 0)
    if not len(seeds) or len(set(seeds)) != len(seeds):
        raise ValueError(f"seeds are {list(seeds)}; there must be at least one, none twice")
    return tuple(int(seed) for seed in seeds)


def check_labels(labels, n, classes):
    """Labels as an int64 array of shape (n,) or one for all, or a one-line ValueError."""
    labels = np.asarray(labels)
    if labels.shape not in ((), (n,)) or labels.dtype.kind not in "iu":
        raise ValueError(f"labels must be one whole number or {n} of them, not "
                         f"{labels.dtype} of shape {labels.shape}")
    if labels.min() < 0 or labels.max() >= classes:
        raise ValueError(f"labels run from {labels.min()} to {labels.max()}; they must lie "
                         f"in 0 to {classes - 1}")
    return np.atleast_1d(labels.astype(np.int64))


def check_data(data, batch):
    """Raise a one-line error unless `data` can be trained on."""
    if not isinstance(data, Sequences):
        raise TypeError(f"data is a {type(data).__name__}; it must be Sequences, as made by "
                        f"rt.load, rt.from_csv or rt.Sequences")
    values = data.values
    if 0 in values.shape:
        raise ValueError(f"data has shape {values.shape}; it must be (series, time steps, "
                         f"features), none of them 0")
    if not np.isfinite(values).all():
        raise ValueError("data holds nan or infinite values; fill or drop them first")
    if np.abs(values).max() > 1:
        raise ValueError(f"data reaches {np.abs(values).max():g}; scale it to [-1, 1], which is "
                         f"what the generator can make (rt.Sequences.from_units does)")
    check_whole("batch", batch, 1)
    if batch > len(values):
        raise ValueError(f"batch is {batch} but there are only {len(values)} series; "
                         f"use batch={len(values)} or less")


def check_loss(loss, data, latent, score):
    """Raise a one-line error unless the loss can be had with these data and this latent."""
    if not isinstance(loss, losses.Loss):
        raise TypeError(f"loss is {loss!r}; it must be a name such as 'nonsaturating', or a Loss "
                        f"such as rt.loss('hinge')")
    if not isinstance(latent, Latent):
        raise TypeError(f"latent is {latent!r}; it must be an rt.Latent")
    check_whole("latent.series", latent.series, 0)
    check_whole("latent.steps", latent.steps, 0)
    if not latent.width:
        raise ValueError(f"{latent} has no channel; give at least one, per series or per step")
    needs = loss.needs
    for name in ("kernels", "categories", "continuous"):
        check_whole(f"{name} of loss {loss!r}", getattr(needs, name), 0)
    if score not in ("series", "steps"):
        raise ValueError(f"score is {score!r}; it must be 'series' or 'steps'")
    if needs.kernels and score == "steps":
        raise ValueError(f"loss {loss!r} compares whole series; use score='series'")
    if needs.encoder and not latent.series:
        raise ValueError(f"loss {loss!r} encodes the per-series noise; latent.series must be 1 "
                         f"or more")
    if needs.labels and data.labels is None:
        raise ValueError(f"loss {loss!r} needs labels and the data has none; give "
                         f"rt.from_csv a label column, or choose another loss")


def check_adam(adam, average):
    """Raise a one-line error unless these are settings that Adam can take."""
    if not isinstance(adam, losses.Adam):
        raise TypeError(f"adam is {adam!r}; it must be an rt.Adam")
    for name in ("lr_generator", "lr_discriminator"):
        check_number(name, getattr(adam, name), 0, np.inf, "a finite number, not negative")
    if not isinstance(adam.betas, (list, tuple)) or len(adam.betas) != 2:
        raise ValueError(f"betas are {adam.betas!r}; they must be two numbers in [0, 1)")
    for beta in adam.betas:
        check_number("a beta", beta, 0, 1, "a number in [0, 1)")
    smallest = np.finfo(np.float32).tiny
    check_number("eps", adam.eps, smallest, np.inf, "a finite number above 0")
    check_whole("discriminator_steps", adam.discriminator_steps, 0)
    if average is not None:
        check_number("average", average, smallest, 1, "between 0 and 1, such as 0.999, or None")


def check_loop(steps, snapshots, checkpoint, every):
    """The snapshots' steps as a set, or a one-line error if a run cannot be kept so."""
    check_whole("steps", steps, 1)
    check_whole("checkpoint_every", every, 1)
    if not hasattr(snapshots, "__iter__"):
        raise TypeError(f"snapshots is {snapshots!r}; it must be a list of steps")
    snapshots = list(snapshots)
    for step in snapshots:
        check_whole("a snapshot's step", step, 0)
        if step > steps:
            raise ValueError(f"a snapshot is asked for at step {step}, but there are {steps}")
    if checkpoint is not None:
        path = Path(checkpoint)
        if path.is_dir():
            raise ValueError(f"checkpoint {path} is a directory; give the path of a file")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ValueError(f"checkpoint {path} cannot be written ({error.strerror}); give "
                             f"another path") from None
    return {int(step) for step in snapshots}


def check_device(device):
    """The device asked for, or a one-line error if it is not there."""
    try:
        found = torch.device(device)
        torch.empty(1, device=found).add(1).item()  # "meta" has no numbers
    except (RuntimeError, AssertionError, TypeError):
        raise ValueError(f"there is no device {device!r} here; use 'cpu', or None for the best "
                         f"there is") from None
    return found


def plain(value):
    """Plain numbers and lists, all the way down: what a checkpoint can hold and compare."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value.item() if isinstance(value, np.generic) else value
