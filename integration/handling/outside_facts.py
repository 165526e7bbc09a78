"""Keeps facts about a requester that another system tells: orders, plan, tenure."""

import base64
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import orjson

from integration.store import facts
from integration.store.engine import Database
from integration.store.facts import Fact
from integration.zendesk.webhook import SIGNATURE_HEADER, TIMESTAMP_HEADER, verify_signature

OUR_SIGNATURE_HEADER = "X-Makegood-Signature"
OUR_TIMESTAMP_HEADER = "X-Makegood-Timestamp"
MOST_FACTS = 50
LONGEST_NAME = 100
LONGEST_VALUE = 500


class BadFacts(Exception):
    """A signed body that is not what was agreed; the message names the field, never its content."""


@dataclass(frozen=True, slots=True)
class FactsTold:
    """What one delivery says of one requester."""

    requester_id: int
    source: str
    observed_at: datetime | None
    values: Mapping[str, str]


def facts_secret(secret_key: str) -> str:
    """Return the secret that outside systems sign with; derived, so that it is no second thing to keep."""
    return base64.b64encode(hmac.digest(secret_key.encode(), b"makegood outside facts", "sha256")).decode()


def keep_facts(
    body: bytes, headers: Mapping[str, str], *, secret_key: str, database: Database, now: datetime
) -> None:
    """Keep the facts of one signed delivery. Raises `InvalidSignature` or `BadFacts`."""
    as_zendesk_names_them = {
        SIGNATURE_HEADER: headers.get(OUR_SIGNATURE_HEADER, ""),
        TIMESTAMP_HEADER: headers.get(OUR_TIMESTAMP_HEADER, ""),
    }
    verify_signature(body, as_zendesk_names_them, (facts_secret(secret_key),), now)
    told = parse_facts(body)
    with database.write() as conn:
        for name, value in told.values.items():
            observed_at = min(told.observed_at or now, now)
            facts.put(conn, told.requester_id, Fact(name, value, told.source, observed_at))


def parse_facts(body: bytes) -> FactsTold:
    """Read `{"requester_id": 1, "source": "shop", "facts": {"Plan": "Gold"}, "observed_at": …}`."""
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError:
        data = None
    if not isinstance(data, dict):
        raise BadFacts("The body must be one JSON object in UTF-8.")
    requester_id = data.get("requester_id")
    if isinstance(requester_id, bool) or not isinstance(requester_id, int) or not 0 < requester_id < 2**63:
        raise BadFacts("requester_id must be Zendesk's user id, a number.")
    values = data.get("facts")
    if not isinstance(values, dict) or not 0 < len(values) <= MOST_FACTS:
        raise BadFacts(f"facts must be an object of 1 to {MOST_FACTS} names and values.")
    return FactsTold(
        requester_id=requester_id,
        source=_text(data.get("source"), "source", LONGEST_NAME),
        observed_at=_moment(data.get("observed_at")),
        values={
            _text(name, "a name in facts", LONGEST_NAME): _text(
                _plain(value), "a value in facts", LONGEST_VALUE
            )
            for name, value in values.items()
        },
    )


def _plain(value: object) -> object:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _text(value: object, field: str, longest: int) -> str:
    if not isinstance(value, str) or not 0 < len(value.strip()) <= longest or "\0" in value:
        raise BadFacts(f"{field} must be text of 1 to {longest} characters.")
    return value.strip()


def _moment(value: object) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        if moment is not None and moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise BadFacts("observed_at must be a moment with its zone, such as 2026-01-31T12:00:00Z.")
