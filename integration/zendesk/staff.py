"""Reads what somebody of the staff may see."""

from datetime import datetime

from integration.domain.staff import Access, Restriction
from integration.zendesk import paging, shapes
from integration.zendesk.errors import UnexpectedAnswer
from integration.zendesk.http import ZendeskSession
from integration.zendesk.shapes import BadValue, Json

LIGHT = 1  # Zendesk's `role_type` of light agents
RESTRICTIONS = {str(restriction): restriction for restriction in Restriction}


def read_access(session: ZendeskSession, user_id: int, *, now: datetime) -> Access:
    """Ask Zendesk for a user's role, restriction and groups (1 request). Raises a `ZendeskError`."""
    answer = paging.json_object(session.get(f"/api/v2/users/{user_id}", params={"include": "groups"}))
    user = answer.get("user")
    if not isinstance(user, dict):
        raise UnexpectedAnswer("the user is not an object")
    try:
        groups = paging.objects(answer, "groups") if "groups" in answer else []
        ids = {shapes.required_id(group.get("id"), "group.id") for group in groups}
        home = shapes.optional_id(user.get("default_group_id"), "default_group_id")
        return Access(
            user_id=user_id,
            role=shapes.text(user.get("role"), "role"),
            is_light=user.get("role_type") == LIGHT,
            restriction=_restriction(user),
            group_ids=frozenset(ids | ({home} if home else set())),
            organization_id=shapes.optional_id(user.get("organization_id"), "organization_id"),
            checked_at=now,
        )
    except BadValue as error:
        raise UnexpectedAnswer(f"user.{error}") from None


def _restriction(user: Json) -> Restriction | None:
    given = user.get("ticket_restriction")
    # A restriction that we do not know shows the least.
    return None if given is None else RESTRICTIONS.get(str(given), Restriction.ASSIGNED)
