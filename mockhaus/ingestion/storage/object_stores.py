"""Stages in object stores: S3, Google Cloud Storage, Azure Blob Storage.

pyarrow has clients of all three, which stream, try again, and take another endpoint. A file is
fetched whole before anything of it is loaded, so a connection that breaks half way loads nothing.
No message shows a credential. Snowflake's manual: "CREATE STAGE", "External stages".
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlsplit

import pyarrow as pa
from msgspec import Struct

from mockhaus.access.hiding import hidden
from mockhaus.errors import InvalidParameter, LoadError, UnsupportedFeature
from mockhaus.ingestion.storage import endpoints, guarded
from mockhaus.ingestion.storage.stores import CHUNK, StoredFile, checked

if TYPE_CHECKING:
    from pyarrow.fs import FileSystem

#: Seconds to wait for a connection, and for an answer.
_CONNECT: Final = 10
_ANSWER: Final = 60

#: How often a request is sent: a store that resets every connection took more than a minute.
_ATTEMPTS: Final = 3


class Access(Struct, frozen=True):
    """How a store is reached: keys of CREDENTIALS; `own`, the server's own (an integration); the
    hosts of the server's own network that an endpoint may be, None for all (see `endpoints`)."""

    credentials: Mapping[str, str]
    endpoint: str | None = None
    own: bool = False
    allowed: tuple[str, ...] | None = None

    @property
    def address(self) -> tuple[str, str]:
        """Scheme and authority of the endpoint, which stay what they were when looked at."""
        return _endpoint(endpoints.fixed(self.endpoint or "", self.allowed))


def _s3(place: str, access: Access) -> FileSystem:
    from pyarrow.fs import AwsStandardS3RetryStrategy, S3FileSystem

    given = access.credentials
    options: dict[str, Any] = {"connect_timeout": _CONNECT, "request_timeout": _ANSWER}
    options["retry_strategy"] = AwsStandardS3RetryStrategy(max_attempts=_ATTEMPTS)
    if access.endpoint is not None:
        scheme, authority = _endpoint(access.endpoint)
        options |= {"endpoint_override": authority, "scheme": scheme, "region": "us-east-1"}
        if access.allowed is not None:
            port = guarded.port(access.allowed)
            options["proxy_options"] = {"scheme": "http", "host": "127.0.0.1", "port": port}
    if given:
        options |= {"access_key": given["AWS_KEY_ID"], "secret_key": given["AWS_SECRET_KEY"]}
        options["session_token"] = given.get("AWS_TOKEN")
    # A small object is written by one request, not as a part of many.
    options["allow_delayed_open"] = True
    return S3FileSystem(anonymous=not given and not access.own, **options)


def _gcs(place: str, access: Access) -> FileSystem:
    from datetime import timedelta

    from pyarrow.fs import GcsFileSystem

    options: dict[str, Any] = {"retry_time_limit": timedelta(seconds=_ANSWER)}
    if access.endpoint is not None:
        scheme, authority = access.address
        options |= {"endpoint_override": authority, "scheme": scheme}
    return GcsFileSystem(anonymous=not access.own, **options)


def _azure(place: str, access: Access) -> FileSystem:
    from pyarrow.fs import AzureFileSystem

    options: dict[str, Any] = {}
    if access.endpoint is not None:
        scheme, authority = access.address
        options |= {"blob_storage_authority": authority, "blob_storage_scheme": scheme}
        options |= {"dfs_storage_authority": authority, "dfs_storage_scheme": scheme}
    token = access.credentials.get("AZURE_SAS_TOKEN")
    if token is None and not access.own:
        raise InvalidParameter(
            "SQL compilation error:\nan azure:// stage needs CREDENTIALS with AZURE_SAS_TOKEN or a"
            " STORAGE_INTEGRATION."
        )
    if token is not None:
        options["sas_token"] = token if token.startswith("?") else f"?{token}"
    return AzureFileSystem(place.split(".", maxsplit=1)[0], **options)


class _Scheme(Struct, frozen=True):
    """`keys` are those that CREDENTIALS takes, of which the first `needed` are."""

    provider: str
    open: Callable[[str, Access], FileSystem]
    keys: tuple[str, ...] = ()
    needed: int = 0


_AWS: Final = ("AWS_KEY_ID", "AWS_SECRET_KEY", "AWS_TOKEN")
SCHEMES: Final = {
    "s3": _Scheme("S3", _s3, _AWS, 2),
    "s3gov": _Scheme("S3GOV", _s3, _AWS, 2),
    "s3china": _Scheme("S3CHINA", _s3, _AWS, 2),
    "s3compat": _Scheme("S3COMPAT", _s3, _AWS, 2),
    "gcs": _Scheme("GCS", _gcs),
    "azure": _Scheme("AZURE", _azure, ("AZURE_SAS_TOKEN",), 1),
}


def _endpoint(text: str) -> tuple[str, str]:
    """Scheme and authority of an endpoint, `host:port` or with `http://` before it."""
    scheme, separator, authority = text.rpartition("://")
    return (scheme or "https") if separator else "https", authority.rstrip("/")


def checked_url(url: str) -> str:
    """A URL of an object store. Raises InvalidParameter."""
    parts = urlsplit(url)
    if not parts.netloc or "@" in parts.netloc or parts.query or parts.fragment or "\0" in url:
        raise InvalidParameter(
            f"SQL compilation error:\ninvalid URL prefix found in: '{hidden(url)}'."
        )
    checked(parts.path.strip("/"))
    if parts.scheme == "azure" and not parts.path.strip("/"):
        raise InvalidParameter(
            f"SQL compilation error:\nthe URL '{url}' has no container.",
            hint="azure://account.blob.core.windows.net/container/path",
        )
    return f"{parts.scheme.lower()}://{parts.netloc}/{parts.path.strip('/')}".rstrip("/")


