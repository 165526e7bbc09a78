"""Judges Zendesk's answers: what is usable passes, everything else becomes the error that fits."""

import json
import re
from typing import Any, NoReturn
from urllib.parse import urlsplit

import requests

from integration.statements import Statement
from integration.zendesk.errors import (
    NotAuthorised,
    NotFound,
    RateLimited,
    TicketClosed,
    UnexpectedAnswer,
    UpdateConflict,
    ZendeskRejected,
    ZendeskUnavailable,
)
from integration.zendesk.limits import retry_after, seen_limits

_SCOPES = re.compile(r"required scopes?:\s*([a-z_:, ]+)")
_ZENDESK_HOST = re.compile(r"[a-z0-9-]{1,63}\.zendesk\.com")
_LONGEST = 300
PEM = b"-----BEGIN PUBLIC KEY-----"


def judge(response: requests.Response, *, is_write: bool) -> None:
    """Return if the answer is JSON of success, or empty where Zendesk answers so; raise otherwise."""
    status = response.status_code
    if 200 <= status < 300:
        # The app's public key is the one answer of the API that is plain text.
        if status != 204 and not _is_json(response) and not response.content.startswith(PEM):
            # A login page, a proxy's page or nothing at all.
            raise ZendeskUnavailable(Statement("not_json", status=status), outcome_unknown=is_write)
        return
    if status < 400:
        # Nothing was done, and everything will be refused alike until an admin has mended the settings.
        raise ZendeskUnavailable(_moved(response))
    if status == 429:
        spent = [seen.name for seen in seen_limits(response.headers) if seen.remaining == 0]
        # The narrower limit is named last.
        raise RateLimited(retry_after(response.headers), spent[-1] if spent else None)
    if status >= 500 or status == 408:
        raise ZendeskUnavailable(
            Statement("answered", status=status),
            retry_after=retry_after(response.headers),
            outcome_unknown=is_write,
        )
    _refuse(response)


def _moved(response: requests.Response) -> str:
    """Say where the account went: Zendesk sends callers of a former name on to the new one."""
    host = urlsplit(response.headers.get("Location", "")).hostname or ""
    if _ZENDESK_HOST.fullmatch(host):
        return Statement("moved", host=host)
    return Statement("redirects", status=response.status_code)


def _refuse(response: requests.Response) -> NoReturn:
    status, data = response.status_code, _error_body(response)
    error, description = _text(data.get("error")), _text(data.get("description"))
    if status == 401:
        raise NotAuthorised(Statement("token_refused"))
    if status == 403:
        scopes = _SCOPES.search(description)
        raise NotAuthorised(
            Statement("scope_or_role"),
            scopes[1].split(" or ")[-1].strip() if scopes else None,
        )
    if status == 404:
        if not data:
            # Zendesk tells of a missing ticket in JSON; a page of HTML speaks of the whole account.
            raise UnexpectedAnswer(Statement("no_account"))
        if error != "InvalidEndpoint":
            raise NotFound(status, error or "RecordNotFound", description)
    if status == 409:
        raise UpdateConflict(status, error or "Conflict", description)
    if status == 422 and "closed prevents ticket update" in json.dumps(data.get("details")).lower():
        raise TicketClosed(status, error, description)
    raise ZendeskRejected(status, error or "without a reason", description)


def _is_json(response: requests.Response) -> bool:
    return "json" in response.headers.get("Content-Type", "").lower() and bool(response.content)


def _error_body(response: requests.Response) -> dict[str, Any]:
    if not _is_json(response):
        return {}
    try:
        data = json.loads(response.content)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {"error": _text(data)}


def _text(value: object) -> str:
    # Some answers carry an object of title and message in place of a word.
    if isinstance(value, dict):
        value = value.get("title") or value.get("message")
    return value[:_LONGEST] if isinstance(value, str) else ""
