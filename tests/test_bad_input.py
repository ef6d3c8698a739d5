"""Bad arguments give one line that names the fault and the remedy, before any step is taken."""

from types import SimpleNamespace

import numpy as np
import pytest
from small_runs import small_data, train

import rnngan_tutorial as rt
from rnngan_tutorial.adam import Adam
from rnngan_tutorial.loop import Loop
from rnngan_tutorial.losses import R1, Loss, NonSaturating

NAN, INF = float("nan"), float("inf")
CODED = small_data(24, classes=3)


def values(change=None, shape=(40, 6, 1)):
    made = np.zeros((40, 6, 1) if change is not None else shape, np.float32)
    if change is not None:
        made[3, 2, 0] = change
    data = rt.Sequences(np.zeros((40, 6, 1)))
    object.__setattr__(data, "values", made)
    return data


class Scalar(NonSaturating):
    def generator(self, round):
        return super().generator(round).sum()


class Calm(NonSaturating):
    adam = Adam(betas=(0.5, 0.9))


class NoGame(NonSaturating):
    def generator(self, round):
        return Loss.generator(self, round)


class NoDiscriminator(NonSaturating):
    def discriminator(self, round):
        return Loss.discriminator(self, round)


# What is wrong: how to do it, the kind of error, the fault and the remedy as the line has them.
CASES = {
    # data
    "a bare array": (lambda: train(data=np.zeros((40, 6, 1))),
                     TypeError, "data is a ndarray", "must be Sequences"),
    "something like data": (lambda: train(data=SimpleNamespace(values=np.zeros((40, 6, 1)))),
                            TypeError, "data is a SimpleNamespace", "must be Sequences"),
    "nan": (lambda: train(data=values(NAN)), ValueError, "nan or infinite", "fill or drop"),
    "infinity": (lambda: train(data=values(-INF)), ValueError, "nan or infinite",
                 "fill or drop"),
    "unscaled": (lambda: train(data=values(80)), ValueError, "reaches 80",
                 "rt.from_array scales it"),
    "no series": (lambda: train(data=values(shape=(0, 6, 1))),
                  ValueError, "shape (0, 6, 1)", "none of them 0"),
    "no time steps": (lambda: train(data=values(shape=(40, 0, 1))),
                      ValueError, "shape (40, 0, 1)", "none of them 0"),
    "no features": (lambda: train(data=values(shape=(40, 6, 0))),
                    ValueError, "shape (40, 6, 0)", "none of them 0"),
    # loss
    "unknown loss": (lambda: train("wgan"), ValueError, "no loss 'wgan'",
                     "did you mean 'wasserstein_gp'?"),
    "a function for a loss": (lambda: train(loss=lambda round: 0), TypeError, "loss is <function",
                              "rt.loss('hinge')"),
    "a class for a loss": (lambda: train(loss=NonSaturating), TypeError, "loss is <class",
                           "rt.loss('hinge')"),
    "labels wanted, none there": (lambda: train("conditional", data=small_data(classes=0)),
                                  ValueError, "needs labels", "label="),
    "minibatches of steps": (lambda: train("improved", logits="steps"), ValueError,
                             "compares whole series", "logits='series'"),
    "encoder without noise": (lambda: train("vae", latent=rt.Latent(0, 2)), ValueError,
                              "per-series noise", "latent.series must be 1"),
    "a value for all seeds": (lambda: train(Scalar()), ValueError, "shape ()",
                              "one number per seed, (2,)"),
    "nothing for the generator": (lambda: train(NoGame()), ValueError,
                                  "gives the generator nothing", "add a loss that does"),
    "a penalty alone": (lambda: train(R1()), ValueError, "R1(gamma=0.3) teaches the generator "
                        "nothing", "add a loss that does, such as rt.loss('nonsaturating')"),
    "nothing for the discriminator": (lambda: train(NoDiscriminator()), ValueError,
                                      "gives the discriminator nothing",
                                      "leave 'discriminator' out of its trains"),
    "terms that disagree": (lambda: train(Calm() + NonSaturating()), ValueError,
                            "want betas (0.5, 0.9) and (0.0, 0.99)", "adam={'betas'"),
    # seeds and sizes
    **{f"steps {bad!r}": (lambda bad=bad: train(steps=bad), ValueError, f"steps is {bad!r}",
                          "whole number, 1 or more")
       for bad in (0, -5, 10.0, True, "10", None)},
    "seeds 0": (lambda: train(seeds=0), ValueError, "seeds is 0", "1 to 10000"),
    "seeds 2.0": (lambda: train(seeds=2.0), ValueError, "seeds is 2.0", "whole number"),
    "seeds as text": (lambda: train(seeds="01"), ValueError, "seeds is '01'", "whole number"),
    "no seeds": (lambda: train(seeds=[]), ValueError, "seeds are [...]", "at least one"),
    "a seed twice": (lambda: train(seeds=[1, 2, 1]), ValueError, "seeds are [1, 2, 1...]",
                     "none twice"),
    "a seed negative": (lambda: train(seeds=[0, -1]), ValueError, "a seed is -1", "0 or more"),
    "a seed not whole": (lambda: train(seeds=[0, 1.5]), ValueError, "a seed is 1.5",
                         "whole number"),
    "too many seeds": (lambda: train(seeds=10 ** 7), ValueError, "seeds is 10000000",
                       "1 to 10000"),
    "too many seeds, listed": (lambda: train(seeds=range(10 ** 7)), ValueError,
                               "seeds are [0, 1, 2", "at most 10000"),
    "batch too large": (lambda: train(batch=41), ValueError, "only 40 series", "batch=40"),
    "batch 0": (lambda: train(batch=0), ValueError, "batch is 0", "1 or more"),
    "hidden 0": (lambda: train(hidden=0), ValueError, "hidden is 0", "1 or more"),
    "hidden 8.0": (lambda: train(hidden=8.0), ValueError, "hidden is 8.0", "whole number"),
    "threads 0": (lambda: train(threads=0), ValueError, "threads is 0", "1 to 1024"),
    "threads a million": (lambda: train(threads=10 ** 6), ValueError, "threads is 1000000",
                          "1 to 1024"),
    "latent without channels": (lambda: train(latent=rt.Latent(0, 0)), ValueError,
                                "has no channel", "at least one"),
    "latent negative": (lambda: train(latent=rt.Latent(-1, 2)), ValueError,
                        "latent.series is -1", "0 or more"),
    "latent a number": (lambda: train(latent=4), TypeError, "latent is 4", "rt.Latent"),
    "logits unknown": (lambda: train(logits="step"), ValueError, "logits is 'step'",
                      "'series' or 'steps'"),
    # Adam
    "adam a number": (lambda: train(adam=3e-3), TypeError, "adam is 0.003", "rt.Adam"),
    **{f"{name} {bad!r}": (lambda name=name, bad=bad: train(adam=Adam(**{name: bad})), ValueError,
                           f"{name} is {bad!r}", "finite number, not negative")
       for name, bad in (("lr_generator", -1e-3), ("lr_discriminator", NAN),
                         ("lr_generator", INF), ("lr_discriminator", "1e-3"),
                         ("lr_generator", True))},
    "one beta": (lambda: train(adam=Adam(betas=(0.5,))), ValueError, "betas are (0.5,)",
                 "two numbers in [0, 1)"),
    "beta a number": (lambda: train(adam=Adam(betas=0.5)), ValueError, "betas are 0.5",
                      "two numbers in [0, 1)"),
    "beta 1": (lambda: train(adam=Adam(betas=(0.5, 1.0))), ValueError, "one of betas is 1.0",
               "in [0, 1)"),
    "beta nan": (lambda: train(adam=Adam(betas=(NAN, 0.9))), ValueError, "one of betas is nan",
                 "in [0, 1)"),
    "eps 0": (lambda: train(adam=Adam(eps=0)), ValueError, "eps is 0", "above 0"),
    **{f"discriminator_steps {bad}": (
        lambda bad=bad: train(adam=Adam(discriminator_steps=bad)), ValueError,
        f"discriminator_steps is {bad}", "whole number, 1 or more") for bad in (0, -1, 1.5)},
    "warmup -1": (lambda: train(adam={"warmup": -1}), ValueError, "warmup is -1", "0 or more"),
    "warmup 2.5": (lambda: train(adam={"warmup": 2.5}), ValueError, "warmup is 2.5",
                   "whole number"),
    "schedule unknown": (lambda: train(adam={"schedule": "step"}), ValueError,
                         "schedule is 'step'", "constant, linear, cosine"),
    **{f"clip {bad!r}": (lambda bad=bad: train(adam={"clip": bad}), ValueError,
                         f"clip is {bad!r}", "above 0, or None") for bad in (0, -1.0, NAN, INF)},
    "betas_end 1": (lambda: train(adam={"betas_end": (0.5, 1)}), ValueError,
                    "one of betas_end is 1", "in [0, 1)"),
    "betas_end a number": (lambda: train(adam={"betas_end": 0.5}), ValueError,
                           "betas_end are 0.5", "two numbers in [0, 1)"),
    "adam setting unknown": (lambda: train(adam={"lr": 1e-3}), ValueError,
                             "adam has no setting 'lr'", "choose from lr_generator"),
    **{f"average {bad!r}": (lambda bad=bad: train(average=bad), ValueError,
                            f"average is {bad!r}", "between 0 and 1")
       for bad in (0, 1, -0.1, NAN, "0.9", True)},
    # where and when
    "device unknown": (lambda: train(device="gpu"), ValueError, "no device 'gpu'", "'cpu'"),
    "device absent": (lambda: train(device="cuda:99"), ValueError, "no device 'cuda:99'",
                      "'cpu'"),
    "device without numbers": (lambda: train(device="meta"), ValueError, "no device 'meta'",
                               "'cpu'"),
    "device of another type": (lambda: train(device=[]), ValueError, "no device []", "'cpu'"),
    "snapshot too late": (lambda: train(snapshots=[3, 13]), ValueError, "at step 13",
                          "there are 12"),
    "snapshot negative": (lambda: train(snapshots=[-1]), ValueError, "step is -1", "0 or more"),
    "snapshot not whole": (lambda: train(snapshots=[2.5]), ValueError, "step is 2.5",
                           "whole number"),
    "snapshots a number": (lambda: train(snapshots=5), TypeError, "snapshots is 5",
                           "list of steps"),
    "checkpoint_every 0": (lambda: train(checkpoint_every=0), ValueError,
                           "checkpoint_every is 0", "1 or more"),
    "networks of another width": (lambda: train(start_from=untrained(hidden=5)), ValueError,
                                  "networks to start from do not fit",
                                  "shape (2, 20, 7), not (2, 16, 6)"),
    "networks of another loss": (lambda: train("infogan", start_from=untrained()), ValueError,
                                 "networks to start from do not fit", "same data, loss"),
    "networks of other seeds": (lambda: train(start_from=untrained(seeds=3)), ValueError,
                                "networks to start from do not fit", "same data, loss, seeds"),
    "no networks": (lambda: train(start_from={}), TypeError, "start_from is a dict",
                    "a Run, or a ModuleDict"),
}


