"""Keeps the webhooks' signing secrets those that Zendesk signs with."""

from integration.handling.receive import WEBHOOK_SECRETS
from integration.handling.zendesk_fields import known_fields
from integration.parts import Parts
from integration.store import audit_log, secrets
from integration.zendesk import provision


def renew_secrets(parts: Parts) -> bool:
    """Compare with Zendesk's and store what was rotated there; True where something had changed.

    Raises the errors of `zendesk.errors`.
    """
    ours = provision.find(parts.zendesk.session, parts.settings.public_url, known_fields(parts))
    key, now = parts.settings.secret_key, parts.clock()
    with parts.database.read() as conn:
        stored = secrets.get_secrets(conn, WEBHOOK_SECRETS, secret_key=key)
    by_name = {
        f"{WEBHOOK_SECRETS}:{id}": secret
        for id, secret in zip(ours.webhook_ids.values(), ours.signing_secrets, strict=True)
    }
    changed = sorted(name for name, secret in by_name.items() if stored.get(name) != secret)
    if not changed:
        return False
    with parts.database.write() as conn:
        for name in changed:
            secrets.put_secret(conn, name, by_name[name], secret_key=key, now=now)
            audit_log.write(conn, at=now, actor="makegood", action="signing secret renewed", subject=name)
    return True
