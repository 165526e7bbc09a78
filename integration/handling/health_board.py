"""What an admin should see at a glance: is it running, what waits, what needs a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from integration.domain.alert import Alert
from integration.domain.policy import Policy
from integration.domain.suggestion import TemplateCard
from integration.handling import standing, waiting_writes
from integration.handling.audit import Chain, check_chain
from integration.handling.clocks import calendar_of
from integration.handling.readiness import Check, check
from integration.handling.reconcile import LAST_RUN
from integration.handling.standing import Token, Trouble, TroubleCode
from integration.handling.waiting_writes import Waits
from integration.parts import Parts
from integration.policies.problem import PolicyProblem
from integration.responses.errors import TemplateProblem
from integration.settings import Mode
from integration.store import activity, alerts, audit_log, audit_search, health, kept, parked, reviews
from integration.store.activity import Budget, Deliveries
from integration.store.audit_log import Entry
from integration.store.audit_search import Wanted
from integration.store.health import Backlog, Overdue
from integration.store.parked import Parked
from integration.zendesk.pace import TICKET_UPDATES

# The page has lines of its own for these.
SHOWN_ELSEWHERE = frozenset({TroubleCode.WRITES_PAUSED, TroubleCode.NO_WORKER})
KINDS = frozenset({"inbox", "follow_up", "outbox"})
MOST_WAITING = 50
MOST_ALERTS = 50
MOST_OVERDUE = 200
ENTRIES_OF_A_PAGE = 50
MOST_EXPORTED = 50_000


@dataclass(frozen=True, slots=True)
class FileProblem:
    """A template or policy file that is wrong; its last good version stays in use."""

    file: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The last look at what webhooks may have lost; `missed` tickets were found by it alone."""

    at: datetime
    missed: int


@dataclass(frozen=True, slots=True)
class Board:
    """Everything that the health page shows, as of `now`."""

    now: datetime
    mode: Mode
    checks: Sequence[Check]
    deliveries: Deliveries
    budget: Budget | None
    reconciliation: Reconciliation | None
    backlog: Backlog
    parked: Sequence[Parked]
    waits: Waits
    alerts: Sequence[Alert]
    open_reviews: int
    policy: Policy
    time_zone: str
    cards: Sequence[TemplateCard]
    problems: Sequence[FileProblem]
    troubles: Sequence[Trouble]
    token: Token

    @property
    def locales(self) -> list[str]:
        """The languages in which there are templates."""
        return sorted({card.locale for card in self.cards})

    @property
    def template_count(self) -> int:
        return len({card.id for card in self.cards})

    @property
    def failed(self) -> list[Check]:
        return [check for check in self.checks if not check.is_ok]

    @property
    def needs_a_person(self) -> bool:
        return bool(self.parked or self.problems or self.waits.pause)


@dataclass(frozen=True, slots=True)
class OverdueBoard:
    """Overdue follow-ups as of `now`: how many, and the first of them."""

    now: datetime
    total: int
    shown: Sequence[Overdue]


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Some entries of the audit log, how many were found, and how far its chain holds."""

    entries: Sequence[Entry]
    count: int
    older_below: int | None
    chain: Chain


def board(parts: Parts) -> Board:
    """Read it all from our own store and files."""
    now = parts.clock()
    policy = parts.shelf.current(now)
    with parts.database.read() as conn:
        time_zone = calendar_of(parts, conn, policy, now).zone.key
        backlog = health.backlog(conn, now)
        stopped = parked.everything(conn)
        deliveries = activity.deliveries(conn, now)
        budget = activity.write_budget(conn, TICKET_UPDATES, now)
        last_run = kept.get(conn, LAST_RUN)
        raised = alerts.open_alerts(conn, limit=MOST_ALERTS)
        access = standing.token(conn)
        open_reviews = sum(review.closed_at is None for review in reviews.newest(conn))
    found: list[TemplateProblem | PolicyProblem] = [*parts.library.problems, *parts.shelf.problems]
    return Board(
        now=now,
        mode=parts.settings.mode,
        checks=check(parts),
        deliveries=deliveries,
        budget=budget,
        reconciliation=_reconciliation(last_run),
        backlog=backlog,
        parked=stopped,
        waits=waiting_writes.what_waits(parts, limit=MOST_WAITING),
        alerts=raised,
        open_reviews=open_reviews,
        policy=policy,
        time_zone=time_zone,
        cards=parts.library.cards(),
        problems=[FileProblem(problem.file.name, problem.line, problem.message) for problem in found],
        token=access,
        troubles=[one for one in standing.troubles(parts) if one.code not in SHOWN_ELSEWHERE],
    )


def overdue(parts: Parts) -> OverdueBoard:
    """Return the follow-ups that should have spoken by now, longest overdue first."""
    now = parts.clock()
    with parts.database.read() as conn:
        total = health.backlog(conn, now).follow_ups_overdue
        return OverdueBoard(now, total, health.overdue(conn, now, limit=MOST_OVERDUE))


def try_again(parts: Parts, kind: str, row_id: int, *, admin_id: int) -> bool:
    """Put parked work back in line; False when it is not parked (any more)."""
    if kind not in KINDS:
        return False
    now = parts.clock()
    with parts.database.write() as conn:
        if not parked.try_again(conn, kind, row_id, now):
            return False
        audit_log.write(
            conn, at=now, actor=f"agent:{admin_id}", action="tried again", subject=f"{kind}:{row_id}"
        )
    return True


def try_all_again(parts: Parts, *, admin_id: int) -> int:
    """Put all parked work back in line and end a pause of writes; return how many pieces were parked."""
    return waiting_writes.try_again_all(parts, actor=f"agent:{admin_id}")


def audit(parts: Parts, wanted: Wanted, *, below: int | None) -> AuditPage:
    """Return a page of the audit log, newest first, and whether its chain holds."""
    with parts.database.read() as conn:
        entries = audit_search.find(conn, wanted, below=below, limit=ENTRIES_OF_A_PAGE)
        count = audit_search.count(conn, wanted)
    is_full = len(entries) == ENTRIES_OF_A_PAGE
    return AuditPage(entries, count, entries[-1].id if is_full else None, check_chain(parts))


def audit_entries(parts: Parts, wanted: Wanted) -> list[Entry]:
    """Return all that is wanted of the audit log, newest first, at most `MOST_EXPORTED`."""
    with parts.database.read() as conn:
        return list(audit_search.everything(conn, wanted, most=MOST_EXPORTED))


def _reconciliation(stored: Any) -> Reconciliation | None:
    if not isinstance(stored, dict):
        return None
    return Reconciliation(datetime.fromisoformat(stored["at"]), int(stored.get("missed") or 0))
