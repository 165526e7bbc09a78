"""The admin page's switches: messages to requesters, and each early warning."""

from http import HTTPStatus

from flask import Blueprint, Response, g, render_template

from integration.handling import switches
from integration.parts import Parts
from integration.web.bodies import json_object
from integration.web.caller import guard, words_of_caller
from integration.web.fields import bad
from integration.web.problems import Problem


def blueprint(parts: Parts) -> Blueprint:
    """Build the routes of the section below /app/api/admin."""
    section = Blueprint("admin_switches", __name__, url_prefix="/app/api/admin", template_folder="pages")
    guard(section, parts, admins_only=True)

    @section.get("/switches")
    def all_of_them() -> str:
        with parts.database.read() as conn:
            found = switches.switches(conn)
        return render_template(
            "admin_switches.html",
            words=words_of_caller(parts),
            messages=switches.PUBLIC_MESSAGES,
            switches=found,
        )

    @section.post("/switches/<name>")
    def turn(name: str) -> Response:
        on = json_object().get("on")
        if not isinstance(on, bool):
            raise bad("on", "send true or false")
        try:
            switches.set_switch(parts, name, on, admin_id=g.session.user_id)
        except switches.UnknownSwitch as error:
            message = "There is no such switch; refresh the page."
            raise Problem(HTTPStatus.NOT_FOUND, "unknown_switch", message) from error
        return Response(status=HTTPStatus.NO_CONTENT)

    return section
