"""People keep their names, and merges are followed wherever they lead."""

from integration.domain.ticket import Requester
from integration.store import requesters
from integration.store.engine import Database
from tests.store.samples import NOON


def test_a_requester_comes_back_as_stored(database: Database) -> None:
    ana = Requester(7, "Ana", "es", "agent", 3, NOON, NOON, is_active=True)
    with database.write() as conn:
        assert requesters.save(conn, ana, order="1")

        assert requesters.get(conn, 7) == ana
        assert requesters.get(conn, 8) is None
        assert requesters.get_many(conn, [7, 8]) == {7: ana}


def test_an_older_source_changes_nothing(database: Database) -> None:
    with database.write() as conn:
        requesters.save(conn, Requester(7, "Ana"), order="2")

        assert not requesters.save(conn, Requester(7, "Anna"), order="1")
        assert requesters.get(conn, 7) == Requester(7, "Ana")


def test_a_source_that_does_not_know_the_name_does_not_erase_it(database: Database) -> None:
    with database.write() as conn:
        requesters.save(conn, Requester(7, "Ana", "es"), order="1")
        requesters.save_many(conn, [(Requester(7, role="agent"), "2")])

        assert requesters.get(conn, 7) == Requester(7, "Ana", "es", "agent")


def test_merges_are_followed_to_the_end_in_whatever_order_they_came(database: Database) -> None:
    with database.write() as conn:
        requesters.merge(conn, 2, 3, "1")
        requesters.merge(conn, 1, 2, "2")
        requesters.merge(conn, 4, 3, "3")

        assert requesters.current_id(conn, 1) == 3
        assert requesters.same_person(conn, 4) == [3, 1, 2, 4]
        assert requesters.same_person(conn, 9) == [9]


def test_a_merge_in_a_circle_is_refused(database: Database) -> None:
    with database.write() as conn:
        assert requesters.merge(conn, 1, 2, "1")
        assert not requesters.merge(conn, 2, 1, "2")
        assert not requesters.merge(conn, 1, 1, "3")
        assert requesters.merge(conn, 2, 3, "4")
        assert not requesters.merge(conn, 2, 1, "5")

        assert requesters.current_id(conn, 1) == 3


def test_a_circle_that_is_stored_all_the_same_comes_to_an_end(database: Database) -> None:
    with database.write() as conn:
        requesters.save(conn, Requester(1, merged_into=2), order="1")
        requesters.save(conn, Requester(2, merged_into=1), order="1")

        assert sorted(requesters.same_person(conn, 1)) == [1, 2]


def test_a_merge_is_not_forgotten_by_a_later_source(database: Database) -> None:
    with database.write() as conn:
        requesters.merge(conn, 1, 2, "1")
        requesters.save(conn, Requester(1, "Ana"), order="2")

        assert requesters.current_id(conn, 1) == 2
