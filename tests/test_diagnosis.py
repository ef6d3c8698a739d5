"""A diagnosis names what is planted, says what it looked at, and changes nothing."""

from dataclasses import replace

import numpy as np
import pytest
import small_runs
import torch
from own_networks import Recurrent
from small_runs import DATA

import rnngan_tutorial as rt
from rnngan_tutorial import losses
from rnngan_tutorial.diagnosis import SIGNS, Diagnosis, Finding

NAMES = [sign.name for sign in SIGNS]


class Pooled(torch.nn.Module):
    """An own discriminator."""

    def __init__(self, features):
        super().__init__()
        self.layer = torch.nn.Linear(features, 5)
        self.out = torch.nn.Linear(5, 1)

    def forward(self, x):
        return self.out(torch.tanh(self.layer(x)).mean(1)).squeeze(-1)


@pytest.fixture(scope="module")
def game():
    return small_runs.train(steps=300)


# What it says

def test_every_sign_is_looked_at_or_has_a_reason(game):
    found = game.diagnose()
    looked = [finding.sign.name for finding in found.looked_at]
    assert sorted(looked + list(found.not_looked_at)) == sorted(NAMES)
    assert found.not_looked_at == {
        "leak in the split": "give test=", "ignored label": "the players are told no labels",
        "posterior collapse": "the loss has no encoder"}
    assert found.names == [finding.sign.name for finding in found]
    assert len(found) == len(found.names)


@pytest.mark.parametrize("name", losses.REGISTRY)
def test_runs_of_every_loss_can_be_diagnosed(name):
    found = small_runs.train(name, steps=12).diagnose(small_runs.small_data(30))
    assert len(found.looked_at) + len(found.not_looked_at) == len(SIGNS)
    for finding in found.looked_at:
        assert finding.values.shape == (2,) and np.isfinite(finding.values).all()


@pytest.mark.parametrize("options", [{"logits": "steps"}, {"average": None}, {"seeds": [5]},
                                     {"spectral_norm": True}], ids=str)
def test_runs_of_other_kinds_can_be_diagnosed(options):
    assert small_runs.train(steps=70, **options).diagnose().looked_at


def test_own_networks_can_be_diagnosed():
    found = small_runs.train(steps=12, generator=Recurrent, discriminator=Pooled).diagnose()
    assert {"collapse", "saturation"} <= {finding.sign.name for finding in found.looked_at}
    assert "package's own" in found.not_looked_at["short memory"]


def test_a_loaded_run_is_diagnosed_by_its_records_and_by_given_series(game, tmp_path):
    game.save(tmp_path / "run.rnngan")
    loaded = rt.load_run(tmp_path / "run.rnngan")
    alone, whole = loaded.diagnose(), loaded.diagnose(DATA)
    assert alone.not_looked_at["collapse"] == "the run has no real series; give test="
    assert whole.not_looked_at["leak in the split"] == "the run has no training series"
    of_run = {f.sign.name: f.values.tolist() for f in game.diagnose().looked_at}
    for finding in alone.looked_at + whole.looked_at:
        assert finding.values.tolist() == of_run[finding.sign.name]


@pytest.mark.parametrize("test, error, said", [
    (DATA.values, TypeError, "test is ndarray; it must be Sequences"),
    (small_runs.small_data(length=7), ValueError, r"40 series of \(7, 1\) .* of \(6, 1\)"),
    (DATA.subset([]), ValueError, "test has 0 series")])
def test_other_series_are_refused_in_one_line(game, test, error, said):
    with pytest.raises(error, match=said) as caught:
        game.diagnose(test)
    assert "\n" not in str(caught.value)


def planted():
    low = replace(SIGNS[0], name="a & b", about="<What> it is.", below=0.5, above=np.inf)
    high = replace(SIGNS[0], name="second", below=-np.inf, above=3.0)
    return Diagnosis("Run(x)", [Finding(high, np.array([1.0, 2.0]), ()),
                                Finding(low, np.array([0.25, 0.75]), (7,))], {"third": "no test"})


def test_what_is_printed():
    found = planted()
    assert found.names == ["a & b"] and len(found) == 1
    assert str(found) == repr(found) == "\n".join([
        "Run(x): a & b found", "", "A & B (seed 7)",
        "  measured: 0.25, sick below 0.5. <What> it is.",
        f"  likely cause: {SIGNS[0].cause}", f"  try first: {SIGNS[0].cure}", "",
        "looked at, and not found:", "  second (1 to 2, sick above 3)", "",
        "not looked at:", "  third (no test)"])
    nothing = Diagnosis("Run(x)", found.looked_at[:1])
    assert str(nothing).splitlines()[0] == "Run(x): nothing found" and len(nothing) == 0
    assert "second (1 to 2" in str(nothing) and "not looked at" not in str(nothing)


def test_what_a_notebook_shows():
    html = planted()._repr_html_()
    assert "a &amp; b" in html and "&lt;What&gt;" in html and "<What>" not in html
    assert html.index("a &amp; b</td>") < html.index("second</td>")  # what is sick comes first
    assert html.count("<tr>") == 4 and "not looked at" in html


def test_numbers_are_those_of_every_sign_that_was_read():
    assert {name: values.tolist() for name, values in planted().numbers.items()} == {
        "second": [1, 2], "a & b": [0.25, 0.75]}


def test_seeds_are_named_and_a_number_of_the_run_counts_for_all(monkeypatch, game):
    def fake(values, **limits):
        return replace(SIGNS[0], read=lambda case: values, **limits)

    monkeypatch.setattr("rnngan_tutorial.diagnosis.report.SIGNS", [
        fake([0.2, 0.9], below=0.5, above=np.inf), fake(4.0, below=-np.inf, above=3),
        fake([3.0, 3.0], below=-np.inf, above=3), fake(np.nan, below=0.5, above=np.inf)])
    assert [finding.seeds for finding in game.diagnose().looked_at] == [(0,), (0, 1), (), ()]


def test_it_changes_nothing_and_says_the_same_again(game):
    state, before = torch.get_rng_state(), game.sample(8)
    flags = [p.requires_grad for p in game.players.parameters()]
    first, second = game.diagnose(), game.diagnose()
    assert torch.equal(state, torch.get_rng_state())
    assert flags == [p.requires_grad for p in game.players.parameters()]
    assert all(p.grad is None or p.grad.isfinite().all() for p in game.players.parameters())
    np.testing.assert_array_equal(before, game.sample(8))
    assert str(first) == str(second)


def test_a_seed_is_told_the_same_alone(game):
    both = {f.sign.name: f.values for f in game.diagnose().looked_at}
    for finding in game.only(1).diagnose().looked_at:
        values = both[finding.sign.name]
        np.testing.assert_allclose(finding.values, values[1:], rtol=1e-4, atol=1e-6)
