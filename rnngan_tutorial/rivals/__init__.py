"""What a reader would use instead of a GAN, behind one interface."""

from .bootstrap import Bootstrap
from .common import Clock, Rival
from .copula import Copula
from .covariance import Gaussian
from .flow import Flow
from .learned import Learned
from .likelihood import Likelihood
from .registry import NAMES, fit

__all__ = ["Bootstrap", "Clock", "Copula", "Flow", "Gaussian", "Learned", "Likelihood", "NAMES",
           "Rival", "fit"]
