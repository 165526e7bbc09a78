"""Plays a quarter of a year by the rehearsal's clock: faults, a change of clocks, downtime, kill -9."""

import argparse
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import sqlalchemy as sa

from integration.app import assemble
from integration.domain.chain import ChainKind
from integration.domain.deadline import Delay, Unit
from integration.handling import chains, promises
from integration.handling.reconcile import reconcile
from integration.handling.sidebar import UnknownTicket
from integration.handling.switches import PUBLIC_MESSAGES, set_switch
from integration.rehearsal.config import Limits
from integration.rehearsal.server import RehearsalServer
from integration.store.engine import make_engine
from integration.store.migrate import migrate
from integration.store.tables import follow_ups, inbox, outbox
from tests.handling.installation import ANGRY, Installation, settings_for
from tests.soak.quarter_course import DAYS, Act, course

# Zendesk's clocks go back on 25 October; `--start 2026-02-15` sees them go forward.
AUTUMN = "2026-09-14T06:00:00+00:00"
DOWN_FROM, DOWN_FOR = timedelta(days=37, hours=9), timedelta(days=2)
RIGHT = timedelta(minutes=1)
AFTER_KILL = timedelta(minutes=3)
RECONCILE_EVERY = timedelta(hours=12)
DROPPED, DOUBLED, REORDERED = 0.04, 0.1, 0.1
API_FAULTS = [
    {"kind": "429", "rate": 0.02, "methods": ["PUT", "GET"], "path": "/tickets/", "retry_after": 1},
    {"kind": "500", "rate": 0.02, "methods": ["PUT", "GET"], "path": "/tickets/"},
    {"kind": "drop_after_write", "rate": 0.02, "methods": ["PUT"], "path": "/tickets/"},
]
WORDS = {"answer": "It is still broken, here is the photo.", "thank": "Thank you!"}
MACHINE = "Automatic reply: I am out of office until Monday."
WAITING = ("new", "claimed", "sending")


@dataclass(slots=True)
class Found:
    """What came out, to print; `failed` is empty where every follow-up did what it should."""

    figures: dict[str, Any] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)


