"""Plays a soak: people write, deliveries and calls go wrong, the worker is killed, and then time passes."""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import sqlalchemy as sa

from integration.demo.stage import Stage, StageError
from integration.handling.connect import connect
from integration.handling.import_history import import_history
from integration.handling.reconcile import LAST_RUN, reconcile
from integration.store import kept
from integration.store.tables import requesters
from tests.soak import account
from tests.soak.crowd import Crowd, Written
from tests.soak.killer import Killer

SEED_TICKETS = 300
UPDATES_A_MINUTE = 3_000  # the account's limit for a soak, so that it ends while somebody watches
CALLS_A_MINUTE = 30_000
KILLED_WHILE_REMINDING = 0.4  # of all kills
EXPORT_WITHHOLDS = timedelta(minutes=2)
MOST_RECONCILIATIONS = 20
STUCK_SECONDS = 90.0
# Longer than any call takes here, and by far shorter than a lease.
QUIET_SECONDS = 5.0
SKIPPED = timedelta(seconds=30)

FAULTS: Mapping[str, Any] = {
    "deliveries": {"duplicate": 0.10, "reorder": 0.20, "drop": 0.02, "delay_seconds": [0, 1.5]},
    "api": [
        {"kind": "429", "rate": 0.03, "methods": ["PUT", "GET"], "retry_after": 1},
        {"kind": "500", "rate": 0.02, "methods": ["PUT", "GET"]},
        {"kind": "503", "rate": 0.02, "methods": ["PUT", "GET"]},
        {"kind": "html", "rate": 0.02, "methods": ["PUT", "GET"]},
        {"kind": "drop_after_write", "rate": 0.03, "methods": ["PUT", "GET"]},
        {"kind": "drop_before", "rate": 0.02, "methods": ["PUT", "GET"]},
    ],
}
UNHEARD_SHARE = 0.02  # of the complaints: written while every delivery is lost
UNHEARD: Mapping[str, Any] = {"deliveries": {"drop": 1.0}}


@dataclass(slots=True)
class Outcome:
    """What a soak found: figures to print, and what did not hold."""

    figures: dict[str, Any] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)

    def check(self, holds: bool, what: str) -> None:
        if not holds:
            self.failed.append(what)


