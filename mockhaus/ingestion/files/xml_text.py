"""XML files made into lines of JSON: a line an element, as PARSE_XML has it.

The file is never whole in memory. Its elements stand one after another, or in an outer one that
STRIP_OUTER_ELEMENT takes away. Snowflake's manual: "CREATE FILE FORMAT", TYPE = XML.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final
from xml.parsers import expat

from mockhaus.errors import LoadError
from mockhaus.ingestion.files.file_formats import FileFormat
from mockhaus.xml import Elements, XmlError, canonical

_CHUNK: Final = 1 << 16
#: Stands around the whole file, for XML knows one outer element only.
_WRAP: Final = b"<x>"
_DECLARATION: Final = re.compile(rb"\s*<\?xml\s[^>]*?\?>")
_ENCODING: Final = re.compile(rb"""\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")


def from_xml(source: IO[bytes], format: FileFormat, target: Path) -> None:
    """Write the elements of an XML file as lines of JSON. Raises LoadError."""
    elements = Elements(
        convert=not format["DISABLE_AUTO_CONVERT"],
        preserve=format["PRESERVE_SPACE"],
        outer=2 if format["STRIP_OUTER_ELEMENT"] else 1,
    )
    with target.open("w", encoding="utf-8") as out:
        for _ in _fed(source, elements, format):
            for element in elements.taken():
                out.write(canonical(element))
                out.write("\n")


def _fed(source: IO[bytes], elements: Elements, format: FileFormat) -> Iterator[None]:
    """Feed a parser with the file, piece by piece."""
    head = source.read(_CHUNK)
    if format["SKIP_BYTE_ORDER_MARK"]:
        head = head.removeprefix(codecs.BOM_UTF8)
    declared = _DECLARATION.match(head)
    named = _ENCODING.search(declared[0]) if declared is not None else None
    start = declared.end() if declared is not None else 0
    parser = expat.ParserCreate(named[1].decode() if named is not None else "utf-8")
    elements.listen(parser)
    lenient = format["IGNORE_UTF8_ERRORS"] or format["REPLACE_INVALID_CHARACTERS"]
    decoder = codecs.getincrementaldecoder("utf-8")("replace" if lenient else "strict")
    # The declaration's lines stay, so that the parser counts those of the file.
    before = b"\n" * head.count(b"\n", 0, start)
    try:
        parser.Parse(_WRAP + before, False)
        piece = head[start:]
        while piece:
            parser.Parse(decoder.decode(piece).encode() if lenient else piece, False)
            yield
            piece = source.read(_CHUNK)
        parser.Parse(b"</x>", True)
    except XmlError as error:
        raise _fault(str(error), parser.CurrentLineNumber, parser.CurrentColumnNumber) from None
    except expat.ExpatError as error:
        reason = expat.errors.messages[error.code]
        raise _fault(reason, error.lineno, error.offset) from None
    except (LookupError, UnicodeError) as error:
        raise LoadError(f"Error parsing XML: {error}") from None
    yield


def _fault(reason: str, line: int, column: int) -> LoadError:
    character = column + 1 - (len(_WRAP) if line == 1 else 0)
    return LoadError(f"Error parsing XML: {reason}, line {line}, character {character}")
