"""One installation for each test, with Zendesk away."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from werkzeug.test import TestResponse

from integration.responses.library import Library
from tests.web import scenario
from tests.web.asking import Asking
from tests.web.installation import NOW, ROOT, Site, installed, signed

Deliver = Callable[..., TestResponse]


@pytest.fixture(scope="session")
def library() -> Iterator[Library]:
    with Library.load(ROOT / "templates") as shipped:
        yield shipped


@pytest.fixture(scope="session")
def app_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def here(sqlite_url: str, tmp_path: Path, library: Library, app_key: rsa.RSAPrivateKey) -> Iterator[Site]:
    with installed(sqlite_url, tmp_path, library, app_key) as site:
        yield site


@pytest.fixture
def deliver(here: Site) -> Deliver:
    """Post a delivery, signed unless headers are given."""

    def post(
        body: object, headers: dict[str, str] | None = None, path: str = "/zendesk/events"
    ) -> TestResponse:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return here.client.post(path, data=raw, headers=headers if headers is not None else signed(raw))

    return post


@pytest.fixture
def agent(here: Site) -> Asking:
    """An agent in the sidebar of a ticket whose requester has a past."""
    scenario.tell(here.parts.database, NOW)
    return Asking(here)
