"""Draw the pictures of the front page: ``python tools/figures.py``.

They need a training of a few minutes on one core, whose beats are kept in
data/results/front_page.npz; without that file it is done again.
"""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from PIL import Image

import rnngan_tutorial as rt

ROOT = Path(__file__).resolve().parents[1]
ASSETS, KEPT = ROOT / "book" / "assets", ROOT / "data" / "results" / "front_page.npz"
# A loss that forgets, and one that does not.
LOSSES = {"mse": "mse: squared error", "r3gan": "r3gan: a game with penalties"}
STEPS, SEEDS, DRAWN, COUNTED = 1000, 8, 24, 192
COLOURS = 64  # of a picture: more cannot be told apart here


def save(name, **options):
    """Store the current figure as a PNG of few colours."""
    path = ASSETS / name
    plt.savefig(path, metadata={"Software": None}, **options)
    with Image.open(path) as picture:
        few = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        few.save(path, optimize=True, dpi=picture.info["dpi"])


def train():
    """Beats of every seed of both losses, which of them are wide, and the share of those."""
    known, test = rt.load("heartbeats").split(by="random", seed=0)
    kept = {"real_share": np.mean(test.labels == 1)}
    for name in LOSSES:
        made = rt.train(known, name, steps=STEPS, seeds=SEEDS, progress=False).sample(COUNTED)
        kinds = np.array([rt.metrics.nearest_label(beats, known) for beats in made])
        kept[f"{name}_beats"] = made[:, :DRAWN].astype(np.float16)
        kept[f"{name}_wide"] = kinds[:, :DRAWN] == 1
        kept[f"{name}_share"] = (kinds == 1).mean(1)
    np.savez_compressed(KEPT, **kept)


def generators(kept, width=7.2, height=2.6):
    """A panel per seed, four by two of each loss; wide beats dark, narrow ones pale."""
    figure = plt.figure(figsize=(width, height))
    halves = figure.subfigures(1, len(LOSSES), wspace=0.08)
    beats = rt.load("heartbeats")
    for half, (name, title) in zip(halves, LOSSES.items()):
        half.suptitle(title, fontsize=11)
        panels = half.subplots(2, 4, sharex=True, sharey=True)
        for panel, made, wide, share in zip(panels.flat, kept[f"{name}_beats"],
                                            kept[f"{name}_wide"], kept[f"{name}_share"]):
            for kind, alpha, line in ((~wide, 0.25, 0.6), (wide, 0.9, 1.0)):
                if kind.any():
                    rt.plots.draw(panel, beats, made[kind].astype(float), rt.plots.FAKE, alpha)
                    for drawn in panel.lines[-kind.sum():]:
                        drawn.set_linewidth(line)
            panel.set(xticks=[], yticks=[], ylim=(-1.4, 1.9))
            panel.grid(False)
            panel.spines[:].set_visible(False)
            panel.set_xlabel(f"{share:.0%} wide", fontsize=9)
    return figure


def main():
    rt.plots.use_style()
    beats = rt.load("heartbeats")
    groups = {f"{name}: {(beats.labels == k).sum()} beats": beats.values[beats.labels == k]
              for k, name in enumerate(beats.label_names)}
    rt.plots.series(beats, groups, [rt.plots.REAL] * 2, n=80)
    save("beats.png", dpi=200)
    if not KEPT.exists():
        train()
    with np.load(KEPT) as kept:
        generators(kept)
        save("generators.png", dpi=200)
        # The card by which the site is known when it is shared: 1,200 x 630 pixels.
        figure = generators(kept, 6.0, 3.15)
        figure.suptitle("Which loss should I train my recurrent GAN with?", fontsize=13)
        save("card.png", dpi=200)


if __name__ == "__main__":
    main()
