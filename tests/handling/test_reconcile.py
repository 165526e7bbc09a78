"""What webhooks lost is found by the incremental export; what we did ourselves is no loss."""

from datetime import timedelta
from typing import Any

import pytest

from integration.domain.reason import Code
from integration.handling.examine_account import examine_webhooks
from integration.handling.findings import Health
from integration.handling.receive import WEBHOOK_SECRETS
from integration.handling.reconcile import LAST_RUN, reconcile
from integration.handling.sidebar import first_facts
from integration.store import kept, secrets, tickets
from integration.zendesk import provision
from tests.handling.installation import ANGRY, CALM, TUESDAY, Installation


@pytest.fixture(autouse=True)
def _known_place(makegood: Installation) -> None:
    """The export has been read up to now once."""
    reconcile(makegood.parts)


def missed(makegood: Installation) -> int:
    with makegood.parts.database.read() as conn:
        last: dict[str, Any] = kept.get(conn, LAST_RUN)
    return int(last["missed"])


def catch_up(makegood: Installation) -> None:
    """Let the export's lag of a minute pass, reconcile, and work what was found."""
    makegood.pass_time(minutes=6)
    reconcile(makegood.parts)
    makegood.work()


def test_a_complaint_whose_events_were_lost_is_enriched_after_all(makegood: Installation) -> None:
    ticket_id = makegood.write_in(ANGRY)
    makegood.news()  # lost

    catch_up(makegood)

    assert missed(makegood) == 1
    assert len(makegood.notes(ticket_id)) == 1


def test_events_that_come_after_all_change_nothing_more(makegood: Installation) -> None:
    ticket_id = makegood.write_in(ANGRY)
    late = makegood.news()
    catch_up(makegood)

    makegood.deliver(late)
    makegood.work()

    assert len(makegood.notes(ticket_id)) == 1
    assert makegood.states(ticket_id) == [("enrich", "done")]


def test_our_own_writes_are_not_counted_as_missed(makegood: Installation) -> None:
    ticket_id = makegood.write_in(ANGRY)
    makegood.live()

    catch_up(makegood)
    catch_up(makegood)

    assert missed(makegood) == 0
    assert makegood.calls(ticket_id) == (0, 1)


def test_a_lost_change_of_status_is_taken_in(makegood: Installation) -> None:
    ticket_id = makegood.write_in(ANGRY)
    makegood.live()
    makegood.pass_time(minutes=2)
    makegood.reply(ticket_id)
    makegood.change(ticket_id, status="solved")
    makegood.news()  # lost

    catch_up(makegood)

    assert makegood.ticket(ticket_id).status == "solved"
    found = makegood.complaint(ticket_id)
    assert found is not None
    assert found.resolved_at is not None


def test_a_lost_comment_on_a_complaint_is_read_again(makegood: Installation) -> None:
    ticket_id = makegood.write_in(ANGRY)
    makegood.live()
    makegood.pass_time(minutes=2)
    makegood.write_again(ticket_id, "Nobody has answered. This is a disgrace!")
    makegood.news()  # lost

    catch_up(makegood)

    with makegood.parts.database.read() as conn:
        last: dict[str, Any] = kept.get(conn, LAST_RUN)
        texts = [comment.body for comment in tickets.comments(conn, ticket_id)]
    assert "Nobody has answered. This is a disgrace!" in texts
    assert last["comments"] >= 1


def test_the_drift_is_the_share_of_changes_that_no_webhook_told(makegood: Installation) -> None:
    for heard in (True, False):
        makegood.write_in(ANGRY)
        if heard:
            makegood.live()
    makegood.news()

    catch_up(makegood)

    with makegood.parts.database.read() as conn:
        last: dict[str, Any] = kept.get(conn, LAST_RUN)
    assert (last["seen"], last["missed"], last["drift"]) == (2, 1, 0.5)


