"""The records an admin sets up: ticket fields, forms, groups, brands, organizations, schedules."""

import re
import sqlite3
from typing import Any

from integration.rehearsal.base import Base, Doc, dump, load
from integration.rehearsal.clock import iso
from integration.rehearsal.errors import Invalid, NotFound
from integration.rehearsal.fields import CUSTOM_TYPES

SYSTEM_FIELDS = (
    ("subject", "Subject"),
    ("description", "Description"),
    ("status", "Status"),
    ("tickettype", "Type"),
    ("priority", "Priority"),
    ("group", "Group"),
    ("assignee", "Assignee"),
)

_FIELD_DEFAULTS: Doc = {
    "description": "",
    "active": True,
    "required": False,
    "collapsed_for_agents": False,
    "regexp_for_validation": None,
    "visible_in_portal": False,
    "editable_in_portal": False,
    "required_in_portal": False,
    "tag": None,
    "agent_description": None,
    "removable": True,
}


class Catalogue(Base):
    """Records kept whole by kind and id; nothing about them depends on time."""

    def resources(self, kind: str) -> list[Doc]:
        """Return all records of a kind in order of id."""
        with self.db.read() as connection:
            rows = connection.execute("SELECT doc FROM resource WHERE kind = ? ORDER BY id", (kind,))
            return [load(row["doc"]) for row in rows]

    def resource(self, kind: str, resource_id: int) -> Doc:
        """Return one record of a kind. Raises NotFound."""
        with self.db.read() as connection:
            query = "SELECT doc FROM resource WHERE kind = ? AND id = ?"
            row = connection.execute(query, (kind, resource_id)).fetchone()
        if row is None:
            raise NotFound
        doc: Doc = load(row["doc"])
        return doc

    def has(self, kind: str, resource_id: int) -> bool:
        """Say whether such a record exists."""
        with self.db.read() as connection:
            query = "SELECT 1 FROM resource WHERE kind = ? AND id = ?"
            return connection.execute(query, (kind, resource_id)).fetchone() is not None

    def save_resource(self, kind: str, data: Doc, resource_id: int | None = None) -> Doc:
        """Create a record, or change the named properties of one, and return it whole."""
        now = iso(self.clock.now())
        with self.db.write() as connection:
            if resource_id is None:
                resource_id = self.next_id(kind)
                doc = {"id": resource_id, "created_at": now, **data, "updated_at": now}
            else:
                doc = {**self.resource(kind, resource_id), **data, "id": resource_id, "updated_at": now}
            _store(connection, kind, doc)
        self._definitions = None
        return doc

    def delete_resource(self, kind: str, resource_id: int) -> None:
        """Delete a record. Raises NotFound."""
        with self.db.write() as connection:
            self.resource(kind, resource_id)
            connection.execute("DELETE FROM resource WHERE kind = ? AND id = ?", (kind, resource_id))
        self._definitions = None

    def default_id(self, kind: str) -> int | None:
        """Return the id of the default record of a kind, the oldest one."""
        with self.db.read() as connection:
            row = connection.execute("SELECT min(id) FROM resource WHERE kind = ?", (kind,)).fetchone()
        return None if row[0] is None else int(row[0])

    # -- ticket fields

    _definitions: dict[int, Doc] | None = None

    def field_definitions(self) -> dict[int, Doc]:
        """Return the active custom ticket fields by id; read-only, kept until a field changes."""
        definitions = self._definitions
        if definitions is None:
            every = self.resources("ticket_field")
            definitions = {f["id"]: f for f in every if f["type"] in CUSTOM_TYPES and f["active"]}
            self._definitions = definitions
        return definitions

    def create_ticket_field(self, data: Doc) -> Doc:
        """Create a custom ticket field; titles need not be unique. Raises Invalid."""
        if str(data.get("type")) not in CUSTOM_TYPES:
            raise Invalid.because(type=f"{data.get('type')!r} is not a type of custom field")
        if not isinstance(data.get("title"), str) or not data["title"].strip():
            raise Invalid.because(title="cannot be blank")
        position = len(self.resources("ticket_field"))
        doc = {**_FIELD_DEFAULTS, "position": position, **self._field_data(data, data["type"])}
        doc.setdefault("raw_title", doc["title"])
        return self.save_resource("ticket_field", doc)

    def update_ticket_field(self, field_id: int, data: Doc) -> Doc:
        """Change a field; its type stays, options are replaced by those sent. Raises NotFound, Invalid."""
        with self.db.write():
            before = self.resource("ticket_field", field_id)
            changed = self._field_data(data, before["type"], before.get("custom_field_options") or [])
            changed.pop("type", None)
            if "title" in changed:
                changed["raw_title"] = changed["title"]
            return self.save_resource("ticket_field", changed, field_id)

    def _field_data(self, data: Doc, kind: str, old_options: list[Doc] | None = None) -> Doc:
        doc = {
            k: v
            for k, v in data.items()
            if k in {*_FIELD_DEFAULTS, "type", "title", "title_in_portal", "position"}
        }
        doc.pop("removable", None)
        if kind == "regexp":
            pattern = data.get("regexp_for_validation") or ".*"
            try:
                re.compile(pattern)
            except (re.error, TypeError):
                raise Invalid.because(regexp_for_validation="is not a valid expression") from None
            doc["regexp_for_validation"] = pattern
        if kind in {"tagger", "multiselect"} and ("custom_field_options" in data or old_options is None):
            doc["custom_field_options"] = self._options(data.get("custom_field_options"), old_options or [])
        return doc

    def _options(self, wanted: Any, old: list[Doc]) -> list[Doc]:
        if not isinstance(wanted, list) or not wanted or not all(isinstance(one, dict) for one in wanted):
            raise Invalid.because(custom_field_options="must be a list of at least one option")
        ids = {option["value"]: option["id"] for option in old}
        taken = {
            option["value"]
            for field in self.field_definitions().values()
            for option in field.get("custom_field_options") or ()
        } - ids.keys()
        options: list[Doc] = []
        for entry in wanted:
            name, value = str(entry.get("name") or ""), str(entry.get("value") or "").lower()
            if not name or not value or value != re.sub(r"\s", "_", value):
                raise Invalid.because(custom_field_options="need a name and a value without spaces")
            if value in taken or value in {option["value"] for option in options}:
                # A tag can belong to one option of one field only, as it decides the field's value.
                raise Invalid.because(custom_field_options=f"{value} is already used")
            options.append(
                {
                    "id": ids.get(value) or self.next_id("option"),
                    "name": name,
                    "raw_name": name,
                    "value": value,
                    "default": bool(entry.get("default")),
                }
            )
        return options

    # -- statuses

    def custom_status_id(self, status: str) -> int | None:
        """Return the id of a category's default custom status; closed keeps that of solved."""
        return self._status_ids.get("solved" if status == "closed" else status)

    @property
    def _status_ids(self) -> dict[str, int]:
        found = self.__dict__.get("_statuses")
        if found is None:
            found = {s["status_category"]: s["id"] for s in reversed(self.resources("custom_status"))}
            self.__dict__["_statuses"] = found
        return dict(found)


def _store(connection: sqlite3.Connection, kind: str, doc: Doc) -> None:
    connection.execute("INSERT OR REPLACE INTO resource VALUES (?, ?, ?)", (kind, doc["id"], dump(doc)))
