"""The fault desk: what goes wrong on purpose, with deliveries and with the API, by repeatable dice."""

import re
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

import orjson
from flask import Flask

from integration.rehearsal.account import Account
from integration.rehearsal.errors import BadRequest

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

API_KINDS = ("429", "500", "503", "html", "timeout", "drop_before", "drop_after_write")

_REORDER_SECONDS = (0.3, 1.2)
_LONGEST_WAIT = 120.0
_FAULTY_PATHS = ("/api/", "/oauth/")
_HTML = (
    b"<!DOCTYPE html><html><head><title>Zendesk</title></head><body><h1>Just a moment...</h1></body></html>"
)


@dataclass(frozen=True)
class DeliveryFault:
    """What happens to one delivery."""

    name: str | None = None  # one of those below; None for none
    delay: float = 0.0  # seconds


@dataclass(frozen=True)
class DeliveryFaults:
    """How often each thing happens to deliveries; rates from 0 to 1."""

    duplicate: float = 0.0
    reorder: float = 0.0
    drop: float = 0.0
    wrong_signature: float = 0.0
    unsigned: float = 0.0
    delay_seconds: tuple[float, float] = (0.0, 0.0)


@dataclass
class ApiFault:
    """One kind of wrong answer and the requests it may hit, `times` more times (None: without end)."""

    kind: str
    rate: float = 1.0
    methods: tuple[str, ...] = ()
    path: str = ""
    retry_after: int | None = None
    seconds: float = 30.0
    times: int | None = None
    dice: Random = field(default_factory=Random, repr=False, compare=False)

    def hits(self, method: str, path: str) -> bool:
        """Roll the dice for a request; a hit uses up one of `times`."""
        if self.times == 0 or (self.methods and method not in self.methods) or not re.search(self.path, path):
            return False
        if self.dice.random() >= self.rate:
            return False
        if self.times is not None:
            self.times -= 1
        return True


class FaultDesk:
    """Holds the faults in force and counts what was done; safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._given: dict[str, Any] = {}
        self._deliveries = DeliveryFaults()
        self._api: list[ApiFault] = []
        self._dice = Random(0)
        self._injected: Counter[str] = Counter()
        self._closing = threading.Event()

    def set(self, wishes: Mapping[str, Any]) -> None:
        """Replace all faults; counters and dice start anew. Raises BadRequest naming the first mistake."""
        seed = wishes.get("seed", 0)
        unknown = set(wishes) - {"deliveries", "api", "seed"}
        if unknown or not isinstance(seed, int):
            raise BadRequest(f"faults take deliveries, api and seed (a whole number), not {sorted(unknown)}")
        try:
            deliveries = _delivery_faults(wishes.get("deliveries") or {})
            api = [_api_fault(wish, Random(f"{seed}:{n}")) for n, wish in enumerate(wishes.get("api") or [])]
        except (TypeError, ValueError, AttributeError) as error:
            raise BadRequest(f"faults: a value has the wrong type: {error}") from error
        with self._lock:
            self._given = dict(wishes)
            self._deliveries, self._api = deliveries, api
            self._dice = Random(seed)
            self._injected.clear()

    def clear(self) -> None:
        """Let everything go right again; the counters stay readable."""
        with self._lock:
            self._given, self._deliveries, self._api = {}, DeliveryFaults(), []

    def close(self) -> None:
        """Let go of requests that are being kept waiting; the server is about to stop."""
        self._closing.set()

    def wait(self, seconds: float) -> None:
        """Keep a request waiting, or less long when the server stops."""
        self._closing.wait(seconds)

    def report(self) -> dict[str, Any]:
        """Return the faults in force and how often each was injected since they were set."""
        with self._lock:
            return {"deliveries": {}, "api": [], "seed": 0, **self._given, "injected": dict(self._injected)}

    def for_delivery(self) -> DeliveryFault:
        """Decide about one delivery: at most one fault by name, and a delay."""
        with self._lock:
            rates, dice = self._deliveries, self._dice
            shortest, longest = rates.delay_seconds
            delay = dice.uniform(shortest, longest) if longest else 0.0
            name = next((name for name in _NAMED if dice.random() < getattr(rates, name)), None)
            if name == "reorder":  # held back, so that later ones overtake it
                delay += dice.uniform(*_REORDER_SECONDS)
            if name:
                self._injected[name] += 1
            if longest:
                self._injected["delay"] += 1
            return DeliveryFault(name, delay)

    def for_request(self, method: str, path: str) -> ApiFault | None:
        """Decide about one request of a client; the first fault that hits counts."""
        if not path.startswith(_FAULTY_PATHS):
            return None
        with self._lock:
            fault = next((each for each in self._api if each.hits(method, path)), None)
            if fault:
                self._injected[fault.kind] += 1
            return fault


_NAMED = ("drop", "duplicate", "reorder", "wrong_signature", "unsigned")


class FaultyAnswers:
    """WSGI middleware that puts the desk's faults in front of an application."""

    def __init__(self, app: "WSGIApplication", desk: FaultDesk) -> None:
        self._app = app
        self._desk = desk

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        fault = self._desk.for_request(environ["REQUEST_METHOD"], environ.get("PATH_INFO", ""))
        if fault is None:
            return self._app(environ, start_response)
        if fault.kind == "timeout":
            self._desk.wait(fault.seconds)
        if fault.kind == "drop_after_write":
            _run_unheard(self._app, environ)
        if fault.kind not in _ANSWERS:
            # The server closes the connection without an answer.
            raise ConnectionAbortedError
        status, headers, body = _ANSWERS[fault.kind]
        extra = [] if fault.retry_after is None else [("Retry-After", str(fault.retry_after))]
        start_response(status, [*headers, *extra])
        return [body]


