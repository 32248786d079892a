"""Objects that DuckDB has no place for: stages, file formats, warehouses, roles, databases.

They are rows of one table in a schema of their own inside the session's DuckDB database, so that
they commit and roll back together with the tables they belong to, and survive with them. User SQL
cannot name that schema: every name a user writes is resolved to `DATABASE.SCHEMA` first.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, Final

from msgspec import Struct, field
from msgspec.structs import replace

from mockhaus.engine.cursor import Cursor
from mockhaus.errors import DuplicateObject, InvalidIdentifier, UndefinedObject
from mockhaus.translation.context import ObjectName
from mockhaus.translation.dialect import MAX_NAME

SCHEMA: Final = "__mockhaus"

#: Which files each table was loaded from; see `ingestion.copying.history`.
LOADS: Final = f"{SCHEMA}.load_history"

#: PostgreSQL clients know an object by a number, its OID, for as long as it lives.
FIRST_OID: Final = 16_384

_SETUP: Final = f"""
CREATE SCHEMA IF NOT EXISTS {SCHEMA};
CREATE SEQUENCE IF NOT EXISTS {SCHEMA}.oids START WITH {FIRST_OID};
CREATE SEQUENCE IF NOT EXISTS {SCHEMA}.stamps;
CREATE TABLE IF NOT EXISTS {SCHEMA}.objects (
    kind VARCHAR NOT NULL,
    database VARCHAR NOT NULL,
    schema VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    properties JSON NOT NULL,
    comment VARCHAR NOT NULL,
    owner VARCHAR NOT NULL,
    created TIMESTAMPTZ NOT NULL,
    altered TIMESTAMPTZ NOT NULL,
    oid BIGINT NOT NULL,
    stamp BIGINT
);
"""

#: The kind of what is granted on objects that are not there yet.
FUTURE: Final = "FUTURE GRANT"

#: The temporary tables, stages and file formats of a connection; see `set_up_temporaries`.
TEMPORARIES: Final = 'temp.main."__mockhaus.temporaries"'


#: Kinds that may be temporary as well. One that is comes before a kept one of its name; tables are
#: told apart by the context.
PASSING: Final = ("STAGE", "FILE FORMAT")


#: What two records are compared by: one that is not recorded yet has no number.
_value: Final = attrgetter("kind", "name", "properties", "comment", "owner", "created")


class CatalogObject(Struct, frozen=True, eq=False):
    """One recorded object. `kind` is upper case: DATABASE, STAGE, FILE FORMAT, WAREHOUSE, ..."""

    kind: str
    name: ObjectName
    properties: Mapping[str, Any] = field(default_factory=dict)
    comment: str = ""
    owner: str = "ACCOUNTADMIN"
    created: datetime | None = None
    #: Its number, once it is recorded: of several functions of one name it tells which.
    oid: int | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CatalogObject) and _value(self) == _value(other)

    def __hash__(self) -> int:
        return hash((self.kind, self.name))

    @property
    def is_passing(self) -> bool:
        """Whether it is a stage or file format that ends with its connection."""
        return self.kind in PASSING and bool(self.properties.get("TEMPORARY"))


def grant_key(properties: Mapping[str, Any]) -> ObjectName:
    """The name under which a grant is recorded."""
    keys = ("privilege", "on", "name", "to_kind", "to")
    return ObjectName("|".join(str(properties[key]).upper() for key in keys))


def called(found: CatalogObject) -> str:
    """A function or procedure as grants name it, which tells overloads apart: `DB.S.F(NUMBER)`."""
    families = ", ".join(str(each["family"]) for each in found.properties["parameters"])
    return f"{found.name}({families})"


def check_length(name: ObjectName) -> None:
    """Raises InvalidIdentifier for a name that is too long to be one, or holds what none may."""
    if len(name.name) > MAX_NAME:
        raise InvalidIdentifier(
            f"SQL compilation error:\nIdentifier '{name.name[:20]}...' has {len(name.name)}"
            f" characters, which is more than the maximum of {MAX_NAME}."
        )
    if "\0" in name.name:
        raise InvalidIdentifier("SQL compilation error:\nAn identifier has the character NUL.")


def set_up(cursor: Cursor) -> None:
    """Create the table in a new session's database; does nothing in an old one."""
    for statement in _SETUP.split(";"):
        if statement.strip():
            cursor.run(statement)


