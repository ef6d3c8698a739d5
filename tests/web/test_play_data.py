"""What the player is given is what the package trained, and the page makes the same beats of it."""

import json
from base64 import b64decode

import numpy as np
import play_data
import pytest
from lab_node import needs_node
from live_page import in_node

import rnngan_tutorial as rt
from rnngan_tutorial.metrics import label_share

RECORDED = sorted(play_data.FOLDER.glob("*.js"))
TINY = {"steps": (1, 3), "seeds": 2, "hidden": 5, "batch": 4}
TRIED = {"bce": {}, "conditional": {"labels": [1, 0, 1]},
         "infogan": {"code": [[1, 0, 0.5], [0, 1, -0.2], [0, 1, 0.9]]}, "vae": {}}


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    """Where the runs of the whole file are kept."""
    return tmp_path_factory.mktemp("work")


@pytest.fixture(scope="module", params=TRIED)
def made(request, work):
    """A recording, and the run that it was made from."""
    data = play_data.recorded(request.param, work, **TINY)
    return request.param, data, rt.load_run(work / request.param / "last.rnngan")


@needs_node
def test_the_page_makes_the_beats_of_the_package(made):
    name, data, run = made
    n, given = 3, {key: np.array(value, np.float32) if key == "code" else value
                   for key, value in TRIED[name].items()}
    z, y, code = run.inputs(n, **given)
    there = run.sample(n, **given)
    beats = [[{"held": z[s, i, 0, :4].tolist(), "fresh": z[s, i, :, 4:6].flatten().tolist(),
               "category": int(code[s, i, :2].argmax()) if data["categories"] else 0,
               "code": code[s, i, 2:].tolist() if data["categories"] else [],
               "label": 0 if y is None else int(y[s, i])} for i in range(n)] for s in range(2)]
    here = in_node("player", """(live, {data, beats}) => {
        const all = new live.Generators(data);
        return beats.map((own, s) => own.map(one => [...all.series(s, all.lay(one))])); }""",
                   {"data": data, "beats": beats})
    assert np.abs(np.array(here) - there[..., 0]).max() < 2e-3
    assert there.std() > 0.01  # they differ, so that the comparison means something


def test_shares_are_counted_by_the_books_rule(made):
    name, data, run = made
    test = rt.load("heartbeats").split(by="random", seed=0)[1]
    shares = label_share(run.sample(play_data.SCORED), test)[:, 1]
    np.testing.assert_allclose(data["shares"][-1], shares, atol=1e-4)
    assert data["real"] == round(float((test.labels == 1).mean()), 4)
    assert data["steps"] == [1, 3] and data["seeds"] == [0, 1]


@needs_node
def test_the_page_reads_what_was_recorded(made):
    name, data, run = made
    test = rt.load("heartbeats").split(by="random", seed=0)[1]
    wide = [rt.metrics.nearest_label(one, test) == 1 for one in run.sample(play_data.SCORED)]
    flags = np.array(wide)[:, :data["shown"]]
    recorded = np.unpackbits(np.frombuffer(b64decode(data["wide"]), np.uint8), bitorder="little")
    assert (recorded[flags.size:2 * flags.size] == flags.ravel()).all()
    mixed = np.random.default_rng(0).random((2, *flags.shape)) < 0.3  # beats so new are all narrow
    data = {**data, "wide": play_data.base64_of_flags(mixed)}
    read = in_node("player", """(live, data) => {
        const record = new live.Record(data), last = data.steps.length - 1;
        return {beats: data.seeds.map((_, s) => live.range(data.shown).map(
                    b => [...record.beat(last, s, b)])),
                wide: data.seeds.map((_, s) => live.range(data.shown).map(
                    b => Boolean(record.isWide(last, s, b)))),
                weights: [...record.generators.all]}; }""", data)
    beats = run.sample(play_data.SCORED)[:, :data["shown"], :, 0]
    assert np.abs(np.array(read["beats"]) - 127 * beats).max() < 0.51
    assert (np.array(read["wide"]) == mixed[-1]).all()
    halves = play_data.weights(run).astype("<f2").ravel()
    assert (np.array(read["weights"]) == halves.astype(float)).all()


@needs_node
def test_halves_are_read_as_numpy_reads_them():
    bits = np.arange(2 ** 16, dtype=np.uint16)
    finite = bits[np.isfinite(bits.view(np.float16))]
    read = in_node("player", "(live, text) => [...live.halves(text)]",
                   play_data.base64_of(finite.astype("<u2")))
    assert (np.array(read) == finite.view(np.float16).astype(float)).all()


def test_nothing_is_trained_twice(work, made, monkeypatch):
    name, data, _ = made
    monkeypatch.setattr(rt, "train", None)
    assert play_data.recorded(name, work, **TINY) == data


def test_what_was_stopped_goes_on(tmp_path, monkeypatch):
    """Killed after the first moment, the recording is the same as in one go."""
    whole = play_data.recorded("bce", tmp_path / "whole", **TINY)
    train = rt.train

    def dies(*args, **settings):
        if settings["steps"] == 3:
            raise KeyboardInterrupt
        return train(*args, **settings)

    monkeypatch.setattr(rt, "train", dies)
    with pytest.raises(KeyboardInterrupt):
        play_data.recorded("bce", tmp_path / "twice", **TINY)
    monkeypatch.setattr(rt, "train", train)
    assert play_data.recorded("bce", tmp_path / "twice", **TINY) == whole


def test_the_file_is_a_script_and_its_size_is_told(tmp_path, work, made, capsys):
    name, data, _ = made
    play_data.main([name], work, tmp_path, **TINY)
    text = (tmp_path / f"{name}.js").read_text()
    assert json.loads(text[text.index(" =\n") + 3:].rstrip(";\n")) == data
    assert f"{name}: {len(text):,} bytes" in capsys.readouterr().out


@needs_node
@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_recorded_generators_make_the_share_that_is_told(path):
    """The weights of the book's own files, with other noise than that of the recording."""
    text, n, seeds = path.read_text(), 300, 2
    data = json.loads(text[text.index(" =\n") + 3:].rstrip(";\n"))
    assert (data["name"], data["label"]) == (path.stem, play_data.GENERATORS[path.stem][0])
    assert data["steps"] == list(play_data.MOMENTS) and data["seeds"] == list(range(8))
    made = in_node("player", """(live, {data, n, seeds}) => {
        const all = new live.Generators(data), {uniform, normal} = live.random(1);
        const some = (k, draw) => Array.from({length: k}, draw);
        const noise = () => all.lay({
            held: some(all.latent[0], normal), fresh: some(all.latent[1] * all.length, normal),
            category: Math.floor(uniform() * all.categories),
            code: some(all.continuous, () => 2 * uniform() - 1),
            label: Number(uniform() < data.real)});
        return live.range(seeds).map(s => some(n, () => [...all.series(s, noise())])); }""",
                   {"data": data, "n": n, "seeds": seeds})
    made = np.array(made, np.float32)[..., None]
    share = label_share(made, rt.load("heartbeats").split(by="random", seed=0)[1])[:, 1]
    assert np.abs(share - data["shares"][-1][:seeds]).max() < 0.15  # five standard deviations


def test_every_name_is_a_loss():
    for label, loss in play_data.GENERATORS.values():
        assert isinstance(loss(), rt.losses.Loss) and label
