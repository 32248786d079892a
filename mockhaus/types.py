"""Snowflake's types, and what each is called in DuckDB, on the PostgreSQL wire and in the SQL API.

One row a type family; every room that needs a name of a type reads it here.

    family         DuckDB                      PostgreSQL (OID)        SQL API
    NUMBER(p,0)    TINYINT..BIGINT, DECIMAL    int8 (20)               fixed
    NUMBER(p,0)    HUGEINT, DECIMAL, p > 18    numeric (1700)          fixed
    NUMBER(p,s)    DECIMAL(p,s)                numeric (1700)          fixed
    FLOAT          FLOAT, DOUBLE               float8 (701)            real
    VARCHAR(n)     VARCHAR, ENUM               text (25), varchar (1043)  text
    ...

Snowflake's manual: "Summary of data types"; PostgreSQL's: pg_type, typmod as format_type reads it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from msgspec import Struct

#: Length of a VARCHAR / BINARY that names none (Snowflake: 16 MB and 8 MB).
VARCHAR_LENGTH: Final = 16_777_216
BINARY_LENGTH: Final = 8_388_608


class Family(Struct, frozen=True):
    """What the doors call a type family. `size` is PostgreSQL's typlen, -1 for variable."""

    oid: int
    array_oid: int
    size: int
    api: str


FAMILIES: Final[dict[str, Family]] = {
    "NUMBER": Family(1700, 1231, -1, "fixed"),
    "FLOAT": Family(701, 1022, 8, "real"),
    "VARCHAR": Family(25, 1009, -1, "text"),
    "BOOLEAN": Family(16, 1000, 1, "boolean"),
    "BINARY": Family(17, 1001, -1, "binary"),
    "DATE": Family(1082, 1182, 4, "date"),
    "TIME": Family(1083, 1183, 8, "time"),
    "TIMESTAMP_NTZ": Family(1114, 1115, 8, "timestamp_ntz"),
    "TIMESTAMP_LTZ": Family(1184, 1185, 8, "timestamp_ltz"),
    "TIMESTAMP_TZ": Family(1184, 1185, 8, "timestamp_tz"),
    "VARIANT": Family(114, 199, -1, "variant"),
    "OBJECT": Family(114, 199, -1, "object"),
    "ARRAY": Family(114, 199, -1, "array"),
    "MAP": Family(114, 199, -1, "map"),
    "INTERVAL": Family(1186, 1187, 16, "text"),
    "UUID": Family(2950, 2951, 16, "text"),
}

#: The families whose values are JSON.
SEMI_STRUCTURED: Final = frozenset(("VARIANT", "OBJECT", "ARRAY", "MAP"))

#: Types that only the system catalogs of the PostgreSQL door have, by its names; an array's
#: begins with an underscore (manual, 8.19 "Object Identifier Types").
CATALOG_TYPES: Final[dict[str, Family]] = {
    "name": Family(19, 1003, 64, "text"),
    "char": Family(18, 1002, 1, "text"),
    "varchar": Family(1043, 1015, -1, "text"),
    "json": Family(114, 199, -1, "text"),
    "text": Family(25, 1009, -1, "text"),
    "bpchar": Family(1042, 1014, -1, "text"),
    "pg_node_tree": Family(194, 0, -1, "text"),
    "pg_lsn": Family(3220, 3221, 8, "text"),
    "inet": Family(869, 1041, -1, "text"),
    "tid": Family(27, 1010, 6, "text"),
    "void": Family(2278, 0, 4, "text"),
    "int2": Family(21, 1005, 2, "fixed"),
    "int4": Family(23, 1007, 4, "fixed"),
    "oid": Family(26, 1028, 4, "fixed"),
    "xid": Family(28, 1011, 4, "fixed"),
    "float4": Family(700, 1021, 4, "real"),
    "regclass": Family(2205, 2210, 4, "text"),
    "regtype": Family(2206, 2211, 4, "text"),
    "regproc": Family(24, 1008, 4, "text"),
    "regprocedure": Family(2202, 2207, 4, "text"),
    "regnamespace": Family(4089, 4090, 4, "text"),
    "regrole": Family(4096, 4097, 4, "text"),
    "aclitem": Family(1033, 1034, 12, "text"),
    "int2vector": Family(22, 1006, -1, "text"),
    "oidvector": Family(30, 1013, -1, "text"),
    "_name": Family(1003, 0, -1, "array"),
    "_char": Family(1002, 0, -1, "array"),
    "_text": Family(1009, 0, -1, "array"),
    "_varchar": Family(1015, 0, -1, "array"),
    "_int2": Family(1005, 0, -1, "array"),
    "_int4": Family(1007, 0, -1, "array"),
    "_oid": Family(1028, 0, -1, "array"),
    "_bool": Family(1000, 0, -1, "array"),
    "_int8": Family(1016, 0, -1, "array"),
    "_float8": Family(1022, 0, -1, "array"),
    "_json": Family(199, 0, -1, "array"),
    "_regtype": Family(2211, 0, -1, "array"),
    "_regclass": Family(2210, 0, -1, "array"),
    "_float4": Family(1021, 0, -1, "array"),
    "_aclitem": Family(1034, 0, -1, "array"),
    "_regproc": Family(1008, 0, -1, "array"),
    "anyarray": Family(2277, 0, -1, "array"),
}


