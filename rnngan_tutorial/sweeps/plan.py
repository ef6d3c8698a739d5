"""What a sweep is to do: a plan, and the jobs that it comes to.

A job is a dict that JSON can hold; its id is a hash of it. So whatever a job depends on stands in
it, and a plan that is changed shares with the old one the jobs that are the same.
"""

import hashlib
import json
import random
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass, field, fields
from inspect import signature
from itertools import product
from pathlib import Path
from typing import Any

from ..adam import Adam
from ..datasets import LOADERS
from ..losses import REGISTRY
from ..metrics import SCORES
from ..options import check_number, check_whole

Job = dict[str, Any]
OF_ADAM = {field.name for field in fields(Adam)} - {"reason"}
OF_TRAINING = ("average", "batch", "hidden", "spectral_norm")
TUNING = 900_000  # the first seed of every search: far from those of the report


@dataclass(frozen=True)
class Search:
    """The same trials for every loss, on seeds and series that no reported score is taken on.

    Attributes
    ----------
    trials : int, or list of dict
        Settings tried with each loss. A list holds them; an empty one is the loss's own. Of so
        many, the first is the first value of everything, and the others are drawn at random,
        the same for all losses.
    seeds, steps : int
        Of each trial.
    values : dict
        What is varied -> its values: ``lr`` (of both players), a setting of `rt.Adam`, average,
        batch, hidden, spectral_norm, or an option of a loss such as ``gamma``. A loss that has no
        such option is trained without.
    """

    trials: int | list[dict[str, Any]] = 8
    seeds: int = 2
    steps: int = 1000
    values: dict[str, list[Any]] = field(default_factory=dict)

    def settings(self) -> list[dict[str, Any]]:
        """The setting of each trial."""
        if not isinstance(self.trials, int):
            return self.trials
        every = [dict(zip(self.values, chosen, strict=True))
                 for chosen in product(*self.values.values())]
        others = random.Random(0).sample(every[1:], min(self.trials, len(every)) - 1)
        return [every[0], *others]


