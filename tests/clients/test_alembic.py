"""Alembic: what it finds to change between models and a database, up, down, and nothing after."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from tests.clients.conftest import Server

pytest.importorskip("alembic")

from alembic.autogenerate import compare_metadata, produce_migrations
from alembic.migration import MigrationContext
from alembic.operations import Operations


def models(*, later: bool) -> sa.MetaData:
    """A shop's tables, as they begin or as they are later."""
    metadata = sa.MetaData(schema="migrated")
    sa.Table(
        "customer",
        metadata,
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=True),
        sa.Column("name", sa.String(80 if later else 40), nullable=False, comment="In full"),
        sa.Column("balance", sa.Numeric(10, 2), server_default="0"),
        *([sa.Column("active", sa.Boolean, server_default="true")] if later else []),
        sa.Index("ix_customer_name", "name"),
    )
    sa.Table(
        "purchase",
        metadata,
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("customer_id", sa.ForeignKey("migrated.customer.id", name="fk_customer")),
        sa.Column("code", sa.String(10)),
        sa.Column("bought", sa.DateTime(timezone=True), server_default=sa.func.now()),
        sa.UniqueConstraint("code", name="uq_code"),
    )
    return metadata


@pytest.fixture
def connection(server: Server) -> Iterator[sa.Connection]:
    engine = sa.create_engine(server.url("psycopg"))
    with engine.connect() as opened:
        opened.execute(sa.text("CREATE SCHEMA migrated"))
        opened.commit()
        try:
            yield opened
        finally:
            opened.rollback()
            opened.execute(sa.text("DROP SCHEMA migrated CASCADE"))
            opened.commit()
    engine.dispose()


def _context(connection: sa.Connection) -> MigrationContext:
    def is_ours(name: str | None, kind: str, _: Any) -> bool:
        return kind != "schema" or name == "migrated"

    options = {"include_schemas": True, "include_name": is_ours, "compare_server_default": False}
    return MigrationContext.configure(connection, opts=options)


def differences(connection: sa.Connection, metadata: sa.MetaData) -> list[str]:
    """What Alembic would do to the database, by the names of its operations."""
    found = compare_metadata(_context(connection), metadata)
    flat = (each for item in found for each in (item if isinstance(item, list) else [item]))
    return sorted(str(each[0]) for each in flat)


def migrate(connection: sa.Connection, metadata: sa.MetaData) -> None:
    """Do it."""
    context = _context(connection)
    script = produce_migrations(context, metadata)
    operations = Operations(context)
    waiting: list[Any] = [script.upgrade_ops]
    while waiting:
        step = waiting.pop(0)
        if hasattr(step, "ops"):
            waiting = [*step.ops, *waiting]
        else:
            operations.invoke(step)
    connection.commit()


def test_up_and_later(connection: sa.Connection) -> None:
    first, later = models(later=False), models(later=True)
    assert differences(connection, first) == ["add_index", "add_table", "add_table"]
    migrate(connection, first)
    assert differences(connection, first) == []
    assert differences(connection, later) == ["add_column", "modify_type"]
    migrate(connection, later)
    assert differences(connection, later) == []
    assert differences(connection, first) == ["modify_type", "remove_column"]
    migrate(connection, first)
    assert differences(connection, first) == []
