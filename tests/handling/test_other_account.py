"""A database beside the settings of another account, or of a new service user, does no harm."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from integration.app import assemble
from integration.handling.connect import check_before, is_ready_to_connect
from integration.handling.connect import connect as connect_account
from integration.handling.doctor import examine
from integration.handling.findings import Finding
from integration.handling.import_history import import_history
from integration.handling.receive import SERVICE_USER
from integration.handling.reconcile import reconcile
from integration.handling.standing import TroubleCode, troubles
from integration.handling.zendesk_fields import FIELD_IDS
from integration.parts import Parts
from integration.store import kept
from integration.zendesk.errors import OtherUser
from tests.handling.installation import Installation

STRANGER = 99


@pytest.fixture
def ticket_id(makegood: Installation) -> int:
    """A complaint whose note waits, in a database that was connected as another user."""
    ticket_id = makegood.write_in()
    makegood.deliver(makegood.news())
    makegood.work_inbox()
    with makegood.parts.database.write() as conn:
        kept.put(conn, SERVICE_USER, STRANGER, now=makegood.now)
    return ticket_id


@pytest.fixture
def connecting(makegood: Installation) -> Iterator[Parts]:
    """The parts as `makegood connect` has them."""
    settings, clock = makegood.parts.settings, makegood.parts.clock
    with closing(assemble(settings, clock, can_write=True, is_connecting=True)) as parts:
        yield parts


def finding(findings: list[Finding], name: str) -> Finding:
    return next(one for one in findings if one.name == name)


def test_nothing_is_written_and_the_write_waits(makegood: Installation, ticket_id: int) -> None:
    makegood.work()

    assert makegood.notes(ticket_id) == []
    assert makegood.states(ticket_id) == [("enrich", "new")]
    with makegood.parts.database.read() as conn:
        assert kept.get(conn, "writes_paused") is not None


def test_nothing_is_read_into_it(makegood: Installation, ticket_id: int) -> None:
    reconcile(makegood.parts)

    assert next(one.code for one in troubles(makegood.parts)) is TroubleCode.ACCESS_REFUSED
    with pytest.raises(OtherUser, match=f"connected as user {STRANGER}"):
        import_history(makegood.parts)


def test_the_doctor_names_both_ways_out(makegood: Installation, ticket_id: int) -> None:
    found = finding(examine(makegood.parts), "zendesk")

    assert found.health == "failure"
    assert "makegood connect" in found.next_step
    assert "MAKEGOOD_DATABASE_URL" in found.next_step


def test_a_new_service_user_is_connected_and_what_waited_goes_out(
    makegood: Installation, ticket_id: int, connecting: Parts
) -> None:
    makegood.work()

    connect_account(connecting)
    makegood.work()

    assert len(makegood.notes(ticket_id)) == 1


def test_the_database_of_another_account_is_not_connected(
    makegood: Installation, ticket_id: int, connecting: Parts
) -> None:
    with makegood.parts.database.write() as conn:
        kept.put(conn, FIELD_IDS, {"complaint": 1, "severity": 2}, now=makegood.now)

    found = check_before(connecting)

    assert not is_ready_to_connect(found)
    assert "another account" in finding(found, "database").measured
    assert "of its own" in finding(found, "database").next_step


def test_who_is_known_is_asked_for_once(makegood: Installation) -> None:
    before = len(makegood.zendesk.calls()["calls"])

    for _ in range(3):
        makegood.write_in()
        makegood.live()

    calls = [call["path"] for call in makegood.zendesk.calls()["calls"][before:]]
    assert sum("/users/me" in path for path in calls) == 1
