"""A process that dies at the n-th thing it does to the files of a persistent session.

    python -m tests.sessions.crashes FOLDER SEED POINTS

For each operation it takes some of the moments at which a process changes a file's or a folder's
name or contents, has a child do the operation on a copy of a session's data and kill itself there,
opens the data anew in another child, and prints what it found, a line a moment.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mockhaus.config import Config
from mockhaus.engine import instances, library
from mockhaus.sessions.registry import Registry
from mockhaus.sessions.transaction import Transactions

#: Audit events of what changes files: https://docs.python.org/3/library/audit_events.html
EVENTS = {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "shutil.rmtree", "shutil.copyfile"}

#: What is done, and to which session; each has a snapshot `old`, whose table and file say "old".
OPERATIONS: dict[str, Callable[[Registry], object]] = {
    "restore": lambda registry: registry.get("s").restore("old"),
    "snapshot": lambda registry: registry.get("s").snapshot("new"),
    "fork": lambda registry: registry.fork("s", "copy", snapshot="old", owner="ann"),
    "fork now": lambda registry: registry.fork("s", "copy", owner="ann"),
    "create": lambda registry: registry.create("copy", "persistent", owner="ann"),
    "delete": lambda registry: registry.delete("s", with_data=True),
    "reset": lambda registry: registry.reset("s"),
    "remove snapshot": lambda registry: registry.get("s").snapshots.remove("old"),
}


def prepare(folder: Path) -> None:
    """A session `s` that says "now", with a snapshot that says "old"."""
    registry = Registry(Config(data_dir=folder))
    session = registry.create("s", "persistent", owner="ann")
    connection = session.connect(user="ann", door="http", transactions=Transactions.SNOWFLAKE)
    list(connection.execute("CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('old')"))
    said = session.files / "said"
    said.write_text("old")
    session.snapshot("old")
    list(connection.execute("UPDATE t SET a = 'now'"))
    said.write_text("now")
    registry.close()


def operate(folder: Path, operation: str, moment: int | None) -> None:
    """Do it, and die at that moment, if it comes."""
    registry = Registry(Config(data_dir=folder))
    registry.get("s")
    left = moment

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal left
        writes = event == "open" and isinstance(arguments[1], str) and set("wax+") & {*arguments[1]}
        if (writes or event in EVENTS) and left is not None:
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left -= 1

    sys.addaudithook(hook)
    OPERATIONS[operation](registry)
    left = None
    registry.close()


def look(folder: Path) -> dict[str, Any]:
    """What is there for whoever opens the data: each session's owner, table, file and snapshots;
    and all names on the disk but those of the stages' files.
    """
    registry = Registry(Config(data_dir=folder))
    found: dict[str, Any] = {}
    for record in registry.stored():
        session = registry.get(record.id)
        connection = session.connect(user="ann", door="http", transactions=Transactions.SNOWFLAKE)
        (shown,) = connection.execute("SHOW TABLES")
        says = None
        if list(shown.python_rows()):
            (result,) = connection.execute("SELECT a FROM t")
            says = [row[0] for row in result.python_rows()]
        said = session.files / "said"
        snapshots = [each.name for each in session.snapshots.every()]
        found[record.id] = [
            record.owner, says, said.read_text() if said.exists() else None, snapshots
        ]  # fmt: skip
    registry.close()
    root = folder / "sessions"
    found["names"] = sorted({each.name for each in root.rglob("*")} - {".lock"})
    return found


def child(work: Callable[[], object]) -> tuple[int, str]:
    """Do it in a process of its own: how that ended, and what the work answered."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        try:
            os.write(writer, json.dumps(work()).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        text = pipe.read()
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), text


def main() -> None:
    """See the module."""
    base, chance, points = Path(sys.argv[1]), random.Random(int(sys.argv[2])), int(sys.argv[3])
    instances.over(library.shared()).close()  # none need be made ahead in such short lives
    child(lambda: prepare(base / "data"))
    for operation in OPERATIONS:
        moment = chance.randrange(3)
        for _ in range(points):
            copy = base / "copy"
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(base / "data", copy)
            code, _ = child(lambda: operate(copy, operation, moment))  # noqa: B023
            _, found = child(lambda: look(copy))  # noqa: B023
            print(json.dumps([operation, moment, code, json.loads(found or "null")]), flush=True)
            if code == 0:
                break
            moment += 1 + chance.randrange(3)


if __name__ == "__main__":
    main()
