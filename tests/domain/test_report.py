"""What the reports count: each rate over the right ones, and every number over the list that it opens."""

from datetime import timedelta
from decimal import Decimal

from hypothesis import given, settings

from integration.domain.complaint import State
from integration.domain.history import PromiseState
from integration.domain.report import (
    COUNTS,
    FIGURES,
    OTHERS,
    RATES,
    Case,
    Choice,
    Dimension,
    Part,
    RemedyGiven,
    groups,
    rows,
)
from integration.domain.summing import Rate, Spread, purses, rate, spread
from tests.domain.report_cases import DAY, HOUR, NOW, case, many_cases, promise


def rate_of(figure: str, *cases: Case) -> Rate:
    return rate(rows(Choice(figure), cases, NOW))


def test_an_unanswered_complaint_counts_against_the_rate_only_once_its_deadline_has_passed() -> None:
    waiting = case(acknowledge_by=NOW + HOUR)
    late = case(acknowledge_by=NOW - HOUR)

    assert rate_of("acknowledged_in_time", waiting, late) == Rate(0, 1)


def test_an_answer_after_the_deadline_is_no_answer_in_time() -> None:
    limit = NOW - DAY
    in_time = case(acknowledge_by=limit, acknowledged_at=limit)
    too_late = case(acknowledge_by=limit, acknowledged_at=limit + timedelta(seconds=1))

    assert rate_of("acknowledged_in_time", in_time, too_late, case(acknowledged_at=NOW)) == Rate(1, 2)


def test_a_reopened_complaint_past_its_deadline_is_not_resolved_in_time() -> None:
    reopened = case(resolve_by=NOW - DAY, resolved_at=None, times_reopened=1)
    resolved = case(resolve_by=NOW - DAY, resolved_at=NOW - 2 * DAY)

    assert rate_of("resolved_in_time", reopened, resolved) == Rate(1, 2)


def test_promises_count_one_by_one_and_only_when_their_day_has_come() -> None:
    several = case(
        promises=(
            promise(PromiseState.KEPT),
            promise(PromiseState.BROKEN),
            promise(PromiseState.OPEN, NOW - HOUR),
            promise(PromiseState.OPEN, NOW + HOUR),
            promise(PromiseState.WITHDRAWN),
        )
    )

    assert rate_of("promises_kept", several, case()) == Rate(1, 3)


def test_reopened_is_a_share_of_what_was_ever_resolved() -> None:
    never = case()
    once = case(resolved_at=NOW)
    again = case(times_reopened=2)

    assert rate_of("reopened", never, once, again) == Rate(1, 2)


def test_silence_is_neither_content_nor_discontent() -> None:
    silent = case(resolved_at=NOW)
    said = case(resolved_at=NOW, is_satisfied=True)
    rated_badly = case(resolved_at=NOW, rating="badwithcomment")
    came_back = case(resolved_at=NOW, times_reopened=1, rating="good")

    assert rate_of("resolved_to_satisfaction", silent, said, rated_badly, came_back) == Rate(1, 3)


def test_whoever_asked_not_to_be_told_is_not_missed() -> None:
    excused = case(decided_at=NOW, is_excused=True)
    waiting = case(decided_at=NOW)

    assert rate_of("told", excused, waiting, case(decided_at=NOW, told_at=NOW)) == Rate(1, 2)


def test_the_time_from_decision_to_told_is_told_by_its_median_and_ninetieth_percentile() -> None:
    lags = [1, 2, 3, 4, 40]
    told = [case(n, decided_at=NOW, told_at=NOW + lag * HOUR) for n, lag in enumerate(lags)]

    assert spread(rows(Choice("told_lag"), told, NOW)) == Spread(5, 3 * HOUR, 40 * HOUR)


def test_a_letter_sent_before_the_decision_was_recorded_takes_no_time() -> None:
    told = case(decided_at=NOW, told_at=NOW - HOUR)

    assert spread(rows(Choice("told_lag"), [told], NOW)).median == timedelta()


def test_sums_of_two_currencies_are_never_added() -> None:
    given = case(
        remedies=(
            RemedyGiven("refund", Decimal("10.50"), "EUR"),
            RemedyGiven("refund", Decimal("0.10"), "EUR"),
            RemedyGiven("refund", Decimal(5), "USD"),
            RemedyGiven("apology"),
        )
    )

    told = [(p.key, p.count, p.total) for p in purses(rows(Choice("recompense"), [given], NOW))]

    assert told == [("refund:EUR", 2, Decimal("10.60")), ("apology", 1, None), ("refund:USD", 1, Decimal(5))]


def test_a_share_of_fewer_than_ten_is_thin() -> None:
    assert Rate(4, 9).is_thin
    assert not Rate(4, 10).is_thin
    assert Rate(0, 0).share is None


def test_of_many_groups_the_smallest_are_told_together_and_the_nameless_last() -> None:
    cases = [case(n, product=str(n % 20)) for n in range(40)] + [case(99, product="0"), case(100)]

    keys = list(groups(cases, Dimension.PRODUCT))

    assert len(keys) == 12
    assert (keys[0], keys[-1]) == ("0", OTHERS)


@settings(max_examples=60, deadline=None)
@given(many_cases())
def test_the_parts_of_a_rate_are_the_whole_and_its_number_is_its_list(cases: list[Case]) -> None:
    for figure in RATES:
        told = rate_of(figure, *cases)
        met, missed = (rows(Choice(figure, part), cases, NOW) for part in (Part.MET, Part.MISSED))

        assert (told.met, told.missed) == (len(met), len(missed))
        assert len(rows(Choice(figure), cases, NOW)) == told.total


@settings(max_examples=60, deadline=None)
@given(many_cases())
def test_groups_part_the_complaints_without_losing_or_doubling_one(cases: list[Case]) -> None:
    for by in Dimension:
        parted = [
            row.case.ticket_id
            for key in groups(cases, by)
            for row in rows(Choice("received", by=by, key=key), cases, NOW)
        ]

        assert sorted(parted) == [one.ticket_id for one in cases]


@settings(max_examples=60, deadline=None)
@given(many_cases())
def test_purses_hold_every_recompense_once_and_open_their_own(cases: list[Case]) -> None:
    everything = rows(Choice("recompense"), cases, NOW)

    told = purses(everything)

    assert sum(each.count for each in told) == len(everything)
    for each in told:
        opened = rows(Choice("recompense", purse=each.key), cases, NOW)
        assert len(opened) == each.count
        assert {row.remedy.currency for row in opened if row.remedy} == {each.currency}


@settings(max_examples=60, deadline=None)
@given(many_cases())
def test_spans_are_never_negative_and_most_are_within_the_percentile(cases: list[Case]) -> None:
    for figure in FIGURES:
        found = rows(Choice(figure), cases, NOW)
        told = spread(found)
        if told.p90 is not None and told.median is not None:
            assert timedelta() <= told.median <= told.p90
            assert sum(row.span <= told.p90 for row in found if row.span is not None) >= 0.9 * told.count


def test_what_is_no_rate_has_no_parts() -> None:
    for figure in COUNTS:
        assert rows(Choice(figure, Part.MET), [case(state=State.RESOLVED, resolved_at=NOW)], NOW) == []
