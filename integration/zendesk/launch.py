"""Who opened the app: verifies Zendesk's signed launch and keeps the bearer that follows it."""

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import jwt
from jwt.types import Options

LEEWAY = timedelta(seconds=30)
SESSION_LIFETIME = timedelta(minutes=15)
SESSION_CAP = timedelta(hours=8)
MAX_TOKEN = 8_192
_ISSUER = "makegood"
_AUDIENCE = "makegood-app"
# Times are checked by the caller's clock, which in a rehearsal is not the system's.
_LAUNCH_OPTIONS: Options = {
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
    "verify_aud": False,
    "require": ["exp", "iat", "aud", "iss"],
}
_SESSION_OPTIONS: Options = {
    "verify_exp": False,
    "verify_iat": False,
    "require": ["exp", "iat", "sub", "role", "tenant", "auth_time", "iss", "aud"],
}


class InvalidLaunch(Exception):
    """The launch was not made by Zendesk for this account, or it is over; no claim's value is told."""


class InvalidSession(Exception):
    """The bearer is not ours or has ended; the page asks the agent to reload the app."""


@dataclass(frozen=True, slots=True)
class Launch:
    """A verified launch; the ticket is not in it, for that the page asks the browser."""

    user_id: int
    installation_id: int
    location: str | None
    expires_at: datetime
    jti: str | None


@dataclass(frozen=True, slots=True)
class AppSession:
    """What our bearer says: which agent, with which role, of which account, since when."""

    user_id: int
    role: str
    tenant: str
    auth_time: datetime
    issued_at: datetime
    expires_at: datetime


def verify_launch(
    token: str, public_key: str, *, account_url: str, now: datetime, installation_id: int | None = None
) -> Launch:
    """Return who launched the app, or raise `InvalidLaunch`.

    `public_key` is the app's PEM; `account_url` the account such as https://example.zendesk.com. Without an
    `installation_id` any installation in the account is accepted.
    """
    claims = _decode_launch(token, public_key)
    account = urlsplit(account_url)
    if claims.get("iss") not in (account.netloc, account_url):
        raise InvalidLaunch("Another account issued this launch.")
    installation = _installation(claims.get("aud"), account_url)
    if installation is None or installation_id not in {None, installation}:
        raise InvalidLaunch("This launch is for another installation of the app.")
    expires_at = _moment(claims.get("exp"), "exp")
    if now >= expires_at + LEEWAY:
        raise InvalidLaunch("This launch has expired; reload the app.")
    started = [_moment(claims["iat"], "iat")] + ([_moment(claims["nbf"], "nbf")] if "nbf" in claims else [])
    if max(started) > now + LEEWAY:
        raise InvalidLaunch("This launch lies in the future; check this machine's clock.")
    context = claims.get("context")
    location = context.get("location") if isinstance(context, dict) else None
    jti = claims.get("jti")
    return Launch(
        user_id=_user_id(claims.get("sub"), account_url),
        installation_id=installation,
        location=location if isinstance(location, str) else None,
        expires_at=expires_at,
        jti=jti if isinstance(jti, str) and jti else None,
    )


def _decode_launch(token: str, public_key: str) -> dict[str, Any]:
    if len(token) > MAX_TOKEN:
        raise InvalidLaunch("The launch token is too long.")
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            public_key,
            algorithms=["RS256"],
            options=_LAUNCH_OPTIONS,
        )
    except jwt.InvalidKeyError:
        raise InvalidLaunch("The app's public key is unreadable; run `makegood connect`.") from None
    except (jwt.PyJWTError, ValueError):
        raise InvalidLaunch("The launch token is not signed by this app, or it is incomplete.") from None
    return claims


def _installation(audience: object, account_url: str) -> int | None:
    audiences = audience if isinstance(audience, list) else [audience]
    pattern = re.escape(account_url) + r"/api/v2/apps/installations/(\d{1,18})(?:\.json)?"
    for value in audiences:
        if isinstance(value, str) and (match := re.fullmatch(pattern, value, re.ASCII)):
            return int(match[1])
    return None


def _user_id(subject: object, account_url: str) -> int:
    # Zendesk does not document the form of `sub`: seen as the user's API URL and as the bare id.
    pattern = rf"(?:{re.escape(account_url)}/api/v2/users/)?(\d{{1,18}})(?:\.json)?"
    match = re.fullmatch(pattern, subject, re.ASCII) if isinstance(subject, str) else None
    if match is None:
        raise InvalidLaunch("The launch names no agent.")
    return int(match[1])


def _moment(value: object, name: str) -> datetime:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e11:
        raise InvalidLaunch(f"{name} is not a moment.")
    return datetime.fromtimestamp(value, UTC)


def mint_session(
    secret_key: str, *, user_id: int, role: str, tenant: str, now: datetime, auth_time: datetime | None = None
) -> str:
    """Return a bearer for 15 minutes; `auth_time` is when the launch was verified, `now` unless given.

    `tenant` is the account's host. The bearer never outlives eight hours after `auth_time`.
    """
    started = auth_time or now
    claims = {
        "iss": _ISSUER,
        "aud": _AUDIENCE,
        "sub": str(user_id),
        "role": role,
        "tenant": tenant,
        "auth_time": int(started.timestamp()),
        "iat": int(now.timestamp()),
        "exp": int(min(now + SESSION_LIFETIME, started + SESSION_CAP).timestamp()),
    }
    return jwt.encode(claims, _session_key(secret_key), algorithm="HS256")


def read_session(token: str, secret_key: str, now: datetime) -> AppSession:
    """Return what our bearer says, or raise `InvalidSession`."""
    if len(token) > MAX_TOKEN:
        raise InvalidSession("The bearer is too long.")
    try:
        claims = jwt.decode(
            token,
            _session_key(secret_key),
            algorithms=["HS256"],
            issuer=_ISSUER,
            audience=_AUDIENCE,
            options=_SESSION_OPTIONS,
        )
    except (jwt.PyJWTError, ValueError):
        raise InvalidSession("The bearer is not ours.") from None
    session = AppSession(
        user_id=int(claims["sub"]),
        role=claims["role"],
        tenant=claims["tenant"],
        auth_time=datetime.fromtimestamp(claims["auth_time"], UTC),
        issued_at=datetime.fromtimestamp(claims["iat"], UTC),
        expires_at=datetime.fromtimestamp(claims["exp"], UTC),
    )
    if now >= session.expires_at:
        raise InvalidSession("The bearer has expired; reload the app.")
    return session


def renew_session(session: AppSession, secret_key: str, now: datetime) -> str | None:
    """Return a fresh bearer once half of the old one's life is over; None before, and after eight hours."""
    half_life = session.issued_at + (session.expires_at - session.issued_at) / 2
    if now < half_life or now >= session.auth_time + SESSION_CAP:
        return None
    return mint_session(
        secret_key,
        user_id=session.user_id,
        role=session.role,
        tenant=session.tenant,
        now=now,
        auth_time=session.auth_time,
    )


def _session_key(secret_key: str) -> bytes:
    # A key of its own, so that nothing else signed with the secret can pass as a session.
    return hmac.new(secret_key.encode(), b"makegood app session", hashlib.sha256).digest()
