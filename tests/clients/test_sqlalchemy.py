"""SQLAlchemy over each driver: what it reflects, and what its ORM writes."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from tests.clients.conftest import Server


@pytest.fixture(params=["psycopg", "psycopg2", "pg8000"])
def engine(request: pytest.FixtureRequest, server: Server) -> Iterator[sa.Engine]:
    made = sa.create_engine(server.url(request.param))
    yield made
    made.dispose()


def test_what_there_is(engine: sa.Engine) -> None:
    found = sa.inspect(engine)
    assert {"public", "shop"} <= set(found.get_schema_names())
    assert sorted(found.get_table_names("shop")) == ["customer", "purchase"]
    assert found.get_view_names("shop") == ["spending"]
    assert found.get_sequence_names("shop") == ["numbers"]
    assert "JOIN" in (found.get_view_definition("spending", "shop") or "")


def test_columns_and_keys(engine: sa.Engine) -> None:
    found = sa.inspect(engine)
    columns = {each["name"]: each for each in found.get_columns("customer", "shop")}
    assert list(columns) == ["id", "name", "balance", "since", "active"]
    assert {name: str(each["type"]) for name, each in columns.items()} == {
        "id": "BIGINT",
        "name": "VARCHAR(40)",
        "balance": "NUMERIC(10, 2)",
        "since": "DATE",
        "active": "BOOLEAN",
    }
    assert columns["name"]["comment"] == "In full"
    assert found.get_table_comment("customer", "shop") == {"text": "Who buys"}
    assert found.get_pk_constraint("customer", "shop")["constrained_columns"] == ["id"]
    (key,) = found.get_foreign_keys("purchase", "shop")
    assert (key["referred_schema"], key["referred_table"]) == ("shop", "customer")


def test_a_whole_schema_is_reflected(engine: sa.Engine) -> None:
    metadata = sa.MetaData(schema="shop")
    metadata.reflect(engine)
    customer = metadata.tables["shop.customer"]
    with engine.connect() as connection:
        query = sa.select(customer.c.name).where(customer.c.balance > Decimal("1"))
        assert connection.execute(query).scalars().all() == ["Ann"]


class Base(DeclarativeBase):  # type: ignore[misc]
    pass


class Item(Base):
    __tablename__ = "item"
    __table_args__: Any = {"schema": "shop"}  # noqa: RUF012
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(sa.String(20))
    price: Mapped[Decimal] = mapped_column(sa.Numeric(8, 2))


def test_the_orm_writes_and_reads(engine: sa.Engine) -> None:
    Base.metadata.create_all(engine)
    try:
        with Session(engine) as session:
            session.add_all([Item(id=1, name="cup", price=Decimal("2.50")),
                             Item(id=2, name="pot", price=Decimal("9"))])  # fmt: skip
            session.commit()
            session.get_one(Item, 1).price += 1
            session.delete(session.get_one(Item, 2))
            session.commit()
            assert session.scalars(sa.select(Item.price)).all() == [Decimal("3.50")]
    finally:
        Base.metadata.drop_all(engine)
