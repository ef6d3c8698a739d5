"""Runs small enough to be made by the dozen, and what two of them must have in common."""

import numpy as np
import torch

import rnngan_tutorial as rt
from rnngan_tutorial.loop import Loop

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


def numbers(loop):
    """Everything that a run leaves, by name, as arrays."""
    state = loop.state()
    found = {f"players {k}": v for k, v in state["players"].items()}
    found |= {f"average {k}": v for k, v in (state["average"] or {}).items()}
    for who, adam in state["optimizers"].items():
        for i, moments in adam["state"].items():
            found |= {f"adam {who} {i} {k}": v for k, v in moments.items()}
    found |= {f"snapshot {k}": v for k, v in state["snapshots"].items()}
    found |= {k: state[k] for k in ("losses", "watched")}
    return {k: v.detach().numpy() for k, v in found.items()}


def assert_same(first, second):
    """Two loops are equal bit for bit."""
    assert (first.step, first.diverged) == (second.step, second.diverged)
    a, b = numbers(first), numbers(second)
    assert a.keys() == b.keys()
    for name in a:
        np.testing.assert_array_equal(a[name], b[name], err_msg=name)


def weights(module):
    return [p.detach().clone() for p in module.parameters()]


def equal(first, second):
    return all(torch.equal(a, b) for a, b in zip(first, second, strict=True))
