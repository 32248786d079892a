"""A small shop on SQLAlchemy: models, a load, and a report in Snowflake SQL.

    python app.py postgresql+psycopg://ann@127.0.0.1:5433/shop

The models are what they would be on PostgreSQL. The report is Snowflake SQL, which the server
runs as it stands.
"""

from __future__ import annotations

import sys
from datetime import date
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship


class Base(DeclarativeBase):
    """The tables of the shop."""


class Customer(Base):
    __tablename__ = "customer"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(40))
    purchases: Mapped[list[Purchase]] = relationship(back_populates="customer")


class Purchase(Base):
    __tablename__ = "purchase"

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(sa.ForeignKey("customer.id"))
    bought: Mapped[date]
    amount: Mapped[Decimal] = mapped_column(sa.Numeric(10, 2))
    customer: Mapped[Customer] = relationship(back_populates="purchases")


#: The largest purchase of each customer, and when its guarantee ends.
LARGEST = sa.text("""
    SELECT c.name, p.amount, DATEADD(year, 2, p.bought) AS guaranteed_until
    FROM purchase AS p JOIN customer AS c ON c.id = p.customer_id
    QUALIFY ROW_NUMBER() OVER (PARTITION BY c.id ORDER BY p.amount DESC) = 1
    ORDER BY c.name
""")


def load(session: Session) -> None:
    """Two customers and what they bought."""
    ann = Customer(id=1, name="Ann")
    bob = Customer(id=2, name="Bob")
    ann.purchases = [
        Purchase(id=1, bought=date(2024, 2, 29), amount=Decimal("12.50")),
        Purchase(id=2, bought=date(2024, 3, 1), amount=Decimal("80.00")),
    ]
    bob.purchases = [Purchase(id=3, bought=date(2024, 1, 31), amount=Decimal("3.20"))]
    session.add_all([ann, bob])


def main(url: str) -> None:
    """Make the tables anew, fill them, and print the report."""
    engine = sa.create_engine(url)
    Base.metadata.drop_all(engine)
    Base.metadata.create_all(engine)
    with Session(engine) as session, session.begin():
        load(session)
    with Session(engine) as session:
        spent = sa.select(Customer.name, sa.func.sum(Purchase.amount)).join(Purchase)
        for name, total in session.execute(spent.group_by(Customer.name).order_by(Customer.name)):
            print(f"{name} spent {total}")
        for name, amount, until in session.execute(LARGEST):
            print(f"{name}: {amount}, guaranteed until {until}")


if __name__ == "__main__":
    main(*sys.argv[1:])
