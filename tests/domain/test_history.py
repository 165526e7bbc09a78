from dataclasses import replace
from datetime import UTC, datetime

import pytest

from integration.domain.complaint import Category, State
from integration.domain.history import History, Outcome, PromiseState, find_repeat, outcome_of, summarise
from integration.domain.reason import Code
from integration.domain.remedy import Decision, Remedy, RemedyKind
from tests.domain.builders import NOW, REQUESTER, days_ago, past, promise, ticket

NONE: frozenset[str] = frozenset()


def test_same_kind_and_other_kinds_are_counted_apart() -> None:
    complaints = (past(id=1), past(id=2, category=Category.BILLING), past(id=3, received_at=days_ago(200)))
    summary = summarise(History(REQUESTER, complaints), category=Category.DELIVERY, now=NOW)

    assert (summary.count, summary.same_kind, summary.other_kinds) == (3, 2, 1)
    assert summary.last is not None
    assert summary.last_same_kind is not None
    assert summary.last_same_kind.id == 1


def test_what_proved_to_be_no_complaint_is_not_counted() -> None:
    history = History(REQUESTER, (past(state=State.NOT_A_COMPLAINT),))

    assert summarise(history, category=Category.DELIVERY, now=NOW).count == 0


def test_two_years_back_is_looked_at_and_no_further() -> None:
    within, before = datetime(2024, 3, 10, 1, tzinfo=UTC), datetime(2024, 3, 9, 23, tzinfo=UTC)
    history = History(REQUESTER, (past(received_at=within), past(id=2, received_at=before)))

    assert summarise(history, category=None, now=NOW).count == 1


def test_two_years_before_a_leap_day_is_the_first_of_march() -> None:
    within, before = datetime(2026, 3, 1, 1, tzinfo=UTC), datetime(2026, 2, 28, 23, tzinfo=UTC)
    history = History(REQUESTER, (past(received_at=within), past(id=2, received_at=before)))

    assert summarise(history, category=None, now=NOW.replace(year=2028, month=2, day=29)).count == 1


def test_open_promise_is_the_next_due_and_an_overdue_one_counts_as_broken() -> None:
    soon, later = promise(what="soon", due_at=days_ago(-1)), promise(what="later", due_at=days_ago(-5))
    overdue, kept = promise(what="overdue"), promise(what="kept", state=PromiseState.KEPT)
    history = History(REQUESTER, promises=(later, soon, overdue, kept))
    summary = summarise(history, category=None, now=NOW)

    assert (summary.open_promise, summary.broken_promise) == (soon, overdue)


def test_tenure_counts_from_whatever_is_known_first() -> None:
    requester = replace(REQUESTER, created_at=days_ago(100))
    history = History(requester, first_ticket_at=days_ago(400), tickets_total=9, is_importing=True)
    summary = summarise(history, category=None, now=NOW)

    assert (summary.tenure_days, summary.tickets_total, summary.is_importing) == (400, 9, True)
    assert summarise(History(REQUESTER), category=None, now=NOW).tenure_days is None


def test_link_beats_reference_beats_category() -> None:
    linked = past(id=1, ticket_id=51, received_at=days_ago(300), category=Category.OTHER)
    named = past(id=2, ticket_id=52, received_at=days_ago(200), references=frozenset({"AF1"}))
    alike = past(id=3, ticket_id=53, received_at=days_ago(20))
    history = History(REQUESTER, (alike, named, linked))

    def found(references: frozenset[str] = NONE, **changes: object) -> tuple[int, str] | None:
        repeat = find_repeat(ticket(**changes), references, Category.DELIVERY, history, now=NOW)
        return repeat and (repeat.complaint_id, repeat.reason.code)

    assert found(frozenset({"AF1"}), followup_of=51) == (1, Code.FOLLOW_UP_TICKET)
    assert found(frozenset({"AF1"}), merged_into=51) == (1, Code.MERGED)
    assert found(frozenset({"AF1"})) == (2, Code.SAME_REFERENCE)
    assert found() == (3, Code.SAME_CATEGORY_RECENTLY)


def test_like_words_come_after_a_reference_and_before_a_category() -> None:
    named = past(id=2, ticket_id=52, category=Category.OTHER, references=frozenset({"AF1"}))
    alike = past(id=3, ticket_id=53, category=Category.OTHER, received_at=days_ago(80))
    history = History(REQUESTER, (past(id=4, ticket_id=54), named, alike))

    def found(references: frozenset[str], like: int) -> tuple[int, str] | None:
        repeat = find_repeat(ticket(), references, Category.DELIVERY, history, now=NOW, alike=like)
        return repeat and (repeat.complaint_id, repeat.reason.code)

    assert found(frozenset({"AF1"}), 53) == (2, Code.SAME_REFERENCE)
    assert found(NONE, 53) == (3, Code.ALIKE_TICKET)
    assert found(NONE, 999) == (4, Code.SAME_CATEGORY_RECENTLY)


@pytest.mark.parametrize(
    "earlier",
    [
        past(received_at=days_ago(91)),
        past(category=Category.BILLING),
        past(state=State.NOT_A_COMPLAINT),
        past(ticket_id=100),
        past(received_at=days_ago(-1)),
    ],
)
def test_nothing_is_repeated_without_a_sign(earlier: object) -> None:
    history = History(REQUESTER, (earlier,))  # type: ignore[arg-type]

    assert find_repeat(ticket(), NONE, Category.DELIVERY, history, now=NOW) is None


def test_two_complaints_about_nothing_in_particular_are_not_the_same_matter() -> None:
    history = History(REQUESTER, (past(category=Category.OTHER),))

    assert find_repeat(ticket(), NONE, Category.OTHER, history, now=NOW) is None


def test_the_reason_of_a_repeat_names_ticket_and_reference() -> None:
    history = History(REQUESTER, (past(references=frozenset({"AF1", "AF2"})),))
    repeat = find_repeat(ticket(), frozenset({"AF2", "AF9"}), Category.OTHER, history, now=NOW)

    assert repeat is not None
    assert repeat.reason.details == {"ticket_id": 50, "reference": "AF2"}


@pytest.mark.parametrize(
    ("decision", "kinds", "outcome"),
    [
        (None, [], None),
        (Decision.UPHELD, [], Outcome.UNKNOWN),
        (Decision.UPHELD, ["apology", "refund"], Outcome.REFUND),
        (None, ["explanation", "apology"], Outcome.EXPLANATION),
        (Decision.NOT_UPHELD, ["explanation"], Outcome.NOT_UPHELD),
        (Decision.NOT_UPHELD, ["credit"], Outcome.CREDIT),
        (Decision.WITHDRAWN, ["refund"], Outcome.WITHDRAWN),
        (None, ["callback"], Outcome.UNKNOWN),
    ],
)
def test_how_it_ended_follows_from_decision_and_remedies(
    decision: Decision | None, kinds: list[str], outcome: Outcome | None
) -> None:
    given = [Remedy(number, RemedyKind(kind), NOW) for number, kind in enumerate(kinds)]

    assert outcome_of(decision, given) is outcome
