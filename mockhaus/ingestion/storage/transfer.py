"""PUT and GET: files between this machine's folders and internal stages.

They work for clients on the server's own machine, on files that a `file://` stage could name too;
others use the HTTP routes. Both act at once, outside of transactions, as in Snowflake. Snowflake's
manual: "PUT", "GET".
"""

from __future__ import annotations

import glob
import gzip
import re
import shutil
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from mockhaus.catalog.workspace import Workspace
from mockhaus.errors import InvalidParameter, LoadError, UnsupportedFeature
from mockhaus.ingestion.files.format_options import invalid_value
from mockhaus.ingestion.files.prepared import compression_of
from mockhaus.ingestion.storage import stages
from mockhaus.ingestion.storage.stages import Location
from mockhaus.ingestion.storage.stores import CHUNK, StoredFile
from mockhaus.result import Column, Result
from mockhaus.translation.statements import Get, Put
from mockhaus.types import NUMBER, VARCHAR

PUT_COLUMNS: Final = (
    Column("source", VARCHAR),
    Column("target", VARCHAR),
    Column("source_size", NUMBER),
    Column("target_size", NUMBER),
    Column("source_compression", VARCHAR),
    Column("target_compression", VARCHAR),
    Column("status", VARCHAR),
    Column("message", VARCHAR),
)
GET_COLUMNS: Final = (
    Column("file", VARCHAR),
    Column("size", NUMBER),
    Column("status", VARCHAR),
    Column("message", VARCHAR),
)
#: The options of each.
PUT: Final = ("PARALLEL", "AUTO_COMPRESS", "SOURCE_COMPRESSION", "OVERWRITE")
GET: Final = ("PARALLEL", "PATTERN")
_COMPRESSIONS: Final = ("GZIP", "BZ2", "BROTLI", "ZSTD", "DEFLATE", "RAW_DEFLATE", "NONE")
#: Files that are compressed by their own format: how they begin.
_OF_THEIR_OWN: Final = ((b"PAR1", "PARQUET"), (b"ORC", "ORC"))


#: Name in the stage, compression of the source, compression of the target.
_Upload = tuple[str, str, str]


class _Options(Struct, frozen=True):
    parallel: int = 4
    compress: bool = True
    compression: str = "AUTO_DETECT"
    overwrite: bool = False
    pattern: str | None = None


def put(workspace: Workspace, statement: Put) -> Result:
    """Upload files. Raises LoadError, InvalidParameter, UnsupportedFeature."""
    options = _options(statement.options, PUT)
    location = internal(stages.locate(workspace, statement.target), "PUT")
    sources = _sources(workspace, _local(statement.local))
    uploads = [_upload(source, options) for source in sources]
    _distinct([target for target, _, _ in uploads])
    with ThreadPoolExecutor(options.parallel) as pool:
        work = [
            pool.submit(_put, location, source, upload, options.overwrite)
            for source, upload in zip(sources, uploads, strict=True)
        ]
        rows = [each.result() for each in work]
    return Result(PUT_COLUMNS, tag="PUT", row_count=len(rows), rows=rows)


def get(workspace: Workspace, statement: Get) -> Result:
    """Download files. Raises LoadError, InvalidParameter, UnsupportedFeature."""
    options = _options(statement.options, GET)
    location = internal(stages.locate(workspace, statement.source), "GET")
    folder = Path(_local(statement.local))
    stages.allowed(workspace, folder)
    if not folder.is_dir():
        raise LoadError(f"The folder '{folder}' does not exist.")
    files = location.files(options.pattern)
    _distinct([Path(file.name).name for file in files])
    with ThreadPoolExecutor(options.parallel) as pool:
        work = [pool.submit(_get, file, folder) for file in files]
        rows = [each.result() for each in work]
    return Result(GET_COLUMNS, tag="GET", row_count=len(rows), rows=rows)


# --- options, places -----------------------------------------------------------------------------


