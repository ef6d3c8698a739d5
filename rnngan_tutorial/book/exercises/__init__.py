"""Checks of a reader's answers, with a hint that names the likely slip.

``check(name, answer)`` prints a verdict. What it prints never gives the answer away. The
exercises of each chapter stand in a module of its name; each is a function that takes the
answer and returns None if it is right, and otherwise a hint.
"""

from . import (
    adam,
    after_the_ten,
    as_others_measure,
    bce,
    cgan,
    gan,
    improved_gan,
    infogan,
    instead_of_a_gan,
    kl,
    mae,
    measuring,
    mse,
    recurrent_game,
    sequences,
    vae,
    wgan,
    when_it_goes_wrong,
    your_data,
)
from .register import CHECKS, check, exercise, first_hint, hint
