"""What an admin should see at a glance: is it running, what waits, what needs a decision."""

from dataclasses import dataclass
from datetime import datetime

from integration.domain.policy import Policy
from integration.domain.suggestion import TemplateCard
from integration.handling.readiness import Check, check
from integration.parts import Parts
from integration.policies.problem import PolicyProblem
from integration.responses.errors import TemplateProblem
from integration.settings import Mode
from integration.store import audit_log, health, parked
from integration.store.health import Backlog
from integration.store.parked import Parked

KINDS = frozenset({"inbox", "follow_up", "outbox"})


@dataclass(frozen=True, slots=True)
class FileProblem:
    """A template or policy file that is wrong; its last good version stays in use."""

    file: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything that the admin page shows, as of `now`."""

    now: datetime
    mode: Mode
    checks: list[Check]
    backlog: Backlog
    parked: list[Parked]
    policy: Policy
    cards: tuple[TemplateCard, ...]
    problems: list[FileProblem]

    @property
    def locales(self) -> list[str]:
        """The languages in which there are templates."""
        return sorted({card.locale for card in self.cards})

    @property
    def template_count(self) -> int:
        return len({card.id for card in self.cards})


def overview(parts: Parts) -> Overview:
    """Read it all from our own store and files."""
    now = parts.clock()
    with parts.database.read() as conn:
        backlog = health.backlog(conn, now)
        waiting = parked.everything(conn)
    found: list[TemplateProblem | PolicyProblem] = [*parts.library.problems, *parts.shelf.problems]
    return Overview(
        now=now,
        mode=parts.settings.mode,
        checks=check(parts),
        backlog=backlog,
        parked=waiting,
        policy=parts.shelf.current(now),
        cards=parts.library.cards(),
        problems=[FileProblem(problem.file.name, problem.line, problem.message) for problem in found],
    )


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
