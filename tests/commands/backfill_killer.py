"""Imports in a child that is killed again and again, then once in peace; arguments: kills and a seed.

A child of its own each time, forked from this process that has everything loaded, so that ten kills take
seconds. It is a program because forking under pytest, with its threads, would not be safe.
"""

import os
import random
import signal
import sys
import time

from integration.app import assemble
from integration.handling.import_history import import_history, so_far
from integration.settings import read_settings
from integration.zendesk.errors import RateLimited


def main(kills: int, seed: int) -> None:
    """Let `kills` children die at random moments, then finish; print how far each had come."""
    settings = read_settings()
    dice = random.Random(seed)
    longest = 0.4
    for _ in range(kills):
        child = os.fork()
        if child == 0:
            parts = assemble(settings)
            while True:
                try:
                    import_history(parts)
                    os._exit(0)
                except RateLimited as error:
                    time.sleep(error.retry_after)
        time.sleep(dice.uniform(0.02, longest))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        parts = assemble(settings)
        done = so_far(parts)
        parts.close()
        killed = os.WIFSIGNALED(status)
        sys.stdout.write(f"{'killed' if killed else 'ended'} {done.users} {done.tickets} {done.judged}\n")
    parts = assemble(settings)
    import_history(parts)
    parts.close()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
