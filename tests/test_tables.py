"""The reader's own data: arrays, tables and CSV files, and every way in which they go wrong."""

import time
import warnings

import numpy as np
import pandas as pd
import pytest
import torch

import rnngan_tutorial as rt

RNG = np.random.default_rng(11)


def units(data):
    """The values of the first feature in units, as lists."""
    return np.round(data.to_units(data.values)[:, :, 0], 4).tolist()


def long(*lengths, start=0):
    """A table of recordings a, b, ... of these lengths; x counts on over all rows."""
    names = np.repeat(list("abcdefgh")[:len(lengths)], lengths)
    return pd.DataFrame({"who": names, "x": np.arange(len(names)) + float(start)})


@pytest.fixture
def csv(tmp_path):
    def read(text, *arguments, name="mine.csv", **options):
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        return rt.from_csv(tmp_path / name, *arguments, **options)
    return read


# --- Arrays -----------------------------------------------------------------------------------

X = RNG.normal(500, 100, (20, 6, 2))


def test_an_array_in_its_own_units_is_scaled_and_comes_back():
    data = rt.from_array(X, unit="mV", step=0.5, step_unit="s")
    assert data.shape == (20, 6, 2) and 0.8 < np.abs(data.values).max() < 1
    np.testing.assert_allclose(data.to_units(data.values), X, atol=1e-3)
    assert (data.unit, data.step, data.step_unit, data.name) == ("mV", 0.5, "s", "array")


def test_small_numbers_are_scaled_too():
    returns = RNG.normal(0, 0.01, (50, 8))
    assert np.abs(rt.from_array(returns).values).max() > 0.9


@pytest.mark.parametrize("kind", [torch.tensor, list, tuple, np.asarray, lambda x: x.tolist()])
def test_arrays_of_every_kind(kind):
    data = rt.from_array(kind(X))
    np.testing.assert_array_equal(data.values, rt.from_array(X).values)
    flat = rt.from_array(kind(X[:, :, 0]))
    assert flat.shape == (20, 6, 1) and flat.feature_names == ("value",)


