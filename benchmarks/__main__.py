"""Times of one training step: ``python -m benchmarks`` from the root of the repository.

Every row of a table is measured in the same run as the usual loop that it is compared with,
in turns, so that other load on the machine falls on all alike. A time is the median over the
turns. A step is one move of the discriminator and one of the generator.
"""

import argparse
import datetime
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import torch

import rnngan_tutorial as rt
from rnngan_tutorial import losses
from rnngan_tutorial.loop import Loop
from rnngan_tutorial.machine import computing
from rnngan_tutorial.players import build
from rnngan_tutorial.recorder import WATCH

from .loops import tuned_loop, usual_loop


def series(length=24, features=5, n=1000):
    """Random series: what they are does not matter for the time."""
    values = np.random.default_rng(0).uniform(-1, 1, (n, length, features))
    return rt.Sequences(values)


def package_step(data, hidden, batch, seeds, loss="nonsaturating", device="cpu"):
    """A function that takes one step of the package's own loop, records included."""
    made = losses.loss(loss)
    adam = made.adam or rt.Adam()
    settings = {"name": loss, "steps": 1_000_000, "seeds": tuple(range(seeds)), "batch": batch,
                "latent": rt.Latent(), "adam": adam, "average": None}
    players = build(data.shape[1:], made.needs, range(seeds), hidden)
    loop = Loop(data, made, players, settings, {}, torch.device(device))

    def step():
        loop.one_step()
        if loop.step % WATCH == 0:
            loop.check()

    return step


def measure(steps, repeats, device="cpu"):
    """Median milliseconds of each of the given functions, run in turns."""
    def wait():
        if device == "cuda":
            torch.cuda.synchronize()

    times = {name: [] for name in steps}
    for step in steps.values():
        for _ in range(5):
            step()
    for _ in range(repeats):
        for name, step in steps.items():
            wait()
            began = time.perf_counter()
            step()
            wait()
            times[name].append(time.perf_counter() - began)
    return {name: 1000 * statistics.median(values) for name, values in times.items()}


def row(title, times, seeds_of):
    """One line: milliseconds per step, and per seed as a share of the usual loop."""
    usual = times["usual loop"]
    cells = [f"{name} {ms:.2f} ms ({ms / seeds_of.get(name, 1) / usual:.2f})"
             for name, ms in times.items()]
    return f"{title:28} " + "; ".join(cells)


def compare(title, length, hidden, batch, seeds, repeats, device, extra=()):
    """Usual loop, tuned loop and the package at one size."""
    data = series(length)
    values = torch.tensor(data.values)
    steps = {"usual loop": usual_loop(values, hidden, batch, device),
             "tuned loop": tuned_loop(values, hidden, batch, device)}
    seeds_of = {}
    for count in seeds:
        name = f"package, {count} seed{'s' * (count > 1)}"
        steps[name], seeds_of[name] = package_step(data, hidden, batch, count, device=device), count
        for loss in extra:
            label = f"{loss}, {count} seed{'s' * (count > 1)}"
            steps[label] = package_step(data, hidden, batch, count, loss, device)
            seeds_of[label] = count
    times = measure(steps, repeats, device)
    print(row(title, times, seeds_of), flush=True)
    return times


