"""The record of what was done: added to, taken back, added up."""

from decimal import Decimal

import pytest
import sqlalchemy as sa

from integration.domain.remedy import HOUSE_CAUSES, Money, Remedy, RemedyKind
from integration.store import complaints, outcomes
from integration.store.engine import Database
from integration.store.tables import remedies
from tests.store.samples import NOON, at_once


def recorded(database: Database, complaint_id: int, amount: str, currency: str = "EUR") -> int:
    with database.write() as conn:
        entry_id = complaints.add_action(
            conn, complaint_id, at=NOON, actor_id=8, kind="remedy", details={"kind": "refund"}
        )
        money = Money(Decimal(amount), currency)
        outcomes.add_remedy(conn, complaint_id, Remedy(entry_id, RemedyKind.REFUND, NOON, money, "by card"))
    return entry_id


def test_money_comes_back_exactly_and_is_added_up_exactly(database: Database) -> None:
    for amount in ("0.10", "0.20", "12345678.9012"):
        recorded(database, 1, amount)

    with database.read() as conn:
        given = outcomes.remedies_of(conn, [1])[1]
        (total,) = conn.execute(sa.select(sa.func.sum(remedies.c.amount, type_=remedies.c.amount.type))).one()

    assert [remedy.money for remedy in given][:2] == [
        Money(Decimal("0.1"), "EUR"),
        Money(Decimal("0.2"), "EUR"),
    ]
    assert total == Decimal("12345679.2012")


def test_an_amount_finer_than_any_currency_is_refused(database: Database) -> None:
    with pytest.raises(sa.exc.StatementError, match="decimal places"):
        recorded(database, 1, "0.00001")


def test_what_was_taken_back_no_longer_counts_and_stays_on_record(database: Database) -> None:
    entry_id = recorded(database, 1, "5")
    with database.write() as conn:
        complaints.add_action(conn, 1, at=NOON, actor_id=8, kind="undone", details={}, undoes=entry_id)

    with database.read() as conn:
        assert outcomes.remedies_of(conn, [1]) == {}
        assert [(entry.kind, entry.is_undone) for entry in outcomes.entries(conn, 1)] == [
            ("undone", False),
            ("remedy", True),
        ]


def test_two_who_take_the_same_entry_back_do_it_once(database: Database) -> None:
    entry_id = recorded(database, 1, "5")

    def undo() -> bool:
        try:
            with database.write() as conn:
                complaints.add_action(
                    conn, 1, at=NOON, actor_id=8, kind="undone", details={}, undoes=entry_id
                )
        except sa.exc.IntegrityError:
            return False
        return True

    assert sorted(at_once([undo, undo])) == [False, True]


def test_a_ticket_is_detached_once_and_attached_again(database: Database) -> None:
    with database.write() as conn:
        assert outcomes.detach(conn, 5, agent_id=8, now=NOON)
        assert not outcomes.detach(conn, 5, agent_id=9, now=NOON)
        assert outcomes.is_detached(conn, 5)
        assert outcomes.attach(conn, 5)
        assert not outcomes.is_detached(conn, 5)


def test_the_admins_causes_take_the_place_of_the_houses(database: Database) -> None:
    with database.write() as conn:
        assert outcomes.causes(conn) == HOUSE_CAUSES
        outcomes.set_causes(conn, ["Warehouse 3", "other"], now=NOON)
        assert outcomes.causes(conn) == ("Warehouse 3", "other")
        outcomes.set_causes(conn, [], now=NOON)
        assert outcomes.causes(conn) == HOUSE_CAUSES


def test_nothing_but_opinions_is_said_of_a_complaint(database: Database) -> None:
    with database.write() as conn, pytest.raises(ValueError, match="state"):
        outcomes.say(conn, 1, state="resolved")
