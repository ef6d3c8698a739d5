"""The process's state: environment variables, device, threads, memory; and that it is restored."""

import sys
from contextlib import nullcontext

import numpy as np
import pytest
import torch
from small_runs import DATA, SMALL, equal, train, weights

import rnngan_tutorial as rt
from rnngan_tutorial import machine
from rnngan_tutorial.loop import Loop

# Environment variables

def test_seeds_begin_at_zero_or_where_the_variable_says(monkeypatch):
    monkeypatch.delenv("RNNGAN_FIRST_SEED", raising=False)
    assert rt.seeds(3) == rt.seeds(np.int64(3)) == (0, 1, 2)
    monkeypatch.setenv("RNNGAN_FIRST_SEED", "1000")
    assert rt.seeds(2) == (1000, 1001) == train(steps=1).seeds
    assert train(steps=1, seeds=[4, 2]).seeds == (4, 2)


@pytest.mark.parametrize("count", [0, -1, 2.5, "2", True])
def test_how_many_seeds_is_a_whole_number(count):
    with pytest.raises(ValueError, match="the number of seeds is .*; it must be a whole number, 1"):
        rt.seeds(count)


@pytest.mark.parametrize("name, ask", [("RNNGAN_FIRST_SEED", lambda: rt.seeds(2)),
                                       ("RNNGAN_FIRST_SEED", train),
                                       ("RNNGAN_THREADS", train)])
@pytest.mark.parametrize("value", ["abc", "-1", "1.5", "", "²"])
def test_a_variable_that_is_no_number_is_named(monkeypatch, name, ask, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(ValueError) as caught:
        ask()
    assert str(caught.value).startswith(f"environment variable {name} is {value!r}; it must be a "
                                        f"whole number, ")


def test_the_number_of_threads_is_one_or_what_the_variable_says(monkeypatch):
    monkeypatch.delenv("RNNGAN_THREADS", raising=False)
    assert machine.default_threads() == 1
    monkeypatch.setenv("RNNGAN_THREADS", "3")
    assert machine.default_threads() == 3
    with machine.computing():
        assert torch.get_num_threads() == 3
    monkeypatch.setenv("RNNGAN_THREADS", "0")
    with pytest.raises(ValueError, match="RNNGAN_THREADS is '0'; .* 1 or more"):
        machine.default_threads()


@pytest.mark.parametrize("cuda, mps, wanted", [(True, True, "cuda"), (True, False, "cuda"),
                                               (False, True, "mps"), (False, False, "cpu")])
def test_device_order(monkeypatch, cuda, mps, wanted):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    assert rt.default_device() == torch.device(wanted)


# Threads

def test_the_thread_count_is_set_and_restored(monkeypatch):
    before, seen = torch.get_num_threads(), []
    inner = Loop.one_step
    monkeypatch.setattr(Loop, "one_step", lambda self: (
        seen.append(torch.get_num_threads()), inner(self)))
    train(steps=2, threads=2)
    assert seen == [2, 2] and torch.get_num_threads() == before
    monkeypatch.setattr(Loop, "one_step", lambda self: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        train(threads=2)
    assert torch.get_num_threads() == before


@pytest.mark.parametrize("threads", [10 ** 6, 1025, 0, -1, 1.0, True])
def test_a_number_of_threads_that_would_not_do_is_refused(monkeypatch, threads):
    monkeypatch.setattr(torch, "set_num_threads", lambda n: pytest.fail("it was set"))
    with pytest.raises(ValueError, match="threads is .*; it must be a whole number, 1 to 1024"):
        train(threads=threads)


# Memory

@pytest.mark.parametrize("broken", [False, True])
def test_the_allocator_is_set_and_restored(monkeypatch, broken):
    calls = []

    class Library:  # stands for glibc
        def mallopt(self, what, value):
            calls.append((what, value))

        def malloc_trim(self, pad):
            calls.append("trim")

    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(machine.ctypes, "CDLL", lambda name: Library())
    with pytest.raises(KeyError) if broken else nullcontext():
        with machine.computing(1):
            assert calls == [(-1, 2 ** 31 - 1), (-3, 2 ** 25)]
            if broken:
                raise KeyError
    assert calls[2:] == [(-1, 2 ** 17), (-3, 2 ** 17), "trim"]  # glibc's defaults


def test_other_systems_are_not_asked_for_glibc(monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(machine.ctypes, "CDLL", lambda *_: pytest.fail("there is no glibc"))
    with machine.computing(1):
        pass


# Grad mode and default dtype

def test_the_callers_modes_are_restored():
    for broken in (False, True):
        torch.set_default_dtype(torch.float64)
        try:
            with torch.no_grad():
                try:
                    with machine.computing(1):
                        assert torch.is_grad_enabled()
                        assert torch.get_default_dtype() == torch.float32
                        if broken:
                            raise KeyError
                except KeyError:
                    pass
                assert not torch.is_grad_enabled()
            assert torch.get_default_dtype() == torch.float64
        finally:
            torch.set_default_dtype(torch.float32)


class Keeper(torch.nn.Module):
    """A generator that is its own only in name."""

    def __init__(self, latent, features):
        super().__init__()
        self.out = torch.nn.Linear(latent, features)

    def forward(self, z):
        return torch.tanh(self.out(z))


@pytest.mark.parametrize("options", [{}, {"generator": Keeper}])
@pytest.mark.parametrize("loss", ["nonsaturating", "wasserstein_gp", "vae"])
def test_training_does_not_depend_on_the_callers_modes(loss, options):
    if options and loss == "wasserstein_gp":
        options = {**options, "average": 0.9}
    plain = train(loss, 4, **options)
    with torch.no_grad():
        without = train(loss, 4, **options)
    torch.set_default_dtype(torch.float64)
    try:
        double = train(loss, 4, **options)
        sampled = plain.sample(3), double.sample(3)
    finally:
        torch.set_default_dtype(torch.float32)
    for run in (without, double):
        assert equal(weights(plain.players), weights(run.players))
        np.testing.assert_array_equal(plain.sample(3), run.sample(3))
    for series in sampled:
        assert series.dtype == np.float32
        np.testing.assert_array_equal(series, plain.sample(3))


def test_training_leaves_the_global_random_numbers_alone():
    before = torch.random.get_rng_state()
    rt.train(DATA, steps=2, **SMALL, generator=Keeper).sample(3)
    assert torch.equal(before, torch.random.get_rng_state())
