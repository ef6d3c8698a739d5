"""The four data sets, their files, and the reader's own CSV."""

import hashlib
import shutil
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

import rnngan_tutorial as rt
from rnngan_tutorial import data, files

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture
def builders():
    sys.path.insert(0, str(DATA))
    yield
    sys.path.pop(0)


def test_heartbeats_are_what_the_readme_says():
    beats = rt.load("heartbeats")
    assert beats.shape == (480, 48, 1)
    assert np.bincount(beats.labels).tolist() == [368, 112]
    assert beats.label_names == ("narrow", "wide")
    assert (beats.unit, beats.step_unit) == ("mV", "s")
    assert np.isclose(beats.step, 5 / 360)
    assert np.abs(beats.values).max() < 1
    peak = beats.to_units(beats.values)[:, :, 0].argmax(1)
    assert np.median(peak) in (15, 16)  # 80 samples of 240 come before the R peak


def test_heartbeats_are_rebuilt_from_the_recording(builders, tmp_path):
    import build_heartbeats

    made, counts = build_heartbeats.build()
    assert counts == {"low peak": 8, "too close": 21, "wandering baseline": 14, "detected": 508,
                      "kept": 480}
    with np.load(DATA / "heartbeats.npz") as file:
        stored = dict(file)
    assert list(made) == list(stored)
    for name, array in made.items():  # the last bit of a filtered value depends on the CPU
        tolerance = 1e-6 if name == "values" else 0
        np.testing.assert_allclose(array, stored[name], rtol=0, atol=tolerance, strict=True)


@pytest.mark.parametrize("name", ["heartbeats.npz", "digits.npz"])
def test_data_files_hold_nothing_but_the_arrays(builders, tmp_path, name):
    import build_heartbeats

    with np.load(DATA / name) as file:
        build_heartbeats.write_npz(tmp_path / name, dict(file))
    with zipfile.ZipFile(DATA / name) as old, zipfile.ZipFile(tmp_path / name) as new:
        assert old.namelist() == new.namelist()
        for member in old.namelist():
            assert old.read(member) == new.read(member)
            assert new.getinfo(member).date_time == (1980, 1, 1, 0, 0, 0)
    once = (tmp_path / name).read_bytes()
    with np.load(DATA / name) as file:
        build_heartbeats.write_npz(tmp_path / name, dict(file))
    assert (tmp_path / name).read_bytes() == once


def test_times_of_the_beats():
    seconds = files.stored("heartbeats.npz")["seconds"]
    assert seconds.shape == (480,) and 0 < seconds[0] and seconds[-1] < 300
    assert np.diff(seconds).min() >= 0.3  # two beats closer than that are noise, by the rule
    assert not ((seconds > 209) & (seconds < 214)).any()  # the strongest artefact


def test_narrow_and_wide_differ_in_shape():
    beats = rt.load("heartbeats")
    mv = beats.to_units(beats.values)[:, :, 0]
    trough = mv[:, 24:33].mean(1)  # the trough after a wide beat
    agree = (trough < -0.25) == (beats.labels == 1)
    assert agree.mean() > 0.95  # a rule on another part of the shape finds the same two kinds


