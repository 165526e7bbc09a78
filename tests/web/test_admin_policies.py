"""Policies and rules on the admin page: read, filled in as a form, tried on the past, published, switched."""

from typing import Any

import pytest
import yaml
from werkzeug.test import TestResponse

from integration.policies.shelf import SHIPPED
from integration.store import audit_log
from tests.web import scenario
from tests.web.asking import Asking
from tests.web.installation import ADMIN, AGENT, NOW, Site

LIST = "/app/api/admin/policies"
HOUSE = f"{LIST}/text/house.yaml"
SHIPPED_HOUSE = (SHIPPED / "house.yaml").read_text("utf-8")
SHIPPED_RULES = (SHIPPED / "rules.yaml").read_text("utf-8")
SOONER = SHIPPED_HOUSE.replace("amount: 4, unit: business_hours", "amount: 2, unit: business_hours")


@pytest.fixture
def admin(here: Site) -> Asking:
    scenario.tell(here.parts.database, NOW)
    return Asking(here, ADMIN, "admin")


def send(admin: Asking, act: str, text: str = SOONER, revision: int = 0, place: str = HOUSE) -> TestResponse:
    return admin.post(f"{place}/{act}", {"text": text, "revision": revision, "comment": ""})


def fill_in(admin: Asking, text: str, act: str, path: list[str | int], value: Any, place: str = HOUSE) -> Any:
    answer = admin.post(f"{place}/form", {"text": text, "act": act, "path": path, "value": value})
    return answer.json["text"] if answer.status_code == 200 and answer.json else answer


@pytest.mark.parametrize("path", ["", "/text/house.yaml", "/export"])
def test_only_admins_get_in(here: Site, path: str) -> None:
    assert Asking(here, AGENT).get(LIST + path).status_code == 403


@pytest.mark.parametrize("act", ["draft", "publish", "roll-back", "discard", "check", "form", "rehearse"])
def test_only_admins_change_anything(here: Site, act: str) -> None:
    assert Asking(here, AGENT).post(f"{HOUSE}/{act}", {"text": "x", "revision": 0}).status_code == 403


def test_what_is_in_force_reads_like_sentences(admin: Asking) -> None:
    text = admin.get(LIST).text

    assert "House rules" in text
    assert "due 4 business hours after the complaint came in" in text
    assert "not a complaint tag" in text
    assert "This is not legal advice." in text


def test_every_preset_shows_version_source_review_and_grade(here: Site, admin: Asking) -> None:
    text = admin.get(LIST).text

    for versions in here.parts.shelf.presets().values():
        assert versions[-1].title.replace("&", "&amp;").replace("'", "&#39;") in text
    assert "FCA Handbook, DISP 1.6.1" in text
    assert "read in the rule" in text
    assert 'rel="noopener noreferrer"' in text


def test_a_published_policy_counts_at_once_under_a_number_of_its_own(here: Site, admin: Asking) -> None:
    assert send(admin, "publish").status_code == 200

    policy = here.parts.shelf.current(NOW)
    assert (policy.version, policy.steps[0].limit.counts[0].delay.amount) == (2, 2)
    started_before = here.parts.shelf.find("house", 1)
    assert started_before is not None
    assert started_before.steps[0].limit.counts[0].delay.amount == 4


def test_a_second_change_leaves_the_first_to_the_complaints_that_run_by_it(here: Site, admin: Asking) -> None:
    send(admin, "publish")
    text = SOONER.replace("amount: 2,", "amount: 1,").replace("version: 1", "version: 2")

    send(admin, "publish", text)

    assert here.parts.shelf.current(NOW).version == 3
    first = here.parts.shelf.find("house", 2)
    assert first is not None
    assert first.steps[0].limit.counts[0].delay.amount == 2


def test_a_rolled_back_policy_leaves_the_file_in_force(here: Site, admin: Asking) -> None:
    send(admin, "publish")

    assert admin.post(f"{HOUSE}/roll-back", {}).status_code == 204

    assert here.parts.shelf.current(NOW).version == 1
    with here.parts.database.read() as conn:
        actions = [entry.action for entry in audit_log.entries(conn, subject="policies/house.yaml")]
    assert actions == ["text rolled back", "text published"]


