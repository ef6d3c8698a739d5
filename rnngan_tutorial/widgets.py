"""Explorers with sliders, for readers who run the notebooks."""

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
import torch

from . import losses, plots


def logit_explorer(names=("nonsaturating", "minimax", "least_squares", "hinge")):
    """Move a logit and see the price and the gradient that each loss gives the generator."""
    grid = torch.linspace(-6, 6, 241, requires_grad=True)
    curves = {}
    for name in names:
        record = type("Record", (), {"fake": grid[:, None], "real": grid[:, None]})()
        price = losses.loss(name).generator(record)
        curves[name] = price.detach().numpy(), torch.autograd.grad(price.sum(), grid)[0].numpy()
    x = grid.detach().numpy()

    def show(logit=0.0):
        for panel, part, title in zip(plots.panels(2, 2.6), (0, 1),
                                      ("generator's loss", "its gradient"), strict=True):
            for name, curve in curves.items():
                panel.plot(x, curve[part], label=f"{name}: "
                           f"{np.interp(logit, x, curve[part]):+.2f}")
            panel.axvline(logit, color="0.5", lw=1)
            panel.set(xlabel="logit of a generated series", title=title)
            panel.legend(fontsize=8)
        plt.show()

    return ipywidgets.interactive(show, logit=(-6.0, 6.0, 0.1))


def generator_explorer(run):
    """Move the channels of the per-series noise and see the series change."""
    z, y, _ = run.noise(1)
    sliders = {f"z{i + 1}": ipywidgets.FloatSlider(0, min=-3, max=3, step=0.1,
                                                   description=f"z{i + 1}")
               for i in range(run.latent.series)}
    seed = ipywidgets.Dropdown(options=[(f"seed {s}", i) for i, s in enumerate(run.seeds)],
                               description="trained as")

    def show(which, **channels):
        for i, value in enumerate(channels.values()):
            z[..., i] = value
        with torch.no_grad():
            made = run.generator(z, y)[which].cpu().numpy()
        panel = plots.panels(1, 2.6, 5)[0]
        plots.draw(panel, run.data, made, plots.FAKE)
        panel.set(xlabel=plots.units_of(run.data)[0], ylabel=plots.units_of(run.data)[1])
        plt.show()

    output = ipywidgets.interactive_output(show, {"which": seed, **sliders})
    return ipywidgets.VBox([seed, *sliders.values(), output])