def untrained(**options):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Loop, "go", lambda *_: None)
        return train(**options).players


def check(case, caught):
    _, kind, fault, remedy = case
    message = str(caught.value)
    assert type(caught.value) is kind
    assert fault in message and remedy in message
    assert "\n" not in message and len(message) < 400


@pytest.mark.parametrize("name", CASES)
def test_bad_input(monkeypatch, name):
    steps = []
    inner = Loop.one_step
    monkeypatch.setattr(Loop, "one_step", lambda self: (
        inner(self), steps.append(self.step)))
    with pytest.raises(CASES[name][1]) as caught:
        CASES[name][0]()
    assert not steps
    check(CASES[name], caught)


# --- Asking a run -----------------------------------------------------------------------------

ZEROS = np.zeros((3, 6, 1))
RUNS = {
    "sample 0": (lambda run: run.sample(0), ValueError, "n is 0", "1 or more"),
    "sample 2.5": (lambda run: run.sample(2.5), ValueError, "n is 2.5", "whole number"),
    "sample noise -1": (lambda run: run.sample(2, noise=-1), ValueError, "noise is -1",
                        "0 or more"),
    "sample noise a word": (lambda run: run.sample(2, noise="a"), ValueError, "noise is 'a'",
                            "whole number"),
    "inputs 0": (lambda run: run.inputs(0), ValueError, "n is 0", "1 or more"),
    "label out of range": (lambda run: run.sample(2, labels=3), ValueError, "labels run from 3",
                           "must lie in 0 to 2"),
    "label unknown": (lambda run: run.sample(2, labels="wide"), ValueError, "no label 'wide'",
                      "choose from 0, 1, 2"),
    "labels too few": (lambda run: run.sample(4, labels=[0, 1]), ValueError, "shape (2,)",
                       "whole number, or 4 of them"),
    "labels not whole": (lambda run: run.sample(2, labels=[0.0, 1.0]), ValueError, "float64",
                         "whole number"),
    "a code of the wrong shape": (lambda run: run.sample(2, code=np.zeros((2, 2))), ValueError,
                                  "code has shape (2, 2)", "must be (2, 3)"),
    "a code that is not finite": (lambda run: run.sample(2, code=np.full((2, 3), NAN)),
                                  ValueError, "code holds nan or infinity", "must be finite"),
    "logits of one series": (lambda run: run.logits(ZEROS[0]), ValueError, "shape (6, 1)",
                             "(series, 6, 1)"),
    "logits of other features": (lambda run: run.logits(np.zeros((3, 6, 2))), ValueError,
                                 "shape (3, 6, 2)", "(series, 6, 1)"),
    "logits of another length": (lambda run: run.logits(np.zeros((3, 7, 1))), ValueError,
                                 "shape (3, 7, 1)", "(series, 6, 1)"),
    "logits of nothing": (lambda run: run.logits(ZEROS[:0]), ValueError, "shape (0, 6, 1)",
                          "(series, 6, 1)"),
    "logits of nan": (lambda run: run.logits(ZEROS + NAN, 0), ValueError,
                      "values hold nan or infinity", "must be finite"),
    "logits of infinity": (lambda run: run.logits(ZEROS - INF, 0), ValueError,
                           "values hold nan or infinity", "must be finite"),
    "logits of 1e39": (lambda run: run.logits(ZEROS + 1e39, 0), ValueError,
                       "values hold nan or infinity", "must be finite"),
    "logits of words": (lambda run: run.logits([[["a"]]], 0), ValueError, "values", "numbers"),
    "a code of words": (lambda run: run.sample(2, code=[["a"] * 3] * 2), ValueError,
                        "code cannot be read", "array of numbers"),
    "logits without labels": (lambda run: run.logits(ZEROS), ValueError, "needs labels",
                              "labels="),
    "logits with wrong labels": (lambda run: run.logits(ZEROS, labels=[0, 1, 7]),
                                 ValueError, "labels run from 0 to 7", "must lie in 0 to 2"),
    "a seed that is not there": (lambda run: run.only(4), ValueError, "no seed 4", "it has 0, 1"),
    "a seed that is no number": (lambda run: run.to_torch("a"), ValueError, "no seed 'a'",
                                 "it has 0, 1"),
    "a frame of another seed": (lambda run: run.to_frame(2, seed=9), ValueError, "no seed 9",
                                "it has 0, 1"),
    "observation noise of a GAN": (lambda run: run.sample(2, observation=True), ValueError,
                                   "has no observation noise", "'vae'"),
}

