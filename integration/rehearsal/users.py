"""The people of the account: end users, agents, admins; their merges and deletions."""

import re
import sqlite3
from collections.abc import Iterable
from datetime import datetime

from integration.rehearsal import events
from integration.rehearsal.base import SYSTEM_USER_ID, Change, Doc, dump, load, seconds
from integration.rehearsal.catalogue import Catalogue
from integration.rehearsal.clock import iso
from integration.rehearsal.errors import Forbidden, Invalid, NotFound
from integration.rehearsal.fields import clean_tags
from integration.rehearsal.numbers import whole

ROLES = ("end-user", "agent", "admin")
# Zendesk's numbers for the languages an account is likely to have; clients may send either form.
LOCALES = {
    "en-US": 1,
    "es": 2,
    "de": 8,
    "fr": 16,
    "it": 22,
    "ru": 27,
    "pt-BR": 19,
    "ja": 67,
    "nl": 1005,
    "pl": 1009,
    "en-GB": 1176,
    "uk": 1173,
}

_WRITABLE = {
    "name",
    "email",
    "phone",
    "role",
    "locale",
    "time_zone",
    "organization_id",
    "external_id",
    "alias",
    "details",
    "notes",
    "signature",
    "suspended",
    "verified",
    "tags",
    "user_fields",
    "ticket_restriction",
    "default_group_id",
    "custom_role_id",
    "only_private_comments",
    "restricted_agent",
    "moderator",
}
_TEXTS = ("email", "phone", "role", "locale", "time_zone", "external_id", "alias", "details", "notes")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}")

_UNSOLVED = (
    "SELECT 1 FROM ticket WHERE requester_id = ? AND status NOT IN ('solved', 'closed', 'deleted') LIMIT 1"
)
_SAVE = (
    "INSERT INTO user VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET email = excluded.email, "
    "role = excluded.role, active = excluded.active, generated = excluded.generated, doc = excluded.doc"
)
_SYSTEM_USER: Doc = {
    "id": SYSTEM_USER_ID,
    "name": "System",
    "email": None,
    "role": "admin",
    "locale": "en-US",
    "organization_id": None,
}