def _family(name: str) -> Family:
    return FAMILIES.get(name) or CATALOG_TYPES[name]


INT8_OID: Final = 20
VARCHAR_OID: Final = 1043


class SqlType(Struct, frozen=True):
    """A Snowflake type.

    `precision` and `scale` are of NUMBER (digits) and, `scale` alone, of TIME and TIMESTAMP
    (fractional digits); `length` is of VARCHAR (characters) and BINARY (bytes). `wide` is of whole
    numbers that 64 bits do not hold: no other type to Snowflake, but another one on the wire.
    `parts` are the types of the parts of a structured ARRAY, OBJECT or MAP, for example
    `(VARCHAR(16777216), NUMBER(38,0))`; `nested` is of those that DuckDB has as lists and structs,
    and not as JSON text.
    """

    family: str
    precision: int | None = None
    scale: int | None = None
    length: int | None = None
    wide: bool = False
    parts: str = ""
    nested: bool = False

    def __str__(self) -> str:
        """The type as DESCRIBE TABLE spells it, for example `NUMBER(38,0)`."""
        if self.family == "NUMBER":
            return f"NUMBER({self.precision},{self.scale})"
        if self.family in ("VARCHAR", "BINARY"):
            return f"{self.family}({self.length})"
        if self.family == "TIME" or self.family.startswith("TIMESTAMP"):
            return f"{self.family}({self.scale})"
        return f"{self.family}{self.parts}"

    def means(self, other: SqlType | None) -> bool:
        """Whether the other type is the same to Snowflake, however the wire carries it."""
        return self == other or str(self) == str(other)

    @property
    def is_integer(self) -> bool:
        """Whether the PostgreSQL wire carries the type as int8: a NUMBER(p,0) that is not wide."""
        return self.family == "NUMBER" and self.scale == 0 and not self.wide

    @property
    def oid(self) -> int:
        """PostgreSQL's type OID."""
        if self.is_integer:
            return INT8_OID
        if self.family == "VARCHAR" and self.length != VARCHAR_LENGTH:
            return VARCHAR_OID
        return _family(self.family).oid

    @property
    def size(self) -> int:
        """PostgreSQL's typlen: bytes, or -1 for a variable length."""
        return 8 if self.is_integer else _family(self.family).size

    @property
    def typmod(self) -> int:
        """PostgreSQL's atttypmod, -1 for none (numeric: ((p << 16) | s) + 4; varchar: n + 4)."""
        if self.family == "NUMBER" and not self.is_integer and self.precision is not None:
            return ((self.precision << 16) | (self.scale or 0)) + 4
        if self.family == "VARCHAR" and self.length is not None and self.length != VARCHAR_LENGTH:
            return self.length + 4
        return -1

    @property
    def api(self) -> str:
        """The name of the type in the SQL API's `rowType`."""
        return _family(self.family).api


