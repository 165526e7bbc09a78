"""The admin page's health section: is it running, what waits, what needs a person, and who did what."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from http import HTTPStatus
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, g, render_template, request

from integration.handling import audit, doctor, health_board
from integration.parts import Parts
from integration.store.audit_log import Entry
from integration.store.audit_search import Wanted
from integration.web.caller import admin_section, words_of_caller, zone_of_caller
from integration.web.panel import languages
from integration.web.plain import one_line
from integration.web.policy_forms import step_name
from integration.web.problems import Problem
from integration.web.spreadsheet import csv_file, plain

LONGEST_WORD = 100
LONGEST_VALUE = 300
FILTERS = ("actor", "action", "subject", "since", "until")


def blueprint(parts: Parts) -> Blueprint:
    """Build the routes of the section below /app/api/admin."""
    section = admin_section(parts, "admin_health")

    @section.get("/health")
    def health() -> str:
        return render_template(
            "admin_health.html",
            words=words_of_caller(parts),
            seen=health_board.board(parts),
            zone=zone_of_caller(),
            languages=languages,
            zendesk_url=parts.settings.zendesk_url,
        )

    @section.get("/health/doctor")
    def examination() -> str:
        found = doctor.examine(parts)
        return render_template("admin_health_doctor.html", words=words_of_caller(parts), found=found)

    @section.get("/health/overdue")
    def overdue() -> str:
        words = words_of_caller(parts)
        return render_template(
            "admin_health_overdue.html",
            words=words,
            board=health_board.overdue(parts),
            step_name=lambda step_id: step_name(step_id, words),
            zone=zone_of_caller(),
            zendesk_url=parts.settings.zendesk_url,
        )

    @section.get("/health/audit")
    def audit_log() -> str:
        return render_template(
            "admin_health_audit.html",
            words=words_of_caller(parts),
            page=health_board.audit(parts, _wanted(), below=_below()),
            zone=zone_of_caller(),
            now=parts.clock(),
            given={name: _given(name) for name in FILTERS},
            value=_value,
        )

    @section.get("/health/audit.csv")
    def audit_csv() -> Response:
        entries = health_board.audit_entries(parts, _wanted())
        header = ("id", "at", "actor", "action", "subject", "before", "after")
        return _file(csv_file(header, map(_row, entries)), "text/csv", "csv")

    @section.get("/health/audit.jsonl")
    def audit_json() -> Response:
        # The whole log, whatever is filtered: with a gap its chain could not be followed.
        lines = "".join(f"{line}\n" for line in audit.export_lines(parts))
        return _file(lines.encode(), "application/x-ndjson", "jsonl")

    @section.post("/parked/<kind>/<int:row_id>/try-again")
    def try_again(kind: str, row_id: int) -> Response:
        if not health_board.try_again(parts, kind, row_id, admin_id=g.session.user_id):
            raise Problem(HTTPStatus.NOT_FOUND, "not_parked", "This is no longer parked; refresh the page.")
        return Response(status=HTTPStatus.NO_CONTENT)

    @section.post("/parked/try-all-again")
    def try_all_again() -> Response:
        health_board.try_all_again(parts, admin_id=g.session.user_id)
        return Response(status=HTTPStatus.NO_CONTENT)

    return section


def _wanted() -> Wanted:
    zone = zone_of_caller()
    return Wanted(
        actor=_given("actor"),
        action=_given("action"),
        subject=_given("subject"),
        since=_midnight("since", zone, 0),
        until=_midnight("until", zone, 1),
    )


def _given(name: str) -> str:
    return one_line(request.args.get(name, "")[:LONGEST_WORD])


def _midnight(name: str, zone: ZoneInfo, later: int) -> datetime | None:
    """Return where a day that was asked for begins, or the day `later`; None where none was."""
    text = _given(name)
    try:
        day = date.fromisoformat(text) + timedelta(days=later) if text else None
    except (ValueError, OverflowError) as error:
        message = f"{name} is no day; write it as 2026-01-31."
        raise Problem(HTTPStatus.BAD_REQUEST, "bad_day", message) from error
    return datetime.combine(day, time(), zone).astimezone(UTC) if day else None


def _below() -> int | None:
    given = request.args.get("below", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None


def _row(entry: Entry) -> Sequence[str | int | datetime | None]:
    before, after = (
        None if v is None else json.dumps(v, ensure_ascii=False) for v in (entry.before, entry.after)
    )
    return entry.id, entry.at, entry.actor, entry.action, entry.subject, before, after


def _value(value: object) -> str:
    """Return what an entry holds on one line, cut where it is long."""
    if value is None:
        return ""
    told = value.items() if isinstance(value, dict) else [("", value)]
    text = plain("; ".join(f"{name}: {_plainly(each)}" if name else _plainly(each) for name, each in told))
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"


def _plainly(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_plainly(each) for each in value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _file(content: bytes, mimetype: str, ending: str) -> Response:
    response = Response(content, mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="makegood-audit.{ending}"'
    return response
