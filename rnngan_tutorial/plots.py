"""Every figure of the book. Real and generated data keep their colours throughout."""

import matplotlib.pyplot as plt
import numpy as np

# Okabe and Ito's palette, told apart in all common forms of colour blindness.
REAL, FAKE = "#0072B2", "#D55E00"
COLOURS = ("#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#F0E442", "#0072B2",
           "#D55E00")


def use_style():
    """Set matplotlib's defaults to those of the book."""
    plt.rcParams.update({
        "figure.dpi": 100, "savefig.dpi": 100, "figure.constrained_layout.use": True,
        "font.size": 10, "axes.titlesize": 10, "axes.spines.top": False,
        "axes.spines.right": False, "axes.grid": True, "grid.color": "0.92",
        "axes.axisbelow": True, "legend.frameon": False, "lines.linewidth": 1.5,
        "axes.prop_cycle": plt.cycler(color=COLOURS)})


def panels(n, height=2.2, width=7.2, **options):
    """A figure with `n` panels side by side; returns the axes as a flat array."""
    _, axes = plt.subplots(1, n, figsize=(width, height), squeeze=False, **options)
    return axes[0]


def units_of(data):
    """Labels of the time axis and of the value axis of `data`."""
    name = data.feature_names[0] if data.feature_names else "value"
    value = f"{name} ({data.unit})" if data.unit else name
    return f"time ({data.step_unit})" if data.step_unit else "time step", value


def draw(axes, data, values, color, alpha=None, feature=0):
    """Draw scaled series (n, T, F) of `data` into one panel, in the data's own units."""
    values = data.to_units(np.asarray(values))
    time = np.arange(values.shape[1]) * data.step
    alpha = alpha or min(1, max(0.15, 6 / len(values)))
    axes.plot(time, values[:, :, feature].T, color=color, alpha=alpha, lw=1)


def series(data, groups, colors=None, n=40, feature=0, height=2.2):
    """Panels of overlaid series, one per entry of ``groups``: title -> (N, T, F)."""
    axes = panels(len(groups), height, sharey=True)
    colors = colors or [FAKE] * len(groups)
    for panel, (title, values), color in zip(axes, groups.items(), colors, strict=True):
        draw(panel, data, values[:n], color, feature=feature)
        panel.set_title(title)
        panel.set_xlabel(units_of(data)[0])
    axes[0].set_ylabel(units_of(data)[1])
    return axes


def samples(run, n=40, seeds=3, feature=0):
    """Real series beside those that the first `seeds` seeds of a run generate."""
    made = run.sample(n)
    groups = {"real": run.data.values[:n]}
    groups |= {f"generated, seed {s}": v for s, v in zip(run.seeds[:seeds], made, strict=False)}
    return series(run.data, groups, [REAL] + [FAKE] * (len(groups) - 1), n, feature)


def snapshots(run, seed=0, n=30, feature=0):
    """What one seed generates from the same noise at successive steps of training."""
    groups = {f"step {step}": v[seed] for step, v in sorted(run.snapshots.items())}
    return series(run.data, groups, n=n, feature=feature)


def smooth(values, width):
    """Moving average over the first axis, shorter at the start."""
    total = np.cumsum(values, 0)
    total[width:] = total[width:] - total[:-width]
    counts = np.minimum(np.arange(1, len(values) + 1), width)
    return total / counts[:, None]


def history(run, width=25):
    """Losses and mean logits of both players over the steps, one line per seed."""
    past, axes = run.history, panels(3, 2.4)
    steps = np.arange(len(past.generator))
    for panel, values, title in ((axes[0], past.discriminator, "discriminator's loss"),
                                 (axes[1], past.generator, "generator's loss")):
        panel.plot(steps, smooth(values, width), lw=1)
        panel.set(title=title, xlabel="step", ylabel="loss" if panel is axes[0] else "")
    axes[2].plot(past.watched, smooth(past.real_score, 5).mean(1), color=REAL, label="real")
    axes[2].plot(past.watched, smooth(past.fake_score, 5).mean(1), color=FAKE, label="generated")
    axes[2].set(title="mean logit, all seeds", xlabel="step")
    axes[2].legend(fontsize=8)
    return axes


def curves(x, lines, xlabel, ylabel, axes=None, **options):
    """Curves over a common `x`, from a dict label -> values."""
    axes = panels(1, 2.8, 4.8)[0] if axes is None else axes
    for label, values in lines.items():
        axes.plot(x, values, label=label, **options)
    axes.set(xlabel=xlabel, ylabel=ylabel)
    axes.legend()
    return axes


def scores(scores):
    """One panel per score: a dot per seed, the floor as a line and the control as a dashed one."""
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
