"""The page's game of two numbers is that of the package's losses under torch.optim.Adam."""

import numpy as np
import pytest
import torch
from lab_node import needs_node
from live_page import in_node

import rnngan_tutorial as rt

pytestmark = needs_node
GAMES = ["nonsaturating", "minimax", "least_squares", "least_absolute", "hinge", "wasserstein",
         "kl", "reverse_kl", "pearson"]
RESTS = {"least_squares": 0.5, "least_absolute": 0.5, "kl": 1}
PLAIN = {"lr": 0.01, "beta1": 0.5, "beta2": 0.99, "gamma": 0, "start": [1, 0], "rule": "adam",
         "game": "xy"}


def package(name):
    return rt.losses.Wasserstein() if name == "wasserstein" else rt.loss(name)


def priced(game, x, y, who):
    """What a player pays, as a tensor."""
    if game == "xy":
        return x * y if who == "generator" else -x * y
    s = (RESTS.get(game, 0) + x * y).view(1, 1)
    return getattr(package(game), who)(rt.Round(real=torch.full_like(s, RESTS.get(game, 0)),
                                                fake=s))[0]


def played(game, rule, lr, beta1, beta2, gamma, start, steps):
    """The same game by torch's own optimisers, (steps + 1, 2)."""
    x, y = (torch.tensor(float(v), dtype=torch.float64, requires_grad=True) for v in start)
    make = ((lambda p: torch.optim.SGD([p], lr)) if "descent" in rule else
            (lambda p: torch.optim.Adam([p], lr, (float(beta1), beta2))))
    of_x, of_y, path = make(x), make(y), [start]
    for _ in range(steps):
        pays = priced(game, x, y, "discriminator") + gamma / 2 * y ** 2
        [y.grad] = torch.autograd.grad(pays, y)
        if "once" in rule:
            [x.grad] = torch.autograd.grad(priced(game, x, y, "generator"), x)
        of_y.step()
        if "once" not in rule:
            [x.grad] = torch.autograd.grad(priced(game, x, y, "generator"), x)
        of_x.step()
        path.append([x.item(), y.item()])
    return np.array(path)


def in_page(steps, **settings):
    made = in_node("orbit", """(live, {steps, settings}) => {
        const {xs, ys} = live.play(settings, steps);
        return {path: [...xs].map((x, t) => [x, ys[t]]), circle: live.circle(settings)}; }""",
                   {"steps": steps, "settings": {**PLAIN, **settings}})
    return np.array(made["path"]), made["circle"]


@pytest.mark.parametrize("settings", [
    {}, {"rule": "adam-once", "beta1": 0}, {"rule": "descent", "lr": 0.1},
    {"rule": "descent-once", "lr": 0.1, "gamma": 0.4}, {"gamma": 0.3, "beta2": 0.9},
    {"start": [-0.6, 1.1], "beta1": 0.9, "beta2": 0.999}], ids=str)
@pytest.mark.parametrize("game", ["xy", *GAMES])
def test_orbits_are_those_of_torch(game, settings):
    path, _ = in_page(150, game=game, **settings)
    there = played(**{**PLAIN, **settings, "game": game}, steps=150)
    np.testing.assert_allclose(path, there, rtol=0, atol=1e-9)


@pytest.mark.parametrize("game, settings", [
    *[("xy", {"beta1": b1, "beta2": b2}) for b1 in (0.5, 0.9) for b2 in (0.99, 0.999)],
    ("xy", {"beta1": 0, "rule": "adam-once"}), ("xy", {"gamma": 0.1}), ("xy", {"gamma": 0.3}),
    *[(game, {"gamma": 0.1}) for game in GAMES],
    # Near the equilibrium all games are one; farther out some losses pull inwards.
    *[(game, {"lr": 0.001, "start": [0.1, 0]}) for game in GAMES]], ids=str)
def test_the_circle_is_where_the_players_end(game, settings):
    path, circle = in_page(12000, game=game, **settings)
    settled = np.hypot(*path[-3000:].T).mean()
    assert abs(settled / circle["radius"] - 1) < 0.1
    angle = np.unwrap(np.arctan2(*path[-3000:].T))
    turn = 2 * np.pi * 2999 / abs(angle[-1] - angle[0])
    if not settings.get("gamma"):
        assert abs(turn / circle["turn"] - 1) < 0.15


@pytest.mark.parametrize("game", GAMES)
def test_nobody_ends_outside_a_wide_circle(game):
    """There the losses differ: some pull inwards."""
    path, circle = in_page(12000, game=game, lr=0.03)
    assert np.hypot(*path[-3000:].T).mean() < 1.1 * circle["radius"]


def test_all_games_are_tested():
    assert in_node("orbit", "live => live.PLAYED") == GAMES


def test_there_is_no_circle_where_the_formula_does_not_hold():
    for settings in ({"rule": "descent"}, {"beta1": 0}, {"beta1": 0.9, "beta2": 0.9}):
        assert in_page(1, **settings)[1] is None


def test_the_running_average_is_that_of_a_generator():
    made = in_node("orbit", """(live, given) => {
        const {xs} = live.averaged({xs: Float64Array.from(given), ys: new Float64Array(5)}, 0.9);
        return [...xs]; }""", [1, 2, 0, 5, 3])
    mean = [1]
    for v in (2, 0, 5, 3):
        mean.append(0.9 * mean[-1] + 0.1 * v)
    np.testing.assert_allclose(made, mean)


def test_the_default_ends_on_the_circle():
    path, circle = in_page(3000)
    assert abs(np.hypot(*path[-500:].T).mean() / circle["radius"] - 1) < 0.1
