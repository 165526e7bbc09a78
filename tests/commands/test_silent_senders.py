"""Senders that fall silent in the middle hold up nobody else."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
import requests

from integration.commands.serve import THREADS

SERVED = """
import sys
from flask import Flask, request
from integration.commands.serve import Server

def make_app():
    app = Flask("served")
    app.post("/")(lambda: str(len(request.get_data())))
    return app

Server(make_app, f"127.0.0.1:{sys.argv[1]}", patience=1).run()
"""
HALF_A_HEAD = b"POST / HTTP/1.1\r\nHost"
HALF_A_BODY = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf"


@pytest.fixture
def port() -> Iterator[int]:
    """The port of a server whose patience is a second."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-c", SERVED, str(number)],
        stderr=subprocess.DEVNULL,
        cwd=Path(__file__).parents[2],
    )
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", number)):
            break
        time.sleep(0.1)
    yield number
    process.terminate()
    process.wait(30)


@pytest.mark.parametrize("silent_after", [HALF_A_HEAD, HALF_A_BODY])
def test_silent_senders_on_every_thread_hold_up_nobody_for_long(port: int, silent_after: bytes) -> None:
    with ExitStack() as open_ones:
        for _ in range(THREADS):
            silent = open_ones.enter_context(socket.create_connection(("127.0.0.1", port)))
            silent.sendall(silent_after)

        answer = requests.post(f"http://127.0.0.1:{port}/", data=b"whole", timeout=30)

    assert answer.text == "5"
