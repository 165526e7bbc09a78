"""What detection said of a ticket is kept, does not age by being said again, and goes with the ticket."""

from dataclasses import replace
from datetime import timedelta

from integration.domain.complaint import Band, Verdict
from integration.store import corrections, opinions, tickets
from integration.store.corrections import LessonShelf
from integration.store.engine import Database
from integration.store.opinions import Opinion
from tests.store.samples import NOON, correction, ticket

MODEL = "usem3-1/abc"
SAID = Opinion(
    ticket_id=5,
    verdict=Verdict.UNSURE,
    probability=0.44,
    score=0.44,
    threshold=0.5,
    band=Band.LOW,
    language="de",
    model=MODEL,
    by_rule=None,
    read_at=NOON,
    meaning=b"\x00\x3c" * 1024,
)


def test_an_opinion_comes_back_as_it_was_kept(database: Database) -> None:
    with database.write() as conn:
        opinions.save(conn, SAID)

        assert opinions.get(conn, 5) == SAID
        assert opinions.get(conn, 6) is None


def test_saying_the_same_again_keeps_the_moment_and_another_verdict_is_news(database: Database) -> None:
    later = NOON + timedelta(hours=3)
    with database.write() as conn:
        opinions.save(conn, SAID)
        opinions.save(conn, replace(SAID, score=0.45, read_at=later))
        again = opinions.get(conn, 5)
        opinions.save(conn, replace(SAID, verdict=Verdict.COMPLAINT, read_at=later))
        changed = opinions.get(conn, 5)

    assert again is not None
    assert changed is not None
    assert (again.score, again.read_at) == (0.45, NOON)
    assert changed.read_at == later


def test_an_agents_word_ends_the_asking(database: Database) -> None:
    with database.write() as conn:
        opinions.save(conn, SAID)
        before = opinions.get(conn, 5)
        corrections.save(conn, correction(ticket_id=5, is_complaint=False))
        after = opinions.get(conn, 5)

    assert before is not None
    assert after is not None
    assert (before.is_asked, after.is_asked, after.agents_word) == (True, False, False)


def test_an_import_keeps_the_meaning_and_leaves_what_a_worker_said(database: Database) -> None:
    with database.write() as conn:
        opinions.save(conn, SAID)
        opinions.save_imported(conn, [replace(SAID, verdict=Verdict.COMPLAINT), replace(SAID, ticket_id=6)])

        assert opinions.get(conn, 5) == SAID
        assert opinions.get(conn, 6) == replace(SAID, ticket_id=6, probability=None)
        assert set(opinions.meanings(conn, [5, 6, 7], model=MODEL)) == {5, 6}
        assert opinions.meanings(conn, [5], model="usem3-2/abc") == {}


def test_meaning_and_word_go_with_the_ticket(database: Database) -> None:
    with database.write() as conn:
        tickets.save(conn, ticket(5), order="1", with_custom_fields=True)
        opinions.save(conn, SAID)
        corrections.save(conn, correction(ticket_id=5))
        tickets.mark_deleted(conn, 5, order="2")

        assert opinions.get(conn, 5) is None
        assert corrections.of_ticket(conn, 5) is None


def test_the_last_word_counts_and_keeps_what_the_machine_had_said_before_the_first(
    database: Database,
) -> None:
    first = correction(ticket_id=5, is_complaint=False, probability=0.7)
    with database.write() as conn:
        corrections.save(conn, first)
        corrections.save(conn, correction(ticket_id=5, probability=0.2, severity=Band.HIGH))
        kept = corrections.of_ticket(conn, 5)

    assert kept == replace(first, is_complaint=True, severity=Band.HIGH)


def test_a_running_reader_learns_of_a_correction_without_a_restart(database: Database) -> None:
    shelf = LessonShelf(database, MODEL)
    before = shelf.read()
    with database.write() as conn:
        corrections.save(conn, correction(ticket_id=5, model=MODEL, vector=b"\x00\x3c" * 512))

    assert [lesson.ticket_id for lesson in shelf.read().corrected] == [5]
    assert before.corrected == ()
    assert shelf.read() is shelf.read()
