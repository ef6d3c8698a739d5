"""Record trained generators for the player in the page: ``python tools/play_data.py [names]``.

Every name of GENERATORS, or those that are told, is trained on the heartbeats as in its chapter,
and what a page needs of it is written to book/assets/play/data/NAME.js: the weights of the last
generators in 16 bits, and at each of MOMENTS some series in 8 bits, which of them are wide, and
the share of wide ones by the book's own rule. ``--work`` keeps what was trained: stopped and
started again, it goes on where it was, and trains nothing that is there already.
"""

import argparse
import base64
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch

import rnngan_tutorial as rt
from rnngan_tutorial.losses import Loss
from rnngan_tutorial.metrics import nearest_label
from rnngan_tutorial.run import Run

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "book" / "assets" / "play" / "data"
MOMENTS = (1, 20, 40, 60, 80, 100, 125, 150, 175, 200, 250, 300, 350, 400, 450, 500, 550, 600,
           650, 700, 775, 850, 925, 1000)
SEEDS, SHOWN, SCORED = 8, 20, 512  # series that are shown; series that a share is counted on

# Name -> what the page calls it, and the loss.
GENERATORS: dict[str, tuple[str, Callable[[], Loss]]] = {
    name: (name, lambda name=name: rt.loss(name)) for name in (
        "bce", "wasserstein_gp", "minimax", "least_squares", "energy", "kl", "improved",
        "conditional", "infogan", "r3gan", "mse", "mae", "least_absolute", "nonsaturating_r1r2",
        "wasserstein_clip")
} | {
    "vae": ("vae, learnt sigma", lambda: rt.loss("vae", sigma="learnt")),
    "kl_practical": ("kl, practical", lambda: rt.loss("kl", practical=True))}


def base64_of(array: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def base64_of_flags(flags: np.ndarray) -> str:
    """Eight flags in a byte, the first in the lowest bit."""
    return base64_of(np.packbits(flags.ravel(), bitorder="little"))


# --- What is recorded ----------------------------------------------------------------------------

def weights(run: Run) -> np.ndarray:
    """The weights that act in the generators, (seeds, numbers), in the order of generator.js."""
    gru, out = run.generator.gru, run.generator.out
    hidden, rows = gru.hidden, []
    for seed, gates in enumerate(gru.effective().detach().cpu().unflatten(1, (4, gru.hidden))):
        q, r, z, a = gates
        last = torch.cat([out.weight[seed], out.bias[seed]], 1).detach().cpu()
        parts = [r, z, torch.cat([q[:, :hidden], q[:, -1:]], 1), a[:, hidden:], last]
        rows.append(torch.cat([part.flatten() for part in parts]).numpy())
    return np.stack(rows)


def moment(run: Run, test: rt.Sequences, shown: int = SHOWN,
           scored: int = SCORED) -> dict[str, np.ndarray]:
    """What is kept of a run as it is: series in 1/127, which are wide, and the share of these."""
    made = run.sample(scored)
    kinds = np.stack([nearest_label(one, test) for one in made])
    return {"replay": np.round(127 * made[:, :shown]).astype(np.int8),
            "wide": kinds[:, :shown].astype(bool), "share": (kinds == 1).mean(1)}


def recording(name: str, label: str, run: Run, moments: Mapping[int, Mapping[str, np.ndarray]],
              test: rt.Sequences) -> dict:
    """All that the page gets of a loss."""
    (length, features), needs, data = run.data.shape[1:], run.needs, test
    stacked = {key: np.stack([moments[step][key] for step in sorted(moments)])
               for key in ("replay", "wide", "share")}
    return {"name": name, "label": label, "seeds": list(run.seeds), "steps": sorted(moments),
            "shown": stacked["wide"].shape[-1], "length": length, "features": features,
            "hidden": run.generator.gru.hidden, "latent": [run.latent.series, run.latent.steps],
            "categories": needs.categories, "continuous": needs.continuous,
            "told": data.classes if needs.labels else 0, "labels": list(data.label_names),
            "real": round(float(np.mean(test.labels == 1)), 4),
            "shares": stacked["share"].round(4).tolist(),
            "weights": base64_of(weights(run).astype("<f2")),
            "wide": base64_of_flags(stacked["wide"]),
            "replay": base64_of(stacked["replay"])}


def script(data: Mapping) -> str:
    """A script that sets ``RNNGAN_PLAY[name]``."""
    return ("// Made by tools/play_data.py from beats whose origin and licence are in "
            "data/README.md.\n"
            f"(globalThis.RNNGAN_PLAY = globalThis.RNNGAN_PLAY || {{}})[{json.dumps(data['name'])}]"
            f" =\n{json.dumps(data, separators=(',', ':'))};\n")


# --- Training, moment by moment ------------------------------------------------------------------

def passing(train: rt.Sequences, loss: Callable[[], Loss], steps: Sequence[int],
            checkpoint: Path, **settings) -> Iterator[Run]:
    """The run at each of some steps; training goes on from one to the next."""
    for step in steps:
        yield rt.train(train, loss(), steps=step, checkpoint=checkpoint, checkpoint_every=10 ** 6,
                       progress=False, **settings)


def recorded(name: str, work: Path, steps: Sequence[int] = MOMENTS, seeds: int = SEEDS,
             **settings) -> dict:
    """The recording of a name; what is missing of it in `work` is trained."""
    label, loss = GENERATORS[name]
    train, test = rt.load("heartbeats").split(by="random", seed=0)
    folder = work / name
    folder.mkdir(parents=True, exist_ok=True)
    files = {step: folder / f"moment_{step}.npz" for step in steps}
    last, missing = folder / "last.rnngan", [step for step in steps if not files[step].exists()]
    if not last.exists() and not missing:
        missing = [max(steps)]
    for run in passing(train, loss, missing, folder / "checkpoint", seeds=seeds, **settings):
        if run.steps == max(steps):
            run.save(last)
        draft = folder / "draft.npz"
        np.savez_compressed(draft, **moment(run, test))
        draft.replace(files[run.steps])
    moments = {step: dict(np.load(files[step])) for step in steps}
    return recording(name, label, rt.load_run(last), moments, test)


def main(names: Sequence[str], work: Path, folder: Path = FOLDER, **settings) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names or GENERATORS:
        start = time.process_time()
        text = script(recorded(name, work, **settings))
        path = folder / f"{name}.js"
        path.write_text(text, encoding="utf-8")
        print(f"{name}: {len(text):,} bytes, {time.process_time() - start:.0f} s of processor time",
              flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help=f"of {', '.join(GENERATORS)}")
    parser.add_argument("--work", type=Path, default=ROOT / "_play", help="where runs are kept")
    parser.add_argument("--steps", type=int, nargs="+", default=MOMENTS)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    told = parser.parse_args()
    main(told.names, told.work, steps=told.steps, seeds=told.seeds)
