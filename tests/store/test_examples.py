"""Past complaints to try a text on, and what became of inserted letters, on both databases."""

from datetime import timedelta

from integration.store import examples, suggestion_uses
from integration.store.engine import Database
from integration.store.suggestion_uses import Uses
from tests.store.samples import NOON
from tests.web import scenario


def found(database: Database, wanted: str) -> list[int]:
    with database.read() as conn:
        return [example.ticket_id for example in examples.find(conn, wanted)]


def test_a_past_complaint_is_found_by_number_or_a_part_of_the_name(database: Database) -> None:
    scenario.tell(database, NOON)

    assert found(database, "") == [scenario.TICKET, scenario.FORMER, scenario.OLDEST]
    assert found(database, " #12 ") == [scenario.FORMER]
    assert found(database, "POPPINS") == [scenario.TICKET, scenario.FORMER, scenario.OLDEST]
    assert found(database, "12345678901234567890") == []
    assert found(database, "%") == []


def test_only_a_letter_that_can_be_compared_counts_as_compared_and_is_forgotten(database: Database) -> None:
    with database.write() as conn:
        for fingerprint in (["a", "b"], ["c"], []):
            suggestion_uses.add(
                conn,
                requester_id=1,
                ticket_id=2,
                template_id="apology",
                locale="en",
                agent_id=3,
                now=NOON,
                fingerprint=fingerprint,
            )
        suggestion_uses.compare(conn, 2, NOON - timedelta(minutes=1), lambda letter: True)
        assert suggestion_uses.counts(conn, since=NOON) == {"apology": Uses(3, 0, 0)}

        suggestion_uses.compare(conn, 2, NOON, lambda letter: "a" in letter)
        suggestion_uses.compare(conn, 2, NOON, lambda letter: True)

        assert suggestion_uses.counts(conn, since=NOON) == {"apology": Uses(3, 2, 1)}
        assert suggestion_uses.counts(conn, since=NOON + timedelta(seconds=1)) == {}
