"""What Makegood's endpoint is compared with: the least that may acknowledge a delivery.

It checks the signature and makes one durable insert, straight through the database's driver: no parsing, no
clock, no log, no counters. It runs under the same gunicorn, with the options that `makegood web` has.
"""

import base64
import hashlib
import hmac
import sqlite3
import threading
from collections.abc import Callable

import click
import psycopg
from flask import Flask, Response, request

from integration.commands.serve import Server

Insert = Callable[[str, bytes], None]


class _Own(threading.local):
    """Each thread's own connection."""

    sqlite: sqlite3.Connection | None = None
    postgresql: psycopg.Connection[tuple[object, ...]] | None = None


def create_app(database: str, secret: str) -> Flask:
    """Return the endpoint over `sqlite:///FILE` or a PostgreSQL URL."""
    app = Flask(__name__, static_folder=None)
    insert = _into_sqlite(database) if database.startswith("sqlite") else _into_postgresql(database)

    @app.post("/zendesk/events")
    def event() -> Response:
        body = request.get_data(cache=False)
        stamp = request.headers["X-Zendesk-Webhook-Signature-Timestamp"]
        made = base64.b64encode(hmac.new(secret.encode(), stamp.encode() + body, hashlib.sha256).digest())
        if not hmac.compare_digest(made, request.headers["X-Zendesk-Webhook-Signature"].encode()):
            return Response(status=401)
        insert(request.headers["X-Zendesk-Webhook-Invocation-Id"], body)
        return Response(status=204)

    @app.get("/healthz")
    def alive() -> str:
        return "ok"

    return app


def _into_sqlite(url: str) -> Insert:
    own = _Own()
    # As in Makegood: threads that wait here do not fall into SQLite's sleeps, which makes both faster.
    turn = threading.Lock()

    def opened() -> sqlite3.Connection:
        if own.sqlite is None:
            own.sqlite = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=30, isolation_level=None)
            own.sqlite.execute("PRAGMA journal_mode=wal")
            own.sqlite.execute("PRAGMA synchronous=full")
        return own.sqlite

    def insert(id: str, body: bytes) -> None:
        with turn:
            opened().execute("INSERT INTO events (id, body) VALUES (?, ?)", (id, body))

    opened().execute("CREATE TABLE IF NOT EXISTS events (id TEXT PRIMARY KEY, body BLOB NOT NULL)")
    return insert


def _into_postgresql(url: str) -> Insert:
    own = _Own()

    def opened() -> psycopg.Connection[tuple[object, ...]]:
        if own.postgresql is None:
            own.postgresql = psycopg.connect(url.replace("+psycopg", ""), autocommit=True)
        return own.postgresql

    def insert(id: str, body: bytes) -> None:
        opened().execute("INSERT INTO events (id, body) VALUES (%s, %s)", (id, body))

    opened().execute("CREATE TABLE IF NOT EXISTS events (id TEXT PRIMARY KEY, body BYTEA NOT NULL)")
    return insert


@click.command()
@click.option("--port", type=int, required=True)
@click.option("--database", required=True)
@click.option("--secret", required=True)
def main(port: int, database: str, secret: str) -> None:
    """Serve the endpoint until stopped."""
    Server(lambda: create_app(database, secret), f"127.0.0.1:{port}").run()


if __name__ == "__main__":
    main()
