"""Generators and discriminators as people write them: ordinary modules that know no seeds."""

import torch
from torch import nn


class Recurrent(nn.Module):
    """A generator with a recurrent layer of PyTorch."""

    def __init__(self, latent, features, layer=nn.LSTM):
        super().__init__()
        self.layer, self.out = layer(latent, 5, batch_first=True), nn.Linear(5, features)

    def forward(self, z):
        return torch.tanh(self.out(self.layer(z)[0]))


class Convolutional(nn.Module):
    """A temporal convolution."""

    def __init__(self, latent, features):
        super().__init__()
        self.first = nn.Conv1d(latent, 5, 3, padding=2, dilation=2)
        self.out = nn.Conv1d(5, features, 1)

    def forward(self, z):
        return torch.tanh(self.out(torch.tanh(self.first(z.transpose(1, 2))))).transpose(1, 2)


class Attentive(nn.Module):
    """A small transformer."""

    def __init__(self, latent, features):
        super().__init__()
        self.enter = nn.Linear(latent, 4)
        self.layer = nn.TransformerEncoderLayer(4, 2, 6, dropout=0.0, batch_first=True)
        self.out = nn.Linear(4, features)

    def forward(self, z):
        return torch.tanh(self.out(self.layer(self.enter(z))))


class ReadRecurrently(nn.Module):
    """A discriminator with a recurrent layer of PyTorch, and features."""

    def __init__(self, features, layer=nn.LSTM):
        super().__init__()
        self.layer, self.out = layer(features, 5, batch_first=True), nn.Linear(5, 1)

    def features(self, x):
        return self.layer(x)[0].mean(1)

    def forward(self, x):
        return self.out(self.features(x)).squeeze(-1)


class Read(nn.Module):
    """A temporal convolution with one logit per series, and features."""

    def __init__(self, features):
        super().__init__()
        self.first, self.out = nn.Conv1d(features, 5, 3, padding=1), nn.Linear(5, 1)

    def features(self, x):
        return torch.tanh(self.first(x.transpose(1, 2))).mean(2)

    def forward(self, x):
        return self.out(self.features(x)).squeeze(-1)


class ReadSteps(nn.Module):
    """A convolution with one logit per step, and without features."""

    def __init__(self, features):
        super().__init__()
        self.first, self.out = nn.Conv1d(features, 5, 3, padding=1), nn.Conv1d(5, 1, 1)

    def forward(self, x):
        return self.out(torch.tanh(self.first(x.transpose(1, 2)))).squeeze(1)


class ReadAttentively(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.enter, self.out = nn.Linear(features, 4), nn.Linear(4, 1)
        self.layer = nn.TransformerEncoderLayer(4, 2, 6, dropout=0.0, batch_first=True)

    def features(self, x):
        return self.layer(self.enter(x)).mean(1)

    def forward(self, x):
        return self.out(self.features(x)).squeeze(-1)
