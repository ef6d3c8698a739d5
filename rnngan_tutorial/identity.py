"""A short hash of what an object is: its values and the code of its class, never an address."""

from __future__ import annotations

import ast
import dis
import hashlib
import inspect
import sys
import textwrap
from collections.abc import Iterator
from functools import cached_property
from types import CellType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np
import torch

PLAIN = (type(None), type(...), bool, int, float, complex, str, bytes)


def identity_of(value: Any, known: tuple[type, ...] = ()) -> str:
    """Sixteen hexadecimal digits that are the same in every process for the same thing.

    Plain values count by their repr, tensors and arrays by their bytes, objects by their class
    and their state. Functions and classes that are not of an installed library count by their
    source without comments and docstrings (lambdas, and all without a source, by their
    bytecode), by what they close over, and by the functions, classes and plain values that
    they find among their globals. Of an object, ``__init__`` does not count: what it did shows
    in the state.

    Parameters
    ----------
    value : anything
    known : tuple of types
        Classes that count by their name alone.
    """
    return hashlib.sha256(_Reader(known, {}).text(value).encode()).hexdigest()[:16]


class _Reader:
    """Spells an object out. What was spelt out before is a number, so that circles end."""

    def __init__(self, known: tuple[type, ...], seen: dict[int, tuple[str, Any]]) -> None:
        self.known, self.seen = known, seen  # holds the objects, so that ids stay theirs

    def text(self, value: Any) -> str:
        if type(value) in PLAIN:
            return f"{type(value).__name__} {value!r}"
        if isinstance(value, torch.Tensor):
            flat = value.detach().cpu().contiguous().reshape(-1).view(torch.uint8)
            return f"{value.dtype} {tuple(value.shape)} {_hash(flat.numpy().tobytes())}"
        if isinstance(value, np.ndarray | np.generic) and not value.dtype.hasobject:
            return f"{value.dtype} {value.shape} {_hash(value.tobytes())}"
        if isinstance(value, tuple):
            return self.all(type(value).__name__, value)
        if isinstance(value, type):
            return self.cls(value)
        if id(value) in self.seen:
            return self.seen[id(value)][0]
        self.seen[id(value)] = f"#{len(self.seen)}", value
        if isinstance(value, list):
            return self.all("list", value)
        if isinstance(value, dict):
            return self.all("dict", sorted((self.text(k), self.text(v)) for k, v in value.items()))
        if isinstance(value, set | frozenset):
            # Each by itself: the order of a set is another one in every process.
            return self.all("set", sorted(_Reader(self.known, {**self.seen}).text(item)
                                          for item in value))
        if isinstance(value, CodeType):
            return self.code(value)
        if isinstance(value, MethodType):
            return self.all("method", (value.__func__, value.__self__))
        if isinstance(value, FunctionType) and _is_own(value):
            return self.function(value)
        if isinstance(value, ModuleType):
            return f"module {value.__name__}"
        if hasattr(value, "__qualname__"):
            return f"{value.__module__}.{value.__qualname__}"
        return self.object(value)

    def all(self, name: str, values: Any) -> str:
        return f"{name}({', '.join(map(self.text, values))})"

    def object(self, value: Any) -> str:
        try:
            parts = value.__reduce_ex__(2)  # what pickle would store
        except Exception:  # of many kinds: it cannot be pickled, so its class must do
            return self.cls(type(value))
        parts = parts if isinstance(parts, tuple) else (parts,)
        name = self.cls(type(value), init=False)
        return self.all(f"object of {name}", [list(part) if isinstance(part, Iterator) else part
                                              for part in parts])

    def cls(self, cls: type, init: bool = True) -> str:
        if id(cls) in self.seen:
            return self.seen[id(cls)][0]
        if cls in self.known or not _is_own(cls):
            return f"{cls.__module__}.{cls.__qualname__}"
        self.seen[id(cls)] = f"#{len(self.seen)}", cls
        bases = ", ".join(self.cls(base, init) for base in cls.__bases__)
        counted = ["__call__", "__init__"] if init else ["__call__"]
        return self.all(f"class {cls.__name__}({bases})", [
            (name, _inner(member)) for name, member in sorted(vars(cls).items())
            if name in counted or not name.startswith("__")])

    def function(self, function: FunctionType) -> str:
        code = function.__code__
        around = [None if cell == CellType() else cell.cell_contents  # None where it is empty yet
                  for cell in function.__closure__ or ()]
        found = [(name, function.__globals__[name]) for name in sorted(set(_globals(code)))
                 if isinstance(function.__globals__.get(name), (*PLAIN[1:], FunctionType, type))]
        return self.all("function", [_source(function) or code, function.__defaults__,
                                     function.__kwdefaults__, around, found])

    def code(self, code: CodeType) -> str:
        return self.all("code", (code.co_code, code.co_names, code.co_varnames, code.co_consts))


def _inner(member: Any) -> Any:
    """The function inside a property, or a static or class method."""
    if isinstance(member, property):
        return member.fget
    if isinstance(member, cached_property):
        return member.func
    return getattr(member, "__func__", member)


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _is_own(thing: Any) -> bool:
    """Whether a function or class is this package's or the reader's, not a library's."""
    module = thing.__module__ or "builtins"
    file = getattr(sys.modules.get(module), "__file__", None) or ""
    top = module.partition(".")[0]
    return top == __package__ or not (top in sys.stdlib_module_names or "-packages" in file)


def _source(function: FunctionType) -> str | None:
    """The source without comments and docstrings; None for a lambda, or where there is none."""
    if function.__name__ == "<lambda>":  # its line may hold another one
        return None
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree)


def _globals(code: CodeType) -> Iterator[str]:
    """Names of the globals that a code object, and those inside it, read."""
    for step in dis.get_instructions(code):
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            yield step.argval
    for part in code.co_consts:
        if isinstance(part, CodeType):
            yield from _globals(part)