def test_labels_and_groups_may_be_words_or_numbers():
    data = rt.from_array(X[:6], labels=["10", "2", "1", "2", "10", "1"], groups=list("qqpprr"))
    assert data.label_names == ("1", "2", "10") and data.labels.tolist() == [2, 1, 0, 1, 2, 0]
    assert data.group_names == ("q", "p", "r") and data.groups.tolist() == [0, 0, 1, 1, 2, 2]
    numbers = rt.from_array(X[:6], labels=np.array([10, 2, 1, 2, 10, 1]),
                            groups=torch.arange(6) // 3)
    assert numbers.label_names == ("1", "2", "10")
    assert numbers.labels.tolist() == [2, 1, 0, 1, 2, 0] and numbers.group_names == ("0", "1")
    far = rt.from_array(X[:6], labels=[0, 1, 0, 1, 0, 10 ** 8])
    assert far.label_names == ("0", "1", "100000000")


def test_more_recordings_than_can_be_made_up_are_named():
    assert len(rt.from_array(np.zeros((10_050, 2)), groups=np.arange(10_050)).group_names) == 10_050


def test_whole_numbers_stay_whole():
    counts = RNG.integers(0, 50, (20, 6, 2))
    data = rt.from_array(counts)
    np.testing.assert_array_equal(data.to_units(data.values), counts)
    made = data.to_units(RNG.uniform(-1, 1, (5, 6, 2)))
    assert (made % 1 == 0).all()
    some = rt.from_array(X, names=["a", "b"], whole=["b"]).to_units(RNG.uniform(-1, 1, (5, 6, 2)))
    assert (some[..., 1] % 1 == 0).all() and (some[..., 0] % 1 != 0).any()


def test_rain_is_never_below_zero_if_it_is_bounded():
    rain = np.maximum(RNG.normal(0, 1, (20, 6, 1)), 0)
    lowest = np.full((1, 6, 1), -1.0)
    assert rt.from_array(rain).to_units(lowest).max() < 0
    assert (rt.from_array(rain, names=["rain"], bounds={"rain": (0, None)})
            .to_units(lowest) == 0).all()
    assert rt.from_array(rain, bounds="data").to_units(-lowest).max() == rain.max()


@pytest.mark.parametrize("hole", ["nan", "infinite", "masked"])
def test_missing_values_of_an_array(hole):
    x = np.arange(30.0).reshape(5, 6)
    at = (np.array([1, 1, 3]), np.array([2, 3, 0]))
    if hole == "masked":
        x = np.ma.masked_array(x, np.zeros((5, 6), bool))
        x[at] = np.ma.masked
    else:
        x[at] = np.nan if hole == "nan" else np.inf
    with pytest.raises(ValueError, match="series 1, step 2: .*'value' has no finite number, in 3 "
                                         "of 30 rows.*missing='interpolate' or missing='drop'"):
        rt.from_array(x)
    filled = rt.from_array(x, missing="interpolate")
    assert units(filled)[1] == [6, 7, 8, 9, 10, 11]
    assert units(filled)[3] == [19, 19, 20, 21, 22, 23]  # an end gets the nearest value
    with pytest.warns(UserWarning, match=r"3 series .*left out: missing values \(2\)"):
        dropped = rt.from_array(x, labels=list("abcde"), groups=[0, 0, 1, 1, 2], missing="drop")
    assert dropped.left_out == {"missing values": 2} and dropped.label_names == ("a", "c", "e")
    assert [row[0] for row in units(dropped)] == [0, 12, 24]
    assert dropped.labels.tolist() == [0, 1, 2] and dropped.groups.tolist() == [0, 1, 2]


def test_unequal_lengths_are_padded_and_cut_again():
    series = [np.arange(1.0, 4), np.arange(10.0, 15), np.array([7.0])]
    with pytest.raises(ValueError, match="from 1 to 5 steps; .*pad=True"):
        rt.from_array(series)
    data = rt.from_array(series, pad=True, names=["x"], labels=["p", "q", "p"], unit=("mV",))
    assert data.feature_names == ("x", "present") and data.shape == (3, 5, 2)
    assert data.unit == ("mV", "")
    assert units(data) == [[1, 2, 3, 3, 3], [10, 11, 12, 13, 14], [7] * 5]
    present = data.to_units(data.values)[:, :, 1]
    assert present.tolist() == [[1, 1, 1, 0, 0], [1] * 5, [1, 0, 0, 0, 0]]
    table = data.to_frame(data.values, data.labels)
    assert list(table) == ["series", "step", "x", "label"]
    np.testing.assert_allclose(table.x, np.concatenate(series), atol=1e-5)
    assert table.series.tolist() == [0] * 3 + [1] * 5 + [2]
    assert table.step.tolist() == [0, 1, 2, 0, 1, 2, 3, 4, 0]
    again = rt.from_array([np.ones((4, 1))] * 3, pad=True)
    assert again.feature_names == ("value", "present")


def test_a_series_that_ends_does_not_begin_again():
    data = rt.from_array([np.arange(5.0), np.arange(3.0)], pad=True)
    values = data.values.copy()
    values[1, 3, 1], values[1, 4, 1] = -1, 1
    assert len(data.to_frame(values)) == 5 + 3


def test_other_data_lend_their_scale_names_and_units():
    train = rt.from_array(X, names=["flow", "heat"], unit=("l", "K"), step=5, step_unit="s",
                          labels=np.arange(20) % 3, scale="quantile")
    test = rt.from_array(X + 1000, like=train, labels=np.arange(20) % 2 + 1, name="later")
    assert test.same_scale(train) and test.label_names == train.label_names
    assert test.labels.tolist() == [1, 2] * 10
    assert (test.unit, test.step, test.step_unit, test.name) == (("l", "K"), 5, "s", "later")
    assert test.values.min() > train.values.max()  # as far off as it is
    np.testing.assert_allclose(test.to_units(test.values), X + 1000, rtol=1e-4)


def test_a_given_scale_is_taken():
    scale = rt.Scale(np.zeros(2), np.full(2, 1000.0))
    data = rt.from_array(X, scale=scale)
    np.testing.assert_allclose(data.values, X / 500 - 1, atol=1e-6)


@pytest.mark.parametrize(("make", "message"), [
    (lambda: rt.from_array(pd.DataFrame({"a": [1.0]})), "is a pandas.DataFrame; use rt.from_frame"),
    (lambda: rt.from_array(X[0, 0]), r"shape \(2,\); it must be \(series, time steps, features\)"),
    (lambda: rt.from_array(X[None]), r"shape \(1, 20, 6, 2\)"),
    (lambda: rt.from_array([]), "x has shape|none of them 0"),
    (lambda: rt.from_array(X[:0]), "none of them 0"),
    (lambda: rt.from_array(X.astype(str)), "x holds <U32; it must hold numbers"),
    (lambda: rt.from_array([[1, 2], [3]]), "pad=True"),
    (lambda: rt.from_array([np.zeros((3, 2)), np.zeros((3, 1))]), "the same features"),
    (lambda: rt.from_array([np.zeros(3), np.zeros(0)], pad=True), "at least one step each"),
    (lambda: rt.from_array(X, labels=[0, 1]), "labels have shape .*each of the 20 series"),
    (lambda: rt.from_array(X, labels=[None] + ["a"] * 19), "series 0: .*'labels' is empty"),
    (lambda: rt.from_array(X, groups=np.zeros((20, 1))), "groups have shape"),
    (lambda: rt.from_array(X, names="ab"), "names is 'ab'; it must be a list of strings"),
    (lambda: rt.from_array(X, names=["a"]), "there must be 2, one per feature"),
    (lambda: rt.from_array(X, names=["a", None]), "names hold None; they must be strings"),
    (lambda: rt.from_array(X, step="1"), "step is '1'"),
    (lambda: rt.from_array(X, like=3), "like is a int"),
    (lambda: rt.from_array(None), "x holds object; it must hold numbers"),
    (lambda: rt.from_array(X, names=["a", "a"]), "'a' twice"),
    (lambda: rt.from_array(X, scale="log"), "scale is 'log'"),
    (lambda: rt.from_array(X, missing="fill"), "missing is 'fill'"),
    (lambda: rt.from_array(np.full((3, 2), np.nan), missing="drop"), "every series has missing"),
    (lambda: rt.from_array(np.full((3, 2), np.nan), missing="interpolate"), "leave out the feat"),
    (lambda: rt.from_array([[-1.7e308, 1.7e308]]), "too wide for a float"),
    (lambda: rt.from_array(X, unit=("a", "b", "c")), "3 units for 2"),
    (lambda: rt.from_array(X[..., :1], like=rt.from_array(X)), "features are|1 features|one per"),
    (lambda: rt.from_array(X, names=["a", "b"], like=rt.from_array(X)), "the features are a, b"),
    (lambda: rt.from_array(X, labels=[5] * 20, like=rt.from_array(X, labels=[4] * 20)),
     "label '5' is not among those .*: 4"),
    (lambda: rt.from_array(X, labels=[5] * 20, like=rt.from_array(X)), "they have none"),
    (lambda: rt.from_array(X, bounds="data", like=rt.from_array(X)), "bounds= and whole= belong"),
    (lambda: rt.from_array(X, like=rt.from_array(X * [0, 1])), "'x0' is always 0 in the data"),
])
def test_faults_of_arrays_are_named(make, message):
    with pytest.raises((ValueError, TypeError), match=message) as caught:
        make()
    assert "\n" not in str(caught.value)


def test_padded_series_go_on_to_the_length_of_the_data_they_are_like():
    train = rt.from_array([np.arange(9.0), np.arange(5.0)], pad=True)
    test = rt.from_array([np.arange(4.0), np.arange(6.0)], pad=True, like=train)
    assert test.shape == (2, 9, 2)
    assert units(test) == [[0, 1, 2, 3, 3, 3, 3, 3, 3], [0, 1, 2, 3, 4, 5, 5, 5, 5]]
    assert test.to_units(test.values)[0, :, 1].tolist() == [1] * 4 + [0] * 5


def test_columns_whose_names_are_numbers_are_named_by_them():
    table = pd.DataFrame(RNG.normal(size=(12, 2)))
    data = rt.from_frame(table, 3, bounds={0: (-9, 9)}, scale={1: "quantile"}, unit={1: "m"})
    assert data.scale.minimum.tolist() == [-9, -np.inf] and data.unit == ("", "m")
    assert data.scale.fitted["how"] == ["range", "quantile"]
    assert rt.from_frame(table.round().astype(int), 3, whole=[1]).scale.whole.tolist() == [False,
                                                                                           True]


def test_values_beyond_the_bounds_of_other_data_are_told():
    train = rt.from_array(X, bounds="data")
    with pytest.warns(UserWarning, match="'x0' goes beyond its bounds"):
        rt.from_array(X * [2, 1], like=train)


# --- Tables -----------------------------------------------------------------------------------

def test_windows_of_a_table():
    table = pd.DataFrame({"x": np.arange(12.0), "y": np.arange(12) * 10})
    data = rt.from_frame(table, 4, unit={"y": "K"})
    assert data.feature_names == ("x", "y") and data.unit == ("", "K")
    assert units(data) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]
    assert data.starts.tolist() == [0, 4, 8] and data.groups is None
    assert [row[0] for row in units(rt.from_frame(table, 4, stride=2))] == [0, 2, 4, 6, 8]
    assert [row[0] for row in units(rt.from_frame(table, 2, stride=5))] == [0, 5, 10]
    assert [row[0] for row in units(rt.from_frame(table[:8], 2, stride=5))] == [0, 5]
    assert rt.from_frame(table, 4, columns="y").feature_names == ("y",)
    turned = rt.from_frame(table, 4, columns=["y", "x"])
    assert turned.feature_names == ("y", "x") and units(turned)[0] == [0, 10, 20, 30]


