"""Runs triggers: after each creation and update of a ticket, in order, each at most once."""

import sqlite3

from integration.rehearsal import conditions
from integration.rehearsal.base import Change, Doc
from integration.rehearsal.rules import Rules


class Triggers:
    """Listens to the account; a cycle begins with somebody's change and ends when no trigger fires."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._account = rules.account
        self._in_cycle = False  # changes are made one at a time, under the database's write lock

    def __call__(self, connection: sqlite3.Connection, change: Change) -> None:
        """Run the cycle that a change sets off."""
        # What triggers change themselves belongs to the cycle that runs already.
        if self._in_cycle or change.kind != "ticket" or change.audit is None:
            return
        if change.after["status"] in ("closed", "deleted"):
            return
        triggers = self._rules.active("trigger")
        if not triggers:
            return
        self._in_cycle = True
        try:
            self._run(connection, change, triggers)
        finally:
            self._in_cycle = False

    def _run(self, connection: sqlite3.Connection, change: Change, triggers: list[Doc]) -> None:
        waiting = list(triggers)
        situation = self._situation(change, self._account.ticket(change.after["id"]))
        while situation.ticket["status"] != "closed":
            firing = next((one for one in waiting if conditions.met(one["conditions"], situation)), None)
            if firing is None:
                return
            waiting.remove(firing)
            ticket = dict(situation.ticket)
            self._rules.carry_out(connection, "trigger", firing, ticket, actor_id=change.actor_id)
            # From the top again: what the trigger changed may satisfy an earlier one that has not fired.
            situation = self._situation(change, self._account.ticket(change.after["id"]))

    def _situation(self, change: Change, ticket: Doc) -> conditions.Situation:
        events = (change.audit or {}).get("events") or []
        return conditions.Situation(
            ticket=ticket,
            before=None if change.is_create else change.before,
            now=self._account.clock.now(),
            comment=next((one for one in events if one["type"] == "Comment"), None),
            actor_id=change.actor_id,
            actor_role=self._account.user(change.actor_id)["role"],
            requester_role=self._account.user(ticket["requester_id"])["role"],
            via=change.via,
        )
