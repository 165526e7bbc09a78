"""What agents do in the sidebar: say what it is, record what was done, promise, move and end follow-ups."""

from collections.abc import Callable
from http import HTTPStatus

from flask import Blueprint, Response, g, jsonify

from integration.domain.complaint import Band
from integration.domain.remedy import BadAmount, Decision, Money, RemedyKind, read_money
from integration.handling import agent_acts, linking, outcomes, undoing
from integration.handling.sidebar import UnknownTicket
from integration.parts import Parts
from integration.web.bodies import json_object
from integration.web.caller import allow, guard, words_of_caller
from integration.web.fields import bad, choice, number, optional_text, text
from integration.web.problems import Problem
from integration.web.words import is_currency

LONGEST_WHY = 200


def blueprint(parts: Parts) -> Blueprint:
    """Build the routes below /app/api that change something; each answer says how it is undone."""
    api = Blueprint("app_work", __name__, url_prefix="/app/api")
    guard(api, parts)

    @api.post("/tickets/<int:ticket_id>/correct")
    def correct(ticket_id: int) -> Response:
        verdict = choice(json_object(), "verdict", agent_acts.Judgement)
        allow(parts, ticket_id)
        return _entry(lambda: agent_acts.correct(parts, ticket_id, verdict, agent_id=g.session.user_id))

    @api.post("/tickets/<int:ticket_id>/severity")
    def severity(ticket_id: int) -> Response:
        band = choice(json_object(), "band", Band)
        allow(parts, ticket_id)
        return _entry(lambda: agent_acts.set_severity(parts, ticket_id, band, agent_id=g.session.user_id))

    @api.post("/tickets/<int:ticket_id>/same-matter")
    def same_matter(ticket_id: int) -> Response:
        other = number(json_object(), "ticket_id")
        allow(parts, ticket_id)
        allow(parts, other)
        return _entry(lambda: linking.same_matter(parts, ticket_id, other, agent_id=g.session.user_id))

    @api.post("/tickets/<int:ticket_id>/other-matter")
    def other_matter(ticket_id: int) -> Response:
        allow(parts, ticket_id)
        return _entry(lambda: linking.other_matter(parts, ticket_id, agent_id=g.session.user_id))

    @api.post("/tickets/<int:ticket_id>/wrong-person")
    def wrong_person(ticket_id: int) -> Response:
        allow(parts, ticket_id)
        _act(lambda: linking.wrong_person(parts, ticket_id, agent_id=g.session.user_id))
        return undo_by(f"tickets/{ticket_id}/right-person")

    @api.post("/tickets/<int:ticket_id>/right-person")
    def right_person(ticket_id: int) -> Response:
        allow(parts, ticket_id)
        _act(lambda: linking.right_person(parts, ticket_id, agent_id=g.session.user_id))
        return undo_by(f"tickets/{ticket_id}/wrong-person")

    @api.post("/tickets/<int:ticket_id>/remedies")
    def remedy(ticket_id: int) -> Response:
        given = json_object()
        kind, money = choice(given, "kind", RemedyKind), _money(given)
        note = optional_text(given, "note", outcomes.LONGEST_NOTE)
        allow(parts, ticket_id)
        agent_id = g.session.user_id
        return _entry(
            lambda: outcomes.add_remedy(parts, ticket_id, kind, money, note or "", agent_id=agent_id)
        )

    @api.post("/tickets/<int:ticket_id>/decision")
    def decision(ticket_id: int) -> Response:
        given = json_object()
        decided = choice(given, "value", Decision) if given.get("value") else None
        allow(parts, ticket_id)
        return _entry(lambda: outcomes.decide(parts, ticket_id, decided, agent_id=g.session.user_id))

    @api.post("/tickets/<int:ticket_id>/cause")
    def cause(ticket_id: int) -> Response:
        named = optional_text(json_object(), "value", 60)
        allow(parts, ticket_id)
        return _entry(lambda: outcomes.name_cause(parts, ticket_id, named, agent_id=g.session.user_id))

    @api.post("/tickets/<int:ticket_id>/satisfied")
    def satisfied(ticket_id: int) -> Response:
        value = json_object().get("value")
        said = {"yes": True, "no": False, "": None, None: None}
        if not isinstance(value, str | None) or value not in said:
            raise bad("value", "send yes, no or nothing")
        allow(parts, ticket_id)
        agent_id = g.session.user_id
        return _entry(lambda: outcomes.say_satisfied(parts, ticket_id, said[value], agent_id=agent_id))

    @api.post("/tickets/<int:ticket_id>/not-told")
    def not_told(ticket_id: int) -> Response:
        because = optional_text(json_object(), "value", LONGEST_WHY)
        allow(parts, ticket_id)
        agent_id = g.session.user_id
        return _entry(lambda: outcomes.excuse_telling(parts, ticket_id, because, agent_id=agent_id))

    @api.post("/tickets/<int:ticket_id>/resolve")
    def resolve(ticket_id: int) -> Response:
        allow(parts, ticket_id)
        try:
            return _entry(lambda: outcomes.resolve(parts, ticket_id, agent_id=g.session.user_id))
        except outcomes.NotYet as error:
            words = words_of_caller(parts)
            said = " ".join(words(f"close.missing.{each}") for each in error.missing)
            raise Problem(HTTPStatus.CONFLICT, "not_yet", said) from error

    @api.post("/entries/<int:entry_id>/undo")
    def undo(entry_id: int) -> Response:
        with parts.database.read() as conn:
            ticket_id = undoing.ticket_of(conn, entry_id)
        if ticket_id is None:
            raise _nothing_to_undo()
        allow(parts, ticket_id)
        try:
            undoing.undo(parts, entry_id, agent_id=g.session.user_id)
        except undoing.NothingToUndo as error:
            raise _nothing_to_undo() from error
        return undo_by(None)

    return api


