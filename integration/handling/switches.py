"""What an admin may switch on and off: messages to requesters, and each early warning."""

from collections.abc import Mapping

from sqlalchemy import Connection

from integration.domain.alert import AlertKind
from integration.parts import Parts
from integration.store import audit_log, kept

SWITCHES = "switches"
PUBLIC_MESSAGES = "public_messages"
# Nothing is written to requesters until an admin says so; warnings are for agents and begin switched on.
DEFAULTS: Mapping[str, bool] = {PUBLIC_MESSAGES: False, **{kind.value: True for kind in AlertKind}}


class UnknownSwitch(Exception):
    """There is no switch of that name."""


def switches(conn: Connection) -> dict[str, bool]:
    """Return every switch and whether it is on."""
    stored = kept.get(conn, SWITCHES) or {}
    return {name: bool(stored.get(name, is_on)) for name, is_on in DEFAULTS.items()}


def is_on(conn: Connection, name: str) -> bool:
    """Whether one switch is on."""
    return switches(conn)[name]


def set_switch(parts: Parts, name: str, on: bool, *, admin_id: int) -> None:
    """Turn a switch. Raises `UnknownSwitch`."""
    if name not in DEFAULTS:
        raise UnknownSwitch(name)
    now = parts.clock()
    with parts.database.write() as conn:
        before = switches(conn)
        kept.put(conn, SWITCHES, {**before, name: on}, now=now)
        if before[name] != on:
            audit_log.write(
                conn,
                at=now,
                actor=f"agent:{admin_id}",
                action="switch turned",
                subject=f"switch:{name}",
                before={"on": before[name]},
                after={"on": on},
            )
