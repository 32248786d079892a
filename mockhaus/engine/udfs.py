"""Functions that SQL macros cannot express, in Python over whole Arrow columns.

They cost microseconds a row where a macro costs a fraction: only what needs recursion is here.
"""

from __future__ import annotations

import logging
from typing import Any, Final

import duckdb
import pyarrow as pa
from duckdb.func import FunctionNullHandling, PythonUDFType

from mockhaus import xml
from mockhaus.engine import (
    addresses,
    dictionaries,
    digests,
    flattening,
    models,
    multisets,
    number_models,
    patterns,
    row_patterns,
)
from mockhaus.engine.json_text import JsonError, canonical, without_nulls

log: Final = logging.getLogger(__name__)


def _texts(column: Any) -> list[str | None]:
    return column.to_pylist()  # type: ignore[no-any-return]


def _parse_json(column: Any) -> Any:
    """PARSE_JSON: the canonical text, an error for what is not JSON."""
    try:
        return pa.array([None if t is None else canonical(t) for t in _texts(column)], pa.string())
    except JsonError as error:
        raise ValueError(f"MOCKHAUS:InvalidJson:Error parsing JSON: {error}") from None


def _parse_json_last(column: Any) -> Any:
    """PARSE_JSON(text, 'd'): of repeated keys the last wins."""
    try:
        values = [None if t is None else canonical(t, last_key_wins=True) for t in _texts(column)]
    except JsonError as error:
        raise ValueError(f"MOCKHAUS:InvalidJson:Error parsing JSON: {error}") from None
    return pa.array(values, pa.string())


def _lenient(text: str | None, *, last_key_wins: bool = False) -> str | None:
    try:
        return None if text is None else canonical(text, last_key_wins=last_key_wins)
    except JsonError:
        return None


def _try_parse_json(column: Any) -> Any:
    """TRY_PARSE_JSON: NULL for what is not JSON."""
    return pa.array([_lenient(t) for t in _texts(column)], pa.string())


def _try_parse_json_last(column: Any) -> Any:
    """TRY_PARSE_JSON(text, 'd')."""
    return pa.array([_lenient(t, last_key_wins=True) for t in _texts(column)], pa.string())


def _complaint(text: str | None) -> str | None:
    try:
        if text is not None:
            canonical(text)
    except JsonError as error:
        return str(error)
    return None


def _check_json(column: Any) -> Any:
    """CHECK_JSON: what is wrong with the text, NULL for JSON."""
    return pa.array([_complaint(t) for t in _texts(column)], pa.string())


def _without_nulls(column: Any) -> Any:
    """STRIP_NULL_VALUES of a file format, over canonical text."""
    values = [None if t is None else without_nulls(t) for t in _texts(column)]
    return pa.array(values, pa.string())


def _parse_xml(column: Any, converts: Any) -> Any:
    """PARSE_XML: an element as an object."""
    try:
        return pa.array(list(map(_element, _texts(column), converts.to_pylist())), pa.string())
    except xml.XmlError as error:
        raise ValueError(f"MOCKHAUS:InvalidXml:Error parsing XML: {error}") from None


def _element(text: str | None, convert: bool) -> str | None:
    element = None if text is None else xml.parsed(text, convert=convert)
    return None if element is None else xml.canonical(element)


def _lenient_element(text: str | None, convert: bool) -> str | None:
    try:
        return _element(text, convert)
    except xml.XmlError:
        return None


def _try_parse_xml(column: Any, converts: Any) -> Any:
    """TRY_PARSE_XML: NULL for what is no XML."""
    found = map(_lenient_element, _texts(column), converts.to_pylist())
    return pa.array(list(found), pa.string())


def _complaint_about_xml(text: str | None) -> str | None:
    try:
        _element(text, convert=False)
    except xml.XmlError as error:
        return str(error)
    return None


def _check_xml(column: Any) -> Any:
    """CHECK_XML: what is wrong with the text, NULL for XML."""
    return pa.array([_complaint_about_xml(t) for t in _texts(column)], pa.string())


def _xml_child(column: Any, tags: Any, instances: Any) -> Any:
    """XMLGET."""
    found = [
        None if text is None or tag is None or instance is None else xml.child(text, tag, instance)
        for text, tag, instance in zip(
            _texts(column), _texts(tags), instances.to_pylist(), strict=True
        )
    ]
    return pa.array(found, pa.string())


