"""Data types in statements that sqlglot does not read.

Snowflake's manual: "Summary of data types".
"""

from __future__ import annotations

from typing import Final

from mockhaus.errors import UnsupportedFeature
from mockhaus.translation.grammar.reader import Reader
from mockhaus.translation.routines.routine import Parameter, type_of

_SECOND_WORDS: Final = {
    "DOUBLE": ("PRECISION",),
    "CHAR": ("VARYING",),
    "NCHAR": ("VARYING",),
    "TIMESTAMP": ("WITH", "WITHOUT"),
}


def type_name(reader: Reader) -> str:
    """Read a data type; it is answered as written, in upper case. Raises UnsupportedFeature."""
    words = [reader.identifier()]
    if reader.word() in _SECOND_WORDS.get(words[0], ()):
        words.append(reader.identifier())
        while words[0] == "TIMESTAMP" and reader.word() in ("LOCAL", "TIME", "ZONE"):
            words.append(reader.identifier())
    text = " ".join(words)
    if reader.accept("("):
        sizes = [str(reader.value())]
        while reader.accept(","):
            sizes.append(str(reader.value()))
        reader.expect(")")
        text = f"{text}({','.join(sizes)})"
    if type_of(text) is None:
        raise UnsupportedFeature(f"Unsupported data type '{text}'.")
    return text


def signature(reader: Reader) -> tuple[str, ...]:
    """Read `(type, ..)`, which with a name tells a function from its overloads: the families."""
    reader.expect("(")
    families: list[str] = []
    while not reader.accept(")"):
        families.append(Parameter("", type_name(reader)).family)
        if not reader.accept(",") and reader.word() != ")":
            raise reader.unexpected()
    return tuple(families)
