"""Calls a team's own webhook, the only address besides Zendesk's that is ever called; an admin sets it."""

from typing import Any
from urllib.parse import urlsplit

import requests

TIMEOUT_SECONDS = 10
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class BadHook(Exception):
    """The address is no https address; use https://… (http:// on this machine alone)."""


class HookFailed(Exception):
    """The team's server did not take it; it may be tried again."""


def check(url: str) -> None:
    """Raises `BadHook` where an address is not fit to send to."""
    parts = urlsplit(url)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    if not is_safe or not parts.hostname or parts.username or parts.password:
        raise BadHook(url)


def send(url: str, body: dict[str, Any], *, key: str) -> None:
    """Post a JSON body; a repeated `key` tells the receiver that it has it already. Raises `HookFailed`."""
    check(url)
    try:
        answer = requests.post(
            url,
            json=body,
            headers={"Idempotency-Key": key},
            timeout=TIMEOUT_SECONDS,
            # Elsewhere than where the admin said, nothing is sent.
            allow_redirects=False,
        )
    except requests.RequestException as error:
        raise HookFailed(type(error).__name__) from error
    if not answer.ok or answer.is_redirect:
        raise HookFailed(f"status {answer.status_code}")
