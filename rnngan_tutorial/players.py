"""Both players' networks: the package's own or a reader's, each for many seeds."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from .draws import random_source
from .needs import Needs
from .networks import Discriminator, Encoder, Generator, Latent, ObservationNoise
from .stacked import Stacked

Factory = Callable[..., nn.Module]
OWN = {"generator": 1, "discriminator": 2}  # sets apart the random numbers of own networks


def build(shape: tuple[int, int], needs: Needs, seeds: Sequence[int], hidden: int = 32,
          latent: Latent | None = None, logits: str = "series", classes: int = 0,
          spectral_norm: bool = False, generator: Factory | None = None,
          discriminator: Factory | None = None) -> nn.ModuleDict:
    """Both players' networks, with initial weights that depend on each seed alone.

    Parameters
    ----------
    shape : (T, F)
        Of one series.
    needs : Needs
        What the loss asks for.
    seeds : sequence of int
    hidden : int
        Width of the recurrent state of each network.
    latent : Latent, optional
        The generator's noise; by default 4 channels per series and 2 per step.
    logits : {"series", "steps"}
        Whether the discriminator gives a logit for whole series or for each step.
    classes : int
        Labels in the data; told to the players if ``needs.labels``.
    spectral_norm : bool
        Whether the discriminator's matrices are divided by their largest singular value.
    generator, discriminator : callable, optional
        The reader's own networks: see `train`.

    Returns
    -------
    ModuleDict
        ``players["generator"]`` holds "generator" and perhaps "encoder" and "observation",
        ``players["discriminator"]`` holds "discriminator".

    Raises
    ------
    ValueError, TypeError
        If an own network does not keep to the contract, or lacks what the loss needs.
    """
    latent = latent or Latent()
    (length, features), classes = shape, classes if needs.labels else 0
    codes = needs.categories + needs.continuous
    sources = [random_source(seed, 0) for seed in seeds]
    width = latent.width + codes
    networks: dict[str, nn.Module] = {}
    if generator is None:
        networks["generator"] = Generator(features, width, hidden, sources, classes)
    else:
        networks["generator"] = own(generator, "generator", (width + classes, features), seeds,
                                    classes, (length, width), ((length, features),))
    if discriminator is None:
        reader: nn.Module = Discriminator(features, hidden, sources, classes, logits,
                                          needs.kernels, codes, spectral_norm)
    else:
        check_own_discriminator(needs, spectral_norm)
        reader = own(discriminator, "discriminator", (features + classes,), seeds, classes,
                     (length, features), ((), (length,)), needs.features)
    if needs.encoder:
        networks["encoder"] = Encoder(features, latent.series, hidden, sources, classes)
    if needs.sigma:
        networks["observation"] = ObservationNoise(len(seeds), features)
    return nn.ModuleDict({"generator": nn.ModuleDict(networks),
                          "discriminator": nn.ModuleDict({"discriminator": reader})})


def own(make: Factory, who: str, sizes: tuple[int, ...], seeds: Sequence[int], classes: int,
        given: tuple[int, int], wanted: tuple[tuple[int, ...], ...],
        features: bool = False) -> Stacked:
    """A reader's network for every seed, tried out on four series per seed."""
    if not callable(make) or isinstance(make, nn.Module):
        raise TypeError(f"{who} is {type(make).__name__}; it must be a class or function that "
                        f"returns a fresh module, since each seed has its own")
    sources = [random_source(seed, 0, OWN[who]) for seed in seeds]
    made = Stacked(make, sizes, [source.initial_seed() for source in sources], who, classes)
    batch = 4
    x = torch.stack([torch.randn(batch, *given, generator=source) for source in sources])
    y: Tensor | None = torch.zeros(len(seeds), batch, dtype=torch.int64) if classes else None
    made.try_out(x, y, tuple((batch, *shape) for shape in wanted))
    if features:
        if not made.has_features:
            raise ValueError("this loss reads the discriminator's features and the given one has "
                             "none; give it a method features(x) of shape (B, H)")
        shape = tuple(made.features(x, y).shape[1:])
        if shape[:-1] != (batch,):
            raise ValueError(f"{who} has features of shape {shape} for {batch} series; its method "
                             f"features(x) must give (B, H)")
    return made


def check_own_discriminator(needs: Needs, spectral_norm: bool) -> None:
    """Raise a one-line error if the loss needs more than logits and features."""
    lacks = {"minibatch discrimination": needs.kernels, "states at each step": needs.states,
             "a head that reads the code": needs.categories + needs.continuous}
    for what, needed in lacks.items():
        if needed:
            raise ValueError(f"this loss needs {what}, which only the package's own discriminator "
                             f"has; leave out discriminator=, or choose another loss")
    if spectral_norm:
        raise ValueError("spectral_norm is an option of the package's own discriminator; use "
                         "torch.nn.utils.parametrizations.spectral_norm inside yours")


def load_weights(module: nn.Module, state: dict[str, Tensor], source: str) -> None:
    """Give a module stored weights, or raise a one-line error if they are of other shapes."""
    own = {name: tuple(tensor.shape) for name, tensor in module.state_dict().items()}
    given = {name: tuple(tensor.shape) for name, tensor in state.items()}
    odd = sorted(name for name in own.keys() | given.keys() if own.get(name) != given.get(name))
    if odd:
        raise ValueError(f"{source} do not fit this run: {odd[0]} has shape "
                         f"{given.get(odd[0])}, not {own.get(odd[0])}; build them with the same "
                         f"data, loss, seeds, hidden and latent")
    module.load_state_dict(state)


def some_seeds(module: nn.Module, places: list[int]) -> Any:
    """A copy of a network of many seeds that has those at the given places only."""
    made = copy.deepcopy(module)
    for part in made.modules():
        for name, weight in part.named_parameters(recurse=False):
            setattr(part, name, nn.Parameter(weight.detach()[places], weight.requires_grad))
        for name, buffer in part.named_buffers(recurse=False):
            if name not in part._non_persistent_buffers_set:  # those are of all seeds
                setattr(part, name, buffer[places])
    return made
