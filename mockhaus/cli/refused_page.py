"""docs/refused.md, made of the tables that refuse: `make docs` writes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from mockhaus.catalog.parameter_table import OBJECT, REFUSED, SESSION, Parameter
from mockhaus.cli.functions import rows
from mockhaus.ingestion.copying import copy_options
from mockhaus.ingestion.files import format_options
from mockhaus.ingestion.storage import stages
from mockhaus.translation.grammar.kinds import UNKEPT

_HEAD: Final = """\
# What is refused by name

Each of these answers error 000002 (SQLSTATE 0A000) with its name. What is no Snowflake SQL at all
is a syntax error or an unknown name instead. This page is made of the tables that refuse (`make
docs`); [differences.md](differences.md) tells what to do instead.
"""


def page() -> str:
    """The page in Markdown."""
    return "\n".join((_HEAD, *_objects(), *_parameters(), *_options(), *_functions()))


def _objects() -> Iterator[str]:
    yield "## Objects\n"
    yield "CREATE, ALTER, DROP, DESCRIBE, SHOW and whatever else is said of:\n"
    yield _listed(UNKEPT) + "\n"


def _parameters() -> Iterator[str]:
    yield "## Parameters\n"
    yield "These have their default alone; another value would have to change an answer:\n"
    yield "| parameter | default | |"
    yield "|---|---|---|"
    for each in (*SESSION.values(), *OBJECT.values()):
        if _stays(each):
            yield f"| {each.name} | {each.default or '(empty)'} | {each.description} |"
    yield f"\nAnd these altogether: {_listed(REFUSED)}\n"


def _stays(parameter: Parameter) -> bool:
    """Whether only some of the values that the parameter takes are heeded."""
    return not parameter.acts("none of its values")


def _options() -> Iterator[str]:
    yield "## Options\n"
    yield "[files.md](files.md) tells what each option does. Refused are:\n"
    yield f"- of stages: {_listed(stages.REFUSED)}"
    yield f"- of COPY INTO a table: {_listed(copy_options.REFUSED)}"
    yield f"- of file formats: TYPE = {_listed(format_options.REFUSED_TYPES)}\n"


def _functions() -> Iterator[str]:
    yield "## Functions\n"
    yield "| because | functions |"
    yield "|---|---|"
    reasons: dict[str, list[str]] = {}
    for _, name, _, remark in rows(only="refused"):
        reasons.setdefault(remark, []).append(name)
    for remark, names in sorted(reasons.items()):
        yield f"| {remark} | {_listed(names)} |"
    yield ""


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
