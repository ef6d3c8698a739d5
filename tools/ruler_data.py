"""Write what the page scores spoilt beats by: ``python tools/ruler_data.py``.

The directions of the sliced distance, in 1/127 of the largest number, and floor and collapse of
every score, by the package and on the beats of tools/lab_data.py.
"""

import base64
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

import rnngan_tutorial as rt
from rnngan_tutorial.metrics import (
    autocorrelation_error,
    directions,
    label_share,
    medoid,
    mmd,
    sliced_wasserstein,
    squared_distances,
)

FILE = Path(__file__).parents[1] / "book" / "assets" / "explore" / "ruler.js"
DRAWS, NEAR = 24, 5  # sets of real beats that the floor is measured on; neighbours that are near


def uncovered(fake: np.ndarray, real: rt.Sequences) -> np.ndarray:
    """Share of the real series that no generated one comes near, as the chapter on scores has it.

    Near is nearer than the fifth nearest of the other real series.
    """
    radius = np.sort(squared_distances(real.values, real.values), 1)[:, NEAR, None]
    return np.array([1 - (squared_distances(real.values, one) <= radius).any(1).mean()
                     for one in fake])


SCORES: dict[str, Callable] = {
    "sliced_wasserstein": sliced_wasserstein, "mmd": mmd,
    "autocorrelation_error": autocorrelation_error,
    "wide_share": lambda fake, real: label_share(fake, real)[:, 1], "uncovered": uncovered}


def ruler() -> dict:
    """Directions, and floor, its standard deviation and collapse of every score."""
    train, test = rt.load("heartbeats").split(by="random", seed=0)
    rng, n = np.random.default_rng(0), len(test)
    sound = np.stack([train.values[rng.permutation(len(train))[:n]] for _ in range(DRAWS)])
    collapse = np.repeat(medoid(train.values), n, 0)[None]
    found = {}
    for name, score in SCORES.items():
        floor = score(sound, test)
        # The sets share beats, which hides a part of their spread.
        sd = floor.std(ddof=1) / (1 - n / len(train)) ** 0.5
        found[name] = {"floor": floor.mean(), "sd": sd, "control": score(collapse, test)[0]}
    along = directions(train.values[0].size).T
    levels = np.round(along / np.abs(along).max() * 127).astype(np.int8)
    return {"directions": base64.b64encode(levels.tobytes()).decode(),
            "scores": {name: {key: round(float(value), 6) for key, value in one.items()}
                       for name, one in found.items()}}


def script() -> str:
    """A script that sets ``RNNGAN_DATA.ruler``."""
    return ("// Made by tools/ruler_data.py.\n"
            "(globalThis.RNNGAN_DATA = globalThis.RNNGAN_DATA || {}).ruler =\n"
            f"{json.dumps(ruler(), separators=(',', ':'))};\n")


if __name__ == "__main__":
    FILE.write_text(script(), encoding="utf-8")
    print(f"{FILE.stat().st_size:,} bytes")
