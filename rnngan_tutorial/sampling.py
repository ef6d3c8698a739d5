"""What a trained run is fed: noise, labels and codes in blocks, or series for its discriminator."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .checks import as_numbers, check_labels
from .draws import SAMPLING, make_code, random_source, with_code
from .networks import of
from .options import check_whole

AT_ONCE = 1024  # series that are generated in one go, so that many need no more memory

Block = tuple[Tensor, Tensor | None, Tensor, list[torch.Generator]]


def blocks(run: Any, n: int, noise: int, labels: Any, code: Any) -> Iterator[Block]:
    """Noise (S, b, T, latent), labels (S, b), codes (S, b, C) and the sources they came from.

    Series k depends on the training seed, on `noise` and on the block that k lies in, and on
    nothing else. The arguments are checked before the first block is made.
    """
    check_whole("n", n, 1)
    check_whole("noise", noise, 0)
    given_labels = None if labels is None else _given_labels(run, n, labels)
    given_code = None if code is None else _given_code(run, n, code)
    length, device = run.data.shape[1], next(run.players.parameters()).device
    for start in range(0, n, AT_ONCE):
        size, key = min(AT_ONCE, n - start), (SAMPLING, noise, start)[:3 if start else 2]
        sources = [random_source(seed, *key) for seed in run.seeds]
        # Whatever the caller's default dtype is.
        normal = torch.stack([torch.randn(size, run.latent.draws(length), generator=g,
                                          dtype=torch.float32) for g in sources])
        uniform = torch.stack([torch.rand(size, 2 + run.needs.continuous, generator=g,
                                          dtype=torch.float32) for g in sources])
        y, drawn = _drawn_labels(run, uniform[..., 0]), make_code(uniform[..., 1:], run.needs)
        if given_labels is not None:
            y = given_labels[start:start + size].expand(len(run.seeds), size)
        if given_code is not None:
            drawn = given_code[start:start + size].expand_as(drawn)
        z = with_code(run.latent.arrange(normal, length), drawn)
        yield z.to(device), None if y is None else y.to(device), drawn.to(device), sources


def _drawn_labels(run: Any, uniform: Tensor) -> Tensor | None:
    """Labels as often as in the data, from uniform numbers."""
    if run.label_counts is None:
        return None
    shares = run.label_counts.cumsum()
    edges = torch.as_tensor(shares / shares[-1], dtype=torch.float32)[:-1]
    return torch.bucketize(uniform.contiguous(), edges, right=True)


def _given_labels(run: Any, n: int, labels: Any) -> Tensor:
    if run.label_counts is None:
        raise ValueError(f"loss {run.name!r} takes no labels; train with 'conditional'")
    given = check_labels(labels, n, run.data.label_names)
    unseen = [run.data.label_names[i] for i in given if not run.label_counts[i]]
    if unseen:
        raise ValueError(f"no series with label {unseen[0]!r} was trained on; choose one that was")
    return torch.as_tensor(np.broadcast_to(given, n).copy())


def _given_code(run: Any, n: int, code: Any) -> Tensor:
    channels = run.needs.categories + run.needs.continuous
    given = as_numbers("code", code)
    if not channels:
        raise ValueError(f"loss {run.name!r} takes no code; train with 'infogan'")
    if given.shape != (n, channels):
        raise ValueError(f"code has shape {tuple(given.shape)}; it must be {(n, channels)}")
    if not torch.isfinite(given).all():
        raise ValueError("code holds nan or infinity; every number must be finite")
    return given


def observation_noise(run: Any, made: Tensor, sources: list[torch.Generator]) -> Tensor:
    """What the observation model of a VAE adds to series (S, b, T, F)."""
    if run.needs.sigma:
        sigma = of(run.players, "generator", "observation").sigma[:, None, None]
    elif run.settings.get("sigma") is not None:
        sigma = torch.as_tensor(run.settings["sigma"]).to(made).view(-1, 1, 1, 1)  # or one per seed
    else:
        raise ValueError(f"loss {run.name!r} has no observation noise; train with 'vae'")
    drawn = torch.stack([torch.randn(made.shape[1:], generator=g, dtype=made.dtype)
                         for g in sources])
    return sigma * drawn.to(made.device)


def given_series(run: Any, values: Any, labels: Any) -> tuple[Tensor, Tensor | None]:
    """Series (S, N, T, F) and labels (S, N) for the discriminator, or a one-line error."""
    x, shape, y = as_numbers("values", values), tuple(run.data.shape[1:]), None
    if x.dim() != 3 or not x.numel() or tuple(x.shape[1:]) != shape:
        raise ValueError(f"values have shape {tuple(x.shape)}; they must be (series, "
                         f"{', '.join(map(str, shape))})")
    if not torch.isfinite(x).all():
        raise ValueError("values hold nan or infinity; every value must be finite")
    device = next(run.players.parameters()).device
    x = x.to(device).expand(len(run.seeds), *x.shape)
    if run.label_counts is not None:
        if labels is None:
            raise ValueError(f"the discriminator of loss {run.name!r} needs labels; give labels=, "
                             f"one per series")
        given = check_labels(labels, x.shape[1], run.data.label_names)
        y = torch.as_tensor(given).to(device).expand(x.shape[:2])
    elif labels is not None:
        raise ValueError(f"loss {run.name!r} takes no labels; train with 'conditional'")
    return x, y
