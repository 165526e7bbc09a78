"""Puts a generated history into an account: keys become ids, references become what REST shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from integration.rehearsal.account import Account
from integration.rehearsal.base import Doc, dump
from integration.rehearsal.users import LOCALES

_DIRECT = ("subject", "priority", "type", "tags", "created_at", "updated_at", "solved_at", "status")


def load_history(account: Account, history: Iterable[Doc]) -> dict[str, int]:
    """Store what `history.generate` yields, all or nothing and without events; return how many of each kind.

    Call it once, on an account that holds nothing of that history yet.
    """
    translation = _Translation(account)
    with account.db.write():
        counts = account.load(translation.records(history))
        translation.name_sources()
    return counts


class _Translation:
    """Keeps the id given to each key."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.ids: dict[str, int] = {}
        self.followups: dict[str, list[int]] = {}

    def records(self, history: Iterable[Doc]) -> Iterator[Doc]:
        tickets = []
        for item in history:
            if item["kind"] == "ticket":
                self._give_id("ticket", item)
                if item["followup_of"]:
                    self.followups.setdefault(item["followup_of"], []).append(self.ids[item["key"]])
                tickets.append(item)
            else:
                yield from getattr(self, f"_{item['kind']}")(item)
        for item in tickets:
            yield from self._ticket(item)

    def name_sources(self) -> None:
        """Write into each follow-up ticket which ticket it follows."""
        rows = [(number, key) for key, numbers in self.followups.items() for number in numbers]
        with self.account.db.write() as connection:
            for number, key in rows:
                source = {
                    "from": {"ticket_id": self.ids[key], "channel": "web"},
                    "to": {},
                    "rel": "follow_up",
                }
                connection.execute(
                    "UPDATE ticket SET doc = json_set(doc, '$.via.source', json(?)) WHERE id = ?",
                    (dump(source), number),
                )

    def _give_id(self, kind: str, item: Doc) -> int:
        return self.ids.setdefault(item["key"], self.account.next_id(kind))

    def _id(self, key: str | None) -> int | None:
        return None if key is None else self.ids[key]

    def _organization(self, item: Doc) -> Iterator[Doc]:
        number = self._give_id("organization", item)
        yield {
            "kind": "organization",
            "id": number,
            "tags": [],
            **_only(item, "name", "domain_names", "created_at"),
        }

    def _brand(self, item: Doc) -> Iterator[Doc]:
        if item["default"]:
            # Every account has a default brand; its address stays, only the name on the door changes.
            default = self.account.default_id("brand") or 0
            self.ids[item["key"]] = default
            self.account.save_resource("brand", {"name": item["name"]}, default)
            return
        yield {"kind": "brand", "id": self._give_id("brand", item), "active": True, "default": False} | _only(
            item, "name", "subdomain", "created_at"
        )

    def _group(self, item: Doc) -> Iterator[Doc]:
        known = {group["name"]: group["id"] for group in self.account.resources("group")}
        if item["name"] in known:
            self.ids[item["key"]] = known[item["name"]]
            return
        number = self._give_id("group", item)
        yield {"kind": "group", "id": number, "default": False, "deleted": False, "is_public": True} | _only(
            item, "name", "created_at"
        )

    def _ticket_field(self, item: Doc) -> Iterator[Doc]:
        if item["system"]:
            return
        number = self._give_id("ticket_field", item)
        field: Doc = {
            "kind": "ticket_field",
            "id": number,
            "raw_title": item["title"],
            "active": True,
            "tag": None,
        }
        field |= {"required": False, "removable": True, "description": "", "position": 10 + len(self.ids)}
        if item["options"]:
            field["custom_field_options"] = [
                {"id": self.account.next_id("option"), "raw_name": option["name"], "default": False, **option}
                for option in item["options"]
            ]
        yield field | _only(item, "title", "type", "created_at")

    def _agent(self, item: Doc) -> Iterator[Doc]:
        number = self._give_id("user", item)
        yield {"kind": "user", "id": number, "verified": True, "updated_at": item["created_at"]} | {
            "default_group_id": self.ids[item["groups"][0]],
            **_only(item, "name", "email", "role", "time_zone", "signature", "created_at"),
            **self._locale(item),
        }

    def _user(self, item: Doc) -> Iterator[Doc]:
        number = self._give_id("user", item)
        # Zendesk asks for a name; where there is none it shows the address or the number.
        name = item["name"].strip() or item["email"] or item["phone"]
        user: Doc = {
            "kind": "user",
            "id": number,
            "name": name,
            "organization_id": self._id(item["organization"]),
        }
        user |= {"ticket_restriction": "requested", "updated_at": item["merged_at"] or item["created_at"]}
        if item["merged_into"]:
            user["_merged_into"] = self.ids[item["merged_into"]]
        yield user | _only(item, "email", "phone", "tags", "created_at", "active") | self._locale(item)

    def _locale(self, item: Doc) -> Doc:

        return {"locale": item["locale"], "locale_id": LOCALES.get(item["locale"], 1)}

    def _ticket(self, item: Doc) -> Iterator[Doc]:
        number = self.ids[item["key"]]
        ticket: Doc = {"kind": "ticket", "id": number, "via": item["channel"], **_only(item, *_DIRECT)}
        for name in ("requester", "submitter", "assignee", "group", "brand", "organization"):
            ticket[f"{name}_id"] = self._id(item[name])
        ticket["custom_fields"] = [
            {"id": self.ids[key], "value": value} for key, value in item["custom_fields"].items()
        ]
        ticket["followup_ids"] = self.followups.get(item["key"], [])
        ticket["comments"] = [
            {"author_id": self.ids[c["author"]], "created_at": c["at"], **_only(c, "body", "public")}
            for c in item["comments"]
        ]
        closing = item["status_changes"][-1]
        if closing["status"] == "closed":
            ticket["closed_at"] = closing["at"]
        if item["deleted_at"]:
            ticket |= {
                "status": "deleted",
                "_status_before": item["status"],
                "_deleted_at": item["deleted_at"],
            }
            ticket |= {"_deleted_by": self.account.admin_user_id, "updated_at": item["deleted_at"]}
        if item["rating"]:
            rating = self._rating(item, ticket)
            ticket["satisfaction_rating"] = _only(rating, "id", "score", "comment", "reason")
            yield rating
        yield ticket

    def _rating(self, item: Doc, ticket: Doc) -> Doc:
        given: dict[str, Any] = item["rating"]
        return {
            "kind": "satisfaction_rating",
            "id": self.account.next_id("satisfaction_rating"),
            "score": given["score"],
            "comment": given["comment"],
            "reason": "No reason provided",
            "reason_code": 0,
            "ticket_id": ticket["id"],
            "created_at": given["at"],
            **_only(ticket, "requester_id", "assignee_id", "group_id"),
        }


def _only(item: Doc, *names: str) -> Doc:
    return {name: item[name] for name in names}
