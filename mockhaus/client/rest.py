"""The HTTP door from the outside: JSON in and out, files up and down.

Neither upload nor download has a file whole in memory; its MD5 is sent, and checked on the way
back.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, Final

from mockhaus.client.answers import Answer, Head
from mockhaus.client.outcomes import Refused, Unreachable

#: Seconds until a server that says nothing counts as gone; while files move, and statements run.
_TIMEOUT: Final = 30.0
_PATIENCE: Final = 300.0
_CHUNK: Final = 1 << 20


class Rest:
    """Requests to a server. `base` is `http://host:port`; user and password, or a token, where it
    has users. Raises Unreachable for what is no address."""

    def __init__(
        self,
        base: str,
        user: str | None = None,
        password: str | None = None,
        token: str | None = None,
    ) -> None:
        self.base = base.rstrip("/").removesuffix("/api/v1")
        _check(self.base)
        self._headers: dict[str, str] = {}
        if token is not None:
            self._headers["Authorization"] = f"Bearer {token}"
        elif user is not None and password is not None:
            pair = base64.b64encode(f"{user}:{password}".encode()).decode()
            self._headers["Authorization"] = f"Basic {pair}"

    def call(
        self, method: str, path: str, body: object = None, timeout: float = _TIMEOUT
    ) -> dict[str, Any]:
        """The answer to a request below `/api/v1/`. Raises Unreachable, Refused."""
        found: dict[str, Any] = json.loads(self.content(method, path, body, timeout))
        return found

    def content(
        self, method: str, path: str, body: object = None, timeout: float = _TIMEOUT
    ) -> bytes:
        """The body of the answer as it came. Raises Unreachable, Refused."""
        data = None if body is None else json.dumps(body).encode()
        headers = {} if data is None else {"Content-Type": "application/json"}
        try:
            with self._open(method, path, data, headers, timeout) as reply:
                found: bytes = reply.read()
                return found
        except (OSError, http.client.HTTPException) as error:
            raise self._unreachable(error) from None

    def query(self, session: str, sql: str) -> Answer:
        """The answer to one statement. Raises Unreachable, Refused."""
        found = self.call("POST", "query", {"sql": sql, "session_id": session}, _PATIENCE)
        heads = tuple(
            Head(each["name"], "number" if each["type"].startswith("NUMBER") else "text")
            for each in found["columns"]
        )
        rows = [[None if v is None else str(v) for v in row] for row in found["rows"]]
        return Answer(heads, rows)

    def upload(self, session: str, file: Path, target: str, *, overwrite: bool) -> dict[str, Any]:
        """Put a file of this machine at `@stage/path/name`. Raises OSError beside the others."""
        asked = {"file": target, "overwrite": "true" if overwrite else "false"}
        with file.open("rb") as data:
            digest = hashlib.file_digest(data, _md5).digest()
            data.seek(0)
            headers = {
                "Content-Length": str(file.stat().st_size),
                "Content-Type": "application/octet-stream",
                "Content-MD5": base64.b64encode(digest).decode(),
            }
            with self._open("PUT", _files(session, asked), data, headers, _PATIENCE) as reply:
                found: dict[str, Any] = json.load(reply)
                return found

    def download(self, session: str, source: str, target: Path) -> int:
        """Get the file `@stage/path/name` onto this machine; its size in bytes.

        It is there whole or not at all. Raises OSError beside the others.
        """
        part = target.with_name(f".mockhaus-{uuid.uuid4().hex}")
        digest = _md5()
        try:
            asked = _files(session, {"file": source})
            with (
                self._open("GET", asked, timeout=_PATIENCE) as reply,
                part.open("wb") as file,
            ):
                while chunk := reply.read(_CHUNK):
                    digest.update(chunk)
                    file.write(chunk)
                announced = reply.headers.get("content-md5")
            if announced != base64.b64encode(digest.digest()).decode():
                raise Unreachable(f"{target.name} did not arrive as it was sent.")
            part.replace(target)
        except http.client.HTTPException as error:
            raise self._unreachable(error) from None
        finally:
            part.unlink(missing_ok=True)
        return target.stat().st_size

    def _open(
        self,
        method: str,
        path: str,
        data: bytes | IO[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = _TIMEOUT,
    ) -> Any:
        request = urllib.request.Request(
            f"{self.base}/api/v1/{path}",
            data=data,
            headers={**self._headers, **(headers or {})},
            method=method,
        )
        try:
            return _OPENER.open(request, timeout=timeout)
        except urllib.error.HTTPError as error:
            with error:
                raise _refusal(error.code, error.read()) from None
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise self._unreachable(error) from None

    def _unreachable(self, error: Exception) -> Unreachable:
        reason = getattr(error, "reason", error)
        return Unreachable(f"No server answers at {self.base}: {_plain(reason)}")


def _md5() -> Any:
    return hashlib.md5(usedforsecurity=False)


def _check(base: str) -> None:
    """Raises Unreachable for what is no address."""
    try:
        parts = urllib.parse.urlsplit(base)
        fits = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        fits = None
    if not fits:
        raise Unreachable(f"'{base}' is no address of a server: http://host:port.")


#: Without the system's proxies: the server is here, or where it was said to be.
_OPENER: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def _files(session: str, asked: dict[str, str]) -> str:
    return f"sessions/{quoted(session)}/files?{urllib.parse.urlencode(asked)}"


def quoted(name: str) -> str:
    """A name as part of a path."""
    return urllib.parse.quote(name, safe="")


def _refusal(status: int, body: bytes) -> Refused:
    try:
        detail = json.loads(body)["detail"]
        if isinstance(detail, dict):
            return Refused(status, detail["error"], detail["detail"], detail.get("code") or "")
        return Refused(status, "REFUSED", str(detail))
    except (ValueError, KeyError, TypeError):
        return Refused(status, "REFUSED", f"The server answered {status}.")


def _plain(reason: object) -> str:
    text = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
    return str(text).lower()
