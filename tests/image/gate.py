"""Stands in for the reverse proxy: one address before the web processes, open to one of them at a time."""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ANSWER_SECONDS = 10


class Gate(ThreadingHTTPServer):
    """Hands each request to the web process on the port `leads_to`, on a connection of its own."""

    def __init__(self, leads_to: int) -> None:
        super().__init__(("127.0.0.1", 0), _Passing)
        self.leads_to = leads_to
        self.url = f"http://127.0.0.1:{self.server_port}"


@contextmanager
def gate(leads_to: int) -> Iterator[Gate]:
    """Open a gate; another port can be set at any time."""
    with Gate(leads_to) as one:
        thread = threading.Thread(target=one.serve_forever, args=(0.05,), name="gate")
        thread.start()
        try:
            yield one
        finally:
            one.shutdown()
            thread.join()


class _Passing(BaseHTTPRequestHandler):
    server: Gate

    def do_GET(self) -> None:
        self._pass_on()

    def do_POST(self) -> None:
        self._pass_on()

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing: the web processes count what they got."""

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with closing(HTTPConnection("127.0.0.1", self.server.leads_to, timeout=ANSWER_SECONDS)) as web:
            try:
                web.request(self.command, self.path, body, dict(self.headers))
                answer = web.getresponse()
                content = answer.read()
            except OSError:
                self.send_error(502)
                return
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.headers.get("Content-Type", "text/plain"))
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
