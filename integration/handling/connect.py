"""Connects an account: Makegood's ticket fields and webhooks there, their ids and secrets kept here."""

from dataclasses import dataclass

from integration.handling.access import fetch_app_key
from integration.handling.receive import SERVICE_USER, WEBHOOK_SECRETS
from integration.handling.zendesk_fields import FIELD_IDS
from integration.parts import Parts
from integration.store import audit_log, kept, requesters, secrets
from integration.zendesk import provision
from integration.zendesk.errors import NotAuthorised
from integration.zendesk.provision import Change

ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Connected:
    """What was changed in Zendesk, and whom we act as there."""

    changes: tuple[Change, ...]
    service_user_id: int
    has_app: bool


def plan_connection(parts: Parts) -> tuple[Change, ...]:
    """Return what `connect` would change in Zendesk; raises the errors of `zendesk.errors`."""
    return provision.plan(parts.zendesk.session, parts.settings.public_url)


def connect(parts: Parts) -> Connected:
    """Create or repair what is ours in Zendesk and keep ids and secrets; again, it changes nothing.

    Raises the errors of `zendesk.errors`.
    """
    me = parts.zendesk.me()
    if me.role != ADMIN:
        raise NotAuthorised(
            f"the OAuth client acts as user {me.id}, whose role is {me.role}; it must be an administrator."
        )
    changes = plan_connection(parts)
    ours = provision.apply(parts.zendesk.session, parts.settings.public_url)
    now = parts.clock()
    with parts.database.write() as conn:
        requesters.save(conn, me, order="")
        kept.put(conn, SERVICE_USER, me.id, now=now)
        kept.put(conn, FIELD_IDS, dict(ours.field_ids), now=now)
        for webhook_id, secret in zip(ours.webhook_ids.values(), ours.signing_secrets, strict=True):
            secrets.put_secret(
                conn,
                f"{WEBHOOK_SECRETS}:{webhook_id}",
                secret,
                secret_key=parts.settings.secret_key,
                now=now,
            )
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
    return Connected(changes, me.id, has_app)
