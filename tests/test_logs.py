"""Whoever logs never waits for whoever reads the log."""

from __future__ import annotations

import io
import logging
import threading

import pytest

from mockhaus import logs
from mockhaus.logs import Unblocked


class Stuck(io.StringIO):
    """A terminal that has been stopped."""

    def __init__(self) -> None:
        super().__init__()
        self.goes_on = threading.Event()

    def write(self, text: str, /) -> int:
        self.goes_on.wait()
        return super().write(text)


def test_a_reader_that_does_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "LINES", 50)
    stream = Stuck()
    handler = Unblocked(stream)
    for number in range(200):
        handler.emit(logging.makeLogRecord({"msg": f"line {number}"}))
    stream.goes_on.set()
    handler.close()
    lines = stream.getvalue().splitlines()
    told = [line for line in lines if line.startswith("(")]
    written = [line for line in lines if not line.startswith("(")]
    assert written == [f"line {number}" for number in range(len(written))]
    assert len(written) in (50, 51), "as many as may wait, and the one on its way"
    assert told == [f"({200 - len(written)} lines were lost)"]
