"""Connecting creates what is missing in Zendesk, repairs what was spoilt, and keeps ids and secrets."""

import pytest

from integration.handling.connect import connect, plan_connection
from integration.handling.examine_account import examine_webhooks
from integration.handling.findings import Health
from integration.handling.receive import WEBHOOK_SECRETS
from integration.handling.uninstall import plan_removal
from integration.handling.zendesk_fields import FIELD_IDS, FIELDS_MADE_BY_CONNECT
from integration.store import kept, secrets
from integration.zendesk.errors import NotAuthorised, ZendeskUnavailable
from tests.handling.installation import ANGRY, Installation


def field_ids(makegood: Installation) -> dict[str, int]:
    with makegood.parts.database.read() as conn:
        found: dict[str, int] = kept.get(conn, FIELD_IDS)
    return found


def stored_secrets(makegood: Installation) -> set[str]:
    with makegood.parts.database.read() as conn:
        key = makegood.parts.settings.secret_key
        return set(secrets.get_secrets(conn, WEBHOOK_SECRETS, secret_key=key).values())


def test_connecting_again_changes_nothing(makegood: Installation) -> None:
    before = field_ids(makegood), stored_secrets(makegood)

    again = connect(makegood.parts)

    assert again.changes == ()
    assert (field_ids(makegood), stored_secrets(makegood)) == before
    assert len(stored_secrets(makegood)) == 2


def test_a_deleted_field_is_made_anew_and_used_from_then_on(makegood: Installation) -> None:
    gone = field_ids(makegood)["complaint"]
    makegood.parts.zendesk.session.delete(f"/api/v2/ticket_fields/{gone}")

    done = connect(makegood.parts)

    assert [(change.action, change.title) for change in done.changes] == [("create", "Makegood: Complaint")]
    assert field_ids(makegood)["complaint"] != gone
    ticket_id = makegood.write_in(ANGRY)
    makegood.live()
    assert "makegood_suspected" in makegood.zendesk.ticket_page(ticket_id)["tags"]


def test_who_is_interrupted_still_knows_whose_the_fields_are(makegood: Installation) -> None:
    makegood.parts.zendesk.session.delete(f"/api/v2/ticket_fields/{field_ids(makegood)['complaint']}")
    with makegood.parts.database.write() as conn:
        kept.delete(conn, FIELDS_MADE_BY_CONNECT)
    makegood.zendesk.faults({"api": [{"kind": "500", "methods": ["GET"], "path": "/signing_secret"}]})

    with pytest.raises(ZendeskUnavailable):
        connect(makegood.parts)

    with makegood.parts.database.read() as conn:
        assert kept.get(conn, FIELDS_MADE_BY_CONNECT) is True


def test_fields_that_an_admin_renamed_stay_the_only_ones(makegood: Installation) -> None:
    before, session = field_ids(makegood), makegood.parts.zendesk.session
    for key in ("deadline", "complaints_before"):
        session.put(f"/api/v2/ticket_fields/{before[key]}", json={"ticket_field": {"title": f"Our {key}"}})

    assert connect(makegood.parts).changes == ()

    assert field_ids(makegood) == before
    assert {finding.health for finding in examine_webhooks(makegood.parts)} == {Health.OK}
    removed = {change.title for change in plan_removal(makegood.parts).changes}
    assert {"Our deadline", "Our complaints_before"} <= removed


def test_a_plan_writes_nothing(makegood: Installation) -> None:
    makegood.parts.zendesk.session.delete(f"/api/v2/ticket_fields/{field_ids(makegood)['deadline']}")
    before = makegood.zendesk.calls()["n"]

    assert [change.title for change in plan_connection(makegood.parts)] == ["Makegood: Complaint deadline"]

    calls = makegood.zendesk.calls(before)["calls"]
    assert {call["method"] for call in calls} == {"GET"}


def test_a_service_user_who_is_no_administrator_is_refused_before_anything_is_made(
    makegood: Installation,
) -> None:
    makegood.control("PATCH", f"users/{makegood.server.account.service_user_id}", role="agent")

    with pytest.raises(NotAuthorised, match="must be an administrator"):
        connect(makegood.parts)


def test_a_field_deleted_while_a_write_waits_does_not_cost_the_note(makegood: Installation) -> None:
    ticket_id = makegood.write_in(ANGRY)
    makegood.deliver(makegood.news())
    makegood.work_inbox()

    makegood.parts.zendesk.session.delete(f"/api/v2/ticket_fields/{field_ids(makegood)['severity']}")
    makegood.work()

    assert makegood.parked() == []
    assert len(makegood.notes(ticket_id)) == 1
