"""Runs automations: once over all tickets that are not closed, as time has passed by the account's clock."""

from datetime import datetime

from integration.rehearsal import conditions
from integration.rehearsal.account import Account
from integration.rehearsal.base import SYSTEM_USER_ID, Doc
from integration.rehearsal.clock import moment
from integration.rehearsal.errors import NotFound
from integration.rehearsal.rules import Rules

MOST_TICKETS = 1000  # an automation and hour
MOST_UPDATES = 100  # by automations, of one ticket

# Every account begins with it.
CLOSE_SOLVED: Doc = {
    "title": "Close ticket 4 days after status is set to solved",
    "conditions": {
        "all": [
            {"field": "status", "operator": "is", "value": "solved"},
            {"field": "SOLVED", "operator": "greater_than", "value": "96"},
        ],
        "any": [],
    },
    "actions": [{"field": "status", "value": "closed"}],
}


def run_automations(rules: Rules) -> dict[str, int]:
    """Run every active automation, then close what was solved 28 days ago; count tickets by rule title."""
    fired: dict[str, int] = {}
    for automation in rules.active("automation"):
        fired[automation["title"]] = _run(rules, automation)
    fired["closed after 28 days"] = rules.account.close_due()
    return fired


def _run(rules: Rules, automation: Doc) -> int:
    account, count = rules.account, 0
    for ticket_id in _open_tickets(account, automation):
        if count >= MOST_TICKETS:
            break
        with account.db.write() as connection:
            try:
                ticket = account.ticket(ticket_id)
            except NotFound:
                continue
            audits = account.audits(ticket_id)
            if not conditions.met(automation["conditions"], _situation(account, ticket, audits)):
                continue
            if sum(audit["via"]["channel"] == "rule" for audit in audits) >= MOST_UPDATES:
                continue
            rules.carry_out(connection, "automation", automation, ticket, actor_id=SYSTEM_USER_ID)
            count += 1
    return count


def _open_tickets(account: Account, automation: Doc) -> list[int]:
    wanted = {one["value"] for one in automation["conditions"]["all"]
              if one["field"] == "status" and one.get("operator") == "is"}  # fmt: skip
    with account.db.read() as connection:
        rows = connection.execute(
            "SELECT id, status FROM ticket"
            " WHERE status IN ('new', 'open', 'pending', 'hold', 'solved') ORDER BY id"
        )
        return [row["id"] for row in rows if not wanted or row["status"] in wanted]


def _situation(account: Account, ticket: Doc, audits: list[Doc]) -> conditions.Situation:
    return conditions.Situation(
        ticket=ticket,
        before=ticket,
        now=account.clock.now(),
        actor_id=SYSTEM_USER_ID,
        actor_role="admin",
        requester_role=account.user(ticket["requester_id"])["role"],
        via="rule",
        entered=_entered(ticket, audits),
    )


def _entered(ticket: Doc, audits: list[Doc]) -> dict[str, datetime]:
    """Return the moment each hours field counts from; a status counts only while the ticket is in it."""
    entered = {"NEW": moment(ticket["created_at"])}
    for audit in audits:
        at = moment(audit["created_at"])
        for event in audit["events"]:
            if event.get("field_name") == "status":
                entered[str(event["value"]).upper()] = at
            elif event.get("field_name") == "assignee_id":
                entered["assigned_at"] = at
        if audit["author_id"] == ticket["requester_id"]:
            entered["requester_updated_at"] = at
        if audit["author_id"] == ticket["assignee_id"]:
            entered["assignee_updated_at"] = at
    current = ticket["status"].upper()
    kept = {name: at for name, at in entered.items() if not name.isupper() or name == current}
    kept.setdefault(current, moment(ticket.get("_solved_at") or ticket["updated_at"]))
    kept |= {name: moment(ticket[name]) for name in ("created_at", "updated_at")}
    if ticket["due_at"]:
        kept["due_date"] = kept[conditions.HOURS_UNTIL] = moment(ticket["due_at"])
    return kept
