"""`/metrics`: counters and gauges in Prometheus's text format, version 0.0.4.

https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate
from time import monotonic
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from mockhaus import __version__
from mockhaus.sessions.metrics import BOUNDS, Histogram
from mockhaus.sessions.registry import Registry

MEDIA: Final = "text/plain; version=0.0.4; charset=utf-8"

Samples = Mapping[tuple[str, ...], float]


class MetricsApi:
    """The operation."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._started = monotonic()

    async def metrics(self, request: Request, body: None) -> Response:
        """Sessions, connections, statements and requests since the start, for Prometheus."""
        return Response("\n".join([*self._lines(), ""]), media_type=MEDIA)

    def _lines(self) -> Iterator[str]:
        sessions = self._registry.list()
        counts = self._registry.metrics.counts()
        doors = Counter(door for session in sessions for door in session.doors())
        yield from _family("info", "gauge", "The version.", ("version",), {(__version__,): 1})
        up = monotonic() - self._started
        yield from _family("uptime_seconds", "gauge", "Since the start.", (), {(): round(up, 3)})
        kinds: Counter[tuple[str, ...]] = Counter((session.kind,) for session in sessions)
        yield from _family("sessions", "gauge", "Open sessions.", ("type",), kinds)
        yield from _family(
            "connections",
            "gauge",
            "Open connections.",
            ("door",),
            {(d,): n for d, n in doors.items()},
        )
        yield from _family(
            "statements_total", "counter", "Statements that have run or failed.",
            ("door", "type", "outcome"), counts.statements,
        )  # fmt: skip
        yield from _histogram(
            "statement_seconds", "Parsing to the first row.", ("door",), counts.seconds
        )
        traffic = counts.traffic.items()
        yield from _family(
            "received_bytes_total", "counter", "Bytes of messages, of bodies over HTTP.", ("door",),
            {(door,): moved.received for door, moved in traffic},
        )  # fmt: skip
        yield from _family(
            "sent_bytes_total", "counter", "Bytes of messages, of bodies over HTTP.", ("door",),
            {(door,): moved.sent for door, moved in traffic},
        )  # fmt: skip
        yield from _family(
            "http_requests_total", "counter", "Requests that were answered.",
            ("method", "path", "status"), counts.requests,
        )  # fmt: skip
        yield from _histogram("http_request_seconds", "To the last byte.", ("path",), counts.waits)
        yield from _family(
            "http_sent_bytes_total", "counter", "Bytes of bodies.", ("path",), counts.sent
        )


def _family(
    name: str, kind: str, text: str, labels: Iterable[str], samples: Samples
) -> Iterator[str]:
    yield f"# HELP mockhaus_{name} {text}"
    yield f"# TYPE mockhaus_{name} {kind}"
    for values, number in sorted(samples.items()):
        yield f"mockhaus_{name}{_labels(labels, values)} {number}"


def _histogram(
    name: str, text: str, labels: tuple[str, ...], samples: Mapping[tuple[str, ...], Histogram]
) -> Iterator[str]:
    yield from _family(name, "histogram", text, (), {})
    bounds = [*map(str, BOUNDS), "+Inf"]
    for values, histogram in sorted(samples.items()):
        counts = list(accumulate(histogram.buckets))
        for bound, count in zip(bounds, counts, strict=True):
            yield f"mockhaus_{name}_bucket{_labels((*labels, 'le'), (*values, bound))} {count}"
        yield f"mockhaus_{name}_sum{_labels(labels, values)} {histogram.total:.6f}"
        yield f"mockhaus_{name}_count{_labels(labels, values)} {counts[-1]}"


def _labels(names: Iterable[str], values: Iterable[str]) -> str:
    pairs = [f'{name}="{_escaped(value)}"' for name, value in zip(names, values, strict=True)]
    return "{" + ",".join(pairs) + "}" if pairs else ""


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