def checked_credentials(value: Any, url: str) -> dict[str, str]:
    """CREDENTIALS = (...) of a stage with that URL. Raises what is wrong, without any value."""
    scheme = SCHEMES.get(url.partition("://")[0])
    if scheme is None or not isinstance(value, Mapping):
        raise InvalidParameter("SQL compilation error:\ninvalid value for property 'CREDENTIALS'.")
    for name, text in value.items():
        if name in ("AWS_ROLE", "AWS_EXTERNAL_ID"):
            raise UnsupportedFeature(f"Unsupported feature 'CREDENTIALS with {name}'.")
        if name not in scheme.keys or not isinstance(text, str):
            raise InvalidParameter(f"SQL compilation error:\ninvalid property '{name}'.")
    missing = [name for name in scheme.keys[: scheme.needed] if name not in value]
    if value and missing:
        raise InvalidParameter(f"SQL compilation error:\nCREDENTIALS needs {missing[0]}.")
    return {str(name): str(text) for name, text in value.items()}


class ObjectStore:
    """The objects below a URL. `scratch` is a folder on this machine for files on their way."""

    def __init__(self, url: str, access: Access, scratch: Path) -> None:
        scheme, _, rest = url.partition("://")
        place, _, path = rest.partition("/")
        self._url = url
        self._secrets = [text for text in access.credentials.values() if text]
        self._scratch = scratch
        self._root = path if scheme == "azure" else rest
        with self._told("be reached"):
            self._files = SCHEMES[scheme].open(place, access)

    @contextmanager
    def _told(self, what: str, name: str = "") -> Iterator[None]:
        """A fault of the store as an error that names the place, and no credential."""
        try:
            yield
        except FileNotFoundError:
            raise
        except (OSError, pa.ArrowException, ValueError) as error:
            reason = str(error)
            for secret in self._secrets:
                reason = reason.replace(secret, "****")
            shown = f"{self._url}/{name}" if name else self._url
            raise LoadError(f"'{shown}' cannot {what}: {reason}") from None

    def _key(self, name: str) -> str:
        return f"{self._root}/{checked(name)}"

    def list(self, prefix: str) -> list[StoredFile]:
        """The objects whose name begins with the prefix, by name. Raises LoadError."""
        from pyarrow.fs import FileSelector

        folder = checked(prefix).rpartition("/")[0]
        base = f"{self._root}/{folder}" if folder else self._root
        selector = FileSelector(base, allow_not_found=True, recursive=True)
        with self._told("be listed"):
            found = self._files.get_file_info(selector)
        files = [self._stored(info) for info in found if info.is_file]
        return sorted((f for f in files if f.name.startswith(prefix)), key=lambda f: f.name)

    def find(self, name: str) -> StoredFile | None:
        """The object of that name, None if there is none. Raises LoadError."""
        with self._told("be looked at", name):
            info = self._files.get_file_info(self._key(name))
        return self._stored(info) if info.is_file else None

    def _stored(self, info: Any) -> StoredFile:
        name = info.path[len(self._root) + 1 :]
        return StoredFile(name, info.size or 0, info.mtime_ns or 0, None, lambda: self._open(name))

    def _open(self, name: str) -> IO[bytes]:
        with self._told("be read", name):
            # Without a word it would unpack what its name says is packed.
            stream = self._files.open_input_stream(self._key(name), compression=None)
        return cast("IO[bytes]", _Reading(stream, self, name))

    def remove(self, file: StoredFile) -> None:
        """Delete an object; one that is gone already is no error. Raises LoadError."""
        with self._told("be removed", file.name):
            try:
                self._files.delete_file(self._key(file.name))
            except FileNotFoundError:
                return

    def temporary(self) -> Path:
        """Where a new file can be written before it is sent."""
        self._scratch.mkdir(parents=True, exist_ok=True)
        return self._scratch / f"{uuid.uuid4().hex}.part"

    def publish(self, path: Path, name: str) -> None:
        """Send a file, which is an object once it is there whole. Raises LoadError."""
        key = self._key(name)
        with self._told("be written", name), path.open("rb") as file:
            target = self._files.open_output_stream(key, compression=None)
            with target:
                failure = _sent(file, target)
            if failure is not None:
                # pyarrow cannot give up an upload: closing has made an object of its beginning.
                self._files.delete_file(key)
                raise failure
        path.unlink(missing_ok=True)


def _sent(file: IO[bytes], target: Any) -> OSError | None:
    """Write a file to a stream; what kept it from being read to its end."""
    while True:
        try:
            piece = file.read(CHUNK)
        except OSError as error:
            return error
        if not piece:
            return None
        target.write(piece)


class _Reading:
    """A stream of an object, whose faults are told like the store's."""

    def __init__(self, stream: Any, store: ObjectStore, name: str) -> None:
        self._stream, self._store, self._name = stream, store, name

    def read(self, size: int = -1) -> bytes:
        """Up to that many bytes. Raises LoadError."""
        with self._store._told("be read", self._name):
            return bytes(self._stream.read(None if size < 0 else size))

    def __enter__(self) -> _Reading:
        return self

    def __exit__(self, *exception: object) -> None:
        self._stream.close()