class Soak:
    """One soak on one database; `say` is told what is going on."""

    def __init__(
        self, folder: Path, *, complaints: int, kills: int, seed: int, database_url: str | None,
        say: Callable[[str], None],
    ) -> None:  # fmt: skip
        settings = {"WRITE_SHARE": "0.9", **({"DATABASE_URL": database_url} if database_url else {})}
        limits = ("--tickets-update", str(UPDATES_A_MINUTE), "--plan-limit", str(CALLS_A_MINUTE))
        self._stage = Stage(folder, settings=settings, rehearsal_options=limits)
        self._unheard = max(round(complaints * UNHEARD_SHARE), 1)
        self._complaints, self._kills, self._seed = complaints - self._unheard, kills, seed
        self._injected: Counter[str] = Counter()
        self._dice = Random(seed)
        self._say = say
        self._started = 0.0
        self.outcome = Outcome()

    def play(self) -> Outcome:
        """Run it and return what was found; raises `StageError` when a process did not start."""
        with self._stage:
            self._open()
            self._started = time.monotonic()
            reminding = round(self._kills * KILLED_WHILE_REMINDING)
            crowd = self._write(kills=self._kills - reminding)
            self._heal(crowd)
            self._check_notes(crowd)
            self._remind(crowd, kills=reminding)
            self._check_reminders(crowd)
            self._check_rest(crowd)
        return self.outcome

    def _open(self) -> None:
        self._say("opening a rehearsal Zendesk and Makegood")
        self._stage.open_zendesk(seed_tickets=SEED_TICKETS)
        connect(self._stage.parts)
        import_history(self._stage.parts)
        self._stage.open_makegood()
        self._calls_before = self._stage.zendesk.calls()["n"]
        self._faults(FAULTS)

    def _write(self, *, kills: int) -> Crowd:
        crowd = Crowd(self._stage.zendesk, self._dice, self._people_with_a_past())
        with Killer(self._stage, kills, of=self._complaints, dice=self._dice, say=self._say) as killer:
            for _ in range(self._complaints):
                crowd.write_complaint()
            self.outcome.figures["seconds_writing"] = self._seconds()
            self._say(f"{self._complaints} complaints written after {self._seconds()} s")
            self._settle()
        self.outcome.figures["kills"] = killer.done
        self.outcome.figures["seconds_until_noted"] = self._seconds()
        return crowd

    def _heal(self, crowd: Crowd) -> None:
        """Lose every delivery for a while; then let the export leave its last minute behind and find them."""
        parts = self._stage.parts
        self._faults(UNHEARD)
        for _ in range(self._unheard):
            crowd.write_complaint()
        self._stage.zendesk.wait_until_delivered()
        self._faults(FAULTS)
        lost = account.unknown(parts, [each.id for each in crowd.complaints + crowd.questions])
        self._pass_time(EXPORT_WITHHOLDS)
        runs = 1
        while not self._reconciled():
            runs += 1
            if runs > MOST_RECONCILIATIONS:
                break
        self._settle()
        still = account.unknown(parts, lost)
        with parts.database.read() as conn:
            report: Any = kept.get(conn, LAST_RUN)
        self.outcome.figures["lost_tickets"] = len(lost)
        self.outcome.figures["reconciliation"] = {"runs": runs, **(report or {})}
        self.outcome.check(len(lost) >= self._unheard, f"only {len(lost)} tickets went unheard")
        self.outcome.check(not still, f"reconciliation did not find the tickets {sorted(still)}")
        self._say(f"{len(lost)} tickets whose every delivery was lost; {len(still)} after reconciliation")

    def _check_notes(self, crowd: Crowd) -> None:
        notes = self._notes()
        missing = [one.id for one in crowd.complaints if not notes[one.id]]
        doubled = [one.id for one in crowd.complaints if notes[one.id] > 1]
        unasked = [one.id for one in crowd.questions if notes[one.id]]
        self.outcome.figures["notes"] = {
            "complaints": len(crowd.complaints),
            "missing": len(missing),
            "doubled": len(doubled),
            "on_ordinary_tickets": len(unasked),
            "ordinary_tickets": len(crowd.questions),
        }
        self.outcome.check(not missing, f"no note on {missing}")
        self.outcome.check(not doubled, f"more than one note on {doubled}")
        self.outcome.check(not unasked, f"a note on the ordinary tickets {unasked}")
        plan = Counter(len(account.duties(self._stage.parts, one.id)) for one in crowd.complaints)
        self.outcome.figures["first_reply_duties_per_complaint"] = dict(plan)
        unplanned = [
            one.id
            for one in crowd.complaints
            if not one.is_answered and not account.duties(self._stage.parts, one.id)
        ]
        self.outcome.check(not unplanned, f"no follow-up on {unplanned}")
        self._figures_of_calls("calls_while_writing", len(crowd.complaints))

    def _remind(self, crowd: Crowd, *, kills: int) -> None:
        """Move the clock to when every first reply was due."""
        parts = self._stage.parts
        expected = sum(not one.is_answered for one in crowd.complaints)
        self._say(f"the first replies fall due; {expected} were not answered")
        began = self._seconds()
        with Killer(self._stage, kills, of=expected, dice=self._dice, say=self._say) as killer:
            self._pass_time(account.last_first_reply(parts) - parts.clock() + timedelta(minutes=1))
            self._settle()
        self.outcome.figures["kills"] += killer.done
        self.outcome.figures["seconds_reminding"] = round(self._seconds() - began, 1)

    def _check_reminders(self, crowd: Crowd) -> None:
        notes = self._notes()
        silent = [one.id for one in crowd.complaints if not one.is_answered and notes[one.id] < 2]
        twice = [one.id for one in crowd.complaints if notes[one.id] > 2]
        needless = [one.id for one in crowd.complaints if one.is_answered and notes[one.id] > 1]
        unexplained = [one.id for one in crowd.complaints if not self._is_settled(one)]
        self.outcome.figures["reminders"] = {
            "posted": sum(notes[one.id] - 1 for one in crowd.complaints),
            "missing": len(silent),
            "doubled": len(twice),
            "although_answered": len(needless),
            "ended_without_a_reason": len(unexplained),
        }
        self.outcome.check(not silent, f"no reminder on {silent}")
        self.outcome.check(not twice, f"more than one reminder on {twice}")
        self.outcome.check(not needless, f"a reminder although somebody had answered on {needless}")
        self.outcome.check(not unexplained, f"follow-ups without a right end on {unexplained}")
        self._figures_of_calls("calls_while_reminding", len(crowd.complaints))

    def _check_rest(self, crowd: Crowd) -> None:
        zendesk, parts = self._stage.zendesk, self._stage.parts
        parked = account.parked_work(parts)
        rows = account.states(parts)
        not_done = {state: n for state, n in rows["inbox"].items() if state != "done"}
        self.outcome.figures |= {
            "rows": rows,
            "parked": [f"{each.kind} {each.id}: {each.reason}" for each in parked],
            "deliveries": zendesk.deliveries(10**12)["invocations"],
            "faults_injected": dict(self._injected + Counter(zendesk.faults_injected())),
            "seconds": self._seconds(),
        }
        self.outcome.check(not not_done, f"inbox rows that are not done: {not_done}")
        self.outcome.check(not parked, f"parked: {self.outcome.figures['parked']}")
        done = self.outcome.figures["kills"]
        self.outcome.check(done == self._kills, f"the worker was killed {done} times, not {self._kills}")

    def _is_settled(self, one: Written) -> bool:
        ended = account.duties(self._stage.parts, one.id)
        said = sum(follow_up.status == "posted" for follow_up in ended)
        return all(map(account.is_explained, ended)) and said == (0 if one.is_answered else 1)

    def _figures_of_calls(self, name: str, complaints: int) -> None:
        report = self._stage.zendesk.calls(self._calls_before)
        self._calls_before = report["n"]
        kinds = account.calls_by_kind(report)
        reads = sum(sum(by.values()) for kind, by in kinds.items() if kind.startswith("GET"))
        writes = sum(sum(by.values()) for kind, by in kinds.items() if kind.startswith("PUT"))
        self.outcome.figures[name] = {
            "reads_per_complaint": round(reads / complaints, 3),
            "writes_per_complaint": round(writes / complaints, 3),
            "made_for": account.purposes(kinds),
            "by_kind_and_status": kinds,
        }

    def _reconciled(self) -> bool:
        """Run a reconciliation; False when a fault stopped it, as the next scheduled one would find."""
        parts = self._stage.parts
        began = parts.clock()
        reconcile(parts)
        with parts.database.read() as conn:
            last: Any = kept.get(conn, LAST_RUN)
        return bool(last) and last["at"] >= began.isoformat()

    def _faults(self, wanted: Mapping[str, Any]) -> None:
        # Setting faults begins their counts anew.
        self._injected.update(self._stage.zendesk.faults_injected())
        self._stage.zendesk.faults({**wanted, "seed": self._seed})

    def _pass_time(self, span: timedelta) -> None:
        self._stage.zendesk.pass_time(seconds=span.total_seconds())
        time.sleep(0.5)  # every process asks for the time a few times a second

    def _settle(self) -> None:
        """Wait until nothing is on its way; raises `StageError` when nothing moves any more."""
        before: Any = None
        moved, quiet = time.monotonic(), 0.0
        while True:
            idle = self._stage.zendesk.is_idle()
            left = account.backlog(self._stage.parts)
            if idle and not left:
                return
            if (seen := (left, account.posted(self._stage.parts))) != before:
                before, moved, quiet = seen, time.monotonic(), 0.0
            still = time.monotonic() - moved
            if still > STUCK_SECONDS:
                raise StageError(f"nothing has moved for {STUCK_SECONDS:.0f} s; waiting: {left}")
            if idle and still > QUIET_SECONDS + quiet:
                # What is left waits to be tried again; nobody needs to wait with it.
                quiet = still
                self._pass_time(SKIPPED)
                self.outcome.figures["waits_skipped"] = self.outcome.figures.get("waits_skipped", 0) + 1
            time.sleep(0.25)

    def _people_with_a_past(self) -> list[int]:
        with self._stage.parts.database.read() as conn:
            rows = sa.select(requesters.c.id).where(
                requesters.c.role == "end-user", requesters.c.is_active, requesters.c.merged_into.is_(None)
            )
            return list(conn.scalars(rows.order_by(requesters.c.id).limit(200)))

    def _notes(self) -> Any:
        return account.notes_by_ticket(self._stage.data_dir / "zendesk.db")

    def _seconds(self) -> float:
        return round(time.monotonic() - self._started, 1)
