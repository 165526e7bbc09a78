"""Holds calls back until it is known that they act as the user whom this installation was connected as."""

import threading
from collections.abc import Callable

from integration.zendesk.errors import OtherUser


class Identity:
    """Asked before each call, it asks Zendesk once; threads may share it.

    A database beside the settings of another account would have its reminders posted on strangers' tickets:
    tickets are numbered from 1 in every account, and users have numbers of their own.
    """

    def __init__(self, expected: Callable[[], int | None]) -> None:
        """`expected` returns the user whom `connect` found; None before it."""
        self._expected = expected
        self._lock = threading.Lock()
        self._own: int | None = None
        self._is_known = False

    def check(self, ask: Callable[[], int]) -> None:
        """Raise `OtherUser` where the token is another's; `ask` returns the id of the user it acts as."""
        if self._is_known:
            return
        expected = self._expected()
        if expected is None:
            return
        with self._lock:
            if self._own is None:
                self._own = ask()
        if self._own != expected:
            raise OtherUser(self._own, expected)
        self._is_known = True
