"""The admin page names the time zone that deadlines are counted in: that of the account's own schedule."""

import pytest

from integration.store import schedules
from integration.store.schedules import Schedule
from tests.web.asking import Asking
from tests.web.installation import ADMIN, NOW, Site

NEW_YORK = Schedule(7, "Desk", "Eastern Time (US & Canada)", "America/New_York", ((1980, 2460),), ())


@pytest.mark.parametrize("section", ["health", "policies", "reports"])
def test_the_schedule_s_zone_is_named_and_not_the_one_it_takes_the_place_of(here: Site, section: str) -> None:
    with here.parts.database.write() as conn:
        schedules.save(conn, [NEW_YORK], now=NOW)

    page = Asking(here, ADMIN, "admin").get(f"/app/api/admin/{section}").text

    assert "America/New_York" in page
    assert "Europe/London" not in page