def test_a_rotated_signing_secret_is_taken_over(makegood: Installation) -> None:
    session = makegood.parts.zendesk.session
    ours = provision.find(session, makegood.parts.settings.public_url)
    session.post(f"/api/v2/webhooks/{ours.webhook_ids['events']}/signing_secret")
    makegood.write_in(ANGRY)
    makegood.news()  # refused from now on, so lost

    catch_up(makegood)

    assert all(line.health is Health.OK for line in examine_webhooks(makegood.parts))


def test_secrets_stored_under_another_key_are_fetched_anew(makegood: Installation) -> None:
    with makegood.parts.database.write() as conn:
        for webhook_id in ("events-of-before", "gone"):
            name = f"{WEBHOOK_SECRETS}:{webhook_id}"
            secrets.put_secret(conn, name, "s3cret", secret_key="another" * 5, now=makegood.now)
    makegood.write_in(ANGRY)
    makegood.news()  # refused, so lost

    catch_up(makegood)

    assert all(line.health is Health.OK for line in examine_webhooks(makegood.parts))


def test_a_change_that_was_lost_within_the_second_of_one_that_came_is_found(makegood: Installation) -> None:
    makegood.server.account.clock.set(TUESDAY + timedelta(minutes=1))
    ticket_id = makegood.write_in(ANGRY)
    created = makegood.news()
    makegood.change(ticket_id, priority="urgent")
    makegood.news()  # lost
    makegood.deliver(created)
    makegood.work()

    catch_up(makegood)

    assert makegood.ticket(ticket_id).priority == "urgent"


def test_a_ticket_deleted_unheard_ends_its_follow_ups(makegood: Installation) -> None:
    ticket_id = makegood.write_in(ANGRY)
    makegood.live()
    makegood.pass_time(minutes=2)
    makegood.control("DELETE", f"tickets/{ticket_id}")
    makegood.news()

    catch_up(makegood)

    assert makegood.fates(ticket_id) == [("first_reply", "silent", "ticket_deleted")]


def test_reconciling_twice_finds_nothing_new(makegood: Installation) -> None:
    makegood.write_in(ANGRY)
    makegood.news()
    catch_up(makegood)

    catch_up(makegood)

    assert missed(makegood) == 0


def test_a_reply_to_a_closed_complaint_is_known_to_continue_it(makegood: Installation) -> None:
    former = makegood.write_in(ANGRY)
    makegood.live()
    makegood.change(former, status="closed")
    makegood.live()
    makegood.pass_time(days=200)
    makegood.write_again(former, "Unacceptable! I am very disappointed, your invoice is wrong too.")
    makegood.news()  # only the export says which ticket a new one continues

    catch_up(makegood)

    (ticket_id,) = [t for t in range(former + 1, former + 3) if makegood.complaint(t)]
    found = makegood.complaint(ticket_id)
    assert found is not None
    assert found.repeat is not None
    assert (found.repeat.ticket_id, found.repeat.reason.code) == (former, Code.FOLLOW_UP_TICKET)


@pytest.mark.parametrize("kind", ["429", "503", "html"])
def test_zendesk_away_is_made_up_for_later(makegood: Installation, kind: str) -> None:
    ticket_id = makegood.write_in(ANGRY)
    makegood.news()
    makegood.zendesk.faults({"api": [{"kind": kind, "path": "/incremental/tickets", "times": 1}]})

    catch_up(makegood)
    assert makegood.complaint(ticket_id) is None
    catch_up(makegood)

    assert len(makegood.notes(ticket_id)) == 1


def test_ordinary_tickets_are_taken_in_and_left_alone(makegood: Installation) -> None:
    ticket_id = makegood.write_in(CALM)
    makegood.news()

    catch_up(makegood)

    assert makegood.ticket(ticket_id).subject == "My order"
    assert makegood.calls(ticket_id) == (0, 0)


def test_the_locale_which_no_event_tells_comes_with_the_export(makegood: Installation) -> None:
    ticket_id = makegood.write_in(CALM)
    makegood.live()
    assert first_facts(makegood.parts, ticket_id).case.requester.locale is None

    catch_up(makegood)

    assert first_facts(makegood.parts, ticket_id).case.requester.locale == "en-GB"
