"""A whole installation for one test: rehearsal Zendesk, database and parts; the test passes on the events."""

from collections.abc import Iterable
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

import orjson
import requests
import sqlalchemy as sa

from integration.app import assemble
from integration.demo.puppets import Puppets
from integration.domain.followup import FollowUp
from integration.domain.ticket import Ticket
from integration.handling.connect import connect
from integration.handling.fall_due import fall_due
from integration.handling.post import post
from integration.handling.receive import (
    Gate,
    Receipt,
    Trust,
    read_trust,
    receive_event,
    receive_follow_up_request,
)
from integration.handling.work_ticket import work_ticket
from integration.handling.work_user import work_user
from integration.parts import Parts
from integration.rehearsal.server import RehearsalServer
from integration.settings import Settings, parse_settings
from integration.store import complaints, follow_ups, inbox, outbox, parked, tickets
from integration.store.complaints import Complaint
from integration.store.outbox import OutboxRow
from integration.store.parked import Parked
from integration.store.tables import outbox as outbox_table
from integration.zendesk.webhook import SIGNATURE_HEADER, TIMESTAMP_HEADER, sign

TUESDAY = datetime.fromisoformat("2026-03-10T09:30:00+00:00")
SECRET = "a-signing-secret-of-the-webhook"
LEASE = timedelta(minutes=2)
MOST_ROUNDS = 60

ANGRY = "The kettle arrived broken, for the second time. I am very disappointed. This is unacceptable!"
CALM = "Hello, which shops in Leeds keep the oak shelf in stock? Thank you!"


def settings_for(server: RehearsalServer, **more: str) -> Settings:
    """Return the settings of an installation beside this rehearsal account; it acts unless told otherwise."""
    values = {
        "ZENDESK_URL": server.url,
        "OAUTH_CLIENT_ID": server.account.config.oauth_client_id,
        "OAUTH_CLIENT_SECRET": server.account.config.oauth_client_secret,
        "PUBLIC_URL": "http://127.0.0.1:9",
        "SECRET_KEY": "k" * 40,
        "WEBHOOK_SECRET": SECRET,
        "MODE": "act",
        "REHEARSAL": "true",
    }
    return parse_settings({f"MAKEGOOD_{name}": value for name, value in {**values, **more}.items()})


