"""Facts that other systems tell: signed with our own secret, bounded, newest wins."""

import json
from datetime import timedelta

import pytest
from werkzeug.test import TestResponse

from integration.handling.outside_facts import facts_secret
from integration.store import facts
from tests.web.installation import NOW, SECRET, Site, signed

TOLD = {"requester_id": 77, "source": "shop", "facts": {"Plan": "Premium", "Orders": 12}}


def tell(here: Site, body: object, secret: str | None = None) -> TestResponse:
    raw = json.dumps(body).encode()
    headers = signed(raw, secret=secret or facts_secret(here.parts.settings.secret_key))
    own = {name.replace("Zendesk-Webhook-Signature-", "Makegood-"): v for name, v in headers.items()}
    own = {name.replace("Zendesk-Webhook-", "Makegood-"): v for name, v in own.items()}
    return here.client.post("/facts", data=raw, headers=own)


def known(here: Site) -> dict[str, str]:
    with here.parts.database.read() as conn:
        return {fact.name: fact.value for fact in facts.of_requester(conn, 77)}


def test_signed_facts_are_kept(here: Site) -> None:
    assert tell(here, TOLD).status_code == 204
    assert known(here) == {"Plan": "Premium", "Orders": "12"}


def test_zendesks_secret_does_not_sign_facts(here: Site) -> None:
    answer = tell(here, TOLD, SECRET)

    assert answer.status_code == 401
    assert known(here) == {}


def test_an_older_observation_does_not_replace_a_newer_one(here: Site) -> None:
    tell(here, TOLD)
    earlier = (NOW - timedelta(days=3)).isoformat()

    assert tell(here, TOLD | {"facts": {"Plan": "Basic"}, "observed_at": earlier}).status_code == 204
    assert known(here)["Plan"] == "Premium"


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"requester_id": "77"}, "requester_id"),
        ({"requester_id": True}, "requester_id"),
        ({"requester_id": 2**70}, "requester_id"),
        ({"source": ""}, "source"),
        ({"facts": {}}, "facts"),
        ({"facts": {"x": None}}, "facts"),
        ({"facts": {"x": "a\0b"}}, "facts"),
        ({"facts": {str(n): "v" for n in range(51)}}, "facts"),
        ({"facts": {"x": "v" * 501}}, "facts"),
        ({"observed_at": "2026-03-10T09:00:00"}, "observed_at"),
        ({"observed_at": "0001-01-01T00:00:00+14:00"}, "observed_at"),
    ],
)
def test_facts_of_the_wrong_shape_are_refused_by_name(
    here: Site, change: dict[str, object], names: str
) -> None:
    answer = tell(here, TOLD | change)

    assert answer.status_code == 400
    assert answer.json is not None
    assert names in answer.json["message"]
