from datetime import date, time
from pathlib import Path

import pytest

from integration.domain.calendar import office_week
from integration.domain.complaint import CueKind
from integration.domain.deadline import Unit, plain
from integration.domain.followup import Satisfier
from integration.domain.history import Outcome
from integration.domain.policy import Start
from integration.domain.ticket import Channel
from integration.domain.wording import fold
from integration.policies.load import load_cues, load_language, load_policy, load_rules
from integration.policies.problem import InvalidPolicy
from integration.policies.shelf import SHIPPED

POLICY = """\
id: own
version: 2
title: Ours
effective_from: 2026-01-01
time_zone: Europe/Berlin
business_hours: {opens: "08:00", closes: "16:30"}
holidays: [2026-12-25]
steps:
  - id: first
    start: received
    delay: {amount: 2, unit: business_hours}
    satisfied_by: [public_reply]
    note: first-reply
    bands: [high]
"""


def written(folder: Path, text: str, name: str = "own.yaml") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def complaints(file: Path, load: object = load_policy) -> list[tuple[int, str]]:
    with pytest.raises(InvalidPolicy) as caught:
        load(file)  # type: ignore[operator]
    assert all(problem.file == file for problem in caught.value.problems)
    return [(problem.line, problem.message) for problem in caught.value.problems]


def test_a_policy_file_becomes_a_policy(tmp_path: Path) -> None:
    policy = load_policy(written(tmp_path, POLICY))

    assert (policy.id, policy.version, policy.effective_from) == ("own", 2, date(2026, 1, 1))
    assert (policy.week, policy.holidays) == (office_week(time(8), time(16, 30)), {date(2026, 12, 25)})
    (step,) = policy.steps
    assert (step.start, step.limit) == (Start.RECEIVED, plain(2, Unit.BUSINESS_HOURS))
    assert (step.satisfied_by, step.bands) == ({Satisfier.PUBLIC_REPLY}, {"high"})


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("unit: business_hours", "unit: fortnights", 11, "business_hours"),
        ("amount: 2", "amount: 0", 11, "greater than or equal to 1"),
        ("    note: first-reply\n", "", 9, "note is missing"),
        ("    bands: [high]", "    band: [high]", 14, "band is not known here"),
        ("Europe/Berlin", "Berlin", 5, "is no time zone"),
        ("2026-01-01", "soon", 4, "effective_from"),
        ('"08:00"', "10:00", 6, "quotes round the time"),
        ('"16:30"', '"07:30"', 6, "open before they close"),
        ("version: 2", "version: two", 2, "integer"),
        ("[public_reply]", "[public_replies]", 12, "public_reply"),
        ("version: 2", "id: again", 2, "id stands here twice"),
        ("title: Ours", "title: [Ours", 4, "is not YAML"),
        ("title: Ours", "title: &t Ours\nnote: *t", 3, "by reference"),
        ("steps:", "steps: []\nothers:", 8, "at least 1 item"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, old: str, new: str, line: int, says: str) -> None:
    assert old in POLICY
    problems = complaints(written(tmp_path, POLICY.replace(old, new)))

    assert any(at == line and says in message for at, message in problems), problems


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = POLICY.replace("version: 2", "version: 0").replace("amount: 2", "amount: x")

    assert [line for line, _ in complaints(written(tmp_path, text))] == [2, 11]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"id: \xff\xfe", "not UTF-8"),
        (b"x: " + b"a" * 300_000, "larger than"),
        (b"[" * 50 + b"]" * 50, "nested too deep"),
        (b"- a\n- b\n", "the file"),
        (b"id: !!python/object/apply:os.getcwd []", "line"),
    ],
)
def test_a_file_that_cannot_be_a_policy_is_refused(tmp_path: Path, content: bytes, says: str) -> None:
    file = tmp_path / "own.yaml"
    file.write_bytes(content)

    with pytest.raises(InvalidPolicy, match=says if says != "line" else "own.yaml"):
        load_policy(file)


def test_a_missing_file_is_a_problem_and_no_crash(tmp_path: Path) -> None:
    assert complaints(tmp_path / "gone.yaml")[0][1].startswith("cannot be read")


def test_rules_become_conditions_channels_and_outcomes(tmp_path: Path) -> None:
    text = """\
threshold: 0.6
always:
  - {id: form, form_ids: [11], fields: {42: [gold]}}
severity_by_channel: {social: 1.5}
outcome_by_tag: {refund_issued: refund}
"""
    rules = load_rules(written(tmp_path, text))

    assert (rules.threshold, rules.always[0].form_ids, rules.always[0].fields) == (
        0.6,
        {11},
        {42: frozenset({"gold"})},
    )
    assert rules.severity_by_channel == {Channel.SOCIAL: 1.5}
    assert rules.outcome_by_tag == {"refund_issued": Outcome.REFUND}


def test_a_condition_without_criteria_is_refused(tmp_path: Path) -> None:
    problems = complaints(written(tmp_path, "always:\n  - id: everything\n"), load_rules)

    assert problems == [(2, "always.0: a condition needs tags, form_ids, brand_ids, channels or fields.")]


def test_a_bare_no_in_a_word_list_is_explained(tmp_path: Path) -> None:
    text = "language: en\nnegations: [not,\n  no]\ncues:\n  - {kind: threat, weight: 4, phrases: [sue you]}\n"
    ((line, message),) = complaints(written(tmp_path, text), load_language)

    assert line == 3
    assert "put quotes round it" in message


def test_a_phrase_without_words_is_refused(tmp_path: Path) -> None:
    text = 'language: en\ncues:\n  - {kind: threat, weight: 4, phrases: [sue you, "…"]}\n'
    ((line, message),) = complaints(written(tmp_path, text), load_language)

    assert (line, "holds no word" in message) == (3, True)


def test_problems_of_all_word_lists_come_together(tmp_path: Path) -> None:
    written(tmp_path, "language: en\n", "en.yaml")
    written(tmp_path, "language: english\n", "es.yaml")

    with pytest.raises(InvalidPolicy) as caught:
        load_cues(tmp_path)
    assert {problem.file.name for problem in caught.value.problems} == {"en.yaml", "es.yaml"}


def test_everything_shipped_loads() -> None:
    policy, rules, cues = (
        load_policy(SHIPPED / "house.yaml"),
        load_rules(SHIPPED / "rules.yaml"),
        load_cues(SHIPPED / "cues"),
    )

    assert {step.id for step in policy.steps} == {"first_reply_high", "first_reply", "update", "check_in"}
    assert rules.outcome_by_tag["refund_issued"] is Outcome.REFUND
    assert set(cues.languages) == {"en", "es", "de", "fr", "pt", "ru"}
    hits = cues.languages["de"].cues.find(fold("Das ist eine Frechheit"))
    assert [hit.phrase.label for hit in hits] == [CueKind.DISSATISFIED]
