"""Reads the account's business-hours schedules with their holidays; zenpy does not know them."""

from dataclasses import dataclass
from datetime import date

from integration.zendesk import paging, shapes
from integration.zendesk.errors import UnexpectedAnswer
from integration.zendesk.http import ZendeskSession
from integration.zendesk.shapes import BadValue, Json

PATH = "/api/v2/business_hours/schedules"
MOST_SCHEDULES = 50
_WEEK = 7 * 24 * 60


@dataclass(frozen=True, slots=True)
class FoundSchedule:
    """A schedule; intervals are minutes since Sunday 0:00, holidays go from a first to a last day."""

    id: int
    name: str
    time_zone: str
    intervals: tuple[tuple[int, int], ...]
    holidays: tuple[tuple[str, date, date], ...]


def read_schedules(session: ZendeskSession) -> tuple[FoundSchedule, ...]:
    """Read all schedules (1 request, and 1 for each of them). Raises a `ZendeskError`."""
    answer = paging.json_object(session.get(PATH))
    found = paging.objects(answer, "schedules")
    if len(found) > MOST_SCHEDULES:
        raise UnexpectedAnswer(f"more than {MOST_SCHEDULES} schedules.")
    return tuple(_schedule(session, row) for row in found)


def _schedule(session: ZendeskSession, row: Json) -> FoundSchedule:
    try:
        schedule_id = shapes.required_id(row.get("id"), "id")
        holidays = paging.json_object(session.get(f"{PATH}/{schedule_id}/holidays"))
        return FoundSchedule(
            id=schedule_id,
            name=shapes.text(row.get("name"), "name"),
            time_zone=shapes.text(row.get("time_zone"), "time_zone"),
            intervals=tuple(_interval(each) for each in shapes.rows(row.get("intervals"), "intervals")),
            holidays=tuple(_holiday(each) for each in paging.objects(holidays, "holidays")),
        )
    except BadValue as error:
        raise UnexpectedAnswer(f"schedule.{error}.") from None


def _interval(value: object) -> tuple[int, int]:
    row = shapes.table(value, "intervals")
    start, end = row.get("start_time"), row.get("end_time")
    if not isinstance(start, int) or not isinstance(end, int) or not 0 <= start < end <= _WEEK:
        raise BadValue("intervals are not minutes of a week")
    return start, end


def _holiday(row: Json) -> tuple[str, date, date]:
    try:
        first = date.fromisoformat(shapes.text(row.get("start_date"), "start_date"))
        last = date.fromisoformat(shapes.text(row.get("end_date"), "end_date"))
    except ValueError:
        raise BadValue("holidays have no dates") from None
    return shapes.text(row.get("name"), "name"), first, last
