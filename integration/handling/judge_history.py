"""Finds the complaints among imported tickets, the newest first, and which of them belong together."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from sqlalchemy import Connection

from integration.domain import complaint, history
from integration.domain.complaint import State, Text
from integration.domain.history import History, Outcome, PastComplaint, Repeat
from integration.domain.ticket import Requester, Status, Ticket
from integration.handling import suggesting
from integration.learned.model import MODEL
from integration.learned.repeats import Told
from integration.parts import Parts
from integration.store import complaints, kept, opinions, requesters, tickets
from integration.store.complaints import Complaint, NewComplaint

PLACE = "import_judged_place"
BATCH = 100
# Of one person's earlier complaints; a shop's own robot may be the requester of thousands.
MOST_COMPARED = 10
ENDED = frozenset({Status.SOLVED, Status.CLOSED})

Remember = Callable[[Connection, int, int], None]


def judge_past(parts: Parts, remember: Remember) -> Iterator[int]:
    """Judge the tickets that no worker has judged; yield after each batch.

    `remember` gets the numbers of judged tickets and found complaints, in the batch's own transaction.
    """
    while True:
        with parts.database.read() as conn:
            place = kept.get(conn, PLACE)
            found = tickets.to_judge(conn, below=place, limit=BATCH)
            people = requesters.get_many(conn, {ticket.requester_id for ticket in found})
        if not found:
            return
        past = [new for ticket in found if (new := _past_complaint(parts, ticket, people))]
        with parts.database.write() as conn:
            complaints.add_many(conn, past)
            said = [opinions.of_assessment(new.ticket_id, new.assessment, new.detected_at) for new in past]
            opinions.save_imported(conn, said)
            kept.put(conn, PLACE, found[-1].id, now=parts.clock())
            remember(conn, len(found), len(past))
        yield len(found)


def _past_complaint(parts: Parts, ticket: Ticket, people: dict[int, Requester]) -> NewComplaint | None:
    if not ticket.requester_id:
        return None
    rules = parts.shelf.rules()
    assessment = complaint.detect(
        ticket,
        (Text(None, ticket.description),),
        rules=rules,
        cues=parts.shelf.cues(),
        history=History(people.get(ticket.requester_id, Requester(ticket.requester_id))),
        now=ticket.updated_at,
        read=parts.read,
    )
    if not assessment.is_complaint:
        return None
    has_ended = ticket.status in ENDED
    outcome = next(
        (rules.outcome_by_tag[tag] for tag in sorted(ticket.tags & set(rules.outcome_by_tag))), None
    )
    return NewComplaint(
        ticket_id=ticket.id,
        requester_id=ticket.requester_id,
        received_at=ticket.created_at,
        detected_at=parts.clock(),
        state=State.RESOLVED if has_ended else State.SUSPECTED,
        assessment=assessment,
        channel=ticket.channel,
        references=complaint.references(f"{ticket.subject}\n{ticket.description}"),
        outcome=outcome or (Outcome.UNKNOWN if has_ended else None),
        resolved_at=ticket.updated_at if has_ended else None,
        is_imported=True,
    )


def link_repeats(parts: Parts) -> int:
    """Say of each imported complaint which earlier one it continues; return how many were linked."""
    by_requester: dict[int, list[Complaint]] = defaultdict(list)
    found: list[tuple[int, Repeat]] = []
    with parts.database.read() as conn:
        for past in complaints.imported(conn):
            by_requester[past.requester_id].append(past)
        for own in by_requester.values():
            found.extend(_repeats(parts, conn, own))
    with parts.database.write() as conn:
        for complaint_id, repeat in found:
            complaints.set_repeat(conn, complaint_id, repeat)
    return len(found)


def _repeats(parts: Parts, conn: Connection, own: Sequence[Complaint]) -> Iterator[tuple[int, Repeat]]:
    """Go through one person's complaints, oldest first, each against those before it."""
    before: list[PastComplaint] = []
    # Judging has kept what they mean, so that nothing is encoded here.
    meanings = opinions.meanings(conn, [past.ticket_id for past in own], model=MODEL)
    told: dict[int, Told] = {}
    for past in own:
        ticket = tickets.get(conn, past.ticket_id)
        if ticket is None:
            continue
        told[ticket.id] = suggesting.told(f"{ticket.subject}\n{ticket.description}", meanings.get(ticket.id))
        known = History(Requester(past.requester_id), tuple(reversed(before)))
        earlier = {id: told[id] for id in suggesting.comparable(known, past.received_at)[:MOST_COMPARED]}
        repeat = history.find_repeat(
            ticket,
            past.references,
            past.assessment.category,
            known,
            now=past.received_at,
            alike=suggesting.most_alike_of(parts, told[ticket.id], earlier),
        )
        if repeat is not None:
            yield past.id, repeat
        before.append(_as_past(past, ticket))


def _as_past(complaint: Complaint, ticket: Ticket) -> PastComplaint:
    return PastComplaint(
        id=complaint.id,
        ticket_id=ticket.id,
        requester_id=complaint.requester_id,
        received_at=complaint.received_at,
        category=complaint.assessment.category,
        band=complaint.assessment.band,
        state=complaint.state,
        subject=ticket.subject,
        outcome=complaint.outcome,
        resolved_at=complaint.resolved_at,
        references=complaint.references,
    )
