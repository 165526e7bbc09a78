"""Secrets that `connect` receives from Zendesk, encrypted by a key derived from SECRET_KEY."""

import base64
from collections.abc import Collection
from datetime import datetime

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy.engine import Connection

from integration.store import kept

PREFIX = "secret:"


class SecretsUnreadable(Exception):
    """SECRET_KEY is not the one that the stored secrets were encrypted with."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The stored secret {name} cannot be read: MAKEGOOD_SECRET_KEY has changed. "
            "Set the former key again, or run `makegood connect` to store new secrets."
        )


def put_secret(conn: Connection, name: str, value: str, *, secret_key: str, now: datetime) -> None:
    """Store a secret under a name, in place of an earlier one."""
    token = _fernet(secret_key).encrypt(value.encode()).decode()
    kept.put(conn, PREFIX + name, token, now=now)


def get_secrets(conn: Connection, prefix: str = "", *, secret_key: str) -> dict[str, str]:
    """Return the secrets whose names start with `prefix`; raises `SecretsUnreadable`."""
    fernet = _fernet(secret_key)
    stored = kept.starting_with(conn, PREFIX + prefix)
    return {name.removeprefix(PREFIX): _read(fernet, name, token) for name, token in stored.items()}


def keep_only(conn: Connection, prefix: str, names: Collection[str]) -> None:
    """Forget the secrets whose names start with `prefix`, readable or not, but for those named."""
    for stored in kept.starting_with(conn, PREFIX + prefix):
        if stored.removeprefix(PREFIX) not in names:
            kept.delete(conn, stored)


def _fernet(secret_key: str) -> Fernet:
    # The same SECRET_KEY also signs sessions; `info` keeps the two keys apart.
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"makegood stored secrets")
    return Fernet(base64.urlsafe_b64encode(derived.derive(secret_key.encode())))


def _read(fernet: Fernet, name: str, token: str) -> str:
    try:
        return fernet.decrypt(token).decode()
    except InvalidToken:
        raise SecretsUnreadable(name.removeprefix(PREFIX)) from None
