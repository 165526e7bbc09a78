"""Works what happened to one user: name, locale, role, deletion, merge."""

import logging

from integration.handling.apply_events import apply_user_events
from integration.handling.erase import after_user_deletion
from integration.handling.retrying import put_off, words_for
from integration.parts import Parts
from integration.store import inbox, requesters
from integration.store.engine import DatabaseUnavailable
from integration.zendesk.events import Deleted
from integration.zendesk.webhook import MalformedEvent, parse_event

log = logging.getLogger(__name__)


def work_user(parts: Parts, user_id: int) -> None:
    """Apply everything that waits for one user; called again it finds nothing to do."""
    try:
        _work(parts, user_id)
    except DatabaseUnavailable:
        raise
    except Exception as error:  # left alone, the rows would come again every few minutes for ever
        log.exception("Events of a user could not be worked.", extra={"user_id": user_id})
        with parts.database.write() as conn:
            rows = inbox.waiting(conn, user_id=user_id)
            attempts = max((row.attempts for row in rows), default=0)
            put_off(conn, [row.id for row in rows], attempts, parts.clock(), words_for(error))


def _work(parts: Parts, user_id: int) -> None:
    with parts.database.write() as conn:
        events, done = [], []
        for row in inbox.waiting(conn, user_id=user_id):
            try:
                events.append(parse_event(row.body))
                done.append(row.id)
            except MalformedEvent as error:
                inbox.park(conn, [row.id], reason=str(error))
        apply_user_events(conn, user_id, events)
        deletions = [event.change for event in events if isinstance(event.change, Deleted)]
        if deletions and not requesters.is_erased(conn, user_id):
            after_user_deletion(
                conn,
                user_id,
                is_for_good=any(change.is_permanent for change in deletions),
                keep_hours=parts.settings.forget_hours,
                now=parts.clock(),
            )
        inbox.finish(conn, done)
