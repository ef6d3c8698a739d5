"""What more training steps buy: a figure and a table from the stored runs."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from .. import plots
from .tables import stored

SCORES = {"heartbeats": ("discriminative", "sliced_wasserstein", "wide_share"),
          "modes": ("discriminative", "mode_coverage", "clean_share")}


def budgets(losses: Mapping[str, str], data: str = "heartbeats") -> pd.DataFrame:
    """Draw some losses' scores at each number of steps, and return their medians.

    Parameters
    ----------
    losses : dict
        Name in the table, such as "least_squares" -> what the legend says.
    data : {"heartbeats", "modes"}

    Returns
    -------
    DataFrame
        The median over the seeds, a row per loss and number of steps.

    Raises
    ------
    ValueError
        If there is no such loss in the table.
    """
    table = stored(f"budgets_{data}")
    unknown = set(losses) - set(table.loss)
    if unknown:
        raise ValueError(f"no stored runs of {min(unknown)!r}; choose from "
                         f"{', '.join(sorted(set(table.loss)))}")
    ticks = sorted(set(table.steps[table.loss.isin(losses)]))
    axes = plots.panels(len(SCORES[data]), 2.6)
    for panel, score in zip(axes, SCORES[data], strict=True):
        panel.axhline(table[f"{score}_floor"].iloc[0], color=plots.REAL, lw=1)
        panel.axhline(table[f"{score}_control"].iloc[0], color="0.4", lw=1, ls="--")
        for i, name in enumerate(losses):
            mine = table[table.loss == name]
            shift = 1.06 ** (i - (len(losses) - 1) / 2)  # so that dots do not hide each other
            panel.plot(mine.steps * shift, mine[score], ".", color=plots.COLOURS[i], ms=5)
            middle = mine.groupby("steps")[score].median()
            panel.plot(np.array(middle.index) * shift, middle, color=plots.COLOURS[i], lw=1.2)
        panel.set(xscale="log", xlabel="steps", title=score.replace("_", " "))
        panel.set_xticks(ticks, [f"{n:,}" for n in ticks], fontsize=8)
        panel.minorticks_off()
    for i, said in enumerate(losses.values()):
        axes[0].plot([], ".-", color=plots.COLOURS[i], label=said)
    axes[0].plot([], color=plots.REAL, lw=1, label="real against real")
    axes[0].plot([], color="0.4", lw=1, ls="--", label="collapsed")
    axes[0].set_ylabel("score")
    axes[0].figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center",
                          ncols=3, fontsize=8)
    chosen = table[table.loss.isin(losses)]
    return chosen.groupby(["loss", "steps"])[list(SCORES[data])].median().round(2)
