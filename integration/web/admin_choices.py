"""The admin page's choices for the whole account: causes, who sees what was given, digests of teams."""

from http import HTTPStatus

from flask import Blueprint, Response, g, render_template, request

from integration.domain.complaint import Category
from integration.domain.remedy import HOUSE_CAUSES
from integration.domain.staff import STAFF_KINDS
from integration.handling import account_choices, digest, digest_teams
from integration.handling.digest_teams import Team, UnknownTeam, Way
from integration.parts import Parts
from integration.responses.errors import ResponseError
from integration.web import fields
from integration.web.bodies import json_object
from integration.web.caller import admin_section, words_of_caller
from integration.web.plain import one_line
from integration.web.problems import Problem

MOST_SIGNS = 10_000
DONE = HTTPStatus.NO_CONTENT


def blueprint(parts: Parts) -> Blueprint:
    """Build the routes below /app/api/admin by which these choices are made."""
    section = admin_section(parts, "admin_choices")

    @section.post("/causes")
    def causes() -> Response:
        body = json_object()
        house = _several(body, "house", HOUSE_CAUSES)
        try:
            account_choices.set_causes(parts, [*house, *_lines(body, "own")], admin_id=g.session.user_id)
        except account_choices.BadCauses as error:
            raise _refusal(
                parts,
                "causes.wrong",
                most=account_choices.MOST_CAUSES,
                longest=account_choices.LONGEST_CAUSE,
            ) from error
        return Response(status=DONE)

    @section.post("/redress-roles")
    def redress_roles() -> Response:
        roles = _several(json_object(), "roles", STAFF_KINDS)
        account_choices.set_redress_roles(parts, roles, admin_id=g.session.user_id)
        return Response(status=DONE)

    @section.post("/digests/save")
    def save_digest() -> Response:
        body = json_object()
        with parts.database.read() as conn:
            known = digest_teams.causes_on_offer(conn)
        team = Team(
            name=_line(body, "name"),
            causes=_several(body, "causes", known),
            categories=_several(body, "categories", tuple(Category)),
            way=fields.choice(body, "way", Way),
            to=_line(body, "to"),
            with_tickets=body.get("with_tickets") == "yes",
        )
        try:
            digest_teams.save_team(
                parts, team, instead_of=_line(body, "instead_of") or None, admin_id=g.session.user_id
            )
        except digest_teams.BadTeam as error:
            raise _refusal(parts, f"digests.wrong.{error.wrong}") from error
        return Response(status=DONE)

    @section.post("/digests/end")
    def end_digest() -> Response:
        try:
            digest_teams.drop_team(parts, _line(json_object(), "name"), admin_id=g.session.user_id)
        except UnknownTeam as error:
            raise _unknown(parts) from error
        return Response(status=DONE)

    @section.get("/switches/digest")
    def look_at_digest() -> str:
        name = request.args.get("team", "")
        try:
            text = digest.preview(parts, name)
        except UnknownTeam as error:
            raise _unknown(parts) from error
        except ResponseError as error:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "digest_failed", str(error)) from error
        words = words_of_caller(parts)
        return render_template("admin_digest.html", words=words, name=name, text=text)

    return section


def _line(body: dict[str, object], field: str) -> str:
    value = body.get(field)
    return one_line(value[:MOST_SIGNS]) if isinstance(value, str) else ""


def _lines(body: dict[str, object], field: str) -> list[str]:
    """Return the lines of a text that say something, each cleaned."""
    value = body.get(field)
    given = value[:MOST_SIGNS].splitlines() if isinstance(value, str) else []
    return [line for line in map(one_line, given) if line]


def _several(body: dict[str, object], field: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """Return which of the known words were chosen, in their order. Raises `Problem` 400 for any other."""
    value = body.get(field, [])
    if not isinstance(value, list) or not all(isinstance(one, str) and one in known for one in value):
        raise fields.bad(field, "send a list of what the page offers")
    return tuple(str(one) for one in known if one in value)


def _refusal(parts: Parts, key: str, **values: object) -> Problem:
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "refused", words_of_caller(parts)(key, **values))


def _unknown(parts: Parts) -> Problem:
    return Problem(HTTPStatus.NOT_FOUND, "unknown_team", words_of_caller(parts)("digests.unknown"))