def test_the_reader_s_table_is_left_alone():
    table = long(6, 6)
    before = table.copy()
    rt.from_frame(table, 3, recording="who")
    pd.testing.assert_frame_equal(table, before)


@pytest.mark.parametrize("columns", [np.array(["x", "y"]), pd.Index(["x", "y"]), ("x", "y"),
                                     pd.Series(["x", "y"]), {"x": 1, "y": 2}.keys()])
def test_columns_may_come_in_any_list(columns):
    table = pd.DataFrame({"x": np.arange(4.0), "y": 1.0, "z": 2.0})
    assert rt.from_frame(table, 2, columns=columns).feature_names == ("x", "y")


def test_windows_never_cross_from_one_recording_to_the_next():
    with pytest.warns(UserWarning) as told:
        data = rt.from_frame(long(7, 4, 6, 2), 3, recording="who")
    assert [row[0] for row in units(data)] == [0, 3, 7, 11, 14]
    assert data.groups.tolist() == [0, 0, 1, 2, 2] and data.group_names == ("a", "b", "c")
    assert data.starts.tolist() == [0, 3, 0, 0, 3]
    assert data.left_out == {"too short": 1, "rest of a recording": 2}
    assert len(told) == 1 and told[0].filename == __file__ and str(told[0].message) == (
        "frame: 5 series of 3 steps; left out: too short (1), rest of a recording (2)")


def test_rows_of_recordings_may_be_mixed():
    table = long(6, 6)
    mixed = table.iloc[np.arange(12).reshape(2, 6).T.ravel()]  # a, b, a, b, ...
    assert units(rt.from_frame(mixed, 3, recording="who")) == units(
        rt.from_frame(table, 3, recording="who"))


def test_short_recordings_take_their_label_with_them_and_it_is_told():
    table = long(6, 2, 6).assign(kind=lambda t: t.who.map({"a": "1", "b": "9", "c": "2"}))
    with pytest.warns(UserWarning, match=r"too short \(1\); no series is left of label 9"):
        data = rt.from_frame(table, 3, recording="who", label="kind")
    assert data.label_names == ("1", "2")


def test_windows_in_which_the_label_changes_are_left_out():
    table = pd.DataFrame({"x": np.arange(24.0), "kind": ["b"] * 10 + ["a"] * 14})
    with pytest.warns(UserWarning, match=r"label changes \(1\)"):
        data = rt.from_frame(table, 6, label="kind")
    assert data.label_names == ("a", "b") and data.labels.tolist() == [1, 0, 0]
    assert [row[0] for row in units(data)] == [0, 12, 18]
    with pytest.warns(UserWarning, match=r"label changes \(5\)"):
        data = rt.from_frame(table, 6, stride=1, label="kind")
    assert np.bincount(data.labels).tolist() == [9, 5]
    table["kind"] = ["a", "b", "a"] + ["a"] * 21
    with pytest.warns(UserWarning, match=r"label changes \(1\)"):
        assert len(rt.from_frame(table, 6, label="kind")) == 3


@pytest.mark.parametrize(("kinds", "names"), [
    ([1, 2, 10], ("1", "2", "10")), ([1.0, 10.0, 2.0], ("1", "2", "10")),
    (["s2", "s10", "s1"], ("s1", "s2", "s10")), ([True, False, True], ("False", "True")),
    ([0.5, -3, 2], ("-3", "0.5", "2")), (["b ", "a", " b"], ("a", "b")),
    (["B", "a", "c"], ("a", "B", "c"))])
def test_labels_are_sorted_as_one_counts(kinds, names):
    table = pd.DataFrame({"x": np.arange(12.0), "kind": np.repeat(kinds, 4)})
    assert rt.from_frame(table, 4, label="kind").label_names == names


def test_labels_that_differ_in_case_only_are_told():
    table = pd.DataFrame({"x": np.arange(12.0), "kind": np.repeat(["on", "On", "off"], 4)})
    with pytest.warns(UserWarning, match="differ only in upper and lower case"):
        rt.from_frame(table, 4, label="kind")


DAY = pd.date_range("2024-03-01", periods=12, freq="D")


@pytest.mark.parametrize("moments", [
    DAY, DAY.strftime("%Y-%m-%d"), DAY.strftime("%d.%m.%Y"), DAY.tz_localize("Europe/Bucharest"),
    np.arange(12) * 5, np.arange(12) * 0.5 + 2000, DAY - DAY[0]],
    ids=["dates", "text", "day first", "zone", "whole", "fractions", "differences"])
