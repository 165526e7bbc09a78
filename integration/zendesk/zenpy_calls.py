"""Everything Makegood does through zenpy, and the only place that uses its private names."""

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import requests
from zenpy import Zenpy
from zenpy.lib.exception import APIException, ZenpyException

from integration.zendesk.errors import UnexpectedAnswer
from integration.zendesk.http import ZendeskSession
from integration.zendesk.paging import json_object

T = TypeVar("T")


class ZenpyClients:
    """One zenpy client a thread over a shared session: a client shared by threads loses parts of writes."""

    def __init__(self, session: ZendeskSession) -> None:
        # zenpy builds its host from these two, and reads no answer from any other.
        self._subdomain, dot, self._domain = session.host.partition(".")
        if not dot:
            raise ValueError(f"zenpy needs a host with a dot, such as 127.0.0.1, not {session.host}")
        self._session = session
        self._local = threading.local()
        # At DEBUG zenpy logs whole bodies: customers' words and signing secrets.
        logging.getLogger("zenpy").setLevel(logging.INFO)

    def ticket(self, ticket_id: int) -> dict[str, Any]:
        """Return a ticket as plain JSON."""
        return _plain(lambda: self._client().tickets(id=ticket_id))

    def user(self, user_id: int) -> dict[str, Any]:
        """Return a user as plain JSON."""
        return _plain(lambda: self._client().users(id=user_id))

    def me(self) -> dict[str, Any]:
        """Return the user that the token acts as, as plain JSON."""
        return _plain(lambda: self._client().users.me())

    def update_ticket(self, ticket_id: int, ticket: Mapping[str, object]) -> dict[str, Any]:
        """Send one PUT of exactly these properties; nulls stay nulls."""
        api = self._client().tickets
        url = api._build_url(api.endpoint(id=ticket_id))
        return _sent(api, api.session.put, url, {"ticket": ticket}, {})

    def create_ticket(self, ticket: Mapping[str, object], *, key: str) -> dict[str, Any]:
        """Send one POST; Zendesk answers the same `key` with the same ticket for two hours."""
        api = self._client().tickets
        url = api._build_url(api.endpoint())
        return _sent(api, api.session.post, url, {"ticket": ticket}, {"Idempotency-Key": key})

    def _client(self) -> Zenpy:
        client = getattr(self._local, "client", None)
        if client is None:
            # Its caches never expire and return objects that others have changed.
            client = Zenpy(
                subdomain=self._subdomain,
                domain=self._domain,
                session=self._session,
                timeout=self._session.timeout,
                disable_cache=True,
            )
            self._local.client = client
        return client


def _plain(read: Callable[[], Any]) -> dict[str, Any]:
    # An object that leaves this module would fetch others as soon as somebody looks at it.
    try:
        data = read().to_dict()
    except (APIException, ZenpyException, AttributeError, KeyError, TypeError, ValueError) as error:
        raise UnexpectedAnswer(f"zenpy cannot read it ({type(error).__name__}).") from error
    if not isinstance(data, dict):
        raise UnexpectedAnswer("zenpy read something else than one object.")
    return data


def _sent(
    api: Any,
    method: Callable[..., requests.Response],
    url: str,
    payload: Mapping[str, object],
    headers: Mapping[str, str],
) -> dict[str, Any]:
    response = api._call_api(method, url, json=payload, timeout=api.timeout, headers=dict(headers))
    try:
        return json_object(response)
    except UnexpectedAnswer as error:
        # The status told of success, yet what was done cannot be read.
        error.outcome_unknown = True
        raise
