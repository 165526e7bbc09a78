"""Choices of templates: kept once, the newest of each, and gone with their ticket."""

import numpy as np
import pytest
from sqlalchemy.engine import Connection

from integration.learned.encoder import DIMENSIONS, Vectors
from integration.learned.ranker import CHOICES_KEPT
from integration.store import choices, tickets
from integration.store.choices import ChoiceShelf
from integration.store.engine import Database
from tests.store.samples import MINUTE, NOON, ticket


def vector(place: int = 0) -> Vectors:
    result = np.zeros(DIMENSIONS, np.float32)
    result[place] = 1
    return result


def choose(conn: Connection, template_id: str = "delay", ticket_id: int = 5, **changes: object) -> None:
    given = {"vector": vector(), "was_found": False, "now": NOON}
    choices.add(conn, template_id=template_id, ticket_id=ticket_id, **(given | changes))  # type: ignore[arg-type]


def test_a_choice_comes_back_as_it_was_and_once(database: Database) -> None:
    with database.write() as conn:
        choose(conn)
        choose(conn, vector=vector(3), was_found=True, now=NOON + MINUTE)

        (choice,) = choices.of_templates(conn)

    assert (choice.template_id, choice.ticket_id, choice.was_found) == ("delay", 5, True)
    assert choice.chosen_at == NOON + MINUTE
    assert choice.vector == pytest.approx(vector(3))


def test_the_newest_choices_of_each_template_are_kept(database: Database) -> None:
    with database.write() as conn:
        choose(conn, "apology", 1)
        for number in range(1, CHOICES_KEPT + 4):
            choose(conn, "delay", number, now=NOON + number * MINUTE)

        kept = choices.of_templates(conn)

    assert [c.ticket_id for c in kept if c.template_id == "delay"] == list(range(4, CHOICES_KEPT + 4))
    assert [c.ticket_id for c in kept if c.template_id == "apology"] == [1]


def test_one_choice_is_forgotten_once_and_a_new_one_in_its_place_is_seen(database: Database) -> None:
    shelf = ChoiceShelf()
    with database.write() as conn:
        choose(conn, "delay", 5)
        assert [choice.template_id for choice in shelf.read(conn)] == ["delay"]

        assert (choices.forget(conn, "delay", 5), choices.forget(conn, "delay", 5)) == (True, False)
        choose(conn, "refund", 5, now=NOON + MINUTE)

        assert [choice.template_id for choice in shelf.read(conn)] == ["refund"]


def test_a_deleted_ticket_takes_its_choices_with_it(database: Database) -> None:
    with database.write() as conn:
        tickets.save(conn, ticket(5), order="1", with_custom_fields=True)
        choose(conn, "delay", 5)
        choose(conn, "delay", 6)

        tickets.mark_deleted(conn, 5, order="2")

        assert [choice.ticket_id for choice in choices.of_templates(conn)] == [6]


def test_the_shelf_reads_again_only_when_something_changed(database: Database) -> None:
    shelf = ChoiceShelf()
    with database.write() as conn:
        choose(conn, "delay", 5)
        choose(conn, "apology", 6)
        first = shelf.read(conn)
        assert shelf.read(conn) is first
        choose(conn, "delay", 5)
        assert shelf.read(conn) is not first

        assert choices.forget_template(conn, "delay") == 1

        assert [choice.template_id for choice in shelf.read(conn)] == ["apology"]