@pytest.mark.filterwarnings("ignore:Parsing dates", "ignore:column 't' holds dates such as")
def test_rows_are_sorted_by_time_and_time_is_not_learned(moments):
    table = pd.DataFrame({"x": np.arange(12.0), "t": moments})
    for mixed in (table, table[::-1], table.sample(frac=1, random_state=1)):
        data = rt.from_frame(mixed, 4, time="t")
        assert data.feature_names == ("x",)
        assert units(data) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]
        assert data.starts.tolist() == [0, 4, 8]


# Months as text with the day first, none of which could not be a day.
MONTHS = pd.date_range("2020-01-01", periods=24, freq="MS").strftime("%d.%m.%Y")


def test_dates_whose_day_could_be_a_month_are_told():
    table = pd.DataFrame({"x": np.arange(24.0), "t": MONTHS})
    with pytest.warns(UserWarning, match=r"'01.01.2020', whose month .* give dayfirst=True"):
        rt.from_frame(table, 4, time="t")


def test_dates_that_only_the_day_first_can_explain_are_read_so():
    days = pd.date_range("2024-02-01", periods=40)
    data = rt.from_frame(pd.DataFrame({"x": np.arange(40.0), "t": days.strftime("%d/%m/%Y")}), 4,
                         time="t")
    assert (data.step, data.step_unit) == (1, "d") and len(data) == 10
    assert data.layout.start == "2024-02-01T00:00:00"


def test_offsets_that_change_with_the_season_are_read():
    hours = pd.date_range("2024-03-30", periods=48, freq="h", tz="Europe/Berlin")
    data = rt.from_frame(pd.DataFrame({"x": np.arange(48.0), "t": hours.astype(str)}), 8, time="t")
    assert len(data) == 6 and not data.left_out and (data.step, data.step_unit) == (1, "h")
    assert data.to_frame(data.values).t[0] == hours[0]


@pytest.mark.parametrize(("freq", "step"), [("D", (1, "d")), ("90min", (90, "min")),
                                            ("6h", (6, "h")), ("500ms", (0.5, "s"))])
def test_the_step_is_that_of_the_time_column(freq, step):
    table = pd.DataFrame({"x": np.arange(8.0),
                          "t": pd.date_range("2024-01-01", periods=8, freq=freq)})
    data = rt.from_frame(table, 4, time="t")
    assert (data.step, data.step_unit) == step
    table["t"] = np.arange(8) * 0.25
    assert rt.from_frame(table, 4, time="t").step == 0.25


def test_a_gap_in_time_is_never_crossed():
    hours = np.r_[0:7, 9:15, 30:32]
    table = pd.DataFrame({"x": np.arange(15.0), "t": hours})
    with pytest.warns(UserWarning, match="left out"):
        data = rt.from_frame(table, 3, time="t")
    assert [row[0] for row in units(data)] == [0, 3, 7, 10]
    assert data.left_out == {"gap in time": 1, "rest of a recording": 1}
    with pytest.warns(UserWarning, match="left out"):
        wide = rt.from_frame(table, 3, time="t", gap=4)
    assert [row[0] for row in units(wide)] == [0, 3, 6, 9]
    assert data.groups is None  # it is one recording all the same


def test_weekends_need_not_be_gaps():
    table = pd.DataFrame({"x": np.arange(15.0),
                          "t": pd.bdate_range("2024-01-01", periods=15)})
    assert len(rt.from_frame(table, 5, time="t")) == 3
    with pytest.raises(ValueError, match=r"gap in time \(3\).* longest stretch has 5 rows.*gap="):
        rt.from_frame(table, 6, time="t")
    with pytest.warns(UserWarning, match="rest of a recording"):
        assert len(rt.from_frame(table, 6, time="t", gap=4)) == 2


def test_time_runs_in_each_recording():
    table = long(6, 6).assign(t=np.tile(np.arange(6), 2))
    mixed = table.sort_values("t")[::-1]
    data = rt.from_frame(mixed, 3, recording="who", time="t")
    assert sorted(row[0] for row in units(data)) == [0, 3, 6, 9]
    with pytest.raises(ValueError, match="'t' holds 0 twice in one recording; give recording="):
        rt.from_frame(mixed.drop(columns="who"), 3, time="t")
    with pytest.raises(ValueError, match="row 3: .*'t' holds 1 twice .*; drop one of the rows"):
        rt.from_frame(table.assign(t=[0, 1, 1, 3, 4, 5] * 2), 3, recording="who", time="t")


def test_the_index_may_be_the_time():
    for name in (None, "when"):
        table = pd.DataFrame({"x": np.arange(12.0)}, index=pd.Index(DAY, name=name))
        data = rt.from_frame(table[::-1], 4, time=name or "index")
        assert data.feature_names == ("x",) and units(data)[0] == [0, 1, 2, 3]


def test_missing_values_of_a_table():
    table = long(6, 6, 6)
    table.loc[[3, 4, 5, 6, 8], "x"] = np.nan
    with pytest.raises(ValueError, match=r"row 4: column 'x' has no finite number, in 5 of 18 "
                                         r"rows; fill them, or give missing='interpolate'"):
        rt.from_frame(table, 3, recording="who")
    filled = rt.from_frame(table, 3, recording="who", missing="interpolate")
    assert units(filled)[:3] == [[0, 1, 2], [2, 2, 2], [7, 7, 8]]  # not from one to the next
    with pytest.warns(UserWarning, match=r"missing values \(2\)"):
        dropped = rt.from_frame(table, 3, recording="who", missing="drop")
    assert [row[0] for row in units(dropped)] == [0, 9, 12, 15]
    table.loc[6:12, "x"] = np.inf
    with pytest.warns(UserWarning, match=r"missing values \(2\)"):  # b has no value at all
        assert len(rt.from_frame(table, 3, recording="who", missing="interpolate")) == 4
    table = long(6).assign(kind=["a", None, "a", "a", "a", "a"])
    with pytest.raises(ValueError, match="row 2: column 'kind' is empty"):
        rt.from_frame(table, 3, columns="x", label="kind")
    with pytest.warns(UserWarning, match=r"missing values \(1\)"):
        assert len(rt.from_frame(table, 3, columns="x", label="kind", missing="drop")) == 1


