"""Examines what is outside: the account, its scopes and clock, our webhooks there, our address."""

import json
import uuid
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import requests
from sqlalchemy.exc import SQLAlchemyError

from integration.handling.findings import Finding, doubtful, failing, fine
from integration.handling.receive import WEBHOOK_SECRETS, own_user
from integration.handling.zendesk_fields import known_fields
from integration.parts import Parts
from integration.settings import Mode
from integration.statements import Statement
from integration.store import secrets
from integration.zendesk import provision, scopes
from integration.zendesk.errors import NotAuthorised, NotFound, OtherUser, UnexpectedAnswer, ZendeskError
from integration.zendesk.introduction import TEST_EVENT_TYPE, Introduction, introduce, send_test
from integration.zendesk.pace import ASSUMED_LIMITS, TICKET_UPDATES
from integration.zendesk.wanted import EVENTS_PATH

TOLERATED_SKEW = timedelta(seconds=60)
WORST_SKEW = timedelta(minutes=4)  # signatures count for five
REACH_SECONDS = 5.0
SMALL_PLAN = 200


def examine_account(parts: Parts) -> Iterator[Finding]:
    """Ask Zendesk who we are, and judge role, scopes, clock and limits."""
    try:
        told = introduce(parts.zendesk.session)
    except NotAuthorised as error:
        step = "other_user.step" if isinstance(error, OtherUser) else "access.step"
        yield failing("zendesk", str(error), Statement(step))
        return
    except ZendeskError as error:
        step = Statement("account_silent.step", url=parts.settings.zendesk_url)
        yield failing("zendesk", str(error), step)
        return
    if told.me.role != "admin":
        yield failing(
            "zendesk",
            Statement("not_admin", user=told.me.id, role=told.me.role),
            Statement("not_admin.step"),
        )
    else:
        yield fine("zendesk", Statement("acts_as_admin", user=told.me.id))
    yield from _scopes(parts)
    yield _clock(told)
    yield _limits(parts, told)


def examine_owner(parts: Parts) -> Iterator[Finding]:
    """See whether a database that was connected as another user is this account's; says nothing if it is."""
    with parts.database.read() as conn:
        known = own_user(conn)
    try:
        if known is None or known == parts.zendesk.me().id:
            return
        # A user who was deleted is still found; where even the fields are unknown, it is another account.
        if _is_user(parts, known) or provision.has_any(parts.zendesk.session, known_fields(parts)):
            return
    except ZendeskError as error:
        yield doubtful(
            "database", str(error), Statement("account_silent.step", url=parts.settings.zendesk_url)
        )
        return
    measured = Statement("other_account", known=known, host=parts.settings.zendesk_host)
    yield failing("database", measured, Statement("other_account.step"))


def _is_user(parts: Parts, user_id: int) -> bool:
    try:
        parts.zendesk.user(user_id)
    except NotFound:
        return False
    return True


def examine_address(parts: Parts) -> Iterator[Finding]:
    """Look at our own public address from here, as a browser would."""
    url = parts.settings.public_url
    try:
        answer = requests.get(f"{url}/healthz", timeout=REACH_SECONDS, allow_redirects=False)
        is_ours = answer.status_code == 200 and answer.json().get("status") == "ok"
        measured = Statement("address_answers", url=url, status=answer.status_code)
    except (requests.RequestException, ValueError, AttributeError) as error:
        is_ours = False
        measured = Statement("address_silent", url=url, error=type(error).__name__)
    if is_ours:
        yield fine("public url", Statement("address_ours", url=url))
    else:
        yield doubtful(
            "public url",
            measured,
            Statement("address.step"),
        )


def examine_webhooks(parts: Parts) -> Iterator[Finding]:
    """Compare what stands in Zendesk with what we need there, down to the signing secrets."""
    session, url = parts.zendesk.session, parts.settings.public_url
    try:
        fields = known_fields(parts)
        changes = provision.plan(session, url, fields)
        if changes:
            what = "; ".join(f"{change.title} ({change.why})" for change in changes)
            yield failing("webhooks and fields", what, Statement("repairs.step"))
            return
        ours = provision.find(session, url, fields)
    except ZendeskError as error:
        yield failing("webhooks and fields", str(error), Statement("webhooks_unknown.step"))
        return
    there = Statement("webhooks_there", webhooks=len(ours.webhook_ids), fields=len(ours.field_ids))
    yield fine("webhooks and fields", there)
    with parts.database.read() as conn:
        stored = secrets.get_secrets(conn, WEBHOOK_SECRETS, secret_key=parts.settings.secret_key)
    known = {*stored.values(), parts.settings.webhook_secret}
    if set(ours.signing_secrets) <= known:
        yield fine("signing secrets", Statement("secrets_fit", count=len(ours.signing_secrets)))
    else:
        yield failing(
            "signing secrets",
            Statement("secret_changed"),
            Statement("secret_changed.step"),
        )


