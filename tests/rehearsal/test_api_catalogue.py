"""What admins set up, over HTTP: ticket fields, schedules, people."""

import pytest

from tests.rehearsal.outside import Outside

OPTIONS = [{"name": "Confirmed", "value": "confirmed"}, {"name": "Resolved", "value": "resolved"}]


def test_the_system_fields_are_there_and_stay(outside: Outside) -> None:
    fields = outside.api("GET", "ticket_fields.json").json()["ticket_fields"]

    assert {"subject", "description", "status", "tickettype", "priority", "group", "assignee"} <= {
        field["type"] for field in fields
    }
    assert outside.api("DELETE", f"ticket_fields/{fields[0]['id']}").status_code == 403


def test_a_field_is_created_changed_and_deleted(outside: Outside) -> None:
    wanted = {"type": "tagger", "title": "Complaint", "custom_field_options": OPTIONS}
    answer = outside.api("POST", "ticket_fields", {"ticket_field": wanted})
    field = answer.json()["ticket_field"]
    path = f"ticket_fields/{field['id']}"

    changed = outside.api("PUT", path, {"ticket_field": {"title": "Makegood: Complaint"}}).json()[
        "ticket_field"
    ]

    assert answer.status_code == 201
    assert changed["title"] == "Makegood: Complaint"
    assert [option["value"] for option in changed["custom_field_options"]] == ["confirmed", "resolved"]
    assert outside.api("DELETE", path).status_code == 204
    assert outside.api("GET", path).status_code == 404


def test_agents_do_not_change_fields(outside: Outside) -> None:
    token = outside.account.tokens.issue(outside.agent_id, ["read", "write"])
    headers = {"Authorization": f"Bearer {token}"}

    answer = outside.api(
        "POST", "ticket_fields", {"ticket_field": {"type": "text", "title": "x"}}, headers=headers
    )

    assert answer.status_code == 403


@pytest.mark.parametrize("plural", ["ticket_forms", "brands", "groups", "custom_statuses"])
def test_a_new_account_has_one_of_each(outside: Outside, plural: str) -> None:
    listed = outside.api("GET", f"{plural}.json").json()[plural]

    shown = outside.api("GET", f"{plural}/{listed[0]['id']}.json").json()
    assert shown == {plural.removesuffix("es" if plural.endswith("ses") else "s"): listed[0]}


def test_schedules_name_their_zone_as_rails_does(outside: Outside) -> None:
    (schedule,) = outside.api("GET", "business_hours/schedules.json").json()["schedules"]

    assert schedule["time_zone"] == "Eastern Time (US & Canada)"
    assert schedule["intervals"][0] == {"start_time": 1980, "end_time": 2460}


def test_a_workweek_has_intervals_within_days(outside: Outside) -> None:
    (schedule,) = outside.api("GET", "business_hours/schedules").json()["schedules"]
    path = f"business_hours/schedules/{schedule['id']}/workweek"
    good, bad = {"start_time": 2000, "end_time": 2400}, {"start_time": 1400, "end_time": 1500}

    assert outside.api("PUT", path, {"workweek": {"intervals": [bad]}}).status_code == 422
    assert outside.api("PUT", path, {"workweek": {"intervals": [good]}}).json()["workweek"]["intervals"] == [
        good
    ]


def test_holidays_belong_to_a_schedule(outside: Outside) -> None:
    (schedule,) = outside.api("GET", "business_hours/schedules").json()["schedules"]
    path = f"business_hours/schedules/{schedule['id']}/holidays"
    year = outside.account.clock.now().year
    good = {"name": "New Year", "start_date": f"{year}-01-01", "end_date": f"{year}-01-01"}

    answer = outside.api("POST", path, {"holiday": good})
    far = outside.api("POST", path, {"holiday": {**good, "start_date": f"{year + 3}-01-01"}})

    assert (answer.status_code, far.status_code) == (201, 422)
    assert outside.api("GET", path).json()["holidays"] == [{"id": answer.json()["holiday"]["id"], **good}]


def test_people_are_made_changed_merged_and_deleted(outside: Outside) -> None:
    first, second = (
        outside.api("POST", "users", {"user": {"name": name, "email": f"{name}@example.org"}}).json()["user"]
        for name in ("bo", "bea")
    )
    outside.api("PUT", f"users/{first['id']}", {"user": {"locale": "ru"}})

    merged = outside.api("PUT", f"users/{first['id']}/merge", {"user": {"id": second["id"]}}).json()["user"]
    gone = outside.api("GET", f"users/{first['id']}").json()["user"]

    assert merged["id"] == second["id"]
    assert (gone["active"], gone["locale"]) == (False, "ru")
    assert outside.api("DELETE", f"users/{second['id']}").json()["user"]["active"] is False
