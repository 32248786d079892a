"""A few thousand mutated messages; `make fuzz` sends a hundred thousand."""

from __future__ import annotations

from tests.gateway.fuzz import fuzz


def test_mutated_messages_break_nothing() -> None:
    outcome = fuzz(3000, 1)
    assert outcome.faults == []
    assert outcome.messages >= 3000
    assert outcome.queries > 0
