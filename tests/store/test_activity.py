"""How busy the ways in and out are, and what the audit log finds, on both databases."""

from datetime import timedelta

import sqlalchemy as sa

from integration.store import activity, audit_log, audit_search
from integration.store.activity import Budget
from integration.store.audit_search import Wanted
from integration.store.engine import Database
from integration.store.tables import outbox as outbox_rows
from integration.store.tables import pace
from tests.store.samples import MINUTE, NOON, intend, receive

SECOND = timedelta(seconds=1)


def order(seconds_ago: int) -> str:
    return f"{int((NOON - seconds_ago * SECOND).timestamp()) * 10**9:020d}:000000"


def test_only_what_zendesk_delivered_within_the_hour_is_counted(database: Database) -> None:
    with database.write() as conn:
        receive(conn, "old", now=NOON - 61 * MINUTE, event_order=order(61 * 60))
        receive(conn, "fetched", kind="snapshot", now=NOON - MINUTE, event_order=order(3600))
        receive(conn, "new", now=NOON - MINUTE, event_order=order(64))

        found = activity.deliveries(conn, NOON)

    assert (found.in_last_hour, found.is_more, found.last_at) == (1, False, NOON - MINUTE)
    assert found.lag is not None


def test_the_lag_is_the_middle_one_so_that_one_late_delivery_does_not_alarm(database: Database) -> None:
    with database.write() as conn:
        for number, late in enumerate((2, 4, 3000)):
            receive(conn, f"e{number}", now=NOON, event_order=order(late))

        assert activity.deliveries(conn, NOON).lag == 4 * SECOND


def test_nothing_delivered_is_told_as_nothing(database: Database) -> None:
    with database.read() as conn:
        found = activity.deliveries(conn, NOON)
        assert activity.write_budget(conn, "tickets-update", NOON) is None

    assert (found.last_at, found.in_last_hour, found.lag) == (None, 0, None)


def test_the_budget_is_our_share_of_a_minute_and_what_was_sent_in_the_last(database: Database) -> None:
    row = {"name": "tickets-update", "tat": 0.0, "interval": 1.2, "burst": 10.0, "seen_limit": 100}
    with database.write() as conn:
        conn.execute(sa.insert(pace).values(row | {"blocked_until": (NOON + MINUTE).timestamp()}))
        for key, sent_at in (("a", NOON - 59 * SECOND), ("b", NOON - 61 * SECOND), ("c", None)):
            id = intend(conn, key)
            conn.execute(sa.update(outbox_rows).where(outbox_rows.c.id == id).values(sent_at=sent_at))

        found = activity.write_budget(conn, "tickets-update", NOON)

    assert found == Budget(60, 1, 100, None, NOON + MINUTE)


def test_the_log_is_found_in_portions_newest_first_and_each_entry_once(database: Database) -> None:
    with database.write() as conn:
        for number in range(audit_search.PORTION + 5):
            audit_log.write(
                conn, at=NOON + number * SECOND, actor="cli", action="x", subject=f"ticket:{number}"
            )

    with database.read() as conn:
        found = list(audit_search.everything(conn, Wanted(), most=audit_search.PORTION + 2))

    assert [entry.id for entry in found] == sorted({entry.id for entry in found}, reverse=True)
    assert len(found) == audit_search.PORTION + 2


def test_words_of_a_filter_are_words_and_no_patterns(database: Database) -> None:
    with database.write() as conn:
        for action in ("Policy 100% published", "policy 100 published"):
            audit_log.write(conn, at=NOON, actor="agent:1", action=action, subject="policy:house")

    with database.read() as conn:
        assert audit_search.count(conn, Wanted(action="100% P")) == 1
        assert audit_search.count(conn, Wanted(actor="agent:1", since=NOON, until=NOON + SECOND)) == 2
        assert audit_search.count(conn, Wanted(until=NOON)) == 0
