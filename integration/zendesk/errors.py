"""What can go wrong with Zendesk, one class for each different next step of the caller."""

from integration.statements import Statement

DEFAULT_RETRY_AFTER = 30.0


class ZendeskError(Exception):
    """Any failure of a call to Zendesk.

    `outcome_unknown` is True when a write was sent and nobody can tell whether it was done: look for its
    marker before repeating it.
    """

    outcome_unknown = False


class RateLimited(ZendeskError):
    """Zendesk refused the call for now and did nothing; wait `retry_after` seconds.

    `limit` names the exhausted limit, such as `tickets-update`, where Zendesk said so.
    """

    def __init__(self, retry_after: float, limit: str | None = None) -> None:
        seconds = round(retry_after)
        super().__init__(
            Statement("zendesk_limit", limit=limit, seconds=seconds)
            if limit
            else Statement("zendesk_limit_any", seconds=seconds)
        )
        self.retry_after = retry_after
        self.limit = limit


class ZendeskUnavailable(ZendeskError):
    """No answer, an answer of a broken server, or a page of something in between; it may pass.

    `is_slow` says that nobody hung up: Zendesk may still be busy with the call.
    """

    def __init__(
        self,
        reason: str,
        *,
        retry_after: float = DEFAULT_RETRY_AFTER,
        outcome_unknown: bool = False,
        is_slow: bool = False,
    ) -> None:
        super().__init__(Statement("zendesk_unavailable", reason=reason))
        self.retry_after = retry_after
        self.is_slow = is_slow
        self.outcome_unknown = outcome_unknown


class ZendeskRejected(ZendeskError):
    """Zendesk understood the call and will not do it; repeating it as it is will not help.

    `description` may echo what was sent, so it stays out of the message and of logs.
    """

    def __init__(self, status: int, error: str, description: str = "") -> None:
        super().__init__(Statement("zendesk_rejected", status=status, error=error))
        self.status = status
        self.error = error
        self.description = description


class NotFound(ZendeskRejected):
    """The ticket, user or webhook does not exist any more, or this account may not see it."""


class TicketClosed(ZendeskRejected):
    """A closed ticket takes no updates; open a follow-up ticket instead."""


class UpdateConflict(ZendeskRejected):
    """Somebody changed the thing meanwhile (409); read it again and decide anew."""


class NotAuthorised(ZendeskError):
    """The OAuth client or its user may not do this; `missing_scope` says what to grant, where known."""

    def __init__(self, reason: str, missing_scope: str | None = None) -> None:
        super().__init__(
            Statement("zendesk_refuses_scope", reason=reason, scope=missing_scope)
            if missing_scope
            else Statement("zendesk_refuses", reason=reason)
        )
        self.missing_scope = missing_scope


class OtherUser(NotAuthorised):
    """The OAuth client acts as another user than the one whom `connect` found, perhaps in another account."""

    def __init__(self, user_id: int, known_id: int) -> None:
        super().__init__(Statement("other_user", user=user_id, known=known_id))


class UnexpectedAnswer(ZendeskError):
    """Zendesk answered something that its documentation does not foresee; somebody must look."""

    def __init__(self, reason: str, *, outcome_unknown: bool = False) -> None:
        super().__init__(Statement("zendesk_unexpected", reason=reason))
        self.outcome_unknown = outcome_unknown
