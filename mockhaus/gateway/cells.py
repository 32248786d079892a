"""The ground that the text and binary forms stand on: one column's cells as bytes, all at once.

A column of cells is either a matrix of bytes, a row per cell, where all cells have one width (a
NULL's row is then filler), or an Arrow array of byte strings. Both can be laid side by side into
rows without touching a single cell from Python; see `rows`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from mockhaus.errors import InvalidEncoding

Matrix: TypeAlias = npt.NDArray[np.uint8]
Integers: TypeAlias = npt.NDArray[np.int64]
Cells: TypeAlias = "Matrix | pa.Array"


@dataclass(frozen=True, slots=True)
class Form:
    """How the values of one type go out in one format.

    `expression` has DuckDB bring the column, `#n`, into the Arrow type `storage`; `scalar` makes
    the bytes of one value and is the specification, `vector` those of a whole column. `integers`
    is set where `scalar` wants the integer under a date or time, which reaches further than
    Python's dates do. `held` brings a Python value that never was in DuckDB into `storage`.
    """

    expression: str
    storage: pa.DataType
    scalar: Callable[[Any], bytes]
    vector: Callable[[pa.Array], Cells]
    integers: pa.DataType | None = None
    held: Callable[[Any], Any] = lambda value: value

    def values(self, column: pa.Array) -> list[Any]:
        """The column as what `scalar` takes."""
        if self.integers is not None:
            column = column.view(self.integers)
        values: list[Any] = column.to_pylist()
        return values


def numbers(column: pa.Array, dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """A fixed-width column as a numpy array; NULLs, whose storage is undefined, as 0."""
    kind = np.dtype(dtype)
    data = np.frombuffer(
        column.buffers()[1], kind, count=len(column), offset=column.offset * kind.itemsize
    )
    return np.where(valid(column), data, kind.type(0)) if column.null_count else data


def valid(column: pa.Array) -> npt.NDArray[np.bool_]:
    """True where a value is not NULL."""
    mask: npt.NDArray[np.bool_] = column.is_valid().to_numpy(zero_copy_only=False)
    return mask


def matrix(values: npt.NDArray[Any]) -> Matrix:
    """A numpy array of any fixed-width type as a byte matrix."""
    return np.ascontiguousarray(values).view(np.uint8).reshape(len(values), -1)


def strings(cells: Matrix, validity: pa.Buffer | None = None) -> pa.Array:
    """A byte matrix as an Arrow array."""
    count, width = cells.shape
    offsets = np.arange(0, count * width + 1, width, dtype=np.int32)
    buffers = [validity, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(cells))]
    return pa.Array.from_buffers(pa.binary(), count, buffers)


def ragged(cells: Matrix, keep: npt.NDArray[np.bool_], unit: int = 1) -> pa.Array:
    """The cells with only the bytes that `keep` marks, one mark per `unit` bytes."""
    sizes = keep.sum(axis=1, dtype=np.int32) * np.int32(unit)
    offsets = np.zeros(len(cells) + 1, dtype=np.int32)
    np.cumsum(sizes, out=offsets[1:])
    data = cells.view(f"V{unit}")[keep]
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(data)]
    return pa.Array.from_buffers(pa.binary(), len(cells), buffers)


def patched(
    cells: pa.Array, where: npt.NDArray[np.bool_], replacements: list[bytes] | pa.Array
) -> pa.Array:
    """The cells with those that `where` marks replaced, in order."""
    if not isinstance(replacements, pa.Array):
        replacements = pa.array(replacements, pa.binary())
    return pc.replace_with_mask(cells, pa.array(where), replacements)


# --- text -----------------------------------------------------------------------------------------


def _contains_nul() -> InvalidEncoding:
    # A C client would take the NUL for the end of the value and lose the rest without a word;
    # PostgreSQL cannot store such a text in the first place.
    return InvalidEncoding(
        'invalid byte sequence for encoding "UTF8": 0x00',
        hint="The answer holds a text with a NUL character: select TO_BINARY(text, 'UTF-8').",
    )


def text(value: str) -> bytes:
    if "\0" in value:
        raise _contains_nul()
    return value.encode()


def text_cells(column: pa.Array) -> pa.Array:
    data = column.buffers()[2]
    if data is not None:
        offsets = np.frombuffer(column.buffers()[1], np.int32, len(column) + 1, column.offset * 4)
        used = np.frombuffer(data, np.uint8)[offsets[0] : offsets[-1]]
        if not used.all():
            raise _contains_nul()
    return column.cast(pa.binary())


def ascii_cells(column: pa.Array) -> pa.Array:
    """As `text_cells`, for text that DuckDB printed and that holds no NUL."""
    return column.cast(pa.binary())
