"""Access tokens: issued for the service user, kept as digests, dead when their time is over."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from integration.rehearsal.base import seconds
from integration.rehearsal.clock import Clock
from integration.rehearsal.config import Config
from integration.rehearsal.database import Database

SHORTEST, LONGEST = 300, 172_800


@dataclass(frozen=True)
class Grant:
    """Who a valid token acts as, and what it may do."""

    user_id: int
    scopes: frozenset[str]

    def allows(self, resource: str, access: str) -> bool:
        """Say whether `read` or `write` of a resource (the first part of the path) is granted."""
        return access in self.scopes or f"{resource}:{access}" in self.scopes


class Tokens:
    """Issues and looks up access tokens."""

    def __init__(self, db: Database, clock: Clock, config: Config) -> None:
        self._db = db
        self._clock = clock
        self._config = config

    def is_client(self, client_id: str, secret: str) -> bool:
        """Check the credentials of the account's one OAuth client, in constant time."""
        expected = f"{self._config.oauth_client_id}\0{self._config.oauth_client_secret}"
        return hmac.compare_digest(expected.encode(), f"{client_id}\0{secret}".encode())

    def issue(self, user_id: int, scopes: Iterable[str], lifetime: int | None = None) -> str:
        """Return a new token that lives `lifetime` seconds, by default the account's setting."""
        token = secrets.token_hex(32)
        expires = self._clock.now() + timedelta(seconds=lifetime or self._config.token_lifetime)
        with self._db.write() as connection:
            connection.execute(
                "DELETE FROM oauth_token WHERE expires < ?", (seconds(self._clock.now()) - 86_400,)
            )
            row = (_digest(token), user_id, " ".join(scopes), seconds(expires))
            connection.execute("INSERT INTO oauth_token VALUES (?, ?, ?, ?)", row)
        return token

    def find(self, token: str) -> Grant | None:
        """Return what a token grants, None when it is unknown or expired."""
        with self._db.read() as connection:
            query = "SELECT user_id, scopes, expires FROM oauth_token WHERE digest = ?"
            row = connection.execute(query, (_digest(token),)).fetchone()
        if row is None or row["expires"] <= self._clock.now().timestamp():
            return None
        return Grant(row["user_id"], frozenset(row["scopes"].split()))

    def revoke_all(self) -> None:
        """Make every token issued so far invalid."""
        with self._db.write() as connection:
            connection.execute("DELETE FROM oauth_token")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
