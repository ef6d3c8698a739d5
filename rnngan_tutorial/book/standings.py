"""Rankings of the comparison of the losses, in tables and figures."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from .. import plots
from .comparison import ALONE, MOST, Comparison
from .ranking import Scores, holm, improvement, interquartile_mean, interval, luck, ranks
from .tables import stored

PENALISED = ("bce_gp", "conditional_r1r2", "nonsaturating_r1r2", "r3gan", "wasserstein_gp")
KINDS = {"no game": plots.COLOURS[0], "a penalty on slopes": plots.COLOURS[1],
         "none": plots.COLOURS[2]}
LEGEND = {"no game": "no game", "a penalty on slopes": "game, a penalty on slopes",
          "none": "game without a penalty"}
CONTROLS = {"collapse": "one series for ever", "noise": "white noise",
            "untrained": "untrained network", "gaussian": "a Gaussian",
            "bootstrap": "jittered copies"}

# The settings of benchmarks/recipe.py: betas, whether averaged, and rates that are not 3e-3.
RECIPE = {"first edition": "0.5/0.9, no average",
          "first edition, averaged": "0.5/0.9, average",
          "averaged": "0/0.99, average", "cooled": "0/0.99, average, cosine",
          "bold, with memory": "0.9/0.999, average, 6e-3"}
# (rate, first beta): Radford et al. 2016, section 4; Gulrajani et al. 2017, algorithm 1; Kingma and
# Ba 2015, algorithm 1.
PUBLISHED = {"DCGAN": (2e-4, 0.5), "WGAN-GP": (1e-4, 0.0), "Adam's default": (1e-3, 0.9)}


def kind(loss: str) -> str:
    """Whether a loss plays no game, or one with or without a penalty on slopes."""
    return "no game" if loss in ALONE else "a penalty on slopes" if loss in PENALISED else "none"


def listed(names: Iterable[str]) -> str:
    """Names in a sentence, as Markdown has code."""
    *most, last = [f"`{name}`" for name in names] or ["none"]
    return f"{', '.join(most)} and {last}" if most else last


def apart(scores: Mapping[str, Scores], level: float = 0.05) -> set[frozenset[str]]:
    """Pairs of losses that differ by more than luck, all pairs counted (ranking.luck and holm)."""
    names = list(scores)
    pairs = {frozenset((a, b)): luck(scores[a], scores[b]) for i, a in enumerate(names)
             for b in names[i + 1:] if set(scores[a]) & set(scores[b])}
    return {pair for pair, chance in holm(pairs).items() if chance <= level}


def shared(scores: Mapping[str, Scores]) -> dict[str, Scores]:
    """The same on those data sets that all losses have: on others the ways are others."""
    common = set.intersection(*(set(own) for own in scores.values()))
    return {loss: {data: own[data] for data in own if data in common}
            for loss, own in scores.items()} if common else dict(scores)


def middle(scores: Mapping[str, Scores]) -> dict[str, float]:
    """Loss -> interquartile mean of its seeds on the data that all losses have, best first."""
    found = {loss: interquartile_mean(list(own.values())) for loss, own in shared(scores).items()}
    return dict(sorted(found.items(), key=lambda item: item[1]))


def not_apart(scores: Mapping[str, Scores]) -> list[str]:
    """The losses that luck alone might put behind the best, best first."""
    best, *others = middle(scores)
    pairs = apart(scores)
    return [loss for loss in others if frozenset((best, loss)) not in pairs]


def ranking(found: Comparison, steps: int, rival: str = "bce") -> pd.DataFrame:
    """A row per loss, best first.

    Returns
    -------
    DataFrame
        ``way``: interquartile mean, from real data (0) to one series for ever (1), with its
        interval, on the data that all losses have; the others, on all that those compared have:
        ``rank``: the mean one; ``beats``: probability that a seed beats one of `rival`; ``apart``:
        whether luck does not explain its distance from the best; ``data sets``, if some have fewer.
    """
    scores = found.scores(steps)
    place, pairs = ranks(scores), apart(scores)
    best = next(iter(middle(scores)))
    rows = {}
    for loss, value in middle(scores).items():
        own = scores[loss]
        low, high = interval(interquartile_mean, shared(scores)[loss])
        common = [data for data in own if data in scores.get(rival, {})]
        better = improvement([own[data] for data in common],
                             [scores[rival][data] for data in common]) if common else np.nan
        rows[loss] = {"way": f"{value:.2f} ({low:.2f}–{high:.2f})", "rank": f"{place[loss]:.1f}",
                      f"beats {rival}": f"{better:.2f}" if loss != rival else "",
                      "apart": "" if loss == best else
                      "yes" if frozenset((best, loss)) in pairs else "no",
                      "data sets": len(own)}
    table = pd.DataFrame(rows).T
    return table if table["data sets"].nunique() > 1 else table.drop(columns="data sets")


def markdown(table: pd.DataFrame, head: str = "loss") -> str:
    """A table in Markdown, its rows named by losses."""
    lines = [[head, *map(str, table)], ["---"] * (table.shape[1] + 1)]
    for name, row in zip(table.index, table.to_numpy(), strict=True):
        lines.append([f"`{name}`", *(f"{x:.2f}" if isinstance(x, float) else str(x) for x in row)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def every_seed(found: Comparison, steps: int) -> np.ndarray:
    """Draw every seed of every loss, and what knows nothing: a panel per data set.

    Filled dots are after so many steps, open ones after the budget before it where that is there.
    """
    scores = found.scores(steps)
    losses, data = list(middle(scores)), [name for name, at in found.stages() if at == steps]
    before = [at for at in found.steps if at < steps and all((name, at) in found.stages()
                                                             for name in data)]
    last = [name for name in CONTROLS if name in found.controls(data[0])]
    axes = plots.panels(len(data), 0.9 + 0.21 * (len(losses) + len(last)), sharey=True)
    for panel, name in zip(axes, data, strict=True):
        rows = found.ways(name, steps)
        if before:
            for loss, values in found.ways(name, before[-1]).items():
                panel.plot(values, np.full(len(values), losses.index(loss) + 0.2), "o", ms=3.5,
                           mfc="none", mec=plots.FAKE, mew=0.7, alpha=0.7)
        for loss, values in rows.items():
            _row(panel, losses.index(loss) - 0.12, values, plots.FAKE)
        for i, control in enumerate(last):
            _row(panel, len(losses) + i + 0.3, found.controls(name)[control], "0.45")
        panel.axvline(0, color=plots.REAL, lw=1.2)
        panel.axvline(1, color="0.4", lw=1, ls="--")
        panel.axhline(len(losses) - 0.35, color="0.8", lw=0.8)
        for loss in set(losses) - set(rows):
            panel.text(1, losses.index(loss), "not applicable", fontsize=7, color="0.45",
                       ha="center", va="center")
        panel.set(title=name, xlim=(-0.04, MOST + 0.04), xlabel="way")
    axes[0].set_yticks([*range(len(losses)), *(len(losses) + i + 0.3 for i in range(len(last)))],
                       [*losses, *(CONTROLS[name] for name in last)], fontsize=8)
    axes[0].set_ylim(len(losses) + len(last), -0.7)
    if len(data) == 1:
        axes[0].set_xlabel("way from real data (0) to one series for ever (1), mean of the scores")
    return axes


def _row(panel: Axes, at: float, values: np.ndarray, colour: str) -> None:
    panel.plot(values, np.full(len(values), at), "o", ms=4, color=colour, alpha=0.75, mew=0)
    panel.plot([np.median(values)] * 2, [at - 0.28, at + 0.28], color="black", lw=1.6)


def paths(found: Comparison, data: str) -> dict[str, list[tuple[int, float, float]]]:
    """Loss -> (steps, seconds of a seed, median way) of each of its budgets."""
    seconds = found.seconds(data)
    more = [found.longer["steps"]] if found.longer else []
    made: dict[str, list[tuple[int, float, float]]] = {}
    for steps in (*found.steps, *more):
        for loss, values in found.ways(data, steps).items():
            if np.isfinite(spent := seconds.get(loss, {}).get(steps, np.nan)):
                made.setdefault(loss, []).append((steps, float(spent), float(np.median(values))))
    return made


def front(found: Comparison, data: str) -> list[tuple[str, int]]:
    """(loss, steps) nearer than one series for ever that nothing as cheap beats, cheapest first."""
    points = sorted((seconds, way, loss, steps) for loss, own in paths(found, data).items()
                    for steps, seconds, way in own)
    kept: list[tuple[str, int]] = []
    least = 1.0
    for _, way, loss, steps in points:
        if way < least:
            kept.append((loss, steps))
            least = way
    return kept


def by_cost(found: Comparison, data: str) -> Axes:
    """Draw the median way against seconds of training: a line per loss, a dot per budget."""
    panel = plots.panels(1, 3.6)[0]
    best, own = front(found, data), paths(found, data)
    for loss, path in own.items():
        steps, seconds, values = zip(*path, strict=True)
        panel.plot(seconds, values, "-", color=KINDS[kind(loss)], lw=0.7, alpha=0.6)
        for at, x, y in path:
            on = (loss, at) in best
            panel.plot(x, y, "o", ms=6 if on else 3, color=KINDS[kind(loss)])
            if on:
                panel.annotate(loss, (x, y), (0, -11), textcoords="offset points", fontsize=8,
                               ha="center")
    for name, seeds in found.controls(data).items():
        if name in ("collapse", "gaussian"):
            panel.axhline(np.median(seeds), color="0.4", lw=1, ls="--")
            panel.annotate(CONTROLS[name], (0, np.median(seeds)), (3, 2), fontsize=8, ha="left",
                           xycoords=("axes fraction", "data"), textcoords="offset points")
    for name, colour in KINDS.items():
        panel.plot([], [], "o-", color=colour, label=LEGEND[name])
    panel.axhline(0, color=plots.REAL, lw=1.2)
    panel.set(xscale="log", ylim=(-0.05, 1.6), xlabel="seconds of one seed", title=data,
              ylabel="way from real data (0)\nto one series for ever (1)")
    panel.xaxis.set_major_formatter("{x:g}")
    panel.legend(fontsize=8, loc="upper right")
    return panel


def levers(found: Comparison) -> pd.DataFrame:
    """What each setting of the search does for each loss.

    Returns
    -------
    DataFrame
        A row per loss, a column per setting. Of the sweep: the way, a mean over the data sets whose
        search is done. Without it: the median judge of two seeds, of the search that found the
        package's settings (benchmarks/recipe.py).
    """
    searched = found.searched()
    if not searched:
        table = stored("recipe_heartbeats")
        pivot = table.groupby(["loss", "setting"], sort=False).discriminative.median().unstack()
        return pivot[list(RECIPE)].rename(columns=RECIPE).round(2)
    names = [", ".join(f"{key} {_value(value)}" for key, value in trial.items()) or "its own"
             for trial in found.trials]
    rows: dict[str, list[list[float]]] = {}
    for (_, loss), values in searched.items():
        rows.setdefault(loss, []).append(values)
    return pd.DataFrame({loss: np.mean(values, 0) for loss, values in rows.items()},
                        index=names).T.round(2)


def chosen(found: Comparison) -> list[tuple[str, float, float]]:
    """(loss, learning rate, first beta) of the best setting tried, once for each data set."""
    if not (searched := found.searched()):
        names = {loss: str(name) for loss, name in levers(found).idxmin(axis=1).items()}
        return [(str(loss), 6e-3 if "6e-3" in name else 3e-3, float(name.split("/")[0]))
                for loss, name in names.items()]
    places = []
    for (_, loss), values in searched.items():
        trial, alone = found.trials[int(np.argmin(values))], loss in ALONE
        places.append((loss, float(trial.get("lr", 6e-3 if alone else 3e-3)),
                       float(trial.get("betas", [0.9 if alone else 0.0])[0])))
    return places


def adam_map(found: Comparison) -> Axes:
    """Draw where in learning rate and first beta the best tried setting of each loss lies."""
    panel, there = plots.panels(1, 2.8)[0], dict[tuple[float, float], int]()
    for loss, rate, beta in chosen(found):
        k = there[rate, beta] = there.get((rate, beta), -1) + 1
        angle, far = 2.4 * k, 0.022 * k ** 0.5  # side by side, as seeds in a sunflower
        panel.plot(rate * np.exp(1.7 * far * np.cos(angle)), beta + far * np.sin(angle), "o",
                   ms=4.5, color=KINDS[kind(loss)], mew=0)
    for name, (rate, beta) in PUBLISHED.items():
        panel.plot(rate, beta, "x", ms=8, mew=2, color="black")
        panel.annotate(name, (rate, beta), (8, -3), textcoords="offset points", fontsize=8)
    for name, colour in KINDS.items():
        panel.plot([], [], "o", color=colour, label=LEGEND[name])
    panel.plot([], [], "x", mew=2, color="black", label="published")
    panel.set(xscale="log", xlim=(5e-5, 1.5e-2), ylim=(-0.15, 1.05), xlabel="learning rate",
              ylabel="first beta")
    panel.legend(fontsize=8, loc="upper left")
    return panel


def _value(value: object) -> str:
    return "/".join(f"{part:g}" for part in value) if isinstance(value, list) else f"{value:g}"
