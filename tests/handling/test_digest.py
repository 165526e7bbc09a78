"""Each owning team hears once a day how its complaints stand: numbers, no names."""

from collections.abc import Iterator

import pytest

from integration.handling import digest
from integration.handling.digest import BadTeam, Team, send_digests
from integration.handling.outcomes import name_cause
from integration.team_hook import BadHook
from tests.handling.installation import ANGRY, Installation
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
    return Team("Shipping", causes=(CAUSE,), hook=hook.url, **more)


def test_a_team_hears_of_its_own_causes_in_numbers_and_without_a_name(
    makegood: Installation, hook: Receiver
) -> None:
    complain(makegood)
    complain(makegood, cause="billing_error")
    digest.set_teams(makegood.parts, [team(hook)], admin_id=1)

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
    digest.set_teams(makegood.parts, [team(hook, with_tickets=True)], admin_id=1)

    send_digests(makegood.parts)

    assert hook.deliveries[0].json["tickets"] == [ticket_id]


def test_it_is_sent_once_a_day_and_once_after_downtime(makegood: Installation, hook: Receiver) -> None:
    digest.set_teams(makegood.parts, [team(hook)], admin_id=1)

    assert [send_digests(makegood.parts) for _ in range(3)] == [1, 0, 0]
    makegood.pass_time(days=9)
    assert [send_digests(makegood.parts) for _ in range(3)] == [1, 0, 0]


def test_a_server_that_fails_is_tried_again(makegood: Installation) -> None:
    with receiving(500) as hook:
        digest.set_teams(makegood.parts, [team(hook)], admin_id=1)

        assert send_digests(makegood.parts) == 0
        assert send_digests(makegood.parts) == 1
        assert len({delivery.headers["Idempotency-Key"] for delivery in hook.deliveries}) == 1


def test_only_https_or_this_machine_is_called(makegood: Installation) -> None:
    with pytest.raises(BadHook):
        digest.set_teams(makegood.parts, [Team("A", (CAUSE,), hook="http://example.com/x")], admin_id=1)
    with pytest.raises(BadTeam):
        digest.set_teams(makegood.parts, [Team("A")], admin_id=1)
