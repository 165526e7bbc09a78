"""Whether the audit log is as it was written: its chain, followed from a signed checkpoint."""

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from integration.parts import Parts
from integration.statements import Statement
from integration.store import audit_log, kept
from integration.store.audit_chain import Break, Head, Link, follow
from integration.store.going_back import CHECKPOINT

# A log up to this long is followed from its beginning each time; that takes about a second.
ALWAYS_WHOLE = 20_000


@dataclass(frozen=True, slots=True)
class Chain:
    """How far the chain holds; `whole_at` is when it was last followed from its beginning."""

    head: Head
    broken: Break | None
    whole_at: datetime | None


class UnreadableExport(Exception):
    """A line of an exported log is not one that `makegood audit export` wrote."""

    def __init__(self, number: int) -> None:
        super().__init__(f"Line {number} is not a line of an exported audit log.")


class _OtherKey(Exception):
    """The checkpoint was signed with another SECRET_KEY, or by nobody who had it."""


@dataclass(frozen=True, slots=True)
class _Checkpoint:
    head: Head
    whole_at: datetime


def check_chain(parts: Parts, *, whole: bool = False, anew: bool = False) -> Chain:
    """Follow the chain from the last checkpoint, or from its beginning, and keep the next checkpoint.

    A checkpoint bears a signature by SECRET_KEY, so a log rewritten as a whole is noticed, too. `anew` takes
    the log as it is for a new beginning, as after a change of SECRET_KEY.
    """
    now, key = parts.clock(), parts.settings.secret_key
    with parts.database.read() as conn:
        try:
            last = None if anew else _read(conn, key)
        except _OtherKey:
            return Chain(Head(), Break(None, Statement("chain_other_key")), None)
        if last is not None and audit_log.hash_at(conn, last.head.seq) != last.head.hash:
            why = Statement("chain_gone")
            return Chain(Head(), Break(last.head.seq, why), last.whole_at)
        is_whole = whole or last is None or audit_log.head(conn).seq <= ALWAYS_WHOLE
        start = Head() if is_whole or last is None else last.head
        head, broken = audit_log.verify(conn, start)
    whole_at = now if is_whole and broken is None else (last.whole_at if last else None)
    if broken is None and head.seq and whole_at:
        with parts.database.write() as conn:
            _keep(conn, key, _Checkpoint(head, whole_at), now)
    return Chain(head, broken, whole_at)


def is_other_key(broken: Break) -> bool:
    """Whether all that is known is that the checkpoint was signed with another SECRET_KEY."""
    return isinstance(broken.why, Statement) and broken.why.code == "chain_other_key"


def step_after(broken: Break) -> Statement:
    """Return what to do about a chain that does not hold."""
    return Statement("audit_other_key.step" if is_other_key(broken) else "audit_broken.step")


def export_lines(parts: Parts) -> Iterator[str]:
    """Yield every entry as a line of JSON, with what chains it, in the chain's order."""
    with parts.database.read() as conn:
        for link in audit_log.links(conn):
            yield json.dumps({**asdict(link), "at": link.at.isoformat()}, ensure_ascii=False)


def check_lines(lines: Iterable[str]) -> tuple[Head, Break | None]:
    """Follow the chain of an export, without any database. Raises `UnreadableExport`."""
    return follow(_links(lines), Head())


def _links(lines: Iterable[str]) -> Iterator[Link]:
    for number, line in enumerate(lines, start=1):
        try:
            told: dict[str, Any] = json.loads(line)
            yield Link(**{**told, "at": datetime.fromisoformat(told["at"])})
        except (ValueError, TypeError, KeyError):
            raise UnreadableExport(number) from None


def _read(conn: Connection, key: str) -> _Checkpoint | None:
    stored = kept.get(conn, CHECKPOINT)
    if stored is None:
        return None
    seq, hash, whole_at = (str(stored.get(name)) for name in ("seq", "hash", "whole_at"))
    if not hmac.compare_digest(str(stored.get("signature")), _signature(key, seq, hash, whole_at)):
        raise _OtherKey
    return _Checkpoint(Head(int(seq), hash), datetime.fromisoformat(whole_at))


def _keep(conn: Connection, key: str, checkpoint: _Checkpoint, now: datetime) -> None:
    seq, hash = checkpoint.head.seq, checkpoint.head.hash
    whole_at = checkpoint.whole_at.isoformat()
    signature = _signature(key, str(seq), hash, whole_at)
    value = {"seq": seq, "hash": hash, "whole_at": whole_at, "signature": signature}
    kept.put(conn, CHECKPOINT, value, now=now)


def _signature(key: str, *told: str) -> str:
    text = "\n".join(("makegood audit checkpoint", *told))
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()
