"""What ails a run: the known diseases of training, each with the sign that shows it."""

from .report import Diagnosis, Finding, diagnose
from .signs import SIGNS, Sign

__all__ = ["Diagnosis", "Finding", "SIGNS", "Sign", "diagnose"]
