"""Checks of a reader's answers, with a hint that names the likely slip.

``check(name, answer)`` prints a verdict. What it prints never gives the answer away.
"""

import torch
from torch.nn.functional import binary_cross_entropy_with_logits

CHECKS = {}


def exercise(name):
    """Register a function that returns None for a right answer, and otherwise a hint."""
    def register(function):
        CHECKS[name] = function
        return function
    return register


def hint(name, answer):
    """What is wrong with `answer` to the exercise `name`; None if nothing is.

    Parameters
    ----------
    name : str
        As given in the chapter.
    answer
        A number or a function, as the exercise asks.

    Returns
    -------
    str or None

    Raises
    ------
    ValueError
        If there is no such exercise.
    """
    if name not in CHECKS:
        raise ValueError(f"there is no exercise {name!r}; choose from {', '.join(CHECKS)}")
    try:
        return CHECKS[name](answer)
    except Exception as error:
        return f"it stopped with {type(error).__name__}: {error}"


def check(name, answer):
    """Print whether `answer` solves the exercise `name`; see `hint`."""
    slip = hint(name, answer)
    print("right" if slip is None else f"not yet: {slip}")


@exercise("bce")
def bce_of_logits(answer):
    logits, labels = torch.linspace(-4, 4, 9, dtype=torch.float64), (0.0, 1.0, 0.9)
    given = [answer(logits, y) for y in labels]
    wanted = [binary_cross_entropy_with_logits(logits, torch.full_like(logits, y),
                                               reduction="none") for y in labels]
    if any(price is None for price in given):
        return "the function returns nothing"
    if any(price.shape != logits.shape for price in given):
        return "return one price per logit, and leave the mean to the caller"
    if all(torch.allclose(a, -b) for a, b in zip(given, wanted, strict=True)):
        return "every price has the wrong sign: this is what the discriminator maximises"
    for y, price, right in zip(labels, given, wanted, strict=True):
        if (price < 0).any():
            return f"for y = {y} a price is negative; does your minus sign reach both terms?"
        if not torch.allclose(price, right):
            return f"for y = {y} the prices are off; is the label's weight on the right term?"
    extreme = torch.tensor([-120.0, 120.0], requires_grad=True)
    for y in (0.0, 1.0):
        price = answer(extreme, y)
        slope, = torch.autograd.grad(price.sum(), extreme)
        if not torch.isfinite(price).all() or not torch.isfinite(slope).all():
            return ("right for small logits, but not finite at logits of ±120 in 32-bit "
                    "numbers: go from the logit to the price without a probability in between")
    return None


@exercise("best-logit")
def smoothed_logit(answer):
    given = float(answer)
    wanted = float(torch.log(torch.tensor(0.9 * 0.3 / (0.1 * 0.3 + 0.1))))
    if abs(given - wanted) < 0.005:
        return None
    if abs(given - float(torch.log(torch.tensor(3.0)))) < 0.005:
        return "this is log p - log q, the best logit without smoothing"
    if abs(given - 0.9 * 0.3 / (0.3 + 0.1)) < 0.005:
        return "this is the best probability; the question is for its logit"
    return "set the derivative of 0.9 p softplus(-s) + (0.1 p + q) softplus(s) to zero"


@exercise("gru-size")
def free_numbers_of_a_gru(answer):
    def wanted(inputs, hidden):
        return 3 * hidden * (hidden + inputs + 1) + hidden

    sizes = [(1, 4), (3, 8), (6, 32)]
    if all(answer(*size) == wanted(*size) for size in sizes):
        return None
    if all(answer(*size) == wanted(*size) - size[1] for size in sizes):
        return "close: the candidate has two biases, one inside the reset gate and one outside"
    if all(answer(*size) == wanted(*size) + 2 * size[1] for size in sizes):
        return "torch.nn.GRU stores two biases for r and z as well, but only their sum is free"
    return "count, for each of r, z and n, the weights on state, on input and on one"


@exercise("to-units")
def scaled_to_millivolts(answer):
    given, low, high = float(answer), -1.27, 2.28
    if abs(given - (low + 1.45 / 2 * (high - low))) < 0.005:
        return None
    if abs(given - 1.45 / 2 * (high - low)) < 0.005:
        return "the range is right, but it starts at the low end, not at zero"
    if abs(given - (low + 0.45 * (high - low))) < 0.005:
        return "this takes the scaled range for [0, 1]; it is [-1, 1]"
    return "where in the range from -1 to 1 does 0.45 lie, as a share of its length?"
