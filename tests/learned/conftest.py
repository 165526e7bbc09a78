"""One encoder and one reader for all tests: loading them takes a second or two."""

import pytest

from integration.learned.encoder import Encoder, load_encoder
from integration.learned.reader import LearnedReader


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    found = load_encoder()
    assert found is not None
    return found


@pytest.fixture(scope="session")
def reader(encoder: Encoder) -> LearnedReader:
    return LearnedReader(encoder)
