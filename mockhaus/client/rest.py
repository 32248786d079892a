"""The HTTP door from the outside: JSON in and out, files up and down."""

from __future__ import annotations

import base64
import json
import shutil
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import IO, Any, Final

#: Seconds until a server that says nothing counts as gone.
_TIMEOUT: Final = 30.0


class Unreachable(Exception):
    """Nobody answers at an address: one line for the user."""


class Refused(Exception):
    """The server refused a request. `name` is for programs, the text for people."""

    def __init__(self, status: int, name: str, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.name = name


class Rest:
    """Requests to a server. `base` is `http://host:port`; user and password where it has users."""

    def __init__(self, base: str, user: str | None = None, password: str | None = None) -> None:
        self.base = base.rstrip("/").removesuffix("/api/v1")
        self._headers: dict[str, str] = {}
        if user is not None and password is not None:
            pair = base64.b64encode(f"{user}:{password}".encode()).decode()
            self._headers["Authorization"] = f"Basic {pair}"

    def call(
        self, method: str, path: str, body: object = None, timeout: float = _TIMEOUT
    ) -> dict[str, Any]:
        """The answer to a request below `/api/v1/`. Raises Unreachable, Refused."""
        data = None if body is None else json.dumps(body).encode()
        headers = {} if data is None else {"Content-Type": "application/json"}
        with self._open(method, path, data, headers, timeout) as reply:
            found: dict[str, Any] = json.load(reply)
            return found

    def upload(self, session: str, file: Path, target: str, *, overwrite: bool) -> dict[str, Any]:
        """Put a file of this machine at `@stage/path/name`. Raises OSError beside the others."""
        asked = {"file": target, "overwrite": "true" if overwrite else "false"}
        headers = {"Content-Length": str(file.stat().st_size)}
        with (
            file.open("rb") as data,
            self._open("PUT", _files(session, asked), data, headers) as reply,
        ):
            found: dict[str, Any] = json.load(reply)
            return found

    def download(self, session: str, source: str, target: Path) -> int:
        """Get the file `@stage/path/name` onto this machine; its size in bytes."""
        with self._open("GET", _files(session, {"file": source})) as reply:
            with target.open("wb") as file:
                shutil.copyfileobj(reply, file)
            return target.stat().st_size

    def _open(
        self,
        method: str,
        path: str,
        data: bytes | IO[bytes] | None = None,
        headers: dict[str, str] | None = None,
        timeout: float = _TIMEOUT,
    ) -> Any:
        url = f"{self.base}/api/v1/{path}"
        try:
            request = urllib.request.Request(
                url, data=data, headers={**self._headers, **(headers or {})}, method=method
            )
            return _OPENER.open(request, timeout=timeout)
        except urllib.error.HTTPError as error:
            with error:
                raise _refusal(error.code, error.read()) from None
        except (urllib.error.URLError, OSError, ValueError) as error:
            reason = getattr(error, "reason", error)
            raise Unreachable(f"No server answers at {self.base}: {_plain(reason)}") from None


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
            return Refused(status, detail["error"], detail["detail"])
        return Refused(status, "REFUSED", str(detail))
    except (ValueError, KeyError, TypeError):
        return Refused(status, "REFUSED", f"The server answered {status}.")


def _plain(reason: object) -> str:
    text = getattr(reason, "strerror", None) or str(reason)
    return str(text).lower()
