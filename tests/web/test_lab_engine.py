"""The laboratory's engine trains as the package does, which is asked at this moment."""

import numpy as np
import pytest
import torch
from lab_node import asked, needs_node

import rnngan_tutorial as rt
from rnngan_tutorial.adam import resolve
from rnngan_tutorial.loop import Loop
from rnngan_tutorial.losses import R1, R2
from rnngan_tutorial.players import build

pytestmark = needs_node
PENALTIES = {"wasserstein_gp", "r3gan", "nonsaturating_r1r2"}

# The settings of the page -> the loss of the package.
GAMES = {
    **{name: ({"loss": name}, rt.loss(name)) for name in (
        "bce", "minimax", "nonsaturating", "mse", "least_squares", "mae", "least_absolute", "kl",
        "reverse_kl", "js", "pearson", "wasserstein_clip", "wasserstein_gp", "hinge",
        "relativistic", "r3gan", "nonsaturating_r1r2")},
    **{f"{name}, practical": ({"loss": name, "practical": True}, rt.loss(name, practical=True))
       for name in ("kl", "reverse_kl", "js", "pearson")},
    "bce, smoothed": ({"loss": "bce", "real_label": 0.9}, rt.loss("bce", real_label=0.9)),
    "clip at 0.3": ({"loss": "wasserstein_clip", "c": 0.3}, rt.loss("wasserstein_clip", c=0.3)),
    "gp, weight 10": ({"loss": "wasserstein_gp", "weight": 10},
                      rt.loss("wasserstein_gp", weight=10)),
    "r3gan, gamma 2": ({"loss": "r3gan", "gamma": 2}, rt.loss("r3gan", gamma=2)),
    "hinge and R1": ({"loss": "hinge", "r1": 0.5}, rt.loss("hinge") + R1(0.5)),
    "least squares and R2": ({"loss": "least_squares", "r2": 2}, rt.loss("least_squares") + R2(2)),
    "gp, R1 and R2": ({"loss": "wasserstein_gp", "r1": 0.3, "r2": 0.7},
                      rt.loss("wasserstein_gp") + R1(0.3) + R2(0.7)),
}
# Sizes, and whatever else Adam may be told; nothing that is a multiple of what the engine tiles by.
PLAIN = {"shape": (6, 1), "hidden": 4, "batch": 4, "adam": {}}
ODD = {"shape": (5, 2), "hidden": 3, "batch": 5, "latent": (3, 1), "average": 0.9,
       "adam": {"betas": (0.5, 0.9), "lr_generator": 1e-2, "lr_discriminator": 4e-3, "eps": 1e-6,
                "discriminator_steps": 2}}
CASES = ([pytest.param(name, PLAIN, id=name) for name in GAMES]
         + [pytest.param(name, ODD, id=f"{name}, odd sizes") for name in (
             "nonsaturating", "mae", "relativistic", "gp, R1 and R2", "wasserstein_clip")])


@pytest.fixture
def double():
    """PyTorch in float64."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(before)


def numbers(parts):
    """Tensors (S, ...) as one list of numbers per seed."""
    return torch.cat([part.detach().flatten(1) for part in parts], 1).tolist()


def package(loss, shape, hidden, batch, adam, latent=(4, 2), average=0.99, steps=3, seeds=(3, 8)):
    """Three steps of the package's own loop in float64: what goes in, and what comes out."""
    rng = np.random.default_rng(11)
    data = rt.Sequences(rng.uniform(-0.9, 0.9, (12, *shape)))
    latent, settled = rt.Latent(*latent), resolve(loss.adams, adam)
    loop = Loop(data, loss, build(shape, loss.needs, seeds, hidden, latent),
                {"name": "test", "steps": steps, "seeds": seeds, "batch": batch, "latent": latent,
                 "adam": settled, "average": average}, {}, torch.device("cpu"))
    loop.x = loop.x.double()
    noise = torch.randn(len(seeds), 3, latent.draws(shape[0]))
    draws = [[part.tolist() for part in loop.draws[k]] for k in range(steps * loop.rounds)]
    given = {"x": loop.x.tolist(), "draws": draws, "noise": noise.tolist(),
             "weights": {who: numbers(loop.weights[who]) for who in loop.weights}}
    pushes, play = [], loss.generator

    def watched(round):
        round.generated.register_hook(
            lambda at: pushes.append((batch * at).square().sum(-1).mean(1).sqrt().tolist()))
        return play(round)

    loss.generator = watched
    try:
        records = []
        for _ in range(steps):
            loop.one_step()
            records.append({who: numbers([w.grad for w in loop.weights[who]])
                            for who in loop.weights if who in loss.trains})
    finally:
        del loss.generator
    with torch.no_grad():
        series = loop.average(latent.arrange(noise, shape[0]))
    end = {**{who: numbers(loop.weights[who]) for who in loop.weights},
           "average": numbers(loop.average.parameters()), "series": series.flatten(2).tolist()}
    return given, loop.recorder.losses[:steps].tolist(), records, pushes, end


def loop_rounds(sizes):
    """Moves of the discriminator before it is looked at."""
    return sizes["adam"].get("discriminator_steps", 1)


