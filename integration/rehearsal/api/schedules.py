"""Business hours: schedules with their weekly intervals, and holidays."""

from datetime import date
from typing import Any

from flask import Blueprint, Flask, Response

from integration.rehearsal.account import Account
from integration.rehearsal.answers import json_answer
from integration.rehearsal.base import Doc
from integration.rehearsal.errors import Invalid, NotFound
from integration.rehearsal.guard import named, require_admin

_WEEK = 7 * 1440
_DAY = 1440


def register(app: Flask, account: Account) -> None:
    """Add the routes."""
    api = Blueprint("schedules", __name__, url_prefix="/api/v2/business_hours/schedules")
    _add_schedules(api, account)
    _add_holidays(api, account)
    app.register_blueprint(api)


def _add_schedules(api: Blueprint, account: Account) -> None:
    @api.get("")
    def list_schedules() -> Response:
        require_admin(account)
        base = f"{account.config.base_url}/api/v2/business_hours/schedules.json"
        return json_answer({"schedules": account.resources("schedule"), "url": base})

    @api.post("")
    def create_schedule() -> Response:
        require_admin(account)
        data = named("schedule")
        doc = {"intervals": [], **_checked(data, ("name", "time_zone"))}
        return json_answer({"schedule": account.save_resource("schedule", doc)}, 201)

    @api.get("/<int:schedule_id>")
    def show_schedule(schedule_id: int) -> Response:
        return json_answer({"schedule": account.resource("schedule", schedule_id)})

    @api.put("/<int:schedule_id>")
    def update_schedule(schedule_id: int) -> Response:
        require_admin(account)
        data = _checked(
            {**account.resource("schedule", schedule_id), **named("schedule")}, ("name", "time_zone")
        )
        return json_answer({"schedule": account.save_resource("schedule", data, schedule_id)})

    @api.delete("/<int:schedule_id>")
    def delete_schedule(schedule_id: int) -> Response:
        require_admin(account)
        account.delete_resource("schedule", schedule_id)
        return Response(status=204)

    @api.put("/<int:schedule_id>/workweek")
    def update_workweek(schedule_id: int) -> Response:
        require_admin(account)
        intervals = _intervals(named("workweek").get("intervals"))
        account.save_resource("schedule", {"intervals": intervals}, schedule_id)
        return json_answer({"workweek": {"intervals": intervals}})


def _add_holidays(api: Blueprint, account: Account) -> None:
    def holiday(schedule_id: int, holiday_id: int) -> Doc:
        doc = account.resource("holiday", holiday_id)
        if doc["_schedule_id"] != schedule_id:
            raise NotFound
        return doc

    @api.get("/<int:schedule_id>/holidays")
    def list_holidays(schedule_id: int) -> Response:
        account.resource("schedule", schedule_id)
        docs = [d for d in account.resources("holiday") if d["_schedule_id"] == schedule_id]
        return json_answer({"holidays": [_shown(doc) for doc in docs]})

    @api.post("/<int:schedule_id>/holidays")
    def create_holiday(schedule_id: int) -> Response:
        require_admin(account)
        account.resource("schedule", schedule_id)
        data = _dated(account, _checked(named("holiday"), ("name", "start_date", "end_date")))
        doc = account.save_resource("holiday", {**data, "_schedule_id": schedule_id})
        return json_answer({"holiday": _shown(doc)}, 201)

    @api.get("/<int:schedule_id>/holidays/<int:holiday_id>")
    def show_holiday(schedule_id: int, holiday_id: int) -> Response:
        return json_answer({"holiday": _shown(holiday(schedule_id, holiday_id))})

    @api.put("/<int:schedule_id>/holidays/<int:holiday_id>")
    def update_holiday(schedule_id: int, holiday_id: int) -> Response:
        require_admin(account)
        before = holiday(schedule_id, holiday_id)
        data = _checked({**before, **named("holiday")}, ("name", "start_date", "end_date"))
        return json_answer(
            {"holiday": _shown(account.save_resource("holiday", _dated(account, data), holiday_id))}
        )

    @api.delete("/<int:schedule_id>/holidays/<int:holiday_id>")
    def delete_holiday(schedule_id: int, holiday_id: int) -> Response:
        require_admin(account)
        holiday(schedule_id, holiday_id)
        account.delete_resource("holiday", holiday_id)
        return Response(status=204)


def _shown(doc: Doc) -> Doc:
    return {name: doc[name] for name in ("id", "name", "start_date", "end_date")}


def _checked(data: Doc, names: tuple[str, ...]) -> Doc:
    for name in names:
        if not isinstance(data.get(name), str) or not data[name].strip():
            raise Invalid.because(**{name: "cannot be blank"})
    return {name: data[name] for name in names}


def _dated(account: Account, data: Doc) -> Doc:
    try:
        start, end = date.fromisoformat(data["start_date"]), date.fromisoformat(data["end_date"])
    except ValueError:
        raise Invalid.because(start_date="is not a date") from None
    today = account.clock.now().date()
    if end < start or abs(start.year - today.year) > 2 or abs(end.year - today.year) > 2:
        raise Invalid.because(start_date="must lie within two years and not after end_date")
    return data


def _intervals(wanted: Any) -> list[Doc]:
    """Return the weekly opening times, in minutes since Sunday 0:00; none may span a day. Raises Invalid."""
    problem = Invalid.because(intervals="must be minutes since Sunday, each within a day")
    if not isinstance(wanted, list) or not wanted:
        raise problem
    intervals = []
    for entry in wanted:
        start, end = (
            entry.get(name) if isinstance(entry, dict) else None for name in ("start_time", "end_time")
        )
        if not isinstance(start, int) or not isinstance(end, int) or not 0 <= start < end <= _WEEK:
            raise problem
        if start // _DAY != (end - 1) // _DAY:
            raise problem
        intervals.append({"start_time": start, "end_time": end})
    return sorted(intervals, key=lambda entry: int(entry["start_time"]))
