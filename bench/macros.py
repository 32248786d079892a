"""What a function costs a row, beside the DuckDB function that comes nearest to it.

Both sides answer `count_if(f(x) IS NULL)` over the same rows; what the same question costs about a
bare column is taken off. Mockhaus answers over the wire, DuckDB in process.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import duckdb

from bench.figures import Figure, Section, Spread, interleaved, met, number, ratios
from bench.process import Server
from bench.wire import Client

_AIM: Final = 3.0
_WORST: Final = 10
#: What cannot be told from the bare column's time, in nanoseconds a row.
_NOISE_NS: Final = 2.0

#: The columns: how Snowflake and DuckDB make them of a row's number `n`.
_COLUMNS: Final = {
    "n": ("n", "n"),
    "s": ("'word ' || n", "'word ' || n"),
    "day": (
        "DATEADD(day, n % 9999, '1999-12-31'::DATE)",
        "DATE '1999-12-31' + (n % 9999)::INTEGER",
    ),
    "ts": (
        "DATEADD(second, n * 7919, '1999-12-31 10:11:12'::TIMESTAMP_NTZ)",
        "TIMESTAMP '1999-12-31 10:11:12' + to_seconds(n * 7919)",
    ),
    "iso": (
        "TO_VARCHAR(DATEADD(second, n * 7919, '1999-12-31'::TIMESTAMP_NTZ),"
        " 'YYYY-MM-DD HH24:MI:SS')",
        "strftime(TIMESTAMP '1999-12-31' + to_seconds(n * 7919), '%Y-%m-%d %H:%M:%S')",
    ),
    "t": (
        """'{"a":{"b":' || n || '},"k":[3,1,2],"s":"word ' || n || '"}'""",
        """'{"a":{"b":' || n || '},"k":[3,1,2],"s":"word ' || n || '"}'""",
    ),
    "v": (
        """PARSE_JSON('{"a":{"b":' || n || '},"k":[3,1,2],"s":"word ' || n || '"}')""",
        """('{"a":{"b":' || n || '},"k":[3,1,2],"s":"word ' || n || '"}')::JSON""",
    ),
    "arr": ("PARSE_JSON('[3,1,2,' || n || ']')", "('[3,1,2,' || n || ']')::JSON"),
}


@dataclass(frozen=True, slots=True)
class Pair:
    """A Snowflake expression, and the nearest that DuckDB has of its own."""

    ours: str
    theirs: str


_LIST: Final = "CAST(arr AS JSON[])"

SEMI_STRUCTURED: Final = (
    Pair("v:a.b", "json_extract(v, '$.a.b')"),
    Pair("v:s::VARCHAR", "json_extract_string(v, '$.s')"),
    Pair("v:a.b::INT", "CAST(json_extract(v, '$.a.b') AS BIGINT)"),
    Pair("GET(arr, n % 3)", "json_extract(arr, n % 3)"),
    Pair("GET(v, 'a')", "json_extract(v, 'a')"),
    Pair("GET_IGNORE_CASE(v, 'S')", "json_extract(v, 'S')"),
    Pair("PARSE_JSON(t)", "CAST(t AS JSON)"),
    Pair("TRY_PARSE_JSON(t)", "TRY_CAST(t AS JSON)"),
    Pair("CHECK_JSON(t)", "json_valid(t)"),
    Pair("TO_JSON(v)", "CAST(v AS VARCHAR)"),
    Pair("TO_VARIANT(s)", "to_json(s)"),
    Pair("TO_VARIANT(n)", "to_json(n)"),
    Pair("TYPEOF(v:k)", "json_type(v, '$.k')"),
    Pair("IS_ARRAY(v:k)", "json_type(v, '$.k') = 'ARRAY'"),
    Pair("AS_INTEGER(v:a.b)", "TRY_CAST(json_extract(v, '$.a.b') AS BIGINT)"),
    Pair("OBJECT_KEYS(v)", "to_json(json_keys(v))"),
    Pair("OBJECT_CONSTRUCT('n', n, 's', s)", "json_object('n', n, 's', s)"),
    Pair("OBJECT_INSERT(v, 'z', n)", "json_merge_patch(v, json_object('z', n))"),
    Pair("OBJECT_DELETE(v, 'k')", """json_merge_patch(v, '{"k":null}')"""),
    Pair("OBJECT_PICK(v, 'a', 's')", """json_merge_patch(v, '{"k":null}')"""),
    Pair("ARRAY_CONSTRUCT(n, s)", "json_array(n, s)"),
    Pair("ARRAY_SIZE(arr)", "json_array_length(arr)"),
    Pair("ARRAY_CONTAINS(2::VARIANT, arr)", "json_contains(arr, '2')"),
    Pair("ARRAY_POSITION(2::VARIANT, arr)", f"list_position({_LIST}, '2'::JSON)"),
    Pair("ARRAY_APPEND(arr, n)", f"to_json(list_append({_LIST}, to_json(n)))"),
    Pair("ARRAY_PREPEND(arr, n)", f"to_json(list_prepend(to_json(n), {_LIST}))"),
    Pair("ARRAY_CAT(arr, arr)", f"to_json(list_concat({_LIST}, {_LIST}))"),
    Pair("ARRAY_SLICE(arr, 1, 3)", f"to_json(list_slice({_LIST}, 2, 3))"),
    Pair("ARRAY_INSERT(arr, 1, n)", f"to_json(list_append({_LIST}, to_json(n)))"),
    Pair("ARRAY_REMOVE(arr, 1)", f"to_json(list_filter({_LIST}, lambda x: x <> '1'))"),
    Pair("ARRAY_DISTINCT(arr)", f"to_json(list_distinct({_LIST}))"),
    Pair("ARRAY_SORT(arr)", f"to_json(list_sort({_LIST}))"),
    Pair("ARRAY_REVERSE(arr)", f"to_json(list_reverse({_LIST}))"),
    Pair("ARRAY_MIN(arr)", f"list_min({_LIST})"),
    Pair("ARRAY_MAX(arr)", f"list_max({_LIST})"),
    Pair("ARRAY_COMPACT(arr)", f"to_json(list_filter({_LIST}, lambda x: x <> 'null'))"),
    Pair(
        "ARRAY_INTERSECTION(arr, v:k)", f"to_json(list_intersect({_LIST}, CAST(v->'k' AS JSON[])))"
    ),
    Pair("ARRAYS_OVERLAP(arr, v:k)", f"list_has_any({_LIST}, CAST(v->'k' AS JSON[]))"),
    Pair("ARRAY_TO_STRING(arr, ',')", f"array_to_string({_LIST}, ',')"),
    Pair(
        "FILTER(arr, x -> x > 1)", f"to_json(list_filter({_LIST}, lambda x: CAST(x AS DOUBLE) > 1))"
    ),
    Pair(
        "TRANSFORM(arr, x INT -> x + 1)",
        f"to_json(list_transform({_LIST}, lambda x: CAST(x AS BIGINT) + 1))",
    ),
    Pair(
        "REDUCE(arr, 0, (a, x) -> a + x)",
        f"list_reduce(CAST({_LIST} AS DOUBLE[]), lambda a, x: a + x, 0)",
    ),
)

DATES: Final = (
    Pair("DATEADD(day, 1, ts)", "ts + INTERVAL 1 DAY"),
    Pair("DATEADD(month, 1, day)", "day + INTERVAL 1 MONTH"),
    Pair("ADD_MONTHS(day, 1)", "day + INTERVAL 1 MONTH"),
    Pair("DATEDIFF(day, day, ts)", "date_diff('day', day, ts)"),
    Pair("DATEDIFF(month, day, ts)", "date_diff('month', day, ts)"),
    Pair("MONTHS_BETWEEN(day, ts)", "date_diff('month', day, ts)"),
    Pair("DATE_TRUNC(month, ts)", "date_trunc('month', ts)"),
    Pair("DATE_TRUNC(week, ts)", "date_trunc('week', ts)"),
    Pair("TIME_SLICE(ts, 15, 'MINUTE')", "time_bucket(INTERVAL 15 MINUTE, ts)"),
    Pair("LAST_DAY(ts)", "last_day(ts)"),
    Pair("NEXT_DAY(day, 'mo')", "date_trunc('week', day) + INTERVAL 7 DAY"),
    Pair("PREVIOUS_DAY(day, 'mo')", "date_trunc('week', day)"),
    Pair("YEAR(ts)", "year(ts)"),
    Pair("QUARTER(ts)", "quarter(ts)"),
    Pair("WEEK(ts)", "week(ts)"),
    Pair("WEEKISO(ts)", "week(ts)"),
    Pair("YEAROFWEEK(ts)", "isoyear(ts)"),
    Pair("DAYOFWEEK(ts)", "dayofweek(ts)"),
    Pair("DAYOFYEAR(ts)", "dayofyear(ts)"),
    Pair("HOUR(ts)", "hour(ts)"),
    Pair("DATE_PART(epoch_second, ts)", "epoch(ts)"),
    Pair("DAYNAME(ts)", "dayname(ts)"),
    Pair("MONTHNAME(ts)", "monthname(ts)"),
    Pair("DATE_FROM_PARTS(2020, n % 12, 1)", "make_date(2020, 1 + n % 12, 1)"),
    Pair("TO_DATE(iso)", "CAST(iso AS DATE)"),
    Pair("TO_TIMESTAMP(iso)", "CAST(iso AS TIMESTAMP)"),
    Pair("TRY_TO_TIMESTAMP(iso)", "TRY_CAST(iso AS TIMESTAMP)"),
    Pair("TO_TIMESTAMP(iso, 'YYYY-MM-DD HH24:MI:SS')", "strptime(iso, '%Y-%m-%d %H:%M:%S')"),
    Pair("TO_TIMESTAMP(n)", "make_timestamp(n * 1000000)"),
    Pair("TO_CHAR(ts, 'YYYY-MM-DD HH24:MI')", "strftime(ts, '%Y-%m-%d %H:%M')"),
    Pair("TO_VARCHAR(ts)", "strftime(ts, '%Y-%m-%d %H:%M:%S.%g')"),
    Pair(
        "CONVERT_TIMEZONE('UTC', 'Europe/Warsaw', ts)",
        "timezone('Europe/Warsaw', timezone('UTC', ts))",
    ),
)


_READ: Final = (
    "Keys are sorted and repeated ones told by decoding and encoding each text in Python, 1.1 us;"
    " DuckDB looks the text over once and leaves it as it is."
)
_MEMBERS: Final = (
    "The keys are listed to find the place of the new one, and the text is put together;"
    " json_merge_patch is one function."
)
#: Why a function misses the aim, as far as it is known.
_REASONS: Final = {
    "PARSE_JSON(t)": _READ,
    "TRY_PARSE_JSON(t)": _READ,
    "CHECK_JSON(t)": _READ,
    "TO_JSON(v)": "Each text is searched for marks (`mockhaus.marks`); a cast does nothing.",
    "OBJECT_INSERT(v, 'z', n)": _MEMBERS,
    "OBJECT_DELETE(v, 'k')": "That the VARIANT is an object is looked at before.",
    "GET_IGNORE_CASE(v, 'S')": "Where no key is spelled so, all are listed and folded.",
    "ARRAY_TO_STRING(arr, ',')": "The text is searched for marks and nulls beforehand.",
    "MONTHS_BETWEEN(day, ts)": (
        "Ends of months and fractions of 31 days are computed; date_diff counts boundaries alone."
    ),
    "PREVIOUS_DAY(day, 'mo')": (
        "40 ns of arithmetic with the day of the week; date_trunc takes DuckDB 3 ns."
    ),
    "DATE_PART(epoch_second, ts)": "20 ns for a whole number of seconds; epoch() takes 2 ns.",
}


def measure(server: Server, *, quick: bool) -> Section:
    """The functions whose ratio is the worst, and how many keep to the aim."""
    count, rounds = (100_000, 3) if quick else (1_000_000, 5)
    section = Section(
        f"Functions over {count:,} rows, a row's cost beside DuckDB's nearest function"
    )
    local = _table(count)
    pairs = (*SEMI_STRUCTURED, *DATES)
    with server.client() as client:
        _load(client, count)
        bare = _taken(client, local, Pair("n", "n"), rounds, count)
        idle = [min(values) for values in bare]
        figures = [
            _figure(pair, _taken(client, local, pair, rounds, count), idle) for pair in pairs
        ]
    figures.sort(key=lambda found: found[0], reverse=True)
    kept = sum(ratio <= _AIM for ratio, _ in figures)
    section.figures.append(
        Figure(
            "functions within the aim", "", f"{kept} of {len(figures)}",
            aim=f"<= {_AIM:.0f}x each", verdict=met(kept == len(figures)),
            reason="Those that are furthest off follow.", short=len(figures) / max(kept, 1),
        )
    )  # fmt: skip
    section.figures.extend(figure for _, figure in figures[:_WORST])
    section.notes.append(
        f"The worst {_WORST} of {len(SEMI_STRUCTURED)} functions on VARIANT and {len(DATES)} on"
        " dates are listed. Turns of one query each; `beside` is DuckDB in process. What a bare"
        f" column costs is taken off both ({number(idle[0])} and {number(idle[1])} ns a row), at"
        f" least {_NOISE_NS:.0f} ns are left."
    )
    local.close()
    return section


def _figure(pair: Pair, taken: list[list[float]], idle: list[float]) -> tuple[float, Figure]:
    ours, theirs = (
        [max(each - off, _NOISE_NS) for each in values]
        for values, off in zip(taken, idle, strict=True)
    )
    ratio = ratios(ours, theirs)
    figure = Figure(
        pair.ours, ratio.text("x"), Spread.of(ours).text("ns"), Spread.of(theirs).text("ns"),
        f"<= {_AIM:.0f}x", met(ratio.median <= _AIM), _REASONS.get(pair.ours, ""),
        ratio.median / _AIM,
    )  # fmt: skip
    return ratio.median, figure


def _taken(
    client: Client, local: duckdb.DuckDBPyConnection, pair: Pair, rounds: int, count: int
) -> list[list[float]]:
    """Nanoseconds a row of either side, round by round, after a round that is not counted."""
    ours = f"SELECT COUNT_IF(({pair.ours}) IS NULL) FROM macro_rows"
    theirs = f"SELECT count_if(({pair.theirs}) IS NULL) FROM macro_rows"

    def timed(ask: Callable[[], object]) -> Callable[[], float]:
        def turn() -> float:
            begun = time.perf_counter()
            ask()
            return (time.perf_counter() - begun) * 1e9 / count

        return turn

    contestants = [
        timed(lambda: client.rows(ours)),
        timed(lambda: local.execute(theirs).fetchall()),
    ]
    return [values[1:] for values in interleaved(contestants, rounds + 1)]


def _load(client: Client, count: int) -> None:
    client.run("CREATE OR REPLACE TABLE macro_rows AS SELECT " + ", ".join(_items(0)) + (
        f" FROM (SELECT SEQ8() AS n FROM TABLE(GENERATOR(ROWCOUNT => {count})))"
    ))  # fmt: skip


def _table(count: int) -> duckdb.DuckDBPyConnection:
    local = duckdb.connect()
    local.execute(
        "CREATE TABLE macro_rows AS SELECT " + ", ".join(_items(1)) + f" FROM range({count}) t(n)"
    )
    return local


def _items(side: int) -> Iterator[str]:
    return (f"{made[side]} AS {name}" for name, made in _COLUMNS.items())
