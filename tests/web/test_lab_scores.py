"""The laboratory's data and scores are those of the package."""

import lab_data
import numpy as np
import pytest
from lab_node import LAB, asked, fault, needs_node

import rnngan_tutorial as rt
from rnngan_tutorial.metrics import distances, shares

pytestmark = needs_node


# --- Scores --------------------------------------------------------------------------------------

def given_series(data, n, seed=3):
    """Spoilt series of the data, so that some keep their kind and some do not."""
    rng = np.random.default_rng(seed)
    values = data.values[rng.permutation(len(data))[:n]]
    spoilt = values * rng.uniform(0.6, 1.1, (n, 1, 1)) + rng.normal(0, 0.08, values.shape)
    return np.clip(spoilt, -1, 1).astype(np.float32)


@pytest.mark.parametrize("name, n", [("heartbeats", 192), ("heartbeats", 60), ("digits", 100)])
def test_scores_are_those_of_the_package(name, n):
    train, test = rt.load(name, None if name == "heartbeats" else 240).split(by="random", seed=0)
    fake = given_series(train, n)
    values = np.concatenate([train.values, test.values])
    along = distances.directions(values[0].size)
    made = asked("scores", along=along.T.tolist(), fake=fake.reshape(n, -1).tolist(), data={
        "values": values.tolist(), "n": len(values), "train": len(train), "length": values.shape[1],
        "features": values.shape[2], "label_names": list(train.label_names),
        "labels": np.concatenate([train.labels, test.labels]).tolist()})
    scored = test.subset(np.arange(min(len(test), len(train), 256)))
    np.testing.assert_allclose(made["scores"]["sliced_wasserstein"],
                               distances.sliced_wasserstein(fake[None], scored)[0], rtol=1e-6)
    assert made["kinds"] == shares.nearest_label(fake, scored).tolist()
    np.testing.assert_allclose(made["shares"], shares.label_share(fake[None], scored)[0],
                               atol=1e-12)
    last = ({"wide_share": made["shares"][1]} if name == "heartbeats" else
            {"label_error": shares.label_error(fake[None], scored)[0]})
    for key, value in last.items():
        np.testing.assert_allclose(made["scores"][key], value, atol=1e-9)
    assert made["scores"].keys() == {"sliced_wasserstein", *last}
    medoid = distances.medoid(train.values[:256])
    assert (train.values[made["medoid"]] == medoid[0]).all()
    repeated = np.repeat(medoid[None], len(scored), 1)
    np.testing.assert_allclose(made["control"]["sliced_wasserstein"],
                               distances.sliced_wasserstein(repeated, scored)[0], rtol=1e-6)
    assert made["floor"]["sliced_wasserstein"] < made["control"]["sliced_wasserstein"] / 3


def test_scores_of_modes_are_those_of_the_package():
    data = lab_data.modes()
    fake = given_series(rt.load("modes", 300), 250)
    made = asked("scores", fake=fake.reshape(250, -1).tolist(), file=data)
    np.testing.assert_allclose(made["shares"], shares.mode_shares(fake[None])[0], atol=1e-12)
    assert made["scores"]["mode_coverage"] == shares.mode_coverage(fake[None])[0]
    np.testing.assert_allclose(made["scores"]["clean_share"], shares.clean_share(fake[None])[0],
                               atol=1e-12)
    assert 0.1 < made["scores"]["clean_share"] < 0.95  # some were spoilt, some were not
    assert made["floor"]["mode_coverage"] == 8 and made["control"]["mode_coverage"] == 1


def test_noise_is_nearer_to_the_modes_than_one_mode_again_and_again():
    """As the page says below its charts."""
    waves = np.random.default_rng(5).normal(0, rt.load("modes", 300).values.std(), (250, 24))
    made = asked("scores", fake=waves.clip(-1, 1).tolist(), file=lab_data.modes())
    assert made["scores"]["mode_coverage"] == 0
    assert made["scores"]["sliced_wasserstein"] < 0.8 * made["control"]["sliced_wasserstein"]


# --- Data ----------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", ["heartbeats", "modes"])
def test_the_data_files_are_what_the_script_writes(name):
    made = lab_data.script(getattr(lab_data, name)())
    assert (LAB / f"{name}.js").read_text(encoding="utf-8") == made, "run python tools/lab_data.py"


def test_the_pages_heartbeats_are_the_packages():
    made = asked("decode", data="heartbeats")
    train, test = rt.load("heartbeats").split(by="random", seed=0)
    values = np.concatenate([train.values, test.values])
    np.testing.assert_allclose(np.reshape(made["values"], values.shape), values,
                               atol=0.5001 / lab_data.LEVELS)
    assert made["labels"] == [*train.labels, *test.labels] and made["train"] == len(train)
    assert (made["low"], made["high"]) == (train.scale.low.tolist(), train.scale.high.tolist())


def test_the_pages_modes_follow_the_packages_law():
    made = asked("decode", data="modes")
    values = np.reshape(made["values"], (-1, 24, 1)).astype(np.float32)
    np.testing.assert_allclose(made["curves"], rt.datasets.mode_curves()[:, :, 0], atol=1e-6)
    share = shares.mode_shares(values[None])[0]
    assert share.sum() == 1 and abs(share - 1 / 8).max() < 4 * (7 / 64 / len(values)) ** 0.5
    noise = values[:, :, 0] - rt.datasets.mode_curves()[made["labels"], :, 0]
    assert abs(noise.std() / rt.datasets.MODE_NOISE - 1) < 0.02


def test_own_series_are_scaled_and_split_as_the_package_does():
    rng = np.random.default_rng(2)
    values, labels = rng.normal(50, 9, (40, 7, 2)).round(3), ["b", "a", "a", "c"] * 10
    made = asked("own", series=values.tolist(), labels=labels)
    data = rt.from_array(values, labels=labels)
    np.testing.assert_allclose([made["low"], made["high"]], [data.scale.low, data.scale.high])
    ours, theirs = np.reshape(made["values"], (40, -1)), data.values.reshape(40, -1)
    order = [int(np.abs(theirs - one).max(1).argmin()) for one in ours]
    assert sorted(order) == list(range(40))
    np.testing.assert_allclose(ours, theirs[order], atol=1e-6)
    assert [made["label_names"][k] for k in made["labels"]] == [labels[i] for i in order]
    assert made["train"] == 24
    assert np.bincount(made["labels"][:24]).tolist() == [12, 6, 6]


@pytest.mark.parametrize("series, labels, message", [
    ([[1, 2, 3]], None, "give two series or more"),
    ([[1], [2]], None, "2 to 200 time steps"),
    ([[1, 2, 3], [1, 2]], None, "series 2 has another shape than series 1, 3 steps of 1"),
    ([[1, 2], [1, None]], None, "series 2 holds what is no finite number"),
    ([[1, 2], [1, 3]], ["a"], "there are 1 labels for 2 series"),
    ("1,2,3", None, "give two series or more"),
    ([[i, 1] for i in range(60)], list(range(60)), "there are 60 different labels; 50 are"),
])
def test_own_series_that_will_not_do_get_one_line(series, labels, message):
    assert message in fault("own", series=series, labels=labels)


def test_a_few_drawn_series_train_but_are_not_scored():
    made = asked("own", series=[[0, 1, 2], [0, 2, 1], [1, 1, 1]], labels=None)
    assert made["train"] == made["n"] == 3
