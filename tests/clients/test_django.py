"""Django's ORM: its migrations, models, aggregates, transactions and introspection."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.clients.conftest import Server

pytest.importorskip("django")

PATIENCE = 120

#: A project in one file; Django is set up once a process, so it has one of its own.
PROJECT = """
import sys, datetime, decimal, uuid
import django
from django.conf import settings
settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", "HOST": "127.0.0.1",
                           "PORT": sys.argv[1], "USER": sys.argv[2], "NAME": "django"}},
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth"],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField", USE_TZ=True)
django.setup()
from django.core.management import call_command
from django.db import connection, models, transaction

class Author(models.Model):
    name = models.CharField(max_length=30, unique=True)
    class Meta:
        app_label = "library"

class Book(models.Model):
    author = models.ForeignKey(Author, on_delete=models.CASCADE)
    pages = models.PositiveIntegerField(default=1)
    price = models.DecimalField(max_digits=10, decimal_places=2)
    bought = models.DateTimeField(null=True)
    key = models.UUIDField(default=uuid.uuid4)
    loan = models.DurationField(null=True)
    scan = models.BinaryField(null=True)
    class Meta:
        app_label = "library"

call_command("migrate", verbosity=0)
with connection.schema_editor() as editor:
    editor.create_model(Author)
    editor.create_model(Book)
from django.contrib.auth.models import Permission, User
print("permissions", Permission.objects.count())
User.objects.create_user("Ann", "ann@example.com", "secret")
print("user", User.objects.get(username__iexact="ann").check_password("secret"))

ann = Author.objects.create(name="it's Ann")
when = datetime.datetime(2024, 2, 29, 12, 0, 0, 5, tzinfo=datetime.timezone.utc)
week = datetime.timedelta(days=7, seconds=1)
first = Book.objects.create(author=ann, price=decimal.Decimal("1.50"), bought=when, loan=week,
                            scan=bytes([0, 255]))
first.refresh_from_db()
print("fields", first.price, first.bought.isoformat(), first.loan, bytes(first.scan).hex())
Book.objects.bulk_create([Book(author=ann, price=n, pages=n) for n in range(4)])
print("filters", Book.objects.filter(author__name="it's Ann", pages__in=[2, 3]).count(),
      Book.objects.filter(bought__year=2024, bought__date=when.date()).count(),
      Author.objects.filter(name__icontains="ANN", name__regex="^i").exists())
sums = Book.objects.aggregate(n=models.Count("id"), pages=models.Sum("pages"))
print("sums", sums["n"], sums["pages"], list(Book.objects.values_list("author__name").annotate(models.Count("id"))))
print("read", len(list(Book.objects.iterator(chunk_size=2))),
      Book.objects.filter(pages=3).update(pages=models.F("pages") + 10))
try:
    with transaction.atomic():
        Author.objects.create(name="gone")
        raise ValueError
except ValueError:
    print("undone", Author.objects.filter(name="gone").exists())
Author.objects.bulk_create([Author(name="it's Ann"), Author(name="Bob")], ignore_conflicts=True)
print("conflicts", Author.objects.count(), Author.objects.get_or_create(name="Bob")[1])
with connection.cursor() as cursor:
    told = connection.introspection
    print("tables", [n for n in told.table_names(cursor) if n.startswith("library")])
    print("relations", told.get_relations(cursor, "library_book"))
    keys = told.get_constraints(cursor, "library_author")
    print("keys", sorted(each["columns"] for each in keys.values() if each["unique"]))
with connection.schema_editor() as editor:
    extra = models.IntegerField(default=7)
    extra.set_attributes_from_name("extra")
    editor.add_field(Book, extra)
print("deleted", Book.objects.filter(pages__gt=10).delete()[0])
"""

GIVEN = {
    "permissions": "16",
    "user": "True",
    "fields": "1.50 2024-02-29T12:00:00.000005+00:00 7 days, 0:00:01 00ff",
    "filters": "2 1 True",
    "sums": '5 7 [("it\'s Ann", 5)]',
    "read": "5 1",
    "undone": "False",
    "conflicts": "2 False",
    "tables": "['library_author', 'library_book']",
    "relations": "{'author_id': ('id', 'library_author')}",
    "keys": "[['id'], ['name']]",
    "deleted": "1",
}


@pytest.fixture(scope="module")
def given(server: Server) -> dict[str, str]:
    """What each step gave."""
    import psycopg

    with psycopg.connect(server.url(""), autocommit=True) as connection:
        connection.execute("CREATE DATABASE django")
    command = [sys.executable, "-", str(server.port), server.user]
    done = subprocess.run(
        command, input=PROJECT, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 0, done.stderr
    lines = (line.partition(" ") for line in done.stdout.splitlines())
    return {name: value for name, _, value in lines}


@pytest.mark.parametrize("step", GIVEN)
def test_django(given: dict[str, str], step: str) -> None:
    assert given[step] == GIVEN[step]
