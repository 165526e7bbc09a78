"""Asks everything that Makegood depends on how it is, and says the next step where it is not well."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from integration.handling.access import APP_PUBLIC_KEY
from integration.handling.audit import check_chain
from integration.handling.examine_account import examine_account, examine_address, examine_webhooks
from integration.handling.findings import Finding, Health, doubtful, failing, fine
from integration.handling.receive import SERVICE_USER, WEBHOOK_SECRETS
from integration.handling.standing import LAST_RUN, TroubleCode, troubles
from integration.handling.zendesk_fields import FIELD_IDS
from integration.parts import Parts
from integration.settings import Mode
from integration.store import erasures, executors, health, kept, secrets
from integration.store import history as history_rows
from integration.store.engine import DatabaseUnavailable
from integration.store.migrate import schema_state
from integration.store.secrets import SecretsUnreadable

__all__ = ["Finding", "Health", "examine"]

FRESH_WORKER = timedelta(seconds=45)
LATE_ERASURE = timedelta(hours=1)
LITTLE_DISK, NO_DISK = 2 * 2**30, 200 * 2**20  # bytes

Check = Callable[[Parts], Iterator[Finding]]


def examine(parts: Parts) -> list[Finding]:
    """Run every check; a check that breaks is a finding, not an end of the examination."""
    findings = _run(_database, parts)
    has_tables = all(finding.health is Health.OK for finding in findings)
    for check in CHECKS:
        if has_tables or check not in ASK_THE_DATABASE:
            findings += _run(check, parts)
    return findings


def _run(check: Check, parts: Parts) -> list[Finding]:
    name = check.__name__.strip("_").replace("examine_", "")
    try:
        return list(check(parts))
    except DatabaseUnavailable as error:
        step = "Check MAKEGOOD_DATABASE_URL, and that the database runs and can be reached."
        return [failing(name, f"the database does not answer ({error})", step)]
    except SecretsUnreadable as error:
        return [failing(name, "stored secrets cannot be read", str(error))]


def _database(parts: Parts) -> Iterator[Finding]:
    state = schema_state(parts.database.engine)
    if state.current == state.head:
        yield fine("database", f"schema {state.current}")
    elif state.is_newer:
        yield failing(
            "database",
            f"schema {state.current} is newer than this Makegood",
            "Install the newer version again, or restore the backup that was made before the upgrade.",
        )
    else:
        measured = f"schema {state.current or 'empty'}, wanted {state.head}"
        yield failing("database", measured, "Run `makegood db upgrade`.")


def _disk(parts: Parts) -> Iterator[Finding]:
    if parts.database.engine.dialect.name != "sqlite":
        return
    free = shutil.disk_usage(parts.settings.data_dir).free
    measured = f"{free / 2**30:.1f} GiB free in {parts.settings.data_dir}"
    step = "Free some space, or move MAKEGOOD_DATA_DIR; an upgrade copies the database first."
    if free < NO_DISK:
        yield failing("disk", measured, step)
    else:
        yield doubtful("disk", measured, step) if free < LITTLE_DISK else fine("disk", measured)


def _connection(parts: Parts) -> Iterator[Finding]:
    with parts.database.read() as conn:
        stored = secrets.get_secrets(conn, WEBHOOK_SECRETS, secret_key=parts.settings.secret_key)
        service_user = kept.get(conn, SERVICE_USER)
        fields = kept.get(conn, FIELD_IDS)
    if stored or parts.settings.webhook_secret:
        yield fine("webhook secret", f"{len(stored)} stored")
    else:
        yield failing(
            "webhook secret",
            "none: every delivery is refused",
            "Run `makegood connect`, which creates the webhooks and stores their secrets.",
        )
    if service_user and fields:
        yield fine("connection", f"{len(fields)} ticket fields known")
    else:
        yield doubtful("connection", "Makegood's ticket fields are not known", "Run `makegood connect`.")


def _app(parts: Parts) -> Iterator[Finding]:
    with parts.database.read() as conn:
        key = parts.settings.app_public_key or (kept.get(conn, APP_PUBLIC_KEY) or {}).get("key")
    if key:
        yield fine("app", "installed; its launches can be verified")
    else:
        # Complaints are found and noted without it, so this is no fault.
        yield fine("app", "not installed yet: upload what `makegood package` writes, for the sidebar")


def _import(parts: Parts) -> Iterator[Finding]:
    with parts.database.read() as conn:
        state = kept.get(conn, history_rows.IMPORT)
    if state is None:
        yield fine("history", "not imported; `makegood backfill` brings the past in")
    elif state.get("is_done"):
        yield fine("history", f"{state['tickets']} tickets imported, {state['complaints']} complaints found")
    else:
        measured = f"an import has come to {state['tickets']} tickets"
        yield doubtful("history", measured, "Run `makegood backfill`: it goes on where it was.")


def _worker(parts: Parts) -> Iterator[Finding]:
    with parts.database.read() as conn:
        beat = executors.freshest_beat(conn)
    age = datetime.now(UTC) - beat if beat else None
    if age is not None and age < FRESH_WORKER:
        yield fine("worker", f"alive {age.seconds} s ago")
    else:
        yield failing(
            "worker",
            "no worker is alive: events are kept, but nothing is worked",
            "Start `makegood run`, or `makegood worker` beside `makegood web`.",
        )


def _standing(parts: Parts) -> Iterator[Finding]:
    names = {
        TroubleCode.WRITES_PAUSED: "writes",
        TroubleCode.NOT_RECONCILED: "reconciliation",
        TroubleCode.EVENTS_LOST: "reconciliation",
    }
    # The others are measured afresh by checks of their own.
    found = [(names[one.code], one) for one in troubles(parts) if one.code in names]
    for name, one in found:
        since = f" (since {one.since:%Y-%m-%d %H:%M} UTC)" if one.since else ""
        yield doubtful(name, f"{one.measured}{since}", one.next_step)
    if "reconciliation" not in {name for name, _ in found}:
        with parts.database.read() as conn:
            last = kept.get(conn, LAST_RUN)
        yield fine("reconciliation", _last_run(last))


def _last_run(last: dict[str, object] | None) -> str:
    if last is None:
        return "has not run yet"
    at = datetime.fromisoformat(str(last["at"]))
    return f"at {at:%Y-%m-%d %H:%M} UTC; {last['missed']} of {last.get('seen', '?')} changes were new to us"


def _backlog(parts: Parts) -> Iterator[Finding]:
    with parts.database.read() as conn:
        backlog = health.backlog(conn, parts.clock())
    yield fine("backlog", f"{backlog.inbox_waiting} events and {backlog.outbox_waiting} writes wait")
    if parked := backlog.inbox_parked + backlog.follow_ups_parked + backlog.outbox_parked:
        yield doubtful("parked", f"{parked} jobs wait for a person", "Run `makegood parked list`.")


def _audit(parts: Parts) -> Iterator[Finding]:
    chain = check_chain(parts)
    if chain.broken is not None:
        place = "" if chain.broken.seq is None else f"entry {chain.broken.seq}: "
        yield failing(
            "audit log",
            f"{place}{chain.broken.why}",
            "Run `makegood audit verify`, and compare with an exported copy or a backup.",
        )
        return
    whole = f", as a whole on {chain.whole_at:%Y-%m-%d}" if chain.whole_at else ""
    yield fine("audit log", f"{chain.head.seq} entries, the chain holds{whole}")


def _privacy(parts: Parts) -> Iterator[Finding]:
    now = parts.clock()
    with parts.database.read() as conn:
        count, first_due = erasures.waiting(conn)
        held = len(erasures.all_holds(conn))
    if first_due is not None and now - first_due > LATE_ERASURE:
        measured = f"{count} wait, the first since {first_due:%Y-%m-%d %H:%M} UTC"
        yield doubtful("erasures", measured, "Start a worker; it erases what is due each minute.")
    else:
        yield fine("erasures", f"{count} wait for their time, {held} are on legal hold")


def _files(parts: Parts) -> Iterator[Finding]:
    problems = [str(problem) for problem in (*parts.library.problems, *parts.shelf.problems)]
    if not problems:
        yield fine("templates and policies", f"{len(parts.library.cards())} response templates")
    for problem in problems:
        step = "Mend the file; the last good version is in use."
        yield doubtful("templates and policies", problem, step)


def _mode(parts: Parts) -> Iterator[Finding]:
    if parts.settings.mode is Mode.ACT:
        yield fine("mode", "act: notes and fields are written to Zendesk")
    else:
        yield fine("mode", "observe: nothing is written to Zendesk")


CHECKS: tuple[Check, ...] = (
    _disk,
    _connection,
    examine_account,
    examine_webhooks,
    examine_address,
    _app,
    _import,
    _worker,
    _standing,
    _backlog,
    _audit,
    _privacy,
    _files,
    _mode,
)
ASK_THE_DATABASE = frozenset(
    {
        _connection,
        examine_webhooks,
        _app,
        _import,
        _worker,
        _standing,
        _backlog,
        _audit,
        _privacy,
    }
)
