"""The agent workspace: the ticket list, tickets with composer and app pane, the navigation bar's app."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from integration.rehearsal import apps, workspace_api, workspace_views
from integration.rehearsal.account import Account
from integration.rehearsal.base import Doc
from integration.rehearsal.errors import NotFound

HERE = Path(__file__).parent
AGENT_COOKIE = "rehearsal_agent"
PER_PAGE = 30
YEAR = 365 * 86_400


def register(app: Flask, account: Account) -> None:
    """Add the pages, their data and the static files."""
    pages = Blueprint(
        "workspace",
        __name__,
        template_folder=str(HERE / "pages"),
        static_folder=str(HERE / "static"),
        static_url_path="/rehearsal/static",
    )

    @pages.before_request
    def take_agent() -> AnyResponse | None:
        """`?agent=ID` on any page changes who is signed in; there are no passwords to rehearse."""
        chosen = request.args.get("agent", type=int)
        if chosen is None or request.method != "GET":
            return None
        answer = redirect(request.path)
        answer.set_cookie(AGENT_COOKIE, str(chosen), max_age=YEAR, httponly=True, samesite="Strict")
        return answer

    @pages.after_request
    def harden(answer: Response) -> Response:
        if answer.mimetype == "text/html":
            answer.headers["Content-Security-Policy"] = _policy(apps.installed(account))
            answer.headers["Cache-Control"] = "no-store"
        answer.headers["X-Content-Type-Options"] = "nosniff"
        return answer

    @pages.get("/agent/<path:nowhere>")
    def lost(nowhere: str) -> tuple[str, int]:  # noqa: ARG001
        return render_template("missing.html", **_common(account)), 404

    @pages.get("/")
    def front() -> AnyResponse:
        return redirect(url_for("workspace.tickets"))

    @pages.get("/agent")
    @pages.get("/agent/")
    def tickets() -> str:
        status = request.args.get("status", "unsolved")
        query = request.args.get("q", "").strip()[:200]
        page = max(1, request.args.get("page", 1, type=int))
        rows = workspace_views.find_tickets(account, query, status, PER_PAGE + 1, (page - 1) * PER_PAGE)
        return render_template(
            "tickets.html",
            rows=rows[:PER_PAGE],
            more=len(rows) > PER_PAGE,
            page=page,
            status=status,
            query=query,
            counts=workspace_views.count_tickets(account),
            **_common(account),
        )

    @pages.get("/agent/tickets/<int:ticket_id>")
    def ticket(ticket_id: int) -> Any:
        try:
            view = workspace_views.ticket_view(account, ticket_id)
        except NotFound:
            return render_template("missing.html", **_common(account)), 404
        return render_template("ticket.html", view=view, **_common(account), boot=_boot(account, view))

    @pages.get("/agent/tickets/new")
    def new_ticket() -> str:
        view = workspace_views.blank_view(account)
        return render_template("new_ticket.html", view=view, **_common(account), boot=_boot(account, view))

    @pages.get("/agent/apps/nav_bar")
    def nav_bar() -> str:
        return render_template("nav_bar.html", **_common(account), boot=_boot(account, None))

    workspace_api.add_routes(pages, account, lambda: current_agent(account))
    app.register_blueprint(pages)


def current_agent(account: Account) -> Doc:
    """Return the agent chosen in this browser, by default the admin."""
    chosen = request.cookies.get(AGENT_COOKIE, "")
    staff = {user["id"]: user for user in workspace_views.staff(account)}
    found: Doc | None = staff.get(int(chosen)) if chosen.isascii() and chosen.isdigit() else None
    return found or account.user(account.admin_user_id)


def _common(account: Account) -> dict[str, Any]:
    installed = apps.installed(account)
    return {
        "me": current_agent(account),
        "staff": workspace_views.staff(account),
        "app_name": installed.name if installed else None,
        "locations": installed.locations if installed else {},
        "brand": account.resources("brand")[0]["name"],
        "dark": request.cookies.get("rehearsal_scheme") == "dark",
    }


def _boot(account: Account, view: Doc | None) -> str:
    """Return what the page's script starts from, as JSON that cannot end its script element."""
    installed = apps.installed(account)
    data = {
        "account": {"subdomain": account.config.subdomain, "name": account.resources("brand")[0]["name"]},
        "me": workspace_views.person(current_agent(account)),
        "installation": installed
        and {
            "appId": installed.app_id,
            "installationId": installed.installation_id,
            "name": installed.name,
            "locations": sorted(installed.locations),
        },
        "view": view,
    }
    return json.dumps(data).replace("<", "\\u003c")


def _policy(installed: apps.App | None) -> str:
    origins = " ".join(installed.origins()) if installed else ""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        f"connect-src 'self'; frame-src 'self' {origins}; form-action 'self' {origins}; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
