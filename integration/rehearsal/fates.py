"""What can befall a whole ticket: merging, deletion, restoration."""

from integration.rehearsal import events
from integration.rehearsal.base import Change, Doc
from integration.rehearsal.clock import iso
from integration.rehearsal.errors import Invalid
from integration.rehearsal.tickets import TicketRules


class TicketFates(TicketRules):
    """Rules that end tickets or bring them back."""

    def merge_tickets(
        self,
        from_id: int,
        into_id: int,
        *,
        actor_id: int,
        source_comment: str | None = None,
        target_comment: str | None = None,
        public: bool = False,
    ) -> Doc:
        """Merge one ticket into another: both get a note, the first is closed; return the second."""
        now = self.clock.now()
        with self.db.write() as connection:
            source, target = self._ticket(connection, from_id), self._ticket(connection, into_id)
            if from_id == into_id or "closed" in {source["status"], target["status"]}:
                raise Invalid.because(base="only two different tickets that are not closed can be merged")
            told_there = (
                target_comment or f'Request #{from_id} "{source["subject"]}" was closed and merged into this.'
            )
            told_here = (
                source_comment or f'This request was closed and merged into #{into_id} "{target["subject"]}".'
            )
            note = {"comment": {"body": told_there, "public": public}}
            merged, _ = self.update_ticket(into_id, note, actor_id=actor_id, via="merge")
            closing = {
                "comment": {"body": told_here, "public": public},
                "status": "closed",
                "tags": [*source["tags"], "closed_by_merge"],
            }
            after, _ = self.update_ticket(from_id, closing, actor_id=actor_id, via="merge")
            told = events.of_ticket_fate(
                self, "merged", after, {"target_ticket_id": str(into_id)}, actor_id, now
            )
            self._announce(connection, Change("ticket", source, after, actor_id, None, told, False, "merge"))
        return merged

    def delete_ticket(self, ticket_id: int, *, actor_id: int) -> Doc:
        """Delete a ticket softly; exports show it with the status `deleted`. Raises NotFound."""
        now = self.clock.now()
        with self.db.write() as connection:
            before = self._ticket(connection, ticket_id)
            kept = {"_status_before": before["status"], "_deleted_at": iso(now), "_deleted_by": actor_id}
            after = {**before, **kept, "status": "deleted", "updated_at": iso(now)}
            self._save_ticket(connection, after, now)
            told = events.of_ticket_fate(self, "soft_deleted", after, {}, actor_id, now)
            self._announce(connection, Change("ticket", before, after, actor_id, None, told, False, "api"))
        return after

    def restore_ticket(self, ticket_id: int, *, actor_id: int) -> Doc:
        """Bring a softly deleted ticket back. Raises NotFound."""
        now = self.clock.now()
        with self.db.write() as connection:
            before = self._ticket(connection, ticket_id, deleted=True)
            after = {**before, "status": before["_status_before"], "updated_at": iso(now)}
            self._save_ticket(connection, after, now)
            told = events.of_ticket_fate(self, "undeleted", after, {}, actor_id, now)
            self._announce(connection, Change("ticket", before, after, actor_id, None, told, False, "api"))
        return after

    def erase_ticket(self, ticket_id: int, *, actor_id: int) -> None:
        """Delete a softly deleted ticket for good: its text is scrubbed, exports keep the bare row."""
        now = self.clock.now()
        with self.db.write() as connection:
            before = self._ticket(connection, ticket_id, deleted=True)
            scrubbed = {"subject": "SCRUBBED", "raw_subject": "SCRUBBED", "description": "SCRUBBED",
                        "custom_fields": [], "tags": [], "_erased": True}  # fmt: skip
            after = {**before, **scrubbed}
            connection.execute("DELETE FROM comment WHERE ticket_id = ?", (ticket_id,))
            connection.execute("DELETE FROM audit WHERE ticket_id = ?", (ticket_id,))
            self._save_ticket(connection, after, now)
            told = events.of_ticket_fate(self, "permanently_deleted", after, {}, actor_id, now)
            self._announce(connection, Change("ticket", before, after, actor_id, None, told, False, "api"))
