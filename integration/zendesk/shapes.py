"""Reads single values out of Zendesk's JSON: ids as strings or numbers, moments, tags, enumerations."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from integration.domain.ticket import Channel, FieldValue, Status

Json = Mapping[str, object]

MAX_ID = 2**63 - 1
_MOMENT = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,18}))?(Z|[+-]\d{2}:?\d{2})?", re.ASCII
)
_ID = re.compile(r"-?\d{1,19}", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND_NS = 1_000_000_000

_STATUSES = {
    **{status.value: status for status in Status},
    "archived": Status.CLOSED,
    "scrubbed": Status.DELETED,
}
_CHANNELS = {
    Channel.EMAIL: ("email", "mail"),
    Channel.WEB: ("web", "web_form", "web_service", "help_center", "helpcenter", "web_widget", "mobile_sdk"),
    Channel.CHAT: (
        "chat", "chat_transcript", "native_messaging", "messaging", "whatsapp", "sms", "line", "wechat",
        "telegram", "apple_business_chat", "google_business_messages", "facebook_messenger",
        "instagram_dm", "twitter_dm", "sunshine_conversations_api",
    ),
    Channel.SOCIAL: (
        "twitter", "facebook", "instagram", "youtube", "google_play", "app_store", "forum", "topic",
    ),
    Channel.PHONE: ("phone", "voice", "phone_call_inbound", "phone_call_outbound", "voicemail"),
    Channel.API: ("api", "mobile"),
}  # fmt: skip
_CHANNEL_OF = {name: channel for channel, names in _CHANNELS.items() for name in names}


class BadValue(ValueError):
    """A value of the wrong type or out of bounds; the message names the field and never its content."""


class Moment(NamedTuple):
    """A moment with its nanoseconds since 1970, which `datetime` cannot hold."""

    at: datetime
    ns: int


def moment(value: object, name: str) -> Moment:
    """Parse RFC 3339 with any number of fraction digits; without a zone it is UTC."""
    match = _MOMENT.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise BadValue(f"{name} is not a moment in RFC 3339")
    day, clock, fraction, zone = match.groups()
    try:
        whole = datetime.fromisoformat(f"{day}T{clock}{zone or 'Z'}").astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadValue(f"{name} is not a moment that exists") from None
    if whole < _EPOCH:
        raise BadValue(f"{name} lies before 1970")
    fraction_ns = int((fraction or "0")[:9].ljust(9, "0"))
    ns = int((whole - _EPOCH) / timedelta(seconds=1)) * _SECOND_NS + fraction_ns
    return Moment(whole + timedelta(microseconds=fraction_ns // 1000), ns)


def optional_moment(value: object, name: str) -> datetime | None:
    """Like `moment`; None and the empty string mean none."""
    return None if value is None or value == "" else moment(value, name).at


def optional_id(value: object, name: str) -> int | None:
    """Read an id; webhooks send strings, REST numbers, and None, "" and "0" all mean none."""
    if value is None or value == "":
        return None
    if isinstance(value, str) and _ID.fullmatch(value):
        value = int(value)
    # The system user is -1.
    if isinstance(value, bool) or not isinstance(value, int) or not -1 <= value <= MAX_ID:
        raise BadValue(f"{name} is not an id")
    return value or None


def required_id(value: object, name: str) -> int:
    """Read an id that must be there."""
    found = optional_id(value, name)
    if found is None:
        raise BadValue(f"{name} is missing")
    return found


def ticket_id(value: object, name: str) -> int:
    """Read the id of a ticket, which is never the system's -1."""
    found = required_id(value, name)
    if found < 0:
        raise BadValue(f"{name} is not the id of a ticket")
    return found


def optional_text(value: object, name: str) -> str | None:
    """Read text; NUL and lone surrogates become U+FFFD, because no database takes them."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise BadValue(f"{name} is not text")
    clean = value.replace("\x00", "\N{REPLACEMENT CHARACTER}")
    if clean.isascii():
        return clean
    return clean.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def text(value: object, name: str) -> str:
    """Like `optional_text`; None is the empty text."""
    return optional_text(value, name) or ""


def flag(value: object, name: str) -> bool:
    """Read a boolean."""
    if not isinstance(value, bool):
        raise BadValue(f"{name} is not true or false")
    return value


def table(value: object, name: str) -> Json:
    """Read an object; None is the empty one."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise BadValue(f"{name} is not an object")
    return value


def rows(value: object, name: str) -> list[object]:
    """Read a list; None is the empty one."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise BadValue(f"{name} is not a list")
    return value


def tags(value: object, name: str) -> frozenset[str]:
    """Read tags: a list, one string with spaces, or None."""
    if isinstance(value, str):
        value = value.split()
    return frozenset(text(tag, name) for tag in rows(value, name) if tag)


def status(value: object, name: str) -> Status:
    """Read a status in either spelling; one that nobody knows counts as open, so that nobody forgets it."""
    return _STATUSES.get(text(value, name).lower(), Status.OPEN)


def channel(via: object, name: str) -> Channel:
    """Fold `via.channel`, in either spelling, into ours."""
    value = table(via, name).get("channel")
    # REST gives numbers for a few channels of apps.
    return _CHANNEL_OF.get(value.lower(), Channel.OTHER) if isinstance(value, str) else Channel.OTHER


def lowered(value: object, name: str) -> str | None:
    """Read an enumeration; events write it in capitals, REST in small letters."""
    return text(value, name).lower() or None


def field_value(value: object, name: str) -> FieldValue:
    """Read a custom field's value; multi-selects become tuples, and a number beyond all bounds is none."""
    if isinstance(value, list):
        return tuple(text(item, name) for item in value)
    if isinstance(value, str):
        return optional_text(value, name)
    if isinstance(value, float) and not math.isfinite(value):
        # JSON may hold 1e999; no database keeps what Python makes of it.
        return None
    if value is None or isinstance(value, bool | int | float):
        return value
    raise BadValue(f"{name} is neither a plain value nor a list of options")
