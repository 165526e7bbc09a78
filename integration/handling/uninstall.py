"""Takes Makegood out of an account: what it made there and nothing else, after the ledger was written out."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson
import sqlalchemy as sa

from integration.handling.receive import SERVICE_USER, WEBHOOK_SECRETS
from integration.handling.zendesk_fields import FIELD_IDS, known_fields
from integration.parts import Parts
from integration.store import audit_log, kept, secrets
from integration.store.tables import metadata
from integration.zendesk import installation, provision, rules_of_ours
from integration.zendesk.provision import Change
from integration.zendesk.rules_of_ours import Rule

# Secrets, and what only running needs, are no part of the ledger.
LEFT_OUT = frozenset({"counters", "executors", "inbox", "kept", "pace", "seen_launches", "opinions"})
PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Removal:
    """What stands in the account: `changes` go; `by_hand` is what an admin must see to."""

    changes: tuple[Change, ...]
    rules: tuple[Rule, ...]
    app_id: str | None


def plan_removal(parts: Parts) -> Removal:
    """List everything that Makegood made, and what others built on it. Raises `zendesk.errors`."""
    session, known = parts.zendesk.session, known_fields(parts)
    changes = provision.plan_removal(session, parts.settings.public_url, known)
    return Removal(changes, tuple(rules_of_ours.find(session, known)), installation.find_app_id(session))


def write_ledger(parts: Parts, file: Path) -> int:
    """Write all that Makegood knows, a row a line; return how many rows. The file is for this user alone."""
    count = 0
    unfinished = file.with_name(f"{file.name}.unfinished")
    unfinished.touch(mode=0o600)
    with unfinished.open("wb") as lines:
        for table, row in _rows(parts):
            lines.write(orjson.dumps({"table": table, **row}, default=_plain) + b"\n")
            count += 1
    unfinished.replace(file)
    return count


def remove(parts: Parts) -> tuple[Change, ...]:
    """Delete what is ours in the account and forget its ids and secrets. Raises `zendesk.errors`."""
    done = provision.remove(parts.zendesk.session, parts.settings.public_url, known_fields(parts))
    now = parts.clock()
    with parts.database.write() as conn:
        secrets.keep_only(conn, WEBHOOK_SECRETS, ())
        for name in (SERVICE_USER, FIELD_IDS):
            kept.delete(conn, name)
        audit_log.write(
            conn,
            at=now,
            actor="cli",
            action="uninstalled",
            subject="account",
            after=[f"{change.kind} {change.title}" for change in done],
        )
    return done


def _rows(parts: Parts) -> Iterator[tuple[str, dict[str, object]]]:
    with parts.database.read() as conn:
        for table in metadata.sorted_tables:
            if table.name in LEFT_OUT:
                continue
            found = conn.execution_options(yield_per=PAGE).execute(sa.select(table))
            for row in found:
                yield str(table.name), {str(name): value for name, value in row._mapping.items()}


def _plain(value: object) -> object:
    return value.hex() if isinstance(value, bytes) else str(value)
