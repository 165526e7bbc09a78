"""Tickets, comments and audits as rows: reading and storing."""

import sqlite3
from collections.abc import Iterable
from datetime import datetime, timedelta

from integration.rehearsal.base import Doc, dump, load, seconds
from integration.rehearsal.clock import iso, moment
from integration.rehearsal.errors import NotFound
from integration.rehearsal.users import UserRules

ARCHIVED_AFTER = timedelta(days=120)


class TicketRows(UserRules):
    """Tickets as REST documents without urls; keys that begin with an underscore stay inside."""

    def ticket(self, ticket_id: int) -> Doc:
        """Return one ticket; a deleted one is not found."""
        with self.db.read() as connection:
            return self._ticket(connection, ticket_id)

    def tickets(self, ids: Iterable[int]) -> list[Doc]:
        """Return the tickets of these ids that exist, deleted ones left out."""
        with self.db.read() as connection:
            rows = (connection.execute("SELECT doc FROM ticket WHERE id = ?", (n,)).fetchone() for n in ids)
            docs = [load(row["doc"]) for row in rows if row]
        return [doc for doc in docs if doc["status"] != "deleted"]

    def comments(self, ticket_id: int) -> list[Doc]:
        """Return a ticket's comments, oldest first."""
        return self._of_ticket("SELECT doc FROM comment WHERE ticket_id = ? ORDER BY id", ticket_id)

    def audits(self, ticket_id: int) -> list[Doc]:
        """Return a ticket's audits, oldest first."""
        return self._of_ticket("SELECT doc FROM audit WHERE ticket_id = ? ORDER BY id", ticket_id)

    def _of_ticket(self, query: str, ticket_id: int) -> list[Doc]:
        with self.db.read() as connection:
            self._ticket(connection, ticket_id)
            return [load(row["doc"]) for row in connection.execute(query, (ticket_id,))]

    def _ticket(self, connection: sqlite3.Connection, ticket_id: int, *, deleted: bool = False) -> Doc:
        row = connection.execute("SELECT doc FROM ticket WHERE id = ?", (ticket_id,)).fetchone()
        doc: Doc | None = load(row["doc"]) if row else None
        if doc is None or (doc["status"] == "deleted") != deleted:
            raise NotFound
        return doc

    def _blank_ticket(self, ticket_id: int, requester_id: int, channel: str, now: datetime) -> Doc:
        return {
            "id": ticket_id,
            "external_id": None,
            "via": {"channel": channel, "source": {"from": {}, "to": {}, "rel": None}},
            "created_at": iso(now),
            "updated_at": iso(now),
            "generated_timestamp": seconds(now),
            "type": None,
            "subject": None,
            "description": "",
            "priority": None,
            "status": "new",
            "recipient": None,
            "requester_id": requester_id,
            "submitter_id": requester_id,
            "assignee_id": None,
            "organization_id": None,
            "group_id": None,
            "problem_id": None,
            "is_public": True,
            "due_at": None,
            "tags": [],
            "custom_fields": [],
            "satisfaction_rating": {"score": "unoffered"},
            "followup_ids": [],
            "brand_id": self.default_id("brand"),
            "ticket_form_id": self.default_id("ticket_form"),
        }

    def _save_ticket(self, connection: sqlite3.Connection, ticket: Doc, now: datetime) -> None:
        ticket["generated_timestamp"] = seconds(now)
        archived = None
        if ticket["status"] == "closed":
            archived = seconds(moment(ticket["_closed_at"]) + ARCHIVED_AFTER)
        connection.execute(
            "INSERT OR REPLACE INTO ticket VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                ticket["id"],
                ticket["requester_id"],
                ticket["status"],
                seconds(moment(ticket["created_at"])),
                seconds(moment(ticket["updated_at"])),
                ticket["generated_timestamp"],
                archived,
                dump(ticket),
            ),
        )

    def _save_audit(self, connection: sqlite3.Connection, audit: Doc, comment: Doc | None) -> None:
        row = (audit["id"], audit["ticket_id"], seconds(moment(audit["created_at"])), dump(audit))
        connection.execute("INSERT INTO audit VALUES (?, ?, ?, ?)", row)
        if comment:
            doc = {
                **audit["events"][0],
                "created_at": audit["created_at"],
                "via": audit["via"],
                "metadata": audit["metadata"],
            }
            connection.execute(
                "INSERT INTO comment VALUES (?, ?, ?)", (doc["id"], audit["ticket_id"], dump(doc))
            )
