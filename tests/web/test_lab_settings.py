"""The laboratory's settings, its links, and the worker that is told them."""

import numpy as np
import pytest
from lab_node import asked, fault, needs_node

import rnngan_tutorial as rt
from rnngan_tutorial.adam import resolve
from rnngan_tutorial.losses import R1

pytestmark = needs_node


# --- Settings and links --------------------------------------------------------------------------

LINKS = [
    ({}, "#loss=nonsaturating"),
    ({"loss": "r3gan", "gamma": 1, "data": "modes"}, "#loss=r3gan&gamma=1&data=modes"),
    ({"loss": "kl", "practical": True, "betas": [0.5, 0.9]},
     "#loss=kl&practical=true&betas=0.5,0.9"),
    ({"loss": "mse", "lr_generator": 0.003}, "#loss=mse&lr_generator=0.003"),
    ({"loss": "bce", "r1": 0.1, "hidden": 32, "average": 0, "first_seed": 40, "latent": [0, 1]},
     "#loss=bce&r1=0.1&first_seed=40&hidden=32&latent=0,1&average=0"),
    ({"data": "my own & others", "eps": 1e-12}, "#loss=nonsaturating&data=my%20own%20%26%20others"
     "&eps=1e-12"),
]


@pytest.mark.parametrize("settings, link", LINKS)
def test_settings_survive_a_link(settings, link):
    made = asked("link", settings=settings)
    assert made["link"] == link
    assert made["back"] == made["settings"] == asked("link", fragment=link)["settings"]
    assert made["settings"].items() >= settings.items()


@pytest.mark.parametrize("given, message", [
    ({"fragment": "#loss=wgan"}, "there is no loss 'wgan'; choose from bce, minimax"),
    ({"fragment": "#loss=toString"}, "there is no loss 'toString'"),
    ({"fragment": "#lossy=1"}, "loss 'nonsaturating' has no setting 'lossy'; it has loss, r1"),
    ({"fragment": "#gamma=1"}, "loss 'nonsaturating' has no setting 'gamma'"),
    ({"fragment": "#hidden=1.5"}, "hidden is 1.5; it must be a whole number from 1 to 64"),
    ({"fragment": "#hidden="}, "hidden is NaN; it must be"),
    ({"fragment": "#betas=0.9"}, "betas is 0.9; it must be 2 numbers, each a number from 0 to"),
    ({"fragment": "#betas=0,1"}, "betas is 0,1; it must be 2 numbers"),
    ({"fragment": "#loss=kl&practical=1"}, "practical is undefined; it must be a boolean"),
    ({"fragment": "#latent=0,0"}, "latent is 0,0; the generator needs one channel"),
    ({"fragment": "#loss=mse&r1=1"}, "loss 'mse' has no discriminator to penalise"),
    ({"fragment": "#data=%E0%A4%A"}, "the link is damaged at 'data=%E0%A4%A'"),
    ({"settings": {"lr_generator": "3e-3"}}, "lr_generator is 3e-3; it must be a number from"),
    ({"settings": {"steps": None}}, "steps is null; it must be a whole number"),
])
def test_a_setting_that_will_not_do_gets_one_line(given, message):
    assert message in fault("link", **given)


@pytest.mark.parametrize("settings", [settings for settings, _ in LINKS[:5]] + [
    {"loss": "wasserstein_gp", "weight": 10, "r2": 0.5, "discriminator_steps": 5, "seeds": 2}])
def test_the_python_line_asks_the_package_for_the_same(settings, monkeypatch):
    made = asked("link", settings=settings)
    calls = []
    monkeypatch.setattr(rt, "train", lambda *args, **options: calls.append((args, options)))
    eval(made["python"], {"rt": rt, "train": "data"})
    (_, loss), options = calls[0]
    loss, told = rt.loss(loss) if isinstance(loss, str) else loss, made["settings"]
    adam = resolve(loss.adams, options.pop("adam", None))
    assert [adam.betas, adam.eps] == [tuple(told["betas"]), told["eps"]]
    for name in ("lr_generator", "lr_discriminator", "discriminator_steps"):
        assert getattr(adam, name) == told[name]
    seeds = options.pop("seeds")
    assert seeds == (told["seeds"] if isinstance(seeds, int) else
                     range(told["first_seed"], told["first_seed"] + told["seeds"]))
    assert options.pop("latent") == rt.Latent(*told["latent"])
    assert (options.pop("average") or 0) == told["average"]
    assert options == {name: told[name] for name in ("steps", "hidden", "batch")}
    name, *extra = loss.terms if told["r1"] or told["r2"] else (loss,)
    extra = extra if told["loss"] != "wasserstein_gp" else loss.terms[2:] or extra
    gammas = [(type(term).__name__, term.gamma) for term in extra if isinstance(term, R1)]
    assert gammas == [(kind, told[key]) for kind, key in (("R1", "r1"), ("R2", "r2")) if told[key]]


