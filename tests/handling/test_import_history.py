"""The account's past comes in page by page, once, however often the import is interrupted."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from integration.domain.complaint import State
from integration.domain.history import Outcome
from integration.domain.reason import Code
from integration.handling.doctor import examine
from integration.handling.findings import Finding, Health
from integration.handling.import_history import Imported, import_history
from integration.handling.import_progress import progress
from integration.handling.sidebar import first_facts
from integration.learned.model import MODEL
from integration.store import opinions
from integration.store.tables import complaints, outbox, requesters, tickets
from integration.zendesk.errors import ZendeskUnavailable
from tests.handling.installation import ANGRY, CALM, Installation


class Interrupted(Exception):
    """Somebody pulled the plug."""


def after(reports: int) -> Callable[[Imported], None]:
    """Return a progress report that ends the import at the given page."""
    seen: list[Imported] = []

    def report(so_far: Imported) -> None:
        seen.append(so_far)
        if len(seen) == reports:
            raise Interrupted

    return report


def counts(makegood: Installation) -> dict[str, int]:
    with makegood.parts.database.read() as conn:
        return {
            table.name: conn.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in (requesters, tickets, complaints)
        }


@pytest.fixture
def past(makegood: Installation) -> Installation:
    """An account with a few hundred tickets of history, none of which Makegood has heard of."""
    makegood.server.seed_history(240)
    makegood.news()
    makegood.pass_time(minutes=5)
    return makegood


def test_users_tickets_and_complaints_come_in_and_nothing_is_written_to_zendesk(past: Installation) -> None:
    done = import_history(past.parts)

    size = past.zendesk.state()["counts"]
    assert (done.tickets, done.is_done) == (size["ticket"], True)
    assert counts(past)["tickets"] == size["ticket"]
    assert 0 < done.repeats < done.complaints < done.tickets
    assert counts(past)["complaints"] == done.complaints
    with past.parts.database.read() as conn:
        assert not conn.scalar(sa.select(sa.func.count()).select_from(outbox))
    # `connect` tried whether it might write, on a ticket that nobody has.
    calls = past.zendesk.calls()["calls"]
    assert not [call for call in calls if call["method"] == "PUT" and call["status"] < 400]


@pytest.mark.parametrize("pages", [1, 2])
def test_an_interrupted_import_goes_on_and_counts_everything_once(past: Installation, pages: int) -> None:
    with pytest.raises(Interrupted):
        import_history(past.parts, after(pages))
    past.parts.database.engine.dispose()

    done = import_history(past.parts)

    assert done.tickets == counts(past)["tickets"] == past.zendesk.state()["counts"]["ticket"]
    assert done.complaints == counts(past)["complaints"]


def test_a_finished_import_is_not_repeated(past: Installation) -> None:
    first = import_history(past.parts)
    before = past.zendesk.calls()["n"]

    assert import_history(past.parts) == first
    assert past.zendesk.calls()["n"] == before


def test_zendesk_failing_in_between_loses_nothing(past: Installation) -> None:
    past.zendesk.faults({"api": [{"kind": "503", "path": "/incremental/tickets", "times": 1}]})

    with pytest.raises(ZendeskUnavailable):
        import_history(past.parts)
    done = import_history(past.parts)

    assert done.tickets == counts(past)["tickets"] == past.zendesk.state()["counts"]["ticket"]


def test_the_sidebar_says_while_the_history_is_incomplete(past: Installation) -> None:
    with pytest.raises(Interrupted):
        import_history(past.parts, after(1))
    ticket_id = past.write_in(ANGRY)
    past.live()

    assert first_facts(past.parts, ticket_id).summary.is_importing
    assert "still being imported" in past.notes(ticket_id)[0]
    import_history(past.parts)
    assert not first_facts(past.parts, ticket_id).summary.is_importing


def test_an_old_complaint_is_resolved_with_the_outcome_that_its_tag_tells(makegood: Installation) -> None:
    ticket_id = makegood.write_in(ANGRY, tags=["refund_issued"])
    makegood.change(ticket_id, status="solved")
    makegood.news()
    makegood.pass_time(minutes=5)

    import_history(makegood.parts)

    found = makegood.complaint(ticket_id)
    assert found is not None
    assert (found.state, found.outcome, found.is_imported) == (State.RESOLVED, Outcome.REFUND, True)


def test_repeats_are_linked_within_the_imported_past(makegood: Installation) -> None:
    former, later = (
        makegood.write_in(f"Order AF-482913: {ANGRY}"),
        makegood.write_in(f"AF-482913 again: {ANGRY}"),
    )
    makegood.news()
    makegood.pass_time(minutes=5)

    assert import_history(makegood.parts).repeats == 1

    found = makegood.complaint(later)
    assert found is not None
    assert found.repeat is not None
    assert (found.repeat.ticket_id, found.repeat.reason.code) == (former, Code.SAME_REFERENCE)


def test_repeats_in_other_words_are_linked_too_and_their_meaning_is_kept(makegood: Installation) -> None:
    former, later = (
        makegood.write_in("The new lamp flickers and smells burnt. I am very disappointed!", subject="Lamp"),
        makegood.write_in("The lamp still flickers and still smells burnt. Unacceptable!", subject="Lamp"),
    )
    makegood.news()
    makegood.pass_time(minutes=5)

    import_history(makegood.parts)

    found = makegood.complaint(later)
    assert found is not None
    assert found.repeat is not None
    assert (found.repeat.ticket_id, found.repeat.reason.code) == (former, Code.ALIKE_TICKET)
    with makegood.parts.database.read() as conn:
        assert set(opinions.meanings(conn, [former, later], model=MODEL)) == {former, later}


def test_an_import_beside_live_events_leaves_the_live_complaint_as_it_is(makegood: Installation) -> None:
    ticket_id = makegood.write_in(ANGRY)
    makegood.live()
    before = makegood.complaint(ticket_id)
    makegood.pass_time(minutes=5)

    import_history(makegood.parts)
    makegood.live()

    assert makegood.complaint(ticket_id) == before
    assert len(makegood.notes(ticket_id)) == 1


def test_an_imported_calm_ticket_can_still_become_a_complaint(makegood: Installation) -> None:
    ticket_id = makegood.write_in(CALM)
    makegood.news()
    makegood.pass_time(minutes=5)
    import_history(makegood.parts)

    makegood.write_again(ticket_id, ANGRY)
    makegood.live()

    assert len(makegood.notes(ticket_id)) == 1


def judging(judged_before: int = 0) -> Imported:
    return replace(
        Imported(began_at="x", users=40, tickets=100_000, judged=3_600, complaints=310),
        judging_since="2026-03-10T09:00:00+00:00",
        at="2026-03-10T09:03:00+00:00",
        judged_before=judged_before,
    )


def test_an_import_tells_how_fast_it_judges_and_how_long_still() -> None:
    now = datetime(2026, 3, 10, 9, 4, tzinfo=UTC)

    fresh, resumed = progress(judging(), now), progress(judging(judged_before=1_800), now)

    assert fresh.told == "3600 of 100000 tickets judged, 310 were complaints; 20.0 a second, 80 minutes left"
    assert "10.0 a second, 2.7 hours left" in resumed.told
    assert not fresh.is_standing


def test_an_import_that_nobody_is_at_stands_still() -> None:
    found = progress(judging(), datetime(2026, 3, 10, 9, 9, tzinfo=UTC))

    assert found.is_standing
    assert "left" not in found.told


def test_the_doctor_says_how_far_an_import_is(past: Installation) -> None:
    with pytest.raises(Interrupted):
        import_history(past.parts, after(2))

    def line() -> Finding:
        return next(finding for finding in examine(past.parts) if finding.name == "history")

    assert line().measured.startswith("an import is running: ")
    past.pass_time(minutes=6)
    assert line().health is Health.WARNING
    assert "makegood backfill" in (line().next_step or "")