class Quarter:
    """One quarter beside one account; a worker of its own process does the work."""

    def __init__(self, folder: Path, *, start: datetime, complaints: int, kills: int, seed: int) -> None:
        self._dice = Random(seed)
        self._start = start
        self._folder = folder
        self._kills = kills
        self._acts = course(start + timedelta(days=1), complaints, self._dice)
        self._tickets: dict[int, int] = {}
        self._spare: subprocess.Popen[str] | None = None
        self._struck: list[datetime] = []
        self._steps = 0
        self.found = Found()

    def play(self) -> Found:
        began = time.monotonic()
        url = f"sqlite:///{self._folder / 'makegood.db'}"
        engine = make_engine(url)
        migrate(engine)
        engine.dispose()
        with RehearsalServer(self._folder / "zendesk.db", limits=Limits.none()) as server:
            server.sender.pause()
            server.account.clock.set(self._start)
            more = {"DATA_DIR": str(self._folder), "DATABASE_URL": url, "ENCODER": "off"}
            parts = assemble(settings_for(server, **more), server.account.clock.now, can_write=True)
            try:
                self._here = Installation(server, parts)
                self._settings = {f"MAKEGOOD_{name}": value for name, value in _plain(server, more).items()}
                self._worker = self._spawn()
                self._spare = self._spawn()
                self._quarter()
                self._judge()
            finally:
                for worker in (self._worker, self._spare):
                    worker.kill()
                    worker.communicate()
                parts.close()
        used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        self.found.figures |= {
            "seconds": round(time.monotonic() - began, 1),
            "processor_seconds": round(sum(each.ru_utime + each.ru_stime for each in used), 1),
            "steps": self._steps,
        }
        return self.found

    # -- time

    def _quarter(self) -> None:
        here = self._here
        set_switch(here.parts, PUBLIC_MESSAGES, True, admin_id=1)
        here.zendesk.faults({"api": API_FAULTS, "seed": 1})
        down, up = self._start + DOWN_FROM, self._start + DOWN_FROM + DOWN_FOR
        end = self._start + timedelta(days=DAYS + 14)
        strikes = sorted(self._start + timedelta(days=self._dice.uniform(3, 88)) for _ in range(self._kills))
        acts, reconciled = list(self._acts), self._start
        while here.now < end:
            is_down = down <= here.now < up
            moments = [end, *([acts[0].at] if acts else []), up if is_down else self._next_due(end)]
            self._go_to(max(min(moments), here.now + timedelta(seconds=1)))
            while acts and acts[0].at <= here.now:
                self._act(acts.pop(0))
            self._deliver()
            if here.now - reconciled > RECONCILE_EVERY and not is_down:
                reconciled = here.now
                reconcile(here.parts)
            if not is_down:
                is_struck = bool(strikes) and strikes[0] <= here.now and self._has_work()
                self._work(kill=is_struck)
                if is_struck:
                    strikes.pop(0)

    def _go_to(self, moment: datetime) -> None:
        self._here.server.account.clock.set(moment)
        self._steps += 1

    def _next_due(self, end: datetime) -> datetime:
        """Return when anything is due next: a follow-up, a write, or a claim that runs out."""
        with self._here.parts.database.read() as conn:
            found = [
                conn.scalar(
                    sa.select(sa.func.min(follow_ups.c.due_at)).where(follow_ups.c.status == "pending")
                ),
                conn.scalar(
                    sa.select(sa.func.min(follow_ups.c.claimed_until)).where(
                        follow_ups.c.status == "dispatched"
                    )
                ),
                conn.scalar(sa.select(sa.func.min(outbox.c.not_before)).where(outbox.c.state.in_(WAITING))),
                conn.scalar(
                    sa.select(sa.func.min(inbox.c.not_before)).where(inbox.c.state.in_(("new", "claimed")))
                ),
            ]
        return min((each for each in found if each is not None), default=end)

    def _has_work(self) -> bool:
        return self._next_due(self._here.now + timedelta(days=1)) <= self._here.now

    # -- people

    def _act(self, act: Act) -> None:
        here, agent = self._here, self._here.agent_id
        if act.what == "complain":
            self._tickets[act.complaint] = here.write_in(ANGRY, name=f"Writer{act.complaint} Example")
            return
        ticket_id = self._tickets[act.complaint]
        status = here.server.account.ticket(ticket_id)["status"]
        if status in {"closed", "deleted"}:
            return
        match act.what:
            case "reply":
                here.reply(ticket_id)
            case "solve" | "close":
                here.change(ticket_id, status="solved" if act.what == "solve" else "closed")
            case "answer" | "thank":
                here.write_again(ticket_id, WORDS[act.what])
            case "machine":
                here.write_again(ticket_id, MACHINE)
            case "delete":
                here.control("DELETE", f"tickets/{ticket_id}")
            case "start" | "start other":
                here.request(ticket_id=ticket_id, action="start", name=act.what, due_in_hours=3)
            case "promise":
                due_at = here.now + timedelta(hours=24)
                self._in_sidebar(
                    lambda: promises.promise(here.parts, ticket_id, "a call", due_at, agent, agent)
                )
            case "ask":
                every = Delay(2, Unit.BUSINESS_DAYS)
                self._in_sidebar(
                    lambda: chains.start(
                        here.parts,
                        ticket_id,
                        ChainKind.ASK,
                        "a photo",
                        agent_id=agent,
                        delay=every,
                        solves=True,
                    )
                )

    def _in_sidebar(self, act: Any) -> None:
        """Do what an agent does in the sidebar, which may not know the ticket or its reply yet."""
        try:
            act()
        except (UnknownTicket, promises.NoComplaint, chains.BadChain) as refusal:
            refused = self.found.figures.setdefault("refused_in_the_sidebar", Counter())
            refused[type(refusal).__name__] += 1

    def _deliver(self) -> None:
        bodies = self._here.news()
        if self._dice.random() < REORDERED:
            self._dice.shuffle(bodies)
        for body in bodies:
            # A ticket that nobody heard of is found by reconciliation; how late it is shows elsewhere.
            is_new = b"ticket.created" in body
            if is_new or self._dice.random() >= DROPPED:
                again = self._dice.random() < DOUBLED
                self._here.deliver([body, body] if again else [body])
            else:
                dropped = self.found.figures
                dropped["events_lost"] = dropped.get("events_lost", 0) + 1

    # -- the worker

    def _spawn(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.soak.quarter_worker", json.dumps(self._settings)]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def _work(self, *, kill: bool) -> None:
        worker = self._worker
        step = {"now": self._here.now.isoformat(), "watch": self._steps % 20 == 0}
        assert worker.stdin is not None
        assert worker.stdout is not None
        while not getattr(worker, "is_ready", False):
            assert worker.stdout.readline().strip() == "ready"
            worker.is_ready = True  # type: ignore[attr-defined]
        worker.stdin.write(json.dumps(step) + "\n")
        worker.stdin.flush()
        if not kill:
            assert worker.stdout.readline(), "the worker died by itself"
            return
        time.sleep(self._dice.uniform(0.0, 0.04))
        os.kill(worker.pid, signal.SIGKILL)
        worker.communicate()
        self._struck.append(self._here.now)
        assert self._spare is not None
        self._worker, self._spare = self._spare, self._spawn()

    # -- what came of it

    def _judge(self) -> None:
        with self._here.parts.database.read() as conn:
            rows = conn.execute(sa.select(follow_ups)).all()
            writes = conn.execute(sa.select(outbox)).all()
        figures, failed = self.found.figures, self.found.failed
        parked = self._here.parked()
        ends = Counter(f"{row.status}: {row.reason['code']}" if row.reason else row.status for row in rows)
        late = Counter(self._why_late(row, writes) for row in rows if row.status == "posted")
        markers = self._markers()
        doubled = [row.id for row in writes if markers[row.marker] > 1]
        lost = [row.id for row in writes if row.state == "done" and markers[row.marker] != 1]
        open_ended = [
            row.id for row in rows if row.status in {"pending", "dispatched"} and row.due_at < self._here.now
        ]
        unexplained = [
            row.id for row in rows if row.status in {"silent", "satisfied", "cancelled"} and not row.reason
        ]
        figures |= {
            "complaints": len(self._tickets),
            "follow_ups": len(rows),
            "ended": dict(sorted(ends.items())),
            "posted_by_minute": dict(late),
            "kills": len(self._struck),
            "writes": dict(Counter(f"{row.kind} {row.state}" for row in writes)),
            "faults": self._here.zendesk.faults_injected(),
        }
        for what, ids in (
            ("posted more than once", doubled),
            ("not in Zendesk although done", lost),
            ("neither said nor silent", open_ended),
            ("silent without a reason", unexplained),
            ("parked", [f"{one.kind} {one.id}: {one.reason}" for one in parked]),
            ("late without a cause", [late["late without a cause"]] if late["late without a cause"] else []),
        ):
            if ids:
                failed.append(f"{what}: {ids}")

    def _why_late(self, row: Any, writes: Any) -> str:
        delay = row.ended_at - row.due_at
        if delay <= RIGHT:
            return "at its minute"
        up = self._start + DOWN_FROM + DOWN_FOR
        if self._start + DOWN_FROM <= row.due_at < up:
            return "after the downtime"
        if any(
            timedelta(0) <= row.ended_at - moment <= AFTER_KILL + delay
            for moment in self._struck
            if moment >= row.due_at - RIGHT
        ):
            return "after a kill"
        mine = [write for write in writes if write.follow_up_id == row.id]
        if (
            row.attempts > 1
            or row.revision > 0
            or any(write.failures or write.attempts > 1 for write in mine)
        ):
            return "after a fault"
        if row.planned_at > row.due_at or delay > timedelta(hours=1):
            return "found late"
        return "late without a cause"

    def _markers(self) -> Counter[str]:
        """Count in how many audits of the account each marker stands."""
        found: Counter[str] = Counter()
        with self._here.server.account.db.read() as connection:
            for row in connection.execute("SELECT doc FROM audit").fetchall():
                text = str(row["doc"])
                if '"makegood"' in text:
                    found[text.split('"makegood"')[1].split('"')[1]] += 1
        return found


def _plain(server: RehearsalServer, more: dict[str, str]) -> dict[str, str]:
    return {
        "ZENDESK_URL": server.url,
        "OAUTH_CLIENT_ID": server.account.config.oauth_client_id,
        "OAUTH_CLIENT_SECRET": server.account.config.oauth_client_secret,
        "PUBLIC_URL": "http://127.0.0.1:9",
        "SECRET_KEY": "k" * 40,
        "WEBHOOK_SECRET": "a-signing-secret-of-the-webhook",
        "MODE": "act",
        "REHEARSAL": "true",
        **more,
    }


def main() -> int:
    """Play one quarter and print what came of every follow-up; 0 where nothing went wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak.quarter", description=__doc__)
    parser.add_argument("--start", default=AUTUMN, help="its first moment (%(default)s)")
    parser.add_argument("--complaints", type=int, default=60)
    parser.add_argument("--kills", type=int, default=6, help="kill -9 of the worker (%(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="makegood-quarter-") as folder:
        start = datetime.fromisoformat(given.start)
        quarter = Quarter(
            Path(folder), start=start, complaints=given.complaints, kills=given.kills, seed=given.seed
        )
        found = quarter.play()
    lines = [json.dumps(found.figures, indent=2, default=str), *(f"FAILED: {one}" for one in found.failed)]
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if found.failed else 0


if __name__ == "__main__":
    sys.exit(main())
