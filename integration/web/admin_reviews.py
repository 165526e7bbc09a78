"""The admin page's reviews of causes: what keeps going wrong, what was changed, and who is to hear of it."""

from datetime import UTC, date, datetime, time
from http import HTTPStatus

from flask import Blueprint, Response, g, render_template, request

from integration.handling import review_board, reviews
from integration.parts import Parts
from integration.responses.errors import RendererUnavailable, TemplateFailed
from integration.web.bodies import json_object
from integration.web.caller import admin_section, words_of_caller, zone_of_caller
from integration.web.plain import lines
from integration.web.problems import Problem
from integration.web.report_view import name_of

LONGEST = 2_000


def blueprint(parts: Parts) -> Blueprint:
    """Build the routes of the section below /app/api/admin."""
    section = admin_section(parts, "admin_reviews")

    @section.get("/health/reviews")
    def listed() -> str:
        return render_template(
            "admin_health_reviews.html",
            words=words_of_caller(parts),
            board=review_board.board(parts),
            zone=zone_of_caller(),
            name_of=name_of,
            zendesk_url=parts.settings.zendesk_url,
        )

    @section.get("/health/reviews/<int:review_id>/letters")
    def letters(review_id: int) -> str:
        what = lines(request.args.get("what", "")[:LONGEST]).strip()
        try:
            drafts = reviews.drafts(parts, review_id, what) if what else []
        except reviews.UnknownReview as error:
            raise _unknown() from error
        except (TemplateFailed, RendererUnavailable) as error:
            message = "The letters could not be written; look at the template “chain-changed”."
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "letters_failed", message) from error
        return render_template(
            "admin_health_letters.html",
            words=words_of_caller(parts),
            drafts=drafts,
            what=what,
            review_id=review_id,
            zendesk_url=parts.settings.zendesk_url,
        )

    @section.post("/reviews/<int:review_id>/close")
    def close(review_id: int) -> Response:
        given = json_object()
        try:
            reviews.close(
                parts,
                review_id,
                finding=_text(given, "finding"),
                action=_text(given, "action"),
                no_action_because=_text(given, "because"),
                check_at=_day(given),
                agent_id=g.session.user_id,
            )
        except reviews.NoAction as error:
            message = "Say what was changed, or why nothing was: a review does not close without."
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "no_action", message) from error
        except reviews.UnknownReview as error:
            raise _unknown() from error
        return Response(status=HTTPStatus.NO_CONTENT)

    return section


def _text(given: dict[str, object], name: str) -> str:
    value = given.get(name, "")
    return lines(value[:LONGEST]) if isinstance(value, str) else ""


def _day(given: dict[str, object]) -> datetime | None:
    text = _text(given, "check_on")
    try:
        return datetime.combine(date.fromisoformat(text), time(12), UTC) if text else None
    except ValueError as error:
        message = "The day to look again is none; write it as 2026-01-31."
        raise Problem(HTTPStatus.BAD_REQUEST, "bad_day", message) from error


def _unknown() -> Problem:
    return Problem(HTTPStatus.NOT_FOUND, "unknown_review", "This review is closed already; refresh the page.")
