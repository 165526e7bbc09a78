"""Forgets requesters and tickets: when somebody asks, and in time when Zendesk deleted or blacked out."""

import hashlib
import hmac
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Connection

from integration.domain.ticket import Status
from integration.handling.ordering import order_at
from integration.parts import Parts
from integration.store import audit_log, erasure, erasures, requesters, tickets
from integration.store.erasure import Scope
from integration.store.erasures import Receipt, Wanted
from integration.store.migrate import copies
from integration.zendesk.errors import NotFound, ZendeskError

log = logging.getLogger(__name__)

AT_ONCE = 100
AGAIN_AFTER = timedelta(minutes=5)
HELD_FOR_ANOTHER_DAY = timedelta(days=1)
MAKEGOOD = "makegood"


class Cause(StrEnum):
    """Why something is forgotten."""

    ASKED = "asked"
    DELETED = "deleted"  # may still be restored in Zendesk
    DELETED_FOR_GOOD = "deleted for good"
    REDACTED = "redacted"
    RETENTION = "retention"


class UnknownRequester(Exception):
    """Nothing is stored of this requester."""

    def __init__(self, requester_id: int) -> None:
        super().__init__(
            f"Nothing is stored of requester {requester_id}; the id is the one in Zendesk's URL."
        )


class OnHold(Exception):
    """A legal hold keeps the data."""

    def __init__(self, subjects: list[str]) -> None:
        super().__init__(
            f"A legal hold on {', '.join(subjects)} keeps this data; `makegood hold list` says why."
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """What an erasure would remove: rows by table, and which of Zendesk's users and how many tickets."""

    requester_ids: tuple[int, ...]
    tickets: int
    rows: Mapping[str, int]
    holds: tuple[str, ...]


def plan_erasure(parts: Parts, requester_id: int) -> Plan:
    """Say what `erase_requester` would remove; changes nothing. Raises `UnknownRequester`."""
    with parts.database.read() as conn:
        now = parts.clock()
        scope = known_scope(conn, requester_id, now)
        rows = erasure.count(conn, scope, now)
        return Plan(scope.requesters, len(scope.tickets), rows, tuple(_holds(conn, scope)))


def erase_requester(parts: Parts, requester_id: int, *, asked_by: str) -> Receipt:
    """Remove all that is stored of a requester, now; return the receipt.

    Raises `UnknownRequester` or `OnHold`.
    """
    now = parts.clock()
    with parts.database.write() as conn:
        scope = known_scope(conn, requester_id, now)
        if held := _holds(conn, scope):
            raise OnHold(held)
        subject = f"requester:{scope.requesters[0]}"
        id = erasures.ask(conn, subject, cause=Cause.ASKED, asked_by=asked_by, now=now, due_at=now)
        wanted = Wanted(id, subject, Cause.ASKED, asked_by, now)
        receipt = _erase(conn, parts.settings.secret_key, wanted, scope, now)
    erasure.settle(parts.database)
    return receipt


def copies_that_hold_it(parts: Parts) -> list[Path]:
    """Return the copies from before upgrades: nothing can be taken out of them, and they go by themselves."""
    return copies(parts.database.engine)


def forget_due(parts: Parts) -> int:
    """Forget what is due; return how many wishes were fulfilled. Run every minute."""
    now = parts.clock()
    with parts.database.read() as conn:
        due = erasures.due(conn, now, limit=AT_ONCE)
    done = sum(_forget(parts, wanted, now) for wanted in due)
    if done:
        erasure.settle(parts.database)
    return done


def after_ticket_events(
    conn: Connection,
    ticket_id: int,
    *,
    is_deleted: bool,
    is_for_good: bool,
    is_redacted: bool,
    keep_hours: float,
    now: datetime,
) -> None:
    """Ask for what Zendesk no longer has to be forgotten here; a deletion that can be undone waits."""
    subject = f"ticket:{ticket_id}"
    wishes = []
    if is_for_good:
        wishes.append((Cause.DELETED_FOR_GOOD, now))
    elif is_deleted:
        wishes.append((Cause.DELETED, now + timedelta(hours=keep_hours)))
    if is_redacted:
        wishes.append((Cause.REDACTED, now))
    for cause, due_at in wishes:
        erasures.ask(conn, subject, cause=cause, asked_by=MAKEGOOD, now=now, due_at=due_at)


def after_user_deletion(
    conn: Connection, user_id: int, *, is_for_good: bool, keep_hours: float, now: datetime
) -> None:
    """Ask for a user whom Zendesk deleted to be forgotten here, with everything they wrote."""
    cause = Cause.DELETED_FOR_GOOD if is_for_good else Cause.DELETED
    due_at = now if is_for_good else now + timedelta(hours=keep_hours)
    erasures.ask(conn, f"requester:{user_id}", cause=cause, asked_by=MAKEGOOD, now=now, due_at=due_at)


def is_known(conn: Connection, subject: str) -> bool:
    """Whether anything is stored of a subject such as `requester:7` or `ticket:5`."""
    kind, _, number = subject.partition(":")
    if kind == "ticket":
        return tickets.get(conn, int(number)) is not None
    return requesters.get(conn, int(number)) is not None


def mark_of(secret_key: str, subject: str) -> str:
    """Return the keyed digest by which a receipt is found again, by those who know whom to look for."""
    return _keyed(secret_key, f"makegood erasure of {subject}")


def is_genuine(secret_key: str, receipt: Receipt) -> bool:
    """Whether a receipt is as this installation wrote it."""
    return hmac.compare_digest(receipt.receipt, _receipt(secret_key, receipt))


def _forget(parts: Parts, wanted: Wanted, now: datetime) -> bool:
    kind, _, number = wanted.subject.partition(":")
    try:
        if wanted.cause == Cause.REDACTED:
            return _forget_words(parts, wanted, int(number), now)
    except ZendeskError as error:
        log.info("A redaction waits for Zendesk.", extra={"reason": str(error)})
        with parts.database.write() as conn:
            erasures.put_off(conn, wanted.id, now + AGAIN_AFTER)
        return False
    with parts.database.write() as conn:
        if wanted.cause == Cause.DELETED and not _is_still_deleted(conn, kind, int(number)):
            erasures.drop(conn, wanted.id)
            return False
        of = erasure.scope_of_ticket if kind == "ticket" else erasure.scope_of_requester
        scope = of(conn, int(number))
        if _holds(conn, scope):
            erasures.put_off(conn, wanted.id, now + HELD_FOR_ANOTHER_DAY)
            return False
        _erase(conn, parts.settings.secret_key, wanted, scope, now)
    return True


def _forget_words(parts: Parts, wanted: Wanted, ticket_id: int, now: datetime) -> bool:
    """Take the description anew from Zendesk: no event says which of its words were blacked out."""
    try:
        fresh = parts.zendesk.ticket(ticket_id)
    except NotFound:
        fresh = None
    with parts.database.write() as conn:
        if _holds(conn, erasure.scope_of_ticket(conn, ticket_id)):
            erasures.put_off(conn, wanted.id, now + HELD_FOR_ANOTHER_DAY)
            return False
        if fresh is not None:
            tickets.save(conn, fresh, order=order_at(fresh.updated_at), with_custom_fields=True)
            tickets.set_words(conn, ticket_id, fresh.subject, fresh.description)
        removed = erasure.erase_words(conn, ticket_id)
        _finish(conn, parts.settings.secret_key, wanted, removed, now)
    return True


def _is_still_deleted(conn: Connection, kind: str, id: int) -> bool:
    if kind == "ticket":
        ticket = tickets.get(conn, id)
        return ticket is None or ticket.status is Status.DELETED
    requester = requesters.get(conn, id)
    return requester is None or not requester.is_active


def _erase(conn: Connection, secret_key: str, wanted: Wanted, scope: Scope, now: datetime) -> Receipt:
    return _finish(conn, secret_key, wanted, erasure.erase(conn, scope, now), now)


def _finish(
    conn: Connection, secret_key: str, wanted: Wanted, removed: Mapping[str, int], now: datetime
) -> Receipt:
    mark = mark_of(secret_key, wanted.subject)
    bare = Receipt(wanted.id, mark, wanted.cause, wanted.asked_by, wanted.asked_at, now, removed, "")
    receipt = Receipt(
        bare.id,
        mark,
        bare.cause,
        bare.asked_by,
        bare.asked_at,
        now,
        removed,
        _receipt(secret_key, bare),
    )
    erasures.finish(conn, wanted.id, mark=mark, removed=removed, receipt=receipt.receipt, now=now)
    audit_log.write(
        conn,
        at=now,
        actor=wanted.asked_by,
        action="erased",
        subject=f"erasure:{wanted.id}",
        after={"cause": wanted.cause, "removed": dict(removed), "receipt": receipt.receipt},
    )
    return receipt


def known_scope(conn: Connection, requester_id: int, now: datetime) -> Scope:
    """Return everything of a requester; raises `UnknownRequester` where nothing at all is stored of them.

    Facts and comments of somebody may be here without the user that they belong to.
    """
    scope = erasure.scope_of_requester(conn, requester_id)
    if next(erasure.everything(conn, scope, now), None) is None:
        raise UnknownRequester(requester_id)
    return scope


def _holds(conn: Connection, scope: Scope) -> list[str]:
    """Return the holds that concern them; a hold on a person covers that person's tickets.

    It was perhaps placed on a user who has been merged with another since.
    """
    people = {ticket.requester_id for id in scope.tickets if (ticket := tickets.get(conn, id))}
    people |= set(scope.requesters)
    same = {id for owner in people if owner > 0 for id in requesters.same_person(conn, owner)}
    return erasures.held(conn, [f"ticket:{id}" for id in scope.tickets] + [f"requester:{id}" for id in same])


def _receipt(secret_key: str, receipt: Receipt) -> str:
    told = {
        "id": receipt.id,
        "mark": receipt.mark,
        "cause": receipt.cause,
        "asked_by": receipt.asked_by,
        "asked_at": receipt.asked_at.isoformat(),
        "done_at": receipt.done_at.isoformat(),
        "removed": dict(receipt.removed),
    }
    return _keyed(secret_key, json.dumps(told, sort_keys=True))


def _keyed(secret_key: str, text: str) -> str:
    return hmac.new(secret_key.encode(), text.encode(), hashlib.sha256).hexdigest()
