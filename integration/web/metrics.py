"""Counters and timings of this process, in a registry of their own."""

from prometheus_client import CollectorRegistry, Counter, Histogram

registry = CollectorRegistry()

deliveries = Counter(
    "makegood_deliveries",
    "Webhook deliveries by what became of them.",
    ["route", "result"],
    registry=registry,
)
requests = Counter("makegood_http_requests", "Answered requests.", ["endpoint", "status"], registry=registry)
seconds = Histogram(
    "makegood_http_request_seconds",
    "Time to answer, by endpoint.",
    ["endpoint"],
    registry=registry,
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
