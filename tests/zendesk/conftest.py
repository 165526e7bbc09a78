"""A rehearsal Zendesk for each test, and our session and gateway to it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from integration.zendesk.client import Zendesk
from integration.zendesk.http import ZendeskSession
from tests.zendesk.peer import Peer


@pytest.fixture
def peer(tmp_path: Path) -> Iterator[Peer]:
    with Peer(tmp_path) as running:
        yield running


@pytest.fixture
def session(peer: Peer) -> Iterator[ZendeskSession]:
    with peer.session() as opened:
        yield opened


@pytest.fixture
def zendesk(session: ZendeskSession) -> Zendesk:
    return Zendesk(session)
