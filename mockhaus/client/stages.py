"""Files between this machine and the stages of a server, over its HTTP door.

Snowflake's manual: "PUT", "GET", "LIST", "REMOVE".
"""

from __future__ import annotations

import contextlib
import gzip
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from mockhaus.client.answers import Answer, Head
from mockhaus.client.rest import Rest
from mockhaus.quoting import snowflake_literal

_CHUNK: Final = 1 << 20
_STAGE: Final = re.compile(r'@(?:~|%?(?:"(?:[^"]|"")+"|[^/"])+)')
_NAMES: Final = re.compile(r'"(?:[^"]|"")+"|[^."]+')
#: How files begin that are compressed already.
_PACKED: Final = (b"\x1f\x8b", b"BZh", b"\x28\xb5\x2f\xfd", b"PAR1", b"ORC")
_SUFFIXES: Final = (".br", ".deflate", ".raw_deflate")


class NotMoved(Exception):
    """What is no stage, or cannot be moved: one line for the user."""


_PUT: Final = (
    Head("source"),
    Head("target"),
    Head("source_size", "number"),
    Head("target_size", "number"),
    Head("status"),
)
_GET: Final = (Head("file"), Head("size", "number"), Head("status"))


def listed(rest: Rest, session: str, reference: str, pattern: str | None = None) -> Answer:
    """LIST. Raises Unreachable, Refused, NotMoved."""
    return rest.query(session, f"LIST {_quoted(reference)}{_pattern(pattern)}")


def removed(rest: Rest, session: str, reference: str, pattern: str | None = None) -> Answer:
    """REMOVE. Raises Unreachable, Refused, NotMoved."""
    return rest.query(session, f"REMOVE {_quoted(reference)}{_pattern(pattern)}")


def put(
    rest: Rest, session: str, files: list[Path], reference: str, *, compress: bool, overwrite: bool
) -> Answer:
    """PUT: files into a stage, gzipped unless they are compressed; one that is there stays.

    Raises Unreachable, Refused, NotMoved.
    """
    _stage_of(reference)
    there = {row[0] for row in listed(rest, session, reference).rows}
    return Answer(
        _PUT, [_put(rest, session, file, reference, there, compress, overwrite) for file in files]
    )


def _put(  # noqa: PLR0917 (what, where to, how)
    rest: Rest,
    session: str,
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
    with as_sent(file, packs=packs) as sent:
        rest.upload(session, sent, target, overwrite=overwrite)
        return [file.name, name, size, str(sent.stat().st_size), "UPLOADED"]


@contextlib.contextmanager
def as_sent(file: Path, *, packs: bool) -> Iterator[Path]:
    """The file that PUT sends: the file itself, or one gzipped, there as long as the block runs."""
    with tempfile.TemporaryDirectory(prefix="mockhaus-") as folder:
        if not packs:
            yield file
            return
        sent = Path(folder) / f"{file.name}.gz"
        with file.open("rb") as plain, gzip.open(sent, "wb", compresslevel=6) as packed:
            shutil.copyfileobj(plain, packed, _CHUNK)
        yield sent


def get(
    rest: Rest, session: str, reference: str, folder: Path, pattern: str | None = None
) -> Answer:
    """GET: the files of a stage into a folder, by their last names. Raises as `put`."""
    stage = _stage_of(reference)
    rows: list[list[str | None]] = []
    names = [str(row[0]) for row in listed(rest, session, reference, pattern).rows]
    paths = [_below(stage, name) for name in names]
    last = [Path(path).name for path in paths]
    twice = next((name for name in last if last.count(name) > 1), None)
    if twice is not None:
        raise NotMoved(f"Several of the files would be named '{twice}'.")
    for path, name in zip(paths, last, strict=True):
        size = rest.download(session, f"{stage}/{path}", folder / name)
        rows.append([name, str(size), "DOWNLOADED"])
    return Answer(_GET, rows)


def _quoted(reference: str) -> str:
    _stage_of(reference)
    return snowflake_literal(reference)


def _pattern(pattern: str | None) -> str:
    return "" if pattern is None else f" PATTERN = {snowflake_literal(pattern)}"


def _stage_of(reference: str) -> str:
    """`@stage` of `@stage/path`. Raises NotMoved."""
    found = _STAGE.match(reference)
    if found is None or reference[found.end() : found.end() + 1] not in ("", "/"):
        raise NotMoved(f"'{reference}' is no stage: @name/path, @~/path or @%table/path.")
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
