"""Brings our copy of a ticket or a user up to date with the events that Zendesk sent."""

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import Connection

from integration.domain.letter import is_unedited
from integration.domain.ticket import Comment, Requester
from integration.store import requesters, suggestion_uses, tickets
from integration.zendesk.events import (
    AttributeChanged,
    CommentAdded,
    CommentHidden,
    CustomFieldChanged,
    Deleted,
    Event,
    Merged,
    SatisfactionReceived,
    TicketDetail,
    UserDetail,
    UserMerged,
)


def apply_ticket_events(conn: Connection, ticket_id: int, events: Iterable[Event]) -> None:
    """Apply each event by its own time, not by its arrival; a late, older snapshot changes nothing."""
    for event in events:
        if isinstance(event.detail, TicketDetail):
            tickets.save(conn, event.detail.to_ticket(), order=event.order, with_custom_fields=False)
        match event.change:
            case CommentAdded() as added:
                comment = added.to_comment(ticket_id, event.occurred_at)
                tickets.add_comment(conn, comment)
                _compare_with_letter(conn, comment)
                _remember_author(conn, added)
            case CommentHidden(comment_id=comment_id, is_redacted=is_redacted):
                if not tickets.hide_comment(conn, comment_id, is_redacted=is_redacted):
                    # Events come in any order; the comment itself may still be on its way.
                    tickets.hide_unseen(
                        conn, ticket_id, comment_id, is_redacted=is_redacted, at=event.occurred_at
                    )
            case CustomFieldChanged() as changed:
                tickets.set_custom_field(
                    conn, ticket_id, changed.field_id, changed.current, order=event.order
                )
            case Merged(target_ticket_id=target):
                tickets.mark_merged(conn, ticket_id, target)
            case Deleted():
                tickets.mark_deleted(conn, ticket_id, order=event.order)
            case SatisfactionReceived(score=score):
                tickets.set_satisfaction(conn, ticket_id, score)
            case _:
                pass  # the snapshot says it all


def _compare_with_letter(conn: Connection, comment: Comment) -> None:
    if comment.is_public and comment.by_agent:
        suggestion_uses.compare(
            conn, comment.ticket_id, comment.created_at, lambda letter: is_unedited(letter, comment.body)
        )


def apply_user_events(conn: Connection, user_id: int, events: Iterable[Event]) -> None:
    """Keep name, locale, role and merges of requesters; histories follow merges."""
    for event in events:
        known = requesters.get(conn, user_id) or Requester(id=user_id)
        if isinstance(event.detail, UserDetail):
            known = replace(
                known,
                role=event.detail.role or known.role,
                organization_id=event.detail.organization_id,
                created_at=event.detail.created_at or known.created_at,
                updated_at=event.detail.updated_at or known.updated_at,
            )
        match event.change:
            case AttributeChanged(attribute="name", current=str(name)):
                known = replace(known, name=name)
            case AttributeChanged(attribute="locale", current=str(locale)):
                known = replace(known, locale=locale)
            case Deleted():
                known = replace(known, is_active=False)
            case UserMerged(target_user_id=int(target)):
                requesters.merge(conn, user_id, target, order=event.order)
            case _:
                pass
        requesters.save(conn, known, order=event.order)


def _remember_author(conn: Connection, added: CommentAdded) -> None:
    # A user event carries no name, but a comment's author does: it saves asking Zendesk who wrote.
    if not added.author_name or requesters.add_name(conn, added.author_id, added.author_name):
        return
    role = "agent" if added.author_is_staff else "end-user"
    author = Requester(id=added.author_id, name=added.author_name, role=role)
    if not requesters.get(conn, author.id):
        requesters.save(conn, author, order="")
