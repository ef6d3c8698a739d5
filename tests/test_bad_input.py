"""Bad input gives one line that names the fault and the remedy, before any step is taken."""

from types import SimpleNamespace

import numpy as np
import pytest
from small_runs import DATA, small_data, train

import rnngan_tutorial as rt
from rnngan_tutorial.loop import Loop
from rnngan_tutorial.losses import Adam, Loss, MutualInformation, NonSaturating

NAN, INF = float("nan"), float("inf")
CODED = small_data(24, classes=3)


def values(change=None, shape=(40, 6, 1)):
    made = np.zeros(shape, np.float32)
    if change is not None:
        made[3, 2, 0] = change
    return rt.Sequences(made)


class Scalar(NonSaturating):
    def generator(self, round):
        return super().generator(round).sum()


class NoGame(NonSaturating):
    def generator(self, round):
        return Loss.generator(self, round)


# What is wrong: how to do it, the kind of error, the fault and the remedy as the line has them.
CASES = {
    # data
    "a bare array": (lambda: train(data=np.zeros((40, 6, 1))),
                     TypeError, "data is a ndarray", "must be Sequences"),
    "something like data": (lambda: train(data=SimpleNamespace(values=np.zeros((40, 6, 1)))),
                            TypeError, "data is a SimpleNamespace", "must be Sequences"),
    "rank 2": (lambda: rt.Sequences(np.zeros((40, 6))),
               ValueError, "shape (40, 6)", "values[:, :, None]"),
    "rank 4": (lambda: rt.Sequences(np.zeros((2, 40, 6, 1))),
               ValueError, "shape (2, 40, 6, 1)", "must be (series, time steps, features)"),
    "text for values": (lambda: rt.Sequences(np.full((4, 6, 1), "x")),
                        TypeError, "values are <U1", "must be numbers"),
    "bool for values": (lambda: rt.Sequences(np.ones((4, 6, 1), bool)),
                        TypeError, "values are bool", "must be numbers"),
    "complex values": (lambda: rt.Sequences(np.ones((4, 6, 1), complex)),
                       TypeError, "values are complex128", "must be numbers"),
    "nan": (lambda: train(data=values(NAN)), ValueError, "nan or infinite", "fill or drop"),
    "infinity": (lambda: train(data=values(-INF)), ValueError, "nan or infinite",
                 "fill or drop"),
    "unscaled": (lambda: train(data=values(80)), ValueError, "reaches 80", "scale it to [-1, 1]"),
    "no series": (lambda: train(data=values(shape=(0, 6, 1))),
                  ValueError, "shape (0, 6, 1)", "none of them 0"),
    "no time steps": (lambda: train(data=values(shape=(40, 0, 1))),
                      ValueError, "shape (40, 0, 1)", "none of them 0"),
    "no features": (lambda: train(data=values(shape=(40, 6, 0))),
                    ValueError, "shape (40, 6, 0)", "none of them 0"),
    "labels too many": (lambda: rt.Sequences(np.zeros((4, 6, 1)), labels=np.zeros(5, int)),
                        ValueError, "shape (5,)", "one for each of the 4 series"),
    "labels not whole": (lambda: rt.Sequences(np.zeros((4, 6, 1)), labels=np.zeros(4)),
                         ValueError, "labels are float64", "must be whole numbers"),
    "label too large": (lambda: rt.Sequences(np.zeros((4, 6, 1)), labels=np.array([0, 1, 2, 1]),
                                             label_names=("a", "b")),
                        ValueError, "labels run from 0 to 2", "must lie in 0 to 1"),
    "label negative": (lambda: rt.Sequences(np.zeros((4, 6, 1)), labels=np.array([0, -1, 1, 1])),
                       ValueError, "labels run from -1 to 1", "must lie in 0 to 1"),
    "unknown data": (lambda: rt.load("heartbeat"), ValueError, "no data 'heartbeat'",
                     "choose from heartbeats"),
    "split of nothing": (lambda: DATA.split(1.0), ValueError, "fraction is 1.0",
                         "between 0 and 1"),
    # loss
    "unknown loss": (lambda: train("wgan"), ValueError, "no loss 'wgan'", "choose from bce"),
    "unknown option": (lambda: rt.loss("improved", smoothing=0.9), ValueError,
                       "no option 'smoothing'", "it has kernels, real_label, weight"),
    "option of a loss with none": (lambda: rt.loss("hinge", margin=2), ValueError,
                                   "no option 'margin'", "none"),
    "name of another type": (lambda: rt.loss(3), ValueError, "no loss 3", "choose from bce"),
    "a function for a loss": (lambda: train(loss=lambda round: 0), TypeError, "loss is <function",
                              "rt.loss('hinge')"),
    "a class for a loss": (lambda: train(loss=NonSaturating), TypeError, "loss is <class",
                           "rt.loss('hinge')"),
    "a loss times text": (lambda: NonSaturating() * "2", TypeError, "multiplied by '2'",
                          "finite numbers only"),
    "a loss times nan": (lambda: NAN * NonSaturating(), TypeError, "multiplied by nan",
                         "finite numbers only"),
    "a loss plus a number": (lambda: NonSaturating() + 1, TypeError, "unsupported operand",
                             "'NonSaturating' and 'int'"),
    "a code without channels": (lambda: MutualInformation(0, 0), ValueError, "no channel",
                                "categories or continuous"),
    "kernels negative": (lambda: train(rt.loss("improved", kernels=-1)), ValueError,
                         "is -1", "0 or more"),
    "labels wanted, none there": (lambda: train("conditional", data=small_data(classes=0)),
                                  ValueError, "needs labels", "label column"),
    "minibatches of steps": (lambda: train("improved", score="steps"), ValueError,
                             "compares whole series", "score='series'"),
    "encoder without noise": (lambda: train("vae", latent=rt.Latent(0, 2)), ValueError,
                              "per-series noise", "latent.series must be 1"),
    "a value for all seeds": (lambda: train(Scalar()), ValueError, "shape ()",
                              "one number per seed, (2,)"),
    "nothing for the generator": (lambda: train(NoGame()), ValueError,
                                  "gives the generator nothing", "add a loss that does"),
    "nothing for the discriminator": (lambda: train("mse", adam=Adam()), ValueError,
                                      "gives the discriminator nothing",
                                      "discriminator_steps=0"),
    # seeds and sizes
    **{f"steps {bad!r}": (lambda bad=bad: train(steps=bad), ValueError, f"steps is {bad!r}",
                          "whole number, 1 or more")
       for bad in (0, -5, 10.0, True, "10", None)},
    "seeds 0": (lambda: train(seeds=0), ValueError, "seeds is 0", "1 or more"),
    "seeds 2.0": (lambda: train(seeds=2.0), ValueError, "seeds is 2.0", "whole number"),
    "seeds as text": (lambda: train(seeds="01"), ValueError, "seeds is '01'", "whole number"),
    "no seeds": (lambda: train(seeds=[]), ValueError, "seeds are []", "at least one"),
    "a seed twice": (lambda: train(seeds=[1, 2, 1]), ValueError, "seeds are [1, 2, 1]",
                     "none twice"),
    "a seed negative": (lambda: train(seeds=[0, -1]), ValueError, "a seed is -1", "0 or more"),
    "a seed not whole": (lambda: train(seeds=[0, 1.5]), ValueError, "a seed is 1.5",
                         "whole number"),
    "batch too large": (lambda: train(batch=41), ValueError, "only 40 series", "batch=40"),
    "batch 0": (lambda: train(batch=0), ValueError, "batch is 0", "1 or more"),
    "hidden 0": (lambda: train(hidden=0), ValueError, "hidden is 0", "1 or more"),
    "hidden 8.0": (lambda: train(hidden=8.0), ValueError, "hidden is 8.0", "whole number"),
    "threads 0": (lambda: train(threads=0), ValueError, "threads is 0", "1 or more"),
    "latent without channels": (lambda: train(latent=rt.Latent(0, 0)), ValueError,
                                "has no channel", "at least one"),
    "latent negative": (lambda: train(latent=rt.Latent(-1, 2)), ValueError,
                        "latent.series is -1", "0 or more"),
    "latent a number": (lambda: train(latent=4), TypeError, "latent is 4", "rt.Latent"),
    "score unknown": (lambda: train(score="step"), ValueError, "score is 'step'",
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
    "beta 1": (lambda: train(adam=Adam(betas=(0.5, 1.0))), ValueError, "a beta is 1.0",
               "in [0, 1)"),
    "beta nan": (lambda: train(adam=Adam(betas=(NAN, 0.9))), ValueError, "a beta is nan",
                 "in [0, 1)"),
    "eps 0": (lambda: train(adam=Adam(eps=0)), ValueError, "eps is 0", "above 0"),
    "discriminator_steps -1": (lambda: train(adam=Adam(discriminator_steps=-1)), ValueError,
                               "discriminator_steps is -1", "0 or more"),
    "discriminator_steps 1.5": (lambda: train(adam=Adam(discriminator_steps=1.5)), ValueError,
                                "discriminator_steps is 1.5", "whole number"),
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
    "players of another width": (lambda: train(players=untrained(hidden=5)), ValueError,
                                 "players do not fit", "has shape (2, 20, 7), not (2, 16, 6)"),
    "players of another loss": (lambda: train("infogan", players=untrained()), ValueError,
                                "players do not fit", "same data, loss"),
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
    monkeypatch.setattr(Loop, "one_step", lambda self, watch: (
        inner(self, watch), steps.append(self.step)))
    with pytest.raises(CASES[name][1]) as caught:
        CASES[name][0]()
    assert not steps
    check(CASES[name], caught)


def test_there_are_enough_kinds():
    assert len(CASES) + len(PATHS) + len(RUNS) >= 80


# --- Paths ------------------------------------------------------------------------------------

def csv(text, **options):
    def read(folder):
        (folder / "data.csv").write_text(text)
        rt.from_csv(folder / "data.csv", **{"length": 2, **options})
    return read


ROWS = "t,x,kind\n0,1.0,a\n1,2.0,a\n2,4.0,b\n3,3.0,b\n"

PATHS = {
    "checkpoint a directory": (lambda p: train(checkpoint=p), ValueError, "is a directory",
                               "path of a file"),
    "checkpoint below a file": (lambda p: ((p / "f").write_text("x"),
                                           train(checkpoint=p / "f" / "state.pt")),
                                ValueError, "cannot be written", "another path"),
    "checkpoint a text": (lambda p: ((p / "f").write_text("x"), train(checkpoint=p / "f")),
                          ValueError, "cannot be read as a checkpoint", "another path"),
    "checkpoint of another run": (lambda p: (train(steps=1, checkpoint=p / "f"),
                                             train(checkpoint=p / "f", hidden=5)),
                                  ValueError, "its hidden is 4, not 5", "another path"),
    "checkpoint further on": (lambda p: (train(steps=3, checkpoint=p / "f"),
                                         train(steps=2, checkpoint=p / "f")),
                              ValueError, "at step 3", "at least that"),
    "no file": (lambda p: rt.from_csv(p / "none.csv", 2), ValueError, "is not a file",
                "path of a CSV"),
    "a directory": (lambda p: rt.from_csv(p, 2), ValueError, "is not a file", "path of a CSV"),
    "empty": (csv(""), ValueError, "is empty", "a header and one row per time step"),
    "header alone": (csv("t,x\n"), ValueError, "has 0 rows", "smaller length"),
    "too short": (csv(ROWS, length=5, label="kind"), ValueError, "has 4 rows", "smaller length"),
    "length 0": (csv(ROWS, length=0), ValueError, "length is 0", "1 or more"),
    "length 2.0": (csv(ROWS, length=2.0), ValueError, "length is 2.0", "whole number"),
    "stride -1": (csv(ROWS, stride=-1), ValueError, "stride is -1", "1 or more"),
    "column missing": (csv(ROWS, columns=["y"]), ValueError, "no column 'y'", "it has t, x, kind"),
    "label missing": (csv(ROWS, label="sort"), ValueError, "no column 'sort'",
                      "it has t, x, kind"),
    "series missing": (csv(ROWS, series="who"), ValueError, "no column 'who'",
                       "it has t, x, kind"),
    "text in a column": (csv(ROWS), ValueError, "line 2: column 'kind' holds 'a'",
                         "fill or drop"),
    "nan in a column": (csv("x\n1\nnan\n2\n"), ValueError, "line 3: column 'x' holds 'nan'",
                        "fill or drop"),
    "infinity in a column": (csv("x\n1\n2\n-inf\n"), ValueError, "line 4", "fill or drop"),
    "a gap in a column": (csv("x,y\n1,1\n2,\n"), ValueError, "line 3: column 'y' holds ''",
                          "fill or drop"),
    "a short row": (csv("x,y\n1,1\n2\n"), ValueError, "line 3: 1 cells", "header has 2"),
    "a column twice": (csv("x,x\n1,1\n2,2\n"), ValueError, "column 'x' stands twice", "header"),
    "a constant column": (csv("x,y\n1,5\n2,5\n"), ValueError, "column 'y' is constant",
                          "leave it out"),
    "not text at all": (lambda p: ((p / "f").write_bytes(bytes(range(128, 256))),
                                   rt.from_csv(p / "f", 2)),
                        ValueError, "not a CSV file in UTF-8", "UTF-8"),
}


@pytest.mark.parametrize("name", PATHS)
def test_bad_file(tmp_path, name):
    with pytest.raises(ValueError) as caught:
        PATHS[name][0](tmp_path)
    check(PATHS[name], caught)


# --- Asking a run -----------------------------------------------------------------------------

RUNS = {
    "sample 0": (lambda run: run.sample(0), ValueError, "n is 0", "1 or more"),
    "sample 2.5": (lambda run: run.sample(2.5), ValueError, "n is 2.5", "whole number"),
    "sample seed -1": (lambda run: run.sample(2, seed=-1), ValueError, "seed is -1", "0 or more"),
    "label out of range": (lambda run: run.sample(2, labels=3), ValueError, "labels run from 3",
                           "must lie in 0 to 2"),
    "labels too few": (lambda run: run.sample(4, labels=[0, 1]), ValueError, "shape (2,)",
                       "one whole number or 4"),
    "labels not whole": (lambda run: run.sample(2, labels=[0.0, 1.0]), ValueError, "float64",
                         "whole number"),
    "a code of the wrong shape": (lambda run: run.sample(2, code=np.zeros((2, 2))), ValueError,
                                  "code has shape (2, 2)", "must be (2, 3)"),
    "logits of one series": (lambda run: run.logits(np.zeros((6, 1))), ValueError,
                             "shape (6, 1)", "(series, time steps, 1)"),
    "logits of other features": (lambda run: run.logits(np.zeros((3, 6, 2))), ValueError,
                                 "shape (3, 6, 2)", "(series, time steps, 1)"),
    "logits of nothing": (lambda run: run.logits(np.zeros((0, 6, 1))), ValueError,
                          "shape (0, 6, 1)", "(series, time steps, 1)"),
    "logits without labels": (lambda run: run.logits(np.zeros((3, 6, 1))), ValueError,
                              "needs labels", "labels="),
    "logits with wrong labels": (lambda run: run.logits(np.zeros((3, 6, 1)), labels=[0, 1, 7]),
                                 ValueError, "labels run from 0 to 7", "must lie in 0 to 2"),
}

PLAIN = {
    "labels that nobody reads": (lambda run: run.sample(2, labels=1), ValueError,
                                 "takes no labels", "'conditional'"),
    "a code that nobody reads": (lambda run: run.sample(2, code=np.zeros((2, 3))), ValueError,
                                 "takes no code", "'infogan'"),
    "logits with labels that nobody reads": (
        lambda run: run.logits(np.zeros((3, 6, 1)), labels=[0, 1, 1]), ValueError,
        "takes no labels", "'conditional'"),
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
    assert coded.logits(np.zeros((3, 6, 1)), labels=[0, 1, 2]).shape == (2, 3)
