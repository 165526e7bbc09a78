"""A worker in a process of its own, with a life short enough for tests: `python -m tests.one_worker SLOT`."""

import argparse
import signal
import sys
from datetime import timedelta

from integration.app import assemble
from integration.settings import read_settings
from integration.worker import Worker


def main() -> int:
    """Work until SIGTERM; the exit status is 1 when another worker took the slot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("slot")
    parser.add_argument("--token")
    parser.add_argument("--heartbeat-seconds", type=float, default=0.3)
    parser.add_argument("--stale-seconds", type=float, default=60.0)
    given = parser.parse_args()
    parts = assemble(read_settings())
    worker = Worker(
        parts,
        given.slot,
        given.token,
        heartbeat_seconds=given.heartbeat_seconds,
        stale_after=timedelta(seconds=given.stale_seconds),
    )
    signal.signal(signal.SIGTERM, lambda *_: worker.stop())
    try:
        worker.start()
        sys.stdout.write("works\n")
        sys.stdout.flush()
        kept_slot = worker.wait()
    finally:
        worker.close()
        parts.close()
    return 0 if kept_slot else 1


if __name__ == "__main__":
    sys.exit(main())
