"""XML as Snowflake keeps and shows it: an element is an object. Snowflake's manual: "PARSE_XML".

    {"$": content, "@": tag, "@name": attribute .., "child": position in the content ..}

The content is a value, an element, or an array of both. The parser is expat of the standard
library, with no entities but XML's own: a document type declaration is refused.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final
from xml.parsers import expat

import msgspec

from mockhaus.marks import JSON, MARK, MISSING, SHOWN, TAG, UNMARKED, Form, is_exact, shown

if TYPE_CHECKING:
    import pyarrow as pa

#: Elements nested deeper are refused.
DEEPEST: Final = 500

_INTEGER: Final = re.compile(r"-?(?:0|[1-9]\d{0,37})")
_DECIMAL: Final = re.compile(r"-?(?:0|[1-9]\d*)\.\d+")
_DOUBLE: Final = re.compile(r"-?\d+(?:\.\d+)?[eE][+-]?\d+")
#: What markup would be taken for, in content and in quotes.
_ESCAPED: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_QUOTED: Final = _ESCAPED | {ord('"'): "&quot;"}

_CLOSING: Final = re.compile(rb"</\s*([^\s>]+)\s*>")


class XmlError(ValueError):
    """Text that is no XML; says what and where."""


def parsed(text: str, *, convert: bool = True) -> dict[str, Any] | None:
    """The element of an XML document; None for blank text. Raises XmlError.

    `convert` makes numbers and truth values of texts that spell them.
    """
    if not text.strip():
        return None
    data, elements = text.encode(), Elements(convert=convert)
    parser = expat.ParserCreate("utf-8")
    elements.listen(parser)
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise XmlError(_complaint(error, parser.ErrorByteIndex, data, elements.tag)) from None
    return elements.taken()[0]


class Elements:
    """Builds elements while expat reads.

    `outer` counts the elements around those that are wanted, which are left out themselves;
    `preserve` keeps the white space around texts.
    """

    def __init__(self, *, convert: bool = True, preserve: bool = False, outer: int = 0) -> None:
        self._convert = convert
        self._preserve = preserve
        self._outer = outer
        #: Tag, attributes and content of the elements that are open.
        self._open: list[tuple[str, dict[str, str], list[Any]]] = []
        self._text: list[str] = []
        self._done: list[dict[str, Any]] = []

    def listen(self, parser: expat.XMLParserType) -> None:
        """Have a parser tell what it reads."""
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text.append
        parser.StartDoctypeDeclHandler = self._doctype

    def taken(self) -> list[dict[str, Any]]:
        """The elements that are complete, once."""
        taken, self._done = self._done, []
        return taken

    @property
    def tag(self) -> str | None:
        """The tag of the innermost element that is open."""
        return self._open[-1][0] if self._open else None

    def _doctype(self, *_: object) -> None:
        raise XmlError("document type declarations are not supported")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._flush(leaf=False)
        if len(self._open) >= DEEPEST:
            raise XmlError(f"elements are nested more than {DEEPEST} deep")
        self._open.append((tag, attributes, []))

    def _end(self, tag: str) -> None:
        self._flush(leaf=not self._open[-1][2])
        _, attributes, content = self._open.pop()
        if len(self._open) < self._outer:
            return
        element: dict[str, Any] = {"@": TAG + tag}
        for name, value in attributes.items():
            element[f"@{name}"] = self._value(value)
        places: dict[str, list[int]] = {}
        for position, each in enumerate(content):
            if isinstance(each, dict):
                places.setdefault(each["@"].removeprefix(TAG), []).append(position)
        element |= {name: found if len(found) > 1 else found[0] for name, found in places.items()}
        element["$"] = content[0] if len(content) == 1 else content or ""
        if len(self._open) > self._outer:
            self._open[-1][2].append(element)
        else:
            self._done.append(element)

    def _flush(self, *, leaf: bool) -> None:
        """The text so far, without the white space around it; all of a leaf's with `preserve`."""
        text = "".join(self._text)
        self._text.clear()
        if not (self._preserve and (leaf or text.strip())):
            text = text.strip()
        if text and len(self._open) > self._outer:
            self._open[-1][2].append(self._value(text))

    def _value(self, text: str) -> Any:
        if MARK in text:
            raise XmlError(f"the character U+{ord(MARK):04X} is kept for internal use")
        if not self._convert:
            return text
        if text in ("true", "false"):
            return text == "true"
        if _INTEGER.fullmatch(text):
            return int(text)
        if _DECIMAL.fullmatch(text):
            short = text.rstrip("0").rstrip(".")
            return float(short) if is_exact(short) else f"{MARK}N{short}"
        if _DOUBLE.fullmatch(text):
            return f"{MARK}E{float(text):.15e}"
        return text


