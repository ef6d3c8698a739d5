"""The table per column in units, against numbers by hand."""

import numpy as np
import pytest
from made_series import waves

import rnngan_tutorial as rt
from rnngan_tutorial import metrics


@pytest.fixture
def pump():
    """Two columns in units: 0, 1, ..., 99 litres, and the same above a million pascals."""
    count = np.arange(100.0).reshape(20, 5, 1)
    return rt.from_array(np.concatenate([count, 1e6 + count], 2), unit=("l", "Pa"),
                         names=("flow", "pressure <in>"), bounds={"flow": (0, None)})


def test_real_and_generated_columns_are_described_in_units(pump):
    found = metrics.compare_columns(pump.from_units(pump.to_units(pump.values) + [[50, -20]])[None],
                                    pump, [3])
    rows = {(row.column, row.seed): row for row in found}
    flow, made = rows["flow", None], rows["flow", 3]
    assert (flow.median, flow.iqr) == pytest.approx((49.5, 49.5), rel=1e-5)
    assert flow.sd == pytest.approx(np.arange(100).std(), rel=1e-5)
    assert (flow.min, flow.max) == pytest.approx((0, 99), abs=1e-4)
    assert (made.median, made.iqr, made.min, made.max) == pytest.approx((99.5, 49.5, 50, 149),
                                                                        rel=1e-5)
    assert (flow.below, flow.above) == (0, 0) and (made.below, made.above) == (0, 0.5)
    assert rows["pressure <in>", 3].median == pytest.approx(1e6 + 29.5, abs=0.01)
    assert (rows["pressure <in>", 3].below, rows["pressure <in>", 3].above) == (0.2, 0)
    assert (flow.unit, rows["pressure <in>", 3].unit) == ("l", "Pa")


def test_tiny_numbers_are_not_printed_as_zeros():
    real = rt.from_array(1e-12 * np.arange(100.0).reshape(20, 5, 1))
    assert "4.95e-11" in str(metrics.compare_columns(real.values[None], real))


def test_a_spread_that_is_far_too_wide_stands_out():
    # Heavy tails: one value sets the scale, and nearly all of the series is crowded at zero.
    rng = np.random.default_rng(0)
    real = rt.from_array(rng.standard_t(1.5, (60, 10, 1)))
    fake = real.values[None] + 0.2 * rng.standard_normal((1, 60, 10, 1)).astype(np.float32)
    own, made = metrics.compare_columns(fake, real)
    assert made.iqr > 5 * own.iqr and made.max < 2 * own.max


def test_the_table_holds_every_row_and_enough_decimals(pump):
    found = metrics.compare_columns(np.stack([pump.values] * 2), pump)
    lines = str(found).splitlines()
    assert len(lines) == 1 + 2 * 3 and len(set(map(len, lines))) == 1
    assert repr(found) == str(found)
    assert lines[1].split() == ["flow", "(l)", "real", "49.5", "49.5", "28.9", "0.0", "99.0",
                                "0.0%", "0.0%"]
    assert "seed 0" in lines[2] and "seed 1" in lines[3]
    assert "1000049.5" in lines[4]  # a spread of 29 on a million
    html = found._repr_html_()
    assert html.count("<tr>") == 7 and "<td>28.9</td>" in html
    assert "pressure &lt;in&gt; (Pa)" in html


def test_rows_are_plain(pump):
    rows = metrics.compare_columns(pump.values[None], pump, [7]).rows()
    assert [(row["column"], row["seed"]) for row in rows] == [
        ("flow", None), ("flow", 7), ("pressure <in>", None), ("pressure <in>", 7)]
    assert list(rows[0]) == ["column", "unit", "seed", "median", "iqr", "sd", "min", "max",
                             "below", "above"]
    assert all(type(value) in (str, int, float, type(None)) for row in rows for value in
               row.values())


def test_a_constant_column_is_printed():
    real = rt.Sequences(np.full((8, 3, 1), 0.5))
    assert "0.500" in str(metrics.compare_columns(real.values[None], real))


def test_series_that_do_not_fit_get_one_line():
    real = rt.Sequences(waves(10, 1))
    for fake in (waves(10, 1), waves(10, 1, features=2)[None], waves(10, 1)[None] * np.nan):
        with pytest.raises(ValueError) as error:
            metrics.compare_columns(fake, real)
        assert "\n" not in str(error.value)
