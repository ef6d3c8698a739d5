"""Every figure of the book. Real and generated data keep their colours throughout."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from .data import Sequences
from .metrics import Scores
from .options import check_whole
from .run import Run

# Okabe and Ito's palette, told apart in all common forms of colour blindness.
REAL, FAKE = "#0072B2", "#D55E00"
COLOURS = ("#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#F0E442", "#0072B2",
           "#D55E00")


def use_style() -> None:
    """Set matplotlib's defaults to those of the book."""
    plt.rcParams.update({
        "figure.dpi": 100, "savefig.dpi": 100, "figure.constrained_layout.use": True,
        "font.size": 10, "axes.titlesize": 10, "axes.spines.top": False,
        "axes.spines.right": False, "axes.grid": True, "grid.color": "0.92",
        "axes.axisbelow": True, "legend.frameon": False, "lines.linewidth": 1.5,
        "axes.prop_cycle": plt.cycler(color=COLOURS)})


def panels(n: int, height: float = 2.2, width: float = 7.2, **options: Any) -> np.ndarray:
    """A figure with panels side by side.

    Parameters
    ----------
    n : int
        Number of panels.
    height, width : float
        Of the figure, in inches.
    **options
        For ``plt.subplots``.

    Returns
    -------
    ndarray of Axes, shape (n,)
    """
    check_whole("n", n, 1)
    _, axes = plt.subplots(1, n, figsize=(width, height), squeeze=False, **options)
    return axes[0]


def units_of(data: Sequences, feature: int | str = 0) -> tuple[str, str]:
    """Labels of the time axis and of the value axis.

    Parameters
    ----------
    data : Sequences
    feature : int or str
        Number or name of the feature that is drawn.
    """
    i = data.feature_index(feature)
    name, unit = data.feature_names[i], data.unit_of(i)
    time = f"time ({data.step_unit})" if data.step_unit else "time step"
    return time, f"{name} ({unit})" if unit else name


def draw(axes: Axes, data: Sequences, values: np.ndarray, color: str,
         alpha: float | None = None, feature: int | str = 0) -> None:
    """Draw one feature of series into one panel, in the data's own units.

    Parameters
    ----------
    axes : Axes
    data : Sequences
        Gives units and length of a time step.
    values : ndarray, shape (n, T, F)
        Scaled series.
    color : str
    alpha : float, optional
        Opacity; by default the less, the more series.
    feature : int or str
        Number or name of the feature.
    """
    values = data.to_units(np.asarray(values))
    time = np.arange(values.shape[1]) * data.step
    alpha = alpha or min(1, max(0.15, 6 / max(1, len(values))))
    axes.plot(time, values[:, :, data.feature_index(feature)].T, color=color, alpha=alpha, lw=1)


def series(data: Sequences, groups: Mapping[str, np.ndarray],
           colors: Sequence[str] | None = None, n: int = 40, feature: int | str = 0,
           height: float = 2.2) -> np.ndarray:
    """Panels of overlaid series.

    Parameters
    ----------
    data : Sequences
        Gives names, units and length of a time step.
    groups : dict
        Title -> scaled series (N, T, F), one panel each.
    colors : list of str, optional
        One per panel; by default that of generated series.
    n : int
        How many series are drawn into a panel, at most.
    feature : int or str
        Number or name of the feature that is drawn.
    height : float
        Of the figure, in inches.

    Returns
    -------
    ndarray of Axes, one per panel
    """
    check_whole("n", n, 1)
    if not groups:
        raise ValueError("groups is empty; give at least one title with its series")
    time, value = units_of(data, feature)
    axes = panels(len(groups), height, sharey=True)
    colors = colors or [FAKE] * len(groups)
    for panel, (title, values), color in zip(axes, groups.items(), colors, strict=True):
        draw(panel, data, values[:n], color, feature=feature)
        panel.set_title(title)
        panel.set_xlabel(time)
    axes[0].set_ylabel(value)
    return axes


def samples(run: Run, n: int = 40, seeds: int = 3, feature: int | str = 0) -> np.ndarray:
    """Real series beside those that the first seeds of a run generate.

    Parameters
    ----------
    run : Run
        One that was loaded without its data has no panel of real series.
    n : int
        Series per panel.
    seeds : int
        How many seeds.
    feature : int or str
        Number or name of the feature that is drawn.

    Returns
    -------
    ndarray of Axes, one per panel
    """
    check_whole("seeds", seeds, 1)
    made = run.sample(n)
    groups = {"real": run.data.values[:n]} if len(run.data) else {}
    colors = [REAL] * len(groups)
    groups |= {f"generated, seed {s}": v for s, v in zip(run.seeds[:seeds], made, strict=False)}
    colors += [FAKE] * (len(groups) - len(colors))
    return series(run.data, groups, colors, n, feature)