def _complaint(error: expat.ExpatError, at: int, data: bytes, tag: str | None) -> str:
    """What is wrong, in Snowflake's words where they are known."""
    closing = _CLOSING.match(data, at)
    if error.code == expat.errors.codes[expat.errors.XML_ERROR_TAG_MISMATCH]:
        closing = _CLOSING.match(data, data.rfind(b"</", 0, at + 2))
    place = f"pos {len(data[:at].decode(errors='replace'))}"
    if closing is not None:
        end = len(data[: closing.end()].decode(errors="replace"))
        return f"no opening tag for </{closing[1].decode()}>, pos {end}"
    if tag is not None and at >= len(data.rstrip()):
        return f"no closing tag for <{tag}>, {place}"
    return f"{expat.errors.messages[error.code]}, {place}"


# --- showing -------------------------------------------------------------------------------------


def is_element(value: Any) -> bool:
    """Whether a value of JSON is an XML element."""
    return isinstance(value, dict) and str(value.get("@", "")).startswith(TAG)


def json_of(variant: str) -> str:
    """A VARIANT as JSON that any client reads: undefined is null; XML, NaN and inf are texts."""
    if MARK not in variant:
        return variant
    element = _element(variant)
    if element is None:
        return shown(variant, JSON)
    return json.dumps("".join(_written(element, True, 0)), ensure_ascii=False)


def text_of(variant: str, *, pretty: bool = True) -> str:
    """The text of a VARIANT: XML for an element, over several lines with `pretty`."""
    if MARK not in variant:
        return variant
    element = _element(variant)
    return shown(variant) if element is None else "".join(_written(element, pretty, 0))


def jsons_of(column: pa.Array) -> pa.Array:
    """A column of VARIANT as `json_of`."""
    return _all(column, json_of, JSON)


def texts_of(column: pa.Array) -> pa.Array:
    """A column of VARIANT as `text_of`."""
    return _all(column, text_of, SHOWN)


def _all(column: pa.Array, one: Callable[[str], str], form: Form) -> pa.Array:
    """Only XML takes a loop over the values."""
    import pyarrow as pa  # loads long; few rows need none of it
    import pyarrow.compute as pc

    if not pc.any(pc.match_substring(column, MARK)).as_py():
        return column
    if pc.any(pc.match_substring(column, TAG)).as_py():
        return pa.array([value and one(value) for value in column.to_pylist()], pa.string())
    defined = pc.replace_substring(column, MISSING, form.missing)
    return pc.replace_substring_regex(defined, form.marked.pattern, UNMARKED)


def varchar_of(variant: str) -> str:
    """What a VARIANT that has marks is as VARCHAR: the macro `json_text` of all others."""
    if not variant.startswith('"'):
        return text_of(variant, pretty=False)
    text: str = _shown.decode(variant)
    if not text.startswith(MARK):
        return text
    kind, value = text[1:2], text[2:]
    if kind == "E":
        return _float_text(float(value))
    return value[:_TO_SECONDS] if kind == "t" else value


#: Characters of a TIME without its fraction.
_TO_SECONDS: Final = 8


def _float_text(value: float) -> str:
    """The same as the macro `float_text`."""
    if math.isnan(value):
        return "NaN"
    if abs(value) < _WHOLE and value == math.floor(value):
        return str(int(value))
    return f"{value:.10g}" if abs(value) < _TEN_DIGITS else repr(value).removesuffix(".0")


_WHOLE: Final = 1e15
_TEN_DIGITS: Final = 1e10
_PIECE: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\s\[\]{},:"]+')


def pretty(variant: str, indent: int = 2) -> str:
    """A VARIANT as JSON text over several lines, with so many blanks a level; on one line for 0.

    Numbers stay as they are written.
    """
    text = text_of(variant)
    if text[:1] not in "[{" or not indent:
        return text
    blanks = " " * indent
    pieces: list[str] = _PIECE.findall(text)
    made: list[str] = []
    depth = 0
    for number, piece in enumerate(pieces):
        if piece in "[{":
            empty = pieces[number + 1] in "]}"
            depth += 1
            made.append(piece if empty else piece + "\n" + blanks * depth)
        elif piece in "]}":
            depth -= 1
            empty = pieces[number - 1] in "[{"
            made.append(piece if empty else "\n" + blanks * depth + piece)
        elif piece == ",":
            made.append(",\n" + blanks * depth)
        else:
            made.append(": " if piece == ":" else piece)
    return "".join(made)


