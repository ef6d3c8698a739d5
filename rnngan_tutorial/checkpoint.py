"""Checkpoints: written whole or not at all, and read without running anybody's code."""

import os
from pathlib import Path

import torch

FORMAT = "rnngan_tutorial checkpoint 1"


def write_checkpoint(path, content):
    """Write `content`, a dict of tensors and plain values, so that a kill leaves old or new."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    with open(part, "wb") as file:
        torch.save({"format": FORMAT, **content}, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)


def read_checkpoint(path):
    """The dict that `write_checkpoint` wrote.

    Raises
    ------
    ValueError
        If the file is damaged, missing, or something else. Only tensors and plain values are
        read (``weights_only=True``), so a foreign file cannot run code.
    """
    if not Path(path).is_file():
        raise ValueError(f"there is no checkpoint {path}; give the path of a file")
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception:  # whatever a damaged file makes the reader stumble over
        raise ValueError(f"{path} cannot be read as a checkpoint (damaged, or another kind "
                         f"of file): delete it or give another path") from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise ValueError(f"{path} is not a checkpoint of this package ({FORMAT!r}): give "
                         f"another path")
    return content
