"""The options of the command line, in tables: what each holds, how it is read and explained."""

import argparse
import ast
import hashlib
import json
import re
import tomllib
from collections.abc import Callable, Mapping
from inspect import signature
from pathlib import Path
from typing import Any

from .datasets import LOADERS
from .tables import from_csv
from .tables.csv_file import place_of
from .training import train

Read = Callable[[str], Any]
Table = Mapping[str, tuple[Read, str, str]]  # name -> how its text is read, metavar, help


# --- How the text of an option is read -----------------------------------------------------------

def place(text: str) -> Path:
    """A path, ~ resolved."""
    return Path(text).expanduser()


def names(text: str) -> list[str]:
    """Names between commas."""
    return [name.strip() for name in text.split(",")]


def numbers(text: str) -> list[int]:
    """Whole numbers between commas."""
    return [int(part) for part in text.split(",") if part.strip()]


def seeds(text: str) -> int | list[int]:
    """How many, or with a comma which."""
    return numbers(text) if "," in text else int(text)


def whole(text: str) -> bool | list[str]:
    """Names between commas, or all, or none."""
    return text == "all" if text in ("all", "none") else names(text)


def separator(text: str) -> str:
    r"""A separator, with \t and tab for what a shell gives badly."""
    return {"\\t": "\t", "tab": "\t"}.get(text, text)


def literal(text: str) -> Any:
    """A number, true or false, several of these between commas; else the text itself."""
    words = {"true": True, "false": False}
    try:
        return words[text] if text in words else ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def limits(text: str) -> list[float | None] | str:
    """min:max, either of which may be empty."""
    low, colon, high = text.partition(":")
    return [float(end) if end else None for end in (low, high)] if colon else text


class Pairs:
    """Reads KEY=VALUE; with `alone`, a text without = stands for all keys."""

    def __init__(self, read: Read = str, alone: bool = False) -> None:
        self.read, self.alone = read, alone

    def __call__(self, text: str) -> tuple[str, Any]:
        key, equals, value = text.partition("=")
        if not equals and not self.alone:
            raise argparse.ArgumentTypeError(f"{text!r} is no pair KEY=VALUE")
        try:
            return (key, self.read(value)) if equals else ("", text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} cannot be read") from None

    @staticmethod
    def collected(pairs: list[tuple[str, Any]]) -> Any:
        """The pairs as a dict, or the one text that stands for all."""
        alone = [text for key, text in pairs if not key]
        if alone and len(pairs) > 1:
            raise ValueError(f"{alone[0]!r} is for all columns; give it alone, or pairs COLUMN=...")
        return alone[0] if alone else dict(pairs)


# --- The tables ----------------------------------------------------------------------------------

PLACES: Table = {
    "data": (str, "FILE", f"a CSV file, or one of {', '.join(LOADERS)}"),
    "out": (str, "FOLDER", "folder of the run; the same command again goes on with it"),
}
READING: Table = {
    "length": (int, "T", "rows per series; needed but with --pad or --layout wide"),
    "stride": (int, "N", "rows from one start to the next; below T series overlap (default: T)"),
    "columns": (names, "A,B", "columns to learn (default: all that no other option names)"),
    "label": (str, "COLUMN", "column with each row's label; losses such as conditional learn it"),
    "recording": (str, "COLUMN", "column that says which recording (patient, machine) a row is "
                  "from; no series crosses from one to the next"),
    "time": (str, "COLUMN", "column with dates or numbers to sort by; no series crosses a gap"),
    "gap": (float, "X", "how many median steps of time make a gap"),
    "unit": (Pairs(alone=True), "COLUMN=UNIT", "units, or one for all"),
    "layout": (str, "long|wide", "wide: one row per series, one column per time step"),
    "scale": (Pairs(alone=True), "COLUMN=quantile", "scaled by quantiles, for heavy tails, rather "
              "than by the range; or one way for all"),
    "bounds": (Pairs(limits, alone=True), "COLUMN=MIN:MAX", "what generated values never leave, "
               "such as rain=0: for no negative ones; data: the range of the data"),
    "whole": (whole, "A,B", "columns to round, all or none (default: those without decimals)"),
    "missing": (str, "refuse|interpolate|drop", "what to do with missing values"),
    "pad": (bool, "", "learn shorter recordings too, and how long they are"),
}
CSV: Table = {
    "sep": (separator, "SEP", "what separates cells, such as ';' or tab"),
    "decimal": (str, "MARK", "decimal mark, such as ','"),
    "encoding": (str, "NAME", "such as latin-1 (default: utf-8)"),
    "pandas": (Pairs(literal), "KEY=VALUE", "other options of pandas.read_csv, such as comment=#"),
}
SPLITTING: Table = {
    "test_share": (float, "X", "share of the series that is held out for scores; 0 trains on all"),
    "split": (str, "group|time|random", "what is held out: whole recordings, the end of each, or "
              "any series (default: the first of these that the data allow)"),
}
TRAINING: Table = {
    "loss": (str, "NAME", "one of those that `rnngan losses` lists"),
    "option": (Pairs(literal), "KEY=VALUE", "options of the loss, such as weight=10"),
    "steps": (int, "N", "moves of the generator"),
    "seeds": (seeds, "N", "how many GANs are trained side by side, or with a comma which: 3,5"),
    "hidden": (int, "N", "width of the networks"),
    "batch": (int, "N", "series per batch (default: 32, or as many as there are)"),
    "latent": (numbers, "N,M", "channels of noise per series and per step (default: 4,2)"),
    "logits": (str, "series|steps", "what the discriminator gives a logit for"),
    "adam": (Pairs(literal), "KEY=VALUE", "Adam's settings to change, such as lr_generator=1e-3 "
             "betas=0,0.9 schedule=cosine"),
    "average": (float, "X", "sample from a moving average of the generator, with this decay"),
    "spectral_norm": (bool, "", "normalise the discriminator's matrices"),
    "device": (str, "NAME", "cpu, cuda or mps (default: the best there is)"),
    "threads": (int, "N", "CPU threads (default: 1, fastest for small networks)"),
    "snapshots": (numbers, "N,M", "steps at which generated series are kept"),
    "checkpoint_every": (int, "N", "steps between checkpoints"),
}
AGAIN: Table = {**{name: READING[name] for name in ("stride", "gap", "missing")}, **CSV}
TRAIN: Table = {**PLACES, **READING, **CSV, **SPLITTING, **TRAINING}
DEFAULTS: dict[str, Any] = {
    **{name: parameter.default for function in (from_csv, train)
       for name, parameter in signature(function).parameters.items() if name in TRAIN},
    "data": None, "out": None, "sep": None, "decimal": None, "encoding": None, "pandas": {},
    "test_share": 0.4, "split": None, "option": {}, "adam": {}}


