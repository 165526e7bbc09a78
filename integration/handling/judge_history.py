"""Finds the complaints among imported tickets, the newest first, and which of them belong together."""

import os
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from sqlalchemy import Connection

from integration.domain import complaint, history
from integration.domain.complaint import Assessment, CueBook, Reader, Rules, State, Text
from integration.domain.history import History, Outcome, PastComplaint, Repeat
from integration.domain.ticket import Requester, Status, Ticket
from integration.handling import suggesting
from integration.learned.model import MODEL
from integration.learned.reader import LearnedReader
from integration.learned.repeats import Told
from integration.parts import Parts
from integration.store import complaints, kept, opinions, requesters, tickets
from integration.store.complaints import Complaint, NewComplaint
from integration.store.opinions import Opinion

PLACE = "import_judged_place"
BATCH = 100
NICENESS = 10
# Of one person's earlier complaints; a shop's own robot may be the requester of thousands.
MOST_COMPARED = 10
ENDED = frozenset({Status.SOLVED, Status.CLOSED})

Remember = Callable[[Connection, int, int], None]


def judge_past(parts: Parts, remember: Remember) -> Iterator[int]:
    """Judge the tickets that no worker has judged; yield after each batch.

    `remember` gets the numbers of judged tickets and found complaints, in the batch's own transaction.
    """
    # What takes long, the encoder's arithmetic, keeps a core busy without the interpreter's lock.
    with ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="judge", initializer=_stand_back) as pool:
        while True:
            with parts.database.read() as conn:
                place = kept.get(conn, PLACE)
                found = tickets.to_judge(conn, below=place, limit=BATCH)
                people = requesters.get_many(conn, {ticket.requester_id for ticket in found})
            if not found:
                return
            judge = _Judge(parts.shelf.rules(), parts.shelf.cues(), parts.read, people)
            judged = zip(found, pool.map(judge, found), strict=True)
            past = [_past_complaint(parts, ticket, said) for ticket, said in judged if said is not None]
            with parts.database.write() as conn:
                # Somebody may have been forgotten while their words were judged.
                stored = tickets.hold_still(conn, [new.ticket_id for new in past])
                past = [new for new in past if new.ticket_id in stored]
                complaints.add_many(conn, past)
                opinions.save_imported(conn, [_opinion(new) for new in past])
                kept.put(conn, PLACE, found[-1].id, now=parts.clock())
                remember(conn, len(found), len(past))
            yield len(found)


def _stand_back() -> None:
    """Let the processes that serve people go first: the past can wait."""
    # Elsewhere the whole process would stand back, and for good.
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


def _opinion(new: NewComplaint) -> Opinion:
    return opinions.of_assessment(new.ticket_id, new.assessment, new.detected_at)


@dataclass(frozen=True, slots=True)
class _Judge:
    """Says of a ticket of the past whether it was a complaint; safe in threads."""

    rules: Rules
    cues: CueBook
    read: Reader
    people: Mapping[int, Requester]

    def __call__(self, ticket: Ticket) -> Assessment | None:
        """Return what is to be kept of a complaint, None for everything else."""
        if not ticket.requester_id:
            return None
        # Most tickets are none, and for them a glance is enough.
        if isinstance(self.read, LearnedReader) and not self._detect(ticket, self.read.glance).is_complaint:
            return None
        assessment = self._detect(ticket, self.read)
        return assessment if assessment.is_complaint else None

    def _detect(self, ticket: Ticket, read: Reader) -> Assessment:
        return complaint.detect(
            ticket,
            (Text(None, ticket.description),),
            rules=self.rules,
            cues=self.cues,
            history=History(self.people.get(ticket.requester_id, Requester(ticket.requester_id))),
            now=ticket.updated_at,
            read=read,
        )


def _past_complaint(parts: Parts, ticket: Ticket, assessment: Assessment) -> NewComplaint:
    rules = parts.shelf.rules()
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
