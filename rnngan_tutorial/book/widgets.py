"""Explorers with sliders, for readers who run the notebooks. Needs ipywidgets."""

from collections.abc import Sequence

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
import torch

from .. import losses, metrics, plots
from ..data import Sequences
from ..round import Round
from ..run import Run


def logit_explorer(names: Sequence[str] = ("nonsaturating", "minimax", "least_squares", "hinge")
                   ) -> ipywidgets.interactive:
    """Move a logit and see the price and the gradient that each loss gives the generator.

    `names` are of losses whose generator reads no more than the logit of a generated series.
    """
    grid = torch.linspace(-6, 6, 241, requires_grad=True)
    curves = {}
    for name in names:
        price = losses.loss(name).generator(Round(fake=grid[:, None]))
        curves[name] = price.detach().numpy(), torch.autograd.grad(price.sum(), grid)[0].numpy()
    x = grid.detach().numpy()

    def show(logit: float = 0.0) -> None:
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


def code_widgets(run: Run) -> dict[str, ipywidgets.Widget]:
    """Name -> widget for each part of an InfoGAN's code; empty for other runs."""
    needs, made = run.needs, {}
    if needs.categories:
        made["category"] = ipywidgets.Dropdown(options=range(needs.categories),
                                               description="category")
    for i in range(1, needs.continuous + 1):
        made[f"c{i}"] = ipywidgets.FloatSlider(0, min=-1, max=1, step=0.1, description=f"c{i}")
    return made


def code_of(chosen: dict[str, ipywidgets.Widget]) -> torch.Tensor:
    """An InfoGAN's code, (categories + continuous,), from the values of its widgets."""
    hot = torch.zeros(len(chosen["category"].options) if "category" in chosen else 0)
    if len(hot):
        hot[chosen["category"].value] = 1
    rest = [widget.value for name, widget in chosen.items() if name != "category"]
    return torch.cat([hot, torch.tensor(rest, dtype=hot.dtype)])


def label_widget(run: Run) -> dict[str, ipywidgets.Widget]:
    """The label of a conditional run as a dropdown, under "label"; empty for other runs."""
    if not run.needs.labels:
        return {}
    names = [(name, i) for i, name in enumerate(run.data.label_names)]
    return {"label": ipywidgets.Dropdown(options=names, description="label")}


def generator_explorer(run: Run) -> ipywidgets.VBox:
    """Move the per-series noise, an InfoGAN's code or the label, and see the series change."""
    z, y, _ = run.inputs(1)
    sliders = {f"z{i + 1}": ipywidgets.FloatSlider(0, min=-3, max=3, step=0.1,
                                                   description=f"z{i + 1}")
               for i in range(run.latent.series)}
    codes, labels = code_widgets(run), label_widget(run)
    seed = ipywidgets.Dropdown(options=[(f"seed {s}", i) for i, s in enumerate(run.seeds)],
                               description="trained as")

    def show(which: int, **channels: float) -> None:
        for i, name in enumerate(sliders):
            z[..., i] = channels[name]
        z[..., run.latent.width:] = code_of(codes)
        if y is not None:
            y[:] = labels["label"].value
        with torch.no_grad():
            made = run.generator(z, y)[which].cpu().numpy()
        panel = plots.panels(1, 2.6, 5)[0]
        plots.draw(panel, run.data, made, plots.FAKE)
        panel.set(xlabel=plots.units_of(run.data)[0], ylabel=plots.units_of(run.data)[1])
        plt.show()

    output = ipywidgets.interactive_output(show, {"which": seed, **sliders, **codes,
                                                  **labels})
    return ipywidgets.VBox([seed, *sliders.values(), *codes.values(), *labels.values(), output])


def orbit_explorer(lr: float = 0.01, steps: int = 3000) -> ipywidgets.interactive:
    """Move Adam's betas and see where both players of the bilinear game min max xy end up."""
    def orbit(betas: tuple[float, float]) -> np.ndarray:
        """Positions (steps + 1, 2), the maximising player moving first."""
        players = [torch.full((1,), start, dtype=torch.float64) for start in (1.0, 0.0)]
        moves = [torch.optim.Adam([p.requires_grad_()], lr, betas) for p in players]
        path = [[1.0, 0.0]]
        for _ in range(steps):
            for i, sign in ((1, -1), (0, 1)):
                players[i].grad = sign * players[1 - i].detach()
                moves[i].step()
            path.append([p.item() for p in players])
        return np.array(path)

    def show(beta1: float, beta2: float) -> None:
        path = orbit((beta1, beta2))
        panel = plots.panels(1, 3, 3.4)[0]
        panel.plot(*path.T, color="0.7", lw=0.8)
        panel.plot(*path[-steps // 3:].T, color="black", label="last third")
        panel.set(xlabel="generator's x", ylabel="discriminator's y", aspect="equal",
                  title=f"radius {np.hypot(*path[-1]) / lr:.0f} learning rates")
        panel.legend(fontsize=8)
        plt.show()

    return ipywidgets.interactive(
        show, beta1=ipywidgets.SelectionSlider(options=[0.0, 0.5, 0.8, 0.9], value=0.5),
        beta2=ipywidgets.SelectionSlider(options=[0.5, 0.9, 0.99, 0.999], value=0.9))


def damage_explorer(data: Sequences) -> ipywidgets.interactive:
    """Spoil real series with sliders, and read what every score in closed form says of it.

    `data` have labels; "forget" is the share of the series with the last label that are
    replaced by others.

    Raises
    ------
    ValueError
        If the data have no labels.
    """
    train, test = data.split(by="random")
    if train.labels is None:
        raise ValueError(f"{data.name} have no labels; give data with labels, of which the "
                         f"explorer forgets one")
    rng = np.random.default_rng(0)
    order = rng.permutation(len(train))
    values, kinds = train.values[order], train.labels[order]
    rough = rng.standard_normal(values.shape)
    last = np.flatnonzero(kinds == train.classes - 1)
    others = rng.choice(np.flatnonzero(kinds != train.classes - 1), len(last))
    names = ["sliced_wasserstein", "mmd", "autocorrelation_error",
             f"{data.label_names[-1]}_share"]

    def show(forget: float = 0.0, noise: float = 0.0, amplitude: float = 1.0) -> None:
        made, lost = values.copy(), round(forget * len(last))
        made[last[:lost]] = values[others[:lost]]
        made = values.mean() + amplitude * (made - values.mean()) + noise * rough
        plots.series(data, {"real": test.values, "spoilt": made}, [plots.REAL, plots.FAKE])
        plt.show()
        print(metrics.score(made[None].astype(np.float32), test, train, names))

    return ipywidgets.interactive(show, forget=(0.0, 1.0, 0.1), noise=(0.0, 0.1, 0.01),
                                  amplitude=(0.5, 1.5, 0.05))
