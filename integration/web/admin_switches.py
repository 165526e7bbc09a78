"""The admin page's switches: messages to requesters, each early warning, and the digests of teams."""

from http import HTTPStatus

from flask import Blueprint, Response, g, render_template

from integration.domain.complaint import Category
from integration.handling import digest, digest_teams, switches
from integration.handling.digest_teams import Way
from integration.parts import Parts
from integration.web.bodies import json_object
from integration.web.caller import admin_section, words_of_caller, zone_of_caller
from integration.web.fields import bad
from integration.web.problems import Problem
from integration.web.report_view import name_of


def blueprint(parts: Parts) -> Blueprint:
    """Build the routes of the section below /app/api/admin."""
    section = admin_section(parts, "admin_switches")

    @section.get("/switches")
    def all_of_them() -> str:
        words = words_of_caller(parts)
        with parts.database.read() as conn:
            found = switches.switches(conn)
            teams = digest.board(conn)
            causes = digest_teams.causes_on_offer(conn)
        return render_template(
            "admin_switches.html",
            words=words,
            teams=teams,
            now=parts.clock(),
            zone=zone_of_caller(),
            all_causes=[(cause, name_of("cause", cause, words)) for cause in causes],
            categories=[(one.value, words(f"category.{one}")) for one in Category],
            ways=list(Way),
            has_mail_server=parts.settings.smtp_url is not None,
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
