"""Pulls the strings of a rehearsal Zendesk: people write, agents answer, time passes, things go wrong."""

import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import requests

TIMEOUT = 20
Doc = dict[str, Any]


class Puppets:
    """The control endpoints of one rehearsal account."""

    def __init__(self, url: str) -> None:
        self.url = url

    def state(self) -> Doc:
        return self._get("state")

    def install_app(self, name: str, locations: Mapping[str, str]) -> None:
        self._post("apps", {"name": name, "locations": dict(locations)})

    def write_in(self, *, body: str, subject: str, **about: Any) -> Doc:
        """Let somebody write a new ticket; give `requester_id`, or `requester` with name, email, locale."""
        ticket: Doc = self._post("tickets", {"subject": subject, "body": body, **about})["ticket"]
        return ticket

    def comment(self, ticket_id: int, author_id: int, body: str, *, public: bool = True) -> None:
        self._post(f"tickets/{ticket_id}/comments", {"author_id": author_id, "body": body, "public": public})

    def change(self, ticket_id: int, actor_id: int, **fields: Any) -> None:
        answer = requests.patch(
            f"{self.url}/rehearsal/api/tickets/{ticket_id}",
            json={"actor_id": actor_id, **fields},
            timeout=TIMEOUT,
        )
        answer.raise_for_status()

    def now(self) -> datetime:
        return datetime.fromisoformat(self._get("clock")["now"])

    def pass_time(self, *, seconds: float) -> None:
        self._post("clock", {"advance_seconds": seconds})

    def faults(self, wanted: Doc) -> None:
        self._post("faults", wanted)

    def no_faults(self) -> None:
        requests.delete(f"{self.url}/rehearsal/api/faults", timeout=TIMEOUT).raise_for_status()

    def faults_injected(self) -> dict[str, int]:
        """Return how often each fault struck since faults were set."""
        injected: dict[str, int] = self._get("faults")["injected"]
        return injected

    def calls(self, since: int = 0) -> Doc:
        return self._get(f"calls?since={since}")

    def calls_about(self, ticket_id: int, since: int = 0) -> Doc:
        """Count API calls about one ticket since call number `since`: reads and writes."""
        prefix = f"/api/v2/tickets/{ticket_id}"
        about = [
            call
            for call in self.calls(since)["calls"]
            if call["path"].removesuffix(".json") == prefix or call["path"].startswith(prefix + "/")
        ]
        reads = sum(call["method"] == "GET" for call in about)
        return {"reads": reads, "writes": len(about) - reads}

    def deliveries(self, since: int = 0) -> Doc:
        return self._get(f"deliveries?since={since}")

    def is_idle(self) -> bool:
        """Whether no delivery waits or is to be repeated."""
        return bool(self._get("idle")["idle"])

    def wait_until_delivered(self, *, within: float = 30) -> None:
        """Wait until no delivery waits or is to be repeated."""
        deadline = time.monotonic() + within
        while not self.is_idle():
            if time.monotonic() > deadline:
                raise TimeoutError("deliveries are still waiting")
            time.sleep(0.05)

    def ticket_page(self, ticket_id: int) -> Doc:
        """Return the ticket with its conversation, as an agent's browser shows it; no API call is counted."""
        answer = requests.get(f"{self.url}/agent/api/tickets/{ticket_id}", timeout=TIMEOUT)
        answer.raise_for_status()
        page: Doc = answer.json()
        return page

    def launch(self, location: str) -> Doc:
        """Return what opening the app takes: the form's `action` and `token`."""
        answer = requests.post(f"{self.url}/agent/api/launch", json={"location": location}, timeout=TIMEOUT)
        answer.raise_for_status()
        form: Doc = answer.json()
        return form

    def _get(self, path: str) -> Doc:
        answer = requests.get(f"{self.url}/rehearsal/api/{path}", timeout=TIMEOUT)
        answer.raise_for_status()
        doc: Doc = answer.json()
        return doc

    def _post(self, path: str, body: Doc) -> Doc:
        answer = requests.post(f"{self.url}/rehearsal/api/{path}", json=body, timeout=TIMEOUT)
        answer.raise_for_status()
        doc: Doc = answer.json()
        return doc