NUMBER = SqlType("NUMBER", 38, 0)
#: The same with room for all of its digits (an INT is kept in 64 bits).
WIDE_NUMBER = SqlType("NUMBER", 38, 0, wide=True)
FLOAT = SqlType("FLOAT")
VARCHAR = SqlType("VARCHAR", length=VARCHAR_LENGTH)
BOOLEAN = SqlType("BOOLEAN")
BINARY = SqlType("BINARY", length=BINARY_LENGTH)
DATE = SqlType("DATE")
TIME = SqlType("TIME", scale=9)
TIMESTAMP_NTZ = SqlType("TIMESTAMP_NTZ", scale=9)
TIMESTAMP_LTZ = SqlType("TIMESTAMP_LTZ", scale=9)
TIMESTAMP_TZ = SqlType("TIMESTAMP_TZ", scale=9)
VARIANT = SqlType("VARIANT")
OBJECT = SqlType("OBJECT")
ARRAY = SqlType("ARRAY")
INTERVAL = SqlType("INTERVAL")
UUID = SqlType("UUID")

_FROM_DUCKDB: Final[dict[str, SqlType]] = {
    **dict.fromkeys(
        [
            "TINYINT",
            "SMALLINT",
            "INTEGER",
            "BIGINT",
            "UTINYINT",
            "USMALLINT",
            "UINTEGER",
            "UBIGINT",
        ],
        NUMBER,
    ),
    **dict.fromkeys(("HUGEINT", "BIGNUM", "UHUGEINT"), WIDE_NUMBER),
    "FLOAT": FLOAT,
    "DOUBLE": FLOAT,
    "VARCHAR": VARCHAR,
    "BOOLEAN": BOOLEAN,
    "BLOB": BINARY,
    "BIT": VARCHAR,
    "DATE": DATE,
    "TIME": TIME,
    "TIME WITH TIME ZONE": TIME,
    "TIME_NS": TIME,
    "TIMESTAMP": TIMESTAMP_NTZ,
    "TIMESTAMP_S": TIMESTAMP_NTZ,
    "TIMESTAMP_MS": TIMESTAMP_NTZ,
    "TIMESTAMP_NS": TIMESTAMP_NTZ,
    "TIMESTAMP WITH TIME ZONE": TIMESTAMP_LTZ,
    "JSON": VARIANT,
    "VARIANT": VARIANT,
    "INTERVAL": INTERVAL,
    "STRUCT(utc TIMESTAMP, spread INTERVAL)": TIMESTAMP_TZ,  # see mockhaus.zoned
    "UUID": UUID,
    "NULL": VARCHAR,
    '"NULL"': VARCHAR,
}
_DECIMAL = re.compile(r"DECIMAL\((\d+),\s*(\d+)\)")


def number(precision: int, scale: int) -> SqlType:
    """NUMBER(precision, scale)."""
    return SqlType("NUMBER", precision, scale, wide=scale == 0 and precision > _NARROW)


#: Digits that 64 bits hold, whatever they are.
_NARROW: Final = 18


@lru_cache(maxsize=1024)
def from_duckdb(name: str) -> SqlType:
    """The Snowflake type of a DuckDB type as DuckDB prints it, for example `DECIMAL(10,2)`.

    Nested types (LIST, STRUCT, MAP) are Snowflake's ARRAY and OBJECT.
    """
    if known := _FROM_DUCKDB.get(name):
        return known
    if match := _DECIMAL.fullmatch(name):
        return number(int(match[1]), int(match[2]))
    if name.endswith("]"):
        return SqlType("ARRAY", nested=True)
    if name.startswith(("STRUCT", "MAP", "UNION")):
        return SqlType("OBJECT", nested=True)
    return VARCHAR


_CATALOG: Final[dict[str, SqlType]] = {
    "bool": BOOLEAN,
    "bytea": BINARY,
    "float8": FLOAT,
    "int8": NUMBER,
    "interval": INTERVAL,
    "numeric": SqlType("NUMBER", 38, 10),
    "text": VARCHAR,
    "timestamptz": TIMESTAMP_LTZ,
}

