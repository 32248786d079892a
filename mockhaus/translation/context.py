"""Where a statement is read: the current names, variables and parameters of a connection."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Protocol

from msgspec import Struct, field

from mockhaus import inputs
from mockhaus.errors import ObjectNeedsContext

if TYPE_CHECKING:
    from mockhaus.translation.routines.routine import Routine
    from mockhaus.translation.types.origins import Relation

DEFAULT_DATABASE: Final = "MOCKHAUS"
DEFAULT_SCHEMA: Final = "PUBLIC"
#: Blanks a level of JSON texts.
INDENT: Final = 2


class ObjectName(Struct, frozen=True):
    """A name of up to three parts, as stored: unquoted parts upper-cased, quoted as written."""

    name: str
    schema: str | None = None
    database: str | None = None

    def __str__(self) -> str:
        return ".".join(p for p in (self.database, self.schema, self.name) if p is not None)

    def folded(self) -> ObjectName:
        """The name in upper case: identity is case-insensitive."""
        return ObjectName(
            self.name.upper(), (self.schema or "").upper(), (self.database or "").upper()
        )


def no_columns(name: ObjectName) -> Mapping[str, str]:
    """What is known of the columns of tables where nothing is known."""
    return {}


def no_relation(name: ObjectName) -> Relation | None:
    """The table or view of a name where nothing is known of any."""
    return None


def no_routines(name: ObjectName) -> Sequence[Routine]:
    """What functions there are where nothing is known of them."""
    return ()


class Running(Protocol):
    """Ids of transactions, '' for none: the one that is open, the latest."""

    id: str
    last: str


#: What changes with each statement, and what is called: contexts are compared without it.
_ASIDE: Final = frozenset(
    ("last_query_ids", "columns", "relation", "routines", "described", "made", "transaction", "ddl")
)


class Context(Struct, frozen=True, eq=False):
    """What names and context functions mean in one connection at one moment.

    `variables` are SET variables (upper-case name -> Python value); `parameters` are session
    parameters that were changed (upper-case name -> value).
    """

    database: str | None = DEFAULT_DATABASE
    schema: str | None = DEFAULT_SCHEMA
    user: str = "MOCKHAUS"
    role: str = "ACCOUNTADMIN"
    warehouse: str | None = "COMPUTE_WH"
    #: ALL or NONE, as USE SECONDARY ROLES said last.
    secondary_roles: str = "NONE"
    session_id: str = ""
    connection_id: int = 0
    variables: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    parameters: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    #: Whether functions of PostgreSQL's are known beside Snowflake's.
    postgres: bool = False
    #: Ids of the connection's statements, oldest first; the connection adds to it.
    last_query_ids: Sequence[str] = ()
    #: Temporary tables of the connection, by full name in upper case.
    temporary: frozenset[ObjectName] = frozenset()
    #: Whether what is translated is kept, in a view or a default, for any connection to run.
    is_kept: bool = False
    #: Whether operands of different types are all brought together, not only where an answer
    #: depends on it (see `coercion`).
    mixed: bool = False
    #: The columns of a table or view by its full name: name in upper case -> DuckDB's type.
    columns: Callable[[ObjectName], Mapping[str, str]] = no_columns
    #: The OID and the declared types of a table or view by its full name.
    relation: Callable[[ObjectName], Relation | None] = no_relation
    #: The user-defined functions of a full name.
    routines: Callable[[ObjectName], Sequence[Routine]] = no_routines
    #: DuckDB's types of the columns of a query in DuckDB's text; None where there is no engine.
    described: Callable[[str], Sequence[str]] | None = None
    #: Relations of this moment by name and argument (see `history`): DuckDB's text, and its columns
    #: as `columns` answers them.
    made: Callable[[str, str | None], tuple[str, Mapping[str, str]]] | None = None
    #: The transaction that the connection has open, and its latest one.
    transaction: Running | None = None
    #: GET_DDL: kind and name as written, whether names are written in full -> text.
    ddl: Callable[[str, str, bool], str] | None = None
    #: Relations, in DuckDB's text, of the stages that one statement reads (see `staged`).
    stages: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Context) and _value(self) == _value(other)

    def __hash__(self) -> int:
        return hash((self.database, self.schema, self.session_id, self.connection_id))

    def is_on(self, parameter: str, *, default: bool = False) -> bool:
        """The value of a BOOLEAN session parameter."""
        value = self.parameters.get(parameter)
        return default if value is None else value.upper() == "TRUE"

    def standing(self) -> dict[str, str | None]:
        """What statements that are kept ask of the connection that runs them."""
        return {
            "user": self.user,
            "role": self.role,
            "warehouse": self.warehouse,
            "session": str(self.connection_id),
            "secondary_roles": self.secondary_roles,
        }

    @property
    def indent(self) -> int:
        """Blanks a level of VARIANT values for Snowflake's clients: JSON_INDENT."""
        return int(self.parameters.get("JSON_INDENT", INDENT))

    @property
    def nulls_first(self) -> bool:
        """Whether NULL is the least of all values: DEFAULT_NULL_ORDERING = FIRST."""
        told = self.parameters.get("DEFAULT_NULL_ORDERING")
        return told is not None and told.upper() == "FIRST"

    @property
    def reads_otherwise(self) -> bool:
        """Whether texts become dates and times by formats of the session."""
        return bool(self.parameters) and inputs.reads_otherwise(self.parameters)

    @property
    def mixes(self) -> bool:
        """Whether all operands of different types are brought together: DuckDB would itself read
        a text beside a date."""
        return self.mixed or self.reads_otherwise

    @property
    def has_formats(self) -> bool:
        """Whether dates, times or BINARY have another form as text than Snowflake's default."""
        return any(name.endswith("_OUTPUT_FORMAT") for name in self.parameters)

    def resolve(self, name: ObjectName) -> ObjectName:
        """The name in full. Raises ObjectNeedsContext where a current name is missing."""
        database = name.database or self.database
        schema = name.schema or (self.schema if name.database is None else None)
        if database is None:
            raise ObjectNeedsContext(
                "Cannot perform operation. This session does not have a current database. "
                "Call 'USE DATABASE', or use a qualified name."
            )
        if schema is None:
            raise ObjectNeedsContext(
                "Cannot perform operation. This session does not have a current schema. "
                "Call 'USE SCHEMA', or use a qualified name."
            )
        return ObjectName(name.name, schema, database)

    def is_temporary(self, name: ObjectName) -> bool:
        """Whether a full name is that of a temporary table of the connection."""
        return bool(self.temporary) and name.folded() in self.temporary


_value: Final = attrgetter(*(n for n in Context.__struct_fields__ if n not in _ASIDE))


def storage_schema(database: str, schema: str) -> str:
    """The DuckDB schema that holds a Snowflake schema: `DB.SCHEMA`, dots within a name doubled.

    All databases of a session live in one DuckDB database, since a DuckDB transaction can write to
    one only, and since objects and what is recorded about them must commit together.
    """
    return f"{database.replace('.', '..')}.{schema.replace('.', '..')}"
