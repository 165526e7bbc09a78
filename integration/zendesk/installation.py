"""Finds the installed Zendesk app and the key that its launches are signed with."""

from integration.zendesk import paging
from integration.zendesk.answers import PEM
from integration.zendesk.errors import NotFound, UnexpectedAnswer
from integration.zendesk.http import ZendeskSession
from integration.zendesk.shapes import Json

APP_NAME = "Makegood"
LONGEST_KEY = 10_000


def find_app_id(session: ZendeskSession) -> str | None:
    """Return the id of the app named Makegood that is installed in the account, or None."""
    answer = paging.json_object(session.get("/api/v2/apps/installations"))
    for row in paging.objects(answer, "installations"):
        if APP_NAME in _names(row) and isinstance(row.get("app_id"), int | str):
            return str(row["app_id"])
    return None


def public_key(session: ZendeskSession, app_id: str) -> str | None:
    """Return the app's public key as PEM; None where no such app is installed."""
    try:
        key = session.get(f"/api/v2/apps/{app_id}/public_key").content
    except NotFound:
        return None
    if len(key) > LONGEST_KEY or not key.startswith(PEM):
        raise UnexpectedAnswer("the app's public key is no PEM.")
    return key.decode("ascii").strip()


def _names(installation: Json) -> set[object]:
    # The manifest's name; an admin may have given the installation a title of her own.
    settings = installation.get("settings")
    return {settings.get("name"), settings.get("title")} if isinstance(settings, dict) else set()
