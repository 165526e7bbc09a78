"""Calls a team's own webhook, where an admin has set one."""

from typing import Any
from urllib.parse import quote, urlsplit

import requests

TIMEOUT_SECONDS = 10
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class BadHook(Exception):
    """The address is no https address; use https://… (http:// on this machine alone)."""


class HookFailed(Exception):
    """The team's server did not take it; it may be tried again."""


def is_fit(url: str) -> bool:
    """Whether an address is fit to send to."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    return is_safe and bool(parts.hostname) and not (parts.username or parts.password)


def send(url: str, body: dict[str, Any], *, key: str) -> None:
    """Post a JSON body; a repeated `key` tells the receiver that it has it already.

    Raises `HookFailed` or `BadHook`.
    """
    if not is_fit(url):
        raise BadHook
    try:
        answer = requests.post(
            url,
            json=body,
            # Names may have letters of any script; header values may not.
            headers={"Idempotency-Key": quote(key)},
            timeout=TIMEOUT_SECONDS,
            # Elsewhere than where the admin said, nothing is sent.
            allow_redirects=False,
        )
    except requests.RequestException as error:
        raise HookFailed(type(error).__name__) from error
    if not answer.ok or answer.is_redirect:
        raise HookFailed(f"status {answer.status_code}")
