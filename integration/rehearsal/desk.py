"""Control endpoints for what is outside the account: faults, deliveries, and the hour of the automations."""

from flask import Blueprint, Flask, Response

from integration.rehearsal.account import Account
from integration.rehearsal.answers import json_answer
from integration.rehearsal.automations import run_automations
from integration.rehearsal.errors import BadRequest
from integration.rehearsal.faults import FaultDesk
from integration.rehearsal.guard import body
from integration.rehearsal.invocations import Invocations
from integration.rehearsal.paging import number
from integration.rehearsal.sender import Sender


def register(app: Flask, account: Account) -> None:  # noqa: ARG001
    """Add the routes below /rehearsal/api."""
    desk: FaultDesk = app.extensions["rehearsal.faults"]
    sender: Sender = app.extensions["rehearsal.sender"]
    invocations: Invocations = app.extensions["rehearsal.invocations"]
    control = Blueprint("desk", __name__, url_prefix="/rehearsal/api")

    @control.get("/faults")
    def show_faults() -> Response:
        return json_answer(desk.report())

    @control.post("/faults")
    def set_faults() -> Response:
        desk.set(body())
        return json_answer(desk.report())

    @control.delete("/faults")
    def clear_faults() -> Response:
        desk.clear()
        return json_answer(desk.report())

    @control.get("/deliveries")
    def list_deliveries() -> Response:
        since = number("since", 0, low=0, high=10**12)
        found = invocations.deliveries(since=since)
        n = found[-1]["n"] if found else since
        return json_answer({"n": n, "invocations": invocations.summary(), "deliveries": found})

    @control.get("/idle")
    def show_idle() -> Response:
        pending = sender.pending()
        return json_answer({"idle": pending == 0, "pending": pending, "paused": sender.paused})

    @control.post("/webhooks/<wish>")
    def hold_webhooks(wish: str) -> Response:
        if wish not in ("pause", "resume"):
            raise BadRequest("webhooks can be told to pause or resume")
        sender.pause() if wish == "pause" else sender.resume()
        return json_answer({"paused": sender.paused})

    @control.post("/automations/run")
    def run_now() -> Response:
        return json_answer({"fired": run_automations(app.extensions["rehearsal.rules"])})

    app.register_blueprint(control)
