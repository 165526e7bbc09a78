"""How long the body of a request may take to arrive."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from integration.web.arrival import Arrival


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """The server's and the sender's end of one connection."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        sender = socket.create_connection(listening.getsockname())
        ours, _ = listening.accept()
    with ours, sender:
        yield ours, sender


def body_read(connection: socket.socket, *, length: int, seconds: float) -> bytes:
    def read_it(environ: Any, start_response: Any) -> list[bytes]:
        return [environ["wsgi.input"].read(length)]

    with connection.makefile("rb") as body:
        environ = {"REQUEST_METHOD": "POST", "gunicorn.socket": connection, "wsgi.input": body}
        return b"".join(Arrival(read_it, seconds)(environ, lambda *_: lambda _: None))


def test_a_body_that_does_not_arrive_ends_short_and_can_still_be_answered(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    ours, sender = ends
    sender.sendall(b"half")

    assert body_read(ours, length=100, seconds=0.2) == b"half"
    ours.sendall(b"refused")
    assert sender.recv(100) == b"refused"


def test_a_connection_whose_body_came_in_time_stays_open(ends: tuple[socket.socket, socket.socket]) -> None:
    ours, sender = ends
    sender.sendall(b"whole")
    assert body_read(ours, length=5, seconds=60) == b"whole"

    sender.sendall(b"the next")

    assert ours.recv(8) == b"the next"
