"""Hands over everything that is stored of one requester, as one JSON document."""

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from integration.handling.erase import known_scope
from integration.parts import Parts
from integration.store import audit_log, erasure


def export_requester(parts: Parts, requester_id: int, *, asked_by: str) -> dict[str, Any]:
    """Return all rows of a requester, by table, ready for JSON; raises `UnknownRequester`."""
    now = parts.clock()
    rows: dict[str, list[Mapping[str, Any]]] = {}
    with parts.database.read() as conn:
        scope = known_scope(conn, requester_id, now)
        for table, row in erasure.everything(conn, scope, now):
            rows.setdefault(table, []).append({name: _plain(value) for name, value in row.items()})
    with parts.database.write() as conn:
        audit_log.write(
            conn,
            at=now,
            actor=asked_by,
            action="requester exported",
            subject=f"requester:{scope.requesters[0]}",
            after={"rows": {table: len(found) for table, found in sorted(rows.items())}},
        )
    return {"made_at": now.isoformat(), "requester_ids": list(scope.requesters), "stored": rows}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return _from_bytes(value)
    return value if isinstance(value, str | int | float | bool | list | dict | None) else str(value)


def _from_bytes(value: bytes) -> Any:
    """Return an event as the JSON that it is, and other bytes as base64."""
    try:
        return orjson.loads(value) if value else None
    except orjson.JSONDecodeError:
        return {"base64": base64.b64encode(value).decode()}
