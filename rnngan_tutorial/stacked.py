"""A reader's own networks: ordinary modules, one per seed, trained side by side.

A module maps one batch of one seed, (B, T, ...), and knows nothing of seeds. Its weights are
stacked over the seeds, so that both Adams, checkpoints and divergence work as they do for
the package's own networks. PyTorch's ``vmap`` then computes all seeds at once where it can,
and otherwise, as for ``torch.nn.LSTM``, they are computed one after the other.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call, vmap
from torch.nn.attention import SDPBackend, sdpa_kernel

from .networks import with_labels


def is_refused(part: nn.Module) -> bool:
    """Whether the output depends on running statistics, or on random numbers of no seed."""
    chances = (getattr(part, "p", 0), getattr(part, "dropout", 0))
    return (isinstance(part, nn.modules.batchnorm._BatchNorm)
            or any(isinstance(p, (int, float)) and p > 0 for p in chances)
            and isinstance(part, (nn.modules.dropout._DropoutNd, nn.RNNBase,
                                  nn.MultiheadAttention)))


@contextmanager
def twice_differentiable() -> Iterator[None]:
    """Leave the fused recurrences and attentions, which have no second derivative."""
    with torch.backends.cudnn.flags(enabled=False), sdpa_kernel(SDPBackend.MATH):
        yield


class Stacked(nn.Module):
    """S ordinary modules as one, with a leading axis of seeds everywhere.

    Parameters
    ----------
    make : callable
        Returns a fresh module when called with `sizes`.
    sizes : tuple of int
        Channels that the module is told: of the noise and of a series, or of a series.
    seeds : sequence of int
        Numbers from which PyTorch's random generator starts when a module is made.
    who : {"generator", "discriminator"}
        For error messages.
    classes : int
        Labels, appended to each step of the input as one-hot channels; 0 for none.

    Raises
    ------
    TypeError
        If `make` cannot be called so, or returns no module.
    ValueError
        If the modules of two seeds differ in shape, or hold dropout or batch normalisation.
    """

    def __init__(self, make: Callable[..., nn.Module], sizes: tuple[int, ...],
                 seeds: Sequence[int], who: str, classes: int = 0) -> None:
        super().__init__()
        self.who, self.classes, self.at_once = who, classes, True
        modules = [self._make(make, sizes, seed) for seed in seeds]
        # In a list, so that its weights are not counted as ours.
        self._one = [copy.deepcopy(modules[0])]
        self._names: dict[str, str] = {}
        parameters = dict(modules[0].named_parameters())
        alone = parameters.keys() | dict(modules[0].named_buffers()).keys()
        for name in modules[0].state_dict():
            if name not in alone:  # tied to a tensor that is there; PyTorch puts that in its place
                continue
            try:
                parts = torch.stack([module.state_dict()[name].detach() for module in modules])
            except (KeyError, RuntimeError):
                raise ValueError(f"two seeds' {who}s differ in the shape of {name!r}; make the "
                                 f"same architecture each time") from None
            self._names[name] = name.replace(".", "-")
            if name in parameters and parameters[name].requires_grad:
                self.register_parameter(self._names[name], nn.Parameter(parts))
            else:
                self.register_buffer(self._names[name], parts)

    def _make(self, make: Callable[..., nn.Module], sizes: tuple[int, ...], seed: int) -> nn.Module:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            try:
                module = make(*sizes)
            except TypeError as error:
                told = "(latent, features)" if self.who == "generator" else "(features)"
                raise TypeError(f"{self.who} could not be called with {sizes} ({error}); it must "
                                f"be a class or function {told} that returns a module") from None
        if not isinstance(module, nn.Module):
            raise TypeError(f"{self.who} returned a {type(module).__name__}; it must return a "
                            f"torch.nn.Module")
        for part in module.modules():
            if is_refused(part):
                raise ValueError(f"{self.who} holds {type(part).__name__} with random numbers or "
                                 f"statistics that no seed keeps apart; leave out dropout, and "
                                 f"use LayerNorm for batch normalisation")
        return module

    def call(self, method: str, x: Tensor, y: Tensor | None = None) -> Tensor:
        """What a method of the modules makes of x (S, B, T, ...) with labels y (S, B)."""
        tensors = {f"module.{name}": getattr(self, ours) for name, ours in self._names.items()}
        penalised = x.requires_grad and x.is_leaf
        one, x = Method(self._one[0], method), with_labels(x, y, self.classes)

        def of_one_seed(tensors: dict[str, Tensor], x: Tensor) -> Any:
            return functional_call(one, tensors, (x,))

        # vmap has no rule for the fused attention either.
        with twice_differentiable() if penalised or self.at_once else nullcontext():
            if self.at_once:
                return vmap(of_one_seed)(tensors, x)
            return torch.stack([of_one_seed({name: tensor[i] for name, tensor in tensors.items()},
                                            x[i]) for i in range(len(x))])

    def forward(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """The modules' own outputs, with a leading axis of seeds."""
        return self.call("forward", x, y)

    @property
    def has_features(self) -> bool:
        """Whether the modules have a method ``features``."""
        return callable(getattr(self._one[0], "features", None))

    def features(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """What their method ``features`` gives, (S, B, H)."""
        return self.call("features", x, y)

    def module(self, seed: int) -> nn.Module:
        """The ordinary module of the seed at this position, a copy."""
        made = copy.deepcopy(self._one[0])
        made.load_state_dict({name: getattr(self, ours)[seed].detach().cpu()
                              for name, ours in self._names.items()}, strict=False)
        return made

    def try_out(self, x: Tensor, y: Tensor | None, wanted: tuple[tuple[int, ...], ...]) -> None:
        """Find out whether all seeds can be computed at once, and whether the output is right.

        Raises
        ------
        ValueError
            If the output has none of the `wanted` shapes, is not finite, does not depend on
            the weights, draws random numbers, or, for a generator, leaves [-1, 1].
        """
        with torch.random.fork_rng(devices=[]):
            before = torch.get_rng_state()
            made = self._try(x, y)
            if not torch.equal(torch.get_rng_state(), before):
                raise ValueError(f"{self.who} draws random numbers that no seed keeps apart; "
                                 f"leave out dropout, and noise of its own")
        if tuple(made.shape[1:]) not in wanted:
            raise ValueError(f"{self.who} makes {tuple(made.shape[1:])} of {tuple(x.shape[1:])}; "
                             f"it must make {' or '.join(map(str, wanted))}")
        if not torch.isfinite(made).all() or not made.requires_grad:
            raise ValueError(f"{self.who} makes values that are not finite, or that do not depend "
                             f"on its weights")
        if self.who == "generator" and made.abs().max() > 1:
            raise ValueError(f"generator makes values up to {made.abs().max():.3g}; they must lie "
                             f"in [-1, 1], so end with torch.tanh")

    def _try(self, x: Tensor, y: Tensor | None) -> Tensor:
        try:
            made = self(x, y)
            torch.autograd.grad(made.sum(), list(self.parameters()), allow_unused=True)
            return made
        except RuntimeError:  # no batching rule, data-dependent control flow, ...
            self.at_once = False
        try:
            return self(x, y)
        except RuntimeError as error:
            raise ValueError(f"{self.who} fails on series of shape {tuple(x.shape[1:])}: "
                             f"{str(error).splitlines()[0]}") from None


class Method(nn.Module):
    """A module whose ``forward`` is another method of the given one."""

    def __init__(self, module: nn.Module, name: str) -> None:
        super().__init__()
        self.module, self._name = module, name

    def forward(self, x: Tensor) -> Any:
        return getattr(self.module, self._name)(x)
