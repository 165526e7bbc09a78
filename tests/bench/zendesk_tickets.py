"""An account in which every ticket number is an unanswered ticket, for a worker that reminds of them.

It answers at once, refuses nothing, and names limits so wide that they hold nobody up: what is measured is
the worker. Its clock can run faster than the machine's. Run as a program it prints its URL.
"""

import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from urllib.parse import urlsplit

import orjson

REQUESTER, AGENT = 360_000_000_000, 350_000_000_001
RECEIVED = "2026-03-02T10:00:00Z"
LIMITS = {
    "X-Rate-Limit": "1000000",
    "X-Rate-Limit-Remaining": "999999",
    "Zendesk-RateLimit-Tickets-Update": "total=1000000; remaining=999999; resets=60",
}
TOKEN = b'{"access_token":"t","token_type":"bearer","expires_in":1800,"scope":"read write"}'
NOTHING_NEW = (
    b'{"tickets":[],"users":[],"schedules":[],"after_cursor":"c","after_url":null,"end_of_stream":true}'
)


def ticket(number: int) -> dict[str, object]:
    """Return an open ticket as Zendesk shows it."""
    return {
        "id": number,
        "via": {"channel": "email", "source": {"from": {}, "to": {}, "rel": None}},
        "created_at": RECEIVED,
        "updated_at": RECEIVED,
        "subject": f"My kettle AF-{number} has not come",
        "description": "It still has not come. This is the second time, and I am disappointed.",
        "priority": "normal",
        "status": "open",
        "requester_id": REQUESTER,
        "submitter_id": REQUESTER,
        "assignee_id": AGENT,
        "group_id": 360_000_000_077,
        "organization_id": None,
        "tags": ["web_form"],
        "custom_fields": [{"id": 360_000_000_100 + n, "value": f"value {n}"} for n in range(12)],
        "satisfaction_rating": {"score": "unoffered"},
        "brand_id": 360_000_000_066,
    }


def comments(number: int) -> dict[str, object]:
    """Return the only comment of a ticket, with its author."""
    body = ticket(number)["description"]
    first = {
        "id": number * 10,
        "type": "Comment",
        "author_id": REQUESTER,
        "body": body,
        "plain_body": body,
        "public": True,
        "created_at": RECEIVED,
    }
    users = [{"id": REQUESTER, "name": "Robin Example", "role": "end-user"}]
    return {"comments": [first], "users": users, "meta": {"has_more": False}}


def serve(speed: float) -> None:
    """Serve on a free port until the process is ended; the account's clock runs `speed` times as fast."""
    began, audits = time.monotonic(), count(1)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            self._read()
            self._answer(TOKEN)

        def do_PUT(self) -> None:
            self._read()
            answer = {"ticket": ticket(self._number()), "audit": {"id": next(audits)}}
            self._answer(orjson.dumps(answer))

        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            if path.startswith("/rehearsal/"):
                ahead = (time.monotonic() - began) * (speed - 1)
                self._answer(b'{"offset_seconds":%f}' % ahead)
            elif "/api/v2/tickets/" not in path:
                self._answer(NOTHING_NEW)
            elif "/comments" in path:
                self._answer(orjson.dumps(comments(self._number())))
            else:
                self._answer(orjson.dumps({"ticket": ticket(self._number())}))

        def _number(self) -> int:
            words = urlsplit(self.path).path.partition("/api/v2/tickets/")[2]
            return int(words.partition("/")[0].removesuffix(".json"))

        def _read(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))

        def _answer(self, body: bytes) -> None:
            self.send_response(200)
            for name, value in LIMITS.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    sys.stdout.write(f"http://127.0.0.1:{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    serve(float(sys.argv[1]))
