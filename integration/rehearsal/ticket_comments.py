"""Comments of tickets and the audits that tell of them."""

import sqlite3
from datetime import datetime
from typing import Any

from integration.rehearsal import comments, ticket_changes
from integration.rehearsal.base import Doc
from integration.rehearsal.clock import iso
from integration.rehearsal.errors import Invalid
from integration.rehearsal.ticket_rows import TicketRows


class CommentRules(TicketRows):
    """What becomes of the `comment` of an update."""

    def _comment(
        self, connection: sqlite3.Connection, ticket: Doc, wanted: Any, actor_id: int, via: str
    ) -> Doc | None:
        if isinstance(wanted, str):
            wanted = {"body": wanted}
        if not isinstance(wanted, dict):
            return None
        body, markup = wanted.get("body") or wanted.get("value"), wanted.get("html_body")
        if not (body or markup):
            return None
        if ticket.get("_comments", 0) >= comments.MAX_COMMENTS:
            raise Invalid.because(base=f"Ticket has reached the maximum of {comments.MAX_COMMENTS} comments")
        author = self._user(
            connection, ticket_changes.reference("author_id", wanted.get("author_id")) or actor_id
        )
        body, markup = self._written(connection, ticket, body, markup, actor_id, via)
        # Left out, the visibility is that of the ticket's first comment: a note can become a public reply.
        public = wanted.get("public")
        public = ticket.get("_initially_public", True) if public is None else public in (True, "true", 1)
        ticket["_comments"] = ticket.get("_comments", 0) + 1
        ticket["is_public"] = ticket["is_public"] or public
        return {
            "type": "Comment",
            "author_id": author["id"],
            "body": body,
            "html_body": markup,
            "plain_body": body,
            "public": public,
            "attachments": [],
            "_by_end_user": author["role"] == "end-user",
        }

    def _written(
        self, connection: sqlite3.Connection, ticket: Doc, body: Any, markup: Any, actor_id: int, via: str
    ) -> tuple[str, str]:
        if via in {"api", "rule"}:
            values = self.placeholders(connection, ticket, actor_id)
            body = comments.expand(str(body), values) if body else None
            markup = comments.expand_html(str(markup), values) if markup else None
        if markup:
            markup = comments.cut(str(markup))
            return comments.cut(
                comments.as_text(markup)
            ), f'<div class="zd-comment" dir="auto">{markup}</div>'
        text = comments.cut(str(body))
        return text, comments.as_html(text)

    def placeholders(self, connection: sqlite3.Connection, ticket: Doc, actor_id: int) -> dict[str, str]:
        """Return the placeholders that a comment of this ticket may use, and their values."""
        requester = self._user(connection, ticket["requester_id"])
        actor = self._user(connection, actor_id)
        first, _, last = requester["name"].partition(" ")
        return {
            "ticket.id": str(ticket["id"]),
            "ticket.title": ticket["subject"] or "",
            "ticket.description": ticket["description"],
            "ticket.status": ticket["status"].capitalize(),
            "ticket.url": f"{self.config.base_url}/agent/tickets/{ticket['id']}",
            "ticket.link": f"{self.config.base_url}/agent/tickets/{ticket['id']}",
            "ticket.requester.name": requester["name"],
            "ticket.requester.first_name": first,
            "ticket.requester.last_name": last,
            "ticket.requester.email": requester["email"] or "",
            "ticket.tags": " ".join(ticket["tags"]),
            "current_user.name": actor["name"],
            "current_user.email": actor["email"] or "",
        }

    def _audit(
        self,
        ticket: Doc,
        actor_id: int,
        channel: str,
        now: datetime,
        metadata: Doc | None,
        comment: Doc | None,
        changes: list[Doc],
    ) -> Doc:
        audit_id = self.next_id("audit")
        entries = [*([comment] if comment else []), *changes]
        for entry in entries:
            entry["id"] = self.next_id("audit")
        shown = [{k: v for k, v in entry.items() if k[0] != "_"} for entry in entries]
        if comment:
            shown[0]["audit_id"] = audit_id
        system = {
            "client": "rehearsal",
            "ip_address": "127.0.0.1",
            "location": "",
            "latitude": 0,
            "longitude": 0,
        }
        return {
            "id": audit_id,
            "ticket_id": ticket["id"],
            "created_at": iso(now),
            "author_id": actor_id,
            "metadata": {"system": system, "custom": metadata or {}},
            "events": shown,
            "via": {"channel": channel, "source": {"from": {}, "to": {}, "rel": None}},
        }
