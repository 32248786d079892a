"""What the worksheet must answer, worked out with pandas over the same files. No SQL here.

Each function is the answer of the step of that title. Numbers that the worksheet rounds are given
exactly, as `Near(value, decimals)`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from mockhaus.client.flights import TABLES

Rows = list[tuple[Any, ...]]

#: The documents the worksheet stores.
NOTES: list[dict[str, Any]] = [
    {
        "code": "EWR",
        "opened": 1928,
        "runways": [("4L/22R", 11000), ("4R/22L", 10000), ("11/29", 6725)],
        "train": "NEC",
    },
    {
        "code": "JFK",
        "opened": 1948,
        "runways": [("4L/22R", 12079), ("4R/22L", 8400), ("13L/31R", 10000), ("13R/31L", 14511)],
        "train": "AirTrain",
    },
    {"code": "LGA", "opened": 1939, "runways": [("4/22", 7002), ("13/31", 7002)], "train": None},
]


@dataclass(frozen=True)
class Near:
    """Equal to its value rounded to so many decimals."""

    value: float
    decimals: int

    def __eq__(self, other: object) -> bool:
        if isinstance(other, str) or other is None:
            return False
        got = float(other)  # type: ignore[arg-type]
        half = 0.5 * 10**-self.decimals
        return abs(got - self.value) <= half + 1e-6 and got == round(got, self.decimals)

    __hash__ = None  # type: ignore[assignment]


class Files:
    """The five files as pandas reads them."""

    def __init__(self, folder: Path) -> None:
        self.tables = {
            name: pd.read_csv(folder / f"{name}.csv", na_values=["NA"], keep_default_na=False)
            for name in TABLES
        }
        flights = self.tables["flights"]
        flights["date"] = pd.to_datetime(flights[["year", "month", "day"]])
        flights["cancelled"] = flights["dep_time"].isna()
        self.flights = flights


def the_year_in_one_row(files: Files) -> Rows:
    f = files.flights
    return [
        (
            len(f),
            f["tailnum"].nunique(),
            f["dest"].nunique(),
            int(f["cancelled"].sum()),
            int((f["dep_delay"] > 60).sum()),
            Near(f["dep_delay"].mean(), 2),
        )
    ]


def who_flies(files: Files) -> Rows:
    names = files.tables["airlines"].set_index("carrier")["name"]
    counts = files.flights["carrier"].map(names).value_counts()
    return [(name, n, Near(100 * n / counts.sum(), 2)) for name, n in counts.items()]


def month_by_month(files: Files) -> Rows:
    rows: Rows = []
    before = 0
    for month, group in files.flights.groupby("month"):
        first = dt.date(2013, int(str(month)), 1)
        change = len(group) - before if before else None
        before = len(group)
        delay = Near(group["dep_delay"].mean(), 1)
        rows.append((first, len(group), change, delay, first.strftime("%b")))
    return rows


def three_favourites_of_each_airport(files: Files) -> Rows:
    airports = files.tables["airports"]
    names = dict(zip(airports["faa"], airports["name"], strict=True))
    rows: Rows = []
    for origin, group in files.flights.groupby("origin"):
        counts = sorted(group["dest"].value_counts().items(), key=lambda item: (-item[1], item[0]))
        rows += [(origin, dest, names.get(dest), n) for dest, n in counts[:3]]
    return rows


def delay_by_quarter_side_by_side(files: Files) -> Rows:
    f = files.flights
    means = f.groupby(["origin", f["date"].dt.quarter])["dep_delay"].mean().unstack()
    return [(str(origin), *(Near(v, 2) for v in row)) for origin, row in means.iterrows()]


def only_one_airline_goes_there(files: Files) -> Rows:
    airlines = files.tables["airlines"]
    names = dict(zip(airlines["carrier"], airlines["name"], strict=True))
    found: dict[str, tuple[int, list[str]]] = {}
    for dest, group in files.flights.groupby("dest"):
        if group["carrier"].nunique() == 1:
            airline = names[group["carrier"].iloc[0]]
            flights, dests = found.get(airline, (0, []))
            found[airline] = (flights + len(group), [*dests, str(dest)])
    rows = [(airline, flights, sorted(dests)) for airline, (flights, dests) in found.items()]
    rows.sort(key=lambda row: (-len(row[2]), row[0]))
    return [(airline, flights, ", ".join(dests)) for airline, flights, dests in rows]


def slipped_into_the_next_day(files: Files) -> Rows:
    f = files.flights[~files.flights["cancelled"]]
    planned = f["date"] + pd.to_timedelta(f["hour"] * 60 + f["minute"], unit="min")
    departed = planned + pd.to_timedelta(f["dep_delay"], unit="min")
    midnights = (departed.dt.normalize() - planned.dt.normalize()).dt.days
    rows: Rows = []
    for count, group in f.groupby(midnights):
        longest = group["dep_delay"].max()
        (top,) = group[group["dep_delay"] == longest].index
        carrier, flight, dest = f.loc[top, ["carrier", "flight", "dest"]]
        name = f"{carrier}{flight} to {dest}"
        rows.append((count, len(group), longest, name, f"{departed[top]:%Y-%m-%d %H:%M}"))
    return rows


def the_worst_weeks(files: Files) -> Rows:
    days = files.flights.groupby("date").agg(delay=("dep_delay", "mean"), lost=("cancelled", "sum"))
    weeks = days.rolling(7).agg({"delay": "mean", "lost": "sum"}).dropna()
    worst = weeks.sort_values("delay", ascending=False).head(5)
    return [
        ((day - pd.Timedelta(days=6)).date(), day.date(), Near(row["delay"], 2), int(row["lost"]))
        for day, row in ((pd.Timestamp(str(day)), row) for day, row in worst.iterrows())
    ]


def one_airport_by_name(files: Files) -> Rows:
    rows: Rows = []
    for origin, group in files.flights[files.flights["dest"] == "LAX"].groupby("origin"):
        fastest = group["air_time"].min()
        speed = group["distance"].max() / (fastest / 60)
        rows.append(
            (origin, len(group), fastest, Near(group["air_time"].median(), 0), Near(speed, 0))
        )
    return rows


def a_storm_day_by_day(files: Files) -> Rows:
    f = files.flights
    lost = f[f["cancelled"] & (f["carrier"] == "UA")]["date"].value_counts()
    days = pd.date_range("2013-02-05", periods=8)
    found = [(day, int(lost[day]) if day in lost.index else None) for day in days]
    return [(day.date(), f"{day:%a}", n, n or 0) for day, n in found]


def wind_and_delay(files: Files) -> Rows:
    weather = files.tables["weather"][["origin", "time_hour", "wind_speed"]]
    joined = files.flights.merge(weather, on=["origin", "time_hour"])
    joined = joined[joined["wind_speed"].notna()]
    bands = pd.cut(
        joined["wind_speed"],
        [0, 10, 20, 1000],
        right=False,
        labels=["1 calm", "2 breeze", "3 strong wind"],
    )
    return [
        (
            band,
            len(group),
            Near(group["dep_delay"].mean(), 2),
            Near(100 * group["cancelled"].mean(), 2),
            Near(group["wind_speed"].corr(group["dep_delay"]), 3),
        )
        for band, group in joined.groupby(bands, observed=True)
    ]


def airports_as_json(files: Files) -> Rows:
    return [
        (
            note["code"],
            note["opened"],
            len(note["runways"]),
            *note["runways"][0],
            note["train"],
            note["train"] is None,
        )
        for note in NOTES
    ]


def a_runway_a_row(files: Files) -> Rows:
    flights = files.flights["origin"].value_counts()
    rows: Rows = []
    for note in NOTES:
        so_far, total = 0, sum(feet for _, feet in note["runways"])
        for position, (name, feet) in enumerate(note["runways"]):
            so_far += feet
            share = Near(flights[note["code"]] / total, 2)
            rows.append((note["code"], position, name, feet, so_far, share))
    return rows


def objects_out_of_rows(files: Files) -> Rows:
    planes = files.tables["planes"]
    makers = planes["manufacturer"].str.lower()
    chosen = planes[makers.str.startswith(("boeing", "airbus", "embraer"))]
    fleet = [
        {"maker": maker, "planes": len(group), "seats": int(group["seats"].max())}
        for maker, group in chosen.groupby(chosen["manufacturer"].str.split(" ").str[0])
    ]
    return [(len(fleet), sorted(fleet, key=lambda each: -int(str(each["planes"]))))]


def a_watch_list_kept_up_to_date(files: Files) -> Rows:
    routes = files.flights.groupby(["origin", "dest"])
    delays = {
        (str(origin), str(dest)): group["arr_delay"].mean()
        for (origin, dest), group in routes
        if len(group) > 5000
    }
    assert ("EWR", "ORD") in delays
    rows: Rows = [
        (origin, dest, Near(delay, 2), "updated" if (origin, dest) == ("EWR", "ORD") else "")
        for (origin, dest), delay in sorted(delays.items(), key=lambda item: -item[1])
    ]
    return [*rows, ("LGA", "XXX", None, "mistyped")]


def old_planes_and_planes_nobody_knows(files: Files) -> Rows:
    used = files.flights["tailnum"].dropna().value_counts().rename("flights").reset_index()
    joined = used.merge(files.tables["planes"], on="tailnum", how="left")
    built = ["unknown" if pd.isna(year) else f"{int(year) // 10 * 10}s" for year in joined["year"]]
    rows: Rows = []
    for decade, group in joined.groupby(built):
        plain = [int(t[1:]) for t in group["tailnum"] if re.fullmatch("[0-9]+", t[1:])]
        rows.append(
            (
                decade,
                len(group),
                int(group["flights"].sum()),
                max(plain, default=None),
                Near(group["seats"].mean(), 1),
            )
        )
    return rows


ANSWERS: dict[str, Callable[[Files], Rows]] = {
    each.__name__.replace("_", " "): each
    for each in (
        the_year_in_one_row,
        who_flies,
        month_by_month,
        three_favourites_of_each_airport,
        delay_by_quarter_side_by_side,
        only_one_airline_goes_there,
        slipped_into_the_next_day,
        the_worst_weeks,
        one_airport_by_name,
        a_storm_day_by_day,
        wind_and_delay,
        airports_as_json,
        a_runway_a_row,
        objects_out_of_rows,
        a_watch_list_kept_up_to_date,
        old_planes_and_planes_nobody_knows,
    )
}
