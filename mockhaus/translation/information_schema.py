"""INFORMATION_SCHEMA: which views there are, and the macro that answers each.

Snowflake's manual: "Snowflake Information Schema". The macros take the database's name and are
defined in engine/macros/information_schema.sql.
"""

from __future__ import annotations

from typing import Final

from sqlglot import exp

from mockhaus.errors import UndefinedObject, UnsupportedFeature
from mockhaus.translation.context import ObjectName

SCHEMA: Final = "INFORMATION_SCHEMA"

#: Views that a macro answers.
VIEWS: Final = frozenset(
    (
        "APPLICABLE_ROLES", "COLUMNS", "DATABASES", "ENABLED_ROLES", "FILE_FORMATS", "FUNCTIONS",
        "INFORMATION_SCHEMA_CATALOG_NAME", "LOAD_HISTORY", "OBJECT_PRIVILEGES", "PROCEDURES",
        "REFERENTIAL_CONSTRAINTS", "SCHEMATA",
        "SEQUENCES", "STAGES", "TABLES", "TABLE_CONSTRAINTS",
        "TABLE_PRIVILEGES", "VIEWS",
    )
)  # fmt: skip

#: Views that Snowflake has and Mockhaus refuses by name.
_REFUSED: Final = frozenset(
    (
        "BACKUP_POLICIES", "BACKUP_SETS", "CLASSES", "CLASS_INSTANCES",
        "CLASS_INSTANCE_FUNCTIONS", "CLASS_INSTANCE_PROCEDURES", "CORTEX_SEARCH_SERVICES",
        "ELEMENT_TYPES", "EVENT_TABLES", "EXTERNAL_TABLES", "FIELDS",
        "GIT_REPOSITORIES", "HYBRID_TABLES", "INDEXES", "INDEX_COLUMNS", "MODEL_VERSIONS",
        "NOTEBOOKS", "PACKAGES", "PIPES",
        "REPLICATION_DATABASES", "REPLICATION_GROUPS", "SEMANTIC_VIEWS", "SERVICES", "SHARES",
        "STREAMLITS", "TABLE_STORAGE_METRICS", "TYPES", "USAGE_PRIVILEGES",
    )
)  # fmt: skip


def is_information_schema(name: ObjectName) -> bool:
    """Whether a name in full is one of an INFORMATION_SCHEMA."""
    return (name.schema or "").upper() == SCHEMA


def relation(name: ObjectName) -> exp.Table:
    """The call that answers a view, named in full. Raises UndefinedObject, UnsupportedFeature."""
    view = name.name.upper()
    if view in _REFUSED:
        raise UnsupportedFeature(f"Unsupported feature 'INFORMATION_SCHEMA.{view}'.")
    if view not in VIEWS:
        raise UndefinedObject(
            f"SQL compilation error:\nObject '{name}' does not exist or not authorized.",
            subject=name.name,
        )
    macro = f"information_schema_{view.removeprefix('INFORMATION_SCHEMA_CATALOG_').lower()}"
    database = exp.Literal.string(name.database or "")
    return exp.Table(this=exp.Anonymous(this=macro, expressions=[database]))
