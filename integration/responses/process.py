"""Our end of the rendering process: start it when first needed, wait two seconds, kill and start anew."""

import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from integration.responses.errors import RendererUnavailable

START_SECONDS = 20.0
RENDER_SECONDS = 2.0
WAIT_SECONDS = 10.0
_MAX_ANSWER = 1_000_000
_PACKAGE_PARENT = Path(__file__).parents[2]


class RenderingStopped(Exception):
    """The renderer did not answer in time and was killed, or it died of the request."""


class RendererProcess:
    """One child process shared by the threads of this process; requests wait for each other.

    A forked copy of this process leaves the parent's child alone and starts its own.
    """

    def __init__(self, render_seconds: float = RENDER_SECONDS) -> None:
        self._render_seconds = render_seconds
        self._lock = threading.Lock()
        self._child: _Child | None = None

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Send one request and return its answer; raises `RenderingStopped` or `RendererUnavailable`."""
        if not self._lock.acquire(timeout=WAIT_SECONDS):
            raise RendererUnavailable("the renderer is busy")
        try:
            try:
                return self._exchange(request)
            except (ConnectionError, ValueError):
                # It may have died before this request, and a rendering can be repeated.
                self._drop()
            try:
                return self._exchange(request)
            except (ConnectionError, ValueError) as error:
                self._drop()
                raise RenderingStopped("the renderer ended while rendering it") from error
        finally:
            self._lock.release()

    def close(self) -> None:
        """End the child; a later request would start a new one."""
        with self._lock:
            self._drop()

    def _exchange(self, request: dict[str, Any]) -> dict[str, Any]:
        child = self._living_child()
        try:
            reply = child.exchange(request, self._render_seconds)
        except TimeoutError as error:
            self._drop()
            raise RenderingStopped(f"no result within {self._render_seconds:g} seconds") from error
        if reply.get("fatal"):
            self._drop()
        return reply

    def _living_child(self) -> "_Child":
        if self._child is not None and not self._child.is_usable():
            self._drop()
        if self._child is None:
            self._child = _Child()
        return self._child

    def _drop(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None


class _Child:
    def __init__(self) -> None:
        self._owner = os.getpid()
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._process = _start(theirs)
        self._lines = self._socket.makefile("rb")
        try:
            self._socket.settimeout(START_SECONDS)
            self._receive()
        except (OSError, ValueError) as error:
            self.end()
            raise RendererUnavailable(
                "the renderer did not start; see its own message before this"
            ) from error

    def is_usable(self) -> bool:
        return self._owner == os.getpid() and self._process.poll() is None

    def exchange(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        self._socket.settimeout(seconds)
        self._socket.sendall(json.dumps(request).encode() + b"\n")
        return self._receive()

    def end(self) -> None:
        self._lines.close()
        self._socket.close()
        if self._owner == os.getpid():
            self._process.kill()
            self._process.wait()
        else:
            # A forked copy must not wait for somebody else's child, nor complain that it still runs.
            self._process.returncode = 0

    def _receive(self) -> dict[str, Any]:
        line = self._lines.readline(_MAX_ANSWER)
        if not line.endswith(b"\n"):
            raise ConnectionResetError("the renderer closed its end")
        reply: dict[str, Any] = json.loads(line)
        return reply


def _start(theirs: socket.socket) -> subprocess.Popen[bytes]:
    # Nothing of our environment goes along: the settings hold secrets.
    return subprocess.Popen(
        [sys.executable, "-m", "integration.responses.renderer"],
        stdin=theirs.fileno(),
        stdout=subprocess.DEVNULL,
        cwd=_PACKAGE_PARENT,
        env={"PATH": os.defpath, "LANG": "C.UTF-8"},
    )