# --- From the command line and a configuration file to settings ----------------------------------

def add(parser: argparse.ArgumentParser, title: str, table: Table) -> None:
    """Add a table's options to a parser. Those that are not given are None."""
    group = parser.add_argument_group(title)
    for name, (read, metavar, about) in table.items():
        default, flag = DEFAULTS[name], "--" + name.replace("_", "-")
        if not isinstance(default, bool) and default not in (None, "", (), {}):
            about += f" (default: {default})"
        if read is bool:
            group.add_argument(flag, action=argparse.BooleanOptionalAction, help=about)
        elif isinstance(read, Pairs):
            group.add_argument(flag, type=read, metavar=metavar, nargs="+", action="extend",
                               help=about)
        else:
            group.add_argument(flag, type=read, metavar=metavar, help=about)


def given(args: argparse.Namespace, table: Table) -> dict[str, Any]:
    """The options of a table that stand on the command line."""
    found = {name: getattr(args, name) for name in table if getattr(args, name) is not None}
    return {name: Pairs.collected(value) if isinstance(table[name][0], Pairs) else value
            for name, value in found.items()}


def configured(path: Path) -> dict[str, Any]:
    """The options of `train` in a TOML file; pairs are tables or inline tables there."""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is no TOML file: {error}") from None
    options = {name.replace("-", "_"): value for name, value in found.items()}
    for name, value in options.items():
        if name not in TRAIN:
            raise ValueError(f"{path} has an unknown key {name!r}; choose from {', '.join(TRAIN)}")
        read = TRAIN[name][0]
        if isinstance(read, Pairs) and not read.alone and not isinstance(value, dict):
            raise ValueError(f"{path}: {name} is {value!r}; it must be a table, [{name}]")
        if name in PLACES and not isinstance(value, str):
            raise ValueError(f"{path}: {name} is {value!r}; it must be a path between quotes")
    return options


def settings_of(options: Mapping[str, Any]) -> dict[str, Any]:
    """All settings of `train` as a file of JSON can hold them, the defaults filled in."""
    for name in PLACES:
        if not options.get(name):
            raise ValueError(f"--{name} is missing; {PLACES[name][2]}")
    if options["data"] in LOADERS:
        for name in (*READING, *CSV):
            if name in options:
                raise ValueError(f"--{name} is for CSV files; {options['data']} come as they are")
    settings = {"data": None, "data_sha256": None, **DEFAULTS, **options}
    if settings["data"] not in LOADERS:
        path = place_of(settings["data"]).resolve()
        with open(path, "rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        settings |= {"data": str(path), "data_sha256": digest}
    return json.loads(json.dumps(settings, default=str))


def pandas_options(settings: Mapping[str, Any]) -> dict[str, Any]:
    """How the CSV file is written, for pandas.read_csv."""
    named = {name: settings[name] for name in ("sep", "decimal", "encoding") if settings.get(name)}
    return {**named, **settings.get("pandas", {})}


def in_options(message: str) -> str:
    """A message of the package with the arguments, name=value, in the way of the command line."""
    def spelled(match: re.Match[str]) -> str:
        flag, value = "--" + match[1].replace("_", "-"), match[2]
        if value and value in "[{(":
            return match[0]
        return flag if value == "True" else flag + value if value in ",;." else f"{flag} {value}"

    return re.sub(rf"(?<![\w-])({'|'.join(TRAIN)})=(True\b|\S?)", spelled, message)
