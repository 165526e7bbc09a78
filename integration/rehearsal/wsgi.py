"""A small threaded WSGI server with keep-alive; werkzeug's closes the connection after every answer."""

import contextlib
import io
import re
import socket
import sys
import threading
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from integration.rehearsal.numbers import whole

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_CHUNK_SIZE = re.compile(rb"[0-9a-fA-F]{1,8}")
_IDLE_SECONDS = 75
_STOP_SECONDS = 10


class WsgiServer(ThreadingMixIn, TCPServer):
    """Serves one WSGI application on 127.0.0.1; a thread a connection.

    An application that raises an OSError has its connection closed without an answer.
    """

    allow_reuse_address = True
    request_queue_size = 256

    def __init__(self, port: int, application: "WSGIApplication", *, max_body_bytes: int) -> None:
        self.application = application
        self.max_body_bytes = max_body_bytes
        self._open: dict[socket.socket, threading.Thread] = {}
        self._open_lock = threading.Lock()
        super().__init__(("127.0.0.1", port), _Handler)

    @property
    def port(self) -> int:
        """The port listened on."""
        return int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        """Hand a connection to a thread of its own."""
        work = threading.Thread(
            target=self.process_request_thread,
            args=(request, client_address),
            name="rehearsal-connection",
            daemon=True,
        )
        with self._open_lock:
            self._open[request] = work
        work.start()

    def shutdown_request(self, request: Any) -> None:
        """Close a connection whose thread is done."""
        with self._open_lock:
            self._open.pop(request, None)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay silent about clients that went away."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def close(self) -> None:
        """Stop listening, end the connections, wait for the answers under way."""
        self.shutdown()
        self.server_close()
        with self._open_lock:
            working = dict(self._open)
        for connection in working:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RD)
        for thread in working.values():
            thread.join(_STOP_SECONDS)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = _IDLE_SECONDS
    server: WsgiServer

    def handle_one_request(self) -> None:
        try:
            self.raw_requestline = self.rfile.readline(65537)
        except TimeoutError:
            self.raw_requestline = b""
        if not self.raw_requestline or len(self.raw_requestline) > 65536:
            self.close_connection = True
            return
        if not self.parse_request():
            return
        body = self._read_body()
        if body is not None:
            self._run(body)

    def _read_body(self) -> bytes | None:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._read_chunks()
        length = whole(self.headers.get("Content-Length", "0"))
        if length is None or length > self.server.max_body_bytes:
            self._refuse(413)
            return None
        return self.rfile.read(length)

    def _read_chunks(self) -> bytes | None:
        body = bytearray()
        while True:
            written = self.rfile.readline(100).split(b";")[0].strip()
            if not _CHUNK_SIZE.fullmatch(written):
                self._refuse(400)
                return None
            size = int(written, 16)
            if len(body) + size > self.server.max_body_bytes:
                self._refuse(413)
                return None
            body += self.rfile.read(size)
            self.rfile.readline(100)
            if size == 0:
                return bytes(body)

    def _refuse(self, status: int) -> None:
        self.close_connection = True
        self.send_error(status)

    def _run(self, body: bytes) -> None:
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:  # noqa: ARG001
            started[:] = [(status, headers)]
            return lambda data: None  # noqa: ARG005  write() is not used by Flask

        result: Iterable[bytes] = self.server.application(self._environ(body), start_response)
        try:
            payload = b"".join(result)
        finally:
            close = getattr(result, "close", None)
            if close is not None:
                close()
        self._answer(*started[0], payload)

    def _answer(self, status: str, headers: list[tuple[str, str]], payload: bytes) -> None:
        code, _, reason = status.partition(" ")
        self.send_response_only(int(code), reason)
        bodiless = code in {"204", "304"}
        for name, value in headers:
            if name.lower() != "content-length":
                self.send_header(name, value)
        if not bodiless:
            self.send_header("Content-Length", str(len(payload)))
        if self.close_connection:
            self.send_header("Connection", "close")
        head = b"".join(self._headers_buffer) + b"\r\n"
        self._headers_buffer: list[bytes] = []
        self.wfile.write(head if bodiless or self.command == "HEAD" else head + payload)

    def _environ(self, body: bytes) -> dict[str, Any]:
        path, _, query = self.path.partition("?")
        environ = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "CONTENT_LENGTH": str(len(body)),
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": str(self.server.port),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0],
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            # Lets the application hang up without an answer.
            "werkzeug.socket": self.connection,
        }
        for name, value in self.headers.items():
            key = name.upper().replace("-", "_")
            if "_" in name:
                continue
            if key in {"CONTENT_TYPE", "CONTENT_LENGTH"}:
                environ.setdefault(key, value)
            else:
                environ[f"HTTP_{key}"] = value
        return environ

    def log_message(self, format: str, *args: Any) -> None:
        """Keep no access log: `GET /rehearsal/api/calls` tells what was called."""
