"""Launches of the app: who gets a page, and what that page may do."""

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from werkzeug.test import TestResponse

from tests.web.installation import ACCOUNT, ADMIN, AGENT, END_USER, NOW, Site

SIDEBAR = f"/app/sidebar?origin={ACCOUNT}&app_guid=g1"
ADMIN_PAGE = f"/app/admin?origin={ACCOUNT}&app_guid=g1"


def launch(here: Site, token: str, path: str = SIDEBAR) -> TestResponse:
    return here.client.post(path, data={"token": token})


def test_an_agent_gets_a_page_with_a_session_and_a_strict_policy(here: Site) -> None:
    answer = launch(here, here.launch(AGENT))

    assert answer.status_code == 200
    assert "<template data-session>ey" in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert f"frame-ancestors {ACCOUNT}" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "X-Frame-Options" not in answer.headers
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "other.zendesk.com"},
        {"aud": "https://other.zendesk.com/api/v2/apps/installations/7.json"},
        {"exp": int(NOW.timestamp()) - 60},
        {"iat": int(NOW.timestamp()) + 600},
        {"sub": "somebody"},
    ],
)
def test_a_launch_for_somebody_or_something_else_is_refused(here: Site, claims: dict[str, object]) -> None:
    answer = launch(here, here.launch(AGENT, **claims))

    assert answer.status_code == 401
    assert "data-session" not in answer.text


def test_a_launch_that_zendesk_did_not_sign_is_refused(here: Site) -> None:
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    claims = jwt.decode(here.launch(AGENT), options={"verify_signature": False})
    tokens = [jwt.encode(claims, stranger, algorithm="RS256"), jwt.encode(claims, None, algorithm="none")]

    assert [launch(here, token).status_code for token in (*tokens, "", "a.b.c")] == [401] * 4


@pytest.mark.parametrize("jti", ["one", "half a character \ud83d", "long" * 100])
def test_a_launch_with_an_id_opens_one_page(here: Site, jti: str) -> None:
    token = here.launch(AGENT, jti=jti)

    assert [launch(here, token).status_code for _ in range(2)] == [200, 401]


def test_only_an_admin_opens_the_admin_page(here: Site) -> None:
    statuses = [
        launch(here, here.launch(user), ADMIN_PAGE).status_code for user in (ADMIN, AGENT, END_USER, 999)
    ]

    assert statuses == [200, 403, 403, 403]


def test_an_end_user_does_not_open_the_sidebar(here: Site) -> None:
    assert launch(here, here.launch(END_USER)).status_code == 403


def test_a_page_of_another_origin_is_refused(here: Site) -> None:
    path = "/app/sidebar?origin=https://evil.example&app_guid=g1"

    assert launch(here, here.launch(AGENT), path).status_code == 403


def test_dark_is_dark_from_the_first_byte_and_nothing_else_gets_in(here: Site) -> None:
    dark = launch(here, here.launch(AGENT), SIDEBAR + "&colorScheme=dark")
    odd = launch(here, here.launch(AGENT), SIDEBAR + "&colorScheme=%22%3E%3Cscript%3E")

    assert 'data-color-scheme="dark"' in dark.text
    assert 'data-color-scheme="light"' in odd.text


def test_static_files_are_kept_by_the_browser_under_their_version_only(here: Site) -> None:
    page = launch(here, here.launch(AGENT)).text
    version = page.split("sidebar.js?v=")[1].split('"')[0]

    with here.client.get(f"/app/static/sidebar.js?v={version}") as versioned:
        assert "immutable" in versioned.headers["Cache-Control"]
    with here.client.get("/app/static/sidebar.js?v=old") as other:
        assert "immutable" not in other.headers["Cache-Control"]
