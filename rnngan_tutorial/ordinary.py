"""One seed of the package's networks as ordinary modules, with ``torch.nn.GRU`` inside."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .networks import Discriminator, Generator, Linear
from .recurrence import GRU
from .stacked import Stacked


class OrdinaryGenerator(nn.Module):
    """Noise (B, T, latent), with codes and one-hot labels if any, to series (B, T, F)."""

    def __init__(self, gru: nn.GRU, out: nn.Linear) -> None:
        super().__init__()
        self.gru, self.out = gru, out

    def forward(self, z: Tensor) -> Tensor:
        return torch.tanh(self.out(self.gru(z)[0]))


class OrdinaryDiscriminator(nn.Module):
    """Series (B, T, F), with one-hot labels if any, to logits (B,), or (B, T) per step."""

    def __init__(self, gru: nn.GRU, out: nn.Linear, per: str) -> None:
        super().__init__()
        self.gru, self.out, self.per = gru, out, per

    def forward(self, x: Tensor) -> Tensor:
        logits = self.out(self.gru(x)[0]).squeeze(-1)
        return logits if self.per == "steps" else logits.mean(1)


def ordinary_gru(gru: GRU, place: int) -> nn.GRU:
    """The ``torch.nn.GRU`` (batch first) that computes what one seed's does."""
    made: nn.GRU = nn.GRU(gru.inputs, gru.hidden, batch_first=True)
    h, put, none = gru.hidden, torch.cat, torch.zeros(2 * gru.hidden)
    q, r, z, a = gru.effective().detach()[place].cpu().view(4, h, -1)
    made.load_state_dict({
        "weight_hh_l0": put([r[:, :h], z[:, :h], q[:, :h]]),
        "weight_ih_l0": put([r[:, h:-1], z[:, h:-1], a[:, h:-1]]),
        "bias_ih_l0": put([r[:, -1], z[:, -1], a[:, -1]]),
        "bias_hh_l0": put([none, q[:, -1]])})
    return made


def ordinary_linear(linear: Linear, place: int) -> nn.Linear:
    """The ``torch.nn.Linear`` that computes what one seed's does."""
    made = nn.Linear(linear.weight.shape[2], linear.weight.shape[1])
    with torch.no_grad():
        made.weight[:] = linear.effective()[place].cpu()
        made.bias[:] = linear.bias[place, :, 0].cpu()
    return made


def ordinary_generator(generator: nn.Module, place: int) -> nn.Module:
    """The generator of the seed at a place, as an ordinary module."""
    if isinstance(generator, Stacked):
        return generator.module(place)
    assert isinstance(generator, Generator)
    return OrdinaryGenerator(ordinary_gru(generator.gru, place),
                             ordinary_linear(generator.out, place))


def ordinary_discriminator(discriminator: nn.Module, place: int) -> nn.Module:
    """The discriminator of the seed at a place, as an ordinary module.

    Raises
    ------
    ValueError
        If it compares the series of a batch (minibatch discrimination).
    """
    if isinstance(discriminator, Stacked):
        return discriminator.module(place)
    assert isinstance(discriminator, Discriminator)
    if discriminator.closeness is not None:
        raise ValueError("minibatch discrimination has no ordinary form; use run.logits")
    return OrdinaryDiscriminator(ordinary_gru(discriminator.gru, place),
                                 ordinary_linear(discriminator.out, place), discriminator.per)
