"""Kills the worker with -9 in the middle of its work, and starts it again."""

import threading
import time
from collections.abc import Callable
from random import Random

from integration.demo.stage import Stage
from tests.soak import account

LOOK_SECONDS = 0.05
AT_MOST_LATER_SECONDS = 0.5


class Killer:
    """Strikes at random moments between the first and the last of `of` expected writes; a context manager.

    `done` counts the kills.
    """

    def __init__(
        self, stage: Stage, kills: int, *, of: int, dice: Random, say: Callable[[str], None]
    ) -> None:
        self._stage = stage
        already = account.posted(stage.parts)
        self._moments = sorted(already + dice.randrange(max(of * 9 // 10, 1)) for _ in range(kills))
        self._waits = [dice.uniform(0, AT_MOST_LATER_SECONDS) for _ in range(kills)]
        self._say = say
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._strike, name="killer")
        self.done = 0

    def __enter__(self) -> "Killer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _strike(self) -> None:
        for moment, wait in zip(self._moments, self._waits, strict=True):
            while (posted := account.posted(self._stage.parts)) < moment:
                if self._over.wait(LOOK_SECONDS):
                    return
            time.sleep(wait)
            self._stage.kill_worker()
            self._stage.start_worker()
            self.done += 1
            self._say(f"kill -9 of the worker after {posted} writes")
