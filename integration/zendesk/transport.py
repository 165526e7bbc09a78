"""Carries one request to Zendesk and one answer back, in bounded time, and never sends anything twice."""

import io
import time
from collections.abc import Mapping
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from integration.statements import Statement
from integration.zendesk.errors import ZendeskUnavailable

CONNECT_SECONDS, READ_SECONDS = 3.05, 15.0
TOTAL_SECONDS = 60.0  # for a whole answer; an export page of 1,000 long tickets takes seconds
MAX_ANSWER = 64 * 1024 * 1024
_CHUNK = 1 << 16

_BEFORE_SENDING = (
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.NameResolutionError,
    urllib3.exceptions.SSLError,
)


class OnceAdapter(HTTPAdapter):
    """Repeats what failed while connecting, nothing else, and bounds size and time of the whole answer."""

    def __init__(self, total_seconds: float = TOTAL_SECONDS) -> None:
        # The last two keep urllib3 from turning a 429 with Retry-After into an error without an answer.
        repeats = Retry(
            total=2, connect=2, read=False, status=0, other=0, redirect=0,
            respect_retry_after_header=False, raise_on_status=False,
        )  # fmt: skip
        super().__init__(pool_connections=2, pool_maxsize=16, pool_block=True, max_retries=repeats)
        self._total_seconds = total_seconds

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Send once and read the answer to its end; a read timeout alone bounds only each packet."""
        deadline = time.monotonic() + self._total_seconds
        response = super().send(request, True, timeout, verify, cert, proxies)
        try:
            response.raw = io.BytesIO(_whole_body(response, deadline))
        except urllib3.exceptions.HTTPError as error:
            response.close()
            raise requests.exceptions.ConnectionError(error, request=request) from error
        except BaseException:
            response.close()
            raise
        return response


def _whole_body(response: requests.Response, deadline: float) -> bytes:
    body = bytearray()
    # One packet at a time: `stream` and `read` would wait until a whole chunk is there.
    while chunk := response.raw.read1(_CHUNK, decode_content=True):
        body += chunk
        if len(body) > MAX_ANSWER:
            raise requests.exceptions.ContentDecodingError("the answer is too large")
        if time.monotonic() > deadline:
            raise requests.exceptions.ReadTimeout("the answer takes too long")
    return bytes(body)


def unavailable(error: requests.RequestException, *, is_write: bool) -> ZendeskUnavailable:
    """Say what a failed exchange means; a write is only known not to be done if it was never sent."""
    was_sent = not _failed_before_sending(error)
    is_slow = isinstance(error, requests.Timeout) and was_sent
    reason = "too_slow" if is_slow else "connection_failed" if was_sent else "not_reachable"
    return ZendeskUnavailable(Statement(reason), outcome_unknown=is_write and was_sent, is_slow=is_slow)


def _failed_before_sending(error: BaseException) -> bool:
    """Look through the wrappers of requests and urllib3 for the failure itself."""
    seen: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting and len(seen) < 20:
        one = waiting.pop()
        if not isinstance(one, BaseException) or one in seen:
            continue
        if isinstance(one, (*_BEFORE_SENDING, requests.exceptions.ConnectTimeout)):
            return True
        seen.append(one)
        waiting += [*one.args, getattr(one, "reason", None), getattr(one, "original_error", None)]
    return False
