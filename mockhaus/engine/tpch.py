"""TPC-H's data, made by DuckDB's extension `tpch`, which comes as a wheel of DuckDB's version."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Final

import duckdb

from mockhaus.engine.library import CONFIG
from mockhaus.quoting import sql_literal

TABLES: Final = (
    "region", "nation", "supplier", "customer", "part", "partsupp", "orders", "lineitem"
)  # fmt: skip

#: The package whose file it is.
_PACKAGE: Final = "duckdb_extension_tpch"


class ExtensionMissing(Exception):
    """The extension is not installed: one line for the user."""


def extension() -> Path:
    """The extension's file. Raises ExtensionMissing."""
    spec = importlib.util.find_spec(_PACKAGE)
    version = duckdb.__version__
    if spec is None or spec.origin is None:
        raise ExtensionMissing(
            "DuckDB's extension tpch is not installed: "
            f"pip install duckdb-extension-tpch=={version}"
        )
    folder = Path(spec.origin).parent / "extensions"
    file = folder / f"v{version}" / "tpch.duckdb_extension"
    if not file.exists():
        others = ", ".join(sorted(each.name for each in folder.glob("v*"))) or "no version"
        raise ExtensionMissing(
            f"DuckDB's extension tpch is installed for {others}, and DuckDB is v{version}: "
            f"pip install duckdb-extension-tpch=={version}"
        )
    return file


def generate(scale: float, folder: Path) -> None:
    """Write each table as Parquet into a folder. Raises ExtensionMissing, OSError."""
    file = sql_literal(str(extension()))
    connection = duckdb.connect(config=CONFIG)
    try:
        connection.execute(f"LOAD {file}")
        connection.execute(f"CALL dbgen(sf = {scale})")
        for table in TABLES:
            target = sql_literal(str(folder / f"{table}.parquet"))
            connection.execute(f"COPY {table} TO {target}")
    except duckdb.IOException as error:
        raise OSError(str(error)) from None
    finally:
        connection.close()
