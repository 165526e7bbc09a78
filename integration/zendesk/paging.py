"""Walks cursor pages of the REST API without following links out of answers."""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson
import requests

from integration.zendesk import shapes
from integration.zendesk.errors import UnexpectedAnswer
from integration.zendesk.http import ZendeskSession
from integration.zendesk.shapes import BadValue, Json

PAGE_SIZE = 100
MAX_PAGES = 200


def rows(
    session: ZendeskSession, path: str, key: str, params: Mapping[str, str] | None = None
) -> Iterator[Json]:
    """Yield the objects under `key` of all pages."""
    for page in pages(session, path, params):
        yield from objects(page, key)


def pages(session: ZendeskSession, path: str, params: Mapping[str, str] | None = None) -> Iterator[Json]:
    """Yield the pages of a list. Raises `UnexpectedAnswer` when they do not come to an end."""
    wanted = {**(params or {}), "page[size]": str(PAGE_SIZE)}
    for _ in range(MAX_PAGES):
        page = json_object(session.get(path, params=wanted))
        yield page
        meta = page.get("meta")
        cursor = meta.get("after_cursor") if isinstance(meta, dict) and meta.get("has_more") else None
        # Recorded last pages say `has_more` without a cursor.
        if not cursor:
            return
        if cursor == wanted.get("page[after]"):
            raise UnexpectedAnswer(f"the cursor of {path} does not move.")
        wanted["page[after]"] = str(cursor)
    raise UnexpectedAnswer(f"{path} has more than {MAX_PAGES} pages.")


def objects(page: Json, key: str) -> list[Json]:
    """Return the objects under `key` of one page. Raises `UnexpectedAnswer`."""
    try:
        if key not in page:
            raise BadValue(f"{key} is missing")
        return [shapes.table(row, key) for row in shapes.rows(page[key], key)]
    except BadValue as error:
        raise UnexpectedAnswer(f"{error}.") from None


def json_object(response: requests.Response) -> dict[str, Any]:
    """Parse an answer that must be a JSON object. Raises `UnexpectedAnswer`."""
    try:
        data = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        raise UnexpectedAnswer("the JSON is broken.") from None
    if not isinstance(data, dict):
        raise UnexpectedAnswer("the JSON is not an object.")
    return data
