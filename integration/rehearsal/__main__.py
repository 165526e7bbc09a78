"""Runs a rehearsal Zendesk as a process: `python -m integration.rehearsal --port 8001 --data FILE`."""

import argparse
import signal
import sys
import threading

from integration.rehearsal.config import Limits
from integration.rehearsal.server import RehearsalServer


def main() -> int:
    """Serve until the process is told to stop."""
    parser = argparse.ArgumentParser(prog="python -m integration.rehearsal", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--data", required=True, help="SQLite file of the account; made when missing")
    parser.add_argument(
        "--seed-history",
        type=int,
        metavar="N",
        default=0,
        help="load N tickets of made-up history into an account without tickets",
    )
    usual = Limits()
    parser.add_argument(
        "--plan-limit", type=int, metavar="N", default=usual.plan, help="API requests a minute (%(default)s)"
    )
    parser.add_argument(
        "--tickets-update",
        type=int,
        metavar="N",
        default=usual.tickets_update,
        help="ticket updates a minute (%(default)s)",
    )
    arguments = parser.parse_args()
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    limits = Limits(plan=arguments.plan_limit, tickets_update=arguments.tickets_update)
    server = RehearsalServer(arguments.data, arguments.port, limits=limits)
    if arguments.seed_history and not server.account.history_size()["ticket"]:
        # Before anybody can ask: an export must not see half of the past.
        server.seed_history(arguments.seed_history)
    with server:
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        stopped.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
