"""How the reader's table looked, so that generated series can be given back like it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

Column = str | int


@dataclass(frozen=True)
class Layout:
    """The columns of a table and what they are.

    Attributes
    ----------
    columns : tuple
        All columns, in the table's order.
    features : tuple
        Those with values, in the order of the features; in a wide table one per time step.
    recording, time, label : str or int, optional
        The columns that say what a row belongs to.
    dtypes : dict from column to str
    start, step : number; or str, a date and a frequency of pandas
        The first time in the table and the time between rows.
    wide : bool
        One row per series, not one per time step.
    padded : bool
        The last feature says how far each series goes: 1 on, 0 over.
    """

    columns: tuple[Column, ...]
    features: tuple[Column, ...]
    recording: Column | None = None
    time: Column | None = None
    label: Column | None = None
    dtypes: dict[Column, str] = field(default_factory=dict)
    start: Any = 0
    step: Any = 1
    wide: bool = False
    padded: bool = False

    @classmethod
    def plain(cls, features: Sequence[str], padded: bool = False) -> "Layout":
        """Columns series, step, the features and label, for series that came in no table."""
        series, step, label = (free(name, features) for name in ("series", "step", "label"))
        return cls((series, step, *features, label), tuple(features), series, step, label,
                   padded=padded)

    def frame(self, units: np.ndarray, labels: Sequence[str] | None) -> "pd.DataFrame":
        """A table of this layout with series (n, T, F) in units and the names of their labels.

        Recordings are numbered from 0. Without a recording column, series follow each other
        in time.
        """
        import pandas as pd

        n, length, _ = units.shape
        rows = np.arange(n) if self.wide else np.repeat(np.arange(n), length)
        flat = units[:, :, 0] if self.wide else units.reshape(n * length, -1)
        table: dict[Column, Any] = {name: _typed(flat[:, i], self.dtypes.get(name, "float64"))
                 for i, name in enumerate(self.features)}
        if self.recording is not None:
            table[self.recording] = rows
        if self.time is not None:
            alone = self.recording is None
            times = self._times(n * length if alone else length)
            table[self.time] = times if alone else times.take(np.tile(np.arange(length), n))
        if self.label is not None and labels is not None:
            table[self.label] = _named(np.array(labels, object)[rows], self.dtypes.get(self.label))
        made = pd.DataFrame({name: table[name] for name in self.columns if name in table})
        if self.padded:
            goes_on = np.cumprod(units[:, :, -1] >= 0.5, axis=1).astype(bool)
            made = made[goes_on.ravel()].reset_index(drop=True)
        return made

    def _times(self, many: int) -> "pd.Index":
        import pandas as pd

        if isinstance(self.step, str):
            return pd.date_range(self.start, periods=many, freq=self.step)
        return pd.Index(self.start + self.step * np.arange(many))


def free(name: str, taken: Sequence[str]) -> str:
    """The name, with underscores behind it until no feature has it."""
    while name in taken:
        name += "_"
    return name


def _typed(column: np.ndarray, dtype: Any) -> "pd.Series | np.ndarray":
    """Numbers in the dtype that the reader's column had, as far as it can hold them."""
    import pandas as pd

    low = dtype.lower()
    if low.startswith("bool"):
        return pd.Series(column >= 0.5).astype(dtype)
    if low.startswith(("int", "uint")) and np.isfinite(column).all():
        span = np.iinfo(low)
        column = np.clip(np.round(column), span.min, span.max)
    elif not low.startswith("float"):
        return column
    return pd.Series(column).astype(dtype)


def _named(labels: np.ndarray, dtype: str | None) -> np.ndarray:
    """Names of labels in the dtype that the reader's column had: numbers again numbers."""
    if dtype == "bool":
        return labels == "True"
    if dtype is not None and dtype.lower().startswith(("int", "uint", "float")):
        return labels.astype(dtype.lower())
    return labels
