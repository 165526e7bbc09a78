"""One HTTP request of a webhook: how it is built, signed and sent, and what is kept of it."""

import base64
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import requests
import urllib3

from integration.rehearsal import signing
from integration.rehearsal.base import Doc
from integration.rehearsal.clock import iso
from integration.rehearsal.delivery import Answer

MAX_BODY_BYTES = 256 * 1024
CONTENT_TYPES = {
    "json": "application/json; charset=utf-8",
    "xml": "application/xml; charset=utf-8",
    "form_encoded": "application/x-www-form-urlencoded; charset=utf-8",
}

_KEPT_ANSWER_BYTES = 64 * 1024
# Servers close idle connections after a second or two; a request on such a connection would be lost.
_REUSED_WITHIN = 0.8


@dataclass(frozen=True)
class Request:
    """A signed request."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """What came back: the answer as the retry rules see it, and what is kept of it."""

    answer: Answer
    headers: list[tuple[str, str]]
    payload: str


def build(
    webhook: Doc, *, secret: str | None, account_id: int, invocation_id: str, body: bytes, at: datetime
) -> Request:
    """Return the request for one attempt, signed as of `at`; without a secret it is not signed."""
    sent = b"" if webhook["http_method"] in ("GET", "DELETE") else body
    headers = {
        "Content-Type": CONTENT_TYPES[webhook["request_format"]],
        "User-Agent": "Zendesk Webhook",
        "X-Zendesk-Account-Id": str(account_id),
        **({"X-Zendesk-Webhook-Id": webhook["id"]} if "id" in webhook else {}),
        "X-Zendesk-Webhook-Invocation-Id": invocation_id,
        **(webhook.get("custom_headers") or {}),
        **_authorization(webhook.get("authentication")),
    }
    if secret is not None:
        stamp = signing.timestamp(at)
        headers["X-Zendesk-Webhook-Signature"] = signing.sign(secret, stamp, sent)
        headers["X-Zendesk-Webhook-Signature-Timestamp"] = stamp
    return Request(webhook["http_method"], webhook["endpoint"], headers, sent)


def record(request: Request, reply: Reply, *, invocation_id: str, status: str, at: datetime) -> Doc:
    """Return an attempt as the API shows it; credentials are scrubbed."""
    attempt: Doc = {
        "id": signing.new_ulid(at),
        "invocation_id": invocation_id,
        "status": status,
        "request": {
            "headers": [
                {"key": key, "value": "[SCRUBBED]" if key == "Authorization" else value}
                for key, value in request.headers.items()
            ],
            "payload": request.body.decode(errors="replace"),
        },
        "completed_at": iso(at),
    }
    if reply.answer.status_code is not None:
        attempt["status_code"] = reply.answer.status_code
        headers = [{"key": key, "value": value} for key, value in reply.headers]
        attempt["response"] = {"headers": headers, "payload": reply.payload}
    return attempt


class Caller:
    """Sends requests over connections that are kept open between them; for one thread."""

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._session = self._new_session()
        self._used = time.monotonic()

    def send(self, request: Request) -> Reply:
        """Send a request and return what came of it; redirects are not followed. Raises nothing."""
        if time.monotonic() - self._used > _REUSED_WITHIN:
            self.close()
            self._session = self._new_session()
        try:
            return self._exchange(request)
        except (requests.Timeout, urllib3.exceptions.TimeoutError):
            return Reply(Answer(None, timed_out=True), [], "")
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            # Zendesk's gateway answers for an endpoint it cannot reach.
            return Reply(Answer(502), [("Content-Type", "text/plain")], f"Error: {type(error).__name__}")
        finally:
            self._used = time.monotonic()

    def _exchange(self, request: Request) -> Reply:
        response = self._session.request(
            request.method,
            request.url,
            data=request.body or None,
            headers=dict(request.headers),
            timeout=self._timeout,
            allow_redirects=False,
            stream=True,
        )
        payload = response.raw.read(_KEPT_ANSWER_BYTES, decode_content=True)
        if response.raw.read(1):
            response.close()
        else:
            response.raw.release_conn()
        answer = Answer(response.status_code, retry_after=response.headers.get("Retry-After"))
        return Reply(answer, list(response.headers.items()), payload.decode(errors="replace"))

    def close(self) -> None:
        """Close the open connections."""
        self._session.close()

    @staticmethod
    def _new_session() -> requests.Session:
        session = requests.Session()
        session.trust_env = False  # a proxy from the environment has no business here
        session.headers.clear()
        return session


def _authorization(authentication: Doc | None) -> dict[str, str]:
    if not authentication:
        return {}
    data = authentication["data"]
    match authentication["type"]:
        case "basic_auth":
            pair = f"{data['username']}:{data['password']}".encode()
            return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
        case "bearer_token":
            return {"Authorization": f"Bearer {data['token']}"}
        case _:
            return {data["name"]: data["value"]}
