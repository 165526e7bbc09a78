"""Messages to a requester: switched on by an admin, begun, gone on with and stopped by an agent."""

from datetime import timedelta

import pytest

from integration.domain.chain import ChainState
from integration.domain.ticket import Comment
from integration.store import chains
from integration.store import tickets as ticket_rows
from tests.web import scenario
from tests.web.asking import Asking
from tests.web.installation import ADMIN, AGENT, NOW, Site

PATH = f"/app/api/tickets/{scenario.TICKET}"


@pytest.fixture
def agent(here: Site) -> Asking:
    scenario.tell(here.parts.database, NOW)
    with here.parts.database.write() as conn:
        at = NOW - timedelta(hours=1)
        ticket_rows.add_comment(conn, Comment(99, scenario.TICKET, AGENT, True, True, "I look into it.", at))
    return Asking(here)


@pytest.fixture
def admin(here: Site) -> Asking:
    return Asking(here, ADMIN, "admin")


def test_nothing_is_offered_and_nothing_begins_until_an_admin_allows_it(agent: Asking, admin: Asking) -> None:
    assert "Ask until there is an answer" not in agent.get(f"{PATH}/facts").text
    assert agent.post(f"{PATH}/messages", {"what": "a photo"}).status_code == 409

    assert admin.post("/app/api/admin/switches/public_messages", {"on": True}).status_code == 204

    assert "Ask until there is an answer" in agent.get(f"{PATH}/facts").text
    assert agent.post(f"{PATH}/messages", {"what": "a photo"}).status_code == 200
    assert "0 of 3 messages sent" in agent.get(f"{PATH}/facts").text


def test_after_mere_thanks_one_click_goes_on(here: Site, agent: Asking, admin: Asking) -> None:
    admin.post("/app/api/admin/switches/public_messages", {"on": True})
    agent.post(f"{PATH}/messages", {"what": "a photo"})
    with here.parts.database.write() as conn:
        chain = chains.running(conn, scenario.TICKET)
        assert chain is not None
        chains.ask(conn, chain.id)

    assert agent.post(f"{PATH}/messages/go-on", {}).status_code == 200

    with here.parts.database.read() as conn:
        running = chains.running(conn, scenario.TICKET)
    assert running is not None
    assert running.state is ChainState.RUNNING
    assert agent.post(f"{PATH}/messages/stop", {}).status_code == 200
    assert agent.post(f"{PATH}/messages/stop", {}).status_code == 404


def test_only_an_admin_turns_switches_and_only_those_that_exist(agent: Asking, admin: Asking) -> None:
    path = "/app/api/admin/switches"

    assert agent.post(f"{path}/public_messages", {"on": True}).status_code == 403
    assert admin.post(f"{path}/no_such_switch", {"on": True}).status_code == 404
    assert admin.post(f"{path}/reopened", {"on": "yes"}).status_code == 400
    assert admin.post(f"{path}/reopened", {"on": False}).status_code == 204
    assert "Switch on: Came back after it was solved" in admin.get(path).text
