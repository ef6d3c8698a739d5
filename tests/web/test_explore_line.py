"""The page's critics on the line are the best ones, by the package's own losses."""

import numpy as np
import pytest
import torch
from lab_node import needs_node
from live_page import in_node

import rnngan_tutorial as rt

pytestmark = needs_node
APART = {"second": 0, "place": 3, "width": 0.5, "weight": 1, "clip": 0.1}
FORGOTTEN = {**APART, "second": 0.25, "place": -2}
MIDDLE = {**APART, "second": 0.5, "place": 0.5, "weight": 3, "width": 0.6}
CASES = {"apart": APART, "forgotten": FORGOTTEN, "middle": MIDDLE}
LEFT = {**APART, "place": -4}
HOME, AWAY, UNITS = -2, 3, 64


@pytest.fixture(scope="module")
def page():
    """Case -> critic -> its logits on the grid, and the grid."""
    return in_node("critics", """(live, cases) => ({grid: live.LINE, units: live.UNITS,
        ...Object.fromEntries(Object.entries(cases).map(([name, state]) => [name,
            Object.fromEntries(Object.entries(live.CRITICS).map(([critic, {best}]) =>
                [critic, [...best(live.laws(state))]]))]))})""", {**CASES, "left": LEFT})


def quantiles(law, width, n=4000):
    """Numbers that stand for a law, evenly."""
    at = torch.special.ndtri((torch.arange(n, dtype=torch.float64) + 0.5) / n) * width
    return torch.cat([at[:: round(1 / share)] + centre if share < 1 else at + centre
                      for share, centre in law if share])


def samples(case):
    real = [(1 - case["second"], HOME), (case["second"], AWAY)]
    if case["second"] == 0.25:  # 3 to 1
        real = [(1, HOME)] * 3 + [(1, AWAY)]
    return quantiles(real, case["width"]), quantiles([(1, case["place"])], case["width"])


def paid(loss, grid, logits, case):
    """What the package charges a critic that is a chain of straight lines."""
    grid, logits = torch.tensor(grid), torch.as_tensor(logits)

    def score(x):
        x = x.flatten(2).squeeze(-1)
        at = ((x - grid[0]) / (grid[1] - grid[0])).clamp(0, len(grid) - 1.001)
        low = at.detach().long()
        return torch.lerp(logits[low], logits[low + 1], at - low)

    x, g = (part[None, :, None, None] for part in samples(case))
    source = torch.Generator().manual_seed(0)
    n = 400_000  # pairs of a real and a generated number for the penalty
    pairs = [part[0, torch.randint(part.shape[1], (n,), generator=source)][None] for part in (x, g)]
    alpha = torch.rand(1, n, 1, 1, generator=source, dtype=torch.float64)
    game = loss.discriminator(rt.Round(real=score(x), fake=score(g)))
    slope = rt.losses.GradientPenalty().discriminator(rt.Round(
        x=pairs[0], generated=pairs[1], alpha=alpha, score=score))
    return (game + case["weight"] * slope).item()


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("critic, loss", [("penalised", rt.losses.Wasserstein()),
                                          ("penalisedBCE", rt.loss("bce"))])
def test_no_other_critic_pays_less_with_the_penalty(page, name, critic, loss):
    grid, case = np.array(page["grid"]), CASES[name]
    best = np.array(page[name][critic])
    rng, ways = np.random.default_rng(3), [best - best.mean()]  # steeper, or flatter
    for _ in range(8):  # bumps
        at, wide = rng.uniform(-3, 4), rng.uniform(0.3, 3)
        ways.append(np.tanh((grid - at) / wide))
    for way in ways:
        less, least, more = (paid(loss, grid, best + h * way, case) for h in (-0.1, 0, 0.1))
        assert least < min(less, more)
        bottom = 0.1 * (less - more) / 2 / (less + more - 2 * least)  # of the parabola
        assert abs(bottom) < 0.03, bottom


def test_two_heaps_that_are_far_apart_have_the_slope_of_the_formula(page):
    """1 + d / (2 weight), between them."""
    grid = np.array(page["grid"])
    between = (grid > 0) & (grid < 1)
    slope = np.gradient(np.array(page["apart"]["penalised"]), grid)[between]
    np.testing.assert_allclose(slope, -(1 + 5 / 2), rtol=0.02)


@pytest.mark.parametrize("name", CASES)
def test_the_free_critic_is_the_best_logit_of_bce(page, name):
    """Where its derivative is zero: p sigmoid(-s) = q sigmoid(s)."""
    case, grid = CASES[name], torch.tensor(page["grid"], dtype=torch.float64)
    s = torch.tensor(page[name]["free"], dtype=torch.float64)

    def bell(centre):
        return torch.exp(-((grid - centre) / case["width"]) ** 2 / 2)

    p = (1 - case["second"]) * bell(HOME) + case["second"] * bell(AWAY)
    q = bell(case["place"])
    rest = p * torch.sigmoid(-s) - q * torch.sigmoid(s)
    assert (rest.abs() <= 1e-9 * (p + q)).all()


@pytest.mark.parametrize("name", CASES)
def test_the_critic_of_slope_one_finds_the_distance(page, name):
    grid, logits = np.array(page["grid"]), np.array(page[name]["straight"])
    assert np.abs(np.diff(logits)).max() <= 1.000001 * np.diff(grid).max()
    real, fake = (part.numpy() for part in samples(CASES[name]))
    gained = np.interp(real, grid, logits).mean() - np.interp(fake, grid, logits).mean()
    n = np.arange(4000) / 4000 + 1 / 8000
    distance = np.abs(np.quantile(real, n) - np.quantile(fake, n)).mean()
    assert abs(gained - distance) < 0.02


@pytest.mark.parametrize("name", [*CASES, "left"])
def test_no_clipped_network_beats_the_clipped_critic(page, name):
    """By adaptive steps, with the package's loss and its own clip."""
    case, grid = {**CASES, "left": LEFT}[name], np.array(page["grid"])
    real, fake = (part[::8] for part in samples(case))
    ours = np.array(page[name]["clipped"])
    worth = np.interp(real, grid, ours).mean() - np.interp(fake, grid, ours).mean()
    assert page["units"] == UNITS
    for seed in range(3):
        torch.manual_seed(seed)
        net = torch.nn.Sequential(torch.nn.Linear(1, UNITS), torch.nn.ReLU(),
                                  torch.nn.Linear(UNITS, 1)).double()
        clip = rt.loss("wasserstein_clip", c=case["clip"])
        adam = torch.optim.Adam(net.parameters(), 0.01)
        for _ in range(200):
            round = rt.Round(real=net(real[:, None]).T, fake=net(fake[:, None]).T)
            loss = clip.discriminator(round).sum()
            adam.zero_grad()
            loss.backward()
            adam.step()
            clip.after({"discriminator": net})
        # It came near, though some of its units die, so that the comparison means something.
        assert 0.3 * worth < -loss.item() < 1.02 * worth


def test_the_default_tells_free_from_penalised():
    said = in_node("critics", """live => {
        const {critics} = live.blocks; return critics.picture(critics.start(), 640).notes; }""")
    slope = {name: float(text.replace("−", "-")) for name, text in said.items()}
    assert abs(slope["free"]) < 0.02 and abs(slope["clipped"]) < 0.02
    assert slope["penalised"] > 0.9 and slope["penalisedBCE"] > 0.9