def undo_by(path: str | None, **body: object) -> Response:
    """Answer a change with the request that takes it back."""
    return jsonify(undo={"path": f"api/{path}", "body": body} if path else None)


def unknown_ticket() -> Problem:
    """Return the refusal for a ticket that the store has not seen."""
    message = "Makegood has not received this ticket yet; try again in a minute."
    return Problem(HTTPStatus.NOT_FOUND, "unknown_ticket", message)


def _entry(act: Callable[[], int | None]) -> Response:
    entry_id = _act(act)
    return undo_by(f"entries/{entry_id}/undo" if entry_id else None)


def _act(act: Callable[[], int | None] | Callable[[], None]) -> int | None:
    try:
        return act()
    except UnknownTicket as error:
        raise unknown_ticket() from error
    except outcomes.NoComplaint as error:
        message = "This ticket is not marked as a complaint; mark it first."
        raise Problem(HTTPStatus.CONFLICT, "no_complaint", message) from error
    except linking.NoSuchMatter as error:
        message = "That ticket is not on record as a complaint; look its number up in the list."
        raise Problem(HTTPStatus.NOT_FOUND, "no_such_matter", message) from error
    except outcomes.UnknownCause as error:
        raise bad("value", "choose a cause of the list; reload the panel for the newest") from error


def _money(given: dict[str, object]) -> Money | None:
    amount = optional_text(given, "amount", 30)
    if amount is None:
        return None
    currency = text(given, "currency", 3)
    if not is_currency(currency):
        raise bad("currency", "send an ISO 4217 code such as EUR")
    try:
        return read_money(amount, currency)
    except BadAmount as error:
        raise bad("amount", "write it as 1234 or 1234.50, without a sign for thousands") from error


def _nothing_to_undo() -> Problem:
    message = "This was taken back already, or something later stands on it; the panel shows what holds."
    return Problem(HTTPStatus.NOT_FOUND, "nothing_to_undo", message)