def _element(variant: str) -> dict[str, Any] | None:
    if variant.startswith("{") and TAG in variant:
        value = _shown.decode(variant)
        return value if is_element(value) else None
    return None


class _Number(str):
    """A decimal as it is written."""

    __slots__ = ()


_shown: Final = msgspec.json.Decoder(float_hook=_Number)


def _content(element: dict[str, Any]) -> list[Any]:
    content = element.get("$", "")
    return content if isinstance(content, list) else [content]


def _written(element: dict[str, Any], pretty: bool, depth: int) -> list[str]:
    tag = str(element["@"]).removeprefix(TAG)
    attributes = "".join(
        f' {name[1:]}="{_scalar(value).translate(_QUOTED)}"'
        for name, value in element.items()
        if name.startswith("@") and name != "@"
    )
    opening, closing, content = f"<{tag}{attributes}>", f"</{tag}>", _content(element)
    if len(content) == 1 and not is_element(content[0]):
        return [opening, _scalar(content[0]).translate(_ESCAPED), closing]
    if not content:
        return [opening, closing]
    made = [opening]
    for each in content:
        if pretty:
            made.append("\n" + "  " * (depth + 1))
        if is_element(each):
            made += _written(each, pretty, depth + 1)
        else:
            made.append(_scalar(each).translate(_ESCAPED))
    return [*made, "\n" + "  " * depth if pretty else "", closing]


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = "" if value is None else str(value)
    return text[2:] if text.startswith(MARK) else text


# --- what was no XML -----------------------------------------------------------------------------

_OTHERS: Final = {
    "d": "DATE", "t": "TIME", "n": "TIMESTAMP_NTZ", "l": "TIMESTAMP_LTZ", "z": "TIMESTAMP_TZ",
    "b": "BINARY", "E": "DOUBLE", "N": "DECIMAL", "U": "NULL_VALUE",
}  # fmt: skip


def of_variant(variant: str) -> str:
    """TO_XML: the XML of any VARIANT; the types of values that were no XML are attributes."""
    value = _shown.decode(variant)
    if is_element(value):
        return "".join(_written(value, False, 0))
    return _typed("SnowflakeData", value)


def _typed(tag: str, value: Any) -> str:
    kind, inner = _kind(value)
    return f'<{tag} type="{kind}">{inner}</{tag}>'


def _kind(value: Any) -> tuple[str, str]:
    if is_element(value):
        return "OBJECT", "".join(_written(value, False, 0))
    if isinstance(value, dict):
        return "OBJECT", "".join(_typed(_name(key), each) for key, each in value.items())
    if isinstance(value, list):
        return "ARRAY", "".join(_typed("e", each) for each in value)
    if value is None:
        return "NULL_VALUE", ""
    if isinstance(value, bool):
        return "BOOLEAN", _scalar(value)
    if isinstance(value, (int, _Number)):
        return ("INTEGER" if isinstance(value, int) else "DECIMAL"), str(value)
    if value.startswith(MARK):
        return _OTHERS[value[1]], _scalar(value).translate(_ESCAPED)
    return "VARCHAR", value.translate(_ESCAPED)


def _name(key: str) -> str:
    """A key as the name of a tag: what may not stand in one becomes an underscore."""
    name = re.sub(r"[^\w.-]", "_", key)
    return name if re.match(r"[^\W\d]|_", name) else f"_{name}"


# --- access --------------------------------------------------------------------------------------


def child(variant: str, tag: str, instance: int) -> str | None:
    """XMLGET: the element with a tag within the content of another, counted from 0."""
    if not (variant.startswith("{") and TAG in variant):
        return None
    element = _exact.decode(variant)
    if not is_element(element) or instance < 0:
        return None
    found = [each for each in _content(element) if is_element(each) and each["@"] == TAG + tag]
    return canonical(found[instance]) if instance < len(found) else None


#: Keeps decimals as they are written.
_exact: Final = msgspec.json.Decoder(float_hook=lambda text: msgspec.Raw(text.encode()))
_encoder: Final = msgspec.json.Encoder(order="sorted")


def canonical(value: Any) -> str:
    """The canonical JSON text of a value."""
    return _encoder.encode(value).decode()
