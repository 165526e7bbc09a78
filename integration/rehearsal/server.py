"""Runs a rehearsal account on a port of 127.0.0.1, in threads of this process."""

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

from integration.rehearsal.account import Account, open_account
from integration.rehearsal.app import create_app
from integration.rehearsal.config import Config
from integration.rehearsal.history import generate
from integration.rehearsal.loader import load_history
from integration.rehearsal.wsgi import WsgiServer

_TICKETS_PER_REQUESTER = 6


class RehearsalServer:
    """A running rehearsal Zendesk; usable as a context manager."""

    def __init__(self, data_path: str | Path, port: int = 0, **overrides: Any) -> None:
        """Open the account kept in `data_path`, bind the port (0: any free one); `overrides` go to Config."""
        config = Config(**overrides)
        self._wsgi = WsgiServer(port, _not_yet, max_body_bytes=config.max_body_bytes)
        self.url = f"http://127.0.0.1:{self._wsgi.port}"
        self.account: Account = open_account(data_path, replace(config, base_url=self.url))
        self._wsgi.application = self.app = create_app(self.account.config, self.account)
        self.sender: Any = self.app.extensions.get("rehearsal.sender")
        self._thread: threading.Thread | None = None
        self._stopped = False

    def start(self) -> "RehearsalServer":
        """Begin to answer and to deliver."""
        self._thread = threading.Thread(
            target=self._wsgi.serve_forever, args=(0.05,), name="rehearsal-http", daemon=True
        )
        self._thread.start()
        if self.sender is not None:
            self.sender.start()
        return self

    def seed_history(self, tickets: int, *, seed: int = 1) -> dict[str, int]:
        """Load about so many tickets of made-up history, without events; return what was loaded."""
        requesters = max(8, tickets // _TICKETS_PER_REQUESTER)
        return load_history(self.account, generate(seed, self.account.clock.now(), requesters=requesters))

    def stop(self) -> None:
        """Stop answering and delivering and close the account; safe to call twice."""
        if self._stopped:
            return
        self._stopped = True
        if self._thread is not None:
            self.app.extensions["rehearsal.faults"].close()
            self._wsgi.close()
            self._thread.join()
            if self.sender is not None:
                self.sender.stop()
        else:
            self._wsgi.server_close()
        self.account.close()

    def __enter__(self) -> "RehearsalServer":
        return self.start()

    def __exit__(self, *exc_info: object) -> None:
        self.stop()


def _not_yet(environ: dict[str, Any], start_response: Any) -> list[bytes]:  # noqa: ARG001
    start_response("503 Service Unavailable", [])
    return [b""]
