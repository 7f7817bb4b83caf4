"""What the server counts about itself, for Prometheus. One registry per server."""

import time
from collections.abc import Iterable, Mapping
from typing import Any

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class _Delivered(Collector):
    """Events delivered, by type: a plain dict of the hub's, since this is counted with every event."""

    def __init__(self) -> None:
        self.by_type: Mapping[str, int] = {}

    def collect(self) -> Iterable[Metric]:
        """What Prometheus reads."""
        family = CounterMetricFamily("ryadom_events", "Events delivered to connections", labels=["type"])
        for name, deliveries in self.by_type.items():
            family.add_metric([name], deliveries)
        return [family]


class Metrics:
    """All counters of one server."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.sockets = Gauge("ryadom_sockets", "Signed-in sockets", registry=self.registry)
        self.online = Gauge("ryadom_users_online", "People shown as online or away", registry=self.registry)
        self._delivered = _Delivered()
        self.registry.register(self._delivered)
        self.too_slow = Counter(
            "ryadom_queue_drops", "Frames dropped, and sockets closed, because a client did not read", ["what"],
            registry=self.registry,
        )  # fmt: skip
        self.batches = Histogram(
            "ryadom_commit_batch_size", "Writes that went down in one commit",
            buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256, 512), registry=self.registry,
        )  # fmt: skip
        self.sweep_lag = Histogram(
            "ryadom_sweep_lag_seconds", "How late the sweep of deadlines ran", buckets=_SECONDS, registry=self.registry
        )
        self.requests = Histogram(
            "ryadom_request_seconds", "Time of REST requests", ["method", "route", "status"], buckets=_SECONDS,
            registry=self.registry,
        )  # fmt: skip

        self.redis_up = Gauge("ryadom_redis_up", "Whether this node reaches Redis", registry=self.registry)
        self.silent = Gauge(
            "ryadom_silent", "Whether nothing is passed on, since the database cannot be asked", registry=self.registry
        )
        self.from_log = Gauge(
            "ryadom_commits_from_log_total", "Commits of other nodes that were read from the database",
            registry=self.registry,
        )  # fmt: skip
        self.behind = Gauge(
            "ryadom_people_behind_total", "People who were told by a heartbeat alone that they had missed something",
            registry=self.registry,
        )  # fmt: skip
        self._timed: dict[tuple[str, str, int], Histogram] = {}
        """Looked up here, since finding a labelled one costs as much as ten of these."""

    def watch_deliveries(self, by_type: Mapping[str, int]) -> None:
        """Where it is counted how many events of each type have gone to connections."""
        self._delivered.by_type = by_type

    def dropped(self, what: str, count: int) -> None:
        """A client that does not read has lost so many events, or its socket."""
        self.too_slow.labels(what).inc(count)

    def requested(self, method: str, route: str, status: int, seconds: float) -> None:
        """A REST request has been answered."""
        key = (method, route, status)
        timed = self._timed.get(key)
        if timed is None:
            timed = self._timed[key] = self.requests.labels(method, route, str(status))
        timed.observe(seconds)

    def text(self) -> bytes:
        """The exposition."""
        return generate_latest(self.registry)


GUARDS = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)
"""What every answer says of itself unless its route says otherwise: it is not to be kept, it is of the type that it
names, other sites may not embed it, and nothing in it runs."""


def guarded(headers: Any) -> None:
    """Add `GUARDS` to the headers of an answer."""
    names = {name for name, _ in headers}
    headers.extend([guard for guard in GUARDS if guard[0] not in names])


class Timing:
    """ASGI middleware: how long each request took, by route template (never by path: ids are endless).

    And what every answer says of itself (`guarded`): this is the one place that every answer passes.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Time one request."""
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return
        begun = time.perf_counter()
        status = 500

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                guarded(message["headers"])
            await send(message)

        try:
            await self.app(scope, receive, watch)
        finally:
            route = scope.get("path_template") or "unknown"
            self._metrics.requested(scope["method"], route, status, time.perf_counter() - begun)