def test_checksums():
    for line in (DATA / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split()
        assert hashlib.sha256((DATA / name).read_bytes()).hexdigest() == digest
        assert files.SHA256.get(name, digest) == digest


def test_digits():
    from sklearn.datasets import load_digits

    digits, theirs = rt.load("digits"), load_digits()
    np.testing.assert_allclose(digits.to_units(digits.values), theirs.images, atol=1e-5)
    np.testing.assert_array_equal(digits.labels, theirs.target)
    assert digits.classes == 10


def test_sines_follow_their_law():
    sines = rt.load("sines", n=4000)
    assert sines.shape == (4000, 24, 5) and rt.load("sines").shape == (10_000, 24, 5)
    assert sines.values.min() >= 0 and sines.values.max() <= 1
    assert (sines.low == -1).all() and (sines.high == 1).all()  # the values are the data
    angle = np.arcsin(np.clip(2 * sines.values.astype(float) - 1, -1, 1))
    frequency, phase = np.diff(angle, axis=1), angle[:, 0]
    early = frequency[:, :10]  # below pi / 2 the arcsine is the angle
    np.testing.assert_allclose(early - early[:, :1], 0, atol=2e-3)
    for drawn in (early[:, 0], phase):
        assert drawn.min() > -1e-3 and drawn.max() < 0.101
        assert abs(drawn.mean() - 0.05) < 0.001
        assert abs(drawn.std() - 0.1 / 12 ** 0.5) < 0.001


def test_modes_lie_around_their_curves():
    modes, curves = rt.load("modes"), data.mode_curves()
    assert modes.shape == (4096, 24, 1) and len(rt.MODES) == 8
    away = np.sqrt(((modes.values[:, None] - curves) ** 2).mean((2, 3)))
    np.testing.assert_array_equal(away.argmin(1), modes.labels)
    assert away.min(1).max() < 2 * data.MODE_NOISE
    noise = modes.values - curves[modes.labels]
    assert abs(noise.std() - data.MODE_NOISE) < 0.001
    assert np.abs(noise.mean((0, 2))).max() < 0.004
    assert np.bincount(modes.labels, minlength=8).min() > 300
    apart = np.sqrt(((curves[:, None] - curves) ** 2).mean((2, 3)))[np.triu_indices(8, 1)]
    assert apart.min() > 0.79


@pytest.mark.parametrize("name", data.LOADERS)
def test_units_go_there_and_back(name):
    some = rt.load(name, n=20)
    np.testing.assert_allclose(some.from_units(some.to_units(some.values)), some.values,
                               atol=1e-5)
    assert some.values.dtype == np.float32 and len(some) == 20


def test_split_is_exhaustive_disjoint_and_stratified():
    beats = rt.load("heartbeats")
    train, test = beats.split(0.6, seed=3)
    assert (len(train), len(test)) == (288, 192)
    both = np.concatenate([train.values, test.values])[:, :, 0]
    assert {row.tobytes() for row in both} == {row.tobytes() for row in beats.values[:, :, 0]}
    assert abs(train.labels.mean() - test.labels.mean()) < 0.01
    again = beats.split(0.6, seed=3)
    np.testing.assert_array_equal(again[0].values, train.values)
    np.testing.assert_array_equal(again[1].labels, test.labels)
    assert (beats.split(0.6, seed=4)[0].values != train.values).any()


def test_files_of_an_installed_wheel_are_found(tmp_path, monkeypatch):
    package = tmp_path / "rnngan_tutorial"
    shutil.copytree(DATA, package / "_data")
    monkeypatch.setattr(files, "__file__", str(package / "files.py"))
    assert len(rt.load("heartbeats")) == 480


def test_damaged_and_missing_files_are_named(tmp_path, monkeypatch):
    package = tmp_path / "rnngan_tutorial"
    package.mkdir()
    monkeypatch.setattr(files, "__file__", str(package / "files.py"))
    with pytest.raises(FileNotFoundError, match="heartbeats.npz is missing"):
        rt.load("heartbeats")
    (package / "_data").mkdir()
    (package / "_data" / "heartbeats.npz").write_bytes(b"PK broken")
    with pytest.raises(ValueError, match="damaged"):
        rt.load("heartbeats")


CSV = "time,flow,kind\n" + "".join(f"{i},{i % 5 * 2.5},{'a' if i < 12 else 'b'}\n"
                                   for i in range(24))


def test_csv_windows(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(CSV)
    plain = rt.from_csv(path, length=6, stride=3, columns=["time", "flow"])
    assert plain.shape == (7, 6, 2) and plain.feature_names == ("time", "flow")
    np.testing.assert_allclose(plain.to_units(plain.values)[1, :, 0], np.arange(3, 9), atol=1e-4)
    assert np.abs(plain.values).max() < 1
    with pytest.warns(UserWarning, match="5 of 19 windows hold more than one 'kind'"):
        labelled = rt.from_csv(path, length=6, stride=1, columns="flow", label="kind")
    assert labelled.label_names == ("a", "b")
    assert np.bincount(labelled.labels).tolist() == [7, 7]  # no window crosses from a to b
    split = rt.from_csv(path, length=6, stride=1, columns="flow", series="kind")
    assert len(split) == 14 and split.labels is None
    apart = rt.from_csv(path, length=6, columns="time")  # by default no row is in two windows
    assert len(apart) == 4


def test_every_recording_starts_its_own_windows(tmp_path):
    path = tmp_path / "mine.csv"
    rows = [(name, k) for name, length in (("a", 7), ("b", 4), ("c", 6)) for k in range(length)]
    path.write_text("who,x\n" + "".join(f"{name},{k}\n" for name, k in rows))
    made = rt.from_csv(path, length=4, stride=4, series="who")
    np.testing.assert_allclose(made.to_units(made.values)[:, :, 0], [[0, 1, 2, 3]] * 3, atol=1e-6)


@pytest.mark.parametrize(("text", "options", "message"), [
    ("", {}, "is empty"),
    ("1,2\n3,4\n5,6\n", {"length": 1}, "first row must name the columns"),
    (",a\n0,1\n1,2\n", {"length": 1}, "column 1 has no name"),
    ("a,k\n1,u\n2,\n", {"length": 1, "label": "k"}, "line 3: column 'k' is empty"),
    ("a,k\n1,u\n2, \n", {"length": 1, "series": "k"}, "line 3: column 'k' is empty"),
    ("a,b\n", {}, "has 0 rows"),
    (CSV, {"length": 30, "columns": "flow"}, "has 24 rows and no window of 30"),
    (CSV, {"columns": ["speed"]}, "has no column 'speed'; it has time, flow, kind"),
    (CSV, {"label": "class"}, "has no column 'class'"),
    (CSV, {}, "line 2: column 'kind' holds 'a', not a finite number"),
    ("a,b\n1,2\n3\n", {"length": 1}, "line 3: 1 cells, but the header has 2"),
    ("a\n1\nnan\n", {"length": 1}, "line 3: column 'a' holds 'nan'"),
    ("a\n1\ninf\n", {"length": 1}, "line 3: column 'a' holds 'inf'"),
    ("a\n1\n\n2\nx\n", {"length": 1}, "line 5: column 'a' holds 'x'"),
    ("a,a\n1,2\n", {"length": 1}, "column 'a' stands twice"),
    ("a\n1\n1\n1\n", {"length": 2}, "column 'a' is constant"),
    (CSV, {"length": 0}, "length is 0"),
    (CSV, {"stride": -1}, "stride is -1"),
    (CSV, {"length": 2.5}, "length is 2.5"),
])
def test_csv_faults_are_named(tmp_path, text, options, message):
    path = tmp_path / "mine.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match=message) as caught:
        rt.from_csv(path, **{"length": 4, **options})
    assert "\n" not in str(caught.value)


def test_csv_that_is_not_there(tmp_path):
    with pytest.raises(ValueError, match="is not a file"):
        rt.from_csv(tmp_path / "none.csv", length=4)
    (tmp_path / "binary.csv").write_bytes(b"a\n\xff\xfe\x00")
    with pytest.raises(ValueError, match="not a CSV file in UTF-8"):
        rt.from_csv(tmp_path / "binary.csv", length=1)


@pytest.mark.parametrize(("values", "options", "message"), [
    (np.zeros((4, 5)), {}, "values have shape"),
    (np.zeros((4, 5, 1), dtype=str), {}, "they must be numbers"),
    (np.zeros((4, 5, 1)), {"labels": np.zeros(3, int)}, "one for each of the 4 series"),
    (np.zeros((4, 5, 1)), {"labels": np.zeros(4)}, "whole numbers"),
    (np.zeros((4, 5, 1)), {"labels": [0, 1, 2, 3], "label_names": ("a", "b")}, "0 to 1"),
    (np.zeros((4, 5, 1)), {"feature_names": ("a", "b")}, "2 feature names for 1"),
    (np.zeros((4, 5, 1)), {"low": [1.0], "high": [1.0]}, "must be below"),
])
def test_sequences_check_what_they_are_given(values, options, message):
    with pytest.raises((ValueError, TypeError), match=message):
        rt.Sequences(values, **options)


@pytest.mark.parametrize(("name", "options", "message"), [
    ("heartbeat", {}, "choose from heartbeats, digits, sines, modes"),
    ("heartbeats", {"n": 481}, "has 480 series, not 481"),
    ("modes", {"n": 0}, "n is 0"),
    ("sines", {"n": 1.5}, "n is 1.5"),
])
def test_load_names_the_remedy(name, options, message):
    with pytest.raises(ValueError, match=message):
        rt.load(name, **options)


@pytest.mark.parametrize("fraction", [0, 1, 0.01, -1])
def test_split_needs_two_parts(fraction):
    with pytest.raises(ValueError, match="between 0 and 1|would be empty"):
        rt.load("modes", n=10).split(fraction)
