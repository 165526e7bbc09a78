"""Which scopes Makegood asks for, what each is for, and whether the OAuth client may use them."""

from dataclasses import dataclass

from integration.statements import Statement
from integration.zendesk.errors import NotAuthorised, NotFound, ZendeskRejected
from integration.zendesk.http import ZendeskSession

# No ticket has this number, so a write to it is refused for the scope alone, or not found.
NO_TICKET = 2**52


@dataclass(frozen=True, slots=True)
class Scope:
    """A scope with its reasons; a reason names a call that is refused without it."""

    name: str
    reason: str
    is_for_acting: bool
    probes: tuple[tuple[str, str], ...]  # method and path


SCOPES = (
    Scope(
        "read",
        Statement("scope_read"),
        False,
        (
            ("GET", "/api/v2/tickets?page[size]=1"),
            ("GET", "/api/v2/users?page[size]=1"),
            ("GET", "/api/v2/ticket_fields?page[size]=1"),
            ("GET", "/api/v2/webhooks?page[size]=1"),
        ),
    ),
    Scope(
        "write",
        Statement("scope_write"),
        True,
        (("PUT", f"/api/v2/tickets/{NO_TICKET}"),),
    ),
)


def missing(session: ZendeskSession, *, acts: bool) -> list[tuple[Scope, str]]:
    """Return the scopes that are not granted, each with the narrowest scope that Zendesk named.

    Changes nothing. Raises the errors of `zendesk.errors` other than a refusal.
    """
    found = []
    for scope in SCOPES:
        if scope.is_for_acting and not acts:
            continue
        for method, path in scope.probes:
            refusal = _refused(session, method, path)
            if refusal is not None:
                found.append((scope, refusal.missing_scope or scope.name))
                break
    return found


def _refused(session: ZendeskSession, method: str, path: str) -> NotAuthorised | None:
    try:
        session.request(method, path, json={"ticket": {}} if method != "GET" else None)
    except NotAuthorised as error:
        return error
    except (NotFound, ZendeskRejected):
        # It was understood, so the scope covers it.
        return None
    return None