def test_short_recordings_may_be_padded():
    table = long(7, 2, 4)
    data = rt.from_frame(table, recording="who", pad=True)
    assert data.shape == (3, 7, 2) and data.feature_names == ("x", "present")
    assert units(data)[1] == [7, 8, 8, 8, 8, 8, 8]
    made = data.to_frame(data.values)
    assert made.who.tolist() == [0] * 7 + [1] * 2 + [2] * 4 and list(made) == ["who", "x"]
    np.testing.assert_allclose(made.x, table.x, atol=1e-5)
    with pytest.warns(UserWarning, match=r"rest of a recording \(2\)"):
        cut = rt.from_frame(table, 3, recording="who", pad=True)
    assert [row[0] for row in units(cut)] == [0, 3, 7, 9]
    test = rt.from_frame(long(5, start=1), recording="who", like=data)
    assert test.shape == (1, 7, 2) and test.same_scale(data)


def test_a_table_like_another_is_read_like_it():
    table = long(6, 6).assign(kind=["b"] * 6 + ["a"] * 6, t=np.tile(np.arange(6.0), 2))
    train = rt.from_frame(table, 3, recording="who", label="kind", time="t", columns=["x"],
                          unit="mV", bounds={"x": (0, None)})
    other = table[table.kind == "b"].assign(x=lambda t: t.x + 5, extra="text")
    test = rt.from_frame(other, like=train)
    assert test.shape == (2, 3, 1) and test.same_scale(train) and test.unit == "mV"
    assert test.label_names == ("a", "b") and test.labels.tolist() == [1, 1]
    assert units(test) == [[5, 6, 7], [8, 9, 10]]
    assert rt.from_frame(other[["x", "t"]], like=train).labels is None
    with pytest.raises(ValueError, match="label 'c' is not among those .*: a, b"):
        rt.from_frame(other.assign(kind="c"), like=train)
    with pytest.raises(ValueError, match="no column 'x'"):
        rt.from_frame(other.rename(columns={"x": "y"}), like=train)


def test_a_generator_that_is_far_off_is_seen_as_far_off():
    train = rt.from_frame(pd.DataFrame({"a": np.sin(np.arange(240) / 3)}), 24)
    test = rt.from_frame(pd.DataFrame({"a": 500 + 100 * np.sin(np.arange(240) / 3)}), 24,
                         like=train)
    assert test.values.min() > 300


def test_a_wide_table_has_one_row_per_series():
    wide = pd.DataFrame(RNG.normal(size=(6, 8)), columns=[f"t{i}" for i in range(8)])
    wide.insert(0, "kind", list("abcabc"))
    wide["who"] = [1, 1, 2, 2, 3, 3]
    data = rt.from_frame(wide, layout="wide", label="kind", recording="who")
    assert data.shape == (6, 8, 1) and data.feature_names == ("value",)
    np.testing.assert_allclose(data.to_units(data.values)[:, :, 0], wide.iloc[:, 1:9], atol=1e-5)
    assert data.labels.tolist() == [0, 1, 2] * 2 and data.groups.tolist() == [0, 0, 1, 1, 2, 2]
    assert data.starts is None
    made = data.to_frame(data.values, data.labels)
    assert list(made) == list(wide)
    pd.testing.assert_frame_equal(made.drop(columns="who"), wide.drop(columns="who"), atol=1e-5,
                                  check_dtype=False)
    assert made.who.tolist() == [0, 1, 2, 3, 4, 5]
    later = rt.from_frame(wide[::-1], like=data)
    assert later.labels.tolist() == [2, 1, 0] * 2 and later.same_scale(data)
    wide.loc[1, "t3"] = np.nan
    with pytest.raises(ValueError, match="row 2: column 't3'"):
        rt.from_frame(wide, layout="wide", label="kind", recording="who")
    filled = rt.from_frame(wide, layout="wide", columns=[f"t{i}" for i in range(8)],
                           missing="interpolate")
    assert units(filled)[1][3] == pytest.approx((wide.t2[1] + wide.t4[1]) / 2, abs=1e-4)
    with pytest.warns(UserWarning, match=r"missing values \(1\)"):
        assert len(rt.from_frame(wide, layout="wide", columns=[f"t{i}" for i in range(8)],
                                 missing="drop")) == 5


def test_columns_may_be_numbers():
    wide = pd.DataFrame(RNG.normal(size=(6, 8)))
    data = rt.from_frame(wide, layout="wide", label=0)
    assert data.shape == (6, 7, 1) and data.classes == 6
    assert list(data.to_frame(data.values)) == [1, 2, 3, 4, 5, 6, 7]
    assert rt.from_frame(wide, 2).feature_names == tuple("01234567")


# --- Back to the reader's table ---------------------------------------------------------------

def test_a_table_comes_back_in_its_columns_order_types_and_names():
    table = pd.DataFrame({
        "kind": np.repeat([10, 2], 6), "x": RNG.normal(size=12).astype("float32"),
        "who": np.repeat(["p", "q"], 6), "open": [True, False] * 6,
        "t": np.tile(pd.date_range("2024-01-01", periods=6, freq="MS"), 2),
        "count": np.arange(12, dtype="uint8"), "maybe": pd.array(range(12), "Int64"),
        "flow": RNG.normal(size=12)})
    data = rt.from_frame(table, 6, recording="who", label="kind", time="t",
                         columns=["flow", "count", "open", "x", "maybe"])
    made = data.to_frame(data.values, data.labels)
    assert list(made) == list(table)
    pd.testing.assert_series_equal(made.dtypes.drop(["who", "t"]), table.dtypes.drop(["who", "t"]))
    pd.testing.assert_frame_equal(made.drop(columns="who"), table.drop(columns="who"),
                                  atol=1e-5, rtol=1e-5, check_dtype=False)
    assert made.who.tolist() == [0] * 6 + [1] * 6
    wild = data.to_frame(-np.ones((2, 6, 5)))
    assert set(wild["count"]) == {0} and wild["count"].dtype == "uint8"
    assert "kind" not in wild


def test_columns_that_are_not_whole_any_more_are_not_cut_off():
    table = pd.DataFrame({"count": np.arange(12), "x": np.arange(12)})
    data = rt.from_frame(table, 6, whole=["x"])
    made = data.to_frame(RNG.uniform(-1, 1, (5, 6, 2)))
    assert (made["count"] % 1 != 0).any() and made.x.dtype == "int64"


