"""Our `requests` session: one host, fresh tokens, bounded time, nothing repeated that may not be."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase

from integration.zendesk.answers import judge
from integration.zendesk.errors import UnexpectedAnswer
from integration.zendesk.identity import Identity
from integration.zendesk.limits import seen_limits
from integration.zendesk.oauth import AccessToken
from integration.zendesk.transport import (
    CONNECT_SECONDS,
    READ_SECONDS,
    TOTAL_SECONDS,
    OnceAdapter,
    unavailable,
)

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

OnLimits = Callable[[str, int, int, float | None], None]
OnCall = Callable[[str, int | None, float], None]


class ZendeskSession(requests.Session):
    """A session that raises `ZendeskError` for everything but usable answers; threads may share it.

    `identity` may hold every call back. `on_limits` is told name, limit, remaining and seconds to the reset
    of every limit in an answer; `on_call` method, status (None without an answer) and seconds of every
    request.
    """

    # zenpy leaves authentication to a session that says so.
    authorized = True

    def __init__(
        self,
        base_url: str,
        token: AccessToken,
        *,
        read_seconds: float = READ_SECONDS,
        total_seconds: float = TOTAL_SECONDS,
        identity: Identity | None = None,
        on_limits: OnLimits | None = None,
        on_call: OnCall | None = None,
    ) -> None:
        super().__init__()
        self.base_url = base_url
        self.host = urlsplit(base_url).netloc
        self.timeout = (CONNECT_SECONDS, read_seconds)
        self.trust_env = False  # a matching .netrc entry would override our token
        self.headers["User-Agent"] = "Makegood"
        self.headers["Accept"] = "application/json"
        for scheme in ("https://", "http://"):
            self.mount(scheme, OnceAdapter(total_seconds))
        # zenpy knows no scheme but https; a rehearsal on loopback has none of that.
        self._origins = {base_url, f"https://{self.host}"}
        self._token = token
        self._identity = identity
        self._on_limits = on_limits
        self._on_call = on_call

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        """Send a request to a path or URL of the account and return a usable answer.

        Raises a `ZendeskError`; `outcome_unknown` tells whether a write may have been done.
        """
        method, url = _text(method).upper(), self._on_our_host(_text(url))
        if self._identity:
            self._identity.check(self._own_id)
        return self._answer(method, url, *args, **kwargs)

    def _own_id(self) -> int:
        """Return the user whom the access token acts as (1 request)."""
        answer = self._answer("GET", f"{self.base_url}/api/v2/users/me").json()
        user = answer.get("user") if isinstance(answer, dict) else None
        id = user.get("id") if isinstance(user, dict) else None
        if not isinstance(id, int):
            raise UnexpectedAnswer("there is no user in it.")
        return id

    def _answer(self, method: str, url: str, *args: Any, **kwargs: Any) -> requests.Response:
        is_write = method not in SAFE_METHODS
        kwargs["timeout"] = kwargs.get("timeout") or self.timeout
        kwargs["allow_redirects"] = False
        token = self._token.current()
        response = self._send(method, url, token, is_write, *args, **kwargs)
        if response.status_code == 401:
            # Nothing was done for a dead token, so even a write may be sent again.
            response = self._send(method, url, self._token.renew(token), is_write, *args, **kwargs)
        judge(response, is_write=is_write)
        return response

    def _send(
        self, method: str, url: str, token: str, is_write: bool, *args: Any, **kwargs: Any
    ) -> requests.Response:
        started, status = time.monotonic(), None
        try:
            response = super().request(method, url, *args, **{**kwargs, "auth": _Bearer(token)})
            status = response.status_code
        except requests.RequestException as error:
            raise unavailable(error, is_write=is_write) from None
        finally:
            if self._on_call:
                self._on_call(method, status, time.monotonic() - started)
        if self._on_limits:
            for seen in seen_limits(response.headers):
                self._on_limits(seen.name, seen.limit, seen.remaining, seen.resets_in)
        return response

    def _on_our_host(self, url: str) -> str:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if not url.startswith("/") and origin not in self._origins:
            # Links in answers are followed by zenpy; our token goes to no other host.
            raise UnexpectedAnswer("it points to another host.")
        if url.startswith("//") or not parts.path.startswith("/"):
            raise UnexpectedAnswer("it points to no path of the account.")
        return f"{self.base_url}{parts.path}" + (f"?{parts.query}" if parts.query else "")


class _Bearer(AuthBase):
    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
