"""The access token: client credentials, kept in memory alone, renewed before it ends and by one thread."""

import threading
import time
from collections.abc import Callable

import requests

from integration.statements import Statement
from integration.zendesk.answers import judge
from integration.zendesk.errors import NotAuthorised, UnexpectedAnswer, ZendeskRejected
from integration.zendesk.transport import CONNECT_SECONDS, READ_SECONDS, OnceAdapter, unavailable

RENEW_BEFORE = 60.0  # seconds
DEFAULT_LIFETIME = 300.0  # the shortest that Zendesk gives, where an answer names none
LONGEST_LIFETIME = 172_800.0


class AccessToken:
    """Hands out a bearer token that still lives; safe to share between threads.

    `on_fetch` is told how many seconds each new token lives.
    """

    def __init__(
        self,
        base_url: str,
        client_id: str,
        client_secret: str,
        *,
        scope: str = "read write",
        on_fetch: Callable[[float], None] | None = None,
    ) -> None:
        self._url = f"{base_url}/oauth/tokens"
        self._credentials = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": client_secret,
            "scope": scope,
        }
        self._on_fetch = on_fetch
        self._lock = threading.Lock()
        self._token = ""
        self._renew_at = float("-inf")

    def current(self) -> str:
        """Return the token, fetched anew if less than a minute of it is left."""
        with self._lock:
            if time.monotonic() >= self._renew_at:
                self._fetch()
            return self._token

    def renew(self, refused: str) -> str:
        """Return another token than the one Zendesk refused; threads that come second share the first's."""
        with self._lock:
            if self._token == refused:
                self._fetch()
            return self._token

    def _fetch(self) -> None:
        with requests.Session() as session:
            session.trust_env = False  # a matching .netrc entry would override the credentials
            for scheme in ("https://", "http://"):
                session.mount(scheme, OnceAdapter())
            try:
                response = session.post(
                    self._url,
                    json=self._credentials,
                    timeout=(CONNECT_SECONDS, READ_SECONDS),
                    allow_redirects=False,
                )
            except requests.RequestException as error:
                # A second token does no harm, so the outcome does not matter.
                raise unavailable(error, is_write=False) from None
        self._token, lifetime = _read(response)
        self._renew_at = time.monotonic() + max(lifetime - RENEW_BEFORE, 0.0)
        if self._on_fetch:
            self._on_fetch(lifetime)


def _read(response: requests.Response) -> tuple[str, float]:
    try:
        judge(response, is_write=False)
        data = response.json()
    except ZendeskRejected as error:
        if error.error == "invalid_scope":
            raise NotAuthorised(Statement("scopes_not_allowed")) from None
        raise _unknown_client() from None
    except NotAuthorised:
        raise _unknown_client() from None
    except requests.JSONDecodeError:
        data = None
    token = data.get("access_token") if isinstance(data, dict) else None
    if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token:
        raise UnexpectedAnswer(Statement("no_token"))
    return token, _lifetime(data.get("expires_in"))


def _unknown_client() -> NotAuthorised:
    return NotAuthorised(Statement("client_unknown"))


def _lifetime(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        return DEFAULT_LIFETIME
    # One sentence of the documentation speaks of milliseconds, its tables of seconds.
    return float(value) if value <= LONGEST_LIFETIME else value / 1000
