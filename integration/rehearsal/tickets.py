"""The life of a ticket: creation, updates, comments, closing; every change leaves an audit and events."""

import sqlite3
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from integration.rehearsal import comments, events, fields, ticket_changes
from integration.rehearsal.base import SYSTEM_USER_ID, Change, Doc, dump, load, seconds
from integration.rehearsal.clock import iso, moment
from integration.rehearsal.errors import BadRequest, Closed, Invalid, NotFound, UpdateConflict
from integration.rehearsal.users import UserRules

ARCHIVED_AFTER = timedelta(days=120)
CLOSED_AT_THE_LATEST_AFTER = timedelta(days=28)


class TicketRules(UserRules):
    """Tickets of the account; documents are REST tickets without urls, keys with an underscore stay inside."""

    # -- reading

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

    # -- creating and updating

    def create_ticket(
        self,
        data: Doc,
        *,
        actor_id: int,
        channel: str = "api",
        at: datetime | None = None,
        metadata: Doc | None = None,
    ) -> Doc:
        """Create a ticket from the body of a REST `ticket` object and return it. Raises Invalid."""
        now = at or self.clock.now()
        with self.db.write() as connection:
            source = self._followup_source(connection, data)
            ticket = self._new_ticket(connection, data, actor_id, channel, now)
            comment = self._first_comment(connection, ticket, data, actor_id, source, channel)
            if source is not None:
                ticket["via"]["source"] = {
                    "from": {"ticket_id": source["id"], "subject": source["subject"], "channel": "web"},
                    "to": {},
                    "rel": "follow_up",
                }
                source["followup_ids"] = [*source["followup_ids"], ticket["id"]]
                self._save_ticket(connection, source, now)
            changes = list(ticket_changes.audit_creation(ticket))
            audit = self._audit(ticket, actor_id, channel, now, metadata, comment, changes)
            self._save_ticket(connection, ticket, now)
            self._save_audit(connection, audit, comment)
            told = events.of_ticket(self, None, ticket, audit, actor_id, now)
            self._announce(connection, Change("ticket", None, ticket, actor_id, audit, told, True, channel))
            return self._ticket(connection, ticket["id"])

    def update_ticket(
        self,
        ticket_id: int,
        data: Doc,
        *,
        actor_id: int,
        via: str = "api",
        metadata: Doc | None = None,
    ) -> tuple[Doc, Doc]:
        """Update a ticket from the body of a REST `ticket` object; return the ticket and the audit.

        An update that changes nothing keeps no audit. Raises NotFound, Closed, Invalid, UpdateConflict.
        """
        now = self.clock.now()
        with self.db.write() as connection:
            before = self._ticket(connection, ticket_id)
            _check_stamp(before, data)
            if before["status"] == "closed":
                raise Closed
            after = {**before}
            ticket_changes.apply_properties(after, data)
            values, tags = fields.settle(
                self.field_definitions(), fields.values_of(before), before["tags"], data
            )
            after["custom_fields"] = _as_list(values)
            after["tags"] = tags
            comment = self._comment(connection, after, data.get("comment"), actor_id, via)
            self._check_references(connection, before, after)
            self._settle_status(connection, before, after, data, comment, actor_id, now)
            changes = list(ticket_changes.audit_changes(before, after))
            audit = self._audit(after, actor_id, via, now, metadata, comment, changes)
            if not audit["events"]:
                return before, audit
            after["updated_at"] = iso(now)
            self._save_ticket(connection, after, now)
            self._save_audit(connection, audit, comment)
            told = events.of_ticket(self, before, after, audit, actor_id, now)
            self._announce(connection, Change("ticket", before, after, actor_id, audit, told, False, via))
            return self._ticket(connection, ticket_id), audit

    def change_tags(
        self,
        ticket_id: int,
        *,
        actor_id: int,
        add: Any = None,
        remove: Any = None,
        data: Doc | None = None,
        metadata: Doc | None = None,
    ) -> tuple[Doc, Doc]:
        """Add and remove tags in one step, with any other properties in `data`; errors as `update_ticket`."""
        with self.db.write() as connection:
            tags = set(self._ticket(connection, ticket_id)["tags"]) - set(fields.clean_tags(remove))
            wanted = {**(data or {}), "tags": sorted(tags | set(fields.clean_tags(add)))}
            return self.update_ticket(ticket_id, wanted, actor_id=actor_id, metadata=metadata)

    def close_due(self) -> int:
        """Close what was solved 28 days ago or more, as Zendesk does in any case; return how many."""
        latest = iso(self.clock.now() - CLOSED_AT_THE_LATEST_AFTER)
        query = "SELECT id FROM ticket WHERE status = 'solved' AND json_extract(doc, '$._solved_at') <= ?"
        with self.db.read() as connection:
            due = [row["id"] for row in connection.execute(query, (latest,))]
        for ticket_id in due:
            self.update_ticket(ticket_id, {"status": "closed"}, actor_id=SYSTEM_USER_ID, via="rule")
        return len(due)

    # -- the parts of a change

    def _new_ticket(
        self, connection: sqlite3.Connection, data: Doc, actor_id: int, channel: str, now: datetime
    ) -> Doc:
        requester_id = self._requester(connection, data, actor_id)
        requester = self._user(connection, requester_id)
        ticket = self._blank_ticket(self.next_id("ticket"), requester_id, channel, now)
        submitter_id = ticket_changes.reference("submitter_id", data.get("submitter_id"))
        ticket["submitter_id"] = submitter_id or actor_id
        ticket["organization_id"] = requester["organization_id"]
        ticket_changes.apply_properties(ticket, {**data, "requester_id": requester_id})
        values, tags = fields.settle(self.field_definitions(), {}, [], data)
        ticket["custom_fields"] = _as_list(values)
        ticket["tags"] = tags
        blank: Doc = {**ticket, "requester_id": None, "assignee_id": None, "group_id": None, "status": "new"}
        self._check_references(connection, blank, ticket)
        if ticket["assignee_id"] and ticket["status"] == "new":
            ticket["status"] = "open"
        _keep_moments(ticket, "new", now)
        ticket["custom_status_id"] = self.custom_status_id(ticket["status"])
        return ticket

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

    def _first_comment(
        self,
        connection: sqlite3.Connection,
        ticket: Doc,
        data: Doc,
        actor_id: int,
        source: Doc | None,
        channel: str,
    ) -> Doc:
        wanted = data.get("comment")
        if wanted is None and isinstance(data.get("description"), str):
            wanted = {"body": data["description"]}
        if isinstance(wanted, dict) and "author_id" not in wanted:
            wanted = {**wanted, "author_id": actor_id if source else ticket["submitter_id"]}
        comment = self._comment(connection, ticket, wanted, actor_id, channel)
        if comment is None:
            raise Invalid.because(base="Description: cannot be blank")
        ticket["description"] = comment["plain_body"]
        ticket["is_public"] = ticket["_initially_public"] = comment["public"]
        if ticket["subject"] is None:
            ticket["subject"] = ticket["raw_subject"] = comment["plain_body"][:80]
        return comment

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

    def _check_references(self, connection: sqlite3.Connection, before: Doc, after: Doc) -> None:
        if after["requester_id"] != before["requester_id"]:
            self._reference(connection, "requester_id", after["requester_id"])
        if after["assignee_id"] != before["assignee_id"] and after["assignee_id"] is not None:
            assignee = self._reference(connection, "assignee_id", after["assignee_id"])
            if assignee["role"] == "end-user":
                raise Invalid.because(assignee_id=f"{assignee['id']} is not an agent")
            after["group_id"] = after["group_id"] or assignee.get("default_group_id")
        for name in ("group_id", "brand_id", "ticket_form_id", "organization_id"):
            kind = name.removesuffix("_id")
            if after[name] != before[name] and after[name] is not None and not self.has(kind, after[name]):
                raise Invalid.because(**{name: f"{after[name]} does not exist"})

    def _reference(self, connection: sqlite3.Connection, name: str, user_id: int | None) -> Doc:
        try:
            return self._user(connection, user_id or 0)
        except NotFound:
            raise Invalid.because(**{name: f"{user_id} does not exist"}) from None

    def _settle_status(
        self,
        connection: sqlite3.Connection,
        before: Doc,
        after: Doc,
        data: Doc,
        comment: Doc | None,
        actor_id: int,
        now: datetime,
    ) -> None:
        if after["status"] == "new" and before["status"] != "new":
            raise Invalid.because(status="cannot be set back to new")
        replied = comment is not None and comment["_by_end_user"]
        if "status" not in data:
            if replied and before["status"] in {"pending", "hold", "solved"}:
                after["status"] = "open"
            elif before["status"] == "new" and after["assignee_id"]:
                after["status"] = "open"
        if after["status"] == "solved" and after["assignee_id"] is None and actor_id != SYSTEM_USER_ID:
            actor = self._user(connection, actor_id)
            after["assignee_id"] = None if actor["role"] == "end-user" else actor_id
        if after["status"] != before["status"]:
            after["custom_status_id"] = self.custom_status_id(after["status"])
            _keep_moments(after, before["status"], now)

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
            "metadata": {"system": system, "custom": (metadata or {}).get("custom") or {}},
            "events": shown,
            "via": {"channel": channel, "source": {"from": {}, "to": {}, "rel": None}},
        }

    def _followup_source(self, connection: sqlite3.Connection, data: Doc) -> Doc | None:
        source_id = ticket_changes.reference("via_followup_source_id", data.get("via_followup_source_id"))
        if source_id is None:
            return None
        try:
            source = self._ticket(connection, source_id)
        except NotFound:
            source = {"status": "missing"}
        if source["status"] != "closed":
            raise Invalid.because(via_followup_source_id=f"{source_id} is not a closed ticket")
        data.setdefault("requester_id", source["requester_id"])
        data.setdefault("subject", f"Re: {source['subject']}")
        data.pop("submitter_id", None)
        return source

    # -- rows

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


def _check_stamp(ticket: Doc, data: Doc) -> None:
    # The mere presence of safe_update turns the check on, even with the value false.
    if "safe_update" not in data:
        return
    try:
        seen = moment(str(data.get("updated_stamp") or ""))
    except ValueError:
        raise BadRequest("safe_update needs updated_stamp, the updated_at last seen") from None
    if moment(ticket["updated_at"]) > seen:
        raise UpdateConflict


def _keep_moments(ticket: Doc, previous_status: str, now: datetime) -> None:
    if ticket["status"] == "solved":
        ticket["_solved_at"] = iso(now)
    elif ticket["status"] == "closed":
        ticket["_closed_at"] = iso(now)
        if previous_status != "solved":
            ticket["_solved_at"] = iso(now)


def _as_list(values: dict[int, Any]) -> list[Doc]:
    return [{"id": field_id, "value": values[field_id]} for field_id in sorted(values)]
