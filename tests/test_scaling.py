"""Units to [-1, 1] and back: by range, by quantiles, with bounds, whole numbers, constants."""

import warnings

import numpy as np
import pytest
import torch

import rnngan_tutorial as rt
from rnngan_tutorial.fitting import KNOTS

RNG = np.random.default_rng(5)
COUNTER = 1e9 + np.sin(np.arange(200.0))
TAILS = RNG.standard_t(2, 5000)
RAIN = np.where(RNG.random(1000) < 0.57, 0, RNG.lognormal(1, 1, 1000))


def column(values):
    return np.asarray(values, float)[:, None]


@pytest.mark.parametrize("how", ["range", "quantile"])
@pytest.mark.parametrize("values", [COUNTER, -COUNTER, TAILS, RAIN, RAIN > 0, np.arange(12.0),
                                    1e-300 * TAILS, 1e39 * np.sin(COUNTER), [1.0, 1 + 2e-15]],
                         ids=["counter", "below zero", "tails", "rain", "two values", "few",
                              "tiny", "beyond float32", "two neighbours"])
@pytest.mark.filterwarnings("ignore:98 %")
def test_units_come_back_within_a_millionth_of_the_range(how, values):
    values = column(values)
    scale = rt.Scale.fit(values, how)
    scaled = scale.from_units(values)
    assert scaled.dtype == np.float32 and np.abs(scaled).max() <= 1
    back = scale.to_units(scaled)
    assert back.dtype == np.float64
    assert np.abs(back - values).max() <= 1e-6 * np.ptp(values)


def test_the_range_has_five_percent_of_room_on_both_sides():
    scale = rt.Scale.fit(column([0, 4, 10]))
    assert (scale.low, scale.high) == (-0.5, 10.5)
    np.testing.assert_allclose(scale.from_units([[0.0], [10.0]]), [[-1 / 1.1], [1 / 1.1]])
    np.testing.assert_allclose(scale.to_units([[-1.0], [0.0], [1.0], [2.0]]),
                               [[-0.5], [5], [10.5], [16]])


def test_every_column_has_its_own_scale():
    values = np.stack([np.linspace(0, 1, 50), np.linspace(-300, 500, 50)], 1)
    scaled = rt.Scale.fit(values.reshape(5, 10, 2)).from_units(values)
    np.testing.assert_allclose(scaled[:, 0], scaled[:, 1], atol=1e-6)


@pytest.mark.filterwarnings("ignore:98 %")
def test_quantiles_spread_heavy_tails_evenly():
    values = column(TAILS)
    for how, middle in (("range", (0, 0.1)), ("quantile", (0.8, 1.1))):
        scaled = rt.Scale.fit(values, how).from_units(values)[:, 0]
        assert middle[0] <= np.subtract(*np.quantile(scaled, [0.75, 0.25])) < middle[1]


@pytest.mark.parametrize("values", [TAILS, RAIN, COUNTER, np.r_[np.zeros(99), 1]],
                         ids=["tails", "rain", "counter", "one event"])
def test_a_quantile_map_increases_and_goes_on_beyond_its_ends(values):
    scale = rt.Scale.fit(column(values), "quantile")
    assert scale.knots.shape == (KNOTS, 1) and (np.diff(scale.knots[:, 0]) > 0).all()
    assert scale.knots[0] == scale.low and scale.knots[-1] == scale.high
    room = 0.05 * np.ptp(values)
    np.testing.assert_allclose([scale.low[0], scale.high[0]],
                               [values.min() - room, values.max() + room])
    units = scale.to_units(column(np.linspace(-1.5, 1.5, 301)))[:, 0]
    assert (np.diff(units) > 0).all()
    np.testing.assert_allclose(scale.from_units(column(units))[:, 0], np.linspace(-1.5, 1.5, 301),
                               atol=1e-5)


def test_a_dict_says_which_columns_are_scaled_by_quantiles():
    values = np.stack([TAILS, np.linspace(0, 1, len(TAILS))], 1)
    scale = rt.Scale.fit(values, {"price": "quantile"}, names=["price", "flow"])
    both = scale.from_units(values)
    alone = rt.Scale.fit(values[:, 1:]).from_units(values[:, 1:])
    np.testing.assert_allclose(both[:, 1:], alone, atol=1e-6)
    np.testing.assert_array_equal(
        both[:, :1], rt.Scale.fit(values[:, :1], "quantile").from_units(values[:, :1]))


