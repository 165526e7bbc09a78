"""How soon the sidebar shows its facts, with few and with many tickets in the store."""

import random
import statistics
from dataclasses import dataclass
from datetime import UTC, datetime

from integration.app import assemble
from integration.domain.complaint import detect
from integration.domain.staff import Access
from integration.handling import suggesting
from integration.handling.case import read_case
from integration.handling.sidebar import first_facts
from integration.parts import Parts
from integration.settings import Settings
from integration.store import opinions, staff
from integration.zendesk.launch import mint_session
from tests.bench import servers
from tests.bench.deliveries import SECRET
from tests.bench.figures import Spread, Timed, timed
from tests.bench.fill import AGENT, Filled
from tests.bench.scale import Scale
from tests.bench.servers import Running
from tests.bench.wire import Line, request

GOAL_MS = 50.0
WARM_UP = 20


@dataclass(frozen=True, slots=True)
class Sidebar:
    """First facts over one store: over HTTP with its HTML, and what the use case alone takes."""

    tickets: int
    megabytes: int
    filled_in_seconds: float
    over_http: Spread
    server_cpu_ms: float
    answer_kb: float
    handling: Timed
    goal_p95_ms: float


def measure(store: Filled, scale: Scale) -> Sidebar:
    """Open different tickets one after another, half of them complaints."""
    chosen = _choose(store, scale.tickets_opened + WARM_UP)
    warm_up, opened = chosen[:WARM_UP], chosen[WARM_UP:]
    # The renderer and the templates are those of `makegood web`, in this process.
    settings = servers.settings(store.folder, store.url, SECRET, 1)
    parts = assemble(settings)
    try:
        suggesting.prepare(parts)
        _read(parts, chosen)
        # As Zendesk has said at the page's launch.
        with parts.database.write() as conn:
            everything = Access(AGENT, "agent", False, None, frozenset(), None, datetime.now(UTC))
            staff.save_access(conn, everything)
        for ticket_id in warm_up:
            first_facts(parts, ticket_id)
        handling = timed(lambda ticket_id: first_facts(parts, ticket_id), opened)
    finally:
        parts.close()
    with servers.makegood(store.folder, store.url, SECRET) as running:
        over_http, cpu_ms, kilobytes = _over_http(running, settings, warm_up, opened)
    return Sidebar(
        tickets=store.tickets,
        megabytes=store.megabytes,
        filled_in_seconds=store.seconds,
        over_http=over_http,
        server_cpu_ms=cpu_ms,
        answer_kb=kilobytes,
        handling=handling,
        goal_p95_ms=GOAL_MS,
    )


def _read(parts: Parts, chosen: list[int]) -> None:
    """Let detection read the tickets first, as a worker has when an agent opens one."""
    now = datetime.now(UTC)
    for ticket_id in chosen:
        with parts.database.read() as conn:
            case = read_case(conn, ticket_id, now=now)
        if case is None:
            continue
        said = detect(
            case.ticket,
            case.texts,
            rules=parts.shelf.rules(),
            cues=parts.shelf.cues(),
            history=case.history,
            now=now,
            read=parts.read,
        )
        with parts.database.write() as conn:
            opinions.save(conn, opinions.of_assessment(ticket_id, said, now))


def _choose(store: Filled, count: int) -> list[int]:
    dice = random.Random(42)
    chosen = dice.sample(store.complaints, count // 2) + dice.sample(store.plain, count - count // 2)
    dice.shuffle(chosen)
    return chosen


def _over_http(
    running: Running, settings: Settings, warm_up: list[int], opened: list[int]
) -> tuple[Spread, float, float]:
    bearer = mint_session(
        settings.secret_key, user_id=AGENT, role="agent", tenant=settings.zendesk_host, now=datetime.now(UTC)
    )
    sizes = []
    with Line(running.port) as line:

        def open_ticket(ticket_id: int) -> None:
            path = f"/app/api/tickets/{ticket_id}/facts?zone=Europe/Berlin"
            status, body = line.ask(request("GET", path, {"Authorization": f"Bearer {bearer}"}))
            if status != 200 or b"unknown" in body[:200]:
                raise RuntimeError(f"Ticket {ticket_id} was answered with {status}: {body[:200]!r}")
            sizes.append(len(body))

        for ticket_id in warm_up:
            open_ticket(ticket_id)
        worked = running.cpu_seconds()
        spread = timed(open_ticket, opened).spread
        worked = running.cpu_seconds() - worked
    return spread, round(worked / len(opened) * 1000, 2), round(statistics.median(sizes) / 1000, 1)
