"""The loops that people write by hand, for comparison with the package's own.

Both train the same model on the same data: a GRU generator and a GRU discriminator, the
non-saturating loss, Adam. The usual loop is what most repositories hold; the tuned one does
the same work with every saving that needs no change of the recurrence.
"""

import torch
from torch import nn


class Generator(nn.Module):
    def __init__(self, latent, hidden, features):
        super().__init__()
        self.rnn = nn.GRU(latent, hidden, batch_first=True)
        self.out = nn.Linear(hidden, features)

    def forward(self, z):
        return torch.tanh(self.out(self.rnn(z)[0]))


class Discriminator(nn.Module):
    def __init__(self, features, hidden):
        super().__init__()
        self.rnn = nn.GRU(features, hidden, batch_first=True)
        self.out = nn.Linear(hidden, 1)

    def forward(self, x):
        return self.out(self.rnn(x)[0]).mean(1)


def noise(batch, length):
    held = torch.randn(batch, 1, 4).expand(batch, length, 4)
    return torch.cat([held, torch.randn(batch, length, 2)], -1)


def players(features, hidden, device, fused):
    generator = Generator(6, hidden, features).to(device)
    discriminator = Discriminator(features, hidden).to(device)
    optimizers = [torch.optim.Adam(net.parameters(), lr=3e-3, betas=(0.5, 0.9), fused=fused)
                  for net in (generator, discriminator)]
    return generator, discriminator, *optimizers


def usual_loop(values, hidden, batch, device="cpu"):
    """A function that takes one step: discriminator on real, on fake, then the generator."""
    length, features = values.shape[1:]
    values = values.to(device)
    generator, discriminator, move_g, move_d = players(features, hidden, device, False)
    criterion = nn.BCEWithLogitsLoss()
    one, zero = torch.ones(batch, 1, device=device), torch.zeros(batch, 1, device=device)

    def step():
        real = values[torch.randint(len(values), (batch,))]
        move_d.zero_grad()
        fake = generator(noise(batch, length).to(device)).detach()
        loss = criterion(discriminator(real), one) + criterion(discriminator(fake), zero)
        loss.backward()
        move_d.step()
        move_g.zero_grad()
        loss = criterion(discriminator(generator(noise(batch, length).to(device))), one)
        loss.backward()
        move_g.step()
        return loss.item()

    return step


def tuned_loop(values, hidden, batch, device="cpu"):
    """The same with one fake batch, one discriminator pass, no idle gradients, fused Adam."""
    length, features = values.shape[1:]
    values = values.to(device)
    generator, discriminator, move_g, move_d = players(features, hidden, device, True)
    criterion = nn.BCEWithLogitsLoss()
    one, zero = torch.ones(batch, 1, device=device), torch.zeros(batch, 1, device=device)
    labels = torch.cat([one, zero])

    def step():
        real = values[torch.randint(len(values), (batch,))]
        fake = generator(noise(batch, length).to(device))
        move_d.zero_grad()
        (2 * criterion(discriminator(torch.cat([real, fake.detach()])), labels)).backward()
        move_d.step()
        move_g.zero_grad()
        discriminator.requires_grad_(False)
        criterion(discriminator(fake), one).backward()
        discriminator.requires_grad_(True)
        move_g.step()

    return step
