"""Turns stored documents into what the REST API answers with."""

from typing import Any

from integration.rehearsal.account import Account
from integration.rehearsal.base import Doc

_TICKET_CONSTANTS: Doc = {
    "collaborator_ids": [],
    "follower_ids": [],
    "email_cc_ids": [],
    "forum_topic_id": None,
    "has_incidents": False,
    "sharing_agreement_ids": [],
    "allow_channelback": False,
    "allow_attachments": True,
    "from_messaging_channel": False,
}


class Render:
    """Documents of one account with urls and with everything a client expects to find."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._base = f"{account.config.base_url}/api/v2"

    def ticket(self, doc: Doc) -> Doc:
        """Return a ticket with every active custom field, set or not."""
        values = {entry["id"]: entry["value"] for entry in doc["custom_fields"]}
        fields = [
            {"id": n, "value": values.get(n, False if definition["type"] == "checkbox" else None)}
            for n, definition in self._account.field_definitions().items()
        ]
        return {
            "url": f"{self._base}/tickets/{doc['id']}.json",
            **_visible(doc),
            **_TICKET_CONSTANTS,
            "encoded_id": f"{doc['id']:06X}",
            "custom_fields": fields,
            "fields": fields,
        }

    def user(self, doc: Doc) -> Doc:
        """Return a user."""
        return {"url": f"{self._base}/users/{doc['id']}.json", **_visible(doc)}

    def resource(self, kind: str, doc: Doc) -> Doc:
        """Return a record an admin set up; `kind` is the singular of its path."""
        return {"url": f"{self._base}/{kind}s/{doc['id']}.json", **_visible(doc)}

    def people(self, ids: Any) -> list[Doc]:
        """Return the users of these ids that exist, each once."""
        wanted = sorted({n for n in ids if n is not None and n > 0})
        return [self.user(doc) for doc in self._account.users_of(wanted)]


def _visible(doc: Doc) -> Doc:
    return {name: value for name, value in doc.items() if name[0] != "_"}