PLAIN = {
    "labels that nobody reads": (lambda run: run.sample(2, labels=1), ValueError,
                                 "takes no labels", "'conditional'"),
    "a code that nobody reads": (lambda run: run.sample(2, code=np.zeros((2, 3))), ValueError,
                                 "takes no code", "'infogan'"),
    "logits with labels that nobody reads": (
        lambda run: run.logits(ZEROS, labels=[0, 1, 1]), ValueError, "takes no labels",
        "'conditional'"),
}


@pytest.fixture(scope="module")
def coded():
    return train(rt.loss("conditional") + rt.loss("infogan"), 1, CODED)


@pytest.fixture(scope="module")
def plain():
    return train(steps=1)


@pytest.mark.parametrize("name", RUNS)
def test_bad_question_to_a_run(coded, name):
    with pytest.raises(ValueError) as caught:
        RUNS[name][0](coded)
    check(RUNS[name], caught)


@pytest.mark.parametrize("name", PLAIN)
def test_question_that_a_run_has_no_use_for(plain, name):
    with pytest.raises(ValueError) as caught:
        PLAIN[name][0](plain)
    check(PLAIN[name], caught)


def test_good_questions_are_answered(coded):
    assert coded.sample(2, labels=[0, 2], code=np.zeros((2, 3))).shape == (2, 2, 6, 1)
    assert coded.logits(ZEROS, labels=[0, 1, 2]).shape == (2, 3)
