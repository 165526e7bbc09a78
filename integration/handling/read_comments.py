"""Reads conversations from Zendesk that no event told: of imported complaints, and where events were lost."""

from collections.abc import Iterator

from integration.parts import Parts
from integration.store import complaints, kept, tickets
from integration.zendesk.errors import NotFound, RateLimited
from integration.zendesk.pace import ACCOUNT

PLACE = "import_comments_place"


def read_past_comments(parts: Parts) -> Iterator[int]:
    """Read the conversations of imported complaints, the newest first; yield the new comments of each.

    Goes on where it was interrupted. Raises the errors of `zendesk.errors`.
    """
    while True:
        with parts.database.read() as conn:
            place = kept.get(conn, PLACE)
            ticket_id = complaints.next_imported(conn, below=place)
        if ticket_id is None:
            return
        wait = parts.pace.rest(ACCOUNT, parts.clock())
        if wait > 0:
            raise RateLimited(wait, ACCOUNT)
        new = heal_comments(parts, ticket_id)
        with parts.database.write() as conn:
            kept.put(conn, PLACE, ticket_id, now=parts.clock())
        yield new


def heal_comments(parts: Parts, ticket_id: int) -> int:
    """Read a ticket's conversation and keep what we did not have; return how many comments that were."""
    try:
        found = parts.zendesk.comments(ticket_id)
    except NotFound:
        return 0
    with parts.database.write() as conn:
        return sum(tickets.add_comment(conn, comment) for comment in found)