@pytest.mark.parametrize(("start", "freq"), [("2024-01-31", "ME"), ("2024-01-01", "D"),
                                             ("2024-01-01 00:30", "90min")])
def test_without_a_recording_series_follow_each_other_in_time(start, freq):
    moments = pd.date_range(start, periods=12, freq=freq)
    table = pd.DataFrame({"t": moments, "x": np.arange(12.0)})
    data = rt.from_frame(table, 4, time="t")
    made = data.to_frame(data.values)
    pd.testing.assert_frame_equal(made, table, check_dtype=False, atol=1e-5)
    again = rt.from_frame(made, like=data)
    np.testing.assert_allclose(again.values, data.values, atol=1e-6)


def test_uneven_dates_come_back_evenly():
    days = pd.to_datetime(["2024-01-01 00:00", "2024-01-02 01:00", "2024-01-03 00:00"])
    data = rt.from_frame(pd.DataFrame({"t": days, "x": [0.0, 1, 2]}), 3, time="t")
    made = data.to_frame(data.values)
    assert made.t.diff().dropna().nunique() == 1 and made.t[0] == days[0]


def test_numbers_for_time_come_back():
    table = pd.DataFrame({"t": np.arange(100, 148, 4), "x": np.arange(12.0)})
    data = rt.from_frame(table[::-1], 4, time="t")
    pd.testing.assert_frame_equal(data.to_frame(data.values), table, atol=1e-5)


# --- Faults of tables -------------------------------------------------------------------------

TABLE = pd.DataFrame({"x": np.arange(12.0), "y": np.arange(12.0), "kind": list("aaabbbcccddd")})
DATES = TABLE.assign(when=DAY)


@pytest.mark.parametrize(("table", "options", "message"), [
    (np.zeros((3, 2)), {}, "df is a ndarray; it must be a pandas.DataFrame .*rt.from_array"),
    (TABLE[:0], {}, "has columns but no rows"),
    (TABLE[["x", "x"]], {}, "column 'x' stands twice"),
    (pd.DataFrame(np.zeros((4, 2)), columns=pd.MultiIndex.from_product([["a"], ["b", "c"]])), {},
     "several levels"),
    (TABLE, {}, "row 1: column 'kind' holds 'a', text; give label='kind' or recording='kind'"),
    (DATES, {"columns": ["x", "when"]}, "'when' holds dates; give time='when'"),
    (TABLE.assign(when=DAY.astype(str)), {"label": "kind"}, "'2024-03-01.*', a date; give time="),
    (TABLE.assign(x=list("12345?7890") + ["1", "2"]), {"columns": "x"},
     r"row 6: column 'x' holds '\?', not a number; .*na_values=\['\?'\]"),
    (TABLE.assign(x="1,5"), {"columns": "x"}, "decimal comma; read the file with decimal=','"),
    (TABLE.assign(x="1,234"), {"columns": "x"}, "thousands=',' or decimal=','"),
    (TABLE.assign(x="1.234,5"), {"columns": "x"}, r"decimal=',' and thousands='\.'"),
    (TABLE.assign(x=1j), {"columns": "x"}, "'x' is complex128, not numbers"),
    (TABLE, {"columns": []}, "columns is empty"),
    (TABLE, {"columns": ""}, "no column ''; there are x, y, kind"),
    (TABLE, {"columns": 0}, "columns is 0; it must be a list of names"),
    (TABLE, {"columns": ["x", "x"]}, "column 'x' is named twice"),
    (TABLE, {"columns": ["speed"]}, "no column 'speed'; there are x, y, kind"),
    (TABLE, {"label": 0}, "no column 0"),
    (TABLE, {"label": ""}, "no column ''"),
    (TABLE, {"recording": ""}, "no column ''"),
    (TABLE, {"time": "t"}, "no column 't'"),
    (TABLE, {"columns": ["x", "kind"], "label": "kind"}, "'kind' is named twice among columns="),
    (TABLE, {"label": "kind", "recording": "kind"}, "'kind' is named twice"),
    (TABLE, {"columns": "x", "length": None}, "length is missing; .*pad=True.*layout='wide'"),
    (TABLE, {"columns": "x", "length": 1}, "length is 1, .*layout='wide'"),
    (TABLE, {"columns": "x", "length": 0}, "length is 0; it must be a whole number"),
    (TABLE, {"columns": "x", "length": 2.0}, "length is 2.0"),
    (TABLE, {"columns": "x", "length": True}, "length is True"),
    (TABLE, {"columns": "x", "length": "4"}, "length is '4'"),
    (TABLE, {"columns": "x", "stride": 0}, "stride is 0"),
    (TABLE, {"columns": "x", "gap": 1}, "gap is 1; it must be above 1"),
    (TABLE, {"columns": "x", "layout": "tall"}, "layout is 'tall'"),
    (TABLE, {"columns": "x", "missing": True}, "missing is True"),
    (TABLE, {"columns": ["x", "y"], "layout": "wide"}, "wide table .*length=.* are not for it"),
    (TABLE.assign(who=range(12)), {"columns": ["x", "y"], "recording": "who"},
     "every recording has one row; .*layout='wide'"),
    (TABLE, {"columns": "x", "length": 20},
     "every recording is shorter than 20 rows: the longest has 12; give a smaller length, or pad"),
    (TABLE, {"columns": "x", "recording": "kind", "length": 4},
     "every recording is shorter than 4 rows: the longest has 3"),
    (TABLE, {"label": "kind", "length": 4},
     r"no window of 4 rows is left: label changes \(3\).*smaller length, or another label"),
    (TABLE.assign(x=[np.nan, 1, 2] * 4), {"columns": "x", "missing": "drop", "length": 4},
     r"missing values \(3\).*missing='interpolate'"),
    (TABLE.assign(x=np.nan), {"columns": "x"}, "'x' has no finite number, in 12 of 12 rows"),
    (TABLE.assign(x=np.nan), {"columns": "x", "missing": "interpolate"},
     "'x' has no finite number in any row; leave it out"),
    (TABLE, {"columns": "x", "time": "kind"}, "'kind' cannot be read as dates .*date_format="),
    (DATES.assign(when=[pd.NaT, *DAY[1:]]), {"columns": "x", "time": "when"},
     "row 1: column 'when' has no time"),
    (TABLE.assign(who=["p", None] * 6), {"columns": "x", "recording": "who"},
     "row 2: column 'who' is empty"),
    (DATES.assign(when=[np.inf, *range(11)]), {"columns": "x", "time": "when"},
     "row 1: column 'when' has no time"),
    (TABLE, {"columns": [["x"]]}, r"\['x'\] is no name of a column; there are x, y, kind"),
    (TABLE, {"label": ["kind"]}, "label is a list; it must be the name of a column"),
    (TABLE, {"recording": TABLE.kind}, "recording is a Series"),
    (TABLE, {"columns": "x", "length": 10 ** 12}, "shorter than 1000000000000 rows"),
    (TABLE, {"columns": "x", "pad": "yes"}, "pad is 'yes'; it must be True or False"),
    (TABLE, {"columns": "x", "whole": 3}, "whole is 3; it must be a string, or a list"),
    (TABLE, {"columns": "x", "whole": "xy"}, "whole names a column 'xy'"),
    (TABLE, {"columns": "x", "unit": 3}, "unit is 3; it must be a string, or a list"),
    (TABLE, {"columns": "x", "unit": {"y": "mm"}}, "unit names a column 'y'"),
    (TABLE, {"columns": "x", "scale": None}, "scale is None"),
    (TABLE, {"columns": "x", "bounds": {"x": ("a", 1)}}, "must be numbers, or None for no bound"),
    (TABLE, {"columns": "x", "like": 3}, "like is a int; it must be Sequences, such as run.data"),
    (TABLE, {"columns": "x", "gap": "x"}, "gap is 'x'"),
    (TABLE, {"columns": "x", "scale": {"y": "quantile"}}, "scale names a column 'y'"),
    (TABLE, {"columns": "x", "bounds": {"x": (5, None)}}, "beyond its bounds"),
])
def test_faults_of_tables_are_named(table, options, message):
    with pytest.raises((ValueError, TypeError), match=message) as caught:
        rt.from_frame(table, **{"length": 3, **options})
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 300


