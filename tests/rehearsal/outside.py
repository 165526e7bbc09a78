"""A running rehearsal Zendesk as its neighbours see it: an API client, an end user, a receiver."""

import time
from typing import Any

import requests

from integration.rehearsal.server import RehearsalServer

CREATED = "zen:event-type:ticket.created"
COMMENTED = "zen:event-type:ticket.comment_added"
TICKET = {"subject": "The pan is scratched", "comment": {"body": "It came scratched."}}


class Outside:
    """Speaks to a server over real connections."""

    def __init__(self, server: RehearsalServer) -> None:
        self.server = server
        self.account = server.account
        config = server.account.config
        self.session = requests.Session()
        self.session.trust_env = False
        asked = {
            "grant_type": "client_credentials",
            "client_id": config.oauth_client_id,
            "client_secret": config.oauth_client_secret,
            "scope": "read write",
        }
        answer = self.session.post(f"{server.url}/oauth/tokens", json=asked, timeout=10)
        self.token = answer.json()["access_token"]
        self.session.headers["Authorization"] = f"Bearer {self.token}"
        known = self.account.user_by_email("rosa@example.org")
        requester = known or self.account.create_user({"name": "Rosa Diaz", "email": "rosa@example.org"})
        self.requester_id = requester["id"]
        self.agent_id = next(user["id"] for user in self.account.users(role="agent"))

    def api(self, method: str, path: str, body: Any = None, **kwargs: Any) -> requests.Response:
        """Call the REST API."""
        url = f"{self.server.url}/api/v2/{path}"
        return self.session.request(method, url, json=body, timeout=kwargs.pop("timeout", 10), **kwargs)

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Call a control endpoint and return its JSON."""
        url = f"{self.server.url}/rehearsal/api/{path}"
        with requests.request(method, url, json=body, timeout=10) as answer:
            assert answer.ok, answer.text
            return answer.json()

    def webhook(self, endpoint: str, *subscriptions: str, **other: Any) -> dict[str, Any]:
        """Create a webhook and return it, with its secret as `secret`."""
        wanted = {
            "name": "Makegood",
            "status": "active",
            "endpoint": endpoint,
            "http_method": "POST",
            "request_format": "json",
            "subscriptions": list(subscriptions) or [CREATED],
            **other,
        }
        answer = self.api("POST", "webhooks", {"webhook": wanted})
        assert answer.status_code == 201, answer.text
        webhook: dict[str, Any] = answer.json()["webhook"]
        secret = self.api("GET", f"webhooks/{webhook['id']}/signing_secret").json()["signing_secret"][
            "secret"
        ]
        return {**webhook, "secret": secret}

    def ticket(self, **data: Any) -> dict[str, Any]:
        """Have the end user open a ticket."""
        wanted = {**TICKET, "requester_id": self.requester_id, **data}
        return self.account.create_ticket(wanted, actor_id=self.requester_id, channel="email")

    def wait_until_idle(self, seconds: float = 10.0) -> None:
        """Wait until nothing waits to be delivered."""
        end = time.monotonic() + seconds
        while not self.control("GET", "idle")["idle"]:
            assert time.monotonic() < end, "deliveries did not come to an end"
            time.sleep(0.01)

    def invocations(self, webhook: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the webhook's invocations, newest first."""
        found: list[dict[str, Any]] = self.api("GET", f"webhooks/{webhook['id']}/invocations").json()[
            "invocations"
        ]
        return found
