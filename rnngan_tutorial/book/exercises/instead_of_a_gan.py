"""Exercises of the page Instead of a GAN."""

from collections.abc import Callable

import numpy as np
import torch

from .register import exercise


@exercise("straight-way")
def straight_way(answer: Callable[[torch.Tensor, torch.Tensor, float],
                                  tuple[torch.Tensor, torch.Tensor]]) -> str | None:
    noise, data = torch.tensor([[1.0, -2.0, 0.5], [-0.5, 0.25, 2.0]])
    given = answer(noise, data, 0.25)
    if not isinstance(given, tuple) or len(given) != 2:
        return "return two things: the place at time t, and the velocity there"
    place, speed = (torch.as_tensor(part) for part in given)
    if place.shape != data.shape or speed.shape != data.shape:
        return "place and velocity have the shape of the data"
    start, way = 0.75 * noise + 0.25 * data, data - noise
    if torch.allclose(place, 0.25 * noise + 0.75 * data):
        return "at time 0 one is at the noise, at time 1 at the data"
    if not torch.allclose(place, start):
        return "the way is straight: at time t the part t of it is behind"
    if torch.allclose(speed, way):
        return None
    if torch.allclose(speed, -way):
        return "the sign: which way does time run, to the noise or to the data?"
    if torch.allclose(speed, data - place):
        return "that is the way that is left; how much time is left for it?"
    return "the velocity is the derivative of the place in t"


@exercise("nearest-ratio")
def ratio_of_nearest(
        answer: Callable[[np.ndarray, np.ndarray, np.ndarray], float]) -> str | None:
    rng = np.random.default_rng(0)
    made, train, held_out = rng.normal(size=(3, 6, 4, 2))
    train[:3] = made[:3] + 0.1
    given = np.asarray(answer(made, train, held_out), dtype=float)
    if given.ndim:
        return "return one number"

    def distances(real: np.ndarray) -> np.ndarray:
        return np.sqrt(((made[:, None] - real) ** 2).sum((2, 3)))

    seen, new = distances(train), distances(held_out)
    near, far = seen.min(1), new.min(1)
    for value, slip in (
            (near.mean() / far.mean(), None),
            (far.mean() / near.mean(), "upside down: a copy must give 0"),
            ((near / far).mean(), "the ratio of the means, not the mean of the ratios: one series "
             "near a held-out one would decide it"),
            ((near ** 2).mean() / (far ** 2).mean(), "these are squared distances"),
            (seen.mean() / new.mean(), "to the nearest series, not to all of them"),
            (seen.min(0).mean() / new.min(0).mean(), "the nearest real series to each generated "
             "one, not the other way round")):
        if np.isclose(given, value):
            return slip
    return "to each generated series belongs its nearest training series, and its nearest new one"
