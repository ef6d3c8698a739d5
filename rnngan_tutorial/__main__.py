"""The command line: train on a CSV file, sample in its units, score, list the losses."""

import argparse
import csv
import json
import sys
import warnings
from pathlib import Path

from . import checks, losses
from .checkpoint import read_checkpoint
from .data import LOADERS, from_csv, load
from .metrics import score
from .run import Diverged
from .training import train

EXAMPLES = """
examples:
  python -m rnngan_tutorial losses
  python -m rnngan_tutorial train --data pump.csv --length 48 --loss wasserstein_gp --out run/
  python -m rnngan_tutorial sample --run run/ --n 100 --out samples.csv
  python -m rnngan_tutorial score --run run/

The CSV file has a header and one row per time step. Training cuts it into windows, keeps 60 %
of them for training and the rest for the scores. It writes checkpoint.pt, history.csv and
settings.json into the folder of the run. Stopped by Ctrl-C, a kill or a power cut, the same
command goes on from the last checkpoint; with larger --steps it goes on from the end.
"""
WINDOWS = ("length", "stride", "columns", "label", "series")
TRAINING = ("loss", "seeds", "batch", "hidden")
SETTINGS = ("data", *WINDOWS, *TRAINING, "steps")  # what settings.json holds


class Parser(argparse.ArgumentParser):
    def error(self, message):
        self.exit(2, f"error: {message}; {self.prog} --help says more\n")


def parser():
    """What the command line takes."""
    style = {"epilog": EXAMPLES, "formatter_class": argparse.RawDescriptionHelpFormatter}
    top = Parser(prog="python -m rnngan_tutorial", **style, description="Train a small recurrent "
                 "GAN on your sequences, with the loss of your choice.")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name, help):
        return commands.add_parser(name, help=help, description=help, **style).add_argument

    add = command("train", "train on a CSV file or on one of the book's data sets")
    add("--data", required=True, metavar="FILE", help=f"a CSV file, or {', '.join(LOADERS)}")
    add("--length", type=int, metavar="T", help="rows per window; needed with a CSV file")
    add("--stride", type=int, metavar="N", help="rows from one window's start to the next; if "
        "less than the length, which is the default, test windows overlap training windows")
    add("--columns", metavar="A,B", type=lambda text: text.split(","),
        help="columns to learn (default: all but the label and the series)")
    add("--label", metavar="COLUMN", help="column with the label of each row")
    add("--series", metavar="COLUMN", help="column that names the recording a row is from")
    add("--loss", default="nonsaturating", help="one of those that the command losses lists "
        "(default: %(default)s)")
    add("--steps", type=int, default=1500, help="moves of the generator (default: %(default)s)")
    add("--seeds", type=int, default=4, help="GANs trained side by side (default: %(default)s)")
    add("--batch", type=int, default=32, help="series per batch (default: %(default)s)")
    add("--hidden", type=int, default=32, help="width of the networks (default: %(default)s)")
    add("--device", help="cpu, cuda or mps (default: the best there is)")
    add("--every", type=int, default=250, help="steps between checkpoints (default: %(default)s)")
    add("--out", required=True, type=Path, metavar="FOLDER", help="folder of the run")

    add = command("sample", "write generated series as CSV, in the data's own units")
    add("--run", required=True, type=Path, metavar="FOLDER", help="folder that train wrote")
    add("--n", type=int, default=100, help="how many series (default: %(default)s)")
    add("--out", required=True, type=Path, metavar="FILE", help="CSV file to write: series, step, "
        "the columns of the data, and the label if the loss is told it")
    add("--seed", type=int, help="which of the trained GANs (default: the first sound one)")
    add("--noise", type=int, default=0, help="another number gives other series (default: 0)")
    add("--label", help="only series with this label")

    add = command("score", "print the scores of a run against series it has not seen")
    add("--run", required=True, type=Path, metavar="FOLDER", help="folder that train wrote")
    add("--out", type=Path, metavar="FILE", help="write them as a CSV file too")

    command("losses", "list the losses, and Adam's settings for each")
    return top


def read_data(settings):
    """The data that settings name: what to train on, and what to score with."""
    given = [name for name in WINDOWS if settings[name] is not None]
    if settings["data"] in LOADERS:
        if given:
            raise ValueError(f"--{given[0]} is for CSV files; {settings['data']} come as they are")
        return load(settings["data"]).split()
    if settings["length"] is None:
        raise ValueError("a CSV file needs --length, the rows per window, such as --length 48")
    options = {name: settings[name] for name in given}
    return from_csv(settings["data"], **options).split()


