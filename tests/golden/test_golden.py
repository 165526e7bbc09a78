"""Dates that were counted by hand, for every preset and every counting rule."""

import re
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from integration.domain.calendar import Calendar
from integration.domain.deadline import Stop
from integration.domain.followup import Satisfier
from integration.domain.planning import due, moments
from integration.domain.policy import Policy, Start, Step, Traits
from integration.domain.preset import (
    Deadline,
    NotAllowed,
    Preset,
    deadlines,
    extend,
    in_force,
)
from integration.policies import holiday_sets
from integration.policies.counting import HoursSchema, LimitSchema
from integration.policies.shelf import PolicyShelf
from tests.domain.builders import ticket

HERE = Path(__file__).parent
PRESETS = PolicyShelf().presets()
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MOMENT = re.compile(r"(\w{3}) (\d{4}-\d\d-\d\d) (end of day|\d\d:\d\d)(?: (\S+))?")

Row = dict[str, Any]


def rows(name: str) -> list[Row]:
    found: list[Row] = yaml.safe_load((HERE / name).read_text("utf-8"))
    return found


def moment(text: str, zone: str) -> datetime:
    """Read a moment as the table writes it; its weekday must be right."""
    match = MOMENT.fullmatch(text)
    assert match, f"{text!r} is no moment"
    weekday, day, at, where = match.groups()
    on = date.fromisoformat(day)
    assert DAYS[on.weekday()] == weekday, f"{day} is no {weekday}"
    if at == "end of day":
        return datetime.combine(on + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(UTC) - timedelta(
            seconds=1
        )
    if where and where[0] in "+-":
        return datetime.fromisoformat(f"{day}T{at}{where}").astimezone(UTC)
    return datetime.fromisoformat(f"{day}T{at}").replace(tzinfo=ZoneInfo(where or zone)).astimezone(UTC)


def name_of(row: Row) -> str:
    return f"{row.get('rule', row.get('count'))} {row.get('received', row.get('from'))} → {row['due']}"


def version_for(row: Row) -> tuple[Preset, datetime]:
    versions = PRESETS[row["rule"].split(" / ")[0]]
    received_at = moment(row["received"], versions[0].time_zone)
    preset = in_force(versions, received_at)
    assert preset is not None
    assert preset.version == row.get("version", preset.version)
    return preset, received_at


def found_for(row: Row, preset: Preset, received_at: datetime) -> dict[str, Deadline]:
    happened = {Start(name): moment(text, preset.time_zone) for name, text in row.get("happened", {}).items()}
    starts = {**moments(received_at), **happened}
    starts[Start.LAST_NEWS] = happened.get(Start.LAST_PUBLIC_REPLY, received_at)
    stopped = [moment(text, preset.time_zone) for text in row.get("stopped", ())]
    found = deadlines(
        preset,
        starts,
        calendar_of(preset, received_at),
        traits=Traits(ticket(tags=frozenset(row.get("tags", ()))), "low", "delivery", "en"),
        stops=[Stop(*stopped)] if stopped else (),
    )
    return {deadline.limit_id: deadline for deadline in found}


def calendar_of(preset: Preset, received_at: datetime) -> Calendar:
    years = range(received_at.year, received_at.year + 2)
    return preset.calendar(holiday_sets.days(preset.holiday_sets, years))


@pytest.mark.parametrize("row", rows("presets.yaml"), ids=name_of)
def test_a_preset_s_date_is_the_one_counted_by_hand(row: Row) -> None:
    preset, received_at = version_for(row)
    found = found_for(row, preset, received_at)
    _, _, limit = row["rule"].partition(" / ")

    if row["due"] == "none":
        assert limit not in found
        return
    assert found[limit].due_at == moment(row["due"], preset.time_zone), row["why"]
    assert found[limit].is_provisional == row.get("provisional", False)


@pytest.mark.parametrize("row", [r for r in rows("presets.yaml") if "extended" in r], ids=name_of)
def test_an_extension_ends_where_it_was_counted_by_hand(row: Row) -> None:
    preset, received_at = version_for(row)
    limit = row["rule"].partition(" / ")[2]
    rule, known = preset.limit(limit), found_for(row, preset, received_at)[limit]
    assert rule is not None
    notice_at = moment(row["extended"]["notice"], preset.time_zone)

    def extended_until() -> datetime:
        calendar = calendar_of(preset, received_at)
        return extend(
            rule,
            known,
            cause="We wait for a report.",
            notice_at=notice_at,
            received_at=received_at,
            calendar=calendar,
        ).due_at

    if row["extended"]["due"] == "refused":
        with pytest.raises(NotAllowed):
            extended_until()
    else:
        assert extended_until() == moment(row["extended"]["due"], preset.time_zone), row["why"]


def calendar_for(row: Row) -> Calendar:
    hours = HoursSchema.model_validate(row.get("hours", {})).week()
    return Calendar(ZoneInfo(row["zone"]), frozenset(row.get("free", ())), hours)


@pytest.mark.parametrize("row", rows("counting.yaml"), ids=name_of)
def test_a_counting_rule_ends_where_it_was_counted_by_hand(row: Row) -> None:
    limit = LimitSchema.model_validate(row["count"]).limit()

    due_at = limit.ends(moment(row["from"], row["zone"]), calendar_for(row))

    assert due_at == moment(row["due"], row["zone"]), row["why"]


@pytest.mark.parametrize("row", rows("pauses.yaml"), ids=name_of)
def test_a_paused_step_goes_on_with_the_time_that_was_left(row: Row) -> None:
    limit = LimitSchema.model_validate(row["count"]).limit()
    step = Step("step", Start.RECEIVED, limit, frozenset({Satisfier.RESOLVED}), "update")
    policy = Policy("policy", 1, "Policy", date(2026, 1, 1), row["zone"], (step,))
    stops = [Stop(*(moment(text, row["zone"]) for text in pause)) for pause in row["paused"]]

    due_at = due(policy, step, moment(row["from"], row["zone"]), calendar_for(row), stops)

    assert due_at == moment(row["due"], row["zone"]), row["why"]


def test_every_limit_of_every_preset_and_every_extension_has_a_row() -> None:
    table = rows("presets.yaml")
    covered = {row["rule"] for row in table}
    extended = {row["rule"] for row in table if row.get("extended", {}).get("due", "refused") != "refused"}
    limits = [(p, limit) for versions in PRESETS.values() for p in versions for limit in p.limits]

    assert {f"{p.id} / {limit.id}" for p, limit in limits} <= covered
    assert {f"{p.id} / {limit.id}" for p, limit in limits if limit.extension} <= extended
    assert set(PRESETS) == {rule.split(" / ")[0] for rule in covered}
