"""What one request tells of the account: whom we act as, its clock, its limits."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from integration.domain.ticket import Requester
from integration.zendesk import paging
from integration.zendesk.http import ZendeskSession
from integration.zendesk.json_shapes import requester_from_json
from integration.zendesk.limits import ACCOUNT, seen_limits

TEST_EVENT_TYPE = "zen:event-type:makegood.test"


@dataclass(frozen=True, slots=True)
class Introduction:
    """`at` is Zendesk's clock when it answered; `limit` and `left` are requests a minute, where told."""

    me: Requester
    at: datetime | None
    limit: int | None
    left: int | None


def introduce(session: ZendeskSession) -> Introduction:
    """Ask who we are (1 request). Raises the errors of `zendesk.errors`."""
    response = session.get("/api/v2/users/me")
    me = requester_from_json(paging.json_object(response).get("user"))
    account = next((seen for seen in seen_limits(response.headers) if seen.name == ACCOUNT), None)
    return Introduction(
        me,
        _moment(response.headers.get("Date")),
        account.limit if account else None,
        account.remaining if account else None,
    )


def send_test(session: ZendeskSession, webhook_id: str, endpoint: str, payload: str) -> int | None:
    """Have Zendesk send a signed test through a webhook; return the status that our endpoint answered.

    None where Zendesk does not say. Raises the errors of `zendesk.errors`.
    """
    wanted = {"endpoint": endpoint, "http_method": "POST", "request_format": "json", "payload": payload}
    response = session.post(
        "/api/v2/webhooks/test", params={"webhook_id": webhook_id}, json={"request": wanted}
    )
    told = paging.json_object(response).get("response")
    status = told.get("status_code") if isinstance(told, dict) else None
    return status if isinstance(status, int) else None


def _moment(text: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