def try_delivery(parts: Parts) -> Iterator[Finding]:
    """Have Zendesk send a signed event through each webhook to our address, and see how it was answered."""
    session, url = parts.zendesk.session, parts.settings.public_url
    try:
        ours = provision.find(session, url, known_fields(parts))
        endpoint = f"{url}{EVENTS_PATH}"
        status = send_test(session, ours.webhook_ids["events"], endpoint, _test_event())
    except UnexpectedAnswer as error:
        yield failing("test event", str(error), "Run `makegood connect`.")
        return
    except ZendeskError as error:
        yield doubtful("test event", str(error), "Run the command again when Zendesk answers.")
        return
    if status is not None and 200 <= status < 300:
        yield fine("test event", f"Zendesk sent it, {urlsplit(url).netloc} checked its signature and took it")
    elif status == 401:
        yield failing(
            "test event",
            "it arrived, and its signature does not fit",
            "Run `makegood connect` again. Does another installation answer at this address?",
        )
    else:
        yield doubtful(
            "test event",
            f"it did not get through: {status or 'no answer'}",
            "Start `makegood run`, let the proxy pass POST /zendesk/events, and run `makegood doctor`.",
        )


def _scopes(parts: Parts) -> Iterator[Finding]:
    acts = parts.settings.mode is Mode.ACT
    try:
        lacking = scopes.missing(parts.zendesk.session, acts=acts)
    except ZendeskError as error:
        yield doubtful("scopes", str(error), Statement("scopes_unknown.step"))
        return
    for scope, narrow in lacking:
        is_wide = narrow == scope.name
        wish = scope.name if is_wide else Statement("scope_or_narrow", scope=scope.name, narrow=narrow)
        yield failing(
            "scopes",
            Statement("scope_missing", scope=scope.name, reason=scope.reason),
            Statement("scope_missing.step", wish=wish),
        )
    if not lacking:
        yield fine("scopes", Statement("scopes_write" if acts else "scopes_read"))


def _clock(told: Introduction) -> Finding:
    if told.at is None:
        return fine("clock", Statement("clock_unknown"))
    # The header has whole seconds. The rehearsal's header tells real time, too.
    skew = datetime.now(UTC) - told.at
    seconds = round(skew.total_seconds())
    measured = Statement("clock_ahead" if seconds > 0 else "clock_behind", seconds=abs(seconds))
    step = Statement("clock.step")
    if abs(skew) > WORST_SKEW:
        return failing("clock", measured, step)
    return doubtful("clock", measured, step) if abs(skew) > TOLERATED_SKEW else fine("clock", measured)


def _limits(parts: Parts, told: Introduction) -> Finding:
    seen = None
    with suppress(SQLAlchemyError):  # the account can be looked at before there is a database
        seen = parts.pace.seen(TICKET_UPDATES)
    updates = seen[0] if seen else ASSUMED_LIMITS[TICKET_UPDATES]
    share = Statement(
        "limits_share" if seen else "limits_share_assumed",
        percent=round(parts.settings.write_share * 100),
        updates=updates,
    )
    if told.limit is None:
        return fine("limits", Statement("limits_untold", share=share))
    measured = Statement("limits", left=told.left, limit=told.limit, share=share)
    if told.limit < SMALL_PLAN:
        return doubtful("limits", measured, Statement("limits_small.step"))
    return fine("limits", measured)


def _test_event() -> str:
    """Return an event of a type that nobody handles: it is checked like any other, and nothing is kept."""
    id = str(uuid.uuid4())
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return json.dumps(
        {
            "account_id": 1,
            "detail": {},
            "event": {},
            "id": id,
            "subject": "zen:makegood:test",
            "time": now,
            "type": TEST_EVENT_TYPE,
            "zendesk_event_version": "2022-11-06",
        }
    )