def _options(given: Mapping[str, Any], known: Sequence[str]) -> _Options:
    found: dict[str, Any] = {}
    for name, value in given.items():
        if name not in known:
            raise InvalidParameter(f"SQL compilation error:\ninvalid parameter '{name}'")
        if name == "PARALLEL":
            if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 99:
                raise invalid_value(name, value)
            found["parallel"] = value
        elif name == "PATTERN":
            if not isinstance(value, str):
                raise invalid_value(name, value)
            found["pattern"] = value
        elif name == "SOURCE_COMPRESSION":
            word = str(value).upper()
            if word not in ("AUTO_DETECT", *_COMPRESSIONS):
                raise invalid_value(name, value)
            found["compression"] = word
        else:
            if not isinstance(value, bool):
                raise invalid_value(name, value)
            found["compress" if name == "AUTO_COMPRESS" else "overwrite"] = value
    return _Options(**found)


def internal(location: Location, what: str) -> Location:
    """The location, unless it is outside of the session. Raises UnsupportedFeature."""
    if "URL" in location.properties:
        raise UnsupportedFeature(
            f"Unsupported feature '{what} with an external stage'.",
            hint="Its files are where its URL points.",
        )
    return location


def _local(uri: str) -> str:
    path = uri[len("file://") :]
    if not path.startswith("/") or "\0" in path or ".." in path.split("/"):
        raise InvalidParameter(
            f"Invalid path '{uri.encode('unicode_escape').decode()}'.",
            hint="file:// and an absolute path without '..'.",
        )
    return path


def _sources(workspace: Workspace, path: str) -> list[Path]:
    """The files that a path means; `*` and `?` are wildcards."""
    pattern = re.sub(r"\[", "[[]", path)
    found = sorted(Path(each) for each in glob.glob(pattern) if Path(each).is_file())
    if not found:
        raise LoadError(f"File doesn't exist: ['{path}']")
    for each in found:
        stages.allowed(workspace, each)
    return found


def _distinct(names: Sequence[str]) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise LoadError(f"Several of the files would be named '{twice[0]}'.")


# --- one file ------------------------------------------------------------------------------------


def _upload(source: Path, options: _Options) -> _Upload:
    """How a file goes into the stage."""
    kind = options.compression if options.compression != "AUTO_DETECT" else _detected(source)
    if kind == "NONE" and options.compress:
        return f"{source.name}.gz", kind, "GZIP"
    return source.name, kind, kind


def _detected(source: Path) -> str:
    with source.open("rb") as file:
        first = file.read(4)
    for magic, name in _OF_THEIR_OWN:
        if first.startswith(magic):
            return name
    return compression_of(source)


def _put(location: Location, source: Path, upload: _Upload, overwrite: bool) -> tuple[Any, ...]:
    name, kind, made = upload
    base, store = location.prefix.rstrip("/"), location.store
    target = f"{base}/{name}" if base else name
    size = source.stat().st_size
    if not overwrite and store.find(target) is not None:
        return (source.name, name, size, 0, kind, made, "SKIPPED", "")
    path = store.temporary()
    try:
        if kind == made:
            shutil.copyfile(source, path)
        else:
            with source.open("rb") as plain, gzip.open(path, "wb", compresslevel=6) as packed:
                shutil.copyfileobj(plain, packed, 1 << 20)
        written = path.stat().st_size
        store.publish(path, target)
    except OSError as error:
        raise LoadError(f"File '{source.name}' cannot be uploaded: {error.strerror}.") from None
    finally:
        path.unlink(missing_ok=True)
    return (source.name, name, size, written, kind, made, "UPLOADED", "")


def _get(file: StoredFile, folder: Path) -> tuple[Any, ...]:
    name = Path(file.name).name
    path = folder / f".mockhaus-{uuid.uuid4().hex}"
    try:
        with file.open() as source, path.open("wb") as target:
            shutil.copyfileobj(source, target, CHUNK)
        path.replace(folder / name)
    except OSError as error:
        raise LoadError(f"File '{name}' cannot be downloaded: {error.strerror}.") from None
    finally:
        path.unlink(missing_ok=True)
    return (name, file.size, "DOWNLOADED", "")
