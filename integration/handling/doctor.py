"""Asks everything that Makegood depends on how it is, and says the next step where it is not well."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from integration.handling.receive import SERVICE_USER, WEBHOOK_SECRETS
from integration.handling.zendesk_fields import FIELD_IDS
from integration.parts import Parts
from integration.settings import Mode
from integration.store import executors, health, kept, secrets
from integration.store.engine import DatabaseUnavailable
from integration.store.migrate import schema_state
from integration.zendesk.errors import NotAuthorised, ZendeskError

TOLERATED_SKEW = timedelta(seconds=60)
FRESH_WORKER = timedelta(seconds=45)


class Health(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; `next_step` is empty where all is well."""

    name: str
    health: Health
    measured: str
    next_step: str = ""


Check = Callable[[Parts], Iterator[Finding]]


def examine(parts: Parts) -> list[Finding]:
    """Run every check; a check that breaks is a finding, not an end of the examination."""
    findings = _run(_database, parts)
    has_tables = all(finding.health is Health.OK for finding in findings)
    for check in (_connection, _zendesk, _worker, _backlog, _files, _mode):
        if has_tables or check not in ASK_THE_DATABASE:
            findings += _run(check, parts)
    return findings


def _run(check: Check, parts: Parts) -> list[Finding]:
    try:
        return list(check(parts))
    except DatabaseUnavailable as error:
        return [
            Finding(
                check.__name__.strip("_"),
                Health.FAILURE,
                f"the database does not answer ({error})",
                "Check MAKEGOOD_DATABASE_URL, and that the database runs and can be reached.",
            )
        ]


def _database(parts: Parts) -> Iterator[Finding]:
    state = schema_state(parts.database.engine)
    if state.current == state.head:
        yield Finding("database", Health.OK, f"schema {state.current}")
    elif state.is_newer:
        yield Finding(
            "database",
            Health.FAILURE,
            f"schema {state.current} is newer than this Makegood",
            "Install the newer version again, or restore the backup that was made before the upgrade.",
        )
    else:
        yield Finding(
            "database",
            Health.FAILURE,
            f"schema {state.current or 'empty'}, wanted {state.head}",
            "Run `makegood db upgrade`.",
        )


def _connection(parts: Parts) -> Iterator[Finding]:
    with parts.database.read() as conn:
        stored = secrets.get_secrets(conn, WEBHOOK_SECRETS, secret_key=parts.settings.secret_key)
        service_user = kept.get(conn, SERVICE_USER)
        fields = kept.get(conn, FIELD_IDS)
    if stored or parts.settings.webhook_secret:
        yield Finding("webhook secret", Health.OK, f"{len(stored)} stored")
    else:
        yield Finding(
            "webhook secret",
            Health.FAILURE,
            "none: every delivery is refused",
            "Run `makegood connect`, which creates the webhooks and stores their secrets.",
        )
    if service_user and fields:
        yield Finding("connection", Health.OK, f"{len(fields)} ticket fields known")
    else:
        yield Finding(
            "connection", Health.WARNING, "Makegood's ticket fields are not known", "Run `makegood connect`."
        )


def _zendesk(parts: Parts) -> Iterator[Finding]:
    try:
        me = parts.zendesk.me()
    except NotAuthorised as error:
        yield Finding(
            "zendesk",
            Health.FAILURE,
            str(error),
            "Check MAKEGOOD_OAUTH_CLIENT_ID and _SECRET, and the scopes of that OAuth client.",
        )
        return
    except ZendeskError as error:
        yield Finding(
            "zendesk",
            Health.FAILURE,
            str(error),
            f"Check that {parts.settings.zendesk_url} is the account and can be reached from here.",
        )
        return
    if me.role != "admin":
        yield Finding(
            "zendesk",
            Health.FAILURE,
            f"the OAuth client acts as user {me.id}, whose role is {me.role}",
            "Make the service user an administrator: exports and webhooks need it.",
        )
    else:
        yield Finding("zendesk", Health.OK, f"acts as administrator {me.id}")


def _worker(parts: Parts) -> Iterator[Finding]:
    with parts.database.read() as conn:
        beat = executors.freshest_beat(conn)
    age = datetime.now(UTC) - beat if beat else None
    if age is not None and age < FRESH_WORKER:
        yield Finding("worker", Health.OK, f"alive {age.seconds} s ago")
    else:
        yield Finding(
            "worker",
            Health.FAILURE,
            "no worker is alive: events are kept, but nothing is worked",
            "Start `makegood run`, or `makegood worker` beside `makegood web`.",
        )


def _backlog(parts: Parts) -> Iterator[Finding]:
    with parts.database.read() as conn:
        backlog = health.backlog(conn, parts.clock())
    waiting = f"{backlog.inbox_waiting} events and {backlog.outbox_waiting} writes wait"
    yield Finding("backlog", Health.OK, waiting)
    if parked := backlog.inbox_parked + backlog.follow_ups_parked + backlog.outbox_parked:
        yield Finding(
            "parked",
            Health.WARNING,
            f"{parked} jobs wait for a person",
            "Run `makegood parked list`.",
        )


def _files(parts: Parts) -> Iterator[Finding]:
    problems = [str(problem) for problem in (*parts.library.problems, *parts.shelf.problems)]
    if not problems:
        yield Finding("templates and policies", Health.OK, f"{len(parts.library.cards())} response templates")
    for problem in problems:
        yield Finding(
            "templates and policies",
            Health.WARNING,
            problem,
            "Mend the file; the last good version is in use.",
        )


def _mode(parts: Parts) -> Iterator[Finding]:
    if parts.settings.mode is Mode.ACT:
        yield Finding("mode", Health.OK, "act: notes and fields are written to Zendesk")
    else:
        yield Finding("mode", Health.OK, "observe: nothing is written to Zendesk")


ASK_THE_DATABASE = frozenset({_connection, _worker, _backlog})
