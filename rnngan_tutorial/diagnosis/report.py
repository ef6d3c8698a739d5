"""What the signs say of a run: a list of findings, and the tables that show it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from ..data import Sequences
from .case import Case, Unknown
from .signs import SIGNS, Sign

if TYPE_CHECKING:
    from ..run import Run


@dataclass(frozen=True)
class Finding:
    """What one sign says of one run.

    Attributes
    ----------
    sign : Sign
    values : ndarray, shape (S,)
        Its number for each seed.
    seeds : tuple of int
        Those that it finds sick.
    """

    sign: Sign
    values: np.ndarray
    seeds: tuple[int, ...]

    @property
    def measured(self) -> str:
        """The number, or the lowest and the highest of the sick seeds; of all if none is sick."""
        sick = self.sign.accuses(self.values)
        values = self.values[sick] if sick.any() else self.values
        low, high = (f"{value:.3g}" for value in (values.min(), values.max()))
        return low if low == high else f"{low} to {high}"


@dataclass(repr=False)
class Diagnosis:
    """What was looked at in a run, and what was found: a table, and a list of findings.

    ``len`` of it is the number of diseases found, and it runs over their findings.

    Attributes
    ----------
    run : str
        Which run.
    looked_at : list of Finding
        Every sign that could be read, whether it finds something or not.
    not_looked_at : dict from str to str
        Name of each other sign -> why it could not be read.
    """

    run: str
    looked_at: list[Finding] = field(default_factory=list)
    not_looked_at: dict[str, str] = field(default_factory=dict)

    @property
    def findings(self) -> list[Finding]:
        """The signs by which at least one seed is sick."""
        return [finding for finding in self.looked_at if finding.seeds]

    @property
    def names(self) -> list[str]:
        """The names of the diseases that were found."""
        return [finding.sign.name for finding in self.findings]

    @property
    def numbers(self) -> dict[str, np.ndarray]:
        """Name of each sign that was read -> its number for each seed, (S,)."""
        return {finding.sign.name: finding.values for finding in self.looked_at}

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __len__(self) -> int:
        return len(self.findings)

    def _headline(self) -> str:
        return f"{self.run}: {', '.join(self.names) or 'nothing'} found"

    def __str__(self) -> str:
        lines = [self._headline()]
        for f in self.findings:
            seeds = f"seed{'s' * (len(f.seeds) > 1)} {', '.join(map(str, f.seeds))}"
            lines += ["", f"{f.sign.name.upper()} ({seeds})",
                      f"  measured: {f.measured}, sick {f.sign.limit}. {f.sign.about}",
                      f"  likely cause: {f.sign.cause}", f"  try first: {f.sign.cure}"]
        fine = [f"{f.sign.name} ({f.measured}, sick {f.sign.limit})" for f in self.looked_at
                if not f.seeds]
        missing = [f"{name} ({why})" for name, why in self.not_looked_at.items()]
        for head, parts in (("looked at, and not found", fine), ("not looked at", missing)):
            lines += ["", f"{head}:", *(f"  {part}" for part in parts)] if parts else []
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        head = ("disease", "seeds", "measured", "sick", "what is measured", "likely cause",
                "try first")
        rows = [[f.sign.name, ", ".join(map(str, f.seeds)) or "none", f.measured, f.sign.limit,
                 f.sign.about, *((f.sign.cause, f.sign.cure) if f.seeds else ("", ""))]
                for f in sorted(self.looked_at, key=lambda f: not f.seeds)]
        rows += [[name, "not looked at", "", "", why, "", ""]
                 for name, why in self.not_looked_at.items()]
        table = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>"
                        for row in rows)
        titles = "".join(f"<th>{cell}</th>" for cell in head)
        return (f"<p><b>{escape(self._headline())}</b></p>"
                f"<table><tr>{titles}</tr>{table}</table>")


def diagnose(run: Run, test: Sequences | None = None) -> Diagnosis:
    """Read every sign of a run: what `Run.diagnose` does.

    Raises
    ------
    TypeError, ValueError
        If `test` is no Sequences, or has other series than the run.
    """
    if not isinstance(test, Sequences | None):
        raise TypeError(f"test is {type(test).__name__}; it must be Sequences, such as the second "
                        f"part of data.split()")
    if test is not None and (test.shape[1:] != run.data.shape[1:] or not len(test)):
        raise ValueError(f"test has {len(test)} series of {test.shape[1:]} (time steps, features); "
                         f"it must have some of {run.data.shape[1:]}, as the run has")
    case, diagnosis = Case(run, test), Diagnosis(repr(run))
    for sign in SIGNS:
        try:
            values = np.broadcast_to(np.asarray(sign.read(case), float), len(run.seeds))
        except Unknown as why:
            diagnosis.not_looked_at[sign.name] = str(why)
            continue
        seeds = tuple(seed for seed, sick in zip(run.seeds, sign.accuses(values), strict=True)
                      if sick)
        diagnosis.looked_at.append(Finding(sign, values, seeds))
    return diagnosis
