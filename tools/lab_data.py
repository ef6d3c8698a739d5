"""Write the data of the laboratory in the page: ``python tools/lab_data.py``.

Scripts that set a global, since a page that is opened from a file may load nothing else.
"""

import json
from pathlib import Path

import numpy as np

import rnngan_tutorial as rt
from rnngan_tutorial.datasets import MODE_NOISE, mode_curves

FOLDER = Path(__file__).parents[1] / "book" / "assets" / "lab"
LEVELS = 127  # of an int8, for scaled values from 0 to 1


def described(data: rt.Sequences, train: int, n: int) -> dict:
    """What the page must know of data besides their values."""
    return {"name": data.name, "n": n, "train": train, "length": data.shape[1],
            "features": data.shape[2], "low": data.scale.low.tolist(),
            "high": data.scale.high.tolist(), "unit": data.unit, "step": data.step,
            "step_unit": data.step_unit, "label_names": data.label_names}


def heartbeats() -> dict:
    """All beats, split as in the chapters, in 1/127: the first number of each, then its changes."""
    train, test = rt.load("heartbeats").split(by="random", seed=0)
    values = np.concatenate([train.values, test.values])
    levels = np.round(LEVELS * values).astype(int)
    return {**described(train, len(train), len(values)),
            "labels": np.concatenate([train.labels, test.labels]).tolist(),
            "differences": np.diff(levels, axis=1, prepend=0).ravel().tolist()}


def modes() -> dict:
    """The law of the modes, from which the page draws as many series as it wants."""
    curves = np.round(mode_curves()[:, :, 0].astype(float), 6)
    return {**described(rt.load("modes", 8), 1792, 2048), "noise": MODE_NOISE,
            "curves": curves.tolist()}


def script(data: dict) -> str:
    """A script that sets ``RNNGAN_DATA.<name>``."""
    return ("// Made by tools/lab_data.py; origin and licence are in data/README.md.\n"
            f"(globalThis.RNNGAN_DATA = globalThis.RNNGAN_DATA || {{}}).{data['name']} =\n"
            f"{json.dumps(data, separators=(',', ':'))};\n")


if __name__ == "__main__":
    for made in (heartbeats(), modes()):
        (FOLDER / f"{made['name']}.js").write_text(script(made), encoding="utf-8")
