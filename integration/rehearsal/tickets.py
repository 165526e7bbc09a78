"""The life of a ticket: creation, updates, comments, closing; every change leaves an audit and events."""

import sqlite3
from datetime import datetime, timedelta
from typing import Any

from integration.rehearsal import events, fields, ticket_changes
from integration.rehearsal.base import SYSTEM_USER_ID, Change, Doc
from integration.rehearsal.clock import iso, moment
from integration.rehearsal.errors import BadRequest, Closed, Invalid, NotFound, UpdateConflict
from integration.rehearsal.ticket_comments import CommentRules

CLOSED_AT_THE_LATEST_AFTER = timedelta(days=28)


class TicketRules(CommentRules):
    """Rules of creating, updating and closing."""

    def create_ticket(
        self,
        data: Doc,
        *,
        actor_id: int,
        channel: str = "api",
        at: datetime | None = None,
        metadata: Doc | None = None,
    ) -> Doc:
        """Create a ticket from the body of a REST `ticket` object and return it. Raises Invalid.

        `at` backdates it; `metadata` is kept with the audit as `metadata.custom`.
        """
        now = at or self.clock.now()
        with self.db.write() as connection:
            source = self._followup_source(connection, data)
            if source is not None:
                data = _followup_data(data, source)
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

        An update that changes nothing keeps no audit, and with it no `metadata`. Raises NotFound, Closed,
        Invalid, UpdateConflict.
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
            reopens = replied and before["status"] in {"pending", "hold", "solved"}
            if reopens or (before["status"] == "new" and after["assignee_id"]):
                after["status"] = "open"
        if after["status"] == "solved" and after["assignee_id"] is None and actor_id != SYSTEM_USER_ID:
            actor = self._user(connection, actor_id)
            after["assignee_id"] = None if actor["role"] == "end-user" else actor_id
        if after["status"] != before["status"]:
            after["custom_status_id"] = self.custom_status_id(after["status"])
            _keep_moments(after, before["status"], now)

    def _followup_source(self, connection: sqlite3.Connection, data: Doc) -> Doc | None:
        source_id = ticket_changes.reference("via_followup_source_id", data.get("via_followup_source_id"))
        if source_id is None:
            return None
        try:
            source = self._ticket(connection, source_id)
        except NotFound:
            source = {"status": "missing"}
        # Zendesk's guide: the parameter has no effect with tickets that are not closed.
        return source if source["status"] == "closed" else None


def _followup_data(data: Doc, source: Doc) -> Doc:
    """Return what a follow-up ticket is made from: it inherits what the request leaves out."""
    inherited = {
        "requester_id": source["requester_id"],
        "subject": f"Re: {source['subject']}",
        "tags": source["tags"],
    }
    return {**inherited, **{name: value for name, value in data.items() if name != "submitter_id"}}


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