def test_far_values_are_told_and_quantiles_named():
    with pytest.warns(UserWarning, match=r"price lie in less than 5 %.*'price': 'quantile'"):
        rt.Scale.fit(np.stack([TAILS ** 3, np.arange(5000.0)], 1), names=["price", "flow"])
    even = np.linspace(0, 1, 999)
    with pytest.warns(UserWarning, match="x0 lie in less"):
        rt.Scale.fit(column(np.r_[even, 21]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rt.Scale.fit(column(np.r_[even, 19]))
        rt.Scale.fit(column(TAILS ** 3), "quantile")
        rt.Scale.fit(column(RNG.standard_normal(5000)))
        rt.Scale.fit(column(np.r_[np.zeros(999), 1]))  # rare events: quantiles would not help


def test_bounds_are_never_left():
    far = column([-50.0, 0, 50])
    rain = rt.Scale.fit(column(RAIN), bounds={"x0": (0, None)})
    assert rain.to_units(far).min() == 0 and rain.to_units(far).max() > RAIN.max()
    both = rt.Scale.fit(column(RAIN), bounds="data").to_units(far)
    assert (both.min(), both.max()) == (RAIN.min(), RAIN.max())


def test_whole_numbers_are_rounded():
    counts = np.arange(12).reshape(6, 2)
    values = RNG.uniform(-1, 1, (9, 2))
    scale = rt.Scale.fit(counts)
    assert (scale.to_units(values) % 1 == 0).all()
    np.testing.assert_array_equal(scale.to_units(scale.from_units(counts)), counts)
    one = rt.Scale.fit(counts.astype(float), whole=["b"], names=["a", "b"]).to_units(values)
    assert (one[:, 1] % 1 == 0).all() and (one[:, 0] % 1 != 0).all()
    assert (rt.Scale.fit(counts, whole=False).to_units(values) % 1 != 0).all()


@pytest.mark.parametrize("how", ["range", "quantile"])
def test_a_constant_comes_back_exactly(how):
    values = np.stack([np.full(9, 0.1), np.arange(9.0)], 1)
    scale = rt.Scale.fit(values, how)
    assert (scale.from_units(values)[:, 0] == 0).all()
    assert (scale.to_units(RNG.uniform(-1, 1, (20, 2)))[:, 0] == 0.1).all()


def test_a_refitted_scale_keeps_its_way_its_bounds_and_its_whole_columns():
    values = np.stack([TAILS, np.arange(5000.0)], 1)
    scale = rt.Scale.fit(values, {"a": "quantile"}, bounds={"b": (0, 10_000)}, whole=["b"],
                         names=["a", "b"])
    again = scale.refit(values[:1000])
    part = rt.Scale.fit(values[:1000], {"a": "quantile"}, names=["a", "b"])
    np.testing.assert_array_equal(again.knots, part.knots)
    np.testing.assert_array_equal(again.low, part.low)
    assert again.maximum[1] == 10_000 and again.whole.tolist() == [False, True]
    given = rt.Scale(np.zeros(2), np.ones(2))
    assert given.refit(values) is given


@pytest.mark.parametrize("how", ["range", "quantile"])
def test_a_column_that_is_constant_in_a_part_keeps_its_scale(how):
    values = np.stack([np.r_[np.zeros(50), np.ones(50)], np.arange(100.0)], 1)
    scale = rt.Scale.fit(values, how)
    again = scale.refit(values[:50])
    assert (again.low[0], again.high[0]) == (scale.low[0], scale.high[0])
    back = again.to_units(again.from_units(values))
    np.testing.assert_allclose(back, values, atol=1e-4)
    assert again.high[1] < 60


@pytest.mark.parametrize("how", ["range", "quantile"])
def test_a_scale_survives_a_safe_file(how, tmp_path):
    values = np.stack([TAILS, np.arange(5000.0)], 1)
    scale = rt.Scale.fit(values, how, bounds="data", whole=["x1"]) if how == "quantile" else (
        rt.Scale.fit(values[:, 1:], how))
    torch.save(scale.state(), tmp_path / "scale.pt")
    again = rt.Scale.from_state(torch.load(tmp_path / "scale.pt", weights_only=True))
    assert again.same(scale) and scale.same(again) and again.fitted == scale.fitted
    some = RNG.uniform(-1, 1, (30, len(scale.low)))
    np.testing.assert_array_equal(again.to_units(some), scale.to_units(some))


@pytest.mark.filterwarnings("ignore:98 %")
def test_other_scales_are_not_the_same():
    values = column(RAIN)
    scales = [rt.Scale.fit(values), rt.Scale.fit(values, "quantile"),
              rt.Scale.fit(values, bounds="data"), rt.Scale.fit(values, whole=True),
              rt.Scale.fit(values + 1), rt.Scale.plain(1), rt.Scale.plain(2)]
    for i, one in enumerate(scales):
        assert [one.same(other) for other in scales] == [i == j for j in range(len(scales))]


@pytest.mark.parametrize(("make", "message"), [
    (lambda: rt.Scale.fit(column(TAILS), "minmax"), "scale is 'minmax'; it must be 'range' or"),
    (lambda: rt.Scale.fit(column(TAILS), {"y": "range"}), "scale names a column 'y'"),
    (lambda: rt.Scale.fit(column([-1.7e308, 1.7e308])), "column 'x0' runs from -1.7e.308 .*unit"),
    (lambda: rt.Scale.fit(column([-1.0, 2]), bounds={"x0": (0, None)}), "beyond its bounds"),
    (lambda: rt.Scale.fit(column([-1.0, 2]), bounds={"x0": 0}), "must be a pair"),
    (lambda: rt.Scale.fit(column([-1.0, 2]), bounds={"y": (0, 1)}), "bounds names a column 'y'"),
    (lambda: rt.Scale.fit(column([-1.0, 2]), bounds=(0, 1)), "must be 'data' or a dict"),
    (lambda: rt.Scale.fit(column([-1.0, 2]), whole="y"), "whole names a column 'y'"),
    (lambda: rt.Scale.fit(np.zeros((0, 1))), "no values to fit"),
    (lambda: rt.Scale([1.0], [0.0]), "low not above high"),
    (lambda: rt.Scale([0.0], [np.inf]), "must be finite"),
    (lambda: rt.Scale.plain(2).to_units(np.zeros((4, 3))), "last axis must be the 2 features"),
    (lambda: rt.Scale.plain(2).from_units(0.0), "last axis must be the 2 features"),
])
def test_faults_are_named(make, message):
    with pytest.raises(ValueError, match=message) as caught:
        make()
    assert "\n" not in str(caught.value)
