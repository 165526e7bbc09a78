"""What the `event` part of a delivery says, one reader for each event type that Makegood handles."""

from collections.abc import Callable, Mapping

from integration.domain.ticket import FieldValue
from integration.zendesk import shapes
from integration.zendesk.events import (
    AttributeChanged,
    Change,
    CommentAdded,
    CommentHidden,
    CustomFieldChanged,
    Deleted,
    Merged,
    RequesterChanged,
    Restored,
    SatisfactionReceived,
    StatusChanged,
    TagsChanged,
    UserMerged,
)
from integration.zendesk.shapes import BadValue, Json

Reader = Callable[[Json], Change | None]


def _nothing_more(_: Json) -> None:
    return None


def _comment_added(event: Json) -> CommentAdded:
    comment = shapes.table(event.get("comment"), "event.comment")
    author = shapes.table(comment.get("author"), "event.comment.author")
    return CommentAdded(
        comment_id=shapes.required_id(comment.get("id"), "event.comment.id"),
        author_id=shapes.optional_id(author.get("id"), "event.comment.author.id") or 0,
        author_is_staff=shapes.flag(author.get("is_staff"), "event.comment.author.is_staff"),
        author_name=shapes.optional_text(author.get("name"), "event.comment.author.name"),
        is_public=shapes.flag(comment.get("is_public"), "event.comment.is_public"),
        body=shapes.text(comment.get("body"), "event.comment.body"),
    )


def _comment_hidden(*, is_redacted: bool) -> Reader:
    def read(event: Json) -> CommentHidden:
        comment = shapes.table(event.get("comment"), "event.comment")
        comment_id = shapes.required_id(comment.get("id"), "event.comment.id")
        return CommentHidden(comment_id, is_redacted)

    return read


def _status_changed(event: Json) -> StatusChanged:
    current = shapes.text(event.get("current"), "event.current")
    if not current:
        raise BadValue("event.current is missing")
    return StatusChanged(
        shapes.status(current, "event.current"), shapes.status(event.get("previous"), "event.previous")
    )


def _requester_changed(event: Json) -> RequesterChanged:
    return RequesterChanged(
        shapes.required_id(event.get("current"), "event.current"),
        shapes.optional_id(event.get("previous"), "event.previous"),
    )


def _tags_changed(event: Json) -> TagsChanged:
    return TagsChanged(
        shapes.tags(event.get("tags_added"), "event.tags_added"),
        shapes.tags(event.get("tags_removed"), "event.tags_removed"),
    )


def _custom_field_changed(event: Json) -> CustomFieldChanged:
    field = shapes.table(event.get("custom_field"), "event.custom_field")
    return CustomFieldChanged(
        field_id=shapes.required_id(field.get("id"), "event.custom_field.id"),
        current=_value(event, "current"),
        previous=_value(event, "previous"),
    )


def _value(event: Json, side: str) -> FieldValue:
    holder = event.get(side)
    # Look-up fields carry an id and a target in place of a value.
    if isinstance(holder, Mapping):
        holder = holder.get("value", holder.get("id"))
    return shapes.field_value(holder, f"event.{side}")


def _attribute(name: str) -> Reader:
    def read(event: Json) -> AttributeChanged:
        return AttributeChanged(name, _value(event, "current"), _value(event, "previous"))

    return read


def _merged(event: Json) -> Merged:
    return Merged(shapes.required_id(event.get("target_ticket_id"), "event.target_ticket_id"))


def _deleted(*, is_permanent: bool) -> Reader:
    return lambda _: Deleted(is_permanent)


def _restored(_: Json) -> Restored:
    return Restored()


def _satisfaction(event: Json) -> SatisfactionReceived | None:
    # The name and shape of this event are not documented; without a score the ticket is read later.
    given = shapes.table(event.get("satisfaction_score"), "event.satisfaction_score").get("score")
    score = shapes.lowered(given, "event.satisfaction_score.score") if isinstance(given, str) else None
    return SatisfactionReceived(score) if score else None


def _user_merged(event: Json) -> UserMerged:
    # The documentation shows no body of this event; all places seen for the surviving user are tried.
    user = shapes.table(event.get("user"), "event.user")
    target = event.get("target_user_id") or user.get("id") or event.get("user_id")
    return UserMerged(shapes.optional_id(target, "event.target_user_id"))


TICKET_ATTRIBUTES = {
    "agent_assignment_changed": "assignee_id",
    "brand_changed": "brand_id",
    "description_changed": "description",
    "form_changed": "form_id",
    "group_assignment_changed": "group_id",
    "organization_changed": "organization_id",
    "priority_changed": "priority",
    "subject_changed": "subject",
}
USER_ATTRIBUTES = {
    "active_changed": "active",
    "name_changed": "name",
    "role_changed": "role",
}

READERS: Mapping[str, Reader] = {
    "ticket.created": _nothing_more,
    "ticket.comment_added": _comment_added,
    "ticket.comment_made_private": _comment_hidden(is_redacted=False),
    "ticket.comment_redacted": _comment_hidden(is_redacted=True),
    "ticket.status_changed": _status_changed,
    "ticket.custom_status_changed": _nothing_more,
    "ticket.requester_changed": _requester_changed,
    "ticket.tags_changed": _tags_changed,
    "ticket.custom_field_changed": _custom_field_changed,
    "ticket.merged": _merged,
    "ticket.soft_deleted": _deleted(is_permanent=False),
    "ticket.marked_as_spam": _deleted(is_permanent=False),
    "ticket.permanently_deleted": _deleted(is_permanent=True),
    "ticket.undeleted": _restored,
    "ticket.csat_received": _satisfaction,
    **{f"ticket.{kind}": _attribute(name) for kind, name in TICKET_ATTRIBUTES.items()},
    "user.created": _nothing_more,
    "user.deleted": _deleted(is_permanent=False),
    "user.merged": _user_merged,
    **{f"user.{kind}": _attribute(name) for kind, name in USER_ATTRIBUTES.items()},
}
