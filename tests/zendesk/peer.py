"""A rehearsal Zendesk with the handful of things that these tests do to it."""

from pathlib import Path
from typing import Any

import requests

from integration.rehearsal.server import RehearsalServer
from integration.zendesk.http import ZendeskSession
from integration.zendesk.oauth import AccessToken


class Peer:
    """A running rehearsal account; `control` pulls its strings."""

    def __init__(self, folder: Path, **config: Any) -> None:
        self.server = RehearsalServer(folder / "zendesk.db", **config)
        self.url = self.server.url

    def __enter__(self) -> "Peer":
        self.server.start()
        self.oauth = self.control("GET", "state")["oauth"]
        return self

    def __exit__(self, *_: object) -> None:
        self.server.stop()

    def control(self, method: str, path: str, **body: Any) -> Any:
        answer = requests.request(method, f"{self.url}/rehearsal/api/{path}", json=body or None, timeout=10)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def token(self, **more: Any) -> AccessToken:
        return AccessToken(self.url, self.oauth["client_id"], self.oauth["client_secret"], **more)

    def session(self, *, scope: str = "read write", **more: Any) -> ZendeskSession:
        return ZendeskSession(self.url, self.token(scope=scope), **more)

    def ticket(self, body: str = "The kettle arrived broken.") -> int:
        wanted = {"name": "Example Requester", "email": "requester@example.com", "locale": "pt-BR"}
        made = self.control("POST", "tickets", requester=wanted, subject="Broken kettle", body=body)
        return int(made["ticket"]["id"])

    def faults(self, *api: dict[str, Any]) -> None:
        self.control("POST", "faults", api=list(api))

    def calls(self, method: str) -> int:
        """Return how many requests of this method our client has sent so far."""
        return sum(1 for call in self.control("GET", "calls")["calls"] if call["method"] == method)
