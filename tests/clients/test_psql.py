"""psql's meta-commands and its own ways of sending SQL, by what they print."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from tests.clients.conftest import Server

pytestmark = pytest.mark.skipif(shutil.which("psql") is None, reason="psql is not installed")


def psql(server: Server, text: str, *options: str) -> str:
    done = subprocess.run(
        ["psql", "-X", "-A", "-t", "-F", "|", *options],
        input=text,
        env=server.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize(
    ("command", "lines"),
    [
        (r"\l", ["demo|ann|UTF8|C.UTF-8|C.UTF-8||libc|"]),
        (r"\dn", ["public|ann", "shop|ann"]),
        (r"\dt shop.*", ["shop|customer|table|ann", "shop|purchase|table|ann"]),
        (r"\dt+ shop.customer", ["shop|customer|table|ann|permanent|heap||Who buys"]),
        (r"\dv shop.*", ["shop|spending|view|ann"]),
        (r"\ds shop.*", ["shop|numbers|sequence|ann"]),
        (r"\di shop.*", ["shop|customer_pkey|index|ann|customer"]),
        (r"\df shop.*", ["shop|twice|bigint|a bigint|func"]),
        (r"\d shop.customer", [
            "id|bigint||not null|", "name|character varying(40)||not null|",
            "balance|numeric(10,2)|||0", "since|date|||", "active|boolean|||true",
        ]),
        (r"\d+ shop.customer", ["name|character varying(40)||not null||extended|||In full"]),
        (r"\d shop.spending", ["n|bigint|||"]),
        (r"\d shop.numbers", ["bigint|5|1|9223372036854775807|2|no|1"]),
        (r"\d shop.nothing", ['Did not find any relation named "shop.nothing".']),
        (r"\sv shop.spending", ["CREATE OR REPLACE VIEW shop.spending AS"]),
        (r"\du", ["ann|Superuser, Create role, Create DB, Bypass RLS|{}"]),
        # --- what psql does with SQL
        (r"SELECT 1 AS a \gset" "\n" r"\echo got :a", ["got 1"]),
        (r"SELECT id, balance FROM shop.customer \gdesc",
         ["id|bigint", "balance|numeric(10,2)"]),
        ("SELECT 1;\nSELECT nothing;\nSELECT 3;", ["1", "3"]),
        ("\\copy (SELECT id, name FROM shop.customer ORDER BY id) TO STDOUT CSV", ["1,Ann", "2,Zoë"]),
        ("COPY shop.purchase (id, customer_id) FROM STDIN;\n90\t2\n\\.\n"
         "DELETE FROM shop.purchase WHERE id = 90;", ["COPY 1", "DELETE 1"]),
        ("\\set FETCH_COUNT 1\nSELECT id FROM shop.customer ORDER BY id;", ["1", "2"]),
        ("\\set ON_ERROR_ROLLBACK on\nBEGIN;\nSELECT nothing;\nSELECT 5;\nCOMMIT;", ["5", "COMMIT"]),
    ],
)  # fmt: skip
def test_psql_prints(server: Server, command: str, lines: list[str]) -> None:
    printed = psql(server, command).splitlines()
    assert [line for line in lines if line not in printed] == [], "\n".join(printed)


#: Commands about what there is little or nothing of: they must not fail.
REST = r"\dx \db \dE \dm \des \dL \dD \dg \ddp \dF \dC \do \dc \drds \dRp \det \dy \dP \dconfig \dT"


@pytest.mark.parametrize("command", [*REST.split(), r"\dp shop.*", r"\dd", r"\d", r"\dn+", r"\l+"])
def test_psql_has_no_complaint(server: Server, command: str) -> None:
    assert "ERROR" not in psql(server, command)


def test_keys_are_below_a_table(server: Server) -> None:
    printed = psql(server, r"\d shop.purchase", "-P", "tuples_only=off")
    assert '"purchase_pkey" PRIMARY KEY, btree (id)' in printed
    assert "FOREIGN KEY (customer_id) REFERENCES shop.customer(id)" in printed