# --- CSV files --------------------------------------------------------------------------------

ROWS = "".join(f"{i},{i % 5 * 2.5},{'a' if i < 12 else 'b'}\n" for i in range(24))
CSV = "t,flow,kind\n" + ROWS


def test_a_csv_file_is_read_like_a_table(csv):
    data = csv(CSV, 6, label="kind", time="t")
    assert data.shape == (4, 6, 1) and data.name == "mine" and data.label_names == ("a", "b")
    assert units(data)[0] == [0, 2.5, 5, 7.5, 10, 0]
    assert csv(CSV, 6, columns="flow").feature_names == ("flow",)


@pytest.mark.parametrize(("text", "options"), [
    (CSV.replace(",", ";"), {"sep": ";"}),
    (CSV.replace(",", "\t"), {"sep": "\t"}),
    (CSV.replace(",", ";").replace(".", ","), {"sep": ";", "decimal": ","}),
    ("# from the pump\n" + CSV, {"comment": "#"}),
    ("# from the pump\n" + CSV, {"skiprows": 1}),
    (CSV.encode("utf-16"), {"encoding": "utf-16"}),
    (b"\xef\xbb\xbf" + CSV.encode(), {}),
    (CSV.replace(",", " , "), {}),
    (CSV.replace("\n", "\r\n"), {}),
    (CSV + "\n\n\n", {}),
    (CSV.replace("\n", ",\n").replace("kind,", "kind"), {}),
    (ROWS, {"names": ["t", "flow", "kind"]}),
], ids=["semicolons", "tabs", "decimal commas", "comment", "skipped", "utf-16", "mark", "spaces",
        "windows", "blank end", "commas at the end", "no header"])
def test_files_of_every_form(csv, text, options):
    data = csv(text, 6, label="kind", time="t", **options)
    wanted = csv(CSV, 6, label="kind", time="t")
    np.testing.assert_array_equal(data.values, wanted.values)
    np.testing.assert_array_equal(data.labels, wanted.labels)


def test_thousands_and_other_signs_for_nothing(csv):
    assert units(csv('x\n"1,000"\n"2,500"\n', 2, thousands=",")) == [[1000, 2500]]
    with pytest.warns(UserWarning, match="missing values"):
        assert units(csv("x,y\n1,1\n?,1\n3,1\n4,1\n", 2, na_values=["?"],
                         missing="drop")) == [[3, 4]]
    assert csv("day,x\n31/01/2024,1\n01/02/2024,2\n", 2, time="day", parse_dates=["day"],
               dayfirst=True).step == 1


@pytest.mark.parametrize("options", [
    {"dayfirst": True}, {"date_format": "%d.%m.%Y"}, {"date_format": {"t": "%d.%m.%Y"}}], ids=str)
def test_how_dates_are_written_is_heeded_without_parse_dates(csv, options):
    text = "t,x\n" + "".join(f"{t},{i}\n" for i, t in enumerate(MONTHS))
    data = csv(text, 4, time="t", **options)
    assert (data.step, data.step_unit) == (31, "d")
    assert data.layout.step == "MS"


def test_dates_in_digits_are_dates_if_a_format_says_so(csv):
    days = pd.date_range("2024-01-20", periods=20).strftime("%Y%m%d")
    data = csv("t,x\n" + "".join(f"{t},{i}\n" for i, t in enumerate(days)), 20, time="t",
               date_format="%Y%m%d")
    assert len(data) == 1 and data.step_unit == "d"


def test_samples_are_read_back_with_the_day_first(csv, tmp_path):
    text = "t,x\n" + "".join(f"{t},{i}\n" for i, t in enumerate(MONTHS))
    data = csv(text, 4, time="t", dayfirst=True)
    data.to_frame(data.values).to_csv(tmp_path / "made.csv", index=False)
    again = rt.from_csv(tmp_path / "made.csv", 4, time="t", dayfirst=True)
    assert again.layout.step == "MS" and again.layout.start == data.layout.start


def test_compressed_files(tmp_path):
    pd.DataFrame({"x": np.arange(4.0)}).to_csv(tmp_path / "mine.csv.gz", index=False)
    assert units(rt.from_csv(tmp_path / "mine.csv.gz", 2)) == [[0, 1], [2, 3]]


