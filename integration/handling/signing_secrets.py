"""Keeps the webhooks' signing secrets those that Zendesk signs with."""

from integration.handling.receive import WEBHOOK_SECRETS
from integration.handling.zendesk_fields import known_fields
from integration.parts import Parts
from integration.store import audit_log, secrets
from integration.store.secrets import SecretsUnreadable
from integration.zendesk import provision
from integration.zendesk.provision import Provisioned


def renew_secrets(parts: Parts) -> bool:
    """Compare with Zendesk's and store what was rotated there; True where something had changed.

    Raises the errors of `zendesk.errors`.
    """
    ours = provision.find(parts.zendesk.session, parts.settings.public_url, known_fields(parts))
    key, now = parts.settings.secret_key, parts.clock()
    by_name = named_secrets(ours)
    stored = _stored(parts)
    changed = sorted(name for name, secret in by_name.items() if stored.get(name) != secret)
    if not changed:
        return False
    with parts.database.write() as conn:
        for name in changed:
            secrets.put_secret(conn, name, by_name[name], secret_key=key, now=now)
            audit_log.write(conn, at=now, actor="makegood", action="signing secret renewed", subject=name)
        secrets.keep_only(conn, WEBHOOK_SECRETS, by_name)
    return True


def named_secrets(ours: Provisioned) -> dict[str, str]:
    """Return the signing secrets of our webhooks by the names under which they are stored."""
    pairs = zip(ours.webhook_ids.values(), ours.signing_secrets, strict=True)
    return {f"{WEBHOOK_SECRETS}:{webhook_id}": secret for webhook_id, secret in pairs}


def _stored(parts: Parts) -> dict[str, str]:
    with parts.database.read() as conn:
        try:
            return secrets.get_secrets(conn, WEBHOOK_SECRETS, secret_key=parts.settings.secret_key)
        except SecretsUnreadable:
            # SECRET_KEY was changed: to us they are as good as rotated.
            return {}
