"""Recurrent GANs for your own sequences, with every loss they are trained with."""

from . import losses, memorisation, metrics, plots, rivals
from .adam import Adam
from .data import Sequences
from .datasets import MODES, load
from .history import History
from .losses import loss
from .machine import default_device, seeds
from .metrics import score
from .networks import Latent
from .round import Round
from .run import Diverged, Run
from .saved import load_run
from .scaling import Scale
from .sweeps import sweep
from .tables import from_array, from_csv, from_frame
from .training import train

__version__ = "0.2.0"
__all__ = [
    "Adam", "Diverged", "History", "Latent", "MODES", "Round", "Run", "Scale", "Sequences",
    "default_device", "from_array", "from_csv", "from_frame", "load", "load_run", "loss",
    "losses", "memorisation", "metrics", "plots", "rivals", "score", "seeds", "sweep", "train",
]