@pytest.mark.parametrize(
    ("name", "text", "wrong"),
    [
        ("house.yaml", SHIPPED_HOUSE.replace("amount: 4", "amount: four"), "amount: four"),
        ("house.yaml", SHIPPED_HOUSE.replace("title: House", "titel: House"), "titel"),
        ("rules.yaml", SHIPPED_RULES.replace("threshold: 0.5", "threshold: 5"), "threshold: 5"),
        ("cues/en.yaml", "language: en\ncues: none\n", "cues"),
        ("clocks.yaml", "presets: [{id: x, since: 1}]\n", "since"),
    ],
)
def test_an_error_is_told_with_its_line_and_nothing_is_published(
    here: Site, admin: Asking, name: str, text: str, wrong: str
) -> None:
    place = f"{LIST}/text/{name}"

    found = admin.post(f"{place}/check", {"text": text}).json
    answer = send(admin, "publish", text, place=place)

    assert found is not None
    assert found["is_broken"]
    lines = [text.splitlines()[mark["line"] - 1] for mark in found["marks"]]
    assert any(wrong in line for line in lines)
    assert answer.status_code == 422
    assert here.parts.shelf.current(NOW).version == 1


def test_a_field_of_the_form_changes_the_text_and_keeps_its_comments(admin: Asking) -> None:
    text = fill_in(admin, SHIPPED_HOUSE, "put", ["steps", 0, "delay", "amount"], "6")

    assert text == SHIPPED_HOUSE.replace("{amount: 4,", "{amount: 6,")


def test_a_step_is_added_and_taken_away_by_the_form(admin: Asking) -> None:
    more = fill_in(admin, SHIPPED_HOUSE, "add", ["steps"], None)
    assert [step["id"] for step in yaml.safe_load(more)["steps"]][-1] == "step_1"

    less = fill_in(admin, more, "drop", ["steps", 0], None)

    assert "first_reply_high" not in [step["id"] for step in yaml.safe_load(less)["steps"]]


def test_a_step_is_escalated_to_a_group_level_by_level(here: Site, admin: Asking) -> None:
    text = fill_in(admin, SHIPPED_HOUSE, "add", ["steps", 0, "escalate"], None)
    text = fill_in(admin, text, "add", ["steps", 0, "escalate"], None)
    first: list[str | int] = ["steps", 0, "escalate", 0]
    text = fill_in(admin, text, "put", [*first, "after", "amount"], "2")
    text = fill_in(admin, text, "put", ["steps", 0, "escalate", 1, "group_id"], "360009")

    assert send(admin, "publish", text).status_code == 200

    policy = here.parts.shelf.current(NOW)
    one, two = policy.step("first_reply_high.1"), policy.step("first_reply_high.2")
    assert one is not None
    assert two is not None
    assert (one.level, one.limit.counts[0].delay.amount, one.reach) == (1, 2, "note")
    assert (two.after, two.reach, two.group_id) == ("first_reply_high.1", "assignee", 360009)
    shown = admin.get(LIST).text
    assert "First reply, level 2" in shown
    assert "hands it to group 360009" in shown


def test_a_group_that_is_emptied_leaves_a_note(admin: Asking) -> None:
    text = fill_in(admin, SHIPPED_HOUSE, "put", ["steps", 1, "group_id"], "360009")
    assert yaml.safe_load(text)["steps"][1]["reach"] == "assignee"

    text = fill_in(admin, text, "put", ["steps", 1, "group_id"], "")

    step = yaml.safe_load(text)["steps"][1]
    assert (step["reach"], "group_id" in step) == ("note", False)


def test_an_escalation_is_taken_away_by_the_form(admin: Asking) -> None:
    text = fill_in(admin, SHIPPED_HOUSE, "add", ["steps", 0, "escalate"], None)

    text = fill_in(admin, text, "drop", ["steps", 0, "escalate", 0], None)

    assert not yaml.safe_load(text)["steps"][0].get("escalate")


