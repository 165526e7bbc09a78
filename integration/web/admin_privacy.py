"""The admin page's section on people's data: what is stored of somebody, handing it over, forgetting."""

import json
import re
from datetime import datetime
from http import HTTPStatus

from flask import Blueprint, Response, g, render_template, request
from sqlalchemy import Connection

from integration.domain.staff import STAFF_KINDS
from integration.handling import erase
from integration.handling.export_requester import export_requester
from integration.parts import Parts
from integration.store import audit_log, erasures, staff
from integration.store.erasures import Hold
from integration.web.bodies import json_object
from integration.web.caller import admin_section, words_of_caller, zone_of_caller
from integration.web.plain import one_line
from integration.web.problems import Problem

MOST_RECEIPTS = 50
LONGEST_WHY = 300
_ID = re.compile(r"[0-9]{1,18}")


def blueprint(parts: Parts) -> Blueprint:
    """Build the routes of the section below /app/api/admin/privacy."""
    section = admin_section(parts, "admin_privacy", at="/privacy")

    @section.get("")
    def privacy() -> str:
        asked = request.args.get("requester", "").strip()
        with parts.database.read() as conn:
            waiting, first_due = erasures.waiting(conn)
            holds = erasures.all_holds(conn)
            receipts = erasures.receipts(conn, limit=MOST_RECEIPTS)
            redress_roles = staff.redress_roles(conn)
        plan, unknown = _plan(parts, asked)
        words = words_of_caller(parts)
        return render_template(
            "admin_privacy.html",
            words=words,
            staff_kinds=[(kind, words(f"staff.{kind}")) for kind in STAFF_KINDS],
            redress_roles=redress_roles,
            zone=zone_of_caller(),
            now=parts.clock(),
            asked=asked[:20],
            plan=plan,
            unknown=unknown,
            waiting=waiting,
            first_due=first_due,
            holds=holds,
            receipts=receipts,
            settings=parts.settings,
        )

    @section.get("/<int:requester_id>.json")
    def export(requester_id: int) -> Response:
        try:
            found = export_requester(parts, requester_id, asked_by=_actor())
        except erase.UnknownRequester as error:
            raise Problem(HTTPStatus.NOT_FOUND, "unknown_requester", str(error)) from error
        answer = Response(json.dumps(found, indent=2, ensure_ascii=False), mimetype="application/json")
        answer.headers["Content-Disposition"] = f'attachment; filename="requester-{requester_id}.json"'
        return answer

    @section.post("/<int:requester_id>/erase")
    def forget(requester_id: int) -> Response:
        # It cannot be undone, so one click is not enough.
        if str(json_object().get("again", "")).strip() != str(requester_id):
            raise Problem(
                HTTPStatus.BAD_REQUEST, "not_confirmed", "Type the requester's number again to erase them."
            )
        try:
            erase.erase_requester(parts, requester_id, asked_by=_actor())
        except erase.UnknownRequester as error:
            raise Problem(HTTPStatus.NOT_FOUND, "unknown_requester", str(error)) from error
        except erase.OnHold as error:
            raise Problem(HTTPStatus.CONFLICT, "on_hold", str(error)) from error
        return Response(status=HTTPStatus.NO_CONTENT)

    @section.post("/<int:requester_id>/hold")
    def hold(requester_id: int) -> Response:
        why = one_line(str(json_object().get("why", ""))[:LONGEST_WHY])
        if not why:
            message = "A hold needs its reason, such as a file number."
            raise Problem(HTTPStatus.BAD_REQUEST, "no_reason", message)
        now, subject = parts.clock(), f"requester:{requester_id}"
        with parts.database.write() as conn:
            if erasures.place_hold(conn, Hold(subject, why, _actor(), now)):
                _record(conn, now, "hold placed", subject, {"why": why})
        return Response(status=HTTPStatus.NO_CONTENT)

    @section.post("/<int:requester_id>/lift")
    def lift(requester_id: int) -> Response:
        now, subject = parts.clock(), f"requester:{requester_id}"
        with parts.database.write() as conn:
            if erasures.lift_hold(conn, subject):
                _record(conn, now, "hold lifted", subject, None)
        return Response(status=HTTPStatus.NO_CONTENT)

    return section


def _plan(parts: Parts, asked: str) -> tuple[erase.Plan | None, bool]:
    """Return what is stored of the requester asked for, and whether nobody is known by that number."""
    if not asked:
        return None, False
    if not _ID.fullmatch(asked):
        return None, True
    try:
        return erase.plan_erasure(parts, int(asked)), False
    except erase.UnknownRequester:
        return None, True


def _actor() -> str:
    return f"agent:{g.session.user_id}"


def _record(conn: Connection, now: datetime, action: str, subject: str, after: object) -> None:
    audit_log.write(conn, at=now, actor=_actor(), action=action, subject=subject, after=after)
