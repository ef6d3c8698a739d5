"""Runs small enough to be made by the dozen, and what two of them must have in common."""

import numpy as np
import torch

import rnngan_tutorial as rt
from rnngan_tutorial.draws import Batch, Draws, numbers_per_series
from rnngan_tutorial.loop import Loop
from rnngan_tutorial.players import build
from rnngan_tutorial.round import PlayedRound

CPU = torch.device("cpu")
SMALL = {"seeds": 2, "hidden": 4, "batch": 4, "device": "cpu"}


def small_data(n=40, length=6, features=1, classes=2):
    """Random series with labels; every value is in [-0.9, 0.9]."""
    rng = np.random.default_rng(7)
    values = rng.uniform(-0.9, 0.9, (n, length, features))
    labels = np.arange(n) % classes if classes else None
    return rt.Sequences(values, labels=labels)


DATA = small_data()


def train(loss="nonsaturating", steps=12, data=DATA, **options):
    return rt.train(data, loss, steps, **{**SMALL, **options})


def final_loop(monkeypatch, *arguments, **options):
    """The run of `train`, and the loop that made it, optimizers and all."""
    loops = []
    run = Loop.run
    monkeypatch.setattr(Loop, "run", lambda self: loops.append(self) or run(self))
    made = train(*arguments, **options)
    monkeypatch.undo()
    return made, loops[-1]


def one_round(loss, turn="discriminator", data=DATA, seeds=(0, 1), batch=4, hidden=4, number=0,
              **options):
    """Untrained players, and a round of theirs: that which training would begin with.

    `loss` is a Loss or the name of one; further options are those of `players.build`.
    """
    loss = rt.loss(loss) if isinstance(loss, str) else loss
    needs, latent = loss.needs, options.pop("latent", rt.Latent(2, 1))
    players = build(data.shape[1:], needs, seeds, hidden, latent, classes=data.classes, **options)
    rows, normal, uniform = Draws(seeds, batch, len(data),
                                  *numbers_per_series(latent, needs, data.shape[1:]), CPU)[number]
    y = torch.as_tensor(data.labels)[rows] if needs.labels else None
    drawn = Batch(players, latent, needs, torch.as_tensor(data.values)[rows], y, normal, uniform,
                  number)
    return players, PlayedRound(drawn, turn, needs.slopes)


def numbers(loop):
    """Everything that a run leaves, by name, as arrays."""
    state = loop.state()
    found = {f"players {k}": v for k, v in state["players"].items()}
    found |= {f"average {k}": v for k, v in (state["average"] or {}).items()}
    for who, adam in state["optimizers"].items():
        for i, moments in adam["state"].items():
            found |= {f"adam {who} {i} {k}": v for k, v in moments.items()}
    found |= {f"snapshot {k}": v for k, v in state["snapshots"].items()}
    found |= {k: state["records"][k] for k in ("losses", "watched")}
    return {k: v.detach().numpy() for k, v in found.items()}


def assert_same(first, second):
    """Two loops are equal bit for bit."""
    assert (first.step, first.recorder.diverged) == (second.step, second.recorder.diverged)
    a, b = numbers(first), numbers(second)
    assert a.keys() == b.keys()
    for name in a:
        np.testing.assert_array_equal(a[name], b[name], err_msg=name)


def weights(module):
    return [p.detach().clone() for p in module.parameters()]


def equal(first, second):
    return all(torch.equal(a, b) for a, b in zip(first, second, strict=True))
