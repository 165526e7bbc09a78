"""A client that costs little: kept-alive connections, requests made beforehand, answers read to their end."""

import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

TIMEOUT_SECONDS = 30


class Line:
    """One kept-alive connection to a server on this machine."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), TIMEOUT_SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._answers = self._socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._answers.close()
        self._socket.close()

    def ask(self, request: bytes) -> tuple[int, bytes]:
        """Send a request; return the answer's status and body."""
        self._socket.sendall(request)
        status = int(self._answers.readline().split(b" ", 2)[1])
        length = 0
        while (line := self._answers.readline().strip()) != b"":
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        return status, self._answers.read(length)


@dataclass(frozen=True, slots=True)
class Pass:
    """One pass of many requests: how long all of them took together, and each."""

    elapsed: float
    seconds: tuple[float, ...]


def request(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """Return the bytes of a request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def send_all(port: int, requests: Sequence[bytes], *, clients: int, expect: int) -> Pass:
    """Send all requests over so many connections at once; any other status than `expect` is an error."""
    shares = [requests[client::clients] for client in range(clients)]
    found: list[list[float]] = [[] for _ in shares]
    wrong: list[str] = []
    ready = threading.Barrier(clients + 1)

    def run(number: int) -> None:
        with Line(port) as line:
            ready.wait(TIMEOUT_SECONDS)
            try:
                found[number] = [_time_one(line, one, expect) for one in shares[number]]
            except (OSError, ValueError, IndexError) as error:
                wrong.append(str(error) or type(error).__name__)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    ready.wait(TIMEOUT_SECONDS)
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - began
    if wrong:
        raise RuntimeError(f"{len(wrong)} clients failed, the first one with: {wrong[0]}")
    return Pass(elapsed, tuple(second for seconds in found for second in seconds))


def _time_one(line: Line, one: bytes, expect: int) -> float:
    began = time.perf_counter()
    status, body = line.ask(one)
    spent = time.perf_counter() - began
    if status != expect:
        raise ValueError(f"status {status} instead of {expect}: {body[:200]!r}")
    return spent