def snapshots(run: Run, seed: int = 0, n: int = 30, feature: int | str = 0) -> np.ndarray:
    """What one seed generates from the same noise at successive steps of training.

    Parameters
    ----------
    run : Run
        Trained with ``snapshots=``.
    seed : int
        Position of the seed in ``run.seeds``.
    n : int
        Series per panel.
    feature : int or str
        Number or name of the feature that is drawn.

    Returns
    -------
    ndarray of Axes, one per snapshot

    Raises
    ------
    ValueError
        If the run kept no snapshots or has not so many seeds.
    """
    if not run.snapshots:
        raise ValueError("the run kept no snapshots; train with snapshots=[100, 1000], say")
    check_whole("seed, a position in run.seeds,", seed, 0, len(run.seeds) - 1)
    groups = {f"step {step}": v[seed] for step, v in sorted(run.snapshots.items())}
    return series(run.data, groups, n=n, feature=feature)


def smooth(values: np.ndarray, width: int) -> np.ndarray:
    """Moving average of (steps, ...) over so many steps, over fewer at the start."""
    total = np.cumsum(values, 0)
    total[width:] = total[width:] - total[:-width]
    counts = np.minimum(np.arange(1, len(values) + 1), width)
    return total / counts[:, None]


def history(run: Run, width: int = 25) -> np.ndarray:
    """Losses and mean logits of both players over the steps, one line per seed.

    Parameters
    ----------
    run : Run
    width : int
        Losses are averaged over so many steps.

    Returns
    -------
    ndarray of Axes, shape (3,)
        The discriminator's loss, the generator's, and the mean logits over all seeds.
    """
    check_whole("width", width, 1)
    past, axes = run.history, panels(3, 2.4)
    steps = np.arange(len(past.generator))
    for panel, values, title in ((axes[0], past.discriminator, "discriminator's loss"),
                                 (axes[1], past.generator, "generator's loss")):
        panel.plot(steps, smooth(values, width), lw=1)
        panel.set(title=title, xlabel="step", ylabel="loss" if panel is axes[0] else "")
    axes[2].plot(past.watched, smooth(past.real_logit, 5).mean(1), color=REAL, label="real")
    axes[2].plot(past.watched, smooth(past.fake_logit, 5).mean(1), color=FAKE, label="generated")
    axes[2].set(title="mean logit, all seeds", xlabel="step")
    axes[2].legend(fontsize=8)
    return axes


def curves(x: Any, lines: Mapping[str, Any], xlabel: str, ylabel: str,
           axes: Axes | None = None, **options: Any) -> Axes:
    """Curves over common abscissas.

    Parameters
    ----------
    x : array, shape (n,)
    lines : dict
        Label -> values, shape (n,).
    xlabel, ylabel : str
    axes : Axes, optional
        By default those of a new figure.
    **options
        For ``axes.plot``.
    """
    axes = panels(1, 2.8, 4.8)[0] if axes is None else axes
    for label, values in lines.items():
        axes.plot(x, values, label=label, **options)
    axes.set(xlabel=xlabel, ylabel=ylabel)
    axes.legend()
    return axes


def scores(scores: Scores) -> np.ndarray:
    """One panel per score: a dot per seed, the floor as a line and the control as a dashed one.

    Returns
    -------
    ndarray of Axes, one per score
    """
    axes = panels(len(scores), 2.5)
    for panel, (name, score) in zip(axes, scores.items(), strict=True):
        values = np.asarray(score.values)
        spread = np.linspace(-0.15, 0.15, len(values)) if len(values) > 1 else [0]
        panel.axhline(score.floor, color=REAL, label="real against real")
        panel.axhline(score.control, color="0.4", ls="--", label="collapsed")
        panel.plot(spread, values, "o", color=FAKE, label="a seed")
        panel.set(title=name.replace("_", " "), xticks=[], xlim=(-0.6, 0.6))
        panel.set_ylim(bottom=min(0, *values))
    axes[0].set_ylabel("score")
    axes[0].figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center",
                          ncols=3, fontsize=8)
    return axes
