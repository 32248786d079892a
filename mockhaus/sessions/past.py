"""Relations of a session's past, for `translation.history`, and what lets a query be read again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mockhaus.catalog.literal import relation, stored_type
from mockhaus.result import Result
from mockhaus.sessions import account_usage
from mockhaus.sessions.repeating import UNLIKE
from mockhaus.translation import statements as s

if TYPE_CHECKING:
    from mockhaus.sessions.preparing import Prepared
    from mockhaus.sessions.session import Session


def made(session: Session, name: str, argument: str | None) -> tuple[str, Mapping[str, str]]:
    """A relation of this moment in DuckDB's text, and its columns as `Context.columns` has them.

    Raises ResultNotFound, UnsupportedFeature.
    """
    if name == "QUERY_HISTORY":
        return account_usage.query_history(session.history.entries()), {}
    if name == "ACCOUNT_USAGE.QUERY_HISTORY":
        return account_usage.query_history_view(session.history.entries()), {}
    if name == "__MOCKHAUS__.QUERY_HISTORY":
        return account_usage.original_history(session.id, session.history.entries()), {}
    if name == "LOGIN_HISTORY":
        return account_usage.login_history(session.past_logins()), {}
    if name == "ACCOUNT_USAGE.LOGIN_HISTORY":
        return account_usage.login_history_view(session.past_logins()), {}
    answer = session.results.readable(argument or "")
    columns = {each.name.upper(): stored_type(each.type) for each in answer.columns}
    return answer.sql or relation(answer.columns, answer.rows or ()), columns


def again(prepared: Prepared, result: Result, values: Sequence[Any]) -> tuple[str, str]:
    """A query's text that answers the same again, and why it would not; '' for other statements."""
    query = prepared.query
    if query is None or isinstance(prepared.statement, s.Explain):
        return "", "" if result.rows is not None else "its rows are not kept"
    if prepared.catalog is not None or prepared.reads_files:
        return query.sql, "it read files or the catalog of that moment"
    if values:
        return query.sql, "it had bound values"
    return query.sql, "it answers differently each time" if UNLIKE.search(query.sql) else ""
