"""A team's numbers, on either database."""

from datetime import timedelta

from integration.domain.complaint import Category
from integration.domain.followup import FollowUpStatus
from integration.domain.reason import Code, Reason
from integration.store import complaints, digests, follow_ups
from integration.store.engine import Database
from tests.store.samples import NOON, complaint

DAY = timedelta(days=1)


def test_a_category_counts_until_a_cause_is_named_and_due_follow_ups_are_told(database: Database) -> None:
    with database.write() as conn:
        id = complaints.add(conn, complaint(ticket_id=5, received_at=NOON))
        follow_up_id = follow_ups.plan(
            conn,
            ticket_id=5,
            complaint_id=id,
            name="update",
            note="update",
            due_at=NOON,
            now=NOON,
            satisfied_by=(),
        )
        reason, silent = Reason(Code.IN_DIGEST), FollowUpStatus.SILENT
        assert follow_up_id is not None
        follow_ups.end(conn, follow_up_id, status=silent, reason=reason, now=NOON)
        mine = {"causes": (), "categories": tuple(each.value for each in Category)}

        counted = digests.counts(conn, NOON - DAY, NOON + DAY, **mine)
        assert counted | {"received": 1, "open": 1, "follow_ups_due": 1} == counted
        assert sum(digests.by_cause(conn, NOON - DAY, NOON + DAY, **mine).values()) == 1
        assert digests.open_tickets(conn, **mine) == [5]
        assert digests.open_tickets(conn, causes=("other",), categories=()) == []
