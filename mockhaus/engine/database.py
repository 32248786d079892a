"""DuckDB, behind two small classes: a session's Database and a connection's Cursor.

Nothing outside this room imports duckdb. Every call blocks and belongs in a worker thread;
`Cursor.interrupt` alone may be called from another thread while a call runs.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import duckdb

from mockhaus.engine import files, instances
from mockhaus.engine.cursor import Cursor
from mockhaus.engine.errors import translated
from mockhaus.engine.instance import BESIDE, DATA
from mockhaus.errors import AdminShutdown
from mockhaus.limits import UNLIMITED, Limits
from mockhaus.quoting import sql_literal

#: The name under which a saved file is attached while it is copied.
_SAVED: Final = "saved"

#: Bytes of a log after which DuckDB writes it into the file, by itself.
_LOG: Final = 16 * 2**20

#: What DuckDB says of a database that it detached all the same.
_DETACHED: Final = "Detached database"

#: A size that no log reaches: while a file is copied, DuckDB must not write into it.
_NEVER: Final = "1000TB"


def blank(path: Path) -> None:
    """Make the file of a database that holds nothing."""
    duckdb.connect(path).close()


class Database:
    """A session's storage: one database, attached to a DuckDB instance of its own.

    `path` is its file, None for memory; `macros` is the file of macros (see `library.build`);
    `allowed` are the only directories that DuckDB reads and writes from then on, those of `path`
    and of saved files among them. What does not fit into memory goes to the folder `spill`.
    Its queries share what `limits` says. `invalid` is called, in any thread, when the file could
    not be written as it should, and `reopen` is to follow.
    """

    def __init__(
        self,
        path: Path | None,
        macros: Path,
        allowed: Sequence[Path],
        spill: Path | None = None,
        *,
        limits: Limits = UNLIMITED,
        invalid: Callable[[], None] = lambda: None,
    ) -> None:
        self.path = path
        self._invalid = invalid
        self._allowed = tuple(allowed)
        self._instances = instances.over(macros, limits)
        #: Held while a connection begins, and while it is too late for one.
        self._ending = threading.Lock()
        self._is_closed = False
        try:
            self._instance = self._instances.take(self._allowed, spill)
            self._root = self._instance.root
            self._attach()
        except duckdb.Error as error:
            raise translated(error) from None

    def cursor(self) -> Cursor:
        """A connection of its own into this database, with the macros in reach.

        Raises AdminShutdown once it is closed.
        """
        try:
            with self._ending:
                if self._is_closed:
                    raise AdminShutdown("terminating connection: the session was ended")
                return Cursor(self._root.cursor(), self._instance, self.log_is_long, self._invalid)
        except duckdb.Error as error:
            raise translated(error) from None

    def log_is_long(self) -> bool:
        """Whether DuckDB may soon write the log into the file, within a COMMIT."""
        return self.path is not None and self._log_size() >= _LOG // 2

    def _log_size(self) -> int:
        try:
            return os.stat(f"{self.path}.wal").st_size
        except OSError:  # it is empty
            return 0

    def save(self, path: Path) -> None:
        """Write what is committed to a new file, while others may go on reading and writing.

        A file is copied as it stands on disk, for which its log is written into it first and not
        again before the copy is done. That cannot be while others write; then, as what is in
        memory, everything is written out, which takes longer.
        """
        try:
            if self.path is None or not self._cloned(self.path, path):
                self._copy(DATA, _SAVED, path, "")
        except duckdb.Error as error:
            raise translated(error) from None

    def _cloned(self, live: Path, path: Path) -> bool:
        self._root.execute(f"SET checkpoint_threshold = '{_NEVER}'")
        try:
            self._root.cursor().execute(f"CHECKPOINT {DATA}")
            files.clone(live, path)
        except duckdb.TransactionException:
            return False
        finally:
            self._root.execute("RESET checkpoint_threshold")
        return True

    def load(self, path: Path) -> None:
        """Have what a saved file holds in memory, instead of what is there. No transaction may be
        open. Connections stay, and see it with their next statement.
        """
        with self.detached():
            pass
        try:
            self._copy(_SAVED, DATA, path, "(READ_ONLY)")
        except duckdb.Error as error:
            raise translated(error) from None

    def _copy(self, source: str, target: str, path: Path, options: str) -> None:
        """Everything of one database into the other; the saved one is the file at `path`."""
        cursor = self._root.cursor()
        cursor.execute(f"ATTACH {sql_literal(str(path))} AS {_SAVED} {options}")
        try:
            cursor.execute(f"COPY FROM DATABASE {source} TO {target}")
        finally:
            cursor.execute(f"DETACH {_SAVED}")
            cursor.close()

    @contextlib.contextmanager
    def detached(self) -> Iterator[None]:
        """The data are away, and attached from `path`, which may have changed, in the end."""
        try:
            self._detach()
            try:
                yield
            finally:
                self._attach()
        except duckdb.Error as error:
            raise translated(error) from None

    def reopen(self) -> None:
        """Attach the data anew after they became invalid, where they are not away already. No
        transaction may be open.

        The log is tried again once it is as long again as DuckDB has it by itself.
        """
        try:
            if (DATA,) in self._root.execute(
                "SELECT database_name FROM duckdb_databases()"
            ).fetchall():
                self._detach()
            self._attach()
            self._root.execute(f"SET checkpoint_threshold = '{self._log_size() + _LOG}B'")
        except duckdb.Error as error:
            raise translated(error) from None

    def _detach(self) -> None:
        try:
            self._root.execute(f"DETACH {DATA}")
        except duckdb.IOException as error:  # its log stays beside it
            if _DETACHED not in str(error):
                raise

    def _attach(self) -> None:
        place = ":memory:" if self.path is None else str(self.path)
        self._root.execute(f"ATTACH {sql_literal(place)} AS {DATA}")

    def checkpoint(self) -> None:
        """Write the log into the file, so that the next start is quick."""
        if self.path is not None:
            try:
                self._root.execute(f"CHECKPOINT {DATA}")
            except duckdb.Error as error:
                raise translated(error) from None

    def close(self) -> None:
        """Close the instance, or have it used again; its cursors must be closed before."""
        with self._ending:
            if self._is_closed:
                return
            self._is_closed = True
        with contextlib.suppress(duckdb.Error):
            if self.path is None:  # of a file, what is not in memory lies beside it
                self._root.execute(f"DETACH {DATA}; DETACH DATABASE IF EXISTS {BESIDE}")
                self._instances.give_back(self._instance, self._allowed)
            else:
                self._root.close()
