"""Other packages at the same work, each in an environment of its own.

``python -m benchmarks.peers`` installs them under build/peers, which needs a package index,
and prints a table. The model is that of `loops`: hidden 64, batch 128, 24 steps, 5 features.

- torchgan 0.1.0: its trainer moves the networks of `loops` with its own non-saturating loss. It
  imports torchvision, only to draw pictures at the end of an epoch; that part is left out.
- gretel-synthetics 0.22.20: DGAN, an LSTM of the same width that makes one step at a time, against
  its own discriminator, which is not recurrent, with a gradient penalty.

With ``--one NAME`` it takes steps of one peer and prints milliseconds per step; that is what runs
inside the environments.
"""

import argparse
import contextlib
import io
import os
import statistics
import subprocess
import sys
import tempfile
import time
import types
import venv
from pathlib import Path

HIDDEN, BATCH, LENGTH, FEATURES, SERIES = 64, 128, 24, 5, 1024
NEEDS = {"torchgan": (["numpy", "scipy", "pillow", "wget"], "torchgan==0.1.0"),
         "dgan": (["numpy", "scipy", "pandas", "category-encoders"], "gretel-synthetics==0.22.20")}
ROOT = Path(__file__).resolve().parents[1]


def torchgan_epochs():
    """A function that trains for some epochs."""
    pictures = types.ModuleType("torchvision")
    pictures.utils = types.SimpleNamespace(make_grid=lambda image, **_: image,
                                           save_image=lambda *_: None)
    sys.modules["torchvision"] = pictures
    os.environ["TENSORBOARD_LOGGING"] = os.environ["VISDOM_LOGGING"] = "0"
    import torch
    from loops import Discriminator, Generator, noise
    from torchgan import losses, models, trainer

    class PeerGenerator(models.Generator):
        def __init__(self):
            super().__init__(6)
            self.inner = Generator(6, HIDDEN, FEATURES)

        def forward(self, z):
            # torchgan draws (batch, encoding_dims); the noise of a series is longer.
            return self.inner(noise(len(z), LENGTH))

    class PeerDiscriminator(models.Discriminator):
        def __init__(self):
            super().__init__(FEATURES)
            self.inner = Discriminator(FEATURES, HIDDEN)

        def forward(self, x):
            return self.inner(x)

    adam = {"name": torch.optim.Adam, "args": {"lr": 3e-3, "betas": (0.5, 0.9)}}
    players = {"generator": {"name": PeerGenerator, "optimizer": adam},
               "discriminator": {"name": PeerDiscriminator, "optimizer": adam}}
    loader = torch.utils.data.DataLoader(
        torch.rand(SERIES, LENGTH, FEATURES) * 2 - 1, BATCH, shuffle=True, drop_last=True)

    def train(epochs):
        with tempfile.TemporaryDirectory() as folder:
            trainer.Trainer(
                players, [losses.MinimaxGeneratorLoss(), losses.MinimaxDiscriminatorLoss()],
                device=torch.device("cpu"), epochs=epochs, checkpoints=f"{folder}/model/gan",
                recon=f"{folder}/images")(loader)

    return train


def dgan_epochs():
    """A function that trains for some epochs."""
    import numpy as np
    from gretel_synthetics.timeseries_dgan.config import DGANConfig
    from gretel_synthetics.timeseries_dgan.dgan import DGAN
    values = np.random.default_rng(0).uniform(-1, 1, (SERIES, LENGTH, FEATURES))

    def train(epochs):
        DGAN(DGANConfig(
            max_sequence_len=LENGTH, sample_len=1, feature_noise_dim=6, feature_num_units=HIDDEN,
            use_attribute_discriminator=False, apply_example_scaling=False, batch_size=BATCH,
            epochs=epochs, generator_beta1=0.5, discriminator_beta1=0.5,
            cuda=False)).train_numpy(values)

    return train


def one(name, epochs):
    """Milliseconds per step of one peer: what more epochs cost than one."""
    import torch
    torch.set_num_threads(1)
    train = {"torchgan": torchgan_epochs, "dgan": dgan_epochs}[name]()
    times = []
    for count in (1, 1, 1 + epochs):  # the first only warms up
        began = time.perf_counter()
        with contextlib.redirect_stdout(io.StringIO()):
            train(count)
        times.append(time.perf_counter() - began)
    return 1000 * (times[2] - times[1]) / (epochs * (SERIES // BATCH))


def environment(name):
    """The Python of a peer's environment, made on first use."""
    import torch
    folder, (needs, peer) = ROOT / "build" / "peers" / name, NEEDS[name]
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not (folder / "ready").exists():
        venv.create(folder, with_pip=True, clear=True)
        pip = [python, "-m", "pip", "install", "-q"]
        subprocess.run([*pip, f"torch=={torch.__version__.split('+')[0]}", *needs], check=True)
        # Their own requirements are of years ago and do not fit today's Python and torch.
        subprocess.run([*pip, "--no-deps", peer], check=True)
        (folder / "ready").touch()
    return python


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers")
    parser.add_argument("--one", choices=NEEDS)
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    if args.one:
        print(one(args.one, args.epochs))
        return
    import torch

    from rnngan_tutorial.recurrence import keep_memory

    from .__main__ import measure, package_step, series, title
    from .loops import usual_loop
    torch.set_num_threads(1)
    keep_memory()
    print(title("cpu", args.rounds))
    data = series(LENGTH, FEATURES)
    own = {"usual loop": usual_loop(torch.tensor(data.values), HIDDEN, BATCH),
           "package": package_step(data, HIDDEN, BATCH, 1),
           "package, gradient penalty": package_step(data, HIDDEN, BATCH, 1, "wasserstein_gp")}
    times = {}
    for _ in range(args.rounds):
        for name, ms in measure(own, 20).items():
            times.setdefault(name, []).append(ms)
        for name in NEEDS:
            found = subprocess.run(
                [environment(name), __file__, "--one", name, "--epochs", str(args.epochs)],
                check=True, capture_output=True, text=True)
            times.setdefault(name, []).append(float(found.stdout))
    usual = statistics.median(times["usual loop"])
    for name, values in times.items():
        ms = statistics.median(values)
        print(f"{name:28} {ms:6.2f} ms a step, {ms / usual:.2f} of the usual loop")


if __name__ == "__main__":
    main()
