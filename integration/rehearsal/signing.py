"""Identifiers, secrets and signatures as Zendesk's webhooks carry them."""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime

# Published by Zendesk for requests sent before a webhook exists; proves nothing about the sender.
TEST_SECRET = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="  # noqa: S105

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_ulid(at: datetime) -> str:
    """Return a ULID: 48 bits of milliseconds and 80 random bits in Crockford's base 32 (26 characters)."""
    number = (int(at.timestamp() * 1000) << 80) | secrets.randbits(80)
    return "".join(_CROCKFORD[(number >> shift) & 31] for shift in range(125, -1, -5))


def new_secret() -> str:
    """Return a signing secret in the shape Zendesk shows: url-safe base64 text of 32 bytes."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def timestamp(at: datetime) -> str:
    """Return the value of the signature timestamp header: UTC with whole seconds."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def sign(secret: str, stamp: str, body: bytes) -> str:
    """Return base64(HMAC-SHA256(secret, stamp + body)); an empty body leaves the stamp alone."""
    # The secret looks like base64 and is nevertheless used as the text it is.
    digest = hmac.new(secret.encode(), stamp.encode() + body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()
