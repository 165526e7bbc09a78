"""Requests of an admin's trigger to start or cancel a follow-up."""

import json
from datetime import timedelta

import pytest

from integration.store import inbox
from tests.web.conftest import Deliver
from tests.web.installation import NOW, Site, signed

PATH = "/zendesk/follow-ups"
START = {"ticket_id": "41", "action": "start", "name": "call back", "due_in_hours": "4"}


def kept(here: Site) -> list[str]:
    with here.parts.database.read() as conn:
        return [f"{row.kind} {row.type}" for row in inbox.waiting(conn, ticket_id=41)]


def test_a_start_is_kept_for_the_worker(here: Site, deliver: Deliver) -> None:
    assert deliver(START, path=PATH).status_code == 204
    assert kept(here) == ["follow_up follow_up.start"]


def test_the_same_delivery_twice_is_one_request(here: Site, deliver: Deliver) -> None:
    deliver(START, path=PATH)
    deliver(START, path=PATH)

    assert len(kept(here)) == 1


def test_the_same_words_later_are_another_request_unless_a_key_says_otherwise(
    here: Site, deliver: Deliver
) -> None:
    keyed = START | {"name": "keyed", "key": "41-7"}
    for body in (START, keyed):
        raw = json.dumps(body).encode()
        deliver(raw, signed(raw, at=NOW), path=PATH)
        deliver(raw, signed(raw, at=NOW + timedelta(seconds=90)), path=PATH)

    assert len(kept(here)) == 3


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"ticket_id": "soon"}, "ticket_id"),
        ({"action": "explode"}, "action"),
        ({"name": ""}, "name"),
        ({"due_in_hours": -1}, "due_in_hours"),
        ({"due_in_hours": 1e9}, "due_in_hours"),
        ({"due_in_hours": None}, "due"),
        ({"note": "n" * 5000}, "note"),
        ({"key": ["k"]}, "key"),
    ],
)
def test_a_request_of_the_wrong_shape_is_refused_by_name(
    deliver: Deliver, change: dict[str, object], names: str
) -> None:
    answer = deliver(START | change, path=PATH)

    assert answer.status_code == 400
    assert answer.json is not None
    assert names in answer.json["message"]


def test_an_unsigned_request_starts_nothing(here: Site, deliver: Deliver) -> None:
    answer = deliver(START, {"Content-Type": "application/json"}, path=PATH)

    assert answer.status_code == 401
    assert kept(here) == []
