"""What is made of a text is made again where the text is too long, or came too long ago."""

from __future__ import annotations

import pytest

from mockhaus.translation.keeping import LONG, SHORT, kept


@pytest.mark.parametrize(
    ("length", "between", "times"),
    [(1, 0, 1), (1, 300, 1), (1, 600, 2), (SHORT + 1, 0, 1), (SHORT + 1, 20, 2), (LONG + 1, 0, 2)],
)
def test_kept(length: int, between: int, times: int) -> None:
    made: list[str] = []

    @kept
    def size(text: str, factor: int) -> int:
        made.append(text)
        return len(text) * factor

    wanted = "x" * length
    assert size(wanted, 2) == 2 * length
    for number in range(between):
        size(f"{number:>{length}}" if length > 1 else str(number), 2)
    assert size(wanted, 2) == 2 * length
    assert made.count(wanted) == times
