"""Promises and follow-ups in the sidebar: made, moved, done, not needed, and each taken back."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from http import HTTPStatus

from flask import Blueprint, Response, g

from integration.handling import follow_up_acts, promises
from integration.handling.sidebar import UnknownTicket
from integration.parts import Parts
from integration.store import follow_ups
from integration.store import promises as rows
from integration.store.promises import KeptPromise
from integration.web.app_work import undo_by, unknown_ticket
from integration.web.bodies import json_object
from integration.web.caller import allow, guard, refuse
from integration.web.fields import bad, moment, text
from integration.web.problems import Problem

LONGEST_REASON = 100
TAKEN_BACK = "taken back"


def blueprint(parts: Parts) -> Blueprint:
    """Build the routes of what is to come; each answer says how it is undone."""
    api = Blueprint("app_dates", __name__, url_prefix="/app/api")
    guard(api, parts)
    for kind, problem in _PROBLEMS.items():
        api.register_error_handler(kind, partial(_refuse, parts, problem))

    @api.post("/tickets/<int:ticket_id>/promises")
    def promise(ticket_id: int) -> Response:
        given = json_object()
        what, due_at = text(given, "what", promises.LONGEST), moment(given, "due_at")
        allow(parts, ticket_id)
        agent_id = g.session.user_id
        made = promises.promise(parts, ticket_id, what, due_at, agent_id, agent_id)
        return undo_by(f"promises/{made}/withdraw", why=TAKEN_BACK)

    @api.post("/promises/<int:promise_id>/keep")
    def keep(promise_id: int) -> Response:
        _promise(parts, promise_id)
        promises.keep(parts, promise_id, agent_id=g.session.user_id)
        return undo_by(f"promises/{promise_id}/reopen")

    @api.post("/promises/<int:promise_id>/withdraw")
    def withdraw(promise_id: int) -> Response:
        why = text(json_object(), "why", LONGEST_REASON)
        _promise(parts, promise_id)
        promises.withdraw(parts, promise_id, why, agent_id=g.session.user_id)
        return undo_by(f"promises/{promise_id}/reopen")

    @api.post("/promises/<int:promise_id>/reopen")
    def reopen(promise_id: int) -> Response:
        _promise(parts, promise_id)
        promises.reopen(parts, promise_id, agent_id=g.session.user_id)
        return undo_by(None)

    @api.post("/promises/<int:promise_id>/move")
    def move(promise_id: int) -> Response:
        given = json_object()
        due_at, is_told = moment(given, "due_at"), given.get("told") is True
        before = _promise(parts, promise_id)
        promises.move(parts, promise_id, due_at, told=is_told, agent_id=g.session.user_id)
        return _moved_back(parts, f"promises/{promise_id}/move", before.promise.due_at)

    @api.post("/follow-ups/<int:follow_up_id>/reschedule")
    def reschedule(follow_up_id: int) -> Response:
        due_at = moment(json_object(), "due_at")
        _follow_up(parts, follow_up_id)
        agent_id = g.session.user_id
        before = follow_up_acts.reschedule(parts, follow_up_id, due_at, agent_id=agent_id)
        return _moved_back(parts, f"follow-ups/{follow_up_id}/reschedule", before)

    @api.post("/follow-ups/<int:follow_up_id>/cancel")
    def cancel(follow_up_id: int) -> Response:
        reason = text(json_object(), "reason", LONGEST_REASON)
        _follow_up(parts, follow_up_id)
        follow_up_acts.cancel(parts, follow_up_id, reason, agent_id=g.session.user_id)
        return undo_by(f"follow-ups/{follow_up_id}/reinstate")

    @api.post("/follow-ups/<int:follow_up_id>/done")
    def done(follow_up_id: int) -> Response:
        _follow_up(parts, follow_up_id)
        follow_up_acts.done(parts, follow_up_id, agent_id=g.session.user_id)
        return undo_by(f"follow-ups/{follow_up_id}/reinstate")

    @api.post("/follow-ups/<int:follow_up_id>/reinstate")
    def reinstate(follow_up_id: int) -> Response:
        _follow_up(parts, follow_up_id)
        follow_up_acts.reinstate(parts, follow_up_id, agent_id=g.session.user_id)
        return undo_by(None)

    return api


def _follow_up(parts: Parts, follow_up_id: int) -> None:
    with parts.database.read() as conn:
        found = follow_ups.get(conn, follow_up_id)
    if found is None:
        raise follow_up_acts.UnknownFollowUp
    allow(parts, found.ticket_id)


def _promise(parts: Parts, promise_id: int) -> KeptPromise:
    with parts.database.read() as conn:
        found = rows.get(conn, promise_id)
    if found is None:
        raise promises.UnknownPromise
    allow(parts, found.promise.ticket_id)
    return found


def _moved_back(parts: Parts, path: str, before: datetime) -> Response:
    # What was overdue cannot be moved back: nothing falls due in the past.
    return undo_by(path, due_at=before.isoformat()) if before > parts.clock() else undo_by(None)


def _refuse(parts: Parts, make: Callable[[], Problem], _error: Exception) -> Response:
    return refuse(parts, make())


def _no_follow_up() -> Problem:
    message = "This follow-up has ended already; the panel shows what is left."
    return Problem(HTTPStatus.NOT_FOUND, "unknown_follow_up", message)


def _no_promise() -> Problem:
    message = "This promise has ended already; the panel shows what is left."
    return Problem(HTTPStatus.NOT_FOUND, "unknown_promise", message)


def _no_complaint() -> Problem:
    message = "This ticket is not marked as a complaint; mark it first."
    return Problem(HTTPStatus.CONFLICT, "no_complaint", message)


def _bad_due() -> Problem:
    return bad("due_at", "choose a moment from now on, at most a year away")


_PROBLEMS: dict[type[Exception], Callable[[], Problem]] = {
    UnknownTicket: unknown_ticket,
    follow_up_acts.UnknownFollowUp: _no_follow_up,
    follow_up_acts.BadDueTime: _bad_due,
    promises.UnknownPromise: _no_promise,
    promises.BadPromise: _bad_due,
    promises.NoComplaint: _no_complaint,
}
