"""Spoilt beats in the page are scored as the package scores them."""

import json
import re

import numpy as np
import pytest
import ruler_data
from lab_node import needs_node
from live_page import ROOT, in_node

import rnngan_tutorial as rt
from rnngan_tutorial.metrics import label_share, nearest_label

pytestmark = needs_node
DAMAGES = [{}, {"lost": 1}, {"lost": 0.4, "noise": 0.05}, {"repeat": 10}, {"garbage": 0.3},
           {"small": 0.2, "backwards": 0.5}, {"repeat": 40, "noise": 0.2, "garbage": 1}]


@pytest.fixture(scope="module")
def page():
    """For each damage, the spoilt beats and what the page says of them."""
    return in_node("damage", """(live, damages) => {
        const {damage} = live.blocks, ready = live.prepare({
            beats: RNNGAN_DATA.heartbeats, ruler: RNNGAN_DATA.ruler});
        damage.load();
        return {real: [...ready.real.rows], labels: ready.real.labels, sound: [...ready.sound],
                spoilt: damages.map(told => {
                    const state = damage.start({damage: told}), rows = live.spoilt(ready, state);
                    return {rows: [...rows], ...ready.real.scores(rows),
                            say: damage.picture(state, 640).say}; })}; }""", DAMAGES)


def beats(rows):
    return np.array(rows, np.float32).reshape(-1, 48, 1)


@pytest.fixture(scope="module")
def real(page):
    """The page's test beats, with the package's labels and scale."""
    test = rt.load("heartbeats").split(by="random", seed=0)[1]
    values = beats(page["real"])
    assert np.abs(values - test.values).max() < 0.51 / 127
    assert page["labels"] == test.labels.tolist()
    rounded = test.subset(np.arange(len(test)))
    rounded.values[:] = values
    return rounded


def test_scores_are_those_of_the_package(page, real):
    for told, made in zip(DAMAGES, page["spoilt"], strict=True):
        fake = beats(made["rows"])[None]
        assert fake.shape == (1, 192, 48, 1) and np.isfinite(fake).all()
        for name, score in ruler_data.SCORES.items():
            # The directions of the sliced distance are rounded to 1/127.
            near = 2e-3 if name == "sliced_wasserstein" else 1e-5
            there = score(fake, real)[0]
            np.testing.assert_allclose(made["scores"][name], there, rtol=near, atol=1e-7,
                                       err_msg=f"{name} {told}")
        assert made["kinds"] == nearest_label(fake[0], real).tolist()


def test_damage_is_what_its_name_says(page, real):
    sound, *rest = (beats(made["rows"]) for made in page["spoilt"])
    assert (sound == beats(page["sound"])).all()
    lost, _, repeated, garbage, small, _ = rest
    assert label_share(lost[None], real)[0, 1] < 0.03 < label_share(sound[None], real)[0, 1] - 0.1
    assert len(np.unique(repeated, axis=0)) in (19, 20, 21)
    share = label_share(repeated[None], real)[0, 1] - label_share(sound[None], real)[0, 1]
    assert abs(share) < 0.06
    assert (garbage != sound).any((1, 2)).sum() == round(0.3 * 192)
    turned = (np.abs(small[:, ::-1] - sound) < np.abs(small - sound)).mean((1, 2)) > 0.5
    assert 0.3 < turned.mean() < 0.7 and abs(small.std() / sound.std() - 0.8) < 1e-3


def test_the_ruler_is_what_the_package_measures_now():
    text = ruler_data.FILE.read_text()
    stored = json.loads(text[text.index("{\""):].rstrip(";\n"))
    now = ruler_data.ruler()
    assert stored["directions"] == now["directions"]
    for name, one in now["scores"].items():
        np.testing.assert_allclose([stored["scores"][name][key] for key in one], list(one.values()),
                                   rtol=1e-3, atol=1e-6, err_msg=name)


def test_uncovered_is_that_of_the_chapter():
    """Word for word, so that the page and the chapter mean the same."""
    chapter = (ROOT / "book" / "game" / "measuring.ipynb").read_text()
    cell = re.search(r'"def uncovered.*?(?=\n\s*\])', chapter, re.DOTALL)[0]
    source = "".join(json.loads("[" + cell.rstrip().rstrip(",") + "]"))
    scope = {"np": np, "metrics": rt.metrics}
    exec(source[:source.index("def misplaced")], scope)
    rng = np.random.default_rng(1)
    train, test = rt.load("heartbeats").split(by="random", seed=0)
    fake = train.values[rng.permutation(288)[:150]] + rng.normal(0, 0.05, (150, 48, 1))
    assert ruler_data.uncovered(fake[None], test)[0] == scope["uncovered"](fake, test.values) > 0


def test_sound_beats_go_unnoticed_and_the_default_does_not(page):
    assert page["spoilt"][0]["say"] == "Nothing is spoilt. No score notices."
    assert page["spoilt"][1]["say"] == "Wide beats lost: 100 %. Every score notices."
    told = in_node("damage", """live => { const {damage} = live.blocks;
        damage.load(); return damage.picture(damage.start({}), 640).say; }""")
    assert told == "Wide beats lost: 40 %. Not noticed by: MMD, uncovered."
