"""The facts that the sidebar shows; only our own bearer opens them, and it says who asks."""

from flask import Blueprint, g, render_template

from integration.handling import new_ticket, sidebar
from integration.parts import Parts
from integration.web.caller import allow, guard, words_of_caller, zone_of_caller
from integration.web.panel import Panel
from integration.web.panel_clocks import ClockPart
from integration.web.panel_history import PastPart
from integration.web.panel_work import WorkPart
from integration.web.words import Words


def blueprint(parts: Parts) -> Blueprint:
    """Build the routes of a ticket's facts, and of a requester's for a ticket that is not saved yet."""
    api = Blueprint("app_api", __name__, url_prefix="/app/api", template_folder="pages")

    guard(api, parts)

    @api.get("/tickets/<int:ticket_id>/facts")
    def facts(ticket_id: int) -> str:
        words = words_of_caller(parts)
        access = allow(parts, ticket_id)
        try:
            found = sidebar.first_facts(parts, ticket_id, access)
        except sidebar.UnknownTicket:
            return render_template("unknown.html", words=words)
        return _page(found, words)

    @api.get("/requesters/<int:requester_id>/facts")
    def facts_for_a_new_ticket(requester_id: int) -> str:
        access = allow(parts, 0)
        return _page(new_ticket.facts_of_requester(parts, requester_id, access), words_of_caller(parts))

    return api


def _page(found: sidebar.Facts, words: Words) -> str:
    panel = Panel(found, words, zone_of_caller())
    work = WorkPart(panel, agent_id=g.session.user_id)
    return render_template(
        "facts.html", panel=panel, past=PastPart(panel), work=work, clocks=ClockPart(panel)
    )