def _to_xml(column: Any) -> Any:
    """TO_XML."""
    return pa.array([None if t is None else xml.of_variant(t) for t in _texts(column)], pa.string())


def _plain(column: Any) -> Any:
    """JSON without marks: a missing item is null."""
    return pa.array([None if t is None else xml.json_of(t) for t in _texts(column)], pa.string())


def _unmarked(column: Any) -> Any:
    """The text of a VARIANT that has marks (see `mockhaus.marks`)."""
    found = [None if t is None else xml.text_of(t, pretty=False) for t in _texts(column)]
    return pa.array(found, pa.string())


def _marked_text(column: Any) -> Any:
    """What a VARIANT that has marks is as VARCHAR."""
    found = [None if t is None else xml.varchar_of(t) for t in _texts(column)]
    return pa.array(found, pa.string())


def _shown(column: Any) -> Any:
    """XML over several lines."""
    return pa.array([None if t is None else xml.text_of(t) for t in _texts(column)], pa.string())


#: Beyond 38 digits.
_LIMIT: Final = 10**38


def _digits(text: str) -> tuple[int, int]:
    """A decimal's digits as a whole number, and how many of them follow the point."""
    whole, _, fraction = text.partition(".")
    return int(whole + fraction), len(fraction)


def _exact_quotient(dividends: Any, divisors: Any, scales: Any) -> Any:
    """a / b in units of the last digit of a scale, half away from zero (see `divide`)."""
    values: list[str | None] = []
    for a, b, scale in zip(_texts(dividends), _texts(divisors), scales.to_pylist(), strict=True):
        if a is None or b is None:
            values.append(None)
            continue
        (above, above_scale), (below, below_scale) = _digits(a), _digits(b)
        shift = max(scale - above_scale + below_scale, 0)
        if not below:  # of a branch that is not taken: DuckDB computes constants beforehand
            values.append(None)
            continue
        found, rest = divmod(abs(above) * 10**shift, abs(below))
        sign = "-" if (above < 0) != (below < 0) else ""
        if found >= _LIMIT:
            raise ValueError("MOCKHAUS:NumberOutOfRange:Number out of representable range")
        values.append(f"{sign}{found + (2 * rest >= abs(below))}")
    return pa.array(values, pa.string())


_ROWS: Final = "STRUCT(rn BIGINT, mn BIGINT, seq BIGINT, var VARCHAR)[]"

#: Name in DuckDB -> function of Arrow columns, their types and that of its answer. See `macros`.
FUNCTIONS: Final[dict[str, tuple[Any, list[Any], Any]]] = {
    "json_canonical": (_parse_json, ["VARCHAR"], "VARCHAR"),
    "json_canonical_last": (_parse_json_last, ["VARCHAR"], "VARCHAR"),
    "json_canonical_try": (_try_parse_json, ["VARCHAR"], "VARCHAR"),
    "json_canonical_last_try": (_try_parse_json_last, ["VARCHAR"], "VARCHAR"),
    "json_complaint": (_check_json, ["VARCHAR"], "VARCHAR"),
    "json_without_nulls": (_without_nulls, ["VARCHAR"], "VARCHAR"),
    "xml_parsed": (_parse_xml, ["VARCHAR", "BOOLEAN"], "VARCHAR"),
    "xml_parsed_try": (_try_parse_xml, ["VARCHAR", "BOOLEAN"], "VARCHAR"),
    "xml_complaint": (_check_xml, ["VARCHAR"], "VARCHAR"),
    "xml_child": (_xml_child, ["VARCHAR", "VARCHAR", "BIGINT"], "VARCHAR"),
    "xml_of_variant": (_to_xml, ["VARCHAR"], "VARCHAR"),
    "xml_shown": (_shown, ["VARCHAR"], "VARCHAR"),
    "json_plain": (_plain, ["VARCHAR"], "VARCHAR"),
    "rows_below": (flattening.rows_below, ["VARCHAR", "VARCHAR", "VARCHAR"], "VARCHAR"),
    "unmarked": (_unmarked, ["VARCHAR"], "VARCHAR"),
    "marked_text": (_marked_text, ["VARCHAR"], "VARCHAR"),
    "exact_quotient": (_exact_quotient, ["VARCHAR", "VARCHAR", "INTEGER"], "VARCHAR"),
    "sha2_hex": (digests.sha2, ["BLOB", "INTEGER"], "VARCHAR"),
    "compressed": (digests.compressed, ["BLOB", "VARCHAR", "INTEGER"], "BLOB"),
    "unpacked": (digests.unpacked, ["BLOB", "VARCHAR"], "BLOB"),
    "match_rows": (
        row_patterns.match_rows,
        ["BIGINT[]", "VARCHAR", "VARCHAR", "VARCHAR"],
        _ROWS,
    ),
    "regexp_group_place": (
        patterns.group_place,
        ["VARCHAR", "VARCHAR", "BIGINT", "BIGINT", "BIGINT"],
        "BIGINT",
    ),
    "places_of_first": (multisets.places_of_first, ["VARCHAR[]"], "BIGINT[]"),
    "places_in_both": (
        multisets.places_in_both,
        ["VARCHAR[]", "VARCHAR[]", "BOOLEAN"],
        "BIGINT[]",
    ),
    "holds_address": (addresses.holds_address, ["VARCHAR", "VARCHAR"], "BOOLEAN"),
    "number_text_by_model": (number_models.written, ["VARCHAR", "VARCHAR"], "VARCHAR"),
    "number_by_model": (number_models.read, ["VARCHAR", "VARCHAR", "BOOLEAN"], "VARCHAR"),
    "moment_by_model": (models.written, ["VARCHAR", "VARCHAR"], "VARCHAR"),
    "read_by_model": (
        models.read,
        ["VARCHAR", "VARCHAR", "BOOLEAN", "BOOLEAN", "BIGINT"],
        "VARCHAR",
    ),
    "ip_parts": (addresses.parse_ip, ["VARCHAR", "BOOLEAN"], "VARCHAR"),
    "looked_up_text": (dictionaries.texts, ["BIGINT", "VARCHAR", "BIGINT"], "VARCHAR"),
    "looked_up_word": (dictionaries.texts, ["BIGINT", "VARCHAR", "VARCHAR"], "VARCHAR"),
    "looked_up_number": (dictionaries.numbers, ["BIGINT", "VARCHAR", "VARCHAR"], "UINTEGER"),
}


