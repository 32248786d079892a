"""Translation: beside stock sqlglot, which parses the same text and writes it for DuckDB.

Stock sqlglot knows neither names nor types nor Snowflake's refusals; it is the price of reading and
writing. All times are the thread's own, so that others on the machine count little.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import sqlglot

from bench.figures import (
    Curve,
    Figure,
    Section,
    Spread,
    aimed,
    compared,
    interleaved,
    met,
    ratios,
)
from mockhaus.app import collect_less
from mockhaus.config import Config
from mockhaus.errors import SqlError
from mockhaus.sessions.registry import Registry
from mockhaus.sessions.transaction import Transactions
from mockhaus.translation.context import Context
from mockhaus.translation.parse import parse
from mockhaus.translation.statements import Tree
from mockhaus.translation.translate import translate

_MS: Final = 1e3
_US: Final = 1e6
_AIM: Final = 1.5
_AIM_CACHED_US: Final = 30.0
_AIM_LONG_MS: Final = 200.0
_MORE: Final = (
    "Stock sqlglot reads and writes; between the two, each node is looked at here for names, types "
    "and what Snowflake refuses."
)
_NESTING: Final = 500
_LINES: Final = (20, 200, 2_000)

_TPCH: Final = Path(__file__).with_name("tpch")

_FUNNEL: Final = """
with visits as (
  select user_id, event, ts, properties:campaign.name::varchar as campaign,
         datediff(minute, lag(ts) over (partition by user_id order by ts), ts) as pause
  from analytics.events
  where ts >= dateadd(day, -28, current_date) and event in ('view', 'cart', 'purchase')
),
sessions as (
  select *, sum(iff(pause is null or pause > 30, 1, 0))
            over (partition by user_id order by ts rows unbounded preceding) as session
  from visits
)
select campaign, date_trunc(week, ts)::date as week, count(distinct user_id) as users,
       count_if(event = 'purchase') as purchases,
       zeroifnull(div0(count_if(event = 'purchase'), count(distinct user_id, session))) as rate
from sessions
group by all
having users > 10
qualify row_number() over (partition by week order by purchases desc nulls last) <= 5
order by week, purchases desc
"""

_LATEST: Final = """
select o.id, o.customer:name::string as customer, nvl(o.total, 0) as total, l.value:sku as sku,
       to_varchar(o.placed, 'YYYY-MM-DD') as placed, l.index + 1 as line
from shop.orders o, lateral flatten(input => o.lines) l
where o.status ilike 'ship%' and l.value:quantity::int > 1
qualify rank() over (partition by o.id order by o.placed desc) = 1
"""


def measure(*, quick: bool) -> Section:
    """Five queries, a long one, one that was translated before, and one that is too deep."""
    rounds = 11 if quick else 41
    collect_less()  # as the server does, for both
    section = Section("Translation, in the thread's own time, against stock sqlglot")
    texts = _texts()
    sizes = [sum(1 for _ in sqlglot.parse_one(text, read="snowflake").walk()) for text in texts]
    section.figures.append(_five(texts, sizes, rounds))
    _long(section, max(rounds // 4, 3))
    section.figures.append(_cached(texts[:3], rounds))
    section.figures.append(_deep())
    section.notes.append(
        "Each time the text ends with another comment, so that nothing is found in a cache. "
        "Stock is `sqlglot.transpile`, from Snowflake to DuckDB, compiled."
    )
    return section


def once() -> None:
    """Translate the five queries, as texts that were not seen before."""
    _taken(_ours, _texts())()


def _texts() -> list[str]:
    chosen = ((_TPCH / f"q{number}.sql") for number in ("08", "19", "21"))
    return [*(path.read_text(encoding="utf-8") for path in chosen), _FUNNEL, _LATEST]


def _context() -> Context:
    return Context(user="BENCH", session_id="bench", connection_id=1, database="D", schema="PUBLIC")


def _ours(text: str) -> None:
    (statement,) = parse(text)
    assert isinstance(statement, Tree)
    translate(statement, _context())


def _stock(text: str) -> None:
    sqlglot.transpile(text, read="snowflake", write="duckdb")


_UNSEEN: Final = itertools.count()


def _taken(translator: Callable[[str], None], texts: Sequence[str]) -> Callable[[], float]:
    """Seconds a text."""

    def once() -> float:
        fresh = [f"{text.rstrip().rstrip(';')} -- {next(_UNSEEN)}" for text in texts]
        begun = time.thread_time()
        for text in fresh:
            translator(text)
        return (time.thread_time() - begun) / len(fresh)

    return once


def _five(texts: Sequence[str], sizes: Sequence[int], rounds: int) -> Figure:
    contestants = [_taken(_ours, texts), _taken(_stock, texts)]
    interleaved(contestants, 3)  # warm
    ours, stock = interleaved(contestants, rounds)
    what = f"five analytic queries of {min(sizes)} to {max(sizes)} nodes, each"
    return compared(what, ours, stock, "ms", _MS, at_most=_AIM, reason=_MORE, load="translation")


def _long(section: Section, rounds: int) -> None:
    """A query of up to 2,000 lines: one expression a line."""
    taken = {lines: _lines(lines, rounds) for lines in _LINES}
    for name, side in (("Mockhaus", 0), ("stock sqlglot", 1)):
        points = tuple((lines, Spread.of(pair[side]).median * _MS) for lines, pair in taken.items())
        section.curves.append(Curve(f"a query by its lines, {name}", "lines", "ms", points))
    longest = max(_LINES)
    ours, stock = taken[longest]
    spread = Spread.of(ours)
    section.figures.append(Figure(
        f"a query of {longest:,} lines", ratios(ours, stock).text("x"),
        spread.text("ms", _MS), Spread.of(stock).text("ms", _MS),
        f"<= {_AIM_LONG_MS:.0f} ms", met(spread.median * _MS <= _AIM_LONG_MS), _MORE,
        spread.median * _MS / _AIM_LONG_MS, "translation",
    ))  # fmt: skip


def _lines(count: int, rounds: int) -> list[list[float]]:
    """Seconds of a query of so many lines, ours and stock sqlglot's."""
    items = ",\n".join(
        f"  iff(a{n} > {n}, coalesce(b{n}, {n}), zeroifnull(c{n})) as x{n}"
        for n in range(count - 3)
    )
    contestants = [
        _taken(each, [f"select\n{items}\nfrom t\nwhere a1 > 0"]) for each in (_ours, _stock)
    ]
    return interleaved(contestants, rounds)


def _cached(texts: Sequence[str], rounds: int) -> Figure:
    """What a connection takes for a text that it has translated before."""
    schema = (_TPCH / "schema.sql").read_text(encoding="utf-8")
    registry = Registry(Config())
    try:
        connection = registry.create().connect(
            user="bench", door="bench", transactions=Transactions.POSTGRESQL
        )
        for result in connection.execute(schema):
            result.close()

        def once() -> float:
            begun = time.thread_time()
            for text in texts:
                (statement,) = connection.parse(text)
                connection.prepare(statement)
            return (time.thread_time() - begun) / len(texts)

        once()
        spread = Spread.of([once() for _ in range(rounds)])
    finally:
        registry.close()
    return aimed("translated before", spread, "us", _US, at_most=_AIM_CACHED_US)


def _deep() -> Figure:
    """Parentheses too deep for any parser are the statement's error."""
    try:
        parse("select " + "(" * _NESTING + "1" + ")" * _NESTING)
    except SqlError as error:
        said, good = f"error {error.number}", True
    else:
        said, good = "accepted", False
    return Figure(f"parentheses {_NESTING} deep", "", said, "", "an error", met(good))