def test_another_loss_keeps_what_was_changed_and_nothing_else():
    changed = {"loss": "r3gan", "gamma": 2, "hidden": 8, "lr_generator": 1e-3, "r1": 0.1}
    assert (asked("other", settings=changed, loss="mse")["link"]
            == "#loss=mse&hidden=8&lr_generator=0.001")
    assert asked("other", settings={"loss": "mse"}, loss="bce")["settings"]["betas"] == [0, 0.99]


# --- The worker ----------------------------------------------------------------------------------

def test_the_worker_plays_what_it_is_told():
    """Made of the same text as in a page, in a thread of node."""
    told = asked("worker", data="modes", script=[
        {"type": "step"}, "wait", {"type": "restart", "data": True, "settings": {
            "hidden": 4, "seeds": 2, "batch": 8, "steps": 40}}, "scores",
        {"type": "step", "steps": 3}, "scores",
        {"type": "settings", "settings": {"hidden": 4, "seeds": 2, "batch": 8, "steps": 50,
                                          "lr_generator": 0.001}}, "progress",
        {"type": "start"}, "done",
        {"type": "settings", "settings": {"hidden": 5, "seeds": 2, "batch": 8, "steps": 10}},
        "scores", {"type": "settings", "settings": {"loss": "gan"}}, "error",
        {"type": "step", "steps": 99}, "scores", {"type": "sing"}, "error"])
    kinds = [message["type"] for message in told]
    assert kinds[:7] == ["error", "ready", "progress", "scores", "progress", "scores", "progress"]
    assert told[0]["message"] == "send a restart first"
    ready, begun, scores, stepped = told[1:5]
    assert ready["link"] == "#loss=nonsaturating&steps=40&seeds=2&hidden=4&batch=8"
    assert ready["floor"]["mode_coverage"] == 8 and len(ready["shares"]) == 8
    assert scores["step"] == 0 and len(scores["scores"]) == 2
    assert begun["step"] == 0 and begun["losses"]["generator"] == []
    assert stepped["step"] == 3 and len(stepped["losses"]["generator"]) == 6
    assert len(stepped["series"]) == 2 * 24 * 24 and len(stepped["kinds"]) == 2 * 24
    assert len(stepped["push"]) == 2 * 24 and len(stepped["logits"]["real"]) == 2 * 8
    assert stepped["series"] != begun["series"] and not stepped["running"]
    assert told[6]["step"] == 3  # a learning rate is taken up as it trains
    played = told[6:kinds.index("ready", 2)]
    progress = [message for message in played if message["type"] == "progress"]
    assert progress[-1]["done"] and progress[-1]["step"] == 50 and played[-1]["type"] == "scores"
    assert sum(len(message["losses"]["generator"]) for message in progress) == 2 * 47
    assert all(a["first"] + len(a["losses"]["generator"]) // 2 == b["first"]
               for a, b in zip(progress, progress[1:], strict=False))
    rest = told[kinds.index("ready", 2):]
    assert rest[0]["settings"]["hidden"] == 5 and rest[1]["step"] == 0
    assert rest[3]["message"].startswith("there is no loss 'gan'")
    assert rest[4]["step"] == 10 and rest[4]["done"]
    assert rest[-1]["message"] == "nobody knows 'sing'"


def test_the_worker_pauses_and_goes_on():
    told = asked("worker", data="modes", script=[
        {"type": "restart", "data": True, "settings": {"hidden": 4, "seeds": 1, "steps": 10 ** 6}},
        "scores", {"type": "start"}, "progress", {"type": "pause"}, "paused", "silence",
        {"type": "start"}, "progress", {"type": "pause"}, "paused"])
    progress = [message for message in told if message["type"] == "progress"]
    steps = [message["step"] for message in progress]
    assert steps == sorted(steps) and len(set(steps)) >= 3
    assert [message["running"] for message in progress].count(False) >= 3
    # What was trained in slices is what one go would have made.
    again = asked("run", data="modes", settings={"hidden": 4, "seeds": 1, "steps": steps[-1]})
    np.testing.assert_allclose(progress[-1]["series"], again["shown"], atol=1e-7)
