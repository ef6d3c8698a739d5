"""The results file as a table: each paper's number of the same generators, side by side."""

import numpy as np
import pandas as pd

from .diffusion import REPEATS, interval
from .timegan import coin, score


def papers(table: pd.DataFrame) -> pd.DataFrame:
    """One row per generator: what TimeGAN and what Diffusion-TS would print of it.

    Parameters
    ----------
    table : DataFrame
        Rows of one data set, as the results file has them.

    Returns
    -------
    DataFrame
        ``timegan``: the mean of all repeats. ``diffusion_ts`` and ``half_width``: of the first
        five. ``bias``: abs(mean accuracy - 1/2), what is left without the absolute value of each
        repeat. ``coin``: what a judge that knows nothing would score.
    """
    kept, found = ["n", "judged", "seed", "steps", "against"], []
    for (name, *key), part in table.groupby(["score", *kept], sort=False):
        values = part.sort_values("repeat")["value"].to_numpy(float)
        if name in ("mmd2", "tstr"):
            continue
        row = {"score": name, **dict(zip(kept, key))}
        each = np.abs(values - 0.5) if name == "accuracy" else values
        row["timegan"] = score(values) if name == "accuracy" else values.mean()
        row["diffusion_ts"], row["half_width"] = interval(each[:REPEATS])
        if name == "accuracy":
            row["bias"] = abs(values.mean() - 0.5)
            row["coin"] = coin(2 * (row["n"] - int(0.8 * row["n"])))
        found.append(row)
    return pd.DataFrame(found)


def choosing(table: pd.DataFrame) -> pd.DataFrame:
    """What choosing the checkpoint by the judge adds, per training seed of a run.

    Returns
    -------
    DataFrame
        ``last``: the score of the last checkpoint; ``chosen``: the lowest of all, as it was chosen;
        ``chosen_again``: of the same checkpoint by fresh judges, against series that it never
        saw; ``last_again``: likewise of the last.
    """
    found, of = [], papers(table)
    of = of[(of.score == "accuracy") & (of.steps > 0)] if len(of) else of
    for (judged, seed), part in of.groupby(["judged", "seed"], sort=False) if len(of) else ():
        by_step = part[part.against == "trained on"].set_index("steps")["timegan"]
        again = part[part.against == "fresh"].set_index("steps")["timegan"]
        best, last = by_step.idxmin(), by_step.index.max()
        found.append({"judged": judged, "seed": seed, "last": by_step[last], "best step": best,
                      "chosen": by_step[best], "chosen_again": again.get(best, np.nan),
                      "last_again": again.get(last, np.nan)})
    return pd.DataFrame(found)


def chosen_by_validation(table: pd.DataFrame) -> pd.DataFrame:
    """RGAN's choice: per seed the checkpoint that validation prefers, and its test value.

    ``mmd2`` is chosen small; of ``tstr``, whose repeats are accuracy and weighted F1, the F1 is
    chosen large and the accuracy is given. ``best_test`` is what choosing on test would give.
    """
    found = []
    for name, by, of, sign in (("mmd2", 0, 0, 1), ("tstr", 1, 0, -1)):
        part = table[(table.score == name) & (table.judged != "real")]
        for (judged, seed), rows in part.groupby(["judged", "seed"], sort=False):
            steps = rows.pivot_table(index="steps", columns=["against", "repeat"], values="value")
            best = (sign * steps["validation"][by]).idxmin()
            found.append({"score": name, "judged": judged, "seed": seed, "step": best,
                          "test": steps.loc[best, ("test", of)],
                          "best_test": sign * (sign * steps["test"][of]).min()})
    return pd.DataFrame(found)


def report(table: pd.DataFrame) -> str:
    """All three as text."""
    return "\n\n".join(part.to_string(index=False, float_format="{:.4f}".format)
                       for part in (papers(table), choosing(table), chosen_by_validation(table))
                       if len(part))
