"""Where in the text that was sent an error is, in Snowflake's words."""

from __future__ import annotations

from mockhaus.errors import InvalidIdentifier, SqlError, UndefinedObject
from mockhaus.translation import statements as s
from mockhaus.translation.dialect import where
from mockhaus.translation.parse import as_sent

_HEAD = "SQL compilation error:\n"


def place(error: SqlError, statement: s.Statement) -> None:
    """Give an error of a statement its position, and tell the line where Snowflake does.

    A name that DuckDB does not know is looked for in the statement, and shown with its table.
    """
    if error.position is None and error.subject is not None and isinstance(statement, s.Tree):
        name = error.subject.rsplit(".", 1)[-1]
        sent = as_sent(statement)
        assert isinstance(sent, s.Tree)
        found = s.spelled(sent.tree, name, of_table=isinstance(error, UndefinedObject))
        if found is not None:
            error.position, spelling = found
            if isinstance(error, InvalidIdentifier):
                error.message = error.message.replace(f"'{error.subject}'", f"'{spelling}'")
    if error.located and error.position is not None and error.position >= statement.offset:
        line = where(statement.text, error.position - statement.offset)
        error.message = error.message.replace(_HEAD, f"{_HEAD[:-1]} error {line}\n", 1)
