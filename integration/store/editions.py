"""Texts that admins edit, version by version: of each path at most one draft, and at most one in force."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from integration.store.engine import Database, DatabaseUnavailable
from integration.store.tables import editions as table

TEMPLATES, POLICIES = "templates/", "policies/"
# Where earlier versions of a policy are handed out: followed by another, or taken back.
EARLIER = {"replaced": "before/", "rolled_back": "past/"}
MAX_VERSIONS = 200
# The texts are asked for many times in the work on one ticket.
ASK_SECONDS = 1.0
# What lies among the policies and is none: no complaint goes on with an earlier version of these.
NO_POLICIES = frozenset({"rules.yaml", "clocks.yaml"})

Texts = Mapping[str, str]


class State(StrEnum):
    """What a version is: being written, in force, followed by another, or taken back."""

    DRAFT = "draft"
    PUBLISHED = "published"
    REPLACED = "replaced"
    ROLLED_BACK = "rolled_back"


class Outdated(Exception):
    """Somebody else has changed the text since it was read."""


@dataclass(frozen=True, slots=True)
class Edition:
    """One version of one text; `path` begins with `templates/` or `policies/`."""

    id: int
    path: str
    version: int
    state: State
    text: str
    comment: str
    author: str
    saved_at: datetime
    published_at: datetime | None
    revision: int


_COLUMNS = [column for column in table.c if column.name != "turn"]


def of_path(conn: Connection, path: str) -> list[Edition]:
    """Return the versions of a text, newest first, at most `MAX_VERSIONS`."""
    rows = sa.select(*_COLUMNS).where(table.c.path == path)
    return [_edition(row) for row in conn.execute(rows.order_by(table.c.version.desc()).limit(MAX_VERSIONS))]


def find(conn: Connection, path: str, version: int) -> Edition | None:
    """Return one version."""
    row = conn.execute(sa.select(*_COLUMNS).where(table.c.path == path, table.c.version == version)).first()
    return _edition(row) if row else None


def in_state(conn: Connection, prefix: str, state: State) -> dict[str, Edition]:
    """Return the versions in one state below `prefix`, by path."""
    rows = conn.execute(
        sa.select(*_COLUMNS).where(
            table.c.path.startswith(prefix, autoescape=True), table.c.state == state.value
        )
    )
    return {row.path: _edition(row) for row in rows}


def save_draft(
    conn: Connection, path: str, text: str, *, author: str, comment: str, revision: int, now: datetime
) -> Edition:
    """Save the draft of a path, a new version where there is none.

    `revision` is that of the draft which was read, 0 where there was none. Raises `Outdated`.
    """
    found = of_path(conn, path)
    draft = next((edition for edition in found if edition.state is State.DRAFT), None)
    if (draft.revision if draft else 0) != revision:
        raise Outdated
    values = {"text": text, "comment": comment, "author": author, "saved_at": now, "revision": revision + 1}
    version = draft.version if draft else max((edition.version for edition in found), default=0) + 1
    if draft is not None:
        unchanged = sa.and_(table.c.id == draft.id, table.c.revision == revision)
        if conn.execute(sa.update(table).where(unchanged).values(values)).rowcount == 0:
            raise Outdated
    else:
        row = values | {"path": path, "version": version, "state": State.DRAFT.value, "turn": 0}
        try:
            conn.execute(sa.insert(table).values(row))
        except sa.exc.IntegrityError as error:  # two began a draft at the same moment
            raise Outdated from error
    saved = find(conn, path, version)
    if saved is None:
        raise Outdated
    return saved


def set_aside_draft(conn: Connection, path: str) -> None:
    """Make room for another draft; the present one stays among the versions."""
    draft = sa.update(table).where(table.c.path == path, table.c.state == State.DRAFT.value)
    conn.execute(draft.values(state=State.REPLACED.value))


def discard_draft(conn: Connection, path: str) -> bool:
    """Throw the draft away; False where there is none."""
    draft = sa.delete(table).where(table.c.path == path, table.c.state == State.DRAFT.value)
    return conn.execute(draft).rowcount == 1


def publish(conn: Connection, edition: Edition, *, now: datetime) -> None:
    """Put a version in force in place of the one that is."""
    _leave(conn, edition.path, State.REPLACED)
    _change(conn, edition.id, State.PUBLISHED, published_at=now)


def roll_back(conn: Connection, path: str, *, now: datetime) -> Edition | None:
    """Take back the version in force; return the one before it, in force again, or None for the file."""
    versions = of_path(conn, path)
    _leave(conn, path, State.ROLLED_BACK)
    earlier = [edition for edition in versions if edition.state is State.REPLACED and edition.published_at]
    if not earlier:
        return None
    last = max(earlier, key=lambda edition: edition.published_at or edition.saved_at)
    _change(conn, last.id, State.PUBLISHED, published_at=now)
    return last


def _leave(conn: Connection, path: str, state: State) -> None:
    present = conn.scalar(
        sa.select(table.c.id).where(table.c.path == path, table.c.state == State.PUBLISHED.value)
    )
    if present is not None:
        _change(conn, present, state)


def _change(conn: Connection, edition_id: int, state: State, **values: datetime) -> None:
    turn = (conn.scalar(sa.select(sa.func.max(table.c.turn))) or 0) + 1
    row = sa.update(table).where(table.c.id == edition_id)
    conn.execute(row.values(state=state.value, turn=turn, **values))


def _edition(row: sa.Row[tuple[object, ...]]) -> Edition:
    return Edition(**{**row._mapping, "state": State(row.state)})


class EditionShelf:
    """What is in force as last read; asks now and then whether that changed. Safe in threads.

    While the database is away, or has no such table yet, the last answer stands.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._asked_at = float("-inf")
        self._turn = 0
        self._texts: dict[str, Texts] = {}

    def templates(self) -> Texts:
        """Return the published response templates by their place below `templates/`."""
        return self._read(TEMPLATES)

    def policies(self) -> Texts:
        """Return the published policies and rules, and under the folders of `EARLIER` policies of before."""
        return self._read(POLICIES)

    def look(self) -> None:
        """Have the next question see what was published until now."""
        self._asked_at = float("-inf")

    def _read(self, prefix: str) -> Texts:
        if time.monotonic() - self._asked_at >= ASK_SECONDS:
            self._asked_at = time.monotonic()
            self._refresh()
        return self._texts.get(prefix, MappingProxyType({}))

    def _refresh(self) -> None:
        try:
            with self._database.read() as conn:
                turn = conn.scalar(sa.select(sa.func.max(table.c.turn))) or 0
                with self._lock:
                    if turn != self._turn:
                        self._texts = {TEMPLATES: _templates(conn), POLICIES: _policies(conn)}
                        self._turn = turn
        except (DatabaseUnavailable, sa.exc.ProgrammingError):
            pass


def _templates(conn: Connection) -> Texts:
    return _below(TEMPLATES, in_state(conn, TEMPLATES, State.PUBLISHED))


def _policies(conn: Connection) -> Texts:
    texts = dict(_below(POLICIES, in_state(conn, POLICIES, State.PUBLISHED)))
    past = sa.select(table.c.path, table.c.version, table.c.text, table.c.state).where(
        table.c.path.startswith(POLICIES, autoescape=True),
        table.c.state.in_(EARLIER),
        table.c.published_at.is_not(None),
    )
    for row in conn.execute(past):
        place = row.path.removeprefix(POLICIES)
        if place not in NO_POLICIES and "/" not in place:
            texts[f"{EARLIER[row.state]}{row.version}-{place}"] = row.text
    return texts


def _below(prefix: str, found: Mapping[str, Edition]) -> Texts:
    return {path.removeprefix(prefix): edition.text for path, edition in found.items()}


Published = Callable[[], Texts]