@dataclass(frozen=True)
class Plan:
    """What is compared.

    Attributes
    ----------
    losses : dict
        What it is called -> ``{"loss": name in losses.REGISTRY, "option": {...}, ...}``, the rest
        settings as in `Search.values`; ``data`` names those that it can be trained on, if not all.
    data : dict
        What it is called -> ``{"name": one of the book's, "n": ..., "seed": ...}`` or ``{"file":
        CSV file, ...}`` with the arguments of `rt.from_csv`; ``split`` if not that of all.
    steps : list of int
        Budgets: moves of the generator after which the runs are scored.
    seeds, first_seed : int
        Of each run, reported one by one; and the first of them.
    search : Search or None
        Without one every loss has its own default settings.
    scores : list of str or None
        By default those that suit the data.
    parts : (float, float)
        Shares of the series to train on and to choose settings by; the rest is for the scores.
    split : str or None
        As `by` of `Sequences.split`.
    keep_runs : bool
        Keep every reported run as a file.
    longer : dict or None
        ``{"steps": ..., "losses": [...], "data": [...]}``: more steps for some, after all else.
    """

    losses: dict[str, dict[str, Any]]
    data: dict[str, dict[str, Any]]
    steps: list[int]
    seeds: int = 10
    first_seed: int = 0
    search: Search | None = None
    scores: list[str] | None = None
    parts: tuple[float, float] = (0.6, 0.2)
    split: str | None = None
    keep_runs: bool = False
    longer: dict[str, Any] | None = None

    def pairs(self) -> list[tuple[str, str]]:
        """(data, loss) of all that is compared, data by data."""
        return [(data, loss) for data in self.data for loss, own in self.losses.items()
                if data in own.get("data", self.data)]

    def budgets(self, data: str, loss: str) -> list[int]:
        """Numbers of steps after which a loss is scored."""
        more = self.longer or {"data": (), "losses": ()}
        there = data in more["data"] and loss in more["losses"]
        return sorted({*self.steps, *([more["steps"]] if there else ())})

    def searches(self) -> Iterator[Job]:
        """Jobs of the search. Trials are outside losses: any part of it is fair to all of them."""
        if self.search is not None:
            seeds = range(TUNING, TUNING + self.search.seeds)
            for name, setting in product(self.data, self.search.settings()):
                for data, loss in self.pairs():
                    if data == name:
                        yield self._job(data, loss, setting, self.search.steps, seeds,
                                        "validation")

    def reports(self, data: str, loss: str, setting: Mapping[str, Any]) -> list[Job]:
        """Jobs of the report, one for each budget."""
        seeds = range(self.first_seed, self.first_seed + self.seeds)
        return [self._job(data, loss, setting, steps, seeds, "test")
                for steps in self.budgets(data, loss)]

    def _job(self, data: str, loss: str, setting: Mapping[str, Any], steps: int,
             seeds: Sequence[int], on: str) -> Job:
        own = self.losses[loss]
        has = signature(REGISTRY[own["loss"]]).parameters
        option = {**{name: value for name, value in setting.items() if name in has},
                  **own.get("option", {})}
        rest = {name: value for name, value in setting.items()
                if name in OF_ADAM | {"lr", *OF_TRAINING}}
        rest |= {name: value for name, value in own.items()
                 if name not in ("loss", "option", "data")}
        series = dict(self.data[data])
        split = series.pop("split", self.split)
        job = {"data": series, "loss": own["loss"], "option": option, "setting": rest,
               "steps": steps, "seeds": list(seeds), "on": on, "scores": self.scores,
               "parts": list(self.parts), "split": split,
               "keep": self.keep_runs and on == "test"}
        # What the table calls them is no part of what is done.
        return {"id": id_of(job), "called": {"data": data, "loss": loss}, **job}

    def state(self) -> dict[str, Any]:
        """The plan as JSON can hold it."""
        return json.loads(json.dumps(asdict(self)))


def id_of(job: Mapping[str, Any], *without: str) -> str:
    """Sixteen hexadecimal digits that stand for what a job does."""
    kept = {name: value for name, value in job.items()
            if name not in ("id", "called", "device", "threads", *without)}
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:16]


def read_plan(plan: str | Path | Mapping[str, Any] | Plan) -> Plan:
    """A plan from a TOML file or a dict, checked.

    Raises
    ------
    ValueError
        If something is unknown, missing or out of range. One line says what and what would do.
    OSError
        If the file cannot be read.
    """
    if isinstance(plan, Plan):
        return plan
    place = "the plan"
    if not isinstance(plan, Mapping):
        place = str(plan)
        try:
            plan = tomllib.loads(Path(plan).expanduser().read_text(encoding="utf-8"))
        except ValueError as error:
            raise ValueError(f"{place} is no TOML file: {error}") from None
    found = deepcopy(dict(plan))  # the caller's stays as it is
    _known(place, found, [part.name for part in fields(Plan)], ("losses", "data", "steps"))
    if found.get("search") is not None:
        search = {name: found["search"].pop(name) for name in ("trials", "seeds", "steps")
                  if name in found["search"]} | {"values": dict(found["search"])}
        found["search"] = _checked_search(place, Search(**search))
    found["losses"] = {name: _loss(place, name, one) for name, one in _named(
        found["losses"], "loss").items()}
    found["data"] = {name: _data(place, name, one) for name, one in _named(
        found["data"], "name").items()}
    made = Plan(**found)
    for what, value in (("seeds", made.seeds), *(("steps", steps) for steps in made.steps)):
        check_whole(what, value, 1)
    check_whole("first_seed", made.first_seed, 0)
    for loss, own in made.losses.items():
        _known(f"{place}: data of [losses.{loss}]", dict.fromkeys(own.get("data", ())),
               list(made.data))
    if made.longer is not None:
        _check_longer(place, made)
    if not made.losses or not made.data or not made.steps:
        raise ValueError(f"{place} compares nothing: it needs losses, data and steps")
    for share in made.parts:
        check_number("parts", share, 0, 1, "two shares between 0 and 1 such as [0.6, 0.2]")
    if len(made.parts) != 2 or sum(made.parts) >= 1:
        raise ValueError(f"parts is {list(made.parts)}; it must be two shares that leave something "
                         f"for the scores, such as [0.6, 0.2]")
    return made