def test_a_blank_line_is_a_row_without_values(csv):
    text = "x\n" + "".join(f"{i}\n" if i % 10 else "\n" for i in range(1, 48))
    with pytest.raises(ValueError, match="mine.csv: line 11: column 'x' has no finite number"):
        csv(text, 5)
    with pytest.warns(UserWarning, match="missing values"):
        kept = units(csv(text, 5, missing="drop"))
    assert all(np.diff(row).tolist() == [1] * 4 for row in kept) and len(kept) == 5
    assert units(csv(text, 47, missing="interpolate")) == [[float(i) for i in range(1, 48)]]


def test_the_name_of_the_file_changes_nothing_but_the_name(csv):
    other, same = csv(CSV, 6, columns="flow"), csv(CSV, 6, columns="flow", name="modes.csv")
    np.testing.assert_array_equal(other.values, same.values)
    assert same.name == "modes"


def test_a_million_rows_take_seconds(tmp_path):
    table = pd.DataFrame(RNG.normal(size=(1_000_000, 5)).round(3), columns=list("abcde"))
    table["who"] = np.repeat(np.arange(5000), 200)
    table["t"] = np.tile(np.arange(200), 5000)
    table.loc[::997, "a"] = np.nan
    begin = time.process_time()
    with pytest.warns(UserWarning, match="rest of a recording"):
        data = rt.from_frame(table, 48, recording="who", time="t", missing="interpolate")
    assert data.shape == (20_000, 48, 5) and time.process_time() - begin < 10


@pytest.mark.parametrize(("text", "options", "message"), [
    ("", {}, "is empty or its first line is"),
    ("\n\nx\n1\n", {}, "its first line"),
    ("1,2\n3,4\n5,6\n", {}, "starts with numbers; its first row must name .*names="),
    ("0,1e-3,-2.5\n3,4,5\n", {}, "starts with numbers"),
    (",a\n0,1\n1,2\n", {}, "column 1 has no name; .*index_col=0"),
    ("a,b\n", {}, "no rows"),
    ("a,a\n1,2\n", {}, "'a' stands twice in the header"),
    ("a, a\n1,2\n", {}, "'a' stands twice in the header"),
    ("a;b\n1;2\n", {}, "one column, named 'a;b'; give sep=';'"),
    ("a\tb\n1\t2\n", {}, r"give sep='\\t'"),
    ("x\n1,5\n2,5\n", {}, "more cells than the header has names; .*decimal="),
    ("x\n0,5\n1,5\n", {}, "more cells than the header has names"),
    ("a;b\n1,5;2\n2,5;3\n", {"sep": ";"}, "line 2: column 'a' holds '1,5', .*decimal=','"),
    ("# pump\na,b\n1,2\n", {}, "starts with '# pump'; .*comment='#'"),
    ("pump of 2020\na,b\n1,2\n", {}, "more cells than the header"),
    ("a,b\n1,2\n3\n", {}, "line 3: column 'b' has no finite number"),
    ("a,b\n1,2\n3,4,5\n", {}, "cannot be read: .*line 3, saw 3"),
    ("a\n1\nnan\n2\n", {}, "line 3: column 'a' has no finite number"),
    ("a\n1\ninf\n2\n", {}, "line 3: column 'a' has no finite number"),
    ("a\n1\n2\n3\nx\n", {}, "line 5: column 'a' holds 'x', not a number"),
    ("a\n1_3\n1_4\n", {}, "line 2: column 'a' holds '1_3'"),
    ("a\n5 %\n7 %\n", {}, "line 2: column 'a' holds '5 %'"),
    ("a,k\n1,u\n2,\n", {"label": "k"}, "line 3: column 'k' is empty"),
    ("a,k\n1,u\n2, \n", {"recording": "k"}, "line 3: column 'k' is empty"),
    ("a,k\n1,u\n2,None\n", {"label": "k"}, "line 3: column 'k' is empty; .*keep_default_na=False"),
    ("a\n1e308\n-1e308\n", {}, "too wide for a float"),
    (CSV, {}, "line 2: column 'kind' holds 'a', text; give label='kind'"),
    (CSV, {"label": "class"}, "no column 'class'"),
    (CSV, {"columns": ["t", " flow "]}, "no column ' flow '; there are t, flow, kind"),
    (CSV, {"length": 30, "columns": "flow"}, "shorter than 30 rows: the longest has 24"),
    (CSV, {"colour": "red"}, "unexpected keyword argument 'colour'; .*pandas.read_csv"),
    (CSV, {"chunksize": 5}, "chunksize and iterator are not for from_csv"),
    (CSV.encode("utf-16"), {}, "not in UTF-8 .*encoding="),
    (b"a\n\xff\xfe\x00", {}, "not in UTF-8 .*encoding="),
    pytest.param(bytes(range(128, 256)), {}, "not in UTF-8", id="no text"),
])
def test_faults_of_files_are_named(csv, text, options, message):
    with pytest.raises(ValueError, match=message) as caught:
        csv(text, **{"length": 2, **options})
    assert "\n" not in str(caught.value)
    assert "mine.csv" in str(caught.value) or {"colour", "chunksize"} & set(options)


@pytest.mark.parametrize(("path", "message"), [
    ("https://example.org/a.csv", "https://example.org/a.csv is an address; download"),
    ("s3://bucket/a.csv", "is an address"),
    ("none.csv", "none.csv is not a file; give the path of a CSV file"),
    (".", "is not a file"),
    (3, "path is a int; it must be the path of a CSV file"),
])
def test_paths_that_lead_to_no_file(path, message):
    with pytest.raises((ValueError, TypeError), match=message):
        rt.from_csv(path, 4)


def test_home_is_found(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "mine.csv").write_text(CSV)
    assert len(rt.from_csv("~/mine.csv", 6, columns="flow")) == 4


def test_what_is_complete_is_read_without_a_word():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rt.from_frame(long(6, 6), 3, recording="who")


def test_a_scale_that_is_taken_over_is_kept_by_a_split():
    train = rt.from_array(np.linspace(0, 1, 200).reshape(20, 10))
    other = rt.from_array(np.linspace(0, 5, 200).reshape(20, 10), like=train)
    assert all(part.same_scale(train) for part in other.split(0.5))
