"""The one installed app: its locations, its key pair, and the signed launch of a frame."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from integration.rehearsal.account import Account
from integration.rehearsal.base import Doc
from integration.rehearsal.errors import Invalid

LOCATIONS = ("ticket_sidebar", "new_ticket_sidebar", "nav_bar")
LOOPBACK = ("127.0.0.1", "localhost", "::1")
TOKEN_LIFETIME = timedelta(minutes=5)
# Zendesk's lifetime of a launch token and its leeway are not documented; `nbf` lies a little back, as agents'
# and servers' clocks differ.
NOT_BEFORE = timedelta(seconds=30)
APP_ID = 1_070_001
INSTALLATION_ID = 360_003_000_001


@dataclass(frozen=True)
class App:
    """An installed app; `locations` maps a name of LOCATIONS to the url of its first page."""

    name: str
    locations: dict[str, str]
    private_key: str
    public_key: str
    app_id: int = APP_ID
    installation_id: int = INSTALLATION_ID

    def origins(self) -> list[str]:
        """Return scheme, host and port of every location, each once."""
        parts = [urlsplit(url) for url in self.locations.values()]
        return list(dict.fromkeys(f"{part.scheme}://{part.netloc}" for part in parts))


def install(account: Account, name: object, locations: object) -> App:
    """Install the app, or change the installed one; its key pair stays. Raises Invalid."""
    if not isinstance(name, str) or not name.strip():
        raise Invalid.because(name="cannot be blank")
    if not isinstance(locations, dict) or not locations or not set(locations) <= set(LOCATIONS):
        raise Invalid.because(locations=f"must map some of {', '.join(LOCATIONS)} to a url")
    for url in locations.values():
        _check_url(url)
    before = installed(account)
    private, public = (before.private_key, before.public_key) if before else _key_pair()
    app = App(name.strip(), dict(locations), private, public)
    account.db.set_setting("app", {"name": app.name, "locations": app.locations, "private_key": private,
                                   "public_key": public})  # fmt: skip
    return app


def installed(account: Account) -> App | None:
    """Return the installed app."""
    kept = account.db.setting("app")
    return App(**kept) if kept else None


def launch(account: Account, app: App, location: str, user_id: int, color_scheme: str) -> Doc:
    """Return what launching a frame takes: the form's `action` and `token`, `app_guid`, `origin`."""
    app_guid = str(uuid.uuid4())
    query = {"origin": account.config.base_url, "app_guid": app_guid, "colorScheme": color_scheme}
    url = app.locations[location]
    return {
        "action": url + ("&" if "?" in url else "?") + urlencode(query),
        "token": launch_token(account, app, location, user_id),
        "app_guid": app_guid,
        "origin": "{0.scheme}://{0.netloc}".format(urlsplit(url)),
    }


def launch_token(account: Account, app: App, location: str, user_id: int) -> str:
    """Return the RS256 token that tells the app who opened it."""
    now, base = account.clock.now(), account.config.base_url
    claims = {
        "iss": urlsplit(base).netloc,
        "aud": f"{base}/api/v2/apps/installations/{app.installation_id}.json",
        "sub": f"{base}/api/v2/users/{user_id}.json",
        "iat": now,
        "nbf": now - NOT_BEFORE,
        "exp": now + TOKEN_LIFETIME,
        "jti": uuid.uuid4().hex,
        "context": {"product": "support", "location": location},
    }
    return jwt.encode(claims, app.private_key, algorithm="RS256")


def _check_url(url: object) -> None:
    parts = urlsplit(url) if isinstance(url, str) else None
    if parts is None or parts.scheme not in ("http", "https") or parts.hostname not in LOOPBACK:
        raise Invalid.because(locations="must be http or https urls on localhost or 127.0.0.1")


def _key_pair() -> tuple[str, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private.decode(), public.decode()