def test_a_condition_of_the_rules_takes_tags_channels_and_brands(admin: Asking) -> None:
    place = f"{LIST}/text/rules.yaml"
    text = fill_in(admin, SHIPPED_RULES, "add", ["always"], None, place)
    for path, value in (("tags", "legal, court"), ("channels", ["social"]), ("brand_ids", "360001 360002")):
        text = fill_in(admin, text, "put", ["always", 1, path], value, place)

    condition = yaml.safe_load(text)["always"][1]
    assert (condition["tags"], condition["channels"]) == (["legal", "court"], ["social"])
    assert condition["brand_ids"] == [360001, 360002]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["steps", 0, "delay", "amount"], "soon"),
        (["steps", 0, "delay", "amount"], "0"),
        (["steps", 0, "satisfied_by"], ["anything"]),
        (["time_zone"], "Nowhere/At_all"),
        (["steps", 0, "note"], "update"),
        (["steps", 0, "group_id"], "-4"),
        (["id"], "other"),
        ([], "x"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_and_changes_nothing(
    admin: Asking, path: list[str | int], value: Any
) -> None:
    answer = fill_in(admin, SHIPPED_HOUSE, "put", path, value)

    assert answer.status_code in {400, 422}


def test_a_dry_run_tells_how_often_it_would_have_reminded(admin: Asking) -> None:
    minutes = SHIPPED_HOUSE.replace("amount: 8, unit: business_hours", "amount: 10, unit: minutes")

    same = admin.post(f"{HOUSE}/rehearse", {"text": SHIPPED_HOUSE}).text
    changed = admin.post(f"{HOUSE}/rehearse", {"text": minutes}).text

    assert "Would have reminded 0 times." in same
    assert "Would have reminded 1 time." in changed
    assert "With what is in force now: 0." in changed
    assert "#41 · First reply" in changed


def test_a_dry_run_of_rules_and_word_lists_judges_every_ticket_anew(admin: Asking) -> None:
    nothing = "language: en\ncues: [{kind: dissatisfied, weight: 1, phrases: [abracadabra]}]\n"
    never = SHIPPED_RULES.replace("never:", "never:\n  - {id: mail, channels: [email]}")

    for name, text in (("cues/en.yaml", nothing), ("rules.yaml", never)):
        found = admin.post(f"{LIST}/text/{name}/rehearse", {"text": text}).text
        assert "Complaints among 1 tickets: 0 (now 1)." in found, name


def test_a_broken_text_has_no_dry_run(admin: Asking) -> None:
    assert admin.post(f"{HOUSE}/rehearse", {"text": "id: x"}).status_code == 422


def test_a_preset_is_switched_on_as_a_draft_first(here: Site, admin: Asking) -> None:
    clocks = f"{LIST}/text/clocks.yaml"

    answer = admin.post(f"{LIST}/presets/uk-fca-disp/switch", {"is_on": "yes"})

    assert answer.status_code == 204
    assert here.parts.shelf.clocks().switches == ()
    text = "presets: [{id: uk-fca-disp}]\n"
    assert "uk-fca-disp" in admin.get(clocks).text
    assert send(admin, "publish", text, revision=1, place=clocks).status_code == 200
    assert [switch.preset_id for switch in here.parts.shelf.clocks().switches] == ["uk-fca-disp"]
    admin.post(f"{LIST}/presets/uk-fca-disp/switch", {"is_on": "no"})
    assert "presets: []" in admin.get(clocks).text


def test_an_unknown_preset_or_text_is_refused(admin: Asking) -> None:
    assert admin.post(f"{LIST}/presets/no-such/switch", {"is_on": "yes"}).status_code == 404
    for name in ("nothing.yaml", "..%2Fx.yaml", "cues/../house.yaml", "house.yml"):
        assert admin.get(f"{LIST}/text/{name}").status_code == 404


def test_policies_move_as_files(here: Site, admin: Asking) -> None:
    send(admin, "publish")

    exported = admin.get(f"{LIST}/export")

    assert exported.headers["Content-Disposition"].endswith('makegood-policies.zip"')
    assert b"house.yaml" in exported.data
