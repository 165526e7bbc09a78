"""The admin page's health section: is it running, what waits, what needs a decision."""

from http import HTTPStatus

from flask import Blueprint, Response, g, render_template

from integration.handling import overview
from integration.parts import Parts
from integration.web.caller import guard, words_of_caller, zone_of_caller
from integration.web.panel import languages
from integration.web.problems import Problem


def blueprint(parts: Parts) -> Blueprint:
    """Build the routes of the section below /app/api/admin."""
    section = Blueprint("admin_health", __name__, url_prefix="/app/api/admin", template_folder="pages")
    guard(section, parts, admins_only=True)

    @section.get("/health")
    def health() -> str:
        return render_template(
            "overview.html",
            words=words_of_caller(parts),
            seen=overview.overview(parts),
            zone=zone_of_caller(),
            languages=languages,
        )

    @section.post("/parked/<kind>/<int:row_id>/try-again")
    def try_again(kind: str, row_id: int) -> Response:
        if not overview.try_again(parts, kind, row_id, admin_id=g.session.user_id):
            raise Problem(HTTPStatus.NOT_FOUND, "not_parked", "This is no longer parked; refresh the page.")
        return Response(status=HTTPStatus.NO_CONTENT)

    return section
