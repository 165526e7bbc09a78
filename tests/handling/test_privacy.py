"""Our copies follow what Zendesk deletes and blacks out; people are forgotten on demand and in time."""

import json

import pytest
import sqlalchemy as sa

from integration.handling.erase import (
    OnHold,
    UnknownRequester,
    erase_requester,
    forget_due,
    is_genuine,
    plan_erasure,
)
from integration.handling.export_requester import export_requester
from integration.handling.reconcile import reconcile
from integration.handling.retention import keep_no_longer
from integration.store import audit_log, erasures
from integration.store.erasures import Hold, Receipt
from integration.store.tables import metadata
from tests.handling.installation import ANGRY, Installation

WORDS = "kettle arrived broken"


def stored(makegood: Installation) -> str:
    with makegood.parts.database.read() as conn:
        return "\n".join(
            repr(tuple(row)) for table in metadata.sorted_tables for row in conn.execute(sa.select(table))
        )


def receipts(makegood: Installation) -> list[Receipt]:
    with makegood.parts.database.read() as conn:
        return erasures.receipts(conn)


@pytest.fixture
def ticket_id(makegood: Installation) -> int:
    """A complaint of Marta Nowak, worked and noted on."""
    ticket_id = makegood.write_in(ANGRY)
    makegood.live()
    assert WORDS in stored(makegood)
    return ticket_id


def test_a_deleted_ticket_is_forgotten_once_it_will_not_come_back(
    makegood: Installation, ticket_id: int
) -> None:
    makegood.control("DELETE", f"tickets/{ticket_id}")
    makegood.live()
    makegood.pass_time(hours=23)
    assert forget_due(makegood.parts) == 0

    makegood.pass_time(hours=2)

    assert forget_due(makegood.parts) == 1
    assert WORDS not in stored(makegood)
    assert "Marta Nowak" in stored(makegood)
    assert [receipt.cause for receipt in receipts(makegood)] == ["deleted"]


def test_a_ticket_that_is_restored_in_time_is_kept(makegood: Installation, ticket_id: int) -> None:
    account = makegood.server.account
    makegood.control("DELETE", f"tickets/{ticket_id}")
    makegood.live()
    account.restore_ticket(ticket_id, actor_id=account.admin_user_id)
    makegood.change(ticket_id, status="open")
    makegood.live()
    makegood.pass_time(hours=25)

    assert forget_due(makegood.parts) == 0
    assert WORDS in stored(makegood)
    assert makegood.complaint(ticket_id) is not None


def test_a_deleted_user_is_forgotten_with_all_they_wrote(makegood: Installation, ticket_id: int) -> None:
    requester_id = makegood.requester_of(ticket_id)
    makegood.control("PATCH", f"tickets/{ticket_id}", status="solved")
    makegood.control("DELETE", f"users/{requester_id}")
    makegood.live()
    makegood.pass_time(hours=25)

    forget_due(makegood.parts)

    left = stored(makegood)
    assert (WORDS in left, "Marta" in left) == (False, False)
    with makegood.parts.database.read() as conn:
        assert conn.scalar(sa.text("SELECT count(*) FROM complaints")) == 1


def test_blacked_out_words_are_taken_from_what_was_made_of_them(
    makegood: Installation, ticket_id: int
) -> None:
    makegood.zendesk.comment(ticket_id, makegood.requester_of(ticket_id), "My card is 4111 1111.")
    bodies = makegood.news()
    makegood.deliver(bodies)
    makegood.work()
    added = next(told for body in bodies if "comment_added" in (told := json.loads(body))["type"])
    comment_id = added["event"]["comment"]["id"]
    redacted = added | {
        "id": "a-redaction",
        "type": "zen:event-type:ticket.comment_redacted",
        "event": {"comment": {"id": comment_id, "is_public": True}},
    }
    assert "4111" in stored(makegood)

    makegood.deliver([json.dumps(redacted).encode()])
    makegood.work()
    forget_due(makegood.parts)

    assert "4111" not in stored(makegood)
    assert [receipt.cause for receipt in receipts(makegood)] == ["redacted"]


def test_worked_events_keep_no_words(makegood: Installation, ticket_id: int) -> None:
    with makegood.parts.database.read() as conn:
        assert conn.scalar(sa.text("SELECT count(*) FROM inbox WHERE length(body) > 0")) == 0
        assert conn.scalar(sa.text("SELECT count(*) FROM inbox")) > 0


def test_somebody_asks_to_be_forgotten_and_gets_a_receipt(makegood: Installation, ticket_id: int) -> None:
    requester_id = makegood.requester_of(ticket_id)
    planned = plan_erasure(makegood.parts, requester_id)

    receipt = erase_requester(makegood.parts, requester_id, asked_by="cli")

    assert receipt.removed == planned.rows
    assert (WORDS in stored(makegood), "Marta" in stored(makegood)) == (False, False)
    key = makegood.parts.settings.secret_key
    assert is_genuine(key, receipts(makegood)[0])
    assert not is_genuine("another key of more than 32 characters", receipts(makegood)[0])
    with makegood.parts.database.read() as conn:
        assert audit_log.verify(conn)[1] is None
        assert audit_log.entries(conn)[0].action == "erased"


