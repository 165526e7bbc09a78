"""Judges deliveries of Zendesk's webhooks: signature first, over the raw bytes, then parsing; no I/O."""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from integration.zendesk import changes, shapes
from integration.zendesk.events import Event, FollowUpRequest, TicketDetail, UserDetail
from integration.zendesk.events import Sequence as EventSequence
from integration.zendesk.shapes import BadValue, Json

SIGNATURE_HEADER = "X-Zendesk-Webhook-Signature"
TIMESTAMP_HEADER = "X-Zendesk-Webhook-Signature-Timestamp"
INVOCATION_HEADER = "X-Zendesk-Webhook-Invocation-Id"

# Zendesk signs test requests with it before a webhook exists. It is published, so it proves nothing.
TEST_SECRET = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="  # noqa: S105
# Zendesk signs each attempt anew, so even a late retry carries a fresh moment.
TOLERANCE = timedelta(minutes=5)
MAX_BODY = 300_000  # bytes; Zendesk sends less than 256 kB

TYPE_PREFIX = "zen:event-type:"
MAX_DELAY_HOURS = 24 * 366.0
MAX_NOTE = 4_000
_MAX_POSITION = 999_999
_NAME = re.compile(r"[\w][\w .-]{0,63}")

T = TypeVar("T")


class InvalidSignature(Exception):
    """The delivery does not come from Zendesk, or comes from the past; answer 401 and do nothing."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class MalformedEvent(Exception):
    """A signed body that does not have the documented shape; the message names the field, not its content."""


def verify_signature(
    body: bytes,
    headers: Mapping[str, str],
    secrets: Sequence[str],
    now: datetime,
    *,
    allow_test_secret: bool = False,
) -> None:
    """Accept the body if one of `secrets` signed it within five minutes of `now`; else `InvalidSignature`.

    Several secrets are valid while one is being rotated, and because each webhook has its own. The public
    test secret never counts unless `allow_test_secret`.
    """
    given = {name.lower(): value for name, value in headers.items()}
    signature = given.get(SIGNATURE_HEADER.lower(), "")
    stamp = given.get(TIMESTAMP_HEADER.lower(), "")
    if not signature or not stamp:
        raise InvalidSignature("The signature or its timestamp is missing.")
    if len(body) > MAX_BODY or len(signature) > 100 or len(stamp) > 40:
        raise InvalidSignature("The delivery is larger than any that Zendesk sends.")
    keys = {secret for secret in secrets if secret and secret != TEST_SECRET}
    if allow_test_secret:
        keys.add(TEST_SECRET)
    if not keys:
        raise InvalidSignature("No signing secret is known yet; run `makegood connect`.")
    # Every key is tried, so that the time tells nothing about which one came close.
    matches = [
        hmac.compare_digest(sign(key, stamp, body), signature.encode("utf-8", "replace")) for key in keys
    ]
    if not any(matches):
        raise InvalidSignature("No known secret made this signature.")
    try:
        signed_at = shapes.moment(stamp, "timestamp").at
    except BadValue:
        raise InvalidSignature("The timestamp is not a moment.") from None
    if abs(now - signed_at) > TOLERANCE:
        raise InvalidSignature("The signature is more than five minutes away from this machine's clock.")


def sign(secret: str, stamp: str, body: bytes) -> bytes:
    """Return base64(HMAC-SHA256(secret, timestamp + body)), the secret taken as the text it is."""
    digest = hmac.new(secret.encode(), stamp.encode("utf-8", "replace") + body, hashlib.sha256).digest()
    return base64.b64encode(digest)


def parse_event(body: bytes) -> Event:
    """Read a delivery of the event webhook; a type that nobody handles gives `is_known=False`.

    Raises `MalformedEvent`.
    """
    return _parse(body, _event)


def parse_follow_up_request(body: bytes) -> FollowUpRequest:
    """Read a delivery of the trigger webhook, whose body an admin wrote. Raises `MalformedEvent`."""
    return _parse(body, _follow_up_request)


def _parse(body: bytes, read: Callable[[Json], T]) -> T:
    try:
        return read(_object(body))
    except BadValue as error:
        raise MalformedEvent(f"{error}.") from None


def _object(body: bytes) -> Json:
    if len(body) > MAX_BODY:
        raise BadValue(f"The body is larger than {MAX_BODY} bytes")
    try:
        data = _DECODER.decode(body.decode("utf-8"))
    except UnicodeDecodeError:
        raise BadValue("The body is not UTF-8") from None
    except RecursionError:
        raise BadValue("The body is nested too deeply") from None
    except ValueError:
        raise BadValue("The body is not JSON") from None
    if not isinstance(data, Mapping):
        raise BadValue("The body is not a JSON object")
    return data


def _no_constant(_: str) -> object:
    raise ValueError("NaN and Infinity are no JSON")


_DECODER = json.JSONDecoder(parse_constant=_no_constant)


def _event(data: Json) -> Event:
    event_id = shapes.text(data.get("id"), "id")
    if not 0 < len(event_id) <= 128 or not event_id.isprintable():
        raise BadValue("id is missing or too long")
    full_type = shapes.text(data.get("type"), "type")
    if not 0 < len(full_type) <= 128 or not full_type.isprintable():
        raise BadValue("type is missing or too long")
    kind = full_type.removeprefix(TYPE_PREFIX)
    happened = shapes.moment(data.get("time"), "time")
    account_id = shapes.required_id(data.get("account_id"), "account_id")
    if kind not in changes.READERS:
        return Event(
            event_id, kind, happened.at, _order(happened.ns, None), account_id, is_known=False,
            ticket_id=_id_in_subject(data.get("subject")),
        )  # fmt: skip
    raw_detail = shapes.table(data.get("detail"), "detail")
    raw_event = shapes.table(data.get("event"), "event")
    sequence = _sequence(raw_event)
    detail = _ticket_detail(raw_detail) if kind.startswith("ticket.") else _user_detail(raw_detail)
    return Event(
        id=event_id,
        type=kind,
        occurred_at=happened.at,
        order=_order(happened.ns, sequence),
        account_id=account_id,
        is_known=True,
        ticket_id=detail.id if isinstance(detail, TicketDetail) else None,
        user_id=detail.id if isinstance(detail, UserDetail) else None,
        actor_id=shapes.optional_id(raw_detail.get("actor_id"), "detail.actor_id"),
        detail=detail,
        change=changes.READERS[kind](raw_event),
        sequence=sequence,
    )


def _order(ns: int, sequence: EventSequence | None) -> str:
    return f"{ns:020d}:{sequence.position if sequence else 0:06d}"


def _id_in_subject(subject: object) -> int | None:
    match = re.fullmatch(r"zen:ticket:(\d{1,18})", subject, re.ASCII) if isinstance(subject, str) else None
    return int(match[1]) if match else None


def _sequence(event: Json) -> EventSequence | None:
    meta = shapes.table(event.get("meta"), "event.meta")
    raw = shapes.table(meta.get("sequence"), "event.meta.sequence")
    if not raw:
        return None
    position = raw.get("position", 0)
    if isinstance(position, bool) or not isinstance(position, int) or position < 0:
        raise BadValue("event.meta.sequence.position is not a place")
    sequence_id = shapes.text(raw.get("id"), "event.meta.sequence.id")
    return EventSequence(sequence_id[:128], min(position, _MAX_POSITION))


def _ticket_detail(raw: Json) -> TicketDetail:
    return TicketDetail(
        id=shapes.ticket_id(raw.get("id"), "detail.id"),
        # A deleted user leaves a ticket without a requester.
        requester_id=shapes.optional_id(raw.get("requester_id"), "detail.requester_id") or 0,
        subject=shapes.text(raw.get("subject"), "detail.subject"),
        description=shapes.text(raw.get("description"), "detail.description"),
        status=shapes.status(raw.get("status"), "detail.status"),
        created_at=shapes.moment(raw.get("created_at"), "detail.created_at").at,
        updated_at=shapes.moment(raw.get("updated_at"), "detail.updated_at").at,
        channel=shapes.channel(raw.get("via"), "detail.via"),
        priority=shapes.lowered(raw.get("priority"), "detail.priority"),
        brand_id=shapes.optional_id(raw.get("brand_id"), "detail.brand_id"),
        form_id=shapes.optional_id(raw.get("form_id"), "detail.form_id"),
        group_id=shapes.optional_id(raw.get("group_id"), "detail.group_id"),
        assignee_id=shapes.optional_id(raw.get("assignee_id"), "detail.assignee_id"),
        organization_id=shapes.optional_id(raw.get("organization_id"), "detail.organization_id"),
        tags=shapes.tags(raw.get("tags"), "detail.tags"),
    )


def _user_detail(raw: Json) -> UserDetail:
    return UserDetail(
        id=shapes.required_id(raw.get("id"), "detail.id"),
        role=shapes.lowered(raw.get("role"), "detail.role"),
        organization_id=shapes.optional_id(raw.get("organization_id"), "detail.organization_id"),
        created_at=shapes.optional_moment(raw.get("created_at"), "detail.created_at"),
        updated_at=shapes.optional_moment(raw.get("updated_at"), "detail.updated_at"),
    )


def _follow_up_request(data: Json) -> FollowUpRequest:
    action = shapes.text(data.get("action"), "action").strip().lower()
    if action not in {"start", "cancel"}:
        raise BadValue("action is neither start nor cancel")
    name = shapes.text(data.get("name"), "name").strip()
    if not _NAME.fullmatch(name):
        raise BadValue("name is not 1 to 64 letters, digits, spaces, dots, dashes or underscores")
    due_in_hours = _hours(data.get("due_in_hours"))
    due_at = shapes.optional_moment(data.get("due_at"), "due_at")
    if action == "start" and (due_in_hours is None) == (due_at is None):
        raise BadValue("A start needs either due_in_hours or due_at")
    note = shapes.text(data.get("note"), "note").strip()
    if len(note) > MAX_NOTE:
        raise BadValue(f"note is longer than {MAX_NOTE} characters")
    key = shapes.text(data.get("key"), "key").strip()
    if len(key) > 128:
        raise BadValue("key is longer than 128 characters")
    ticket_id = shapes.ticket_id(data.get("ticket_id"), "ticket_id")
    return FollowUpRequest(ticket_id, action, name, due_in_hours, due_at, note or None, key or None)


def _hours(value: object) -> float | None:
    if value is None or value == "":
        return None
    # A placeholder in quotes arrives as text.
    if isinstance(value, str) and re.fullmatch(r"\s*\d{1,5}(\.\d{1,6})?\s*", value, re.ASCII):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= MAX_DELAY_HOURS:
        raise BadValue(f"due_in_hours is not a number above 0 and up to {MAX_DELAY_HOURS:.0f}")
    return float(value)