#: Answer -> the one function of DuckDB's by which all functions of that answer are called, and the
#: Arrow type of a column of it: making a function known takes 0.3 ms for each instance.
_CALLS: Final[dict[str, tuple[str, pa.DataType]]] = {
    "VARCHAR": ("call_text", pa.string()),
    "BLOB": ("call_blob", pa.binary()),
    "BOOLEAN": ("call_boolean", pa.bool_()),
    "BIGINT": ("call_bigint", pa.int64()),
    "BIGINT[]": ("call_bigints", multisets.PLACES),
    "UINTEGER": ("call_uinteger", pa.uint32()),
    _ROWS: ("call_rows", row_patterns.MATCHED),
}


def macros() -> str:
    """The macros by which the functions are called.

    DuckDB 1.5 lets go of the memory of a text that such a function gives while COALESCE still
    shows it: each is copied.
    """
    texts = []
    for name, (_, parameters, answer) in FUNCTIONS.items():
        names = [f"a{number}" for number in range(len(parameters))]
        given = "".join(
            f", CAST({each} AS {kind})" for each, kind in zip(names, parameters, strict=True)
        )
        copy = f" || CAST('' AS {answer})" if answer in ("VARCHAR", "BLOB") else ""
        texts.append(
            f"CREATE OR REPLACE MACRO {name}({', '.join(names)}) AS"
            f" {_CALLS[answer][0]}('{name}'{given}){copy};"
        )
    return "\n".join(texts)


def _calling(kind: pa.DataType) -> Any:
    """A function that calls the one whose name comes first, which is the same in all rows.

    Its faults are told as ours: Python's words are nobody's business.
    """

    def call(names: Any, *columns: Any) -> Any:
        if not len(names):
            return pa.array([], kind)
        function, *_ = FUNCTIONS[names[0].as_py()]
        try:
            return function(*columns)
        except Exception as error:
            if str(error).startswith("MOCKHAUS:"):
                raise
            log.exception("a function has failed")
            raise ValueError(f"MOCKHAUS:EngineFault:{type(error).__name__} in a function") from None

    return call


def register(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the functions known to a DuckDB instance; all its connections see them."""
    for answer, (name, kind) in _CALLS.items():
        connection.create_function(
            name,
            _calling(kind),
            None,  # of any types: the macros say which
            answer,
            type=PythonUDFType.ARROW,
            null_handling=FunctionNullHandling.SPECIAL,
        )
