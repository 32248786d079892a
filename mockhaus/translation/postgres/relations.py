"""PostgreSQL's system catalogs: which relations there are, their columns and the columns' types.

The list is PostgreSQL 15's own (manual, chapters 53 "System Catalogs", 54 "System Views" and 37
"The Information Schema"), kept in `relations.txt`: OID, kind, name, `column:type` for each.

DuckDB has fewer types than PostgreSQL. A `name` or a `"char"` is text to it and an `oid` an
unsigned number, and it forgets the names of type aliases; so the types of an answer's columns are
found in the statement's tree (see `walk`), and these are what it starts from.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from typing import Final

from msgspec import Struct

#: The schema of a relation that is not in pg_catalog.
INFORMATION_SCHEMA: Final = "information_schema"

#: Relations whose rows Mockhaus has; `catalog.postgres` makes them. All others are empty.
FILLED: Final = frozenset(
    (
        "pg_am", "pg_attrdef", "pg_attribute", "pg_auth_members", "pg_authid", "pg_class",
        "pg_collation", "pg_constraint", "pg_database", "pg_description", "pg_index", "pg_indexes",
        "pg_language", "pg_namespace", "pg_opclass", "pg_proc", "pg_range", "pg_roles",
        "pg_sequence", "pg_sequences", "pg_settings", "pg_shdescription", "pg_tables",
        "pg_tablespace", "pg_type", "pg_user", "pg_views", "pg_depend", "pg_rewrite",
        "pg_extension", "pg_available_extensions", "pg_ts_config", "pg_ts_dict", "pg_ts_parser",
        "pg_conversion", "pg_cast", "pg_stat_activity",
        "pg_statio_all_tables", "pg_stat_all_tables", "pg_statio_user_tables",
        "pg_stat_user_tables", "pg_stat_sys_tables", "pg_statio_sys_tables", "pg_shadow",
        "pg_group", "pg_timezone_names", "pg_stat_database", "pg_stat_all_indexes",
        "pg_stat_user_indexes", "pg_statio_all_indexes", "pg_statio_user_indexes",
        "pg_statio_all_sequences", "pg_statio_user_sequences", "pg_rules",
        "pg_available_extension_versions",
        "information_schema.columns", "information_schema.key_column_usage",
        "information_schema.referential_constraints", "information_schema.schemata",
        "information_schema.sequences", "information_schema.table_constraints",
        "information_schema.tables", "information_schema.views",
        "information_schema.character_sets", "information_schema.constraint_column_usage",
        "information_schema.routines", "information_schema.information_schema_catalog_name",
        "information_schema.table_privileges", "information_schema.role_table_grants",
        "information_schema.column_privileges", "information_schema.routine_privileges",
        "information_schema.constraint_table_usage", "information_schema.enabled_roles",
        "information_schema.applicable_roles", "information_schema.check_constraints",
        "information_schema.collations", "information_schema.column_udt_usage",
        "information_schema.parameters", "information_schema.role_column_grants",
        "information_schema.role_routine_grants", "information_schema.role_usage_grants",
        "information_schema.usage_privileges", "information_schema.view_column_usage",
        "information_schema.view_table_usage",
        "information_schema.collation_character_set_applicability",
    )
)  # fmt: skip

_STORED: Final = {
    "bool": "BOOLEAN",
    "bytea": "BLOB",
    "float4": "FLOAT",
    "float8": "DOUBLE",
    "int2": "SMALLINT",
    "int2vector": "SMALLINT[]",
    "int4": "INTEGER",
    "int8": "BIGINT",
    "interval": "INTERVAL",
    "numeric": "DECIMAL(38,10)",
    "anyarray": "VARCHAR[]",
    "oidvector": "UINTEGER[]",
    "timestamptz": "TIMESTAMP WITH TIME ZONE",
    **dict.fromkeys(
        ("oid", "regproc", "regprocedure", "regtype", "regclass", "regnamespace", "regrole", "xid"),
        "UINTEGER",
    ),
}


def stored_type(name: str) -> str:
    """DuckDB's type for one of PostgreSQL's, arrays by their leading underscore; else text."""
    if name.startswith("_"):
        return f"{stored_type(name[1:])}[]"
    return _STORED.get(name, "VARCHAR")


class Relation(Struct, frozen=True):
    """One relation. `name` has its schema in front unless that is pg_catalog."""

    oid: int
    kind: str
    name: str
    columns: dict[str, str]

    @property
    def is_filled(self) -> bool:
        return self.name in FILLED


@lru_cache(maxsize=1)
def relations() -> dict[str, Relation]:
    """All relations by name."""
    found = {}
    for line in text().splitlines():
        oid, kind, name, *columns = line.split(" ")
        types = dict(column.split(":") for column in columns)
        found[name] = Relation(int(oid), kind, name, types)
    return found


@lru_cache(maxsize=1)
def text() -> str:
    """The list as it is kept."""
    return (resources.files(__package__) / "relations.txt").read_text(encoding="utf-8")


def find(name: str, schema: str | None) -> Relation | None:
    """The relation that a name means in a catalog query, None if it is none of these."""
    if schema == INFORMATION_SCHEMA:
        return relations().get(f"{schema}.{name}")
    return relations().get(name) if schema in (None, "pg_catalog") else None
