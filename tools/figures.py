"""Draw the figure of the front page: ``python tools/figures.py``."""

from pathlib import Path

import matplotlib.pyplot as plt

import rnngan_tutorial as rt

rt.plots.use_style()
beats = rt.load("heartbeats")
groups = {f"{name}: {(beats.labels == k).sum()} beats": beats.values[beats.labels == k]
          for k, name in enumerate(beats.label_names)}
rt.plots.series(beats, groups, [rt.plots.REAL] * 2, n=80)
plt.savefig(Path(__file__).parents[1] / "book" / "assets" / "beats.png",
            metadata={"Software": None})
