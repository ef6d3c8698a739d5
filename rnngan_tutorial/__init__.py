"""A small recurrent GAN and every loss it is trained with: the code under the book."""

from . import claims, exercises, losses, metrics, plots
from .claims import claim, glue
from .data import MODES, Sequences, from_csv, load
from .losses import Adam, loss
from .metrics import score
from .networks import Latent
from .run import Diverged, History, Run
from .training import default_device, train

__version__ = "0.1.0"
