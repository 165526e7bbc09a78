"""Connects an account: Makegood's ticket fields and webhooks there, their ids and secrets kept here."""

from dataclasses import dataclass, field

from integration.handling.access import fetch_app_key
from integration.handling.examine_account import examine_account, examine_address, examine_owner, try_delivery
from integration.handling.findings import Finding, Health
from integration.handling.receive import SERVICE_USER, WEBHOOK_SECRETS
from integration.handling.signing_secrets import named_secrets
from integration.handling.zendesk_fields import FIELD_IDS, FIELDS_MADE_BY_CONNECT, known_fields
from integration.parts import Parts
from integration.store import audit_log, kept, requesters, secrets, write_pause
from integration.zendesk import provision, scopes
from integration.zendesk.errors import NotAuthorised
from integration.zendesk.provision import Action, Change

ADMIN = "admin"
WORDS = {"create": "created", "repair": "repaired", "delete": "deleted"}


@dataclass(frozen=True, slots=True)
class Connected:
    """What was changed in Zendesk, whom we act as there, and whether a test event came through."""

    changes: tuple[Change, ...]
    service_user_id: int
    has_app: bool
    delivery: tuple[Finding, ...] = field(default=())


def check_before(parts: Parts) -> list[Finding]:
    """Return the checklist of what connecting depends on: access, role, scopes, clock, limits, address."""
    return [*examine_account(parts), *examine_owner(parts), *examine_address(parts)]


def plan_connection(parts: Parts) -> tuple[Change, ...]:
    """Return what `connect` would change in Zendesk; raises the errors of `zendesk.errors`."""
    return provision.plan(parts.zendesk.session, parts.settings.public_url, known_fields(parts))


def connect(parts: Parts, *, with_test: bool = False) -> Connected:
    """Create or repair what is ours in Zendesk and keep ids and secrets; again, it changes nothing.

    `with_test` has Zendesk send a signed event to us and waits for it. Raises the errors of `zendesk.errors`.
    """
    me = parts.zendesk.me()
    if me.role != ADMIN:
        raise NotAuthorised(
            f"the OAuth client acts as user {me.id}, whose role is {me.role}; it must be an administrator."
        )
    changes = plan_connection(parts)
    for scope, narrow in scopes.missing(parts.zendesk.session, acts=bool(changes)):
        raise NotAuthorised(f"connecting needs the scope {scope.name}: {scope.reason}.", narrow)
    now = parts.clock()
    if any((change.action, change.kind) == (Action.CREATE, "ticket field") for change in changes):
        # Before they are: an app that brought them once more would be refused as a whole.
        with parts.database.write() as conn:
            kept.put(conn, FIELDS_MADE_BY_CONNECT, True, now=now)
    ours = provision.apply(parts.zendesk.session, parts.settings.public_url, known_fields(parts))
    with parts.database.write() as conn:
        requesters.save(conn, me, order="")
        kept.put(conn, SERVICE_USER, me.id, now=now)
        kept.put(conn, FIELD_IDS, dict(ours.field_ids), now=now)
        # Whatever Zendesk refused us before, it has just let us in.
        write_pause.end(conn)
        key = parts.settings.secret_key
        by_name = named_secrets(ours)
        for name, secret in by_name.items():
            secrets.put_secret(conn, name, secret, secret_key=key, now=now)
        secrets.keep_only(conn, WEBHOOK_SECRETS, by_name)
        if changes:
            audit_log.write(
                conn,
                at=now,
                actor="cli",
                action="connected",
                subject="account",
                after=[f"{change.action} {change.kind} {change.title}" for change in changes],
            )
    has_app = fetch_app_key(parts) is not None
    return Connected(changes, me.id, has_app, tuple(try_delivery(parts)) if with_test else ())


def is_ready_to_connect(findings: list[Finding]) -> bool:
    """Whether nothing on the checklist keeps `connect` from doing its work."""
    return not any(finding.health is Health.FAILURE for finding in findings)
