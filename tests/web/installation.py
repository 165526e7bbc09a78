"""A whole web application on a real database file, and the keys to it, as tests of several folders use it."""

import base64
import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from flask import Flask
from flask.testing import FlaskClient

from integration.clock import Clock
from integration.domain.staff import Access
from integration.domain.ticket import Requester
from integration.parts import Parts
from integration.policies.shelf import PolicyShelf
from integration.responses.library import Library
from integration.settings import parse_settings
from integration.store import requesters, staff
from integration.store.editions import EditionShelf
from integration.store.engine import Database, make_engine
from integration.web import site
from integration.zendesk.errors import NotFound, ZendeskUnavailable
from integration.zendesk.pace import Pace

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
SECRET = "a-signing-secret-of-the-webhook"
ACCOUNT = "https://example.zendesk.com"
AGENT, ADMIN, END_USER, OURSELVES = 360000000011, 360000000012, 360000000013, 360000000099


class ZendeskAway:
    """Knows nobody: whatever the pages show comes from the store."""

    def user(self, user_id: int) -> Requester:
        raise NotFound(404, "RecordNotFound", None)

    def me(self) -> Requester:
        raise ZendeskUnavailable("away")

    def access(self, user_id: int, *, now: datetime) -> Access:
        raise ZendeskUnavailable("away")


class Stopped:
    """A clock that a test sets."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True)
class Site:
    """A running web application and the keys to it."""

    app: Flask
    parts: Parts
    clock: Stopped
    app_key: rsa.RSAPrivateKey
    account: str

    @property
    def client(self) -> FlaskClient:
        return self.app.test_client()

    def launch(self, user_id: int, **claims: object) -> str:
        """Return the token of a signed launch as Zendesk makes it."""
        now = int(self.clock.now.timestamp())
        return jwt.encode(
            {
                "iss": self.account.split("//")[1],
                "sub": f"{self.account}/api/v2/users/{user_id}.json",
                "aud": f"{self.account}/api/v2/apps/installations/7.json",
                "iat": now,
                "nbf": now,
                "exp": now + 3000,
                "context": {"product": "support", "location": "ticket_sidebar"},
            }
            | claims,
            self.app_key,
            algorithm="RS256",
        )


@contextmanager
def installed(
    database_url: str,
    data_dir: Path,
    library: Library,
    app_key: rsa.RSAPrivateKey,
    *,
    account: str = ACCOUNT,
    clock: Clock | None = None,
) -> Iterator[Site]:
    """Yield an installation for `account`, with an agent, an admin and an end user in its store."""
    pem = app_key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    stopped = Stopped(NOW)
    settings = parse_settings(
        {
            "MAKEGOOD_ZENDESK_URL": account,
            "MAKEGOOD_OAUTH_CLIENT_ID": "makegood",
            "MAKEGOOD_OAUTH_CLIENT_SECRET": "not used here",
            "MAKEGOOD_PUBLIC_URL": "https://makegood.example.com",
            "MAKEGOOD_SECRET_KEY": "k" * 40,
            "MAKEGOOD_WEBHOOK_SECRET": SECRET,
            "MAKEGOOD_DATA_DIR": str(data_dir),
            "MAKEGOOD_DATABASE_URL": database_url,
            "MAKEGOOD_APP_PUBLIC_KEY": pem.decode(),
            "MAKEGOOD_REHEARSAL": "false" if account == ACCOUNT else "true",
        }
    )
    database = Database(make_engine(database_url))
    editions = EditionShelf(database)
    parts = Parts(
        settings=settings,
        clock=clock or stopped,
        database=database,
        library=library.over(editions.templates),
        shelf=PolicyShelf(published=editions.policies),
        zendesk=ZendeskAway(),  # type: ignore[arg-type]
        pace=Pace(database.engine),
        editions=editions,
        close=database.close,
    )
    with database.write() as conn:
        for user_id, name, role in (
            (AGENT, "Ana Agent", "agent"),
            (ADMIN, "Ada Admin", "admin"),
            (END_USER, "Eva Ender", "end-user"),
        ):
            requesters.save(conn, Requester(user_id, name=name, locale="en-US", role=role), order="1")
            if role != "end-user":
                staff.save_access(conn, access(user_id, role, parts.clock()))
    app = Flask("tests", static_folder=None)
    site.install(app, parts)
    yield Site(app, parts, stopped, app_key, account)
    parts.close()


def access(user_id: int, role: str, now: datetime, **changes: Any) -> Access:
    """Return what Zendesk says of staff without restriction; keyword arguments say otherwise."""
    plain = Access(user_id, role, False, None, frozenset(), None, now)
    return replace(plain, **changes)


def signed(body: bytes, *, secret: str = SECRET, at: datetime = NOW) -> dict[str, str]:
    """Return the headers of a delivery as Zendesk signs it."""
    stamp = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    digest = hmac.new(secret.encode(), stamp.encode() + body, hashlib.sha256).digest()
    return {
        "Content-Type": "application/json; charset=utf-8",
        "X-Zendesk-Webhook-Signature": base64.b64encode(digest).decode(),
        "X-Zendesk-Webhook-Signature-Timestamp": stamp,
    }


def event(**changes: object) -> dict[str, object]:
    """Return a `ticket.created` delivery as Zendesk words it; keyword arguments replace top-level fields."""
    return {
        "account_id": 12345,
        "id": "01900000-0000-7000-8000-000000000001",
        "type": "zen:event-type:ticket.created",
        "subject": "zen:ticket:41",
        "time": "2026-03-10T08:59:58.123456789Z",
        "zendesk_event_version": "2022-11-06",
        "event": {"meta": {"sequence": {"id": "s1", "position": 1}}},
        "detail": ticket_detail(),
    } | changes


def ticket_detail(**changes: object) -> dict[str, object]:
    return {
        "actor_id": "360000000013",
        "assignee_id": None,
        "brand_id": "360001",
        "created_at": "2026-03-10T08:59:57Z",
        "custom_status": "1",
        "description": "Where is my parcel? This is outrageous.",
        "external_id": None,
        "form_id": "360002",
        "group_id": "",
        "id": "41",
        "is_public": True,
        "organization_id": None,
        "priority": "NORMAL",
        "requester_id": "360000000013",
        "status": "NEW",
        "subject": "Parcel",
        "submitter_id": "360000000013",
        "tags": ["vip"],
        "type": None,
        "updated_at": "2026-03-10T08:59:57Z",
        "via": {"channel": "email"},
    } | changes
