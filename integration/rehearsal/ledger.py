"""Keeps a record of the calls that API clients made, for tests that count them."""

import re
import threading
from collections import Counter, deque
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from integration.rehearsal.clock import Clock, iso

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_KEPT = 20_000
_ID = re.compile(r"/(\d+|V3-[0-9a-f]+|[0-9A-HJKMNP-TV-Z]{26})(?=/|$)")


class Ledger:
    """WSGI middleware around everything; calls that were dropped are recorded with the status 0."""

    def __init__(self, application: "WSGIApplication", clock: Clock) -> None:
        self._application = application
        self._clock = clock
        self._lock = threading.Lock()
        self._n = 0
        self._calls: deque[dict[str, Any]] = deque(maxlen=_KEPT)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Pass a request on and record it when it is one of the API's."""
        path = environ["PATH_INFO"]
        if not path.startswith(("/api/v2/", "/oauth/")):
            return self._application(environ, start_response)
        call = {
            "method": environ["REQUEST_METHOD"],
            "path": path + (f"?{environ['QUERY_STRING']}" if environ.get("QUERY_STRING") else ""),
            "client": environ.get("HTTP_USER_AGENT", ""),
            "status": 0,
        }

        def start(status: str, headers: Any, *exc_info: Any) -> Any:
            call["status"] = int(status[:3])
            return start_response(status, headers, *exc_info)

        try:
            return self._application(environ, start)
        finally:
            self._record(call)

    def report(self, since: int = 0) -> dict[str, Any]:
        """Return the calls numbered above `since` and their counts by method and kind of path."""
        with self._lock:
            calls = [call for call in self._calls if call["n"] > since]
            n = self._n
        by = Counter(f"{call['method']} {kind_of_path(call['path'])}" for call in calls)
        return {"n": n, "total": n - since, "by": dict(by), "calls": calls}

    def _record(self, call: dict[str, Any]) -> None:
        with self._lock:
            self._n += 1
            self._calls.append({"n": self._n, **call, "at": iso(self._clock.now())})


def kind_of_path(path: str) -> str:
    """Return a path without prefix, query and suffix, ids replaced: `tickets/:id/comments`."""
    plain = path.partition("?")[0].removeprefix("/api/v2").removesuffix(".json")
    return _ID.sub("/:id", plain).strip("/")
