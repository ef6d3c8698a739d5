"""Exercises of the chapter The recurrent game."""

from collections.abc import Callable

from .register import exercise


@exercise("gru-size")
def free_numbers_of_a_gru(answer: Callable[[int, int], int]) -> str | None:
    def wanted(inputs: int, hidden: int) -> int:
        return 3 * hidden * (hidden + inputs + 1) + hidden

    sizes = [(1, 4), (3, 8), (6, 32)]
    if all(answer(*size) == wanted(*size) for size in sizes):
        return None
    if all(answer(*size) == wanted(*size) - size[1] for size in sizes):
        return "close: the candidate has two biases, one inside the reset gate and one outside"
    if all(answer(*size) == wanted(*size) + 2 * size[1] for size in sizes):
        return "torch.nn.GRU stores two biases for r and z as well, but only their sum is free"
    return "count, for each of r, z and n, the weights on state, on input and on one"
