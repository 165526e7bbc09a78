"""An import and the reconciliation of a running worker do not move each other's places."""

from itertools import count

import pytest

from integration.domain.complaint import State
from integration.handling.import_history import Imported, import_history
from integration.handling.reconcile import TICKETS_CURSOR, reconcile
from integration.store import kept
from tests.handling.installation import ANGRY, Installation


@pytest.fixture
def past(makegood: Installation) -> Installation:
    """An account with two complaints from before Makegood, one of them closed."""
    for status in ("closed", "open"):
        makegood.change(makegood.write_in(ANGRY), status=status)
    makegood.news()
    makegood.pass_time(days=100)
    return makegood


def test_an_import_brings_the_past_though_a_worker_has_run_before(past: Installation) -> None:
    reconcile(past.parts)

    done = import_history(past.parts)

    assert (done.tickets, done.complaints) == (2, 2)


def test_reconciliation_during_an_import_works_no_old_ticket_and_skips_none(past: Installation) -> None:
    pages = count(1)

    def interrupted(_: Imported) -> None:
        if next(pages) == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_history(past.parts, interrupted)
    reconcile(past.parts)
    assert past.work() == 0

    import_history(past.parts)
    found = past.complaint(1)
    assert found is not None
    assert found.state is State.RESOLVED


def test_the_first_reconciliation_begins_where_the_import_ended(past: Installation) -> None:
    import_history(past.parts)
    with past.parts.database.read() as conn:
        assert kept.get(conn, TICKETS_CURSOR) is not None
    missed = past.write_in(ANGRY)
    past.news()
    past.pass_time(days=1)

    reconcile(past.parts)
    past.work_inbox()

    assert past.complaint(missed) is not None
