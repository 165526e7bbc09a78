"""Who may open the app, and for how long."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from integration.zendesk.launch import (
    InvalidLaunch,
    InvalidSession,
    mint_session,
    read_session,
    renew_session,
    verify_launch,
)
from tests.zendesk.samples import NOW

ACCOUNT = "https://example.zendesk.com"
SECRET_KEY = "made-up-secret-key-of-thirty-two-characters"


class App:
    """An app's key pair, as Zendesk keeps it."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.public_key = (
            self.key.public_key()
            .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
            .decode()
        )

    def token(self, **claims: object) -> str:
        now = int(NOW.timestamp())
        usual: dict[str, Any] = {
            "iss": "example.zendesk.com",
            "aud": f"{ACCOUNT}/api/v2/apps/installations/4321.json",
            "sub": f"{ACCOUNT}/api/v2/users/360000000007.json",
            "iat": now,
            "nbf": now,
            "exp": now + 3000,
            "jti": "b1b2",
            "context": {"product": "support", "location": "ticket_sidebar"},
        }
        given = {name: value for name, value in {**usual, **claims}.items() if value is not None}
        # PyJWT's own `encode` would refuse claims of the wrong kind.
        return jwt.PyJWS().encode(json.dumps(given).encode(), self.key, algorithm="RS256")


@pytest.fixture(scope="module")
def app() -> Iterator[App]:
    return App()


def refusal(app: App, token: str, **more: Any) -> str:
    with pytest.raises(InvalidLaunch) as caught:
        verify_launch(token, app.public_key, **{"account_url": ACCOUNT, "now": NOW, **more})
    return str(caught.value)


def test_a_launch_by_zendesk_names_the_agent_and_the_place(app: App):
    launch = verify_launch(app.token(), app.public_key, account_url=ACCOUNT, now=NOW, installation_id=4321)

    assert (launch.user_id, launch.installation_id) == (360000000007, 4321)
    assert (launch.location, launch.jti) == ("ticket_sidebar", "b1b2")


@pytest.mark.parametrize("claims", [{"iss": ACCOUNT}, {"sub": "360000000007"}, {"jti": None}, {"nbf": None}])
def test_the_undocumented_spellings_of_claims_are_accepted(app: App, claims: dict[str, object]):
    launch = verify_launch(app.token(**claims), app.public_key, account_url=ACCOUNT, now=NOW)

    assert launch.user_id == 360000000007


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"iss": "other.zendesk.com"}, "Another account"),
        ({"iss": ["example.zendesk.com"]}, "Another account"),
        ({"aud": "https://other.zendesk.com/api/v2/apps/installations/4321.json"}, "installation"),
        ({"aud": f"{ACCOUNT}/api/v2/apps/installations/4321.json.evil"}, "installation"),
        ({"sub": "https://other.zendesk.com/api/v2/users/1.json"}, "no agent"),
        ({"sub": "admin"}, "no agent"),
        ({"exp": int(NOW.timestamp()) - 31}, "expired"),
        ({"iat": int(NOW.timestamp()) + 60}, "future"),
        ({"nbf": int(NOW.timestamp()) + 60}, "future"),
        ({"exp": "soon"}, "exp"),
        ({"exp": None}, "incomplete"),
        ({"iat": None}, "incomplete"),
        ({"aud": None}, "incomplete"),
        ({"iss": None}, "incomplete"),
    ],
)
def test_a_launch_that_is_not_ours_or_not_now_is_refused(app: App, claims: dict[str, object], why: str):
    assert why in refusal(app, app.token(**claims))


def test_a_launch_for_another_installation_than_the_known_one_is_refused(app: App):
    assert "installation" in refusal(app, app.token(), installation_id=9)


def test_a_launch_signed_by_another_app_is_refused(app: App):
    assert "not signed" in refusal(app, App().token())


def forged(app: App, algorithm: str) -> str:
    """Sign with the public key as if it were a shared secret; by hand, because PyJWT refuses to."""

    def encoded(data: bytes) -> bytes:
        return base64.urlsafe_b64encode(data).rstrip(b"=")

    header = json.dumps({"alg": algorithm, "typ": "JWT"}).encode()
    payload = app.token().split(".")[1].encode()
    signing_input = encoded(header) + b"." + payload
    digest = hmac.new(app.public_key.encode(), signing_input, hashlib.sha256).digest()
    return (signing_input + b"." + (encoded(digest) if algorithm == "HS256" else b"")).decode()


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_the_public_key_is_never_taken_for_a_shared_secret(app: App, algorithm: str):
    assert "not signed" in refusal(app, forged(app, algorithm))


@pytest.mark.parametrize("token", ["", "a.b.c", "x" * 10_000])
def test_what_is_no_token_is_refused(app: App, token: str):
    refusal(app, token)


def test_an_unreadable_public_key_says_what_to_do(app: App):
    with pytest.raises(InvalidLaunch, match="makegood connect"):
        verify_launch(app.token(), "not a key", account_url=ACCOUNT, now=NOW)


def session_at(minutes: float, bearer: str) -> Any:
    return read_session(bearer, SECRET_KEY, NOW + timedelta(minutes=minutes))


def bearer() -> str:
    return mint_session(SECRET_KEY, user_id=7, role="agent", tenant="example.zendesk.com", now=NOW)


def test_our_bearer_tells_the_agent_the_role_and_the_account():
    session = session_at(14, bearer())

    assert (session.user_id, session.role, session.tenant) == (7, "agent", "example.zendesk.com")


def test_our_bearer_ends_after_fifteen_minutes():
    with pytest.raises(InvalidSession, match="reload"):
        session_at(15, bearer())


def test_another_installations_bearer_is_refused():
    with pytest.raises(InvalidSession):
        read_session(bearer(), "another-secret-key-of-thirty-two-characters", NOW)


def test_a_launch_token_is_no_bearer(app: App):
    with pytest.raises(InvalidSession):
        session_at(0, app.token())


def test_a_bearer_is_renewed_only_in_its_second_half():
    session = session_at(0, bearer())

    assert renew_session(session, SECRET_KEY, NOW + timedelta(minutes=7)) is None
    assert renew_session(session, SECRET_KEY, NOW + timedelta(minutes=8))


def test_renewals_end_eight_hours_after_the_launch():
    now, token = NOW, bearer()
    while True:
        session = read_session(token, SECRET_KEY, now)
        now += timedelta(minutes=10)
        if now >= session.expires_at:
            break
        token = renew_session(session, SECRET_KEY, now) or token

    assert session.expires_at == NOW + timedelta(hours=8)