#: DuckDB's types as the catalogs' queries mean them.
_CATALOG_FROM_DUCKDB: Final = {
    "TINYINT": "int2",
    "SMALLINT": "int2",
    "INTEGER": "int4",
    "UINTEGER": "oid",
    "BIGINT": "int8",
    "BIGINT[]": "_int8",
    "HUGEINT": "int8",
    "UBIGINT": "int8",
    "FLOAT": "float4",
    "VARCHAR[]": "_text",
    "SMALLINT[]": "_int2",
    "INTEGER[]": "_int4",
    "UINTEGER[]": "_oid",
    "BOOLEAN[]": "_bool",
    "JSON": "json",
}


def from_catalog(name: str | None, described: str) -> SqlType:
    """The type of a column of a catalog query: PostgreSQL's name of it, or else DuckDB's."""
    known = name if name in _CATALOG or name in CATALOG_TYPES else None
    known = known or (None if name == "unknown" else _CATALOG_FROM_DUCKDB.get(described))
    if known is None:
        return from_duckdb(described) if name is None else VARCHAR
    return _CATALOG.get(known) or SqlType(known)


#: Snowflake's spelling of a type -> (family, default arguments); aliases as in the manual.
_ALIASES: Final[dict[str, SqlType]] = {
    **dict.fromkeys(
        [
            "INT",
            "INTEGER",
            "BIGINT",
            "SMALLINT",
            "TINYINT",
            "BYTEINT",
        ],
        NUMBER,
    ),
    **dict.fromkeys(("NUMBER", "DECIMAL", "NUMERIC", "DEC"), WIDE_NUMBER),
    **dict.fromkeys(
        ("FLOAT", "FLOAT4", "FLOAT8", "DOUBLE", "DOUBLE PRECISION", "REAL"),
        FLOAT,
    ),
    **dict.fromkeys(("VARCHAR", "STRING", "TEXT", "NVARCHAR", "NVARCHAR2"), VARCHAR),
    **dict.fromkeys(
        ("CHAR", "CHARACTER", "NCHAR", "CHAR VARYING", "NCHAR VARYING"),
        SqlType("VARCHAR", length=1),
    ),
    **dict.fromkeys(("BINARY", "VARBINARY"), BINARY),
    "BOOLEAN": BOOLEAN,
    "DATE": DATE,
    "TIME": TIME,
    **dict.fromkeys(
        ("TIMESTAMP", "DATETIME", "TIMESTAMP_NTZ", "TIMESTAMPNTZ", "TIMESTAMP WITHOUT TIME ZONE"),
        TIMESTAMP_NTZ,
    ),
    **dict.fromkeys(
        ("TIMESTAMP_LTZ", "TIMESTAMPLTZ", "TIMESTAMP WITH LOCAL TIME ZONE"), TIMESTAMP_LTZ
    ),
    **dict.fromkeys(("TIMESTAMP_TZ", "TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE"), TIMESTAMP_TZ),
    "VARIANT": VARIANT,
    "OBJECT": OBJECT,
    "ARRAY": ARRAY,
}


_PARTS: Final = re.compile(r"(ARRAY|OBJECT|MAP)(\(.*\))", re.DOTALL)


def structured(text: str) -> SqlType | None:
    """A structured type as DESCRIBE spells it, `ARRAY(NUMBER(38,0))`; None of other types."""
    match = _PARTS.fullmatch(text)
    return None if match is None else SqlType(match[1], parts=match[2])


def from_name(name: str, arguments: tuple[int, ...] = ()) -> SqlType | None:
    """The Snowflake type that a type name with its arguments denotes, None if there is none."""
    base = _ALIASES.get(" ".join(name.upper().split()))
    if base is None or not arguments:
        return base
    if base.family == "NUMBER":
        return number(arguments[0], arguments[1] if len(arguments) > 1 else 0)
    if base.family in ("VARCHAR", "BINARY"):
        return SqlType(base.family, length=arguments[0])
    if base.scale is not None:
        return SqlType(base.family, scale=arguments[0])
    return base
