"""A server of bare sockets that answers, drips, hangs up or keeps silent, exactly as a test says."""

import json
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO, cast

Reply = bytes | Callable[[socket.socket], None]
TOKEN = {"access_token": "first-token", "expires_in": 1800, "token_type": "bearer"}


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    authorization: str


def answer(status: int, body: object = None, **headers: str) -> bytes:
    """Return a whole HTTP answer; `Retry_After="3"` becomes a header."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    given = {"Content-Type": "application/json", "Content-Length": str(len(content))}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"HTTP/1.1 {status} X", *(f"{name}: {value}" for name, value in given.items()), "", ""]
    return "\r\n".join(lines).encode() + content


def hang_up(connection: socket.socket) -> None:
    """Close without an answer."""
    connection.shutdown(socket.SHUT_RDWR)


class SocketServer:
    """Gives the replies in turn, the last one for ever; the token endpoint is answered apart."""

    def __init__(self, *replies: Reply, tokens: Sequence[Reply] = (answer(200, TOKEN),)) -> None:
        self._tokens, self._replies = list(tokens), list(replies)
        self.requests: list[Request] = []
        self.token_requests = 0
        self._done = threading.Event()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._threads: list[threading.Thread] = []
        self._connections: list[socket.socket] = []

    def __enter__(self) -> "SocketServer":
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        # Closing alone does not wake a thread that waits in accept().
        socket.create_connection(self._listener.getsockname()).close()
        for connection in self._connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
        self._listener.close()

    def drip(self, connection: socket.socket) -> None:
        """Send a byte of the body now and then, without end."""
        connection.sendall(
            b"HTTP/1.1 200 X\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n"
        )
        while not self._done.wait(0.05):
            try:
                connection.sendall(b" ")
            except OSError:
                return

    def keep_silent(self, _: socket.socket) -> None:
        """Never answer."""
        self._done.wait(10)

    def then(self, reply: Reply) -> "SocketServer":
        """Give this reply from now on."""
        self._replies = [reply]
        return self

    def _start(self, run: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=run, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            if self._done.is_set():
                connection.close()
                return
            self._connections.append(connection)
            self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as stream:
            connection.settimeout(10)
            try:
                while not self._done.is_set() and (line := stream.readline()):
                    reply = self._reply(line, self._headers(cast(BinaryIO, stream)))
                    if not isinstance(reply, bytes):
                        reply(connection)
                        return
                    connection.sendall(reply)
            except OSError:
                return

    def _headers(self, stream: BinaryIO) -> dict[str, str]:
        headers: dict[str, str] = {}
        while line := stream.readline().strip():
            name, _, value = line.decode().partition(":")
            headers[name.lower()] = value.strip()
        stream.read(int(headers.get("content-length", 0)))
        return headers

    def _reply(self, line: bytes, headers: dict[str, str]) -> Reply:
        method, path, _ = line.decode().split()
        with self._lock:
            if path == "/oauth/tokens":
                self.token_requests += 1
            else:
                self.requests.append(Request(method, path, headers.get("authorization", "")))
            replies = self._tokens if path == "/oauth/tokens" else self._replies
            return replies.pop(0) if len(replies) > 1 else replies[0]
