"""A ticket is what its newest source says, however late the others arrive."""

import time

import pytest

from integration.domain.ticket import Comment, Status
from integration.store import tickets
from integration.store.engine import Database
from tests.store.samples import NOON, ticket

FIELD = 360000000001


def test_a_ticket_comes_back_as_it_was_stored(database: Database) -> None:
    full = ticket(
        custom_fields={FIELD: ("a", "b"), 2: 1.5, 3: True, 4: None}, satisfaction="good", followup_of=3
    )
    with database.write() as conn:
        assert tickets.save(conn, full, order="1", with_custom_fields=True)

        assert tickets.get(conn, 5) == full
        assert tickets.order_of(conn, 5) == "1"
        assert tickets.get(conn, 6) is None


def test_an_older_source_changes_nothing(database: Database) -> None:
    with database.write() as conn:
        tickets.save(conn, ticket(status=Status.SOLVED), order="2", with_custom_fields=True)

        assert not tickets.save(conn, ticket(status=Status.NEW), order="1", with_custom_fields=True)
        assert tickets.get(conn, 5) == ticket(status=Status.SOLVED)


def test_a_source_without_custom_fields_leaves_them(database: Database) -> None:
    with database.write() as conn:
        tickets.save(conn, ticket(), order="1", with_custom_fields=True)
        tickets.save(conn, ticket(subject="New", custom_fields={}), order="2", with_custom_fields=False)

        assert tickets.get(conn, 5) == ticket(subject="New")


def test_an_older_snapshot_still_brings_the_custom_fields_that_no_event_told(database: Database) -> None:
    with database.write() as conn:
        tickets.save(conn, ticket(subject="New", custom_fields={}), order="2", with_custom_fields=False)

        assert not tickets.save(conn, ticket(), order="1", with_custom_fields=True)
        assert tickets.get(conn, 5) == ticket(subject="New")


def test_a_custom_field_follows_its_own_order(database: Database) -> None:
    with database.write() as conn:
        tickets.save(conn, ticket(), order="1", with_custom_fields=True)

        assert tickets.set_custom_field(conn, 5, FIELD, "AF-3", order="3")
        assert not tickets.set_custom_field(conn, 5, FIELD, "AF-2", order="2")
        tickets.save(conn, ticket(custom_fields={FIELD: "AF-2", 9: "x"}), order="2", with_custom_fields=True)

        assert tickets.get(conn, 5) == ticket(custom_fields={FIELD: "AF-3", 9: "x"})


def test_a_custom_field_older_than_the_last_snapshot_changes_nothing(database: Database) -> None:
    with database.write() as conn:
        tickets.save(conn, ticket(), order="2", with_custom_fields=True)

        assert not tickets.set_custom_field(conn, 5, 9, "x", order="1")
        assert not tickets.set_custom_field(conn, 6, 9, "x", order="3")
        assert tickets.get(conn, 5) == ticket()


def test_merges_and_ratings_are_not_forgotten_by_sources_that_do_not_know_them(database: Database) -> None:
    with database.write() as conn:
        tickets.save(conn, ticket(satisfaction="bad"), order="1", with_custom_fields=True)
        assert tickets.mark_merged(conn, 5, 4)
        tickets.save(conn, ticket(), order="2", with_custom_fields=True)

        assert tickets.get(conn, 5) == ticket(satisfaction="bad", merged_into=4)
        assert not tickets.mark_merged(conn, 6, 4)


def test_a_deleted_ticket_stays_deleted_for_older_sources(database: Database) -> None:
    with database.write() as conn:
        tickets.save(conn, ticket(), order="1", with_custom_fields=True)

        assert tickets.mark_deleted(conn, 5, order="3")
        assert not tickets.save(conn, ticket(), order="2", with_custom_fields=True)
        assert tickets.get(conn, 5) == ticket(status=Status.DELETED)


def test_what_detection_has_seen_stays_seen(database: Database) -> None:
    with database.write() as conn:
        tickets.save(conn, ticket(), order="1", with_custom_fields=True)
        assert not tickets.is_worked(conn, 5)
        assert tickets.mark_worked(conn, 5)
        tickets.save(conn, ticket(subject="New"), order="2", with_custom_fields=True)

        assert tickets.is_worked(conn, 5)


def test_an_import_follows_the_same_orders(database: Database) -> None:
    with database.write() as conn:
        tickets.save(conn, ticket(5, subject="Newer"), order="3", with_custom_fields=True)
        tickets.save(conn, ticket(6), order="1", with_custom_fields=True)
        tickets.set_custom_field(conn, 6, FIELD, "AF-9", order="4")

        tickets.save_many(conn, [(ticket(id, subject="Imported"), "2") for id in (5, 6, 7)])

        assert tickets.get(conn, 5) == ticket(5, subject="Newer")
        assert tickets.get(conn, 6) == ticket(6, subject="Imported", custom_fields={FIELD: "AF-9"})
        assert tickets.get(conn, 7) == ticket(7, subject="Imported")


def test_an_import_stores_thousands_of_tickets_in_seconds(database: Database) -> None:
    pages = [[(ticket(page * 1000 + n), "1") for n in range(1000)] for page in range(5)]
    began = time.perf_counter()

    for page in pages:
        with database.write() as conn:
            tickets.save_many(conn, page)

    assert time.perf_counter() - began < 10


def test_comments_are_kept_once_and_read_in_order(database: Database) -> None:
    later = Comment(2, 5, 7, by_agent=False, is_public=True, body="Hello?", created_at=NOON)
    first = Comment(3, 5, 8, by_agent=True, is_public=False, body="Look.", created_at=NOON.replace(hour=9))
    with database.write() as conn:
        assert tickets.add_comment(conn, later)
        assert tickets.add_comment(conn, first)
        assert not tickets.add_comment(conn, later)

        assert tickets.comments(conn, 5) == (first, later)


def test_a_comment_can_be_hidden_and_blacked_out(database: Database) -> None:
    with database.write() as conn:
        tickets.add_comment(conn, Comment(2, 5, 7, False, is_public=True, body="4111…", created_at=NOON))
        tickets.hide_comment(conn, 2, is_redacted=False)
        tickets.hide_comment(conn, 2, is_redacted=True)

        (hidden,) = tickets.comments(conn, 5)

    assert (hidden.is_public, hidden.body) == (False, "")


def test_a_rating_is_remembered(database: Database) -> None:
    with database.write() as conn:
        tickets.save(conn, ticket(), order="1", with_custom_fields=True)

        assert tickets.set_satisfaction(conn, 5, "good")
        assert not tickets.set_satisfaction(conn, 6, "good")
        assert tickets.get(conn, 5) == ticket(satisfaction="good")


COMMENT = Comment(2, 5, 7, by_agent=False, is_public=True, body="Hello", created_at=NOON)


@pytest.mark.parametrize(("is_redacted", "body", "is_public"), [(True, "", True), (False, "Hello", False)])
def test_what_was_hidden_before_it_came_in_comes_in_hidden(
    database: Database, is_redacted: bool, body: str, is_public: bool
) -> None:
    with database.write() as conn:
        assert tickets.hide_unseen(conn, 5, 2, is_redacted=is_redacted, at=NOON)
        assert tickets.comments(conn, 5) == ()

        assert tickets.add_comment(conn, COMMENT)

        (comment,) = tickets.comments(conn, 5)
        assert (comment.body, comment.is_public, comment.author_id) == (body, is_public, 7)
        assert not tickets.add_comment(conn, COMMENT)
