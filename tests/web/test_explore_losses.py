"""Prices and slopes of a logit in the page are those of the package, asked at this moment."""

import numpy as np
import pytest
import torch
from lab_node import needs_node
from live_page import in_node

import rnngan_tutorial as rt

pytestmark = needs_node
GRID = np.linspace(-30, 30, 242)  # not where a price has a corner
SAME = {"bce": "nonsaturating", "conditional": "nonsaturating", "wasserstein_clip": "wasserstein"}
BY = 1.3  # logit of the partner in a pair


@pytest.fixture(scope="module")
def page():
    """Name -> who pays -> (prices, slopes) on the grid."""
    return in_node("logit", """(live, {grid, by}) => Object.fromEntries(Object.entries(live.LOSSES)
        .map(([name, loss]) => [name, Object.fromEntries(["real", "fake", "move"].map(who => [who,
            [0, 1].map(k => grid.map(s => loss[who](s, by)[k]))]))]))""",
                   {"grid": GRID.tolist(), "by": BY})


def package(name):
    if name == "wasserstein":
        return rt.losses.Wasserstein()
    if name.endswith("_practical"):
        return rt.loss(name.removesuffix("_practical"), practical=True)
    return rt.loss(name)


def asked(loss, who, other):
    """Price of each logit beside another one, and its slope."""
    s = torch.tensor(GRID[:, None], requires_grad=True)
    fixed = torch.full_like(s, other)
    round = rt.Round(real=s if who == "real" else fixed, fake=fixed if who == "real" else s)
    paid = loss.generator(round) if who == "move" else loss.discriminator(round)
    return paid.detach().numpy(), torch.autograd.grad(paid.sum(), s)[0][:, 0].numpy()


def test_prices_and_slopes_are_those_of_the_package(page):
    assert len(page) >= 15
    for name, parts in page.items():
        for who, (prices, slopes) in parts.items():
            paid, slope = asked(package(name), who, BY)
            prices = np.array(prices)
            if who != "move":  # the series of the other kind, always the same, pays too
                prices, paid = prices - prices[0], paid - paid[0]
            np.testing.assert_allclose(prices, paid, rtol=1e-9, atol=1e-9, err_msg=f"{name} {who}")
            np.testing.assert_allclose(slopes, slope, rtol=1e-9, atol=1e-9,
                                       err_msg=f"{name} {who}")


def test_every_loss_that_reads_logits_alone_is_there(page):
    logits, found = torch.tensor([[0.5]]), set()
    for name in rt.losses.REGISTRY:
        loss, round = rt.loss(name), rt.Round(real=logits, fake=-logits)
        try:
            loss.discriminator(round), loss.generator(round)
        except AttributeError:
            continue  # it asks for more
        found.add(SAME.get(name, name))
    assert found - set(page) == set()


def test_both_prices_together_are_the_discriminators(page):
    for name, parts in page.items():
        if name != "relativistic":
            both = np.add(parts["real"][0], parts["fake"][0])
            s = torch.tensor(GRID[:, None])
            paid = package(name).discriminator(rt.Round(real=s, fake=s)).numpy()
            np.testing.assert_allclose(both, paid, rtol=1e-9, atol=1e-9, err_msg=name)


def test_a_loss_rests_where_the_discriminator_pays_least(page):
    """Real and generated series alike; the middle where the price is flat."""
    rests = in_node("logit", """live => Object.fromEntries(Object.entries(live.LOSSES).map(
        ([name, {rests}]) => [name, rests]))""")
    near = torch.linspace(-2, 2, 401, dtype=torch.float64)[:, None]
    for name, rest in rests.items():
        if name != "relativistic":
            pays = package(name).discriminator(rt.Round(real=near, fake=near))
            assert abs(near[pays < pays.min() + 1e-9].mean().item() - rest) < 1e-9, name


def test_the_default_shows_minimax_going_flat():
    drawn = in_node("logit", """live => {
        const {blocks: {logit}} = live, state = logit.start({});
        return {...logit.picture(state, 640), losses: state.losses}; }""")
    assert "least by minimax (0.02)" in drawn["say"] and drawn["notes"]["minimax"] == "−0.02, 0.02"
    assert {"minimax", "nonsaturating"} <= set(drawn["losses"])
