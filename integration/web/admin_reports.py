"""The admin page's reports: the figures, the cases behind each of them, and both as CSV."""

from datetime import date
from http import HTTPStatus

from flask import Blueprint, Response, render_template, request

from integration.domain.period import BadPeriod, Period, last_days
from integration.domain.report import FIGURES, Choice, Dimension, Part
from integration.handling import reports
from integration.parts import Parts
from integration.web import report_files
from integration.web.caller import admin_section, words_of_caller
from integration.web.problems import Problem
from integration.web.report_view import SPANS_OF_DAYS, CaseList, ReportView, name_of, percent

LONGEST_KEY = 200


def blueprint(parts: Parts) -> Blueprint:
    """Build the routes of the section below /app/api/admin."""
    section = admin_section(parts, "admin_reports")
    section.register_error_handler(reports.TooManyCases, _too_many)

    @section.get("/reports")
    def figures() -> str:
        view = ReportView(reports.report(parts, _period(parts)), words_of_caller(parts), _chosen())
        return render_template("admin_reports.html", view=view, words=view.words)

    @section.get("/reports/detection")
    def detection() -> str:
        return render_template(
            "admin_reports_detection.html",
            words=words_of_caller(parts),
            found=reports.quality(parts),
            zone=reports.zone(parts),
            now=parts.clock(),
            percent=percent,
            name_of=name_of,
        )

    @section.get("/reports/cases")
    def cases() -> str:
        period, choice = _period(parts), _choice()
        listed = CaseList(
            rows=reports.behind(parts, period, choice),
            choice=choice,
            period=period,
            words=words_of_caller(parts),
            zendesk_url=parts.settings.zendesk_url,
            page=_page(),
        )
        return render_template("admin_reports_cases.html", listed=listed, words=listed.words)

    @section.get("/reports/cases.csv")
    def cases_file() -> Response:
        period = _period(parts)
        rows = reports.behind(parts, period, _choice())
        return _file(report_files.cases(rows, parts.settings.zendesk_url), "complaints", period)

    @section.get("/reports/figures.csv")
    def figures_file() -> Response:
        period = _period(parts)
        return _file(report_files.figures(reports.report(parts, period)), "figures", period)

    return section


def _period(parts: Parts) -> Period:
    """Read `from` and `to`, or `period` as a number of days that end today."""
    zone = reports.zone(parts)
    if _is_custom():
        try:
            return Period(_day("from"), _day("to"), zone)
        except BadPeriod as error:
            raise _bad(str(error)) from error
    return last_days(SPANS_OF_DAYS[_chosen()], parts.clock(), zone)


def _chosen() -> str:
    """Return which of the offered periods was asked for."""
    if _is_custom():
        return "custom"
    given = request.args.get("period", "90")
    if given not in SPANS_OF_DAYS:
        raise _bad("choose one of the periods that the page offers")
    return given


def _is_custom() -> bool:
    has_days = bool(request.args.get("from") and request.args.get("to"))
    return has_days and request.args.get("period", "custom") == "custom"


def _day(name: str) -> date:
    try:
        return date.fromisoformat(request.args[name])
    except ValueError as error:
        raise _bad(f"{name} is no day; write it as 2026-01-31") from error


def _choice() -> Choice:
    given = request.args
    figure = given.get("figure", "received")
    by, part = given.get("by"), given.get("part", Part.ALL.value)
    if figure not in FIGURES or part not in set(Part) or (by and by not in set(Dimension)):
        raise _bad("there is no such figure; open it from the reports again")
    return Choice(
        figure,
        Part(part),
        by=Dimension(by) if by else None,
        key=given.get("key", "")[:LONGEST_KEY],
        purse=given.get("purse", "")[:LONGEST_KEY],
    )


def _page() -> int:
    given = request.args.get("page", "1")
    return max(int(given), 1) if given.isascii() and given.isdigit() and len(given) < 6 else 1


def _file(content: bytes, name: str, period: Period) -> Response:
    response = Response(content, mimetype="text/csv")
    file = f"makegood-{name}-{period.first}-{period.last}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{file}"'
    return response


def _too_many(_error: Exception) -> Response:
    raise _bad("the period holds more complaints than one report takes; choose a shorter one")


def _bad(what: str) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, "bad_report", f"This report cannot be made: {what}.")
