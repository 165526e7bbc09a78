"""Reviews what keeps going wrong: the third complaint with one cause in 30 days opens one review."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from integration.domain.ticket import Status
from integration.handling.case import read_case
from integration.parts import Parts
from integration.responses.values import NoteValues, Person
from integration.store import audit_log, counters, reviews
from integration.store.reviews import Behind, Review
from integration.store.reviews import newest as reviews_of

__all__ = [
    "NoAction",
    "Review",
    "UnknownReview",
    "assign",
    "close",
    "consider",
    "drafts",
    "note_told",
    "reviews_of",
]

ENOUGH = 3
WITHIN = timedelta(days=30)
TIME_TO_REVIEW = timedelta(days=14)
LONGEST = 2000
CHANGED = "chain-changed"


class UnknownReview(Exception):
    """There is no such review, or it is closed."""


class NoAction(Exception):
    """A review closes only with what was changed, or with the reason why nothing was."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A message that tells one requester what their complaint has changed; nothing was sent."""

    ticket_id: int
    complaint_id: int
    locale: str
    text: str
    can_be_sent: bool


def consider(conn: Connection, cause: str, now: datetime) -> int | None:
    """Open a review if a cause has come up often enough, or put the complaint behind the open one.

    Complaints that were reviewed before do not count again. Returns the id of the review.
    """
    complaint_ids = reviews.unreviewed(conn, cause, now - WITHIN)
    if (running := reviews.open_for(conn, cause)) is not None:
        reviews.add_complaints(conn, running.id, complaint_ids)
        return running.id
    if len(complaint_ids) < ENOUGH:
        return None
    review_id = reviews.add(conn, cause, complaint_ids, now, due_at=now + TIME_TO_REVIEW)
    if review_id is not None:
        counters.add(conn, "reviews_opened")
        _log(conn, review_id, "opened", "makegood", now, {"complaints": len(complaint_ids), "cause": cause})
    return review_id


def assign(parts: Parts, review_id: int, owner_id: int, due_at: datetime, *, agent_id: int) -> None:
    """Say who reviews, and until when. Raises `UnknownReview`."""
    with parts.database.write() as conn:
        if not reviews.change(conn, review_id, owner_id=owner_id, due_at=due_at):
            raise UnknownReview
        details = {"owner_id": owner_id, "due_at": due_at.isoformat()}
        _log(conn, review_id, "assigned", f"agent:{agent_id}", parts.clock(), details)


def close(
    parts: Parts,
    review_id: int,
    *,
    finding: str,
    action: str | None,
    no_action_because: str | None = None,
    check_at: datetime | None = None,
    agent_id: int,
) -> None:
    """Close a review. `check_at` is when to look whether the action helped.

    Raises `UnknownReview`, or `NoAction` where neither an action nor a reason is given.
    """
    now = parts.clock()
    done, because = _words(action), _words(no_action_because)
    if not done and not because:
        raise NoAction
    with parts.database.write() as conn:
        closed = reviews.change(
            conn,
            review_id,
            finding=_words(finding),
            action=done,
            no_action_because=because,
            check_at=check_at,
            closed_at=now,
            closed_by=agent_id,
        )
        if not closed:
            raise UnknownReview
        _log(conn, review_id, "closed", f"agent:{agent_id}", now, {"has_action": bool(done)})


def drafts(parts: Parts, review_id: int, what: str) -> list[Draft]:
    """Write "you said, we changed" to the requesters behind a review; nothing is sent.

    `what` is what was changed, for requesters to read. Raises `UnknownReview` and the library's errors.
    """
    now = parts.clock()
    with parts.database.read() as conn:
        if reviews.get(conn, review_id) is None:
            raise UnknownReview
        waiting = [each for each in reviews.behind(conn, review_id) if each.told_at is None]
    return [draft for each in waiting if (draft := _draft(parts, each, what, now)) is not None]


def note_told(parts: Parts, review_id: int, complaint_id: int) -> None:
    """Note that an agent told a requester what was changed."""
    with parts.database.write() as conn:
        reviews.note_told(conn, review_id, complaint_id, parts.clock())


def _draft(parts: Parts, behind: Behind, what: str, now: datetime) -> Draft | None:
    with parts.database.read() as conn:
        case = read_case(conn, behind.ticket_id, now=now)
    if case is None or case.complaint is None or case.ticket.status is Status.DELETED:
        return None
    locale = case.locale(case.complaint.assessment.language)
    values = NoteValues(
        ticket_id=behind.ticket_id,
        reference="",
        what=what,
        category=case.complaint.assessment.category,
        first_name=Person.named(case.requester.name).first_name,
    )
    text = parts.library.render_note(CHANGED, locale, values)
    return Draft(behind.ticket_id, behind.complaint_id, locale, text, case.ticket.status is not Status.CLOSED)


def _words(text: str | None) -> str | None:
    return " ".join((text or "").split())[:LONGEST] or None


def _log(
    conn: Connection, review_id: int, what: str, actor: str, now: datetime, details: dict[str, object]
) -> None:
    audit_log.write(
        conn, at=now, actor=actor, action=f"review {what}", subject=f"review:{review_id}", after=details
    )
