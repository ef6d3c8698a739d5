"""The command line: train on a CSV file, sample in its units, score, list the losses."""

import argparse
import csv
import io
import os
import re
import sys
import warnings
from collections.abc import Mapping
from contextlib import nullcontext, redirect_stderr
from inspect import signature
from pathlib import Path
from typing import Any, NoReturn, TextIO

from . import __version__, losses
from . import cli_folder as files
from . import cli_options as options
from .adam import resolve
from .cli_options import add, given
from .data import Sequences
from .datasets import LOADERS, load
from .metrics import score
from .metrics.inputs import FEWEST
from .networks import Latent
from .run import Diverged
from .sweeps import sweep
from .tables import from_csv
from .training import train

EXAMPLES = """
examples:
  rnngan losses
  rnngan train --data pump.csv --length 48 --loss wasserstein_gp --out run
  rnngan train --data pump.csv --sep ';' --time date --recording unit --length 48 --out run
  rnngan score --run run --choose-best
  rnngan sample --run run --n 100 --out samples.csv
  rnngan sweep plan.toml --out comparison --workers 4

The CSV file has a header and one row per time step. Training cuts it into series and holds a
part of them out for the scores. The folder of the run gets checkpoint.pt, run.rnngan (all that
sampling needs, without your series), trained_on.npz and held_out.npz (your series, in their
units), history.csv and settings.json. After Ctrl-C, a kill or a power cut the same command goes
on from where it was; with larger --steps it goes on from the end. `python -m rnngan_tutorial`
is the same as `rnngan`.
"""


