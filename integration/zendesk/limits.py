"""Reads what Zendesk's answers say about its limits; three generations of header names are in use."""

import math
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime

from integration.zendesk.errors import DEFAULT_RETRY_AFTER

ACCOUNT = "account"
LONGEST_WAIT = 3_600.0
_ENDPOINT = re.compile(r"zendesk-rate-?limit-([a-z0-9-]{1,60})")
_PART = re.compile(r"(total|remaining|resets)\s*=\s*(\d{1,9})")
_FAMILIES = (
    ("ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"),
    ("rate-limit", "rate-limit-remaining", "rate-limit-reset"),
    ("x-rate-limit", "x-rate-limit-remaining", ""),
)


@dataclass(frozen=True, slots=True)
class SeenLimit:
    """What is left of a limit; `resets_in` seconds it is full again, where Zendesk said so."""

    name: str
    limit: int
    remaining: int
    resets_in: float | None


def seen_limits(headers: Mapping[str, str]) -> list[SeenLimit]:
    """Return the account's limit as `account`, and those of endpoints such as `tickets-update`."""
    given = {name.lower(): value for name, value in headers.items()}
    found = []
    for limit, remaining, resets in _FAMILIES:
        total, left = _whole(given.get(limit)), _whole(given.get(remaining))
        if total and left is not None:
            found.append(SeenLimit(ACCOUNT, total, left, _whole(given.get(resets))))
            break
    for name, value in given.items():
        if match := _ENDPOINT.fullmatch(name):
            parts = {key: int(number) for key, number in _PART.findall(value)}
            if parts.get("total") and "remaining" in parts:
                found.append(SeenLimit(match[1], parts["total"], parts["remaining"], parts.get("resets")))
    return found


def retry_after(headers: Mapping[str, str]) -> float:
    """Return the seconds to wait: Retry-After as a number or an HTTP date, else the spent limit's reset."""
    value = headers.get("Retry-After", "").strip()
    seconds = _seconds(value) if value else None
    if seconds is None:
        resets = [seen.resets_in for seen in seen_limits(headers) if seen.remaining == 0]
        seconds = max((each for each in resets if each), default=DEFAULT_RETRY_AFTER)
    return min(max(seconds, 1.0), LONGEST_WAIT)


def _seconds(value: str) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return _until(value)
    return number if math.isfinite(number) else None


def _until(value: str) -> float | None:
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() - time.time()


def _whole(value: str | None) -> int | None:
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 10 else None
