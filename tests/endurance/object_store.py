"""A little object store that speaks S3's protocol, and resets connections within bodies.

Amazon S3 API reference: ListObjectsV2, HeadObject, GetObject, PutObject, CreateMultipartUpload,
UploadPart, CompleteMultipartUpload, DeleteObject. Signatures are not looked at.
"""

from __future__ import annotations

import hashlib
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

#: Bytes of a body that are taken at once.
_PIECE: Final = 64 * 1024

_XML: Final = '<?xml version="1.0" encoding="UTF-8"?>'
_DATE: Final = "2024-01-01T00:00:00.000Z"


@dataclass(slots=True)
class Store:
    """The objects by bucket/key; after so many bytes of a body, either way, the connection is reset
    (None: never)."""

    objects: dict[str, bytes] = field(default_factory=dict)
    breaks_after: int | None = None
    resets: int = 0
    parts: dict[str, dict[int, bytes]] = field(default_factory=dict)


@contextmanager
def running(store: Store) -> Iterator[int]:
    """The store at a port of the loopback interface."""
    handler = type("Handler", (_Handler,), {"store": store})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


class _Reset(Exception):
    """The connection is to be reset."""


class _Handler(BaseHTTPRequestHandler):
    store: Store
    protocol_version = "HTTP/1.1"

    def handle(self) -> None:
        try:
            super().handle()
        except _Reset:
            self.store.resets += 1
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        except OSError:
            pass  # the client has hung up

    def finish(self) -> None:
        with suppress(OSError):
            super().finish()

    def log_message(self, format: str, *arguments: Any) -> None:
        """Say nothing."""

    # --- requests --------------------------------------------------------------------------------

    def do_GET(self) -> None:
        key, asked = self._target()
        if key.count("/") == 0 or "list-type" in asked:
            self._answer(200, self._listed(key.rstrip("/"), asked.get("prefix", "")).encode())
            return
        data = self.store.objects.get(key)
        if data is None:
            self._answer(404, f"{_XML}<Error><Code>NoSuchKey</Code></Error>".encode())
            return
        first, last = self._range(len(data))
        part = data[first : last + 1]
        partly = "Range" in self.headers
        self.send_response(206 if partly else 200)
        if partly:
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(data)}")
        self._about(data, len(part))
        if self.command == "HEAD":
            return
        if self.store.breaks_after is not None and len(part) > self.store.breaks_after:
            self.wfile.write(part[: self.store.breaks_after])
            raise _Reset
        self.wfile.write(part)

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_PUT(self) -> None:
        key, asked = self._target()
        data = self._body()
        if "uploadId" in asked:
            self.store.parts[asked["uploadId"]][int(asked["partNumber"])] = data
        else:
            self.store.objects[key] = data
        self.send_response(200)
        self.send_header("ETag", _tag(data))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_POST(self) -> None:
        key, asked = self._target()
        self._body()
        if "uploads" in asked:
            name = f"upload-{len(self.store.parts)}"
            self.store.parts[name] = {}
            made = f"<UploadId>{name}</UploadId>"
            kind = "InitiateMultipartUploadResult"
        else:
            parts = self.store.parts.pop(asked["uploadId"])
            data = self.store.objects[key] = b"".join(parts[number] for number in sorted(parts))
            made, kind = f"<ETag>{escape(_tag(data))}</ETag>", "CompleteMultipartUploadResult"
        bucket, _, name = key.partition("/")
        told = f"<Bucket>{bucket}</Bucket><Key>{escape(name)}</Key>{made}"
        self._answer(200, f"{_XML}<{kind}>{told}</{kind}>".encode())

    def do_DELETE(self) -> None:
        key, asked = self._target()
        if "uploadId" in asked:
            self.store.parts.pop(asked["uploadId"], None)
        else:
            self.store.objects.pop(key, None)
        self.send_response(204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    # --- parts of them ---------------------------------------------------------------------------

    def _target(self) -> tuple[str, dict[str, str]]:
        parts = urlsplit(self.path)
        asked = parse_qs(parts.query, keep_blank_values=True)
        return unquote(parts.path).lstrip("/"), {name: each[0] for name, each in asked.items()}

    def _range(self, size: int) -> tuple[int, int]:
        told = self.headers.get("Range", "")
        if not told.startswith("bytes="):
            return 0, size - 1
        first, _, last = told.removeprefix("bytes=").partition("-")
        return int(first), min(int(last or size - 1), size - 1)

    def _body(self) -> bytes:
        data = b"".join(self._pieces())
        is_signed = "aws-chunked" in self.headers.get("Content-Encoding", "")
        return _unchunked(data) if is_signed else data

    def _pieces(self) -> Iterator[bytes]:
        """The body, as HTTP/1.1 brings it; reset where it is longer than it may be."""
        taken = 0
        chunked = self.headers.get("Transfer-Encoding", "") == "chunked"
        left = -1 if chunked else int(self.headers.get("Content-Length", 0))
        while left:
            size = (
                int(self.rfile.readline().partition(b";")[0], 16) if chunked else min(left, _PIECE)
            )
            if self.store.breaks_after is not None and taken + size > self.store.breaks_after:
                raise _Reset
            taken, left = taken + size, left if chunked else left - size
            yield self.rfile.read(size)
            if chunked:
                self.rfile.readline()
                if not size:
                    return

    def _listed(self, bucket: str, prefix: str) -> str:
        found = [
            f"<Contents><Key>{escape(key)}</Key><Size>{len(data)}</Size><ETag>{escape(_tag(data))}"
            f"</ETag><LastModified>{_DATE}</LastModified></Contents>"
            for each, data in sorted(self.store.objects.items())
            if each.startswith(f"{bucket}/{prefix}")
            for key in (each.removeprefix(f"{bucket}/"),)
        ]
        return (
            f"{_XML}<ListBucketResult><Name>{bucket}</Name><Prefix>{escape(prefix)}</Prefix>"
            f"<KeyCount>{len(found)}</KeyCount><IsTruncated>false</IsTruncated>{''.join(found)}"
            "</ListBucketResult>"
        )

    def _answer(self, status: int, data: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def _about(self, data: bytes, length: int) -> None:
        self.send_header("ETag", _tag(data))
        self.send_header("Last-Modified", "Mon, 01 Jan 2024 00:00:00 GMT")
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Length", str(length))
        self.end_headers()


def _tag(data: bytes) -> str:
    return f'"{hashlib.md5(data, usedforsecurity=False).hexdigest()}"'


def _unchunked(data: bytes) -> bytes:
    """A body in the chunks of "Signature calculations: transfer payload in multiple chunks"."""
    found, at = bytearray(), 0
    while True:
        end = data.index(b"\r\n", at)
        size = int(data[at:end].partition(b";")[0], 16)
        if not size:
            return bytes(found)
        found += data[end + 2 : end + 2 + size]
        at = end + 2 + size + 2
