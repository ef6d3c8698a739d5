"""Files of tensors and plain values: written whole or not at all, read without running code.

A file is one line, ``rnngan_tutorial <kind> <version> <SHA-256 of the rest>``, and then what
``torch.save`` writes. Its own format has no checksum, so a damaged file would load.
"""

from __future__ import annotations

import hashlib
import io
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

VERSION = 2


def write(path: str | Path, kind: str, content: dict[str, Any]) -> bytes:
    """Write a dict of tensors and plain values, so that a kill leaves the old file or the new.

    Returns the file's first line, by which it can be known again.

    Raises
    ------
    OSError
        If it cannot be written. Nothing is left behind then, and an older file stays.
    """
    path = Path(path)
    buffer = io.BytesIO()
    torch.save(content, buffer)
    body = buffer.getvalue()
    first = f"rnngan_tutorial {kind} {VERSION} {hashlib.sha256(body).hexdigest()}\n".encode()
    with whole_file(path) as part, open(part, "xb") as file:
        file.write(first)
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    return first


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A path to write to, which then replaces the other; a kill leaves the old file or the new."""
    part = _part_of(path)
    try:
        yield part
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _part_of(path: Path) -> Path:
    """Where a file is written first: no other process may write into it."""
    return path.with_name(f"{path.name}.{os.getpid()}-{secrets.token_hex(4)}.part")


def head(path: str | Path) -> bytes | None:
    """The first line of a file; None if there is no such file."""
    try:
        with open(path, "rb") as file:
            return file.readline()
    except FileNotFoundError:
        return None


def read(path: str | Path, kind: str) -> dict[str, Any]:
    """The dict that `write` wrote.

    Raises
    ------
    ValueError
        If the file is missing, damaged, or something else. Only tensors and plain values are
        read (``weights_only=True``), so a foreign file cannot run code.
    """
    path = Path(path)
    if not path.is_file():
        raise ValueError(f"there is no {kind} {path}; give the path of a file")
    first, _, body = path.read_bytes().partition(b"\n")
    words = first.split()
    if words[:1] != [b"rnngan_tutorial"] or len(words) != 4:
        raise ValueError(f"{path} is no {kind} of this package; give another path")
    if words[1] != kind.encode():
        raise ValueError(f"{path} holds a {words[1].decode(errors='replace')}, not a {kind}; give "
                         f"another path")
    if words[2] != str(VERSION).encode():
        raise ValueError(f"{path} has format {words[2].decode(errors='replace')}, and this version "
                         f"of the package reads {VERSION}; install the one that wrote it")
    if words[3] != hashlib.sha256(body).hexdigest().encode():
        raise ValueError(f"{path} is damaged: its content has another SHA-256 than when it was "
                         f"written; delete it or give another path")
    try:
        content = torch.load(io.BytesIO(body), map_location="cpu", weights_only=True)
    except Exception:  # of many kinds, all of which mean that somebody else wrote it
        content = None
    if not isinstance(content, dict):
        raise ValueError(f"{path} cannot be read as a {kind}: delete it or give another path")
    return content


def try_to_write(path: str | Path) -> None:
    """Raise a one-line error unless a file can be written at `path`.

    Raises
    ------
    ValueError
        If it is a directory, or its directory does not exist or cannot be written to.
    """
    path = Path(path)
    if "\0" in str(path):
        raise ValueError(f"{str(path)!r} is no path; give another path")
    try:
        if path.is_dir():
            raise ValueError(f"{path} is a directory; give the path of a file")
        if not path.parent.is_dir():
            raise ValueError(f"there is no directory {path.parent}; make it, or give another path")
        part = _part_of(path)
        try:
            part.write_bytes(b"x")
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise ValueError(f"{path} cannot be written ({error.strerror}); give another path"
                         ) from None