def set_up_temporaries(cursor: Cursor) -> None:
    """Create the record of what a connection has that is temporary, unless it is there."""
    cursor.run(
        f"CREATE TEMP TABLE IF NOT EXISTS {TEMPORARIES} AS SELECT kind, database, schema, name,"
        f" properties, comment, owner, created, altered, oid FROM {SCHEMA}.objects WHERE FALSE"
    )


def next_oid(cursor: Cursor) -> int:
    """A number for a new object. It is taken before the statement that records it, which may be
    run again (see `Cursor.replay`)."""
    return int(cursor.rows(f"SELECT nextval('{SCHEMA}.oids')")[0][0])


def _key(kind: str, name: ObjectName) -> tuple[str, str, str, str]:
    return kind, (name.database or "").upper(), (name.schema or "").upper(), name.name.upper()


def _values(new: CatalogObject) -> tuple[str, ...]:
    """What is recorded of an object, but its times and its number."""
    name = new.name
    key = (new.kind, name.database or "", name.schema or "", name.name)
    return (*key, json.dumps(dict(new.properties)), new.comment, new.owner)


_COLUMNS: Final = "kind, database, schema, name, properties, comment, owner, created, oid"
_WHERE: Final = "kind = ? AND upper(database) = ? AND upper(schema) = ? AND upper(name) = ?"


