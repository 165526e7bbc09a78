"""A real HTTP receiver of webhooks that answers by script and checks signatures by itself."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Delivery:
    """One request as it came over the wire."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The parsed body."""
        return json.loads(self.body)

    @property
    def invocation_id(self) -> str:
        """The id of the invocation it belongs to."""
        return self.headers["X-Zendesk-Webhook-Invocation-Id"]

    @property
    def signed_at(self) -> str:
        """The timestamp that was signed."""
        return self.headers["X-Zendesk-Webhook-Signature-Timestamp"]

    def is_signed_with(self, secret: str) -> bool:
        """Check the signature the way Zendesk's documentation says, with nothing of the sender's code."""
        mac = hmac.new(secret.encode("utf-8"), self.signed_at.encode("utf-8") + self.body, hashlib.sha256)
        expected = base64.b64encode(mac.digest()).decode("ascii")
        return hmac.compare_digest(expected, self.headers["X-Zendesk-Webhook-Signature"])


@dataclass(frozen=True)
class Answer:
    """What the receiver says: a status, headers, and how long it takes."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    seconds: float = 0.0


class Receiver(ThreadingHTTPServer):
    """Collects deliveries; answers from the script while it lasts, then with `otherwise`."""

    daemon_threads = True

    def __init__(self, *script: Answer | int, otherwise: int = 200) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.deliveries: list[Delivery] = []
        self._script = [Answer(one) if isinstance(one, int) else one for one in script]
        self._otherwise = Answer(otherwise)
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """Where to send."""
        return f"http://127.0.0.1:{self.server_port}/events"

    def take(self, delivery: Delivery) -> Answer:
        """Keep a delivery and return the next answer."""
        with self._lock:
            self.deliveries.append(delivery)
            return self._script.pop(0) if self._script else self._otherwise

    def wait_for(self, count: int, *, seconds: float = 10.0) -> list[Delivery]:
        """Return the deliveries once there are `count`; fail when that takes too long."""
        end = time.monotonic() + seconds
        while len(self.deliveries) < count:
            assert time.monotonic() < end, f"{len(self.deliveries)} of {count} deliveries after {seconds} s"
            time.sleep(0.005)
        return list(self.deliveries)


@contextmanager
def receiving(*script: Answer | int, otherwise: int = 200) -> Iterator[Receiver]:
    """Run a receiver for a while."""
    receiver = Receiver(*script, otherwise=otherwise)
    thread = threading.Thread(target=receiver.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield receiver
    finally:
        receiver.shutdown()
        thread.join()
        receiver.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 5
    server: Receiver

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        answer = self.server.take(Delivery(self.command, self.path, dict(self.headers), body))
        time.sleep(answer.seconds)
        try:
            self.send_response(answer.status)
            for name, value in {"Content-Length": "0", **dict(answer.headers)}.items():
                self.send_header(name, value)
            self.end_headers()
        except OSError:
            self.close_connection = True  # the sender gave up waiting

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer

    def log_message(self, format: str, *args: Any) -> None:
        """Stay silent."""
