"""What belongs to the machine: environment variables, device, threads and memory.

Results depend on RNNGAN_FIRST_SEED, the first training seed of every run that says only how
many seeds it wants; RNNGAN_THREADS is the number of CPU threads. Both are read here alone.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from numbers import Integral

import torch

MOST_THREADS = 1024  # far more than any machine has cores, far less than crashes it


def _whole_variable(name: str, default: int, least: int) -> int:
    text = os.environ.get(name, str(default))
    if not text.isdecimal() or int(text) < least:
        raise ValueError(f"environment variable {name} is {text!r}; it must be a whole number, "
                         f"{least} or more")
    return int(text)


def seeds(count: int) -> tuple[int, ...]:
    """So many training seeds, from 0 on or from the variable RNNGAN_FIRST_SEED on.

    Raises
    ------
    ValueError
        If `count` is not a whole number above 0, or the variable not one.
    """
    if isinstance(count, bool) or not isinstance(count, Integral) or count < 1:
        raise ValueError(f"the number of seeds is {count!r}; it must be a whole number, 1 or more")
    first = _whole_variable("RNNGAN_FIRST_SEED", 0, 0)
    return tuple(range(first, first + count))


def silent() -> bool:
    """Whether TQDM_DISABLE asks for no progress bars; the notebook's bar does not heed it."""
    return os.environ.get("TQDM_DISABLE") == "1"


def default_device() -> torch.device:
    """CUDA if there is one, then Apple's MPS, then the CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def default_threads() -> int:
    """One, or the variable RNNGAN_THREADS: small networks run fastest on one thread."""
    return _whole_variable("RNNGAN_THREADS", 1, 1)


@contextmanager
def computing(threads: int | None = None) -> Iterator[None]:
    """Compute on so many threads, keep freed memory for the next step, and undo both.

    By default glibc returns freed memory to the system, which clears it page by page when it
    is asked for again. With eight seeds that is a fifth of a step's time. Elsewhere than on
    glibc, memory is left as it is.

    Parameters
    ----------
    threads : int, optional
        By default `default_threads`.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(default_threads() if threads is None else threads)
    tuned = _set_memory(trim=2 ** 31 - 1, mmap=2 ** 25)
    try:
        # A caller's no_grad or default dtype must not reach into training.
        with (torch.inference_mode(False), torch.enable_grad(),
              _default_dtype(torch.float32)):
            yield
    finally:
        torch.set_num_threads(before)
        if tuned:
            _set_memory(trim=2 ** 17, mmap=2 ** 17)  # glibc's own settings
            ctypes.CDLL(None).malloc_trim(0)


@contextmanager
def _default_dtype(dtype: torch.dtype) -> Iterator[None]:
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


def _set_memory(trim: int, mmap: int) -> bool:
    """Set how many bytes glibc keeps, and from how many on it maps; False elsewhere."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is None:
        return False
    mallopt(-1, trim)  # M_TRIM_THRESHOLD
    mallopt(-3, mmap)  # M_MMAP_THRESHOLD
    return True
