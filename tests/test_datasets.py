"""The book's five data sets and their files."""

import hashlib
import shutil
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

import rnngan_tutorial as rt
from rnngan_tutorial import datasets

DATA = Path(__file__).parents[1] / "data"
BEATS = "639644832dbeaf07505bd60f31eb30a480991d50a26744e46a8c894ba5b94676"


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


@pytest.mark.parametrize("name", ["heartbeats.npz", "weather.npz", "digits.npz"])
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


def test_the_scale_of_heartbeats_is_given():
    beats = rt.load("heartbeats")
    mv = datasets.stored("heartbeats.npz")["values"].astype(float)
    room = 0.05 * np.ptp(mv)
    np.testing.assert_allclose((beats.low, beats.high), ([mv.min() - room], [mv.max() + room]))
    np.testing.assert_allclose(beats.to_units(beats.values), mv, atol=1e-6)
    train, test = beats.split(by="random")
    assert train.scale is beats.scale is test.scale
    digest = hashlib.sha256(beats.values.tobytes()).hexdigest()
    assert digest == BEATS  # the chapters' numbers hang on every bit


def test_beats_that_train_end_before_those_that_test_begin():
    beats = rt.load("heartbeats")
    np.testing.assert_allclose(beats.starts * beats.step,
                               datasets.stored("heartbeats.npz")["seconds"])
    train, test = beats.split()
    assert (train.starts.max() + 48) <= test.starts.min() and len(train) == 288


def test_times_of_the_beats():
    seconds = datasets.stored("heartbeats.npz")["seconds"]
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
        assert datasets.SHA256.get(name, digest) == digest


def test_digits():
    from sklearn.datasets import load_digits

    digits, theirs = rt.load("digits"), load_digits()
    np.testing.assert_allclose(digits.to_units(digits.values), theirs.images, atol=1e-5)
    np.testing.assert_array_equal(digits.labels, theirs.target)
    assert digits.classes == 10


def test_weather_is_rebuilt_from_the_record(builders):
    import build_weather

    made = build_weather.build()
    with np.load(DATA / "weather.npz") as file:
        for name, array in dict(file).items():
            np.testing.assert_allclose(made[name], array, rtol=0, atol=1e-5, strict=True)


def test_weather_is_what_the_readme_says():
    weather = rt.load("weather")
    assert weather.shape == (917, 24, 4) and np.abs(weather.values).max() <= 1
    assert np.bincount(weather.labels).tolist() == [207, 236, 229, 245]
    units = weather.to_units(weather.values)
    temperature, dew_point, wind, pressure = np.moveaxis(units, 2, 0)
    assert -12 < temperature.min() < -11 and 37 < temperature.max() < 38
    assert (dew_point <= temperature + 0.1).all()  # air holds no more water than it can
    assert wind.min() > -1e-5 and wind.max() < 20 and 983 < pressure.min() < pressure.max() < 1043
    mean = [temperature[weather.labels == season].mean() for season in range(4)]
    assert mean[0] < mean[1] < mean[2] and mean[3] < mean[2]
    first, second = weather.split(0.6)
    assert not set(first.groups) & set(second.groups)  # no week on both sides


def test_short_gaps_of_the_weather_are_filled_and_long_ones_are_not(builders):
    from build_weather import filled

    nan = np.nan
    found = filled(np.array([nan, 1, nan, nan, nan, 5, nan, nan, nan, nan, 0, nan]))
    np.testing.assert_allclose(found, [nan, 1, 2, 3, 4, 5, nan, nan, nan, nan, 0, nan])


def test_picked_series_are_picked_at_random():
    some, all_ = rt.load("digits", n=100), rt.load("digits")
    rows = [row.tobytes() for row in all_.values]
    places = [rows.index(row.tobytes()) for row in some.values]
    assert places == sorted(set(places)) and max(places) > 1500
    assert (rt.load("digits", n=100, seed=1).values != some.values).any()
    again = rt.load("digits", n=100)
    np.testing.assert_array_equal(again.values, some.values)
    np.testing.assert_array_equal(again.labels, all_.labels[places])


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
    modes, curves = rt.load("modes"), datasets.mode_curves()
    assert modes.shape == (4096, 24, 1) and len(rt.MODES) == 8
    away = np.sqrt(((modes.values[:, None] - curves) ** 2).mean((2, 3)))
    np.testing.assert_array_equal(away.argmin(1), modes.labels)
    assert away.min(1).max() < 2 * datasets.MODE_NOISE
    noise = modes.values - curves[modes.labels]
    assert abs(noise.std() - datasets.MODE_NOISE) < 0.001
    assert np.abs(noise.mean((0, 2))).max() < 0.004
    assert np.bincount(modes.labels, minlength=8).min() > 300
    apart = np.sqrt(((curves[:, None] - curves) ** 2).mean((2, 3)))[np.triu_indices(8, 1)]
    assert apart.min() > 0.79


@pytest.mark.parametrize("name", datasets.LOADERS)
def test_units_go_there_and_back(name):
    some = rt.load(name, n=20)
    np.testing.assert_allclose(some.from_units(some.to_units(some.values)), some.values,
                               atol=1e-5)
    assert some.values.dtype == np.float32 and len(some) == 20


def test_files_of_an_installed_wheel_are_found(tmp_path, monkeypatch):
    package = tmp_path / "rnngan_tutorial"
    shutil.copytree(DATA, package / "_data")
    monkeypatch.setattr(datasets, "__file__", str(package / "datasets.py"))
    assert len(rt.load("heartbeats")) == 480


def test_damaged_and_missing_files_are_named(tmp_path, monkeypatch):
    package = tmp_path / "rnngan_tutorial"
    package.mkdir()
    monkeypatch.setattr(datasets, "__file__", str(package / "datasets.py"))
    with pytest.raises(FileNotFoundError, match="heartbeats.npz is missing"):
        rt.load("heartbeats")
    (package / "_data").mkdir()
    (package / "_data" / "heartbeats.npz").write_bytes(b"PK broken")
    with pytest.raises(ValueError, match="damaged"):
        rt.load("heartbeats")


@pytest.mark.parametrize(("name", "options", "message"), [
    ("heartbeat", {}, "choose from heartbeats, weather, digits, sines, modes"),
    ("heartbeats", {"n": 481}, "has 480 series, not 481"),
    ("modes", {"n": 0}, "n is 0"),
    ("sines", {"n": 1.5}, "n is 1.5"),
])
def test_load_names_the_remedy(name, options, message):
    with pytest.raises(ValueError, match=message):
        rt.load(name, **options)
