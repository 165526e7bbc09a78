"""The sidebar's side of the API: a session, and JSON back and forth."""

from dataclasses import replace

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from integration.store import requesters
from integration.zendesk.launch import mint_session
from tests.web.installation import AGENT, Site


def bearer(here: Site, user_id: int = AGENT, role: str = "agent") -> dict[str, str]:
    session = mint_session(
        here.parts.settings.secret_key,
        user_id=user_id,
        role=role,
        tenant=here.parts.settings.zendesk_host,
        now=here.clock.now,
    )
    return {"Authorization": f"Bearer {session}"}


def speaks(here: Site, user_id: int, locale: str) -> None:
    """Let one of the staff use Zendesk in another language."""
    with here.parts.database.write() as conn:
        known = requesters.get(conn, user_id)
        assert known is not None
        requesters.save(conn, replace(known, locale=locale), order="2")


class Asking:
    """The sidebar's side of the API."""

    def __init__(self, here: Site, user_id: int = AGENT, role: str = "agent") -> None:
        self._client: FlaskClient = here.client
        self._headers = bearer(here, user_id, role)

    def get(self, path: str) -> TestResponse:
        return self._client.get(path, headers=self._headers)

    def post(self, path: str, body: object) -> TestResponse:
        return self._client.post(path, json=body, headers=self._headers)
