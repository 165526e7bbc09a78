"""Each owning team hears once a day how its complaints stand: numbers, no names."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from integration.handling.digest import send_digests
from integration.handling.digest_teams import BadTeam, Team, Way, Wrong, drop_team, save_team
from integration.handling.outcomes import name_cause
from integration.store import audit_log
from tests.handling.installation import ANGRY, Installation
from tests.mail_server import receiving_mail
from tests.rehearsal.receiver import Receiver, receiving

CAUSE = "damaged_in_transit"


@pytest.fixture
def hook() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def complain(makegood: Installation, *, cause: str = CAUSE) -> int:
    ticket_id = makegood.write_in(ANGRY)
    makegood.live()
    name_cause(makegood.parts, ticket_id, cause, agent_id=makegood.agent_id)
    return ticket_id


def team(hook: Receiver, **more: bool) -> Team:
    return Team("Shipping", (CAUSE,), way=Way.WEBHOOK, to=hook.url, **more)


def test_a_team_hears_of_its_own_causes_in_numbers_and_without_a_name(
    makegood: Installation, hook: Receiver
) -> None:
    complain(makegood)
    complain(makegood, cause="billing_error")
    save_team(makegood.parts, team(hook), admin_id=1)

    assert send_digests(makegood.parts) == 1

    (delivery,) = hook.deliveries
    assert delivery.json["counts"] | {"received": 1, "open": 1} == delivery.json["counts"]
    assert delivery.json["by_cause"] == {CAUSE: 1}
    assert delivery.json["tickets"] == []
    assert not any(word in delivery.body.decode().lower() for word in ("marta", "kettle", "example.com"))


def test_ticket_numbers_come_along_only_where_an_admin_says_so(
    makegood: Installation, hook: Receiver
) -> None:
    ticket_id = complain(makegood)
    save_team(makegood.parts, team(hook, with_tickets=True), admin_id=1)

    send_digests(makegood.parts)

    assert hook.deliveries[0].json["tickets"] == [ticket_id]


def test_it_is_sent_once_a_day_and_once_after_downtime(makegood: Installation, hook: Receiver) -> None:
    save_team(makegood.parts, team(hook), admin_id=1)

    assert [send_digests(makegood.parts) for _ in range(3)] == [1, 0, 0]
    makegood.pass_time(days=9)
    assert [send_digests(makegood.parts) for _ in range(3)] == [1, 0, 0]


def test_a_server_that_fails_is_tried_again(makegood: Installation) -> None:
    with receiving(500) as hook:
        save_team(makegood.parts, team(hook), admin_id=1)

        assert send_digests(makegood.parts) == 0
        assert send_digests(makegood.parts) == 1
        assert len({delivery.headers["Idempotency-Key"] for delivery in hook.deliveries}) == 1


def test_a_note_digest_goes_through_the_outbox_once_a_day(makegood: Installation) -> None:
    home = complain(makegood)
    save_team(makegood.parts, Team("Ärger & Co", (CAUSE,), way=Way.NOTE, to=str(home)), admin_id=1)

    assert [send_digests(makegood.parts) for _ in range(2)] == [1, 0]
    makegood.live()

    notes = [note for note in makegood.notes(home) if "Complaint digest: Ärger & Co" in note]
    assert len(notes) == 1
    assert "Damaged in transit".lower() in notes[0]


def test_a_note_that_cannot_be_written_any_more_is_not_sent(makegood: Installation) -> None:
    home = complain(makegood)
    save_team(makegood.parts, Team("Shipping", (CAUSE,), way=Way.NOTE, to=str(home)), admin_id=1)
    makegood.change(home, status="closed")
    makegood.live()

    assert send_digests(makegood.parts) == 0


def test_an_e_mail_says_the_same_in_words(makegood: Installation) -> None:
    complain(makegood)
    with receiving_mail() as server:
        parts = replace(
            makegood.parts,
            settings=replace(makegood.parts.settings, smtp_url=server.url, mail_from="makegood@shop.example"),
        )
        team = Team("Lager", (CAUSE,), way=Way.EMAIL, to="lager@shop.example")
        save_team(parts, team, admin_id=1)

        assert [send_digests(parts) for _ in range(2)] == [1, 0]

    (mail,) = server.mails
    assert (mail["To"], mail["Subject"]) == ("lager@shop.example", "Complaint digest: Lager")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "damaged in transit 1" in mail.get_content()


def test_a_mail_server_that_refuses_is_asked_again(makegood: Installation) -> None:
    with receiving_mail(refuses=1) as server:
        settings = replace(makegood.parts.settings, smtp_url=server.url, mail_from="makegood@shop.example")
        parts = replace(makegood.parts, settings=settings)
        save_team(parts, Team("Lager", (CAUSE,), way=Way.EMAIL, to="lager@shop.example"), admin_id=1)

        assert [send_digests(parts) for _ in range(3)] == [0, 1, 0]


@pytest.mark.parametrize(
    ("team", "wrong"),
    [
        (Team(""), Wrong.NAME),
        (Team("A"), Wrong.OWNS_NOTHING),
        (Team("A", (CAUSE,), way=Way.WEBHOOK, to="http://example.com/x"), Wrong.HOOK),
        (Team("A", (CAUSE,), way=Way.NOTE, to="999999"), Wrong.TICKET),
        (Team("A", (CAUSE,), way=Way.EMAIL, to="a@example.com"), Wrong.NO_MAIL_SERVER),
    ],
)
def test_a_team_that_could_not_be_reached_is_refused(
    makegood: Installation, team: Team, wrong: Wrong
) -> None:
    with pytest.raises(BadTeam) as caught:
        save_team(makegood.parts, team, admin_id=1)

    assert caught.value.wrong is wrong


def test_what_changes_is_in_the_audit_log_without_a_secret_address(
    makegood: Installation, hook: Receiver
) -> None:
    save_team(makegood.parts, team(hook), admin_id=1)
    save_team(makegood.parts, Team("Depot", (CAUSE,)), instead_of="Shipping", admin_id=1)
    drop_team(makegood.parts, "Depot", admin_id=1)

    with makegood.parts.database.read() as conn:
        ended, renamed, made = audit_log.entries(conn, limit=3)
    assert (made.before, made.after["to"]) == (None, "")
    assert (renamed.before["name"], renamed.after["name"]) == ("Shipping", "Depot")
    assert (ended.actor, ended.action, ended.after) == ("agent:1", "digest ended", None)
