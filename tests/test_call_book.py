"""Calls and limits are written down once a second; what makes Makegood rest is written at once."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from integration.call_book import CallBook
from integration.store import counters
from integration.store.engine import Database
from integration.zendesk.pace import ACCOUNT, TICKET_UPDATES, Pace

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)


@pytest.fixture
def pace(sqlite_database: Database) -> Pace:
    return Pace(sqlite_database.engine, share=0.6)


@pytest.fixture
def book(sqlite_database: Database, pace: Pace) -> CallBook:
    """A book that believes that no second ever passes."""
    return CallBook(sqlite_database, pace, lambda: NOW, every_seconds=3_600.0)


@pytest.fixture
def counted(sqlite_database: Database) -> Callable[[], dict[str, int]]:
    def read() -> dict[str, int]:
        with sqlite_database.read() as conn:
            return counters.all(conn)

    return read


def test_calls_are_counted_in_few_writes_and_none_is_lost(
    book: CallBook, counted: Callable[[], dict[str, int]]
) -> None:
    for method in ("GET", "GET", "PUT", "GET"):
        book.count(method, 200, 0.1)
    assert counted() == {"zendesk_reads": 1}

    book.write()

    assert counted() == {"zendesk_reads": 3, "zendesk_writes": 1}


def test_a_limit_is_learned_at_once_and_its_rest_now_and_then(book: CallBook, pace: Pace) -> None:
    for left in (99, 98, 97):
        book.hear(TICKET_UPDATES, 100, left, 30.0)
    book.hear(ACCOUNT, 400, 399, 30.0)

    assert pace.seen(TICKET_UPDATES) == (100, 99)
    assert pace.seen(ACCOUNT) == (400, 399)


def test_what_is_left_to_the_agents_makes_it_rest_at_once(book: CallBook, pace: Pace) -> None:
    book.hear(TICKET_UPDATES, 100, 99, 30.0)
    book.hear(TICKET_UPDATES, 100, 40, 30.0)

    assert pace.free(TICKET_UPDATES, NOW) == 0
    assert pace.rest(TICKET_UPDATES, NOW) == pytest.approx(30.0)


def test_another_limit_is_news(book: CallBook, pace: Pace) -> None:
    book.hear(TICKET_UPDATES, 100, 99, 30.0)
    book.hear(TICKET_UPDATES, 300, 299, 30.0)

    assert pace.seen(TICKET_UPDATES) == (300, 299)
