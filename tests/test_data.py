"""Sequences: what they accept, how they are split, and how they become a table again."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
import torch

import rnngan_tutorial as rt

RNG = np.random.default_rng(3)
VALUES = RNG.uniform(-1, 1, (40, 6, 2)).astype(np.float32)


def some(**about):
    return rt.Sequences(VALUES, **about)


def rows(data):
    return {row.tobytes() for row in data.values}


# --- What they are ----------------------------------------------------------------------------

def test_names_and_scale_are_made_up_where_they_are_not_given():
    data = some(labels=np.arange(40) % 3)
    assert data.feature_names == ("x0", "x1") and data.label_names == ("0", "1", "2")
    assert data.classes == 3 and data.shape == (40, 6, 2) and len(data) == 40
    assert (data.low == -1).all() and (data.high == 1).all()
    np.testing.assert_allclose(data.to_units(VALUES), VALUES, atol=1e-6)
    assert rt.Sequences(VALUES[..., :1]).feature_names == ("value",)


def test_a_bare_name_in_a_cell_fits_on_a_line():
    data = some(labels=np.arange(40) % 3, name="mine")
    assert repr(data) == "Sequences(mine: 40 series of 6 steps, 2 features, 3 labels)"
    assert repr(rt.Sequences(VALUES[..., :1])) == (
        "Sequences(series: 40 series of 6 steps, 1 feature)")


def test_the_card_says_what_is_in_the_data_and_cannot_break_the_page():
    data = rt.from_array(np.arange(24.0).reshape(4, 6), names=["<b>"], unit="mV",
                         labels=["fine", "leak", "fine", "fine"], groups=["p", "p", "q", "r"])
    card = replace(data, left_out={"too short": 7})._repr_html_()
    for part in ("&lt;b&gt;: 0 to 23 mV", "fine 3, leak 1", "recordings: 3", "too short: 7"):
        assert part in card
    assert "<b>:" not in card and len(card) < 600
    assert "0 series" in data.subset([])._repr_html_()


def test_a_feature_has_a_name_a_place_and_a_unit():
    data = some(feature_names=("flow", "heat"), unit=("l/s", "K"))
    assert [data.feature_index(f) for f in ("flow", "heat", 0, np.int64(1))] == [0, 1, 0, 1]
    assert (data.unit_of("heat"), data.unit_of(0)) == ("K", "l/s")
    assert some(unit="mV").unit_of(1) == "mV"
    for unknown in ("wind", 2, -1, 0.5, None):
        with pytest.raises(ValueError, match="choose from flow, heat, or 0 to 1"):
            data.feature_index(unknown)


def test_a_subset_takes_everything_of_its_series_along():
    data = some(labels=np.arange(40) % 3, groups=np.arange(40) // 10, starts=np.arange(40.0))
    np.testing.assert_array_equal(data.subset(3).values, data.values[3:4])
    for picked in ([3, 1, 39], np.arange(40) % 7 == 2):
        part = data.subset(picked)
        for name in ("values", "labels", "groups", "starts"):
            np.testing.assert_array_equal(getattr(part, name), getattr(data, name)[picked])
        assert part.label_names == data.label_names and part.group_names == data.group_names


def test_no_series_are_allowed_but_keep_names_and_scale():
    empty = rt.from_array(VALUES * 30, labels=np.arange(40) % 3, names=["a", "b"]).subset([])
    assert empty.shape == (0, 6, 2) and empty.label_names == ("0", "1", "2")
    assert empty.high[0] > 29


def test_the_scale_is_the_same_only_with_the_same_features():
    data = rt.from_array(VALUES * 30, names=["a", "b"])
    assert data.same_scale(data.subset([0, 1])) and data.same_scale(
        rt.from_array(VALUES, names=["a", "b"], like=data))
    assert not data.same_scale(rt.from_array(VALUES * 31, names=["a", "b"]))
    assert not data.same_scale(replace(data, feature_names=("b", "a")))


@pytest.mark.filterwarnings("ignore:left out")
def test_all_but_the_series_goes_through_a_safe_file(tmp_path):
    table = pd.DataFrame({"when": pd.date_range("2020-03-01", periods=60, freq="h"),
                          "who": np.repeat(["p", "q"], 30), "kind": np.repeat([10, 2], 30),
                          "rain": RNG.lognormal(size=60), "count": np.arange(60)})
    data = rt.from_frame(table, 10, time="when", recording="who", label="kind",
                         scale={"rain": "quantile"}, bounds={"rain": (0, None)},
                         unit={"rain": "mm"})
    torch.save(data.about(), tmp_path / "about.pt")
    about = torch.load(tmp_path / "about.pt", weights_only=True)
    again = rt.Sequences.from_about(about, 10, 2)
    assert again.shape == (0, 10, 2) and again.same_scale(data)
    for name in ("label_names", "feature_names", "group_names", "name", "unit", "step",
                 "step_unit", "layout", "left_out"):
        assert getattr(again, name) == getattr(data, name)
    assert again.labels.shape == again.groups.shape == (0,) and again.starts is None
    pd.testing.assert_frame_equal(again.to_frame(data.values, data.labels),
                                  data.to_frame(data.values, data.labels))
    plain = some()
    again = rt.Sequences.from_about(plain.about(), 6, 2)
    assert again.labels is None and again.groups is None and again.layout is None


# --- What they refuse -------------------------------------------------------------------------

@pytest.mark.parametrize(("values", "about", "message"), [
    (VALUES[0], {}, r"shape \(6, 2\); .*values\[:, :, None\]"),
    (VALUES[None], {}, r"must be \(series, time steps, features\)"),
    (VALUES.astype(str), {}, "must be numbers"),
    (VALUES > 0, {}, "values are bool; they must be numbers"),
    (VALUES * 1j, {}, "must be numbers"),
    (np.ma.masked_less(VALUES, 0), {}, "masked array, whose mask would be lost"),
    (np.where(VALUES > 0.9, np.nan, VALUES), {}, "nan or infinite .*fill or drop"),
    (VALUES * np.float64(1e300), {}, "beyond float32"),
    (VALUES, {"labels": np.zeros(3, int)}, "one for each of the 40 series"),
    (VALUES, {"labels": np.zeros(40)}, "labels are float64 .* whole numbers"),
    (VALUES, {"labels": np.arange(40) % 3, "label_names": ("a", "b")}, "must lie in 0 to 1"),
    (VALUES, {"labels": np.arange(40) - 1}, "labels run from -1"),
    (VALUES, {"labels": np.r_[np.zeros(39, int), 10 ** 8]}, "labels reach 100000000 .*from 0"),
    (VALUES, {"labels": np.zeros(40, int), "label_names": "ab"}, "label_names is 'ab'; it must"),
    (VALUES, {"labels": np.zeros(40, int), "label_names": ("a", "a")}, "label_names hold 'a' twi"),
    (VALUES, {"label_names": ("a", "b")}, "label_names but no labels"),
    (VALUES, {"groups": np.zeros(3, int)}, "one for each of the 40 series"),
    (VALUES, {"groups": np.full(40, 10 ** 8)}, "groups reach 100000000"),
    (VALUES, {"group_names": ("a",)}, "group_names but no groups"),
    (VALUES, {"feature_names": "ab"}, "feature_names is 'ab'"),
    (VALUES, {"feature_names": ("a", "a")}, "feature_names hold 'a' twice"),
    (VALUES, {"feature_names": ("a", 1)}, "feature_names hold 1; they must be strings"),
    (VALUES, {"feature_names": ("a", "b", "c")}, "3 feature names for 2 features"),
    (VALUES, {"unit": ("a", "b", "c")}, "3 units for 2 features"),
    (VALUES, {"feature_names": 3}, "feature_names is 3; it must be a list of strings"),
    (VALUES, {"unit": 3}, "unit is 3; it must be a string, or a list of strings"),
    (VALUES, {"step": "1"}, "step is '1'"),
    (VALUES, {"step": 0}, "step is 0; it must be a number above 0"),
    (VALUES, {"step": float("nan")}, "step is nan"),
    (VALUES, {"scale": "range"}, "scale is 'range'; .*rt.from_array"),
    (VALUES, {"scale": rt.Scale.plain(3)}, "the scale has 3 columns for 2 features"),
    (VALUES, {"starts": np.arange(3)}, "one for each of the 40 series"),
    (VALUES, {"starts": np.full(40, np.inf)}, "must be finite numbers"),
])
def test_sequences_check_what_they_are_given(values, about, message):
    with pytest.raises((ValueError, TypeError), match=message) as caught:
        rt.Sequences(values, **about)
    assert "\n" not in str(caught.value)


def test_units_are_of_these_features():
    with pytest.raises(ValueError, match="last axis must be the 2 features"):
        some().to_units(np.zeros((4, 6, 1)))


# --- Two parts --------------------------------------------------------------------------------

def test_a_random_split_is_exhaustive_disjoint_and_stratified():
    beats = rt.load("heartbeats")
    train, test = beats.split(0.6, by="random", seed=3)
    assert (len(train), len(test)) == (288, 192)
    assert rows(train) | rows(test) == rows(beats) and not rows(train) & rows(test)
    assert abs(train.labels.mean() - test.labels.mean()) < 0.01
    again = beats.split(0.6, by="random", seed=3)
    np.testing.assert_array_equal(again[0].values, train.values)
    np.testing.assert_array_equal(again[1].labels, test.labels)
    other = beats.split(0.6, by="random", seed=4)
    assert (other[0].values != train.values).any()


def test_a_random_split_draws_what_it_always_drew():
    data = rt.Sequences(np.arange(10.0)[:, None, None] / 10)
    train, test = data.split(0.6, seed=0)
    order = np.random.default_rng(0).permutation(10)
    np.testing.assert_allclose(train.values[:, 0, 0] * 10, np.sort(order[:6]))
    np.testing.assert_allclose(test.values[:, 0, 0] * 10, np.sort(order[6:]))


def test_recordings_stay_whole():
    groups = RNG.permutation(np.arange(40) // 8)
    train, test = some(groups=groups).split()
    assert not set(train.groups) & set(test.groups)
    assert (len(train), len(test)) == (24, 16)
    assert rows(train) | rows(test) == rows(some())
    assert len({tuple(np.unique(some(groups=groups).split(seed=s)[0].groups))
                for s in range(20)}) > 3


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("fraction", [0.3, 0.6, 0.75])
def test_parts_are_as_near_to_the_fraction_as_whole_recordings_allow(seed, fraction):
    sizes = np.random.default_rng(seed).integers(1, 9, 8)
    groups = np.repeat(np.arange(8), sizes)
    data = rt.Sequences(np.zeros((sizes.sum(), 2, 1)), groups=groups)
    train, _ = data.split(fraction, seed=seed)
    possible = {sizes[list(chosen)].sum() for n in range(1, 8)
                for chosen in combinations(range(8), n)}
    nearest = min(abs(total - fraction * len(data)) for total in possible)
    assert abs(len(train) - fraction * len(data)) <= max(nearest, 0.5)


def test_recordings_are_split_alike_by_what_most_of_their_series_are():
    groups = np.arange(400) // 10
    kinds = np.where(groups < 10, 1, 0)
    kinds[::10] = 1 - kinds[::10]  # one of ten series in each recording is of the other kind
    data = rt.Sequences(np.zeros((400, 2, 1)), labels=kinds, groups=groups)
    for seed in range(5):
        train, test = data.split(seed=seed)
        assert len(train) == 240 and (np.unique(train.groups) < 10).sum() == 6


def test_what_one_kind_has_too_many_another_has_too_few():
    groups = np.arange(40) // 10
    train, test = some(groups=groups, labels=groups).split(0.5)
    assert len(train) == len(test) == 20


def test_each_part_has_a_recording():
    data = some(groups=np.arange(40) // 20)
    for fraction in (0.05, 0.5, 0.95):
        train, test = data.split(fraction)
        assert len(train) == len(test) == 20


def test_many_recordings_are_split_in_a_moment():
    sizes = RNG.integers(1, 60, 5000)
    groups = np.repeat(np.arange(5000), sizes)
    train, test = rt.Sequences(np.zeros((len(groups), 1, 1)), groups=groups,
                               group_names=map(str, range(5000))).split()
    assert abs(len(train) - 0.6 * len(groups)) <= 0.5


def test_in_time_the_first_part_trains_and_overlaps_are_left_out():
    order = RNG.permutation(40)  # series need not stand in the order of time
    data = some(starts=2.0 * order)  # each overlaps with the next two
    train, test = data.split()
    assert sorted(train.starts) == list(2.0 * np.arange(24))
    assert sorted(test.starts) == list(2.0 * np.arange(26, 40))
    assert test.left_out == {"overlaps the first part": 2} and train.left_out == {}
    apart = some(starts=6.0 * order).split()[1]
    assert len(apart) == 16 and apart.left_out == {}


def test_in_time_every_recording_is_split():
    groups = np.arange(40) // 20  # the second begins when the first is over
    starts = 6.0 * np.arange(40)
    train, test = some(groups=groups, starts=starts).split(by="time")
    for group in (0, 1):
        assert (train.groups == group).sum() == 12 and (test.groups == group).sum() == 8
        assert train.starts[train.groups == group].max() + 6 <= (
            test.starts[test.groups == group].min())


def test_by_default_recordings_go_before_time_and_time_before_chance():
    data = some(groups=np.arange(40) // 8, starts=np.arange(40.0) * 6)
    assert not set(data.split()[0].groups) & set(data.split()[1].groups)
    one = replace(data, groups=np.zeros(40, int), group_names=("p",))
    assert one.split()[0].starts.max() < one.split()[1].starts.min()
    plain = some()
    np.testing.assert_array_equal(plain.split()[0].values, plain.split(by="random")[0].values)


@pytest.mark.parametrize("scale", ["range", "quantile"])
def test_a_fitted_scale_is_fitted_again_to_the_first_part_alone(scale):
    x = RNG.standard_normal((50, 6, 2)) * [1, 100]
    x[-1] *= 3
    data = rt.from_array(x, scale=scale)
    train, test = replace(data, starts=6.0 * np.arange(50)).split(0.8)
    np.testing.assert_allclose(train.to_units(train.values), x[:40], atol=1e-3)
    np.testing.assert_allclose(test.to_units(test.values), x[40:], atol=1e-3)
    wanted = rt.from_array(x[:40], scale=scale)
    np.testing.assert_allclose(train.values, wanted.values, atol=1e-5)
    assert train.same_scale(test) and not train.same_scale(data)
    assert np.abs(train.values).max() < 1 < np.abs(test.values).max()


def test_a_scale_that_was_given_stays():
    train, test = some(scale=rt.Scale(np.zeros(2), np.ones(2))).split()
    assert (train.low == 0).all() and (test.high == 1).all()
    assert rows(train) | rows(test) == rows(some())


@pytest.mark.parametrize(("about", "options", "message"), [
    ({}, {"fraction": 0}, "fraction is 0; it must lie between 0 and 1"),
    ({}, {"fraction": 1.0}, "between 0 and 1"),
    ({}, {"fraction": float("nan")}, "between 0 and 1"),
    ({}, {"fraction": "half"}, "fraction is 'half'"),
    ({}, {"seed": None}, "seed is None; it must be a whole number, 0 or more"),
    ({}, {"seed": -1}, "seed is -1"),
    ({}, {"seed": 1.5}, "seed is 1.5"),
    ({}, {"fraction": 0.01}, "by random; one part would be empty"),
    ({"starts": np.zeros(40)}, {}, "by time; one part would be empty"),
    ({}, {"by": "group"}, "not two recordings; .*recording= or groups="),
    ({"groups": np.zeros(40, int)}, {"by": "group"}, "not two recordings"),
    ({}, {"by": "time"}, "not known when series begin; use by='random'"),
    ({}, {"by": "label"}, "must be 'group', 'time', 'random' or None"),
])
def test_a_split_names_the_fault(about, options, message):
    with pytest.raises(ValueError, match=message) as caught:
        some(**about).split(**options)
    assert "\n" not in str(caught.value)


# --- Back to a table --------------------------------------------------------------------------

def test_series_without_a_table_get_a_plain_one():
    x = RNG.uniform(0, 30, (3, 4, 2))
    data = rt.from_array(x, names=["flow", "heat"], labels=["fine", "leak", "fine"])
    made = data.to_frame(data.values, data.labels)
    assert list(made) == ["series", "step", "flow", "heat", "label"]
    assert made.series.tolist() == [0] * 4 + [1] * 4 + [2] * 4
    assert made.step.tolist() == [0, 1, 2, 3] * 3
    assert made.label.tolist() == ["fine"] * 4 + ["leak"] * 4 + ["fine"] * 4
    np.testing.assert_allclose(made[["flow", "heat"]].to_numpy().reshape(3, 4, 2), x, atol=1e-4)
    assert list(data.to_frame(torch.tensor(data.values[:1]))) == ["series", "step", "flow", "heat"]
    names = data.to_frame(data.values[:2], ["leak", "leak"])
    assert set(names.label) == {"leak"}


def test_plain_columns_make_way_for_features_of_their_names():
    data = rt.from_array(np.zeros((2, 3, 3)), names=["step", "label", "series"], labels=[0, 1])
    assert list(data.to_frame(data.values, data.labels)) == [
        "series_", "step_", "step", "label", "series", "label_"]


def test_counters_keep_their_last_digits_in_a_table():
    x = 1e9 + np.sin(np.arange(40.0)).reshape(4, 10)
    data = rt.from_array(x)
    np.testing.assert_allclose(data.to_frame(data.values).value, x.ravel(), rtol=0, atol=2e-6)


@pytest.mark.parametrize(("values", "labels", "message"), [
    (np.zeros((2, 40, 6, 2)), None, r"must be \(series, time steps, features\), such as"),
    (np.zeros((6, 2)), None, r"such as run.sample\(n\)\[0\]"),
    (np.zeros((40, 6, 3)), None, "must be the 2 features"),
    (VALUES, [0, 1], "2 labels for 40 series"),
    (VALUES[:2], [0, 2], "no label .*2.*; choose from a, b"),
    (VALUES[:2], ["a", "c"], "no label .*c.*; choose from a, b"),
])
def test_a_table_refuses_what_is_not_like_the_data(values, labels, message):
    data = some(labels=np.arange(40) % 2, label_names=("a", "b"))
    with pytest.raises(ValueError, match=message):
        data.to_frame(values, labels)


@pytest.mark.parametrize("scale", ["range", "quantile"])
def test_what_is_split_again_stays_on_the_scale_of_training(scale):
    data = rt.from_array(RNG.normal(size=(60, 6, 2)) * [1, 50], scale=scale)
    train, rest = data.split()
    validation, test = rest.split(0.5)
    inner, outer = train.split(0.5)
    for part in (rest, validation, test, inner, outer):
        assert part.same_scale(train) and not part.same_scale(data)
    both = np.concatenate([validation.to_units(validation.values), test.to_units(test.values)])
    whole = rest.to_units(rest.values)
    np.testing.assert_array_equal(np.sort(both, axis=None), np.sort(whole, axis=None))
