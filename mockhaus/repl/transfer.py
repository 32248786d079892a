"""PUT and GET of files of this machine, through the server's routes for files.

The server may be somewhere else, so the statements cannot do it themselves: its disk is not ours.
"""

from __future__ import annotations

import glob
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from msgspec import Struct

from mockhaus.client.outcomes import NotTransferred, Refused
from mockhaus.client.rest import Rest
from mockhaus.client.stages import as_sent

_STATEMENT: Final = re.compile(
    r"""\s*(?P<verb>PUT|GET)\s+(?P<first>'[^']+'|\S+)\s+(?P<second>'[^']+'|\S+)
    (?P<options>(?:\s+\w+\s*=\s*(?:'[^']*'|\w+))*)\s*""",
    re.I | re.X | re.S,
)
_OPTION: Final = re.compile(r"(\w+)\s*=\s*(?:'([^']*)'|(\w+))")
_FILE: Final = re.compile(r"\s*(?:PUT|GET)\b", re.I)
_NAME: Final = re.compile(r"@(?P<name>%?(?:[\w$]+|\"[^\"]+\"))(?P<rest>/.*|)", re.S)

#: What is compressed already, by the ends of names.
_COMPRESSED: Final = {
    ".gz": "GZIP", ".bz2": "BZIP2", ".br": "BROTLI", ".zst": "ZSTD", ".deflate": "DEFLATE",
    ".parquet": "PARQUET", ".orc": "ORC",
}  # fmt: skip
_OPTIONS: Final = {
    "PUT": {"OVERWRITE", "AUTO_COMPRESS", "SOURCE_COMPRESSION", "PARALLEL"},
    "GET": {"PATTERN", "PARALLEL"},
}


class Transfer(Struct, frozen=True):
    """A PUT or GET: a path of this machine, a place in a stage, and options in upper case."""

    verb: str
    path: str
    stage: str
    options: dict[str, str]

    def is_on(self, name: str, *, default: bool) -> bool:
        """The value of a BOOLEAN option. Raises NotTransferred."""
        value = self.options.get(name, str(default)).upper()
        if value not in ("TRUE", "FALSE"):
            raise NotTransferred(f"{name} is TRUE or FALSE, not {value}.")
        return value == "TRUE"


def transfer(text: str) -> Transfer | None:
    """The PUT or GET that a statement is, None for others. Raises NotTransferred."""
    if _FILE.match(text) is None:
        return None
    found = _STATEMENT.fullmatch(text)
    verb = "" if found is None else found["verb"].upper()
    paths = [] if found is None else [found["first"].strip("'"), found["second"].strip("'")]
    file, stage = paths if verb == "PUT" else paths[::-1] or ["", ""]
    if found is None or not file.lower().startswith("file://") or not stage.startswith("@"):
        raise NotTransferred(
            "Say PUT file://path @stage[/path] or GET @stage[/path] file://folder."
        )
    options = {
        name.upper(): quoted or plain for name, quoted, plain in _OPTION.findall(found["options"])
    }
    if unknown := options.keys() - _OPTIONS[verb]:
        raise NotTransferred(f"{verb} has no option {sorted(unknown)[0]}.")
    return Transfer(verb, file[len("file://") :], stage, options)


def located(stage: str, database: str, schema: str) -> str:
    """The place with its stage's name in full, wherever the server would look otherwise."""
    found = _NAME.fullmatch(stage)
    if found is None or not database or not schema:
        return stage
    return f'@"{database}"."{schema}".{found["name"]}{found["rest"]}'


def put(asked: Transfer, rest: Rest, session: str, place: str) -> Iterator[list[str | None]]:
    """Put files into a stage; a row of PUT's columns for each. Raises NotTransferred, OSError."""
    files = sorted(Path(each) for each in glob.glob(asked.path) if Path(each).is_file())
    if not files:
        raise NotTransferred(f"There is no file {asked.path} on this machine.")
    overwrite = asked.is_on("OVERWRITE", default=False)
    compresses = asked.is_on("AUTO_COMPRESS", default=True)
    for file in files:
        source = _compression(file, asked.options.get("SOURCE_COMPRESSION", "AUTO_DETECT"))
        with as_sent(file, packs=compresses and source == "NONE") as sent:
            target = f"{place.rstrip('/')}/{sent.name}"
            status = _uploaded(rest, session, sent, target, overwrite=overwrite)
            sizes = str(file.stat().st_size), str(sent.stat().st_size)
        packed_as = "GZIP" if sent is not file else source
        yield [file.name, sent.name, *sizes, source, packed_as, status, ""]


def _uploaded(rest: Rest, session: str, file: Path, target: str, *, overwrite: bool) -> str:
    try:
        rest.upload(session, file, target, overwrite=overwrite)
    except Refused as refused:
        if refused.name == "FILE_EXISTS":
            return "SKIPPED"
        raise
    return "UPLOADED"


def _compression(file: Path, said: str) -> str:
    known = {*_COMPRESSED.values(), "NONE", "AUTO_DETECT", "RAW_DEFLATE"}
    if said.upper() not in known:
        raise NotTransferred(f"SOURCE_COMPRESSION is none of {', '.join(sorted(known))}.")
    if said.upper() != "AUTO_DETECT":
        return said.upper()
    return _COMPRESSED.get(file.suffix.lower(), "NONE")


def get(
    asked: Transfer, rest: Rest, session: str, place: str, listed: list[str]
) -> Iterator[list[str | None]]:
    """Get files out of a stage; `listed` are their names as LIST tells them, `place` is the stage.
    A row of GET's columns for each. Raises NotTransferred, OSError."""
    folder = Path(asked.path)
    folder.mkdir(parents=True, exist_ok=True)
    pattern = asked.options.get("PATTERN", "")
    wanted = [name for name in listed if not pattern or re.fullmatch(pattern, name)]
    stage = place.partition("/")[0]
    unnamed = stage == "@~" or "%" in stage  # LIST leaves such a stage's name out
    for name in wanted:
        inner = name if unnamed else name.partition("/")[2]
        target = folder / Path(name).name
        size = rest.download(session, f"{stage}/{inner}", target)
        yield [name, str(size), "DOWNLOADED", ""]


PUT_HEADS: Final = (
    "source", "target", "source_size", "target_size", "source_compression", "target_compression",
    "status", "message",
)  # fmt: skip
GET_HEADS: Final = ("file", "size", "status", "message")
