"""What a thing is, as a hash: the same in every process, another for other code or values."""

import functools
import os
import subprocess
import sys
import textwrap

import numpy as np
import torch

import rnngan_tutorial as rt
from rnngan_tutorial.identity import identity_of

SCALE = 1
PROGRAM = """
    import functools
    import torch
    from rnngan_tutorial.losses import Loss, mean

    def helper(x, power=2):
        return x ** power if power not in {"none", "some", "all"} else x

    class Mine(Loss):
        def __init__(self, power):
            scale = torch.arange(3.0)
            self.shape = lambda x: scale[0] * helper(x, power)
            self.parts = {"b": functools.partial(helper, power=power), "a": {3, "x", (1, 2)}}
            self.net = torch.nn.Tanh()
            self.me = self

        def generator(self, round):
            return mean(self.shape(round.fake))

    print(Mine(2).fingerprint(), Mine(3).fingerprint(), (Mine(2) + 2 * Mine(2)).fingerprint())
"""


def test_a_fingerprint_is_the_same_in_another_process(tmp_path):
    (tmp_path / "program.py").write_text(textwrap.dedent(PROGRAM))
    found = [subprocess.run([sys.executable, *how], capture_output=True, text=True, check=True,
                            cwd=tmp_path, env={**os.environ, "PYTHONHASHSEED": seed}).stdout
             for how, seed in ((["program.py"], "1"), (["program.py"], "2"),
                               (["-c", textwrap.dedent(PROGRAM)], "3"),
                               (["-c", textwrap.dedent(PROGRAM)], "4"))]
    assert found[0] == found[1] and found[2] == found[3]
    assert len(set(found[0].split())) == 3


def test_identity_of_values_functions_and_classes():
    def scaled(by):
        return lambda x: by * x

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.map = torch.nn.Linear(2, 3)

    def wide():
        class Net(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.map = torch.nn.Linear(2, 4)
        return Net

    Wide = wide()
    first, second = lambda x: x, lambda x: 2 * x
    different = [None, 1, True, 1.0, "1", (1,), [1], {1}, {1: 1}, torch.ones(2), torch.ones(1, 2),
                 torch.ones(2).double(), np.ones(2), np.array(["a", None]), first, second,
                 scaled(1), scaled(2), Net, Wide, lambda: Net(), lambda: Wide(), torch.relu, torch,
                 functools.partial(scaled, 1), functools.partial(scaled, 2), rt.Adam(),
                 rt.Adam(eps=1), torch.Generator()]
    found = [identity_of(value) for value in different]
    assert len(set(found)) == len(found)
    assert found == [identity_of(value) for value in different]
    assert identity_of(scaled(1)) == identity_of(scaled(1))
    assert identity_of({"a": 1, "b": 2}) == identity_of({"b": 2, "a": 1})


def test_the_order_of_a_set_does_not_matter():
    program = """
        from rnngan_tutorial.identity import identity_of
        def first(x): return x
        def second(x): return first(x)
        print(identity_of({("a", first), ("b", first), ("c", second)}))
    """
    found = {subprocess.run([sys.executable, "-c", textwrap.dedent(program)], text=True, check=True,
                            capture_output=True, env={**os.environ, "PYTHONHASHSEED": seed}).stdout
             for seed in "123"}
    assert len(found) == 1


def test_a_closure_over_what_is_not_there_yet():
    def outer():
        def inner():
            return later
        empty = identity_of(inner)
        later = 1
        return empty, identity_of(inner)

    empty, full = outer()
    assert empty != full


def test_globals_of_a_function_inside_count(monkeypatch):
    def make():
        return lambda: SCALE

    found = []
    for value in (1, 2, 1):
        monkeypatch.setitem(globals(), "SCALE", value)
        found.append(identity_of(make))
    assert found[0] == found[2] != found[1]