class Parser(argparse.ArgumentParser):
    """One whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        """Leave with exit code 2."""
        self.exit(2, f"error: {message}; {self.prog} --help says more\n")


def parser() -> Parser:
    """What the command line takes."""
    style: dict[str, Any] = {"epilog": EXAMPLES, "allow_abbrev": False,
                             "formatter_class": argparse.RawDescriptionHelpFormatter}
    top = Parser(prog="rnngan", **style, description="Train a small recurrent GAN on your "
                 "sequences, with the loss of your choice.")
    top.add_argument("--version", action="version", version=f"rnngan_tutorial {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, needed: str, help: str) -> Parser:
        usage = f"rnngan {name} {needed}[options]" if needed else None
        return commands.add_parser(name, usage=usage, help=help, description=help, **style)

    one = command("train", "--data FILE --out FOLDER ",
                  "train on a CSV file or on one of the book's data sets")
    one.add_argument("--config", type=options.place, metavar="FILE.toml", help="a file with any of "
                     "these options, such as length = 48 or adam = {betas = [0, 0.9]}; what stands "
                     "on the command line wins")
    add(one, "files", options.PLACES)
    add(one, "reading the data", options.READING)
    add(one, "the form of the CSV file", options.CSV)
    add(one, "what is held out", options.SPLITTING)
    add(one, "training", options.TRAINING)

    def of_a_run(one: Parser, out: str, needed: bool) -> None:
        one.add_argument("--run", required=True, type=options.place, metavar="FOLDER",
                         help=f"what train wrote, or its {files.RUN} alone")
        one.add_argument("--out", required=needed, type=options.place, metavar="FILE", help=out)
        one.add_argument("--force", action="store_true", help="replace that file if it is there")

    one = command("sample", "--run FOLDER --out FILE ",
                  "write generated series as a CSV file like the one that was trained on")
    of_a_run(one, "CSV file to write", needed=True)
    one.add_argument("--n", type=int, default=100, help="how many series (default: 100)")
    one.add_argument("--seed", type=int, help="which of the trained GANs (default: the first that "
                     "did not diverge; score --choose-best names the best)")
    one.add_argument("--noise", type=int, default=0, help="another number gives other series "
                     "(default: 0)")
    one.add_argument("--label", help="only series with this label")
    add(one, "the form of the CSV file (default: as in training)", options.CSV)

    one = command("score", "--run FOLDER ",
                  "print the scores of a run against series that it has not seen")
    of_a_run(one, "write the scores as a CSV file too", needed=False)
    one.add_argument("--data", metavar="FILE", help="CSV file to score against (default: the part "
                     "that training held out)")
    one.add_argument("--names", type=options.names, metavar="A,B", help="which scores (default: "
                     "what suits the data)")
    one.add_argument("--n", type=int, help="series per GAN (default: all there are, up to 1000)")
    one.add_argument("--choose-best", action="store_true", help="choose the best GAN on one half "
                     "of the series, and score on the other")
    add(one, "reading the file of --data (default: as in training)", options.AGAIN)

    one = command("sweep", "PLAN.toml --out FOLDER ",
                  "compare losses on data, at several budgets, with settings chosen alike")
    one.add_argument("plan", type=options.place, metavar="PLAN.toml",
                     help="what to compare; the documentation of rt.sweep says what stands in it")
    one.add_argument("--out", required=True, type=options.place, metavar="FOLDER",
                     help="what is done stands there, and the same command goes on from it")
    one.add_argument("--workers", type=int, default=1, help="processes (default: 1)")
    one.add_argument("--devices", type=options.names, default=[], metavar="A,B", help="given to "
                     "the workers in turn, such as cuda:0,cuda:1 (default: as for train)")
    one.add_argument("--scheduler", metavar="ADDRESS", help="of a Dask cluster that does the work")
    one.add_argument("--threads", type=int, help="CPU threads of each worker (default: 1)")

    command("losses", "", "list the losses with Adam's settings and their own options")
    return top


# --- train ---------------------------------------------------------------------------------------

def train_command(args: argparse.Namespace) -> int:
    """Train; write the run also when it is stopped by Ctrl-C or diverges."""
    given_there = options.configured(args.config) if args.config else {}
    settings = options.settings_of({**given_there, **given(args, options.TRAIN)})
    folder = options.place(settings.pop("out"))
    new = not files.is_run_of(folder, settings)
    data, test = read_data(settings)
    if test is not None and len(test) < FEWEST:
        warnings.warn(f"{len(test)} series are held out and scores need {FEWEST}; give another "
                      f"test_share=, a smaller length= or more data", stacklevel=1)
    chosen = arguments(settings)
    with files.taking_back(folder):
        if new:
            files.write_settings(folder, settings)
        files.write_series(folder / files.TRAINED_ON, data)
        if test is not None:
            files.write_series(folder / files.HELD_OUT, test)
        try:
            with nullcontext() if sys.stderr.isatty() else redirect_stderr(Tenths(sys.stderr)):
                run = train(data, **chosen, checkpoint=folder / files.CHECKPOINT)
        except Diverged as error:
            files.write_run(folder, error.run)
            raise
        files.write_run(folder, run)
        files.write_settings(folder, settings)
    if run.steps < settings["steps"]:
        return 130  # as a shell reports Ctrl-C
    print(f"{folder}: {run.steps} steps on {len(data)} series of {data.shape[1]} steps; "
          f"{0 if test is None else len(test)} series held out")
    return 0


def read_data(settings: Mapping[str, Any]) -> tuple[Sequences, Sequences | None]:
    """The series to train on, and those that are held out, if any."""
    share = settings["test_share"]
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share < 1:
        raise ValueError(f"test_share is {share!r}; it must be 0, or a number below 1 such as 0.4")
    if settings["data"] in LOADERS:
        data = load(settings["data"])
    else:
        reading = {name: settings[name] for name in options.READING}
        data = from_csv(settings["data"], **reading, **options.pandas_options(settings))
    return data.split(1 - share, settings["split"]) if share else (data, None)


def arguments(settings: Mapping[str, Any]) -> dict[str, Any]:
    """What `train` is to be given."""
    chosen = {name: settings[name] for name in options.TRAINING if name != "option"}
    if settings["option"]:
        chosen["loss"] = losses.loss(settings["loss"], **settings["option"])
    channels = settings["latent"]
    if channels is not None:
        if not isinstance(channels, list) or len(channels) != 2:
            raise ValueError(f"latent is {channels!r}; it must be two whole numbers, channels per "
                             f"series and per step, such as 4,2")
        chosen["latent"] = Latent(*channels)
    chosen["adam"] = settings["adam"] or None
    return chosen


class Tenths(io.TextIOBase):
    """Passes text on to a stream, but of a progress bar only one line per tenth of the run."""

    def __init__(self, stream: TextIO) -> None:
        self.stream, self.last = stream, -1

    def write(self, text: str) -> int:
        shown = re.search(r"(\d+)%", text)
        if not text.startswith("\r"):
            self.stream.write(text)
        elif shown and int(shown[1]) // 10 > self.last:
            self.last = int(shown[1]) // 10
            self.stream.write(text.strip() + "\n")
            self.stream.flush()
        return len(text)


# --- sample and score ----------------------------------------------------------------------------

def sample_command(args: argparse.Namespace) -> int:
    """Write series in the form in which the CSV file of training was read."""
    run, settings, needed = files.read_run(args.run)
    files.writable(args.out, args.force, needed)
    form = options.pandas_options({**settings, **given(args, options.CSV)})
    kept = {"decimal": form.get("decimal", "."), "encoding": form.get("encoding", "utf-8")}
    if len(form.get("sep", "")) == 1:  # others are patterns
        kept["sep"] = form["sep"]
    if isinstance(form.get("date_format"), str):
        kept["date_format"] = form["date_format"]
    run.to_csv(args.out, args.n, args.seed, args.noise, args.label, overwrite=True, **kept)
    return 0


def score_command(args: argparse.Namespace) -> int:
    """Print the scores and each column in units, real beside generated."""
    run, settings, needed = files.read_run(args.run)
    folder = needed[0].parent
    if args.out:
        files.writable(args.out, args.force, needed)
    if args.data:
        test = read_again(args, run.data, settings)
    else:
        held_out = files.read_series(folder / files.HELD_OUT, run.data)
        if held_out is None:
            raise ValueError(f"{folder} has no {files.HELD_OUT}; give --data, a file to score with")
        test = held_out
    half = None
    if args.choose_best:
        half, test = test.split(0.5)
    scores = score(run, test, files.read_series(folder / files.TRAINED_ON, run.data), args.names,
                   n=args.n, choose_on=half)
    if half is not None:
        print(f"seed {scores.chosen} is the best on {len(half)} series; scores on {len(test)} "
              f"others:")
    print(f"{scores}\n\n{scores.columns}")
    if args.out:
        with open(args.out, "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(scores.rows()[0]))
            writer.writeheader()
            writer.writerows(scores.rows())
    return 0


def read_again(args: argparse.Namespace, like: Sequences,
               settings: Mapping[str, Any]) -> Sequences:
    """The file of --data, read as that of training was, on the same scale."""
    if Path(settings.get("data", "")) == options.place(args.data).resolve():
        warnings.warn(f"{args.data} is what was trained on; its scores flatter", stacklevel=1)
    wished = {**settings, **given(args, options.AGAIN)}
    reading = {name: wished[name] for name in options.AGAIN
               if name in options.READING and name in wished}
    wide = like.layout is not None and like.layout.wide
    return from_csv(args.data, like=like, layout="wide" if wide else "long", **reading,
                    **options.pandas_options(wished))


# --- sweep ---------------------------------------------------------------------------------------

def sweep_command(args: argparse.Namespace) -> int:
    """Do what is left of a plan; print the median scores of each loss at its last budget."""
    table = sweep(args.plan, args.out, workers=args.workers, devices=args.devices,
                  scheduler=args.scheduler, threads=args.threads)
    last = table[(table.stage == "report") & table.value.notna()]
    last = last[last.steps == last.steps.max()]
    if len(last):
        print(last.pivot_table(index=["data", "loss"], columns="score", values="value",
                               aggfunc="median").round(3).to_string())
    print(f"{args.out / 'results.csv'}: {len(table)} rows")
    return 0


# --- losses --------------------------------------------------------------------------------------

def losses_command(args: argparse.Namespace) -> int:
    """A line for each loss."""
    print("Adam: learning rates of generator and discriminator, betas, discriminator steps")
    for name, kind in losses.REGISTRY.items():
        loss = losses.loss(name)
        adam, plays = resolve(loss.adams), "discriminator" in loss.trains
        cells = [f"{adam.lr_generator:g}", f"{adam.lr_discriminator:g}" if plays else "-",
                 *(f"{beta:g}" for beta in adam.betas),
                 f"{adam.discriminator_steps}" if plays else "-"]
        own = ", ".join(f"{option.name}={option.default}"
                        for option in signature(kind).parameters.values())
        print(f"{name:18} {' '.join(f'{cell:5}' for cell in cells)} {loss.describe()}"
              + f" Options: {own}." * bool(own))
    return 0


# --- All of them ---------------------------------------------------------------------------------

COMMANDS = {"train": train_command, "sample": sample_command, "score": score_command,
            "sweep": sweep_command, "losses": losses_command}


def main(argv: list[str] | None = None) -> int:
    """Run a command; the exit code is 0, 2 for an error, 130 after Ctrl-C."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")
    args = parser().parse_args(argv)
    with warnings.catch_warnings():
        warnings.simplefilter("always", UserWarning)
        warnings.showwarning = lambda message, *_, **__: say("warning", message)
        try:
            return COMMANDS[args.command](args)
        except KeyboardInterrupt:
            return 130
        except BrokenPipeError:  # whoever read our output has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        except MemoryError as error:
            say("error", f"out of memory; ask for less at once. {error}")
        except (ValueError, TypeError, OSError, RuntimeError, Diverged) as error:
            say("error", error)
        return 2


def say(kind: str, message: object) -> None:
    """One line on stderr."""
    print(f"{kind}: {options.in_options(' '.join(str(message).split()))}", file=sys.stderr)