def register(app: Flask, account: Account) -> None:  # noqa: ARG001
    """Put a desk, handed out as `app.extensions["rehearsal.faults"]`, in front of the application."""
    desk = FaultDesk()
    app.extensions["rehearsal.faults"] = desk
    app.wsgi_app = FaultyAnswers(app.wsgi_app, desk)  # type: ignore[method-assign]


def _error(name: str, description: str) -> bytes:
    return orjson.dumps({"error": name, "description": description})


_JSON = [("Content-Type", "application/json; charset=utf-8")]
_ANSWERS: dict[str, tuple[str, list[tuple[str, str]], bytes]] = {
    "429": (
        "429 Too Many Requests",
        _JSON,
        _error("APIRateLimitExceeded", "Number of allowed API requests per minute exceeded"),
    ),
    "500": ("500 Internal Server Error", _JSON, _error("InternalError", "An internal error occurred")),
    "503": ("503 Service Unavailable", _JSON, _error("DatabaseError", "Service temporarily unavailable")),
    "html": ("200 OK", [("Content-Type", "text/html; charset=utf-8")], _HTML),
}


def _run_unheard(app: "WSGIApplication", environ: "WSGIEnvironment") -> None:
    answer = app(environ, lambda *_: lambda _: None)
    try:
        for _ in answer:
            pass
    finally:
        close = getattr(answer, "close", None)
        if close is not None:
            close()


def _delivery_faults(wishes: Mapping[str, Any]) -> DeliveryFaults:
    unknown = set(wishes) - {*_NAMED, "delay_seconds"}
    if unknown:
        raise BadRequest(f"deliveries: unknown fault {sorted(unknown)[0]}")
    rates = {name: _rate(wishes.get(name, 0.0), name) for name in _NAMED}
    shortest, longest = wishes.get("delay_seconds", (0, 0))
    if not 0 <= shortest <= longest <= _LONGEST_WAIT:
        raise BadRequest(f"delay_seconds: two numbers from 0 to {_LONGEST_WAIT:.0f}, the smaller first")
    return DeliveryFaults(**rates, delay_seconds=(float(shortest), float(longest)))


def _api_fault(wish: Mapping[str, Any], dice: Random) -> ApiFault:
    kind = str(wish.get("kind"))
    if kind not in API_KINDS:
        raise BadRequest(f"api: kind must be one of {', '.join(API_KINDS)}")
    try:
        re.compile(wish.get("path", ""))
    except re.error as error:
        raise BadRequest(f"api: path is not a regular expression: {error}") from error
    seconds = float(wish.get("seconds", 30.0))
    if not 0 <= seconds <= _LONGEST_WAIT:
        raise BadRequest(f"api: seconds must be from 0 to {_LONGEST_WAIT:.0f}")
    return ApiFault(
        kind=kind,
        rate=_rate(wish.get("rate", 1.0), "rate"),
        methods=tuple(method.upper() for method in wish.get("methods", ())),
        path=wish.get("path", ""),
        retry_after=wish.get("retry_after"),
        seconds=seconds,
        times=wish.get("times"),
        dice=dice,
    )


def _rate(value: Any, name: str) -> float:
    if not isinstance(value, int | float) or not 0 <= value <= 1:
        raise BadRequest(f"{name}: must be a number from 0 to 1")
    return float(value)
