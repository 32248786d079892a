"""Snowflake's types, and what each is called in DuckDB, on the PostgreSQL wire and in the SQL API.

One row a type family; every room that needs a name of a type reads it here.

    family         DuckDB                      PostgreSQL (OID)        SQL API
    NUMBER(p,0)    TINYINT..HUGEINT, DECIMAL   int8 (20)               fixed
    NUMBER(p,s)    DECIMAL(p,s)                numeric (1700)          fixed
    FLOAT          FLOAT, DOUBLE               float8 (701)            real
    VARCHAR(n)     VARCHAR, ENUM               text (25), varchar (1043)  text
    ...

Snowflake's manual: "Summary of data types"; PostgreSQL's: pg_type, typmod as format_type reads it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

#: Length of a VARCHAR / BINARY that names none (Snowflake: 16 MB and 8 MB).
VARCHAR_LENGTH: Final = 16_777_216
BINARY_LENGTH: Final = 8_388_608


@dataclass(frozen=True, slots=True)
class Family:
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
    "INTERVAL": Family(1186, 1187, 16, "text"),
    "UUID": Family(2950, 2951, 16, "text"),
}

INT8_OID: Final = 20
VARCHAR_OID: Final = 1043


@dataclass(frozen=True, slots=True)
class SqlType:
    """A Snowflake type.

    `precision` and `scale` are of NUMBER (digits) and, `scale` alone, of TIME and TIMESTAMP
    (fractional digits); `length` is of VARCHAR (characters) and BINARY (bytes).
    """

    family: str
    precision: int | None = None
    scale: int | None = None
    length: int | None = None

    def __str__(self) -> str:
        """The type as DESCRIBE TABLE spells it, for example `NUMBER(38,0)`."""
        if self.family == "NUMBER":
            return f"NUMBER({self.precision},{self.scale})"
        if self.family in ("VARCHAR", "BINARY"):
            return f"{self.family}({self.length})"
        if self.family == "TIME" or self.family.startswith("TIMESTAMP"):
            return f"{self.family}({self.scale})"
        return self.family

    @property
    def is_integer(self) -> bool:
        """Whether the type is NUMBER(p,0), which the PostgreSQL wire carries as int8."""
        return self.family == "NUMBER" and self.scale == 0

    @property
    def oid(self) -> int:
        """PostgreSQL's type OID."""
        if self.is_integer:
            return INT8_OID
        if self.family == "VARCHAR" and self.length != VARCHAR_LENGTH:
            return VARCHAR_OID
        return FAMILIES[self.family].oid

    @property
    def size(self) -> int:
        """PostgreSQL's typlen: bytes, or -1 for a variable length."""
        return 8 if self.is_integer else FAMILIES[self.family].size

    @property
    def typmod(self) -> int:
        """PostgreSQL's atttypmod, -1 for none (numeric: ((p << 16) | s) + 4; varchar: n + 4)."""
        if self.family == "NUMBER" and self.scale and self.precision is not None:
            return ((self.precision << 16) | self.scale) + 4
        if self.family == "VARCHAR" and self.length is not None and self.length != VARCHAR_LENGTH:
            return self.length + 4
        return -1

    @property
    def api(self) -> str:
        """The name of the type in the SQL API's `rowType`."""
        return FAMILIES[self.family].api


NUMBER = SqlType("NUMBER", 38, 0)
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
            "HUGEINT",
            "BIGNUM",
            "UTINYINT",
            "USMALLINT",
            "UINTEGER",
            "UBIGINT",
            "UHUGEINT",
        ],
        NUMBER,
    ),
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
    "UUID": UUID,
    "NULL": VARCHAR,
    '"NULL"': VARCHAR,
}
_DECIMAL = re.compile(r"DECIMAL\((\d+),\s*(\d+)\)")


@lru_cache(maxsize=1024)
def from_duckdb(name: str) -> SqlType:
    """The Snowflake type of a DuckDB type as DuckDB prints it, for example `DECIMAL(10,2)`.

    Nested types (LIST, STRUCT, MAP) are Snowflake's ARRAY and OBJECT.
    """
    if known := _FROM_DUCKDB.get(name):
        return known
    if match := _DECIMAL.fullmatch(name):
        return SqlType("NUMBER", int(match[1]), int(match[2]))
    if name.endswith("]"):
        return ARRAY
    if name.startswith(("STRUCT", "MAP", "UNION")):
        return OBJECT
    return VARCHAR


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
            "NUMBER",
            "DECIMAL",
            "NUMERIC",
            "DEC",
        ],
        NUMBER,
    ),
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


def from_name(name: str, arguments: tuple[int, ...] = ()) -> SqlType | None:
    """The Snowflake type that a type name with its arguments denotes, None if there is none."""
    base = _ALIASES.get(" ".join(name.upper().split()))
    if base is None or not arguments:
        return base
    if base.family == "NUMBER":
        return SqlType("NUMBER", arguments[0], arguments[1] if len(arguments) > 1 else 0)
    if base.family in ("VARCHAR", "BINARY"):
        return SqlType(base.family, length=arguments[0])
    if base.scale is not None:
        return SqlType(base.family, scale=arguments[0])
    return base