def train_command(args):
    settings = {name: getattr(args, name) for name in SETTINGS}
    if settings["data"] not in LOADERS:
        settings["data"] = str(Path(args.data).resolve())
    checkpoint = args.out / "checkpoint.pt"
    for name, value in read_settings(args.out).items() if checkpoint.exists() else ():
        if name != "steps" and settings[name] != value:
            raise ValueError(f"{args.out} holds a run with {name} {value}, not {settings[name]}; "
                             f"give another --out")
    data, _ = read_data(settings)
    checks.check_loop(args.steps, (), checkpoint, args.every)
    (args.out / "settings.json").write_text(json.dumps(settings, indent=1) + "\n")
    run = train(data, steps=args.steps, device=args.device, checkpoint=checkpoint,
                checkpoint_every=args.every, progress=sys.stderr.isatty(),
                **{name: settings[name] for name in TRAINING})
    run.history.to_csv(args.out / "history.csv")
    if run.steps < args.steps:
        return 130  # as a shell reports Ctrl-C
    print(f"{args.out}: {run.steps} steps on {len(data)} series of {data.shape[1]} steps")


def read_settings(folder):
    try:
        settings = json.loads((folder / "settings.json").read_text())
        return {name: settings[name] for name in SETTINGS}
    except (OSError, ValueError, KeyError, TypeError):
        raise ValueError(f"{folder} has no readable settings.json; give the folder that train "
                         f"wrote") from None


def read_run(folder):
    """The run in a folder, as far as its checkpoint goes, and the series to score with."""
    settings = read_settings(folder)
    steps = read_checkpoint(folder / "checkpoint.pt")["step"]
    data, test = read_data(settings)
    return train(data, steps=steps, checkpoint=folder / "checkpoint.pt", device="cpu",
                 progress=False, **{name: settings[name] for name in TRAINING}), test


def sample_command(args):
    run, _ = read_run(args.run)
    data, names = run.data, run.data.label_names
    seed = min(set(run.seeds) - set(run.diverged)) if args.seed is None else args.seed
    if seed not in run.seeds:
        raise ValueError(f"--seed is {seed}; the run has {', '.join(map(str, run.seeds))}")
    if args.label is not None and args.label not in names:
        raise ValueError(f"--label is {args.label!r}; the data have {', '.join(names) or 'none'}")
    label = None if args.label is None else names.index(args.label)
    made = run.sample(args.n, units=True, seed=args.noise, labels=label)[run.seeds.index(seed)]
    # The data may have a column of such a name too.
    own = [name + "_" * (name in data.feature_names) for name in ("series", "step", "label")]
    columns, marks = [*own[:2], *data.feature_names], [[]] * args.n
    if run.loss.needs.labels:
        _, labels, _ = run.noise(args.n, args.noise, label)
        columns, marks = [*columns, own[2]], [[names[i]] for i in labels[run.seeds.index(seed)]]
    rows = ([i, step, *row, *mark] for i, (series, mark) in enumerate(zip(made, marks, strict=True))
            for step, row in enumerate(series))
    write_csv(args.out, columns, rows)


def score_command(args):
    run, test = read_run(args.run)
    scores = score(run, test)
    print(scores)
    if args.out:
        write_csv(args.out, scores.rows()[0], map(dict.values, scores.rows()))


def write_csv(path, header, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])


def losses_command(args):
    print("Adam: learning rates of generator and discriminator, betas, discriminator steps")
    for name in losses.REGISTRY:
        loss = losses.loss(name)
        terms = [getattr(term, "term", term) for term in getattr(loss, "terms", (loss,))]
        about = " + ".join(type(term).__doc__.splitlines()[0].rstrip(".") for term in terms)
        numbers = (loss.adam.lr_generator, loss.adam.lr_discriminator, *loss.adam.betas,
                   loss.adam.discriminator_steps)
        print(f"{name:18} {' '.join(f'{number:<5g}' for number in numbers)} {about}")


def main(argv=None):
    """Run a command; the exit code is 0, 2 for an error, 130 after Ctrl-C."""
    args = parser().parse_args(argv)
    run = {"train": train_command, "sample": sample_command, "score": score_command,
           "losses": losses_command}[args.command]
    with warnings.catch_warnings():
        warnings.simplefilter("always", UserWarning)
        warnings.showwarning = lambda message, *_: print(f"warning: {message}", file=sys.stderr)
        try:
            return run(args) or 0
        except KeyboardInterrupt:
            return 130
        except (ValueError, TypeError, OSError, Diverged) as error:
            print(f"error: {error}", file=sys.stderr)
            return 2


if __name__ == "__main__":
    sys.exit(main())
