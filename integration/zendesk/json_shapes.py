"""Turns the REST API's JSON into domain objects."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from integration.domain.ticket import Comment, FieldValue, Requester, Ticket
from integration.zendesk import shapes
from integration.zendesk.errors import UnexpectedAnswer
from integration.zendesk.shapes import BadValue, Json

AGENT_ROLES = frozenset({"agent", "admin"})

T = TypeVar("T")


def ticket_from_json(data: object) -> Ticket:
    """Read a ticket of the REST API or of an export. Raises `UnexpectedAnswer`."""
    return _read(_ticket, data, "ticket")


def requester_from_json(data: object) -> Requester:
    """Read a user of the REST API or of an export. Raises `UnexpectedAnswer`."""
    return _read(_requester, data, "user")


def comment_from_json(data: object, *, ticket_id: int, roles: Mapping[int, str]) -> Comment:
    """Read a comment; `roles` tells who is an agent, and an author who is gone counts as none."""

    def comment(row: Json) -> Comment:
        author_id = shapes.optional_id(row.get("author_id"), "author_id") or 0
        return Comment(
            id=shapes.required_id(row.get("id"), "id"),
            ticket_id=ticket_id,
            author_id=author_id,
            by_agent=roles.get(author_id) in AGENT_ROLES,
            is_public=shapes.flag(row.get("public"), "public"),
            body=shapes.text(row.get("plain_body") or row.get("body"), "body"),
            created_at=shapes.moment(row.get("created_at"), "created_at").at,
        )

    return _read(comment, data, "comment")


def _read(parse: Callable[[Json], T], data: object, what: str) -> T:
    if not isinstance(data, Mapping):
        raise UnexpectedAnswer(f"the {what} is not an object")
    try:
        return parse(data)
    except BadValue as error:
        raise UnexpectedAnswer(f"{what}.{error}") from None


def _ticket(row: Json) -> Ticket:
    rating = shapes.table(row.get("satisfaction_rating"), "satisfaction_rating")
    return Ticket(
        id=shapes.required_id(row.get("id"), "id"),
        # Scrubbed and deleted tickets come without a requester.
        requester_id=shapes.optional_id(row.get("requester_id"), "requester_id") or 0,
        subject=shapes.text(row.get("subject"), "subject"),
        description=shapes.text(row.get("description"), "description"),
        status=shapes.status(row.get("status"), "status"),
        created_at=shapes.moment(row.get("created_at"), "created_at").at,
        updated_at=shapes.moment(row.get("updated_at"), "updated_at").at,
        channel=shapes.channel(row.get("via"), "via"),
        priority=shapes.lowered(row.get("priority"), "priority"),
        brand_id=shapes.optional_id(row.get("brand_id"), "brand_id"),
        form_id=shapes.optional_id(row.get("ticket_form_id"), "ticket_form_id"),
        group_id=shapes.optional_id(row.get("group_id"), "group_id"),
        assignee_id=shapes.optional_id(row.get("assignee_id"), "assignee_id"),
        organization_id=shapes.optional_id(row.get("organization_id"), "organization_id"),
        tags=shapes.tags(row.get("tags"), "tags"),
        custom_fields=_custom_fields(row.get("custom_fields")),
        satisfaction=shapes.lowered(rating.get("score"), "satisfaction_rating.score"),
        followup_of=_followup_of(row),
    )


def _requester(row: Json) -> Requester:
    return Requester(
        id=shapes.required_id(row.get("id"), "id"),
        name=shapes.optional_text(row.get("name"), "name"),
        locale=shapes.optional_text(row.get("locale"), "locale"),
        role=shapes.lowered(row.get("role"), "role") or "end-user",
        organization_id=shapes.optional_id(row.get("organization_id"), "organization_id"),
        created_at=shapes.optional_moment(row.get("created_at"), "created_at"),
        updated_at=shapes.optional_moment(row.get("updated_at"), "updated_at"),
        is_active=row.get("active") is not False,
    )


def _custom_fields(value: object) -> dict[int, FieldValue]:
    found: dict[int, FieldValue] = {}
    for item in shapes.rows(value, "custom_fields"):
        row = shapes.table(item, "custom_fields")
        field_id = shapes.required_id(row.get("id"), "custom_fields.id")
        found[field_id] = shapes.field_value(row.get("value"), "custom_fields.value")
    return found


def _followup_of(row: Json) -> int | None:
    source = shapes.table(shapes.table(row.get("via"), "via").get("source"), "via.source")
    if source.get("rel") != "follow_up":
        return None
    # zenpy renames `from`, a keyword of Python.
    origin = shapes.table(source.get("from") or source.get("from_"), "via.source.from")
    return shapes.optional_id(origin.get("ticket_id"), "via.source.from.ticket_id")
