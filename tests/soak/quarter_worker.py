"""A worker for the quarter: does what is due each time it is told the time, and may be killed meanwhile."""

import json
import sys
import time
from contextlib import closing
from datetime import datetime, timedelta

from integration.app import assemble
from integration.handling.fall_due import fall_due
from integration.handling.post import post
from integration.handling.watching import watch
from integration.handling.work_ticket import work_ticket
from integration.handling.work_user import work_user
from integration.parts import Parts
from integration.settings import parse_settings
from integration.store import follow_ups, inbox, outbox

LEASE = timedelta(minutes=2)
AT_ONCE = 50
MOST_ROUNDS = 200


class ToldClock:
    """Shows the moment that was told last, and runs on from there."""

    def __init__(self) -> None:
        self._moment = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
        self._told_at = time.monotonic()

    def tell(self, moment: datetime) -> None:
        self._moment, self._told_at = moment, time.monotonic()

    def __call__(self) -> datetime:
        return self._moment + timedelta(seconds=time.monotonic() - self._told_at)


def work_once(parts: Parts) -> int:
    """Do one round of what is due, as the dispatcher claims it; return how many jobs there were."""
    now = parts.clock()
    with parts.database.write() as conn:
        subjects = inbox.claim_due(conn, now, limit=AT_ONCE, lease=LEASE)
        due = follow_ups.claim_due(conn, now, limit=AT_ONCE, lease=LEASE)
    for subject in subjects:
        if subject.ticket_id is not None:
            work_ticket(parts, subject.ticket_id)
        elif subject.user_id is not None:
            work_user(parts, subject.user_id)
    for claim in due:
        fall_due(parts, claim.id, claim.revision, claim.attempts)
    with parts.database.write() as conn:
        writes = outbox.claim_due(conn, parts.clock(), limit=AT_ONCE, lease=LEASE)
    for outbox_id, attempt in writes:
        post(parts, outbox_id, attempt)
    return len(subjects) + len(due) + len(writes)


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Read one JSON line for each step from the standard input, and answer each with a line."""
    clock = ToldClock()
    settings = parse_settings(json.loads(sys.argv[1]))
    with closing(assemble(settings, clock)) as parts:
        parts.shelf.current(clock())
        parts.library.cards()
        say("ready")
        for line in sys.stdin:
            step = json.loads(line)
            clock.tell(datetime.fromisoformat(step["now"]))
            if step["watch"]:
                watch(parts)
            done = 0
            for _ in range(MOST_ROUNDS):
                jobs = work_once(parts)
                done += jobs
                if not jobs:
                    break
            say(str(done))


if __name__ == "__main__":
    main()
