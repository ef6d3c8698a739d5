"""Arguments of `train`, looked at before any work starts. Each fault is one line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import torch

from . import machine
from .adam import Adam
from .data import Sequences
from .loss import Loss
from .networks import Latent
from .options import check_number, check_whole

MOST_SEEDS = 10_000  # far more than any machine trains side by side


def check_seeds(seeds: int | Sequence[int]) -> tuple[int, ...]:
    """The seeds as a tuple, from how many or which."""
    if isinstance(seeds, np.ndarray):
        seeds = seeds.tolist()
    if not isinstance(seeds, (list, tuple, range)):
        check_whole("seeds", seeds, 1, MOST_SEEDS)
        seeds = machine.seeds(int(seeds))  # type: ignore[arg-type]
    fits = 1 <= len(seeds) <= MOST_SEEDS
    for seed in seeds if fits else ():
        check_whole("a seed", seed, 0)
    if not fits or len(set(seeds)) != len(seeds):
        raise ValueError(f"seeds are {str(list(seeds[:9]))[:-1]}...]; there must be at least one, "
                         f"none twice, and at most {MOST_SEEDS}")
    return tuple(int(seed) for seed in seeds)


def check_labels(labels: Any, n: int, names: Sequence[str]) -> np.ndarray:
    """Labels as int64 of shape (n,) or (1,), from numbers or names, or a one-line ValueError."""
    array = np.asarray(labels)
    if array.dtype == object and all(isinstance(label, str) for label in array.flat):
        array = array.astype(str)  # a column of pandas
    if array.dtype.kind == "U":
        unknown = sorted(set(array.ravel().tolist()) - set(names))
        if unknown:
            raise ValueError(f"there is no label {unknown[0]!r}; choose from {', '.join(names)}")
        array = np.array([names.index(name) for name in array.ravel().tolist()]
                         ).reshape(array.shape)
    if array.shape not in ((), (n,)) or array.dtype.kind not in "iu":
        raise ValueError(f"labels must be one name or whole number, or {n} of them, not "
                         f"{array.dtype} of shape {array.shape}")
    if array.min() < 0 or array.max() >= len(names):
        raise ValueError(f"labels run from {array.min()} to {array.max()}; they must lie "
                         f"in 0 to {len(names) - 1}")
    return np.atleast_1d(array.astype(np.int64))


def as_numbers(name: str, values: Any) -> torch.Tensor:
    """Values as a float32 tensor, or a one-line ValueError."""
    try:
        with np.errstate(over="ignore"):  # what is too large becomes infinite
            return torch.as_tensor(np.asarray(values, dtype=np.float32))
    except (TypeError, ValueError, RuntimeError):
        raise ValueError(f"{name} cannot be read as an array of numbers; give one") from None


def check_data(data: Any) -> None:
    """Raise a one-line error unless `data` can be trained on."""
    if not isinstance(data, Sequences):
        raise TypeError(f"data is a {type(data).__name__}; it must be Sequences, as made by "
                        f"rt.from_csv, rt.from_frame, rt.from_array or rt.load")
    values = data.values
    if 0 in values.shape:
        raise ValueError(f"data has shape {values.shape}; it must be (series, time steps, "
                         f"features), none of them 0")
    if not np.isfinite(values).all():
        raise ValueError("data holds nan or infinite values; fill or drop them first")
    if np.abs(values).max() > 1:
        raise ValueError(f"data reaches {np.abs(values).max():g}; it must lie in [-1, 1], which is "
                         f"what the generator can make: rt.from_array scales it")


def check_batch(batch: Any, data: Sequences) -> None:
    """Raise a one-line error unless so many series can be drawn from the data."""
    check_whole("batch", batch, 1)
    if batch > len(data):
        raise ValueError(f"batch is {batch} but there are only {len(data)} series; "
                         f"use batch={len(data)} or less")


def check_latent(latent: Any) -> None:
    """Raise a one-line error unless this is noise that a generator can be fed."""
    if not isinstance(latent, Latent):
        raise TypeError(f"latent is {latent!r}; it must be an rt.Latent")
    check_whole("latent.series", latent.series, 0)
    check_whole("latent.steps", latent.steps, 0)
    if not latent.width:
        raise ValueError(f"{latent} has no channel; give at least one, per series or per step")


def check_loss(loss: Any, data: Sequences, latent: Latent, logits: Any) -> None:
    """Raise a one-line error unless the loss can be had with these data and this latent."""
    if not isinstance(loss, Loss):
        raise TypeError(f"loss is {loss!r}; it must be a name such as 'nonsaturating', or a Loss "
                        f"such as rt.loss('hinge')")
    needs = loss.needs
    if "generator" not in loss.trains:
        raise ValueError(f"loss {loss!r} teaches the generator nothing; add a loss that does, such "
                         f"as rt.loss('nonsaturating')")
    if logits not in ("series", "steps"):
        raise ValueError(f"logits is {logits!r}; it must be 'series' or 'steps'")
    if needs.kernels and logits == "steps":
        raise ValueError(f"loss {loss!r} compares whole series; use logits='series'")
    if needs.encoder and not latent.series:
        raise ValueError(f"loss {loss!r} encodes the per-series noise; latent.series must be 1 "
                         f"or more")
    if needs.labels and data.labels is None:
        raise ValueError(f"loss {loss!r} needs labels and the data has none; name the column with "
                         f"label=, or choose another loss")


def check_adam(adam: Adam, average: Any) -> None:
    """Raise a one-line error unless these are settings that Adam can take."""
    for name in ("lr_generator", "lr_discriminator"):
        check_number(name, getattr(adam, name), 0, np.inf, "a finite number, not negative")
    for name, betas in (("betas", adam.betas), ("betas_end", adam.betas_end or (0, 0))):
        if not isinstance(betas, (list, tuple)) or len(betas) != 2:
            raise ValueError(f"{name} are {betas!r}; they must be two numbers in [0, 1)")
        for beta in betas:
            check_number(f"one of {name}", beta, 0, 1, "a number in [0, 1)")
    smallest = float(np.finfo(np.float32).tiny)
    check_number("eps", adam.eps, smallest, np.inf, "a finite number above 0")
    check_whole("discriminator_steps", adam.discriminator_steps, 1)
    check_whole("warmup", adam.warmup, 0)
    if adam.schedule not in ("constant", "linear", "cosine"):
        raise ValueError(f"schedule is {adam.schedule!r}; choose from constant, linear, cosine")
    if adam.clip is not None:
        check_number("clip", adam.clip, smallest, np.inf, "a finite number above 0, or None")
    if average is not None:
        check_number("average", average, smallest, 1, "between 0 and 1, such as 0.999, or None")


def check_snapshots(snapshots: Iterable[int], steps: int) -> set[int]:
    """The snapshots' steps as a set, or a one-line error."""
    if not hasattr(snapshots, "__iter__"):
        raise TypeError(f"snapshots is {snapshots!r}; it must be a list of steps")
    chosen = list(snapshots)
    for step in chosen:
        check_whole("a snapshot's step", step, 0)
        if step > steps:
            raise ValueError(f"a snapshot is asked for at step {step}, but there are {steps}")
    return {int(step) for step in chosen}


def check_device(device: Any) -> torch.device:
    """The device asked for, or a one-line error if it is not there."""
    try:
        found = torch.device(device)
        torch.empty(1, device=found).add(1).item()  # "meta" has no numbers
    except (RuntimeError, AssertionError, TypeError):
        raise ValueError(f"there is no device {device!r} here; use 'cpu', or None for the best "
                         f"there is") from None
    return found


def plain(value: Any) -> Any:
    """Plain numbers and lists, all the way down: what a checkpoint can hold and compare."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value.item() if isinstance(value, np.generic) else value