def _known(place: str, found: Mapping[str, Any], names: Sequence[str],
           needed: Sequence[str] = ()) -> None:
    for name in found:
        if name not in names:
            raise ValueError(f"{place} has an unknown key {name!r}; choose from "
                             f"{', '.join(names)}")
    for name in needed:
        if name not in found:
            raise ValueError(f"{place} has no {name!r}")


def _named(given: Any, key: str) -> dict[str, dict[str, Any]]:
    """Names alone, or a table of tables."""
    if isinstance(given, Mapping):
        return {name: {key: name, **one} if key == "loss" else dict(one)
                for name, one in given.items()}
    return {name: {key: name} for name in given}


def _loss(place: str, name: str, one: dict[str, Any]) -> dict[str, Any]:
    if one["loss"] not in REGISTRY:
        raise ValueError(f"{place}: there is no loss {one['loss']!r}; choose from "
                         f"{', '.join(REGISTRY)}")
    _known(f"{place}: [losses.{name}]", one, ["loss", "option", "data", "lr", *sorted(OF_ADAM),
                                              *OF_TRAINING])
    own = signature(REGISTRY[one["loss"]]).parameters
    _known(f"{place}: [losses.{name}.option]", one.get("option", {}), list(own))
    return one


def _data(place: str, name: str, one: dict[str, Any]) -> dict[str, Any]:
    if "file" in one:
        return one
    _known(f"{place}: [data.{name}]", one, ["name", "n", "seed", "split"])
    if one.setdefault("name", name) not in LOADERS:
        raise ValueError(f"{place}: there are no data {one['name']!r}; choose from "
                         f"{', '.join(LOADERS)}, or name a CSV file with file =")
    return one


def _check_longer(place: str, plan: Plan) -> None:
    more = plan.longer or {}
    keys = ("steps", "losses", "data")
    _known(f"{place}: [longer]", more, keys, keys)
    check_whole("steps of [longer]", more["steps"], max(plan.steps) + 1)
    _known(f"{place}: losses of [longer]", dict.fromkeys(more["losses"]), list(plan.losses))
    _known(f"{place}: data of [longer]", dict.fromkeys(more["data"]), list(plan.data))


def _checked_search(place: str, search: Search) -> Search:
    listed = search.trials if isinstance(search.trials, list) else None
    for what, value in (("trials", search.trials if listed is None else len(listed)),
                        ("seeds", search.seeds), ("steps", search.steps)):
        check_whole(f"{what} of the search", value, 1)
    options = {name for factory in REGISTRY.values() for name in signature(factory).parameters}
    known = ["lr", *sorted(OF_ADAM), *OF_TRAINING, *sorted(options)]
    for setting in (search.values, *(listed or ())):
        _known(f"{place}: [search]", setting, known)
    for name, values in search.values.items():
        if not isinstance(values, list) or not values:
            raise ValueError(f"{place}: {name} of the search is {values!r}; it must be a list of "
                             f"values to try")
    return search


def check_scores(plan: Plan) -> None:
    """Names of scores that no data could have are named before anything is trained."""
    for name in plan.scores or ():
        if name not in SCORES and not name.endswith("_share"):
            raise ValueError(f"there is no score {name!r}; choose from {', '.join(SCORES)}, or a "
                             f"label followed by _share")
