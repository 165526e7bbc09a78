"""Bounds how long a request's body may take to arrive: a lost sender must not hold a thread for good."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Zendesk itself gives up after ten seconds or twelve; an admin's zip of templates may take longer.
ARRIVAL_SECONDS = 20.0


class Arrival:
    """WSGI middleware for gunicorn, whose threads wait for a body without end.

    A connection that is not done after `seconds` is closed to more input: its body then ends short, and the
    request is refused as broken off.
    """

    def __init__(self, application: "WSGIApplication", seconds: float = ARRIVAL_SECONDS) -> None:
        self._application = application
        self._seconds = seconds
        self._lock = threading.Lock()
        self._due: dict[socket.socket, float] = {}
        threading.Thread(target=self._watch, name="arrival", daemon=True).start()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        connection = environ.get("gunicorn.socket")
        if connection is None or environ["REQUEST_METHOD"] in {"GET", "HEAD"}:
            return self._application(environ, start_response)
        with self._bounded(connection):
            return self._application(environ, start_response)

    @contextlib.contextmanager
    def _bounded(self, connection: socket.socket) -> Iterator[None]:
        with self._lock:
            self._due[connection] = time.monotonic() + self._seconds
        try:
            yield
        finally:
            with self._lock:
                self._due.pop(connection, None)

    def _watch(self) -> None:
        while True:
            time.sleep(self._seconds / 10)
            now = time.monotonic()
            with self._lock:
                late = [connection for connection, due in self._due.items() if due <= now]
                for connection in late:
                    del self._due[connection]
                    # The thread that reads from it wakes up and sees the end; an answer still goes out.
                    with contextlib.suppress(OSError):
                        connection.shutdown(socket.SHUT_RD)
