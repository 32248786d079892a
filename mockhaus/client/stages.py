"""Files between this machine and the stages of a server, over its HTTP door.

Neither upload nor download has a file whole in memory; its MD5 is sent, and checked on the way
back. Snowflake's manual: "PUT", "GET", "LIST", "REMOVE".
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import http.client
import json
import re
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final
from urllib.parse import quote, urlsplit

from mockhaus.client.answers import Answer, Head

_CHUNK: Final = 1 << 20
#: Seconds without a byte from the server.
_PATIENCE: Final = 300
_STAGE: Final = re.compile(r'@(?:~|%?(?:"(?:[^"]|"")+"|[^/"])+)')
_NAMES: Final = re.compile(r'"(?:[^"]|"")+"|[^."]+')
#: How files begin that are compressed already.
_PACKED: Final = (b"\x1f\x8b", b"BZh", b"\x28\xb5\x2f\xfd", b"PAR1", b"ORC")
_SUFFIXES: Final = (".br", ".deflate", ".raw_deflate")


class Refused(Exception):
    """What the server, or the way to it, says no to."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where the HTTP door is, whose session is meant, and who asks.

    `authorization` is the header's value, empty for a server that asks nobody.
    """

    url: str
    session: str = "default"
    authorization: str = ""

    def query(self, sql: str) -> Answer:
        """The answer to one statement. Raises Refused."""
        body = json.dumps({"sql": sql, "session_id": self.session}).encode()
        with self._asked("POST", "/api/v1/query", body, "application/json") as answer:
            found = json.loads(answer.read())
        heads = tuple(
            Head(each["name"], "number" if each["type"].startswith("NUMBER") else "text")
            for each in found["columns"]
        )
        rows = [[None if v is None else str(v) for v in row] for row in found["rows"]]
        return Answer(heads, rows)

    def upload(self, path: Path, reference: str, *, overwrite: bool) -> None:
        """Put a file into a stage under the name that a reference ends in. Raises Refused."""
        more = "&overwrite=true" if overwrite else ""
        with path.open("rb") as file:
            digest = base64.b64encode(_md5(file)).decode()
            file.seek(0)
            with self._asked("PUT", self._file(reference) + more, file, md5=digest) as answer:
                answer.read()

    def download(self, reference: str, target: Path) -> int:
        """Get a file out of a stage; its size in bytes. Raises Refused."""
        part = target.with_name(f".mockhaus-{uuid.uuid4().hex}")
        digest = hashlib.md5(usedforsecurity=False)
        try:
            with (
                self._asked("GET", self._file(reference)) as answer,
                part.open("wb") as file,
            ):
                while chunk := answer.read(_CHUNK):
                    digest.update(chunk)
                    file.write(chunk)
                announced = answer.headers.get("content-md5")
            if announced != base64.b64encode(digest.digest()).decode():
                raise Refused(f"{target.name} did not arrive as it was sent.")
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
        return target.stat().st_size

    def _file(self, reference: str) -> str:
        return f"/api/v1/sessions/{quote(self.session, safe='')}/files?file={quote(reference)}"

    @contextmanager
    def _asked(
        self,
        method: str,
        path: str,
        body: bytes | IO[bytes] | None = None,
        media: str = "application/octet-stream",
        md5: str = "",
    ) -> Iterator[http.client.HTTPResponse]:
        connection = _connection(self.url)
        headers = {"content-type": media, "authorization": self.authorization, "content-md5": md5}
        try:
            connection.request(
                method, path, body, {name: value for name, value in headers.items() if value}
            )
            answer = connection.getresponse()
            if answer.status >= 400:
                raise Refused(_reason(answer))
            yield answer
        except (OSError, http.client.HTTPException) as error:
            raise Refused(f"{self.url}: {str(error) or type(error).__name__}") from None
        finally:
            connection.close()


def _connection(url: str) -> http.client.HTTPConnection:
    """A connection that is opened when it is used. Raises Refused."""
    kinds: dict[str, type[http.client.HTTPConnection]] = {
        "http": http.client.HTTPConnection,
        "https": http.client.HTTPSConnection,
    }
    try:
        parts = urlsplit(url)
        return kinds[parts.scheme](parts.hostname or "", parts.port, timeout=_PATIENCE)
    except (KeyError, ValueError, http.client.HTTPException):
        raise Refused(f"'{url}' is no address of a server: http://host:port.") from None


def _reason(answer: http.client.HTTPResponse) -> str:
    """What the body of a refusal says."""
    if answer.status == 401:
        return "The server asks who you are: --user, or --token."
    try:
        detail: Any = json.loads(answer.read())["detail"]
    except (ValueError, KeyError, TypeError):
        return f"The server answers {answer.status} {answer.reason}."
    if not isinstance(detail, dict):
        return str(detail)
    return str(detail.get("detail") or detail.get("message") or detail)


def _md5(file: IO[bytes]) -> bytes:
    digest = hashlib.md5(usedforsecurity=False)
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    return digest.digest()


# --- the four statements -------------------------------------------------------------------------

_PUT: Final = (
    Head("source"),
    Head("target"),
    Head("source_size", "number"),
    Head("target_size", "number"),
    Head("status"),
)
_GET: Final = (Head("file"), Head("size", "number"), Head("status"))


def listed(server: Server, reference: str, pattern: str | None = None) -> Answer:
    """LIST. Raises Refused."""
    return server.query(f"LIST {_quoted(reference)}{_pattern(pattern)}")


def removed(server: Server, reference: str, pattern: str | None = None) -> Answer:
    """REMOVE. Raises Refused."""
    return server.query(f"REMOVE {_quoted(reference)}{_pattern(pattern)}")


def put(
    server: Server, files: list[Path], reference: str, *, compress: bool, overwrite: bool
) -> Answer:
    """PUT: files into a stage, gzipped unless they are compressed; one that is there stays.

    Raises Refused.
    """
    _stage_of(reference)
    there = {row[0] for row in listed(server, reference).rows}
    return Answer(
        _PUT, [_put(server, file, reference, there, compress, overwrite) for file in files]
    )


def _put(  # noqa: PLR0917 (what, where to, how)
    server: Server,
    file: Path,
    reference: str,
    there: set[str | None],
    compress: bool,
    overwrite: bool,
) -> list[str | None]:
    packs = compress and not _is_packed(file)
    name = f"{file.name}.gz" if packs else file.name
    target = f"{reference.rstrip('/')}/{name}"
    size = str(file.stat().st_size)
    if not overwrite and _shown(target) in there:
        return [file.name, name, size, "0", "SKIPPED"]
    with tempfile.TemporaryDirectory() as folder:
        sent = file
        if packs:
            sent = Path(folder) / name
            with file.open("rb") as plain, gzip.open(sent, "wb", compresslevel=6) as packed:
                shutil.copyfileobj(plain, packed, _CHUNK)
        server.upload(sent, target, overwrite=overwrite)
        return [file.name, name, size, str(sent.stat().st_size), "UPLOADED"]


def get(server: Server, reference: str, folder: Path, pattern: str | None = None) -> Answer:
    """GET: the files of a stage into a folder, by their last names. Raises Refused."""
    stage = _stage_of(reference)
    rows: list[list[str | None]] = []
    names = [str(row[0]) for row in listed(server, reference, pattern).rows]
    paths = [_below(stage, name) for name in names]
    last = [Path(path).name for path in paths]
    twice = next((name for name in last if last.count(name) > 1), None)
    if twice is not None:
        raise Refused(f"Several of the files would be named '{twice}'.")
    for path, name in zip(paths, last, strict=True):
        size = server.download(f"{stage}/{path}", folder / name)
        rows.append([name, str(size), "DOWNLOADED"])
    return Answer(_GET, rows)


def _quoted(reference: str) -> str:
    _stage_of(reference)
    return "'" + reference.replace("\\", "\\\\").replace("'", "''") + "'"


def _pattern(pattern: str | None) -> str:
    if pattern is None:
        return ""
    return " PATTERN = '" + pattern.replace("\\", "\\\\").replace("'", "''") + "'"


def _stage_of(reference: str) -> str:
    """`@stage` of `@stage/path`. Raises Refused."""
    found = _STAGE.match(reference)
    if found is None or reference[found.end() : found.end() + 1] not in ("", "/"):
        raise Refused(f"'{reference}' is no stage: @name/path, @~/path or @%table/path.")
    return found[0]


def _below(stage: str, shown: str) -> str:
    """A file's path below its stage, of its name as LIST shows it."""
    return shown if stage.startswith(("@~", "@%")) else shown.partition("/")[2]


def _shown(reference: str) -> str:
    """A file's name as LIST shows it."""
    stage = _stage_of(reference)
    path = reference[len(stage) + 1 :]
    if stage.startswith(("@~", "@%")):
        return path
    last = _NAMES.findall(stage[1:])[-1]
    name = last[1:-1].replace('""', '"') if last.startswith('"') else last
    return f"{name.lower()}/{path}"


def _is_packed(file: Path) -> bool:
    with file.open("rb") as opened:
        first = opened.read(4)
    return first.startswith(_PACKED) or file.suffix.lower() in _SUFFIXES
