"""The account's business hours, and what Zendesk calls time zones."""

from datetime import date
from zoneinfo import ZoneInfo, available_timezones

import pytest
import responses

from integration.zendesk.errors import UnexpectedAnswer
from integration.zendesk.http import ZendeskSession
from integration.zendesk.oauth import AccessToken
from integration.zendesk.schedules import PATH, read_schedules
from integration.zendesk.time_zones import RAILS, zone_of
from tests.zendesk.peer import Peer

ACCOUNT = "https://example.zendesk.com"
SCHEDULE = {"id": 1, "name": "Support", "time_zone": "London", "intervals": []}


def test_schedules_come_with_hours_and_holidays(peer: Peer, session: ZendeskSession) -> None:
    account = peer.server.account
    (schedule,) = account.resources("schedule")
    easter = {"name": "Easter", "start_date": "2026-04-03", "end_date": "2026-04-06"}
    account.save_resource("holiday", {**easter, "_schedule_id": schedule["id"]})

    (found,) = read_schedules(session)

    assert (found.name, found.time_zone) == ("Business hours", "Eastern Time (US & Canada)")
    assert found.intervals[0] == (1440 + 540, 1440 + 1020)
    assert found.holidays == (("Easter", date(2026, 4, 3), date(2026, 4, 6)),)


@pytest.mark.parametrize(
    ("schedule", "holidays"),
    [
        ({**SCHEDULE, "intervals": [{"start_time": 60, "end_time": 20_000}]}, []),
        ({**SCHEDULE, "intervals": [{"start_time": "09:00", "end_time": 600}]}, []),
        (SCHEDULE, [{"name": "Easter", "start_date": "soon", "end_date": "later"}]),
    ],
)
def test_what_is_no_schedule_is_not_believed(schedule: dict[str, object], holidays: list[object]) -> None:
    with responses.RequestsMock() as mocked:
        mocked.post(f"{ACCOUNT}/oauth/tokens", json={"access_token": "t", "expires_in": 1800})
        mocked.get(f"{ACCOUNT}{PATH}", json={"schedules": [schedule]})
        mocked.get(f"{ACCOUNT}{PATH}/1/holidays", json={"holidays": holidays})
        with ZendeskSession(ACCOUNT, AccessToken(ACCOUNT, "id", "secret")) as session:  # noqa: SIM117
            with pytest.raises(UnexpectedAnswer):
                read_schedules(session)


def test_every_name_of_a_zone_means_one_that_exists() -> None:
    assert len(RAILS) > 150
    assert set(RAILS.values()) <= available_timezones()


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("Eastern Time (US & Canada)", "America/New_York"),
        ("Edinburgh", "Europe/London"),
        ("Kyiv", "Europe/Kyiv"),
        ("Samoa", "Pacific/Apia"),
        ("Nuku'alofa", "Pacific/Tongatapu"),
        ("Europe/Berlin", "Europe/Berlin"),
        ("Middle Earth", None),
        ("../etc/passwd", None),
    ],
)
def test_a_name_is_read_as_rails_means_it(name: str, zone: str | None) -> None:
    assert zone_of(name) == zone
    if zone:
        assert ZoneInfo(zone)
