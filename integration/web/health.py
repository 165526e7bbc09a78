"""Whether Makegood lives, whether it is ready, and its figures for Prometheus."""

from collections.abc import Iterator
from datetime import datetime
from http import HTTPStatus

from flask import Blueprint, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from integration.handling.readiness import check
from integration.parts import Parts
from integration.store import counters
from integration.store import health as store_health
from integration.store.health import Backlog
from integration.web import metrics


def blueprint(parts: Parts) -> Blueprint:
    """Build /healthz, /readyz and /metrics."""
    health = Blueprint("health", __name__)

    @health.get("/healthz")
    def alive() -> Response:
        return jsonify(status="ok")

    @health.get("/readyz")
    def ready() -> tuple[Response, int]:
        checks = check(parts)
        is_ready = all(one.is_ok for one in checks)
        body = {
            "status": "ready" if is_ready else "not ready",
            "checks": {one.name: {"ok": one.is_ok, "message": one.message} for one in checks},
        }
        return jsonify(body), HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE

    @health.get("/metrics")
    def figures() -> Response:
        from_store = CollectorRegistry(auto_describe=False)
        from_store.register(_read(parts))
        text = generate_latest(metrics.registry) + generate_latest(from_store)
        return Response(text, content_type=CONTENT_TYPE_LATEST)

    return health


class _Figures(Collector):
    """What the database says at one moment."""

    def __init__(self, backlog: Backlog, counted: dict[str, int], now: datetime) -> None:
        self._backlog = backlog
        self._counted = counted
        self._now = now

    def describe(self) -> list[GaugeMetricFamily]:
        return []

    def collect(self) -> Iterator[GaugeMetricFamily | CounterMetricFamily]:
        backlog = self._backlog
        waiting = GaugeMetricFamily("makegood_waiting", "Work that waits for its turn.", labels=["kind"])
        waiting.add_metric(["inbox"], backlog.inbox_waiting)
        waiting.add_metric(["outbox"], backlog.outbox_waiting)
        waiting.add_metric(["follow_ups"], backlog.follow_ups_pending)
        parked = GaugeMetricFamily("makegood_parked", "Work that needs somebody's decision.", labels=["kind"])
        parked.add_metric(["inbox"], backlog.inbox_parked)
        parked.add_metric(["outbox"], backlog.outbox_parked)
        parked.add_metric(["follow_ups"], backlog.follow_ups_parked)
        oldest = GaugeMetricFamily(
            "makegood_oldest_seconds",
            "Age of the oldest work that waits; for follow-ups, lateness.",
            labels=["kind"],
        )
        oldest.add_metric(["inbox"], self._age(backlog.inbox_oldest_at))
        oldest.add_metric(["outbox"], self._age(backlog.outbox_oldest_at))
        oldest.add_metric(["follow_ups"], self._age(backlog.follow_ups_oldest_due_at))
        yield from (waiting, parked, oldest)
        yield GaugeMetricFamily(
            "makegood_follow_ups_overdue", "Follow-ups past their time.", value=backlog.follow_ups_overdue
        )
        yield GaugeMetricFamily(
            "makegood_outbox_held", "Writes held back by observe mode.", value=backlog.outbox_held
        )
        counted = CounterMetricFamily("makegood_done", "What was done, ever, by name.", labels=["what"])
        for name, value in self._counted.items():
            counted.add_metric([name], value)
        yield counted

    def _age(self, since: datetime | None) -> float:
        return max((self._now - since).total_seconds(), 0.0) if since else 0.0


def _read(parts: Parts) -> _Figures:
    now = parts.clock()
    with parts.database.read() as conn:
        return _Figures(store_health.backlog(conn, now), counters.all(conn), now)
