"""Kinds of objects by their words: which Snowflake has, and which of them are refused.

Snowflake's manual: "General DDL" lists them. A kind that is not kept is refused by its whole
name, whatever its statement goes on with.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from mockhaus.errors import UnsupportedFeature
from mockhaus.translation.grammar.reader import Reader

#: Words between CREATE and the kind; see also `parse`.
MODIFIERS: Final = frozenset(
    ("OR", "REPLACE", "TRANSIENT", "TEMPORARY", "TEMP", "VOLATILE", "LOCAL", "GLOBAL",
     "SECURE", "RECURSIVE")
)  # fmt: skip

#: Kinds of several words that are kept.
_KEPT: Final = (
    "FILE FORMAT",
    "STORAGE INTEGRATION",
    "PRIMARY KEY",
    "UNIQUE KEY",
    "IMPORTED KEY",
    "EXPORTED KEY",
    "USER FUNCTION",
    "USER PROCEDURE",
    "BUILTIN FUNCTION",
    "BUILTIN PROCEDURE",
)

#: Kinds that are not kept.
_UNKEPT: Final = """
    AGENT, AGGREGATE FUNCTION, AGGREGATION POLICY, ALERT, API INTEGRATION, APPLICATION,
    APPLICATION PACKAGE, APPLICATION ROLE, AUTHENTICATION POLICY, BACKUP POLICY, BACKUP SET,
    CATALOG INTEGRATION, CLASS, COMPUTE POOL, CONNECTION, CONTACT, CORTEX SEARCH SERVICE,
    DATABASE ROLE, DATA METRIC FUNCTION, DATASET, DBT PROJECT, DYNAMIC TABLE, EVENT TABLE,
    EXTERNAL ACCESS INTEGRATION, EXTERNAL AGENT, EXTERNAL FUNCTION, EXTERNAL TABLE,
    EXTERNAL VOLUME, FAILOVER GROUP, FEATURE POLICY, GATEWAY, GIT REPOSITORY, HYBRID TABLE,
    ICEBERG TABLE, IMAGE REPOSITORY, INTERACTIVE TABLE, INTERACTIVE WAREHOUSE, JOIN POLICY,
    LISTING, MANAGED ACCOUNT, MASKING POLICY, MATERIALIZED VIEW, MCP SERVER, MODEL,
    MODEL MONITOR, NETWORK POLICY, NETWORK RULE, NOTEBOOK, NOTIFICATION INTEGRATION, OFFER,
    ONLINE FEATURE TABLE, ORGANIZATION ACCOUNT, ORGANIZATION LISTING, ORGANIZATION PROFILE,
    ORGANIZATION USER, ORGANIZATION USER GROUP, PACKAGES POLICY, PASSWORD POLICY, PIPE,
    PRIVACY POLICY, PROJECTION POLICY, PROVISIONED THROUGHPUT, REPLICATION GROUP,
    RESOURCE MONITOR, ROW ACCESS POLICY, SECRET, SECURITY INTEGRATION, SEMANTIC VIEW, SERVICE,
    SESSION POLICY, SHARE, SNAPSHOT, SNAPSHOT POLICY, SNAPSHOT SET, STORAGE LIFECYCLE POLICY,
    STREAM, STREAMLIT, TASK, WORKSPACE
"""
UNKEPT: Final = frozenset(map(str.strip, _UNKEPT.split(",")))

#: The first words of statements about objects of a kind.
VERBS: Final = frozenset(
    ("CREATE", "ALTER", "DROP", "UNDROP", "DESCRIBE", "DESC", "COMMENT", "EXECUTE")
)

_TEMPORARY: Final = frozenset(("TEMPORARY", "TEMP", "VOLATILE"))

_LONGEST: Final = 4


def plural(kind: str) -> str:
    """The kind as SHOW has it."""
    return f"{kind[:-1]}IES" if kind.endswith(("ICY", "ORY")) else f"{kind}S"


def _both(kinds: Iterable[str]) -> frozenset[tuple[str, ...]]:
    return frozenset(
        tuple(form.split()) for kind in kinds if " " in kind for form in (kind, plural(kind))
    )


_SEVERAL: Final = _both((*_KEPT, *UNKEPT))


def read(reader: Reader) -> str:
    """Read the kind of an object, of one word or several."""
    for length in range(_LONGEST, 1, -1):
        if tuple(map(reader.word, range(length))) in _SEVERAL:
            return " ".join([reader.identifier() for _ in range(length)])
    return reader.identifier()


def refuse_unkept(reader: Reader) -> None:
    """Raises UnsupportedFeature where a statement begins with a verb and a kind not kept."""
    at, start = reader.at, reader.tokens[0].start
    verb = reader.word()
    reader.at += 1
    if verb == "COMMENT":
        reader.accept("IF", "EXISTS")
        reader.accept("ON")
    if verb == "CREATE" and reader.looking_at("OR", "ALTER"):
        raise UnsupportedFeature("Unsupported feature 'CREATE OR ALTER'.", position=start)
    said: set[str] = set()
    while verb == "CREATE" and reader.word() in MODIFIERS:
        said.add(reader.word())
        reader.at += 1
    kind = "" if reader.done or not reader.word() else read(reader)
    is_kind = not reader.done and reader.word() not in (".", "(")
    reader.at = at
    if kind == "VIEW" and said & _TEMPORARY:
        raise UnsupportedFeature("Unsupported feature 'CREATE TEMPORARY VIEW'.", position=start)
    if "RECURSIVE" in said:
        raise UnsupportedFeature(
            f"Unsupported feature 'CREATE RECURSIVE {kind}'.",
            position=start,
            hint="A view over a recursive common table expression is the same.",
        )
    if kind in UNKEPT and is_kind:
        verb = {"COMMENT": "COMMENT ON", "DESC": "DESCRIBE"}.get(verb, verb)
        raise UnsupportedFeature(f"Unsupported feature '{verb} {kind}'.", position=start)