class Installation:
    """Makegood beside a rehearsal account; nothing moves by itself, so a test sees every step."""

    def __init__(self, server: RehearsalServer, parts: Parts) -> None:
        self.server = server
        self.zendesk = Puppets(server.url)
        self.parts = parts
        # As the command does: connecting writes, also where Makegood only observes otherwise.
        with closing(assemble(parts.settings, clock=parts.clock, can_write=True)) as administrator:
            connect(administrator)
        self._gate = Gate(self._trust)
        self.agent_id = next(u["id"] for u in server.account.users() if u["role"] == "agent")
        self._heard = 0
        self.news()

    @property
    def now(self) -> datetime:
        return self.server.account.clock.now()

    def pass_time(self, **span: float) -> None:
        self.server.account.clock.advance(timedelta(**span))

    def _trust(self) -> Trust:
        with self.parts.database.read() as conn:
            return read_trust(conn, self.parts.settings)

    # -- what happens in Zendesk

    def write_in(self, body: str = ANGRY, *, name: str = "Marta Nowak", **about: Any) -> int:
        """Let somebody write a new ticket; return its number."""
        email = f"{name.split()[0].lower()}@example.com"
        about.setdefault("requester", {"name": name, "email": email, "locale": "en-GB"})
        return int(self.zendesk.write_in(body=body, subject=about.pop("subject", "My order"), **about)["id"])

    def requester_of(self, ticket_id: int) -> int:
        return int(self.server.account.ticket(ticket_id)["requester_id"])

    def write_again(self, ticket_id: int, body: str) -> None:
        """Let the requester write a comment."""
        self.zendesk.comment(ticket_id, self.requester_of(ticket_id), body)

    def reply(self, ticket_id: int, *, public: bool = True) -> None:
        self.zendesk.comment(ticket_id, self.agent_id, "I am sorry. I am looking into it.", public=public)

    def change(self, ticket_id: int, **fields: Any) -> None:
        self.zendesk.change(ticket_id, self.agent_id, **fields)

    def control(self, method: str, path: str, **body: Any) -> None:
        """Use a control endpoint of the rehearsal that has no name here."""
        url = f"{self.server.url}/rehearsal/api/{path}"
        requests.request(method, url, json=body or None, timeout=10).raise_for_status()

    def api_faults(self, kind: str, *, method: str = "PUT", **more: Any) -> None:
        self.zendesk.faults({"api": [{"kind": kind, "methods": [method], "path": "/tickets/", **more}]})

    def notes(self, ticket_id: int) -> list[str]:
        """Return Makegood's own internal notes on a ticket, as they stand in Zendesk."""
        page = self.zendesk.ticket_page(ticket_id)
        found = [one for one in page["comments"] if "Makegood · mg-" in one["text"]]
        assert not any(one["public"] for one in found)
        return [one["text"] for one in found]

    def calls(self, ticket_id: int) -> tuple[int, int]:
        """Return how many reads and writes about a ticket Zendesk has seen."""
        seen = self.zendesk.calls_about(ticket_id)
        return seen["reads"], seen["writes"]

    # -- what Makegood hears of it

    def news(self) -> list[bytes]:
        """Return the bodies of the events since the last time, in Zendesk's order, undelivered."""
        query = "SELECT n, body FROM outgoing_event WHERE n > ? ORDER BY n"
        with self.server.account.db.read() as connection:
            rows = connection.execute(query, (self._heard,)).fetchall()
        self._heard = rows[-1]["n"] if rows else self._heard
        return [str(row["body"]).encode() for row in rows]

    def deliver(self, bodies: Iterable[bytes]) -> list[Receipt]:
        """Deliver events as the webhook does, signed; return what became of each."""
        return [
            receive_event(
                body, self._headers(body), gate=self._gate, database=self.parts.database, now=self.now
            )
            for body in bodies
        ]

    def request(self, **wanted: Any) -> Receipt:
        """Deliver what an admin's own trigger sends to start or cancel a follow-up."""
        body = orjson.dumps(wanted)
        return receive_follow_up_request(
            body, self._headers(body), gate=self._gate, database=self.parts.database, now=self.now
        )

    def live(self) -> None:
        """Deliver what happened and work it, until Zendesk and Makegood are both quiet."""
        for _ in range(MOST_ROUNDS):
            bodies = self.news()
            self.deliver(bodies)
            if not self.work() and not bodies:
                return
        raise AssertionError("the events of Zendesk and the work of Makegood do not end")

    # -- what Makegood does about it

    def work(self) -> int:
        """Do what is due as the worker does, one job after the other; return how many jobs there were."""
        done = 0
        while jobs := self._work_once():
            done += jobs
            assert done < 500, "the work does not end"
        return done

    def work_inbox(self) -> int:
        """Work the events that are due, and leave the outbox as it is."""
        with self.parts.database.write() as conn:
            claims = inbox.claim_due(conn, self.now, limit=50, lease=LEASE)
        for claim in claims:
            if claim.ticket_id is not None:
                work_ticket(self.parts, claim.ticket_id)
            elif claim.user_id is not None:
                work_user(self.parts, claim.user_id)
        return len(claims)

    def work_follow_ups(self) -> int:
        with self.parts.database.write() as conn:
            claims = follow_ups.claim_due(conn, self.now, limit=50, lease=LEASE)
        for claim in claims:
            fall_due(self.parts, claim.id, claim.revision, claim.attempts)
        return len(claims)

    def work_outbox(self) -> int:
        with self.parts.database.write() as conn:
            claims = outbox.claim_due(conn, self.now, limit=50, lease=LEASE)
        for outbox_id, attempt in claims:
            post(self.parts, outbox_id, attempt)
        return len(claims)

    def _work_once(self) -> int:
        return self.work_inbox() + self.work_follow_ups() + self.work_outbox()

    # -- what Makegood has on record

    def ticket(self, ticket_id: int) -> Ticket:
        with self.parts.database.read() as conn:
            found = tickets.get(conn, ticket_id)
        assert found is not None
        return found

    def complaint(self, ticket_id: int) -> Complaint | None:
        with self.parts.database.read() as conn:
            return complaints.by_ticket(conn, ticket_id)

    def follow_ups(self, ticket_id: int) -> list[FollowUp]:
        with self.parts.database.read() as conn:
            return follow_ups.of_ticket(conn, ticket_id)

    def fates(self, ticket_id: int) -> list[tuple[str, str, str | None]]:
        """Return name, status and reason of each follow-up of a ticket, in the order of their due times."""
        found = self.follow_ups(ticket_id)
        return [(f.name, str(f.status), str(f.reason.code) if f.reason else None) for f in found]

    def outbox(self, ticket_id: int) -> list[OutboxRow]:
        with self.parts.database.read() as conn:
            mine = outbox_table.c.ticket_id == ticket_id
            ids = conn.scalars(sa.select(outbox_table.c.id).where(mine).order_by(outbox_table.c.id)).all()
            return [row for id in ids if (row := outbox.get(conn, id))]

    def states(self, ticket_id: int) -> list[tuple[str, str]]:
        """Return kind and state of every write that was meant for a ticket."""
        return [(row.kind, row.state) for row in self.outbox(ticket_id)]

    def parked(self) -> list[Parked]:
        with self.parts.database.read() as conn:
            return parked.everything(conn)

    def try_again(self) -> None:
        """Do what `makegood parked retry` does, for everything that is parked."""
        with self.parts.database.write() as conn:
            for one in parked.everything(conn):
                assert parked.try_again(conn, one.kind, one.id, self.now)

    def _headers(self, body: bytes) -> dict[str, str]:
        stamp = self.now.strftime("%Y-%m-%dT%H:%M:%SZ")
        return {SIGNATURE_HEADER: sign(SECRET, stamp, body).decode(), TIMESTAMP_HEADER: stamp}