@pytest.mark.parametrize("name, sizes", CASES)
def test_three_steps_are_those_of_the_package(double, name, sizes):
    settings, loss = GAMES[name]
    given, losses, records, pushes, end = package(loss, **sizes)
    told = {key: sizes[key] for key in ("hidden", "batch", "latent", "average") if key in sizes}
    made = asked("train", settings={**settings, **told, **sizes["adam"], "steps": 3, "seeds": 2},
                 **given)
    # A penalty's gradient is a central difference; its value is not.
    penalised = bool({"r1", "r2"} & settings.keys() or settings["loss"] in PENALTIES)
    near = {"rtol": 0, "atol": 1e-6 if penalised else 1e-9}
    for step, (there, record, push, here) in enumerate(
            zip(losses, records, pushes, made["steps"], strict=True)):
        for seed in range(2):
            one = here[seed]
            np.testing.assert_allclose(one["losses"]["generator"], there[1][seed], **near)
            np.testing.assert_allclose(one["push"], push[seed], **near)
            for who in record:
                np.testing.assert_allclose(one["gradient"][who], record[who][seed], **near)
            if "discriminator" in record:
                np.testing.assert_allclose(
                    one["losses"]["discriminator"], there[0][seed], rtol=0,
                    atol=near["atol"] if step or loop_rounds(sizes) > 1 else 1e-9)
            else:
                assert one["losses"]["discriminator"] is None  # NaN, as the package has it
    for what in end:
        for seed in range(2):
            np.testing.assert_allclose(made["end"][seed][what], end[what][seed], **near)


def test_the_output_bias_of_a_critic_feels_no_rounding(double):
    """Its gradient is 0 in this game; with the pairs in its sum Adam would move it all the same."""
    given, *_, end = package(rt.loss("wasserstein_gp"), (6, 1), 4, 4, {}, steps=30)
    made = asked("train", settings={"loss": "wasserstein_gp", "hidden": 4, "batch": 4, "steps": 30,
                                    "seeds": 2}, **given)
    bias = [one["discriminator"][-1] for one in made["end"]]
    np.testing.assert_allclose(bias, [seed[-1] for seed in end["discriminator"]], atol=1e-6)


def test_registry_and_defaults_are_the_packages():
    plain = asked("defaults")
    assert set(plain) <= set(rt.losses.REGISTRY)
    for name, settings in plain.items():
        loss = rt.loss(name)
        adam, options = resolve(loss.adams), asked("options", loss=name)
        for option, value in options.items():
            assert getattr(loss, option) == value, (name, option)
        assert settings["betas"] == list(adam.betas) and settings["latent"] == [4, 2], name
        for key in ("lr_generator", "lr_discriminator", "eps", "discriminator_steps"):
            assert settings[key] == getattr(adam, key), (name, key)


# --- The law of the start, and what it leads to --------------------------------------------------

def test_initial_weights_follow_the_packages_law():
    hidden, inputs, seeds = 8, 6, 40
    gates, out, bias = [], [], []
    for weights in asked("weights", seeds=seeds, hidden=hidden, inputs=inputs):
        cut = 4 * hidden * (hidden + inputs + 1)
        gates.append(np.reshape(weights[:cut], (4, hidden, hidden + inputs + 1)))
        out.append(weights[cut:-1])
        bias.append(weights[-1])
    gates, out = np.array(gates), np.array(out)
    states, inward = gates[..., :hidden], gates[..., hidden:-1]
    squares = states[:, :3] @ states[:, :3].swapaxes(-1, -2)
    np.testing.assert_allclose(squares, np.broadcast_to(np.eye(hidden), squares.shape), atol=1e-12)
    assert not states[:, 3].any() and not inward[:, 0].any() and not gates[..., -1].any()
    assert not np.any(bias)
    # 5,760 and 320 numbers: four standard errors of a standard deviation are 4 % and 16 %.
    assert abs(inward[:, 1:].std() * inputs ** 0.5 - 1) < 0.04
    assert abs(out.std() * hidden ** 0.5 - 1) < 0.16
    assert abs(inward[:, 1:].mean()) * inputs ** 0.5 < 4 / 5760 ** 0.5
    # Haar: no sign is preferred anywhere, on the diagonal neither.
    assert abs((np.diagonal(states[:, :3], axis1=-2, axis2=-1) > 0).mean() - 0.5) < 2 / 960 ** 0.5


def test_random_numbers_are_uniform_normal_and_depend_on_the_key_alone():
    first, again, other = asked("random", keys=[[1, 2], [1, 2], [2, 1]], n=20_000)
    assert first == again and first != other
    uniform, normal = (np.array(first[kind]) for kind in ("uniform", "normal"))
    assert ((uniform >= 0) & (uniform < 1)).all() and abs(uniform.mean() - 0.5) < 0.01
    assert abs(np.corrcoef(uniform, other["uniform"])[0, 1]) < 0.03
    assert abs(normal.mean()) < 0.03 and abs(normal.std() - 1) < 0.02
    assert abs((normal ** 4).mean() - 3) < 0.3
    assert abs(np.corrcoef(normal[::2], normal[1::2])[0, 1]) < 0.04


def test_a_seed_trains_the_same_alone_and_beside_others():
    together = asked("run", data="modes", settings={"hidden": 4, "seeds": 3, "steps": 5})
    alone = asked("run", data="modes", settings={"hidden": 4, "seeds": 1, "first_seed": 2,
                                                 "steps": 5})
    assert together["weights"][2] == alone["weights"][0] != together["weights"][1]


def test_a_short_training_improves_its_score():
    run = asked("run", data="modes", settings={"loss": "nonsaturating_r1r2", "hidden": 8,
                                               "seeds": 2, "steps": 300})
    for before, after in zip(run["before"], run["after"], strict=True):
        assert after["sliced_wasserstein"] < 0.7 * before["sliced_wasserstein"]
        assert run["floor"]["sliced_wasserstein"] < after["sliced_wasserstein"]


def test_a_seed_that_diverges_stops_and_says_when():
    run = asked("run", data="modes", settings={"loss": "kl", "hidden": 4, "seeds": 2, "steps": 400,
                                               "lr_discriminator": 1, "lr_generator": 1,
                                               "betas": [0.9, 0.5]}, poison=7)
    assert run["diverged"] == [7, None]
    assert np.isfinite(run["weights"]).all()