class Objects:
    """The recorded objects, read and written through one cursor and thus in its transaction.

    Names are given in full (see `Context.resolve`); a database has neither schema nor database.
    """

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor

    def find(self, kind: str, name: ObjectName) -> CatalogObject | None:
        """The object of that kind and name, None if there is none."""
        own = self.temporary(name, kind) if kind in PASSING else None
        return own or self._kept(kind, name)

    def met(self, new: CatalogObject) -> CatalogObject | None:
        """The object in whose place a new one would be, None if there is none."""
        if new.is_passing:
            return self.temporary(new.name, new.kind)
        return self._kept(new.kind, new.name)

    def _kept(self, kind: str, name: ObjectName) -> CatalogObject | None:
        rows = self._cursor.rows(
            f"SELECT {_COLUMNS} FROM {SCHEMA}.objects WHERE {_WHERE}",
            _key(kind, name),
        )
        return _object(rows[0]) if rows else None

    def get(self, kind: str, name: ObjectName) -> CatalogObject:
        """The object of that kind and name. Raises UndefinedObject."""
        found = self.find(kind, name)
        if found is None:
            raise UndefinedObject(
                f"SQL compilation error:\n{kind.capitalize()} '{name}' does not exist or not"
                " authorized."
            )
        return found

    def named(self, kind: str, name: ObjectName) -> list[CatalogObject]:
        """All objects of that kind and name: functions may have several."""
        rows = self._cursor.rows(
            f"SELECT {_COLUMNS} FROM {SCHEMA}.objects WHERE {_WHERE} ORDER BY oid",
            _key(kind, name),
        )
        return [_object(row) for row in rows]

    def with_tags(self) -> list[CatalogObject]:
        """The objects that have tags, themselves or on a column."""
        rows = self._cursor.rows(
            f"SELECT {_COLUMNS} FROM {SCHEMA}.objects"
            """ WHERE contains(CAST(properties AS VARCHAR), '"tags"')"""
        )
        return [_object(row) for row in rows]

    def granted_on(self, kind: str, name: ObjectName) -> list[CatalogObject]:
        """What is granted on an object of a kind and full name."""
        wanted = (kind, str(name).upper())
        return [
            each
            for each in self.list("GRANT")
            if (each.properties["on"], str(each.properties["name"]).upper()) == wanted
        ]

    def list(
        self, kind: str, database: str | None = None, schema: str | None = None
    ) -> list[CatalogObject]:
        """All objects of a kind, of a database, of a schema; by name."""
        source = f"SELECT {_COLUMNS} FROM {SCHEMA}.objects"
        if kind in PASSING:
            set_up_temporaries(self._cursor)
            source += f" UNION ALL SELECT {_COLUMNS} FROM {TEMPORARIES}"
        rows = self._cursor.rows(
            f"SELECT {_COLUMNS} FROM ({source}) WHERE kind = ?"
            " AND (? IS NULL OR upper(database) = upper(?))"
            " AND (? IS NULL OR upper(schema) = upper(?))"
            " ORDER BY database, schema, name",
            (kind, database, database, schema, schema),
        )
        return [_object(row) for row in rows]

    def names(self, kind: str) -> Iterable[ObjectName]:
        """The names of all objects of a kind."""
        rows = self._cursor.rows(
            f"SELECT name, schema, database FROM {SCHEMA}.objects WHERE kind = ?", (kind,)
        )
        return [ObjectName(*row) for row in rows]

    def create(
        self, new: CatalogObject, *, replace: bool = False, if_not_exists: bool = False
    ) -> bool:
        """Record an object; False if IF NOT EXISTS met one. Raises DuplicateObject."""
        if new.kind not in ("GRANT", FUTURE):
            check_length(new.name)
        met = self.met(new)
        if met is not None:
            if if_not_exists:
                return False
            if not replace:
                raise DuplicateObject(
                    f"SQL compilation error:\nObject '{new.name}' already exists."
                )
            self._forget(met)
        if new.is_passing:
            self.add_temporary(new)
        else:
            self.add(new)
        return True

    def add(self, new: CatalogObject, *, moved: bool = False) -> None:
        """Record an object, whatever else has its name; one that has `moved` keeps its number and
        its age.

        What is granted on future objects of its place is granted on a new one.
        """
        if not moved and new.name.database is not None and new.kind != FUTURE:
            self._grant_future(new)
        oid = new.oid if moved and new.oid is not None else next_oid(self._cursor)
        self._cursor.run(
            f"INSERT INTO {SCHEMA}.objects VALUES (?, ?, ?, ?, ?, ?, ?, coalesce(?, now()), now(),"
            f" ?, nextval('{SCHEMA}.stamps'))",
            (*_values(new), new.created if moved else None, oid),
        )

    def _grant_future(self, new: CatalogObject) -> None:
        """Those of the schema, or else those of the database, as in Snowflake."""
        rows = self._cursor.rows(
            f"SELECT {_COLUMNS} FROM {SCHEMA}.objects WHERE kind = '{FUTURE}'"
            " AND (properties ->> 'on') = ? AND upper(database) = upper(?)"
            " AND (schema = '' OR upper(schema) = upper(?))",
            (new.kind, new.name.database, new.name.schema or ""),
        )
        found = [_object(row) for row in rows]
        near = [each for each in found if each.name.schema is not None] or found
        name = called(new) if new.kind in ("FUNCTION", "PROCEDURE") else str(new.name)
        for each in near:
            properties = {**each.properties, "name": name}
            self.add(CatalogObject("GRANT", grant_key(properties), properties, "", each.owner))

    def move_grants(self, old: ObjectName, new: ObjectName) -> None:
        """What is granted on a schema or database, and on all that is in it, moves with it."""
        for each in self.list("GRANT"):
            name = str(each.properties["name"])
            if name == str(old) or name.startswith(f"{old}."):
                properties = {**each.properties, "name": f"{new}{name.removeprefix(str(old))}"}
                self.update(each, replace(each, name=grant_key(properties), properties=properties))

    def rename_grantee(self, kind: str, old: str, new: str) -> None:
        """What is granted to a role or user stays its, and what a role owns."""
        for each in (*self.list("GRANT"), *self.list(FUTURE)):
            told = each.properties
            if (told["to_kind"], str(told["to"]).upper()) == (kind, old.upper()):
                properties = {**told, "to": new}
                key = grant_key({"name": "", **properties})
                name = replace(each.name, name=key.name)
                self.update(each, replace(each, name=name, properties=properties))
        if kind == "ROLE":
            self._cursor.run(
                f"UPDATE {SCHEMA}.objects SET owner = ? WHERE upper(owner) = upper(?)", (new, old)
            )

    def add_temporary(self, new: CatalogObject) -> None:
        """Record a temporary object of the connection."""
        set_up_temporaries(self._cursor)
        self._cursor.run(
            f"INSERT INTO {TEMPORARIES} VALUES (?, ?, ?, ?, ?, ?, ?, now(), now(), ?)",
            (*_values(new), next_oid(self._cursor)),
        )

    def temporary(self, name: ObjectName, kind: str = "TABLE") -> CatalogObject | None:
        """A temporary object of the connection, None if there is none of that full name."""
        set_up_temporaries(self._cursor)
        rows = self._cursor.rows(
            f"SELECT {_COLUMNS} FROM {TEMPORARIES} WHERE {_WHERE}", _key(kind, name)
        )
        return _object(rows[0]) if rows else None

    def drop_temporary(self, name: ObjectName, kind: str = "TABLE") -> None:
        """Forget a temporary object of the connection."""
        self._cursor.run(f"DELETE FROM {TEMPORARIES} WHERE {_WHERE}", _key(kind, name))

    def update(self, old: CatalogObject, new: CatalogObject) -> None:
        """Give an object another name, properties, comment or owner; it keeps its age and number.

        Its stamp becomes another: what was read of it is out of date.
        """
        if old.is_passing:
            self.update_temporary(old, new)
            return
        self._cursor.run(
            f"UPDATE {SCHEMA}.objects SET database = ?, schema = ?, name = ?, properties = ?,"
            f" comment = ?, owner = ?, altered = now(), stamp = nextval('{SCHEMA}.stamps')"
            f" WHERE {_WHERE}"
            " AND (? IS NULL OR oid = ?)",
            (
                new.name.database or "",
                new.name.schema or "",
                new.name.name,
                json.dumps(dict(new.properties)),
                new.comment,
                new.owner,
                *_key(old.kind, old.name),
                old.oid,
                old.oid,
            ),
        )
        if new.name != old.name:
            for each in self.list("GRANT"):
                if (each.properties["on"], each.properties["name"]) == (old.kind, str(old.name)):
                    properties = {**each.properties, "name": str(new.name)}
                    key = grant_key(properties)
                    self.update(each, replace(each, name=key, properties=properties))

    def update_temporary(self, old: CatalogObject, new: CatalogObject) -> None:
        """Give a temporary object of the connection another name, properties or comment."""
        _, *values, _ = _values(new)
        self._cursor.run(
            f"UPDATE {TEMPORARIES} SET database = ?, schema = ?, name = ?, properties = ?,"
            f" comment = ?, altered = now() WHERE {_WHERE}",
            (*values, *_key(old.kind, old.name)),
        )

    def take_grants(self, kind: str, name: ObjectName) -> Sequence[CatalogObject]:
        """What is granted on an object, which is forgotten."""
        found = self.granted_on(kind, name)
        for each in found:
            self.drop("GRANT", each.name, if_exists=True)
        return found

    def turn(self, old: CatalogObject, kind: str, properties: Mapping[str, Any]) -> None:
        """Make an object one of another kind, under the same name and number."""
        self._cursor.run(
            f"UPDATE {SCHEMA}.objects SET kind = ?, properties = ?, altered = now(),"
            f" stamp = nextval('{SCHEMA}.stamps') WHERE {_WHERE} AND oid = ?",
            (kind, json.dumps(dict(properties)), *_key(old.kind, old.name), old.oid),
        )

    def forget_loads(self, table: ObjectName) -> None:
        """Forget which files a table was loaded from."""
        self._cursor.run(
            f"DELETE FROM {LOADS} WHERE upper(database) = ? AND upper(schema) = ? AND"
            " upper(name) = ?",
            _key("", table)[1:],
        )

    def rename_loads(self, old: ObjectName, new: ObjectName) -> None:
        """Which files a table was loaded from goes with it. Both names are given in full."""
        self._cursor.run(
            f"UPDATE {LOADS} SET database = ?, schema = ?, name = ?"
            " WHERE upper(database) = ? AND upper(schema) = ? AND upper(name) = ?",
            (*_key("", new)[1:], *_key("", old)[1:]),
        )

    def move_loads(self, old: ObjectName, new: ObjectName) -> None:
        """Which files were loaded into the tables of a schema goes with it."""
        self._cursor.run(
            f"UPDATE {LOADS} SET database = upper(?), schema = upper(?)"
            " WHERE upper(database) = upper(?) AND upper(schema) = upper(?)",
            (new.database, new.name, old.database, old.name),
        )

    def renumber(self, old: CatalogObject, name: ObjectName) -> None:
        """Give what has come in another's place its number; the other is gone."""
        self._cursor.run(
            f"UPDATE {SCHEMA}.objects SET oid = ?, stamp = nextval('{SCHEMA}.stamps')"
            f" WHERE {_WHERE}",
            (old.oid, *_key(old.kind, name)),
        )

    def drop(self, kind: str, name: ObjectName, *, if_exists: bool = False) -> bool:
        """Forget an object; False if IF EXISTS met none. Raises UndefinedObject."""
        found = self.find(kind, name)
        if found is None:
            if if_exists:
                return False
            self.get(kind, name)
        else:
            self._forget(found)
        return True

    def remove(self, old: CatalogObject) -> None:
        """Forget a function, no other of its name, and what was granted on it."""
        for each in self.list("GRANT"):
            if (each.properties["on"], each.properties["name"]) == (old.kind, called(old)):
                self.drop("GRANT", each.name)
        self.remove_record(old)

    def remove_record(self, old: CatalogObject) -> None:
        """Forget a recorded object and no other of its name; what was granted on it stays."""
        self._cursor.run(f"DELETE FROM {SCHEMA}.objects WHERE oid = ?", (old.oid,))

    def drop_within(self, database: str, schema: str | None = None) -> None:
        """Forget everything inside a database or a schema."""
        self._cursor.run(
            f"DELETE FROM {SCHEMA}.objects WHERE upper(database) = upper(?)"
            " AND (? IS NULL OR upper(schema) = upper(?))",
            (database, schema, schema),
        )
        self._cursor.run(
            f"DELETE FROM {LOADS} WHERE upper(database) = upper(?)"
            " AND (? IS NULL OR upper(schema) = upper(?))",
            (database, schema, schema),
        )
        set_up_temporaries(self._cursor)
        self._cursor.run(
            f"DELETE FROM {TEMPORARIES} WHERE kind IN {PASSING} AND upper(database) = upper(?)"
            " AND (? IS NULL OR upper(schema) = upper(?))",
            (database, schema, schema),
        )
        inside = ".".join(part for part in (database, schema) if part is not None)
        self._cursor.run(
            f"DELETE FROM {SCHEMA}.objects WHERE kind = 'GRANT'"
            " AND starts_with(upper(properties ->> 'name'), upper(?))",
            (f"{inside}.",),
        )

    def _forget(self, found: CatalogObject) -> None:
        """Forget an object, and what was granted on it."""
        kind, name = found.kind, found.name
        if found.is_passing:
            self.drop_temporary(name, kind)
            return
        if kind != "GRANT":
            self._cursor.run(
                f"DELETE FROM {SCHEMA}.objects WHERE kind = 'GRANT'"
                " AND (properties ->> 'on') = ? AND upper(properties ->> 'name') = upper(?)",
                (kind, str(name)),
            )
        self._cursor.run(f"DELETE FROM {SCHEMA}.objects WHERE {_WHERE}", _key(kind, name))


def _object(row: tuple[Any, ...]) -> CatalogObject:
    kind, database, schema, name, properties, comment, owner, created, oid = row
    return CatalogObject(
        kind,
        ObjectName(name, schema or None, database or None),
        json.loads(properties),
        comment,
        owner,
        created,
        oid,
    )