def train_against_hand_loop(repeats):
    """`rt.train` as a whole against a hand-written loop over the same modules."""
    data, hidden, batch, steps = series(), 32, 64, 100
    players = build(data.shape[1:], losses.loss("nonsaturating").needs, (0,), hidden)
    generator = players["generator"]["generator"]
    discriminator = players["discriminator"]["discriminator"]
    values, latent = torch.tensor(data.values), rt.Latent()
    moves = [torch.optim.Adam(net.parameters(), 3e-3, (0.5, 0.9), fused=True)
             for net in (discriminator, generator)]
    soft = torch.nn.functional.softplus

    def move(optimizer, net, value):
        weights = list(net.parameters())
        for weight, slope in zip(weights, torch.autograd.grad(value, weights), strict=True):
            weight.grad = slope
        optimizer.step()

    def by_hand():
        for _ in range(steps):
            real = values[torch.randint(len(values), (1, batch))]
            fake = generator(latent.arrange(torch.randn(1, batch, latent.draws(24)), 24))
            both = torch.cat([real, fake.detach()], 1)
            states = discriminator.states(both).chunk(2, -1)
            on_real, on_fake = map(discriminator.logits, states)
            move(moves[0], discriminator, soft(-on_real).mean() + soft(on_fake).mean())
            discriminator.requires_grad_(False)
            move(moves[1], generator, soft(-discriminator(fake)).mean())
            discriminator.requires_grad_(True)

    def by_package():
        rt.train(data, steps=steps, seeds=1, hidden=hidden, batch=batch, device="cpu",
                 progress=False)

    times = measure({"by hand": by_hand, "rt.train": by_package}, repeats)
    print(f"rt.train over a hand-written loop, 100 steps: "
          f"{times['rt.train'] / times['by hand']:.3f}", flush=True)


def peak_memory(kind):
    """MiB that 20 steps of one loop need at most, in a fresh process; Linux only."""
    code = ("import torch; torch.set_num_threads(1);"
            "from benchmarks.__main__ import *;"
            "status = lambda key: int(Path('/proc/self/status').read_text()"
            ".split(key + ':')[1].split()[0]);"
            f"d = series(); k = {kind!r};"
            "s = usual_loop(torch.tensor(d.values), 64, 128) if k == 'usual' else "
            "package_step(d, 64, 128, int(k));"
            "before = status('VmRSS'); Path('/proc/self/clear_refs').write_text('5');"
            "[s() for _ in range(20)];"
            "print(status('VmHWM') - before)")
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return int(found.stdout) / 1024


def main(argv=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--repeats", type=int, default=30)
    parser.add_argument("--quick", action="store_true", help="the first two tables only")
    args = parser.parse_args(argv)
    print(title(args.device, args.repeats))
    with computing(1):  # as rt.train does; the other loops gain nothing from it
        tables(args)


def tables(args):
    """Print the tables."""
    print("In brackets: time per seed over the usual loop's.\n")
    for hidden, batch in ((64, 128), (32, 64)):
        compare(f"hidden {hidden}, batch {batch}", 24, hidden, batch, (1, 8, 16), args.repeats,
                args.device, ["wasserstein_gp", "r3gan"])
    train_against_hand_loop(args.repeats // 2)
    if args.quick:
        return
    if sys.platform == "linux":
        print("\nMemory that training takes at most, at hidden 64, batch 128")
        for kind, label in (("usual", "usual loop"), ("1", "package, 1 seed"),
                            ("8", "package, 8 seeds")):
            print(f"{label:28} {peak_memory(kind):.0f} MiB")
    print("\nHow the time grows; the rest stays at T 24, hidden 32, batch 64")
    repeats = max(5, args.repeats // 3)
    for hidden in (16, 32, 64, 128, 256):
        compare(f"hidden {hidden}", 24, hidden, 64, (1, 8), repeats, args.device)
    for length in (8, 32, 64, 128):
        compare(f"T {length}", length, 32, 64, (1, 8), repeats, args.device)
    for batch in (16, 64, 256, 512):
        compare(f"batch {batch}", 24, 32, batch, (1, 8), repeats, args.device)
    compare("seeds", 24, 32, 64, (1, 2, 4, 8, 16, 32, 64), repeats, args.device)


def title(device, repeats):
    """Where and with what a table was measured."""
    name = torch.cuda.get_device_name() if device == "cuda" else processor()
    return (f"{datetime.date.today()}, {name}, Python {platform.python_version()}, "
            f"torch {torch.__version__}, one thread, median of {repeats}")


def processor():
    """The processor's name, where Linux tells."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


if __name__ == "__main__":
    main()
