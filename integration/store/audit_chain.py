"""The arithmetic of the audit log's chain: no entry can be changed, left out or put in between unnoticed.

An entry's hash covers the hash before it. What may hold personal data is covered by a salted digest only, so
that it can be erased, salt included, while the chain stays whole and tells nothing of what was there.

    content = sha256(salt + canonical({subject, before, after}))
    digest  = sha256(canonical({at, actor, action, content}))
    hash    = sha256(hash of the entry before + digest), from an empty text on
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from integration.statements import Statement

# Larger whole numbers come back from PostgreSQL and SQLite as different kinds of number.
_EXACT = 2**53
ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Link:
    """One entry with what chains it; `salt` is None once its personal part was erased."""

    seq: int | None
    at: datetime
    actor: str
    action: str
    subject: str
    before: Any
    after: Any
    salt: str | None
    content: str
    digest: str
    hash: str | None


@dataclass(frozen=True, slots=True)
class Head:
    """How far a chain was followed: the number and hash of its last entry."""

    seq: int = 0
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Break:
    """The first place where the chain does not hold, and why."""

    seq: int | None
    why: str


def content_of(salt: str, subject: str, before: Any, after: Any) -> str:
    """Return the salted digest of what an entry says of whom."""
    return _sha256(salt + _canonical({"subject": subject, "before": before, "after": after}))


def digest_of(at: datetime, actor: str, action: str, content: str) -> str:
    """Return the digest of a whole entry."""
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    return _sha256(_canonical({"at": moment, "actor": actor, "action": action, "content": content}))


def hash_after(previous: str, digest: str) -> str:
    """Return the hash of the entry that follows the one with the hash `previous`."""
    return _sha256(previous + digest)


def follow(links: Iterable[Link], start: Head) -> tuple[Head, Break | None]:
    """Follow the chain from `start`; return how far it holds, and the break if there is one."""
    head = start
    for link in links:
        if why := _fault(link, head):
            return head, Break(link.seq, why)
        head = Head(head.seq + 1, link.hash or "")
    return head, None


def _fault(link: Link, head: Head) -> str | None:
    if link.seq is None or link.hash is None:
        return Statement("chain_added")
    if link.seq != head.seq + 1:
        return Statement("chain_missing", seq=head.seq + 1)
    if link.salt is not None:
        if content_of(link.salt, link.subject, link.before, link.after) != link.content:
            return Statement("chain_content")
    elif (link.subject, link.before, link.after) != (ERASED, None, None):
        return Statement("chain_erased")
    if digest_of(link.at, link.actor, link.action, link.content) != link.digest:
        return Statement("chain_moment")
    if hash_after(head.hash, link.digest) != link.hash:
        return Statement("chain_apart")
    return None


def _canonical(value: Any) -> str:
    plain = json.loads(json.dumps(value))
    return json.dumps(_exact(plain), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _exact(value: Any) -> Any:
    """Spell every number as both databases give it back: 1.0 and 1 are one number to PostgreSQL."""
    if isinstance(value, dict):
        return {name: _exact(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_exact(one) for one in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        if abs(value) >= _EXACT:
            return repr(float(value))
        return int(value) if value == int(value) else repr(value)
    return value


def _sha256(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
