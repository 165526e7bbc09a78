"""Receives what Zendesk sends: check who sent it, understand it, keep it in one insert, and nothing more."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from sqlalchemy import Connection

from integration.settings import Settings
from integration.store import inbox, kept
from integration.store.engine import Database
from integration.store.secrets import get_secrets
from integration.zendesk.events import Event
from integration.zendesk.webhook import (
    TIMESTAMP_HEADER,
    InvalidSignature,
    parse_event,
    parse_follow_up_request,
    verify_signature,
)

SERVICE_USER = "service_user"
WEBHOOK_SECRETS = "webhook"
TRUST_FOR_SECONDS = 10.0
REREAD_AT_MOST_EVERY_SECONDS = 0.2


class Receipt(StrEnum):
    """What became of a delivery; each is an answer in the 200s."""

    KEPT = "kept"
    SEEN_BEFORE = "seen_before"
    OWN = "own"
    NOT_ASKED_FOR = "not_asked_for"


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose deliveries count: the signing secrets in use, and our own user, whose changes are no news."""

    secrets: tuple[str, ...] = ()
    service_user_id: int | None = None


class Gate:
    """Knows the `Trust` of the account, read every few seconds, so that a delivery costs one insert."""

    def __init__(self, read: Callable[[], Trust]) -> None:
        self._read = read
        self._lock = threading.Lock()
        self._trust = Trust()
        self._read_at = float("-inf")

    def trust(self, *, max_age: float = TRUST_FOR_SECONDS) -> Trust:
        """Return what is trusted, at most `max_age` seconds old."""
        with self._lock:
            if time.monotonic() - self._read_at > max_age:
                self._trust = self._read()
                self._read_at = time.monotonic()
            return self._trust

    def verify(self, body: bytes, headers: Mapping[str, str], now: datetime) -> Trust:
        """Check the signature; a secret stored a moment ago counts. Raises `InvalidSignature`."""
        trust = self.trust()
        try:
            verify_signature(body, headers, trust.secrets, now)
        except InvalidSignature:
            fresh = self.trust(max_age=REREAD_AT_MOST_EVERY_SECONDS)
            if fresh.secrets == trust.secrets:
                raise
            verify_signature(body, headers, fresh.secrets, now)
            return fresh
        return trust


def read_trust(conn: Connection, settings: Settings) -> Trust:
    """Read the secrets that `connect` stored, the one from the settings, and who we are in Zendesk."""
    stored = get_secrets(conn, WEBHOOK_SECRETS, secret_key=settings.secret_key)
    return Trust(
        secrets=tuple(secret for secret in (settings.webhook_secret, *stored.values()) if secret),
        service_user_id=own_user(conn),
    )


def own_user(conn: Connection) -> int | None:
    """Return the user as whom `connect` found us to act; None before it."""
    own = kept.get(conn, SERVICE_USER)
    return own if isinstance(own, int) else None


def receive_event(
    body: bytes, headers: Mapping[str, str], *, gate: Gate, database: Database, now: datetime
) -> Receipt:
    """Keep one event delivery. Raises `InvalidSignature`, `MalformedEvent`, or the database's errors."""
    trust = gate.verify(body, headers, now)
    event = parse_event(body)
    if not event.is_known:
        return Receipt.NOT_ASKED_FOR
    if is_own(event, trust):
        return Receipt.OWN
    with database.single() as conn:
        is_new = inbox.add(
            conn,
            event_id=event.id,
            kind="event",
            type=event.type,
            ticket_id=event.ticket_id,
            user_id=event.user_id,
            event_order=event.order,
            body=body,
            now=now,
        )
    return Receipt.KEPT if is_new else Receipt.SEEN_BEFORE


def receive_follow_up_request(
    body: bytes, headers: Mapping[str, str], *, gate: Gate, database: Database, now: datetime
) -> Receipt:
    """Keep one request of an admin's trigger to start or cancel a follow-up. Raises as `receive_event`."""
    gate.verify(body, headers, now)
    request = parse_follow_up_request(body)
    # A trigger's body has no event id. Without a key of the author's, the same words signed at the same
    # second are one delivery; a later repetition finds the follow-up running or ended, and changes nothing.
    key = request.key or headers.get(TIMESTAMP_HEADER, "") + body.decode()
    identity = f"{request.ticket_id}\n{request.action}\n{request.name}\n{key}"
    with database.single() as conn:
        is_new = inbox.add(
            conn,
            event_id=f"follow-up:{sha256(identity.encode()).hexdigest()}",
            kind="follow_up",
            type=f"follow_up.{request.action}",
            ticket_id=request.ticket_id,
            user_id=None,
            event_order=_order_of(now),
            body=body,
            now=now,
        )
    return Receipt.KEPT if is_new else Receipt.SEEN_BEFORE


def is_own(event: Event, trust: Trust) -> bool:
    """Whether we caused this ourselves; otherwise every note that we write would wake us again."""
    return event.actor_id is not None and event.actor_id == trust.service_user_id


def _order_of(now: datetime) -> str:
    return f"{int(now.timestamp() * 1_000_000) * 1000:020d}:000000"
