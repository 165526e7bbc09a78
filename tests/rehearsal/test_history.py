"""The generated history is plausible, loadable and the same for the same seed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from integration.rehearsal.account import Account, open_account
from integration.rehearsal.config import Config
from integration.rehearsal.history import generate, live_tickets
from integration.rehearsal.history_tickets import CHANNELS, first_name
from integration.rehearsal.loader import load_history
from integration.rehearsal.phrases import LANGUAGES, phrases

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
REFERENCES = (
    "requester",
    "submitter",
    "assignee",
    "group",
    "brand",
    "organization",
    "merged_into",
    "followup_of",
)


@pytest.fixture(scope="module")
def history() -> list[dict[str, Any]]:
    return list(generate(7, NOW))


@pytest.fixture(scope="module")
def tickets(history: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [item for item in history if item["kind"] == "ticket"]


def test_the_same_seed_gives_the_same_history_and_another_seed_another() -> None:
    first, again, other = (list(generate(seed, NOW, years=1, requesters=30)) for seed in (1, 1, 2))

    assert first == again
    assert first != other


def test_everything_referred_to_came_before(history: list[dict[str, Any]]) -> None:
    seen: set[str | None] = {None}
    for item in history:
        authors = [comment["author"] for comment in item.get("comments", [])]
        changers = [change["by"] for change in item.get("status_changes", [])]
        assert {*authors, *changers, *(item.get(name) for name in REFERENCES)} <= seen
        assert set(item.get("custom_fields", {})) <= seen
        assert item["key"] not in seen
        seen.add(item["key"])


def test_nothing_happens_after_now_and_comments_are_in_order(tickets: list[dict[str, Any]]) -> None:
    for ticket in tickets:
        moments = [comment["at"] for comment in ticket["comments"]]
        assert moments == sorted(moments)
        assert ticket["created_at"] <= moments[-1] <= ticket["updated_at"] <= "2026-11-22T12:00:00Z"
        assert ticket["status"] == ticket["status_changes"][-1]["status"]


def test_every_language_has_requesters_complaints_and_questions(history: list[dict[str, Any]]) -> None:
    languages = {user["key"]: user["locale"].partition("-")[0] for user in history if user["kind"] == "user"}
    seen = Counter(
        (languages[item["requester"]], item["truth"]["complaint"])
        for item in history
        if item["kind"] == "ticket"
    )

    assert set(seen) == {(language, complaint) for language in LANGUAGES for complaint in (True, False)}
    assert min(seen.values()) >= 20


def test_shares_are_those_of_a_busy_shop(tickets: list[dict[str, Any]]) -> None:
    complaints = sum(ticket["truth"]["complaint"] for ticket in tickets) / len(tickets)
    statuses = Counter(ticket["status"] for ticket in tickets)

    assert 2000 <= len(tickets) <= 3000
    assert 0.15 <= complaints <= 0.22
    assert statuses["closed"] > 0.9 * len(tickets)
    assert {"new", "open", "solved"} <= set(statuses)
    assert {ticket["channel"] for ticket in tickets} == set(CHANNELS)


def test_broken_promises_are_followed_by_the_requester_asking(tickets: list[dict[str, Any]]) -> None:
    broken = [
        t for t in tickets if (t["truth"]["promise"] or {}).get("kept") is False and t["status"] == "closed"
    ]

    assert len(broken) > 20
    for ticket in broken:
        due = ticket["truth"]["promise"]["due_on"]
        assert any(c["author"] == ticket["requester"] and c["at"][:10] > due for c in ticket["comments"])


def test_some_questions_turn_into_complaints_by_a_later_comment(tickets: list[dict[str, Any]]) -> None:
    turned = [t for t in tickets if (t["truth"]["complaint_at"] or "") > t["created_at"]]

    assert len(turned) > 10
    for ticket in turned:
        said = [c["author"] for c in ticket["comments"] if c["at"] == ticket["truth"]["complaint_at"]]
        assert said == [ticket["requester"]]


def test_repeats_are_by_the_same_requester_about_the_same_order(tickets: list[dict[str, Any]]) -> None:
    by_key = {ticket["key"]: ticket for ticket in tickets}
    repeats = [ticket for ticket in tickets if ticket["truth"]["repeat_of"]]

    assert len(repeats) > 50
    for ticket in repeats:
        earlier = by_key[ticket["truth"]["repeat_of"]]
        assert ticket["requester"] == earlier["requester"]
        assert ticket["truth"]["order"] == earlier["truth"]["order"]
        assert ticket["truth"]["order"] in ticket["comments"][0]["body"] + ticket["subject"]


def test_follow_up_tickets_answer_tickets_that_were_closed_by_then(tickets: list[dict[str, Any]]) -> None:
    by_key = {ticket["key"]: ticket for ticket in tickets}
    follow_ups = [ticket for ticket in tickets if ticket["followup_of"]]

    assert follow_ups
    for ticket in follow_ups:
        closing = by_key[ticket["followup_of"]]["status_changes"][-1]
        assert closing["status"] == "closed"
        assert closing["at"] < ticket["created_at"]


def test_history_holds_merged_people_merged_tickets_deleted_tickets_and_ratings(
    history: list[dict[str, Any]], tickets: list[dict[str, Any]]
) -> None:
    assert any(item["kind"] == "user" and item["merged_into"] and not item["active"] for item in history)
    assert any(ticket["merged_into"] for ticket in tickets)
    assert any(ticket["deleted_at"] for ticket in tickets)
    assert {(ticket["rating"] or {}).get("score") for ticket in tickets} == {"good", "bad", None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_texts_enough_and_for_the_same_categories(language: str) -> None:
    texts, english = phrases(language), phrases("en")

    assert len({matter.body for matter in texts.complaints}) >= 12
    assert len({matter.body for matter in texts.ordinary}) >= 12
    assert [matter.category for matter in texts.complaints] == [
        matter.category for matter in english.complaints
    ]
    assert set(texts.remedy) == set(english.remedy)


def test_no_slot_is_left_unfilled(tickets: list[dict[str, Any]]) -> None:
    slots = [f"{{{name}}}" for name in ("order", "product", "date", "amount", "due", "name", "agent")]
    texts = [ticket["subject"] for ticket in tickets]
    texts += [comment["body"] for ticket in tickets for comment in ticket["comments"]]

    assert not [text for text in texts if any(slot in text for slot in slots)]


@pytest.mark.parametrize("name", ["", "ANNA", "李小龙", "<b>Bob</b>", "{{ticket.id}}", "a.b@mail.example"])
def test_nobody_is_greeted_by_what_is_no_first_name(name: str) -> None:
    assert first_name({"name": name}) == ""


def test_live_tickets_mix_questions_complaints_repeats_and_comments() -> None:
    live = list(islice(live_tickets(7, NOW), 120))
    new = [item for item in live if item["kind"] == "ticket"]

    assert {item["complaint"] for item in new} == {True, False}
    assert any(item["repeat_of"] for item in new)
    assert all(item["requester"]["email"] and item["body"] for item in new)
    seen = 0
    for item in live:
        if item["kind"] == "comment":
            assert 0 <= item["ticket"] < seen
        seen += item["kind"] == "ticket"


def test_live_tickets_come_in_the_languages_asked_for() -> None:
    live = islice(live_tickets(7, NOW, requesters=200, languages={"ru": 1.0}), 40)
    locales = {
        item["requester"]["locale"] for item in live if item["kind"] == "ticket" and not item["repeat_of"]
    }

    assert locales == {"ru"}


@pytest.fixture(scope="module")
def account(history: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    account = open_account(Path(tmp_path_factory.mktemp("account")) / "rehearsal.sqlite3", Config())
    load_history(account, history)
    yield account
    account.close()


def test_a_history_is_loaded_whole_or_not_at_all(history: list[dict[str, Any]], tmp_path: Path) -> None:
    account = open_account(tmp_path / "rehearsal.sqlite3", Config())
    furnished = account.history_size()
    *fine, last = history[:1200]
    assert last["kind"] == "ticket"

    with pytest.raises(IndexError):
        load_history(account, [*fine, {**last, "comments": []}])

    assert account.history_size() == furnished
    account.close()


def test_loaded_tickets_stand_as_the_history_tells(account: Account, tickets: list[dict[str, Any]]) -> None:
    kept = [(number, ticket) for number, ticket in enumerate(tickets, 1) if not ticket["deleted_at"]]

    for number, ticket in kept[:: len(kept) // 50]:
        loaded = account.ticket(number)
        assert (loaded["subject"], loaded["status"]) == (ticket["subject"], ticket["status"])
        bodies = [comment["body"] for comment in account.comments(number)]
        assert bodies == [comment["body"] for comment in ticket["comments"]]


def test_loading_announces_nothing_and_keeps_merges_follow_ups_and_ratings(account: Account) -> None:
    def one(query: str) -> int:
        with account.db.read() as connection:
            return int(connection.execute(query).fetchone()[0])

    assert one("SELECT count(*) FROM outgoing_event") == 0
    assert one("SELECT count(*) FROM user WHERE NOT active AND json_extract(doc, '$._merged_into')") > 0
    assert one("SELECT count(*) FROM ticket WHERE json_extract(doc, '$.via.source.rel') = 'follow_up'") > 0
    assert (
        one("SELECT count(*) FROM ticket WHERE json_extract(doc, '$.satisfaction_rating.score') = 'bad'") > 0
    )
    assert one("SELECT count(*) FROM ticket WHERE status = 'deleted'") > 0


def test_a_loaded_product_is_a_drop_down_value_and_a_tag(account: Account) -> None:
    ticket = account.ticket(1)
    values = {entry["value"] for entry in ticket["custom_fields"]}

    assert any(value in ticket["tags"] for value in values)
