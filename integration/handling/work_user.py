"""Works what happened to one user: name, locale, role, deletion, merge."""

from integration.handling.apply_events import apply_user_events
from integration.parts import Parts
from integration.store import inbox
from integration.zendesk.webhook import MalformedEvent, parse_event


def work_user(parts: Parts, user_id: int) -> None:
    """Apply everything that waits for one user; called again it finds nothing to do."""
    with parts.database.write() as conn:
        events, done = [], []
        for row in inbox.waiting(conn, user_id=user_id):
            try:
                events.append(parse_event(row.body))
                done.append(row.id)
            except MalformedEvent as error:
                inbox.park(conn, [row.id], reason=str(error))
        apply_user_events(conn, user_id, events)
        inbox.finish(conn, done)
