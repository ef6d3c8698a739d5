"""Exercises of the chapter Adam in a two-player game."""

from . import exercise


def first_hint(given, known, otherwise):
    """The hint of the first formula in `known`, pairs of values and hint, that `given` equals."""
    for values, hint in known:
        if all(abs(a - b) < 1e-9 for a, b in zip(given, values, strict=True)):
            return hint
    return otherwise


@exercise("uncorrected-step")
def first_step_without_correction(answer):
    cases = [(1.0, 0.9, 0.999), (0.003, 0.5, 0.9), (0.01, 0.0, 0.99)]
    known = [
        (lambda lr, a, b: lr * (1 - a) / (1 - b) ** 0.5, None),
        (lambda lr, a, b: lr, "this is the first step with the correction"),
        (lambda lr, a, b: lr * (1 - a), "the size v starts at zero as well"),
        (lambda lr, a, b: lr * (1 - a) / (1 - b), "Adam divides by the root of v"),
        (lambda lr, a, b: lr * a / b ** 0.5,
         "how much of the first gradient goes into m: beta, or what is left of one?")]
    return first_hint([float(answer(*case)) for case in cases],
                      [([formula(*case) for case in cases], hint) for formula, hint in known],
                      "write m and v after one gradient g, starting from zero")


@exercise("spiral-factor")
def growth_of_the_spiral(answer):
    rates = [0.01, 0.1, 1.0]
    known = [
        ([(1 + lr ** 2) ** 0.5 for lr in rates], None),
        ([1 + lr for lr in rates], "the step is at a right angle to where the players stand"),
        ([1 + lr ** 2 for lr in rates], "this is the factor of the squared distance"),
        ([1.0 for _ in rates], "this is so when the players take turns"),
        ([1 - lr for lr in rates], "each player goes downhill, and yet they do not come nearer")]
    return first_hint([float(answer(lr)) for lr in rates], known,
                      "take the length of the eigenvalue 1 + i lr")
