"""`mockhaus functions`: which of Snowflake's functions work, by the tables that translate them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from mockhaus.translation.registry import Function

STATES: Final = ("supported", "partial", "refused")

_HEAD: Final = """# Functions

Snowflake's functions by the families of its reference. `partial` says what is missing; what is
`refused` answers an error that names the function, and so does every name that is not listed.

This page is written by `mockhaus functions --markdown`.
"""


def state(function: Function) -> tuple[str, str]:
    """Whether a function is supported, and why not or how far."""
    if function.refused:
        return "refused", function.refused
    return ("partial", function.partial) if function.partial else ("supported", "")


def rows(family: str = "", only: str = "") -> Iterator[tuple[str, str, str, str]]:
    """Family, name, state and remark of each function; families in their order, names sorted."""
    from mockhaus.translation.functions import FAMILIES  # --help need not load the translation

    for known, functions in FAMILIES.items():
        if family and family.lower() not in known.lower():
            continue
        found = sorted(
            (name, *state(function)) for function in functions for name in function.names
        )
        for name, how, remark in dict.fromkeys(found):
            if not only or how == only:
                yield known, name, how, remark


def partial() -> Callable[[str], str]:
    """Tells by a function's name in upper case what is missing of it, empty for nothing."""
    missing = {name: remark for _, name, _, remark in rows(only="partial")}
    return lambda name: missing.get(name, "")


def markdown() -> str:
    """The page docs/functions.md."""
    found = list(rows())
    counts = {how: sum(each[2] == how for each in found) for how in STATES}
    lines = [_HEAD, ", ".join(f"{count} {how}" for how, count in counts.items()) + "."]
    family = ""
    for known, name, how, remark in found:
        if known != family:
            family = known
            lines += ["", f"## {known}", "", "| function | state | remark |", "|---|---|---|"]
        lines.append(f"| {name} | {how} | {remark} |")
    return "\n".join(lines) + "\n"


@click.command()
@click.option("--family", default="", help="Only families whose names contain this.")
@click.option("--state", "only", type=click.Choice(STATES), help="Only functions of this state.")
@click.option("--json", "raw", is_flag=True, help="All of it as JSON.")
@click.option("--markdown", "page", is_flag=True, help="Print the page docs/functions.md.")
def functions(family: str, only: str | None, raw: bool, page: bool) -> None:
    """Show which of Snowflake's functions are supported, partial or refused.

    Example: mockhaus functions --family date --state partial
    """
    if page:
        click.echo(markdown(), nl=False)
        return
    found = list(rows(family, only or ""))
    if not found:
        raise click.UsageError("No function is known by that family and state.")
    if raw:
        names = ("family", "name", "state", "remark")
        told = [dict(zip(names, each, strict=True)) for each in found]
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    width = max(len(name) for _, name, _, _ in found)
    shown = ""
    for known, name, how, remark in found:
        if known != shown:
            click.echo(f"{'' if not shown else chr(10)}{known}")
            shown = known
        click.echo(f"  {name:<{width}}  {how:<9}  {remark}".rstrip())
