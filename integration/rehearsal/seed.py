"""Bulk loading of history: no events, no limits, no rules, only rows as they would stand after the fact."""

import sqlite3
from collections.abc import Iterable
from typing import Any

from integration.rehearsal import comments, ticket_changes
from integration.rehearsal.base import Doc, dump
from integration.rehearsal.clock import iso, moment
from integration.rehearsal.tickets import TicketRules

_RESOURCES = {
    "organization",
    "group",
    "brand",
    "ticket_field",
    "ticket_form",
    "satisfaction_rating",
    "schedule",
}
_BATCH = 500


class Seeding(TicketRules):
    """Loads what a generator of history yields."""

    def load(self, history: Iterable[Doc]) -> dict[str, int]:
        """Store records and return how many of each kind.

        A record names its `kind`, its `id` (drawn when missing) and the properties of the REST object. A user
        needs `name`; a ticket needs `requester_id`, `created_at` and `comments`, a list of {author_id, body,
        public, created_at, html_body?}, oldest first, and may have `via` (a channel's name), `status`,
        `solved_at`, `closed_at`, `updated_at`, `custom_fields`, `tags`. Users come before their tickets.
        """
        counts: dict[str, int] = {}
        batch: list[Doc] = []
        for record in history:
            counts[record["kind"]] = counts.get(record["kind"], 0) + 1
            batch.append(record)
            if len(batch) == _BATCH:
                self._load_batch(batch)
                batch = []
        self._load_batch(batch)
        return counts

    def _load_batch(self, batch: list[Doc]) -> None:
        with self.db.write() as connection:
            for record in batch:
                data = {name: value for name, value in record.items() if name != "kind"}
                match record["kind"]:
                    case "user":
                        self._load_user(connection, data)
                    case "ticket":
                        self._load_ticket(connection, data)
                    case kind if kind in _RESOURCES:
                        self._load_resource(connection, kind, data)
                    case kind:
                        raise ValueError(f"A history record has the unknown kind {kind!r}; see Seeding.load")

    def _load_user(self, connection: sqlite3.Connection, data: Doc) -> None:
        created = moment(data["created_at"]) if "created_at" in data else self.clock.now()
        user = self._blank_user(created)
        user.update(data)
        if "id" in data:
            self.reserve_id("user", data["id"])
        else:
            user["id"] = self.next_id("user")
        user["email"] = user["email"] and user["email"].lower()
        self._save_user(connection, user, moment(user["updated_at"]))

    def _load_resource(self, connection: sqlite3.Connection, kind: str, data: Doc) -> None:
        created_at = data.get("created_at") or iso(self.clock.now())
        doc = {"created_at": created_at, "updated_at": created_at, **data}
        if "id" in data:
            self.reserve_id(kind, data["id"])
        else:
            doc["id"] = self.next_id(kind)
        connection.execute("INSERT OR REPLACE INTO resource VALUES (?, ?, ?)", (kind, doc["id"], dump(doc)))
        self._definitions = None

    def _load_ticket(self, connection: sqlite3.Connection, data: Doc) -> None:
        written: list[Doc] = data.pop("comments")
        first = written[0]
        if "id" in data:
            self.reserve_id("ticket", data["id"])
        else:
            data["id"] = self.next_id("ticket")
        ticket = self._blank_ticket(data["id"], data["requester_id"], "email", moment(data["created_at"]))
        via, solved_at, closed_at = (data.pop(name, None) for name in ("via", "solved_at", "closed_at"))
        ticket.update(data)
        ticket["via"]["channel"] = via or "email"
        ticket["raw_subject"] = ticket["subject"]
        ticket["description"] = first["body"]
        ticket["submitter_id"] = data.get("submitter_id") or first["author_id"]
        ticket["tags"] = sorted(ticket["tags"])
        ticket["custom_fields"] = [entry for entry in ticket["custom_fields"] if entry["value"] is not None]
        ticket["_initially_public"] = first.get("public", True)
        ticket["is_public"] = any(comment.get("public", True) for comment in written)
        ticket["_comments"] = len(written)
        ticket["custom_status_id"] = self.custom_status_id(ticket["status"])
        last = max(
            [ticket["created_at"], *(str(c["created_at"]) for c in written), solved_at or "", closed_at or ""]
        )
        ticket["updated_at"] = data.get("updated_at") or last
        if ticket["status"] in {"solved", "closed"}:
            ticket["_solved_at"] = solved_at or closed_at or ticket["updated_at"]
        if ticket["status"] == "closed":
            ticket["_closed_at"] = closed_at or ticket["updated_at"]
        self._save_ticket(connection, ticket, moment(ticket["updated_at"]))
        self._load_audits(connection, ticket, written)

    def _load_audits(self, connection: sqlite3.Connection, ticket: Doc, written: list[Doc]) -> None:
        for n, entry in enumerate(written):
            body = comments.cut(entry["body"])
            comment: Doc = {
                "type": "Comment",
                "author_id": entry["author_id"],
                "body": body,
                "html_body": entry.get("html_body") or comments.as_html(body),
                "plain_body": body,
                "public": entry.get("public", True),
                "attachments": [],
            }
            changes: list[Doc] = (
                list(ticket_changes.audit_creation({**ticket, "status": "new"})) if n == 0 else []
            )
            is_last = n == len(written) - 1
            if is_last and ticket["status"] != "new":
                changes.append({"type": "Change", "field_name": "status", "value": ticket["status"],
                                "previous_value": "new" if n == 0 else "open"})  # fmt: skip
            at = moment(str(entry["created_at"]))
            channel = ticket["via"]["channel"]
            audit = self._audit(ticket, entry["author_id"], channel, at, None, comment, changes)
            self._save_audit(connection, audit, comment)

    def history_size(self) -> dict[str, Any]:
        """Return how many records of each kind the account holds."""
        with self.db.read() as connection:
            tables = ("user", "ticket", "comment", "audit")
            return {t: connection.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in tables}  # noqa: S608
