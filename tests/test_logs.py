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
        self.is_stuck, self.goes_on = threading.Event(), threading.Event()

    def write(self, text: str, /) -> int:
        self.is_stuck.set()
        self.goes_on.wait()
        return super().write(text)


def test_a_reader_that_does_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "LINES", 50)
    stream = Stuck()
    handler = Unblocked(stream)
    for number in range(200):
        handler.emit(logging.makeLogRecord({"msg": f"line {number}"}))
        if number == 0:  # the one on its way is none of those that wait
            stream.is_stuck.wait()
    stream.goes_on.set()
    handler.close()
    waited = [f"line {number}" for number in range(2, 51)]
    assert stream.getvalue().splitlines() == [
        "line 0", "line 1", "(149 lines were lost)", *waited,
    ]  # fmt: skip
