"""What is known of one ticket at the moment of deciding, read from our own store in one go."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from integration.domain import suggestion
from integration.domain.complaint import State, Text
from integration.domain.followup import FollowUp
from integration.domain.history import History, Repeat
from integration.domain.ticket import Comment, Requester, Status, Ticket
from integration.store import complaints, follow_ups, opinions, outcomes, requesters, suggestion_uses, tickets
from integration.store import history as ledger
from integration.store.complaints import Complaint
from integration.store.opinions import Opinion


@dataclass(frozen=True, slots=True)
class Case:
    """A ticket with everything that the rules ask for; `history` leaves out the ticket's own complaint."""

    ticket: Ticket
    requester: Requester
    comments: tuple[Comment, ...]
    history: History
    complaint: Complaint | None
    follow_ups: tuple[FollowUp, ...]
    used_templates: frozenset[str]
    opinion: Opinion | None = None
    is_detached: bool = False  # written for somebody else, so the history is not its own

    @property
    def texts(self) -> tuple[Text, ...]:
        """The requester's own words, oldest first; Zendesk also reports the description as a comment."""
        later = [
            Text(comment.id, comment.body)
            for comment in self.comments
            if not comment.by_agent and comment.is_public and comment.body != self.ticket.description
        ]
        return (Text(None, self.ticket.description), *later)

    @property
    def last_written_at(self) -> datetime:
        """When the requester last wrote."""
        written = (c.created_at for c in self.comments if c.is_public and not c.by_agent)
        return max(written, default=self.ticket.created_at)

    @property
    def last_public_reply_at(self) -> datetime | None:
        """When an agent last wrote something that the requester can read."""
        return max((c.created_at for c in self.comments if c.by_agent and c.is_public), default=None)

    def situation(self, *, is_repeat: bool) -> frozenset[str]:
        """Say in the words of `domain.suggestion` how far the ticket is."""
        words = {suggestion.UNANSWERED if self.last_public_reply_at is None else suggestion.ANSWERED}
        if self.complaint is not None:
            words |= suggestion.on_record(self.complaint.decision, self.complaint.cause)
        if self.complaint is not None and self.complaint.state is State.RESOLVED:
            words.add(suggestion.RESOLVED)
        if is_repeat:
            words.add(suggestion.REPEAT)
        return frozenset(words)

    @property
    def repeat(self) -> Repeat | None:
        """The earlier complaint that this one continues; none where the history is not its own."""
        return self.complaint.repeat if self.complaint and not self.is_detached else None

    @property
    def is_dismissed(self) -> bool:
        """Whether an agent said that this is no complaint; the machine does not insist."""
        if self.complaint is not None:
            return self.complaint.state is State.NOT_A_COMPLAINT
        return self.opinion is not None and self.opinion.agents_word is False

    @property
    def is_asked(self) -> bool:
        """Whether an agent should say if this is a complaint: the machine is unsure, and nobody has said."""
        is_open = self.ticket.status not in {Status.CLOSED, Status.DELETED}
        return self.complaint is None and is_open and self.opinion is not None and self.opinion.is_asked

    @property
    def running(self) -> tuple[FollowUp, ...]:
        return tuple(f for f in self.follow_ups if f.status in {"pending", "dispatched"})

    def locale(self, language: str) -> str:
        """Return the locale to answer in: the requester's, unless the words are in another language.

        Many accounts give everybody the account's own locale, so the words win.
        """
        given = self.requester.locale or language
        return given if given.lower().split("-")[0] == language else language


def read_case(conn: Connection, ticket_id: int, *, now: datetime) -> Case | None:
    """Read a case, or None for a ticket that the store does not know."""
    ticket = tickets.get(conn, ticket_id)
    if ticket is None:
        return None
    person = requesters.current_id(conn, ticket.requester_id)
    past = ledger.history_of(conn, person, now=now)
    is_detached = outcomes.is_detached(conn, ticket_id)
    return Case(
        ticket=ticket,
        requester=requesters.get(conn, person) or Requester(id=person),
        comments=tickets.comments(conn, ticket_id),
        history=History(Requester(person)) if is_detached else _without(past, ticket_id),
        complaint=complaints.by_ticket(conn, ticket_id),
        follow_ups=tuple(follow_ups.of_ticket(conn, ticket_id)),
        used_templates=suggestion_uses.used_for(conn, person),
        opinion=opinions.get(conn, ticket_id),
        is_detached=is_detached,
    )


def _without(history: History, ticket_id: int) -> History:
    return replace(history, complaints=tuple(c for c in history.complaints if c.ticket_id != ticket_id))
