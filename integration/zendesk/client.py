"""The gateway to Zendesk: domain objects in and out; single tickets through zenpy, lists as raw pages."""

from collections.abc import Mapping
from datetime import datetime

from integration.domain.staff import Access
from integration.domain.ticket import Comment, FieldValue, Requester, Ticket
from integration.zendesk import paging, shapes
from integration.zendesk.errors import UnexpectedAnswer
from integration.zendesk.http import ZendeskSession
from integration.zendesk.json_shapes import comment_from_json, requester_from_json, ticket_from_json
from integration.zendesk.shapes import BadValue, Json
from integration.zendesk.staff import read_access
from integration.zendesk.texts import fit_comment, guard_placeholders
from integration.zendesk.zenpy_calls import ZenpyClients

MARKER = "makegood"
_SHOW_MANY = 100
_METADATA_DEPTH = 3


class Zendesk:
    """One account, seen as the OAuth client's user; threads may share it.

    Every method raises a `ZendeskError`; no method repeats a write.
    """

    def __init__(self, session: ZendeskSession) -> None:
        self.session = session
        self._zenpy = ZenpyClients(session)

    def ticket(self, ticket_id: int) -> Ticket:
        """Read a ticket (1 request)."""
        return ticket_from_json(self._zenpy.ticket(ticket_id))

    def user(self, user_id: int) -> Requester:
        """Read a user (1 request)."""
        return requester_from_json(self._zenpy.user(user_id))

    def access(self, user_id: int, *, now: datetime) -> Access:
        """Read what somebody of the staff may see (1 request)."""
        return read_access(self.session, user_id, now=now)

    def me(self) -> Requester:
        """Read the user whom the access token acts as (1 request)."""
        return requester_from_json(self._zenpy.me())

    def comments(self, ticket_id: int) -> tuple[Comment, ...]:
        """Read all comments, oldest first (1 request for each 100)."""
        found: list[Json] = []
        roles: dict[int, str] = {}
        path = f"/api/v2/tickets/{ticket_id}/comments"
        for page in paging.pages(self.session, path, {"include": "users"}):
            found += paging.objects(page, "comments")
            if "users" in page:
                roles |= _roles(paging.objects(page, "users"))
        roles |= self._missing_roles(found, roles)
        comments = (comment_from_json(row, ticket_id=ticket_id, roles=roles) for row in found)
        return tuple(sorted(comments, key=lambda comment: (comment.created_at, comment.id)))

    def update_ticket(
        self,
        ticket_id: int,
        *,
        note: str | None,
        is_public: bool = False,
        custom_fields: Mapping[int, FieldValue] | None = None,
        status: str | None = None,
        assignee_id: int | None = None,
        group_id: int | None = None,
        marker: str,
    ) -> int | None:
        """Add a comment and set fields in one PUT; return the audit's id, None if nothing changed.

        Only what is named is sent. `marker` is kept in the audit, where `find_marker` looks for it.
        """
        ticket: dict[str, object] = {"metadata": {"custom": {MARKER: marker}}}
        if note is not None:
            ticket["comment"] = _comment(note, is_public=is_public)
        if custom_fields:
            ticket["custom_fields"] = _custom_fields(custom_fields)
        if status is not None:
            ticket["status"] = status
        if assignee_id is not None:
            ticket["assignee_id"] = assignee_id
        if group_id is not None:
            ticket["group_id"] = group_id
        return _audit_id(self._zenpy.update_ticket(ticket_id, ticket))

    def find_marker(self, ticket_id: int, marker: str) -> int | None:
        """Return the id of the audit that carries the marker, so that nothing is posted twice.

        Reads all audits, because their order is not documented (1 request for each 100).
        """
        for audit in paging.rows(self.session, f"/api/v2/tickets/{ticket_id}/audits", "audits"):
            if _carries(audit.get("metadata"), marker, _METADATA_DEPTH):
                return _id(audit, "audit")
        return None

    def create_followup_ticket(
        self,
        closed_ticket_id: int,
        *,
        note: str,
        subject: str | None = None,
        custom_fields: Mapping[int, FieldValue] | None = None,
        marker: str,
    ) -> int:
        """Open a follow-up ticket with an internal note, because a closed ticket takes none; return its id.

        Repeated with the same marker and content within two hours it returns the same ticket.
        """
        ticket: dict[str, object] = {
            "via_followup_source_id": closed_ticket_id,
            "comment": _comment(note, is_public=False),
            "metadata": {"custom": {MARKER: marker}},
        }
        if subject is not None:
            ticket["subject"] = guard_placeholders(subject)[:255]
        if custom_fields:
            ticket["custom_fields"] = _custom_fields(custom_fields)
        answer = self._zenpy.create_ticket(ticket, key=marker)
        try:
            return _id(answer.get("ticket"), "ticket")
        except UnexpectedAnswer as error:
            error.outcome_unknown = True
            raise

    def _missing_roles(self, comments: list[Json], known: Mapping[int, str]) -> dict[int, str]:
        """Ask for the roles of authors that the page did not bring along."""
        try:
            authors = {shapes.optional_id(row.get("author_id"), "author_id") for row in comments}
        except BadValue as error:
            raise UnexpectedAnswer(f"comment.{error}.") from None
        # The system user is no agent and cannot be asked for.
        missing = sorted(each for each in authors if each and each > 0 and each not in known)
        roles: dict[int, str] = {}
        for start in range(0, len(missing), _SHOW_MANY):
            ids = ",".join(str(each) for each in missing[start : start + _SHOW_MANY])
            answer = paging.json_object(self.session.get("/api/v2/users/show_many", params={"ids": ids}))
            roles |= _roles(paging.objects(answer, "users"))
        return roles


def _comment(text: str, *, is_public: bool) -> dict[str, object]:
    # Left out, `public` follows the ticket, and the requester would read an internal note.
    return {"body": fit_comment(guard_placeholders(text)), "public": is_public}


def _custom_fields(values: Mapping[int, FieldValue]) -> list[dict[str, object]]:
    return [
        {"id": field_id, "value": list(value) if isinstance(value, tuple) else value}
        for field_id, value in values.items()
    ]


def _roles(users: list[Json]) -> dict[int, str]:
    return {_id(user, "user"): str(user.get("role")) for user in users}


def _audit_id(answer: Json) -> int | None:
    audit = answer.get("audit")
    if not audit:
        return None
    try:
        return _id(audit, "audit")
    except UnexpectedAnswer as error:
        error.outcome_unknown = True
        raise


def _id(data: object, what: str) -> int:
    try:
        return shapes.required_id(shapes.table(data, what).get("id"), f"{what}.id")
    except BadValue as error:
        raise UnexpectedAnswer(f"{error}.") from None


def _carries(metadata: object, marker: str, depth: int) -> bool:
    # Whether Zendesk puts what it gets under `custom`, or expects that word from us, is not documented.
    if not isinstance(metadata, Mapping) or depth == 0:
        return False
    return metadata.get(MARKER) == marker or any(
        _carries(value, marker, depth - 1) for value in metadata.values()
    )
