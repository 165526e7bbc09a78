"""What the reports read of the store, on both databases."""

from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from integration.domain.complaint import State
from integration.domain.history import PromiseState
from integration.domain.report import Case, PromiseMade, RemedyGiven
from integration.domain.ticket import Comment
from integration.store import audit_log, complaints, follow_ups, promises, reports, tickets
from integration.store.engine import Database
from integration.store.tables import complaint_actions, deadlines, remedies
from tests.store.samples import MINUTE, NOON, complaint, plan, ticket

DAY = timedelta(days=1)
PRODUCT = 360000000001


def read(database: Database, *, product_field: int | None = None) -> list[Case]:
    with database.read() as conn:
        return reports.cases(conn, NOON, NOON + DAY, product_field=product_field)


def add(conn: Connection, ticket_id: int = 5, **changes: object) -> int:
    tickets.save(conn, ticket(ticket_id), order="1", with_custom_fields=True)
    return complaints.add(conn, complaint(ticket_id, **changes))


def record(conn: Connection, complaint_id: int, kind: str, undoes: int | None = None) -> int:
    row = {"complaint_id": complaint_id, "at": NOON, "kind": kind, "details": {}, "undoes": undoes}
    return int(conn.scalar(sa.insert(complaint_actions).values(row).returning(complaint_actions.c.id)) or 0)


def comment(id: int, minutes: int, *, by_agent: bool, is_public: bool) -> Comment:
    return Comment(id, 5, 7, by_agent, is_public, "…", NOON + minutes * MINUTE)


def test_a_period_begins_with_its_first_instant_and_ends_before_the_next(database: Database) -> None:
    with database.write() as conn:
        for ticket_id, at in ((1, NOON - MINUTE), (2, NOON), (3, NOON + DAY - MINUTE), (4, NOON + DAY)):
            add(conn, ticket_id, received_at=at)

    assert [case.ticket_id for case in read(database)] == [2, 3]


def test_what_a_person_said_was_no_complaint_is_not_counted(database: Database) -> None:
    with database.write() as conn:
        add(conn, 1, state=State.NOT_A_COMPLAINT)
        add(conn, 2)

    assert [case.ticket_id for case in read(database)] == [2]


def test_only_an_agents_public_reply_acknowledges_and_only_after_receipt(database: Database) -> None:
    with database.write() as conn:
        complaint_id = add(conn)
        plan(conn, complaint_id=complaint_id, name="first_reply_high", due_at=NOON + 30 * MINUTE)
        for one in (
            comment(1, -5, by_agent=True, is_public=True),
            comment(2, 1, by_agent=True, is_public=False),
            comment(3, 2, by_agent=False, is_public=True),
            comment(4, 9, by_agent=True, is_public=True),
            comment(5, 12, by_agent=True, is_public=True),
        ):
            tickets.add_comment(conn, one)

    [case] = read(database)

    assert (case.acknowledged_at, case.acknowledge_by) == (NOON + 9 * MINUTE, NOON + 30 * MINUTE)


def test_putting_off_the_reminder_does_not_put_off_the_duty(database: Database) -> None:
    first, later = NOON + 30 * MINUTE, NOON + 90 * MINUTE
    with database.write() as conn:
        id = plan(conn, complaint_id=add(conn), name="first_reply", due_at=first)
        follow_ups.reschedule(conn, id or 0, later, now=NOON)
        audit_log.write(
            conn,
            at=NOON,
            actor="agent:1",
            action="follow-up moved",
            subject=f"follow-up:{id}",
            before={"due_at": first.isoformat()},
            after={"due_at": later.isoformat()},
        )

    assert read(database)[0].acknowledge_by == first


def test_of_a_policy_and_a_preset_the_stricter_limit_counts(database: Database) -> None:
    with database.write() as conn:
        id = add(conn)
        plan(conn, complaint_id=id, name="first_reply", due_at=NOON + 30 * MINUTE)
        row = {
            "complaint_id": id,
            "ticket_id": 5,
            "preset_id": "uk-fca",
            "version": 1,
            "title": "Acknowledge",
        }
        moments = {"starts_at": NOON, "due_at": NOON + 20 * MINUTE, "state": "running"}
        conn.execute(sa.insert(deadlines).values(row | moments | {"limit_id": "acknowledgement"}))
        conn.execute(sa.insert(deadlines).values(row | moments | {"limit_id": "answer", "due_at": NOON}))

    assert read(database)[0].acknowledge_by == NOON + 20 * MINUTE


def test_promises_reopenings_and_recompense_belong_to_their_complaint(database: Database) -> None:
    with database.write() as conn:
        first, second = add(conn, 1), add(conn, 2)
        promises.add(conn, complaint_id=first, ticket_id=1, what="Call", due_at=NOON, owner_id=None, now=NOON)
        record(conn, first, "reopened")
        record(conn, first, "reopened")
        record(conn, second, "solved")
        given = {
            "complaint_id": second,
            "kind": "refund",
            "amount": Decimal("12.34"),
            "currency": "EUR",
            "at": NOON,
        }
        conn.execute(sa.insert(remedies).values(given | {"action_id": record(conn, second, "remedy")}))

    one, other = read(database)

    assert one.promises == (PromiseMade("Call", NOON, PromiseState.OPEN),)
    assert (one.times_reopened, other.times_reopened) == (2, 0)
    assert other.remedies == (RemedyGiven("refund", Decimal("12.34"), "EUR"),)


def test_recompense_that_was_taken_back_does_not_count(database: Database) -> None:
    with database.write() as conn:
        id = add(conn)
        action = record(conn, id, "remedy")
        row = {"action_id": action, "complaint_id": id, "kind": "refund", "at": NOON}
        conn.execute(sa.insert(remedies).values(row))
        record(conn, id, "undone", undoes=action)

    assert read(database)[0].remedies == ()


def test_the_product_is_what_the_named_ticket_field_says(database: Database) -> None:
    with database.write() as conn:
        add(conn)

    assert read(database, product_field=PRODUCT)[0].product == "AF-1"
    assert read(database, product_field=PRODUCT + 1)[0].product == ""
    assert read(database)[0].product == ""


def test_more_complaints_than_a_report_takes_are_refused(sqlite_database: Database) -> None:
    one_too_many = range(1, reports.MOST_CASES + 2)
    with sqlite_database.write() as conn:
        complaints.add_many(conn, [complaint(n) for n in one_too_many])

    with pytest.raises(reports.TooManyCases):
        read(sqlite_database)


def test_a_thousand_complaints_are_read_in_a_few_portions(sqlite_database: Database) -> None:
    with sqlite_database.write() as conn:
        complaints.add_many(conn, [complaint(n) for n in range(1, 1201)])
        for id in (1, 600, 1200):
            record(conn, id, "reopened")

    found = read(sqlite_database)

    assert len(found) == 1200
    assert sum(case.times_reopened for case in found) == 3