def test_a_forgotten_person_who_writes_again_begins_anew(makegood: Installation, ticket_id: int) -> None:
    erase_requester(makegood.parts, makegood.requester_of(ticket_id), asked_by="cli")

    again = makegood.write_in(ANGRY)
    makegood.live()

    complaint = makegood.complaint(again)
    assert complaint is not None
    assert complaint.repeat is None
    assert len(makegood.notes(again)) == 1


def test_a_reminder_of_a_forgotten_ticket_is_never_posted(makegood: Installation, ticket_id: int) -> None:
    erase_requester(makegood.parts, makegood.requester_of(ticket_id), asked_by="cli")

    makegood.pass_time(days=30)
    makegood.live()

    assert len(makegood.notes(ticket_id)) == 1
    assert makegood.parked() == []


def test_nobody_on_legal_hold_is_forgotten(makegood: Installation, ticket_id: int) -> None:
    requester_id = makegood.requester_of(ticket_id)
    with makegood.parts.database.write() as conn:
        erasures.place_hold(conn, Hold(f"requester:{requester_id}", "file 12", "cli", makegood.now))
    with pytest.raises(OnHold, match=f"requester:{requester_id}"):
        erase_requester(makegood.parts, requester_id, asked_by="cli")
    makegood.control("DELETE", f"tickets/{ticket_id}")
    makegood.live()
    makegood.pass_time(days=2)
    assert forget_due(makegood.parts) == 0

    with makegood.parts.database.write() as conn:
        erasures.lift_hold(conn, f"requester:{requester_id}")
    makegood.pass_time(days=2)

    assert forget_due(makegood.parts) == 1
    assert WORDS not in stored(makegood)


def test_a_hold_outlives_a_merge(makegood: Installation, ticket_id: int) -> None:
    held = makegood.requester_of(ticket_id)
    with makegood.parts.database.write() as conn:
        erasures.place_hold(conn, Hold(f"requester:{held}", "file 12", "cli", makegood.now))
    other = makegood.requester_of(makegood.write_in("Thank you!", name="Ivo Kral"))
    makegood.change(ticket_id, status="solved")
    makegood.live()
    makegood.control("POST", "users/merge", **{"from": held, "into": other})
    makegood.live()
    makegood.control("DELETE", f"tickets/{ticket_id}")
    makegood.live()
    makegood.pass_time(days=2)

    assert forget_due(makegood.parts) == 0
    assert WORDS in stored(makegood)
    with pytest.raises(OnHold):
        erase_requester(makegood.parts, other, asked_by="cli")


def test_what_ended_long_ago_ages_away_and_open_matters_do_not(
    makegood: Installation, ticket_id: int
) -> None:
    ended = makegood.write_in("The mug arrived broken, I am very disappointed!", name="Ivo Kral")
    makegood.change(ended, status="solved")
    makegood.live()
    makegood.pass_time(days=61 * 31)

    found = keep_no_longer(makegood.parts)
    forget_due(makegood.parts)

    assert found.tickets == 1
    left = stored(makegood)
    assert ("The mug" in left, WORDS in left) == (False, True)


def test_nothing_ages_away_before_zendesk_has_told_what_changed(
    makegood: Installation, ticket_id: int
) -> None:
    makegood.change(ticket_id, status="solved")
    makegood.live()
    reconcile(makegood.parts)
    makegood.pass_time(days=61 * 31)

    cut_off = keep_no_longer(makegood.parts)
    reconcile(makegood.parts)
    caught_up = keep_no_longer(makegood.parts)

    assert (cut_off.tickets, caught_up.tickets) == (0, 1)
    assert cut_off.cut_off_since is not None


def test_everything_of_a_person_can_be_handed_over(makegood: Installation, ticket_id: int) -> None:
    found = export_requester(makegood.parts, makegood.requester_of(ticket_id), asked_by="cli")

    told = json.dumps(found, ensure_ascii=False)
    assert WORDS in told
    assert "Marta Nowak" in told
    assert {"requesters", "tickets", "comments", "complaints", "outbox"} <= set(found["stored"])


def test_who_is_unknown_is_said_to_be(makegood: Installation) -> None:
    with pytest.raises(UnknownRequester):
        plan_erasure(makegood.parts, 99)


def test_old_events_go_in_the_daily_round(makegood: Installation, ticket_id: int) -> None:
    makegood.pass_time(days=31)

    found = keep_no_longer(makegood.parts)

    assert found.events > 0
    assert found.notes == 1
