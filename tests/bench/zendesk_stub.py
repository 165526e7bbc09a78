"""An export of made-up tickets of 5 KB, a thousand a page, as fast as bytes can be put together.

It has no limits and no rules, so that what is measured is the reader. Every sentence of a ticket names its
order, so that no two are alike and nobody gains by remembering. Run as a program it prints its URL.
"""

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import orjson

PAGE = 1_000
FIRST_PERSON = 360_000_000_000
PEOPLE = 10_000
BEGAN = 1_700_000_000
THINGS = ("kettle", "lamp", "shelf", "chair", "toaster", "blanket")
SENTENCES = (
    "I ordered the {thing} of order AF-@ from your shop some weeks ago and would like to know when it comes.",
    "The page about AF-@ has shown the same line on the {thing} since Monday.",
    "Your colleague wrote that the {thing} of order AF-@ had left the warehouse in Leeds on Thursday.",
    "Please send the {thing} of AF-@ to my office, where somebody is in from nine to five.",
    "The invoice AF-@ names two prices for the {thing}, of which I paid the first.",
    "If the {thing} of order AF-@ comes in another colour, I am happy to take that one, too.",
)
WORDS = "Hello,\n" + " ".join(each.format(thing=thing) for thing in THINGS for each in SENTENCES)


def ticket_template() -> bytes:
    """Return a ticket as Zendesk exports it, about 5 KB of JSON, with `@` and `#` for number and person."""
    ticket = {
        "url": "https://acme.zendesk.com/api/v2/tickets/@.json",
        "id": "@@",
        "external_id": None,
        "via": {"channel": "email", "source": {"from": {}, "to": {}, "rel": None}},
        "created_at": "2026-03-02T10:00:00Z",
        "updated_at": "2026-03-02T11:00:00Z",
        "generated_timestamp": "@t",
        "type": "question",
        "subject": "Where is order AF-@?",
        "raw_subject": "Where is order AF-@?",
        "description": WORDS,
        "priority": "normal",
        "status": "closed",
        "recipient": "support@acme.example",
        "requester_id": "##",
        "submitter_id": "##",
        "assignee_id": 350_000_000_001,
        "organization_id": None,
        "group_id": 360_000_000_077,
        "collaborator_ids": [],
        "follower_ids": [],
        "email_cc_ids": [],
        "forum_topic_id": None,
        "problem_id": None,
        "has_incidents": False,
        "is_public": True,
        "due_at": None,
        "tags": ["web_form", "kettle"],
        "custom_fields": [{"id": 360_000_000_100 + n, "value": f"value {n}"} for n in range(12)],
        "fields": [{"id": 360_000_000_100 + n, "value": f"value {n}"} for n in range(12)],
        "satisfaction_rating": {"score": "unoffered"},
        "sharing_agreement_ids": [],
        "followup_ids": [],
        "ticket_form_id": 360_000_000_055,
        "brand_id": 360_000_000_066,
        "allow_channelback": False,
        "allow_attachments": True,
    }
    text = orjson.dumps(ticket)
    for mark in (b"@@", b"##", b"@t"):
        text = text.replace(b'"' + mark + b'"', mark)
    return text


def page_of(template: bytes, first: int, total: int) -> bytes:
    """Return the page that begins with ticket number `first`."""
    last = min(first + PAGE, total + 1)
    rows = []
    for number in range(first, last):
        text = template.replace(b"@t", str(BEGAN + number).encode()).replace(b"@@", str(number).encode())
        person = str(FIRST_PERSON + number * 7919 % PEOPLE).encode()
        rows.append(text.replace(b"##", person).replace(b"AF-@", b"AF-%d" % number))
    is_end = str(last > total).lower().encode()
    return (
        b'{"tickets":[%s],"after_cursor":"c%d","after_url":null,"before_cursor":null,"end_of_stream":%s}'
        % (
            b",".join(rows),
            last,
            is_end,
        )
    )


def serve(total: int) -> None:
    """Serve an account with `total` tickets on a free port, until the process is ended."""
    template = ticket_template()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self._answer(b'{"access_token":"t","token_type":"bearer","expires_in":1800}')

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            cursor = parse_qs(parts.query).get("cursor", ["c1"])[0]
            if "/incremental/tickets/" in parts.path:
                self._answer(page_of(template, int(cursor.removeprefix("c")), total))
            else:
                self._answer(b'{"users":[],"after_cursor":"u1","end_of_stream":true}')

        def _answer(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Stay silent."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """Readers are killed on purpose; what becomes of an answer then is of no interest."""

    server = Server(("127.0.0.1", 0), Handler)
    sys.stdout.write(f"http://127.0.0.1:{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    serve(int(sys.argv[1]))
