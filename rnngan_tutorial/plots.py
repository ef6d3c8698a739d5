"""Every figure of the book. Real and generated data keep their colours throughout."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from .data import Sequences
from .metrics import Scores, nearest_label
from .options import check_whole
from .run import Run

# Okabe and Ito's palette without its yellow, too pale on white, and with plum for its pink, which
# next to the green is the same grey to many. The two colours of data are for data alone.
REAL, FAKE = "#0072B2", "#D55E00"
COLOURS = ("#009E73", "#7A1F5C", "#E69F00", "#56B4E9", "#000000", "#777777", "#A6D96A", "#BBBBBB")
# Scores that end somewhere by themselves; the axis of another goes to some controls.
ENDS = {"discriminative": 0.5, "mode_coverage": 8.0}
CONTROLS_SHOWN = 2.5


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


def samples(run: Run, n: int = 40, seeds: int | None = None,
            feature: int | str = 0) -> np.ndarray:
    """What the seeds of a run generate, against the real series.

    Of data with two kinds, the series that look like the rarer one are dark, the others pale; the
    title of a panel says their share among those drawn, and the middle nine tenths of the real
    series lie behind them all. Of other data, real series have a panel of their own.

    Parameters
    ----------
    run : Run
        One that was loaded without its data has no real series to draw.
    n : int
        Series per panel.
    seeds : int, optional
        How many seeds: by default eight of data with two kinds, else three.
    feature : int or str
        Number or name of the feature that is drawn.

    Returns
    -------
    ndarray of Axes, one per panel
    """
    kinds = run.data.label_names if len(run.data) and run.data.labels is not None else ()
    seeds = (8 if len(kinds) == 2 else 3) if seeds is None else seeds
    check_whole("seeds", seeds, 1)
    made = dict(zip(run.seeds[:seeds], run.sample(n), strict=False))
    if len(kinds) == 2:
        return _two_kinds(run.data, made, feature)
    groups = {"real": run.data.values[:n]} if len(run.data) else {}
    colors = [REAL] * len(groups)
    groups |= {f"generated, seed {s}": v for s, v in made.items()}
    colors += [FAKE] * (len(groups) - len(colors))
    return series(run.data, groups, colors, n, feature)


def _two_kinds(data: Sequences, made: Mapping[int, np.ndarray], feature: int | str) -> np.ndarray:
    """A panel per seed, four in a row; the rarer kind dark over the middle of the real series."""
    i = data.feature_index(feature)
    rare = np.bincount(np.asarray(data.labels), minlength=2).argmin()
    low, high = np.quantile(data.to_units(data.values)[:, :, i], [0.05, 0.95], axis=0)
    rows, columns = -(-len(made) // 4), min(4, len(made))
    _, axes = plt.subplots(rows, columns, figsize=(7.2, 0.5 + 1.7 * rows), squeeze=False,
                           sharex=True, sharey=True)
    time, value = units_of(data, feature)
    for panel, (seed, values) in zip(axes.flat, made.items(), strict=False):
        panel.fill_between(np.arange(data.values.shape[1]) * data.step, low, high, color=REAL,
                           alpha=0.15, lw=0)
        dark = nearest_label(values, data) == rare
        draw(panel, data, values[~dark], FAKE, 0.2, feature)
        draw(panel, data, values[dark], FAKE, 0.9, feature)
        panel.set_title(f"seed {seed}: {dark.mean():.0%} {data.label_names[rare]}", fontsize=9)
    for panel in axes[-1]:
        panel.set_xlabel(time)
    for panel in axes[:, 0]:
        panel.set_ylabel(value)
    return axes.ravel()[:len(made)]


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
    """Losses and mean logits of both players over the steps: a pale line per seed, their median.

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
        panel.plot(steps, smooth(values, width), color="0.75", lw=1)
        panel.plot(steps, smooth(np.median(values, 1, keepdims=True), width), color="black")
        panel.set(title=title, xlabel="step", ylabel="loss" if panel is axes[0] else "")
    for values, color, label in ((past.real_logit, REAL, "real"),
                                 (past.fake_logit, FAKE, "generated")):
        line = smooth(values, 5).mean(1)
        axes[2].plot(past.watched, line, color=color, label=label)
        axes[2].annotate(label, (past.watched[-1], line[-1]), (-2, 5), color=color, ha="right",
                         textcoords="offset points", fontsize=8)
    axes[2].set(title="mean logit, all seeds", xlabel="step")
    axes[2].margins(y=0.15)
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

    A score has the same axis for every loss: a share to its end, a distance to two and a half
    times that of the control, unless a seed lies beyond.

    Returns
    -------
    ndarray of Axes, one per score
    """
    axes = panels(len(scores), 2.3)
    for panel, (name, score) in zip(axes, scores.items(), strict=True):
        values = np.asarray(score.values)
        spread = np.linspace(-0.15, 0.15, len(values)) if len(values) > 1 else [0]
        end = 1.0 if name.endswith("share") else ENDS.get(name, CONTROLS_SHOWN * score.control)
        panel.axhline(score.floor, color=REAL)
        panel.axhline(score.control, color="0.4", ls="--")
        panel.plot(spread, values, "o", color=FAKE)
        panel.set(title=titled(name), xticks=[], xlim=(-0.6, 0.6))
        panel.set_ylim(min(0, *values), 1.04 * max(end, score.floor, score.control, *values))
        for height, said, color in ((score.floor, "real", REAL),
                                    (score.control, "collapsed", "0.4")):
            panel.annotate(said, (0.6, height), (-1, 2), color=color, ha="right", fontsize=8,
                           textcoords="offset points")
    axes[0].set_ylabel("score, a dot per seed")
    return axes


def titled(name: str) -> str:
    """A score's name as a title: "sliced Wasserstein"; a long one in two lines."""
    words = name.replace("wasserstein", "Wasserstein").replace("_", " ")
    return words.replace(" ", "\n", 1) if len(words) > 18 else words
