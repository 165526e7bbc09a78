"""Where personal data lies, table by table, and what is put in its place; a test finds what is missing.

Rows that are counted stay without identity: numbers, dates and categories are kept, and not whom they were
about. Their ticket becomes the negative number of their complaint, which leads back to nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from integration.domain.complaint import State
from integration.domain.followup import FollowUpStatus
from integration.domain.history import Outcome, PromiseState
from integration.domain.preset import DeadlineState
from integration.store.tables import (
    alert_steps,
    alerts,
    chains,
    clock_stops,
    comments,
    complaint_actions,
    complaints,
    corrections,
    deadlines,
    detached_tickets,
    facts,
    follow_ups,
    inbox,
    noted_moments,
    opinions,
    outbox,
    promises,
    remedies,
    requesters,
    review_complaints,
    staff_access,
    suggestion_uses,
    template_choices,
    tickets,
)


class Of(StrEnum):
    """Whom the ids in a column belong to."""

    REQUESTER = "requester"
    TICKET = "ticket"
    COMPLAINT = "complaint"
    ALERT = "alert"


@dataclass(frozen=True, slots=True)
class Rule:
    """Rows whose column holds one of the ids are deleted, or get `values`.

    `reasons` are columns with a `Reason` in JSON: its code stays, its details go.
    """

    table: sa.Table
    keys: Mapping[str, Of]
    values: Mapping[str, Any] | None = None
    reasons: tuple[str, ...] = field(default=())


NOBODY = 0
# A later letter from a forgotten person is a new beginning: nothing from before may be attached to it.
_OF_COMPLAINT: sa.ColumnElement[int] = sa.literal_column("-complaint_id", sa.BigInteger)
_OF_COMPLAINT_OR_NOBODY = sa.func.coalesce(_OF_COMPLAINT, NOBODY)
_OWN_ID = sa.literal_column("-id", sa.BigInteger)


def rules(now: datetime) -> tuple[Rule, ...]:
    """Return what is done to each table; rows of persons that are ended by it end at `now`."""
    return (
        Rule(alert_steps, {"alert_id": Of.ALERT}, {"details": {}}),
        Rule(
            alerts,
            {"ticket_id": Of.TICKET},
            {
                "key": sa.literal("erased:", sa.String).concat(sa.cast(alerts.c.id, sa.String(20))),
                "ticket_id": _OF_COMPLAINT_OR_NOBODY,
                "reasons": [],
                "action": None,
                "closed_at": sa.func.coalesce(alerts.c.closed_at, _moment(now)),
                "late_at": None,
            },
        ),
        Rule(
            chains,
            {"ticket_id": Of.TICKET},
            {
                "ticket_id": _OF_COMPLAINT_OR_NOBODY,
                "what": None,
                "state": _ended(chains.c.state, "stopped", "running", "asking"),
                "ended_at": sa.func.coalesce(chains.c.ended_at, _moment(now)),
            },
            reasons=("reason",),
        ),
        Rule(
            clock_stops,
            {"complaint_id": Of.COMPLAINT},
            {"reason": "", "ended_at": sa.func.coalesce(clock_stops.c.ended_at, _moment(now))},
        ),
        Rule(comments, {"ticket_id": Of.TICKET, "author_id": Of.REQUESTER}),
        Rule(complaint_actions, {"complaint_id": Of.COMPLAINT}, {"details": {}}),
        Rule(corrections, {"ticket_id": Of.TICKET}, {"ticket_id": _OWN_ID, "vector": None}),
        Rule(
            deadlines,
            {"ticket_id": Of.TICKET},
            {
                "ticket_id": _OF_COMPLAINT,
                "state": _ended(deadlines.c.state, DeadlineState.CANCELLED, "running", "stopped"),
                "extension": None,
            },
        ),
        Rule(detached_tickets, {"ticket_id": Of.TICKET}),
        Rule(facts, {"requester_id": Of.REQUESTER}),
        Rule(
            follow_ups,
            {"ticket_id": Of.TICKET},
            {
                "ticket_id": _OF_COMPLAINT_OR_NOBODY,
                "what": None,
                "status": _ended(
                    follow_ups.c.status, FollowUpStatus.CANCELLED, "pending", "dispatched", "parked"
                ),
                "ended_at": sa.func.coalesce(follow_ups.c.ended_at, _moment(now)),
            },
            reasons=("reason",),
        ),
        Rule(
            inbox,
            {"ticket_id": Of.TICKET, "user_id": Of.REQUESTER},
            {
                "body": b"",
                "state": "done",
                "reason": None,
                "user_id": None,
                "ticket_id": None,
                "subject": "none",
            },
        ),
        Rule(opinions, {"ticket_id": Of.TICKET}),
        Rule(
            outbox,
            {"ticket_id": Of.TICKET},
            {
                "key": sa.literal("erased:", sa.String).concat(sa.cast(outbox.c.id, sa.String(20))),
                "ticket_id": NOBODY,
                "note": None,
                "fields": {},
                "state": _ended(outbox.c.state, "dropped", "new", "claimed", "sending", "held", "parked"),
                "reason": None,
            },
        ),
        Rule(
            promises,
            {"ticket_id": Of.TICKET},
            {
                "ticket_id": _OF_COMPLAINT,
                "what": "",
                "state": _ended(promises.c.state, PromiseState.WITHDRAWN, PromiseState.OPEN),
                "ended_at": sa.func.coalesce(promises.c.ended_at, _moment(now)),
            },
        ),
        Rule(remedies, {"complaint_id": Of.COMPLAINT}, {"note": ""}),
        # The number of a complaint leads to nobody once the complaint itself does not.
        Rule(noted_moments, {"complaint_id": Of.COMPLAINT}, {}),
        Rule(review_complaints, {"complaint_id": Of.COMPLAINT}, {}),
        Rule(staff_access, {"user_id": Of.REQUESTER}),
        Rule(
            suggestion_uses,
            {"requester_id": Of.REQUESTER, "ticket_id": Of.TICKET},
            {"requester_id": NOBODY, "ticket_id": NOBODY, "fingerprint": None},
        ),
        Rule(template_choices, {"ticket_id": Of.TICKET}),
        # After everything that is found through them.
        Rule(
            complaints,
            {"ticket_id": Of.TICKET, "requester_id": Of.REQUESTER},
            {
                "ticket_id": _OWN_ID,
                "requester_id": _OWN_ID,
                "state": _ended(complaints.c.state, State.RESOLVED, State.SUSPECTED, State.CONFIRMED),
                "outcome": _where_open(complaints.c.outcome, sa.literal(Outcome.UNKNOWN.value)),
                "resolved_at": _where_open(complaints.c.resolved_at, _moment(now)),
                "evidence": [],
                "reasons": [],
                "references": [],
                "suggestions": [],
                "repeat_ticket_id": None,
                "repeat_reason": None,
                "not_told_because": None,
            },
        ),
        Rule(
            tickets,
            {"id": Of.TICKET},
            {
                "requester_id": NOBODY,
                "subject": "",
                "description": "",
                "tags": [],
                "custom_fields": {},
                "field_orders": {},
                "organization_id": None,
                "merged_into": None,
                "followup_of": None,
                "is_erased": True,
            },
        ),
        Rule(
            requesters,
            {"id": Of.REQUESTER},
            {
                "name": None,
                "locale": None,
                "organization_id": None,
                "created_at": now,
                "updated_at": None,
                "is_active": False,
                "is_erased": True,
            },
        ),
    )


# Words of a comment that somebody blacked out in Zendesk may stand in what was made of the ticket, too.
WORDS_OF_A_TICKET: tuple[Rule, ...] = (
    Rule(complaints, {"ticket_id": Of.TICKET}, {"evidence": [], "references": []}),
    Rule(corrections, {"ticket_id": Of.TICKET}, {"vector": None}),
    Rule(opinions, {"ticket_id": Of.TICKET}, {"meaning": None, "telling": None}),
    Rule(template_choices, {"ticket_id": Of.TICKET}),
)


def _ended(column: sa.Column[str], end: str, *running: str) -> sa.ColumnElement[str]:
    return sa.case((column.in_([str(each) for each in running]), str(end)), else_=column)


def _where_open(column: sa.Column[Any], value: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    is_open = sa.and_(
        complaints.c.state.in_([State.SUSPECTED.value, State.CONFIRMED.value]), column.is_(None)
    )
    return sa.case((is_open, value), else_=column)


def _moment(now: datetime) -> sa.ColumnElement[datetime]:
    return sa.literal(now, complaints.c.resolved_at.type)
