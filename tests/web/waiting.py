"""An installation on a bad day: parked work, waiting writes, alerts, and a log of who did what."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from integration.domain.alert import AlertKind
from integration.store import alerts, audit_log, inbox, kept, outbox
from integration.store.engine import Database
from integration.store.tables import inbox as inbox_rows
from integration.store.tables import outbox as outbox_rows
from integration.store.tables import pace

MINUTE = timedelta(minutes=1)
TICKET = 41
HOSTILE = '<b>no</b> =cmd {{ 7*7 }} \u202e"'


def tell(database: Database, now: datetime) -> None:
    """Store the bad day."""
    with database.write() as conn:
        for number in reversed(range(12)):
            at = now - number * 4 * MINUTE - MINUTE
            happened = int((at - timedelta(seconds=3)).timestamp() * 10**9)
            inbox.add(
                conn,
                event_id=f"event-{number}",
                kind="event",
                type="ticket.comment_added",
                ticket_id=TICKET + number,
                user_id=None,
                event_order=f"{happened:020d}:000001",
                body=b"{}",
                now=at,
            )
        ours = inbox_rows.c.event_id.startswith("event-")
        conn.execute(sa.update(inbox_rows).where(ours).values(state="done"))
        first = inbox_rows.c.event_id == "event-11"
        conn.execute(
            sa.update(inbox_rows).where(first).values(state="parked", reason="the body has no ticket")
        )
        for number in range(4):
            outbox.add(
                conn,
                key=f"remind:{number}",
                kind="remind",
                ticket_id=TICKET + number,
                marker=f"marker-{number}",
                note="…",
                fields={},
                priority=3,
                now=now - (number + 2) * MINUTE,
            )
        stopped = {"state": "parked", "reason": "Zendesk refused it: the ticket is closed"}
        conn.execute(sa.update(outbox_rows).where(outbox_rows.c.key == "remind:0").values(stopped))
        sent = {"state": "done", "sent_at": now - timedelta(seconds=20)}
        conn.execute(sa.update(outbox_rows).where(outbox_rows.c.key == "remind:1").values(sent))
        row = {"name": "tickets-update", "tat": 0.0, "interval": 1.2, "burst": 10.0, "blocked_until": 0.0}
        conn.execute(sa.delete(pace).where(pace.c.name == row["name"]))
        conn.execute(sa.insert(pace).values(row | {"seen_limit": 100, "seen_remaining": 74}))
        kept.put(conn, "last_reconciliation", {"at": (now - 3 * MINUTE).isoformat(), "missed": 2}, now=now)
        alerts.add(
            conn,
            key="missed_promise:41:",
            kind=AlertKind.MISSED_PROMISE,
            ticket_id=TICKET,
            complaint_id=None,
            reasons=(),
            now=now - 90 * MINUTE,
            late_at=None,
        )
        for number in reversed(range(60)):
            audit_log.write(
                conn,
                at=now - number * 20 * MINUTE,
                actor=("agent:360000000011", "makegood", "cli")[number % 3],
                action=("complaint corrected", "follow-up moved", "policy published")[number % 3],
                subject=f"ticket:{TICKET + number % 7}",
                before={"state": "suspected"},
                after={"state": "confirmed", "why": HOSTILE},
            )
