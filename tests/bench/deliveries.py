"""Acknowledged deliveries: Makegood's endpoint against the bare one, in turn, in the same run."""

import base64
import hashlib
import hmac
import json
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import sqlalchemy as sa

from integration.store.engine import make_engine
from tests.bench import servers
from tests.bench.figures import Spread
from tests.bench.scale import Scale
from tests.bench.servers import Running
from tests.bench.wire import request, send_all
from tests.postgres import Cluster

SECRET = "a-signing-secret-of-the-webhook"
CLIENTS = 8
GOAL = 0.5
DESCRIPTION = (
    "Good morning, I ordered a kettle with the number AF-{number:06d} almost three weeks ago and it still "
    "has not come. The tracking page has not changed for eight days, and I have now written twice without "
    "an answer. This is the second time that a parcel of yours is lost, and I am really disappointed. "
    "Please tell me today where it is, or send my money back. Kind regards, Robin Example "
)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`rates` are deliveries a second of each round; `cpu_ms` is the server's processor time for one."""

    rates: tuple[float, ...]
    together: Spread
    alone: Spread
    cpu_ms: float


@dataclass(frozen=True, slots=True)
class Deliveries:
    """One database's comparison; `ratio` is the middle one of the rounds' ratios."""

    database: str
    clients: int
    body_bytes: int
    makegood: Endpoint
    bare: Endpoint
    ratio: float
    goal: float
    rows_kept: int


@dataclass(slots=True)
class _Tally:
    server: Running
    rates: list[float] = field(default_factory=list)
    together: list[float] = field(default_factory=list)
    alone: list[float] = field(default_factory=list)
    cpu: float = 0.0
    sent: int = 0

    def endpoint(self) -> Endpoint:
        return Endpoint(
            tuple(round(rate, 1) for rate in self.rates),
            Spread.of(self.together),
            Spread.of(self.alone),
            round(self.cpu / self.sent * 1000, 3),
        )


def measure(folder: Path, scale: Scale) -> list[Deliveries]:
    """Compare on SQLite, and on a durable PostgreSQL where the scale asks for it."""
    files = f"sqlite:///{folder}/makegood.db", f"sqlite:///{folder}/bare.db"
    found = [_compare("SQLite", folder, *files, scale)]
    if scale.with_postgresql:
        with _postgresql() as databases:
            found.append(_compare("PostgreSQL", folder, *databases, scale))
    return found


def delivery(number: int) -> bytes:
    """Return the bytes of a signed `ticket.created` delivery with an id of its own, signed now."""
    stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    body = json.dumps(event(number, stamp)).encode()
    digest = hmac.new(SECRET.encode(), stamp.encode() + body, hashlib.sha256).digest()
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Zendesk Webhook",
        "X-Zendesk-Account-Id": "12345",
        "X-Zendesk-Webhook-Id": "01GK0TYZQ8KZ4T1T6Z8V5W6X7Y",
        "X-Zendesk-Webhook-Invocation-Id": str(uuid4()),
        "X-Zendesk-Webhook-Signature": base64.b64encode(digest).decode(),
        "X-Zendesk-Webhook-Signature-Timestamp": stamp,
    }
    return request("POST", "/zendesk/events", headers, body)


def event(number: int, stamp: str) -> dict[str, object]:
    """Return an event as Zendesk words it."""
    person = str(360_000_000_000 + number % 50_000)
    return {
        "account_id": 12345,
        "id": str(uuid4()),
        "type": "zen:event-type:ticket.created",
        "subject": f"zen:ticket:{number}",
        "time": stamp.replace("Z", ".123456789Z"),
        "zendesk_event_version": "2022-11-06",
        "event": {"meta": {"sequence": {"id": str(uuid4()), "position": 1, "total": 1}}},
        "detail": {
            "actor_id": person,
            "assignee_id": None,
            "brand_id": "360001234567",
            "created_at": stamp,
            "custom_status": "1500001234",
            "description": DESCRIPTION.format(number=number) * 2,
            "external_id": None,
            "form_id": "360002345678",
            "group_id": "360003456789",
            "id": str(number),
            "is_public": True,
            "organization_id": None,
            "priority": "NORMAL",
            "requester_id": person,
            "status": "NEW",
            "subject": "My kettle has not come",
            "submitter_id": person,
            "tags": ["web_form", "kitchen", "order_question"],
            "type": "PROBLEM",
            "updated_at": stamp,
            "via": {"channel": "email"},
        },
    }


def _compare(database: str, folder: Path, ours: str, theirs: str, scale: Scale) -> Deliveries:
    with servers.makegood(folder, ours, SECRET) as makegood, servers.bare(folder, theirs, SECRET) as bare:
        tallies = (_Tally(makegood), _Tally(bare))
        for tally in tallies:
            send_all(tally.server.port, _deliveries(40), clients=CLIENTS, expect=204)
        for _ in range(scale.rounds):
            for tally in tallies:
                _round(tally, scale)
    our, their = (tally.endpoint() for tally in tallies)
    expected = 40 + scale.rounds * (scale.deliveries + scale.paced_deliveries)
    kept = _rows(ours, "inbox")
    if not kept == _rows(theirs, "events") == expected:
        raise RuntimeError(f"{expected} deliveries were acknowledged, but {kept} are kept.")
    return Deliveries(
        database=database,
        clients=CLIENTS,
        body_bytes=len(delivery(1).partition(b"\r\n\r\n")[2]),
        makegood=our,
        bare=their,
        ratio=round(statistics.median(a / b for a, b in zip(our.rates, their.rates, strict=True)), 3),
        goal=GOAL,
        rows_kept=kept,
    )


def _round(tally: _Tally, scale: Scale) -> None:
    many, few = _deliveries(scale.deliveries), _deliveries(scale.paced_deliveries)
    worked = tally.server.cpu_seconds()
    together = send_all(tally.server.port, many, clients=CLIENTS, expect=204)
    alone = send_all(tally.server.port, few, clients=1, expect=204)
    tally.cpu += tally.server.cpu_seconds() - worked
    tally.sent += len(many) + len(few)
    tally.rates.append(len(many) / together.elapsed)
    tally.together += together.seconds
    tally.alone += alone.seconds


def _deliveries(count: int) -> list[bytes]:
    return [delivery(number) for number in range(1, count + 1)]


@contextmanager
def _postgresql() -> Iterator[tuple[str, str]]:
    cluster = Cluster(durable=True)
    try:
        yield cluster.url(cluster.create()), cluster.url(cluster.create())
    finally:
        cluster.stop()


def _rows(url: str, table: str) -> int:
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            return int(connection.scalar(sa.select(sa.func.count()).select_from(sa.table(table))) or 0)
    finally:
        engine.dispose()
