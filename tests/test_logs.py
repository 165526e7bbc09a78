"""The log: JSON lines of fixed sentences, without anything that people wrote and without secrets."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from integration import logs


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    root, engine = logging.getLogger(), logging.getLogger("dbos")
    handlers, level = root.handlers[:], root.level
    engine_handlers, propagates = engine.handlers[:], engine.propagate
    stream = io.StringIO()
    logs.configure("INFO", secrets=["s3cret-of-the-client"], stream=stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    engine.handlers[:], engine.propagate = engine_handlers, propagates


def test_a_line_is_a_sentence_with_its_identifiers(lines: io.StringIO) -> None:
    logging.getLogger("here").info("Worked a ticket.", extra={"ticket_id": 5})

    line = json.loads(lines.getvalue())
    assert (line["message"], line["ticket_id"], line["level"], line["from"]) == (
        "Worked a ticket.", 5, "INFO", "here",
    )  # fmt: skip


def test_an_extra_that_is_not_known_to_be_harmless_is_dropped(lines: io.StringIO) -> None:
    logging.getLogger("here").info("Worked a ticket.", extra={"comment": "Eva from Elm Street"})

    assert "Elm Street" not in lines.getvalue()


def test_the_text_of_an_exception_stays_out_and_its_place_stays_in(lines: io.StringIO) -> None:
    try:
        raise ValueError("Eva from Elm Street")
    except ValueError:
        logging.getLogger("here").exception("A job failed.")

    line = json.loads(lines.getvalue())
    assert "Elm Street" not in lines.getvalue()
    assert line["error"] == "ValueError"
    assert "test_logs.py" in line["trace"][-1]


@pytest.mark.parametrize(
    "leak",
    [
        "token s3cret-of-the-client",
        "Authorization: Bearer abc.def",
        "Basic dXNlcjpwYXNzd29yZA==",
        "postgresql://makegood:hunter22@db/makegood",
        "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
    ],
)
def test_what_looks_like_a_secret_is_blacked_out(lines: io.StringIO, leak: str) -> None:
    logging.getLogger("library").warning("Called with %s", leak)

    text = lines.getvalue()
    assert "[secret]" in text
    for part in ("s3cret", "abc.def", "dXNl", "hunter22", "eyJzdWIi"):
        assert part not in text


def test_the_engines_own_log_keeps_the_text_of_exceptions_out_too(lines: io.StringIO) -> None:
    try:
        raise ValueError("Eva from Elm Street")
    except ValueError:
        logging.getLogger("dbos").exception("A workflow failed.")

    assert "ValueError" in lines.getvalue()
    assert "Elm Street" not in lines.getvalue()
