"""Sizes, as people write and read them."""

from __future__ import annotations

import pytest

from mockhaus.config import Config
from mockhaus.limits import Limits, half_of_memory, shown, size


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("1000000", 1_000_000),
        ("512MB", 512_000_000),
        ("2GiB", 2 * 2**30),
        ("1.5 gib", 3 * 2**29),
        ("64 kb", 64_000),
        ("10B", 10),
    ],
)
def test_written(text: str, count: int) -> None:
    assert size(text) == count


@pytest.mark.parametrize("text", ["", "much", "10 XB", "-5MB", "50%", "MB"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(ValueError, match="is not a size"):
        size(text)


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (10, "10 bytes"),
        (2048, "2.0 KiB"),
        (512_000_000, "488.3 MiB"),
        (2**34, "16.0 GiB"),
        (2**52, "4096.0 TiB"),
    ],
)
def test_shown(count: int, text: str) -> None:
    assert shown(count) == text


def test_a_session_may_use_half_of_the_memory_unless_told_otherwise() -> None:
    assert Config().limits == Limits(half_of_memory(), None, None)
    told = Config(memory_limit=10, spill_limit=20, threads=3)
    assert told.limits == Limits(10, 20, 3)