class UserRules(Catalogue):
    """Users as REST documents without urls."""

    def user(self, user_id: int) -> Doc:
        """Return a user, a deleted one too (`active` is false then). Raises NotFound."""
        with self.db.read() as connection:
            return self._user(connection, user_id)

    def users(self, *, role: str | None = None) -> list[Doc]:
        """Return the active users in order of id, or those of one role."""
        with self.db.read() as connection:
            query = "SELECT doc FROM user WHERE active AND role = coalesce(?, role) ORDER BY id"
            return [load(row["doc"]) for row in connection.execute(query, (role,))]

    def users_of(self, ids: Iterable[int]) -> list[Doc]:
        """Return the users of these ids that exist, deleted ones too."""
        with self.db.read() as connection:
            rows = (connection.execute("SELECT doc FROM user WHERE id = ?", (n,)).fetchone() for n in ids)
            return [load(row["doc"]) for row in rows if row]

    def user_by_email(self, email: str) -> Doc | None:
        """Return the active user with this address."""
        with self.db.read() as connection:
            query = "SELECT doc FROM user WHERE email = ? AND active"
            row = connection.execute(query, (email.lower(),)).fetchone()
        return None if row is None else load(row["doc"])

    def create_user(self, data: Doc, *, actor_id: int = SYSTEM_USER_ID, at: datetime | None = None) -> Doc:
        """Create a user from the body of a REST `user` object. Raises Invalid."""
        now = at or self.clock.now()
        user = {**self._blank_user(now), "id": self.next_id("user")}
        _apply(user, data)
        if user["role"] != "end-user":
            user["default_group_id"] = user["default_group_id"] or self.default_id("group")
        if user["ticket_restriction"] is None and user["role"] == "end-user":
            user["ticket_restriction"] = "requested"
        with self.db.write() as connection:
            self._save_user(connection, user, now)
            told = events.of_user(self, None, user, actor_id, now)
            self._announce(connection, Change("user", None, user, actor_id, None, told, True, "api"))
        return user

    def update_user(self, user_id: int, data: Doc, *, actor_id: int = SYSTEM_USER_ID) -> Doc:
        """Change a user. Raises NotFound, Invalid."""
        now = self.clock.now()
        with self.db.write() as connection:
            before = self._user(connection, user_id)
            if not before["active"]:
                raise NotFound
            after = {**before}
            _apply(after, data)
            if after == before:
                return before
            after["updated_at"] = iso(now)
            self._save_user(connection, after, now)
            told = events.of_user(self, before, after, actor_id, now)
            self._announce(connection, Change("user", before, after, actor_id, None, told, False, "api"))
        return after

    def merge_users(self, from_id: int, into_id: int, *, actor_id: int = SYSTEM_USER_ID) -> Doc:
        """Merge an end user into another: tickets move, the first is deleted; return the second."""
        now = self.clock.now()
        with self.db.write() as connection:
            loser, winner = self._user(connection, from_id), self._user(connection, into_id)
            if not (loser["active"] and winner["active"]):
                raise NotFound
            if from_id == into_id or {loser["role"], winner["role"]} != {"end-user"}:
                raise Invalid.because(base="only two different end users can be merged")
            self._move_tickets(connection, from_id, winner, now)
            gone = {**loser, "active": False, "updated_at": iso(now), "_merged_into": into_id}
            self._save_user(connection, gone, now)
            self._save_user(connection, winner, now)
            told = events.of_user_merge(self, gone, winner, actor_id, now)
            self._announce(connection, Change("user", loser, gone, actor_id, None, told, False, "api"))
        return winner

    def delete_user(self, user_id: int, *, actor_id: int = SYSTEM_USER_ID) -> Doc:
        """Delete a user softly. Raises NotFound, and Forbidden while tickets are still open."""
        now = self.clock.now()
        with self.db.write() as connection:
            before = self._user(connection, user_id)
            if not before["active"]:
                raise NotFound
            if connection.execute(_UNSOLVED, (user_id,)).fetchone():
                raise Forbidden(f"{before['name']} is the requester of tickets that are not solved")
            after = {**before, "active": False, "updated_at": iso(now)}
            self._save_user(connection, after, now)
            told = events.of_user(self, before, after, actor_id, now)
            self._announce(connection, Change("user", before, after, actor_id, None, told, False, "api"))
        return after

    # -- parts

    def _blank_user(self, now: datetime) -> Doc:
        return {
            "id": 0,
            "name": None,
            "email": None,
            "created_at": iso(now),
            "updated_at": iso(now),
            "time_zone": "UTC",
            "iana_time_zone": "Etc/UTC",
            "phone": None,
            "shared_phone_number": None,
            "photo": None,
            "locale_id": LOCALES["en-US"],
            "locale": "en-US",
            "organization_id": None,
            "role": "end-user",
            "verified": False,
            "external_id": None,
            "tags": [],
            "alias": "",
            "active": True,
            "shared": False,
            "shared_agent": False,
            "last_login_at": None,
            "two_factor_auth_enabled": None,
            "signature": None,
            "details": "",
            "notes": "",
            "role_type": None,
            "custom_role_id": None,
            "moderator": False,
            "ticket_restriction": None,
            "only_private_comments": False,
            "restricted_agent": False,
            "suspended": False,
            "default_group_id": None,
            "report_csv": False,
            "user_fields": {},
        }

    def _user(self, connection: sqlite3.Connection, user_id: int) -> Doc:
        if user_id == SYSTEM_USER_ID:
            return _SYSTEM_USER
        row = connection.execute("SELECT doc FROM user WHERE id = ?", (user_id,)).fetchone()
        if row is None:
            raise NotFound
        doc: Doc = load(row["doc"])
        return doc

    def _requester(self, connection: sqlite3.Connection, data: Doc, actor_id: int) -> int:
        """Return the id of a new ticket's requester, creating a person described by name and address."""
        given = data.get("requester_id")
        if given not in (None, ""):
            try:
                return int(self._user(connection, whole(given) or 0)["id"])
            except NotFound:
                raise Invalid.because(requester_id=f"{str(given)[:40]} does not exist") from None
        described = data.get("requester")
        if not isinstance(described, dict):
            return actor_id
        known = self.user_by_email(str(described.get("email") or ""))
        return int((known or self.create_user(described, actor_id=actor_id))["id"])

    def _move_tickets(self, connection: sqlite3.Connection, from_id: int, winner: Doc, now: datetime) -> None:
        # A system change: the export shows the rows again although updated_at stays as it was.
        rows = connection.execute("SELECT id, doc FROM ticket WHERE requester_id = ?", (from_id,)).fetchall()
        for row in rows:
            moved = {**load(row["doc"]), "requester_id": winner["id"], "generated_timestamp": seconds(now)}
            connection.execute(
                "UPDATE ticket SET requester_id = ?, generated = ?, doc = ? WHERE id = ?",
                (winner["id"], seconds(now), dump(moved), row["id"]),
            )

    def _save_user(self, connection: sqlite3.Connection, user: Doc, now: datetime) -> None:
        row = (user["id"], user["email"], user["role"], user["active"], seconds(now), dump(user))
        try:
            connection.execute(_SAVE, row)
        except sqlite3.IntegrityError:
            taken = f"Email: {user['email']} is already being used by another user"
            details = {"email": [{"description": taken, "error": "DuplicateValue"}]}
            raise Invalid("Record validation errors", details) from None


def _apply(user: Doc, data: Doc) -> None:
    for name in _WRITABLE & data.keys():
        user[name] = data[name]
    for name in _TEXTS:
        if not isinstance(user[name], str | int | None):
            raise Invalid.because(**{name: "is not a text"})
        user[name] = None if user[name] is None else str(user[name])
    if not isinstance(user["name"], str) or not user["name"].strip():
        raise Invalid.because(name="is too short (minimum one character)")
    if user["role"] not in ROLES:
        raise Invalid.because(role=f"{user['role']!r} is not a role")
    if user["email"] is not None:
        user["email"] = str(user["email"]).strip().lower()
        if not _EMAIL.fullmatch(user["email"]):
            raise Invalid.because(email=f"{user['email'][:80]} is not properly formatted")
    user["tags"] = clean_tags(user["tags"])
    _apply_locale(user, data)


def _apply_locale(user: Doc, data: Doc) -> None:
    numbers = {number: name for name, number in LOCALES.items()}
    number = whole(data.get("locale_id"))
    if "locale" in data:
        known = {name.lower(): name for name in LOCALES}
        user["locale"] = known.get(str(data["locale"] or "en-US").lower(), str(data["locale"]))
        user["locale_id"] = LOCALES.get(user["locale"], 1)
    elif number in numbers:
        user["locale"], user["locale_id"] = numbers[number], number
