"""The account's webhooks: what may be stored, their secrets, and which of them want an event."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from integration.rehearsal import signing, subscriptions
from integration.rehearsal.base import Doc, dump, load
from integration.rehearsal.clock import Clock
from integration.rehearsal.database import Database
from integration.rehearsal.errors import BadRequest, NotFound

SCHEMA = """
CREATE TABLE IF NOT EXISTS webhook (
    id TEXT PRIMARY KEY, doc TEXT NOT NULL, secret TEXT NOT NULL, since INTEGER NOT NULL);
"""
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
FORMATS = ("json", "xml", "form_encoded")
TRIAL_WEBHOOKS = 10

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_WRITABLE = ["name", "description", "status", "subscriptions", "endpoint", "http_method", "request_format"]
_WRITABLE += ["authentication", "custom_headers", "external_source"]
_REQUIRED = ("name", "status", "endpoint", "http_method", "request_format")
_CREDENTIALS = {
    "basic_auth": ("username", "password"),
    "bearer_token": ("token",),
    "api_key": ("name", "value"),
}
_NEVER_SHOWN = ("password", "token", "value")


@dataclass(frozen=True)
class Target:
    """A webhook as the sender sees it."""

    id: str
    doc: Doc
    secret: str


class Webhooks:
    """Stores webhooks; every refusal is a `BadRequest` or `NotFound`."""

    def __init__(self, db: Database, clock: Clock, *, trial: bool = False) -> None:
        self.db = db
        self._clock = clock
        self._trial = trial
        db.add_tables(SCHEMA)

    def create(self, data: Mapping[str, Any], *, user_id: int) -> Doc:
        """Store a webhook and return it as Zendesk shows it."""
        doc = {"description": None, **_chosen(data)}
        _check(doc, required=(*_REQUIRED, "subscriptions"))
        now = self._clock.now()
        stored = {"id": signing.new_ulid(now), **doc, **self._stamp("created", user_id)}
        with self.db.write() as connection:
            count = connection.execute("SELECT count(*) FROM webhook").fetchone()[0]
            if self._trial and count >= TRIAL_WEBHOOKS:
                raise BadRequest(
                    f"Trial accounts are limited to {TRIAL_WEBHOOKS} webhooks", "TooManyWebhooks"
                )
            values = (stored["id"], dump(stored), signing.new_secret(), _newest_event(connection))
            connection.execute("INSERT INTO webhook VALUES (?, ?, ?, ?)", values)
        return shown(stored)

    def clone(self, webhook_id: str, *, user_id: int) -> Doc:
        """Store a copy under another id, with a secret of its own."""
        doc = self._doc(webhook_id)
        return self.create({**doc, "name": f"{doc['name']} (copy)"}, user_id=user_id)

    def show(self, webhook_id: str) -> Doc:
        """Return a webhook without its credentials."""
        return shown(self._doc(webhook_id))

    def all(self) -> list[Doc]:
        """Return every webhook, oldest first."""
        with self.db.read() as connection:
            rows = connection.execute("SELECT doc FROM webhook ORDER BY id").fetchall()
        return [shown(load(row["doc"])) for row in rows]

    def change(self, webhook_id: str, data: Mapping[str, Any], *, user_id: int, whole: bool) -> None:
        """Change what `data` names; `whole` (a PUT) must name all that a webhook cannot be without."""
        with self.db.write() as connection:
            before = self._doc(webhook_id)
            chosen = _chosen(data)
            doc = {**before, **chosen}
            if "authentication" in chosen:
                doc["authentication"] = _kept_credentials(
                    before.get("authentication"), chosen["authentication"]
                )
            _check(chosen if whole else doc, required=_REQUIRED)
            _check(doc, required=_REQUIRED)
            _check_same_kind(before, doc)
            doc |= self._stamp("updated", user_id)
            connection.execute("UPDATE webhook SET doc = ? WHERE id = ?", (dump(doc), webhook_id))
            if before["status"] != doc["status"] == "active":
                since = (_newest_event(connection), webhook_id)
                connection.execute("UPDATE webhook SET since = ? WHERE id = ?", since)

    def delete(self, webhook_id: str) -> None:
        """Remove a webhook; what waits for it is not sent."""
        with self.db.write() as connection:
            self._doc(webhook_id)
            connection.execute("DELETE FROM webhook WHERE id = ?", (webhook_id,))

    def secret(self, webhook_id: str) -> str:
        """Return the signing secret."""
        return self.target(webhook_id).secret

    def rotate_secret(self, webhook_id: str) -> str:
        """Replace the signing secret; attempts from now on are signed with the new one."""
        secret = signing.new_secret()
        with self.db.write() as connection:
            self._doc(webhook_id)
            connection.execute("UPDATE webhook SET secret = ? WHERE id = ?", (secret, webhook_id))
        return secret

    def target(self, webhook_id: str) -> Target:
        """Return one webhook with its credentials."""
        with self.db.read() as connection:
            row = connection.execute("SELECT * FROM webhook WHERE id = ?", (webhook_id,)).fetchone()
        if row is None:
            raise NotFound
        return Target(row["id"], load(row["doc"]), row["secret"])

    def subscribers(self) -> list[tuple[int, frozenset[str], str]]:
        """Return (number of the last event it missed, its event types, id) of each active webhook."""
        with self.db.read() as connection:
            rows = connection.execute("SELECT doc, since FROM webhook ORDER BY id").fetchall()
        found = [(row["since"], load(row["doc"])) for row in rows]
        return [
            (since, frozenset(doc["subscriptions"]), doc["id"])
            for since, doc in found
            if doc["status"] == "active" and doc["subscriptions"] != [subscriptions.CONDITIONAL]
        ]

    def _doc(self, webhook_id: str) -> Doc:
        return self.target(webhook_id).doc

    def _stamp(self, verb: str, user_id: int) -> Doc:
        # Nanoseconds in the shape of the real thing; the clock has microseconds.
        at = self._clock.now().strftime("%Y-%m-%dT%H:%M:%S.%f000Z")
        return {f"{verb}_at": at, f"{verb}_by": str(user_id)}


def shown(doc: Doc) -> Doc:
    """Return a webhook as the API shows it: without passwords and tokens."""
    authentication = doc.get("authentication")
    if not authentication:
        return {name: value for name, value in doc.items() if name != "authentication"}
    data = {name: value for name, value in authentication["data"].items() if name not in _NEVER_SHOWN}
    return {**doc, "authentication": {**authentication, "data": data}}


def endpoint_problem(endpoint: object) -> str | None:
    """Say why requests cannot be sent to this URL, None if they can."""
    if not isinstance(endpoint, str) or len(endpoint) > 2048:
        return "must be a URL"
    try:
        parts = urlsplit(endpoint)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "must be a URL"
    if not host or parts.username is not None:
        return "must be a URL with a host and without a user name"
    # Zendesk sends to https alone; a rehearsal on one machine has no certificate for its own address.
    if parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK):
        return None
    return "must begin with https://"


def request_problem(request: Doc) -> str | None:
    """Say why a test request cannot be sent, None if it can."""
    return next((f"{name}: {problem}" for name, problem in _problems(request).items() if problem), None)


def _chosen(data: Mapping[str, Any]) -> Doc:
    return {name: data[name] for name in _WRITABLE if name in data}


def _kept_credentials(before: Doc | None, after: Any) -> Any:
    # A client that sends back what it read has no passwords to send: the stored ones stay.
    if not before or not isinstance(after, dict) or after.get("type") != before["type"]:
        return after
    return {**before, **after, "data": {**before["data"], **(after.get("data") or {})}}


def _newest_event(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT coalesce(max(n), 0) FROM outgoing_event").fetchone()[0])


def _check_same_kind(before: Doc, after: Doc) -> None:
    conditional = [subscriptions.CONDITIONAL]
    if (before["subscriptions"] == conditional) != (after["subscriptions"] == conditional):
        raise BadRequest(
            "subscriptions: a webhook cannot change between events and triggers; create another webhook",
            "InvalidWebhook",
        )


def _check(doc: Doc, *, required: tuple[str, ...]) -> None:
    for name in required:
        if doc.get(name) in (None, ""):
            raise BadRequest(f"{name}: is required", "InvalidWebhook")
    problems = {
        "name": None if isinstance(doc["name"], str) and len(doc["name"]) <= 255 else "must be a short text",
        "status": None if doc["status"] in ("active", "inactive") else "must be active or inactive",
        "subscriptions": subscriptions.problem(doc["subscriptions"]) if "subscriptions" in doc else None,
        **_problems(doc),
    }
    takes_events = doc.get("subscriptions") not in (None, [subscriptions.CONDITIONAL])
    if takes_events and (doc["http_method"], doc["request_format"]) != ("POST", "json"):
        problems["http_method"] = "an event webhook must use POST and json"
    for name, problem in problems.items():
        if problem:
            raise BadRequest(f"{name}: {problem}", "InvalidWebhook")


def _problems(request: Doc) -> dict[str, str | None]:
    method, written = request["http_method"], request["request_format"]
    return {
        "endpoint": endpoint_problem(request.get("endpoint")),
        "http_method": None if method in METHODS else f"must be one of {', '.join(METHODS)}",
        "request_format": None if written in FORMATS else f"must be one of {', '.join(FORMATS)}",
        "authentication": _authentication_problem(request.get("authentication")),
        "custom_headers": _headers_problem(request.get("custom_headers")),
    }


def _authentication_problem(authentication: object) -> str | None:
    if authentication is None:
        return None
    if not isinstance(authentication, dict) or str(authentication.get("type")) not in _CREDENTIALS:
        return f"type must be one of {', '.join(_CREDENTIALS)}"
    data = authentication.get("data")
    needed = _CREDENTIALS[str(authentication["type"])]
    if not isinstance(data, dict) or not all(_is_header_text(data.get(name)) for name in needed):
        return f"data must have {' and '.join(needed)}, in printable ASCII"
    if authentication.get("add_position", "header") != "header":
        return "add_position must be header"
    return None


def _headers_problem(headers: object) -> str | None:
    if headers is None:
        return None
    if not isinstance(headers, dict) or len(headers) > 5:
        return "must be an object with at most five headers"
    for name, value in headers.items():
        if not (_is_header_text(name) and _is_header_text(value)) or name.lower().startswith("x-zendesk-"):
            return f"{name} cannot be set"
    return None


def _is_header_text(value: object) -> bool:
    return isinstance(value, str) and value.isascii() and value.isprintable() and value == value.strip() != ""
