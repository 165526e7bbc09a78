"""Thresholds follow what agents say, slowly; shares of few cases are told with their uncertainty."""

import pytest

from integration.domain.calibration import FURTHEST, STEP, Judged, Share, moved, shift_of

NEAR_MISS = Judged(0.45, True)
FALSE_ALARM = Judged(0.6, False)


def test_without_judgements_nothing_moves() -> None:
    assert shift_of([]) == 0
    assert moved(0.5, 0.0) == 0.5


def test_a_few_clicks_move_nothing_and_twenty_move_it_a_little() -> None:
    assert shift_of([FALSE_ALARM] * 19) == 0
    assert 0.5 < moved(0.5, shift_of([FALSE_ALARM] * 20)) < 0.6


def test_a_threshold_stays_until_another_is_better_by_a_step() -> None:
    likeliest = shift_of([FALSE_ALARM] * 40)

    assert shift_of([FALSE_ALARM] * 40, present=likeliest + STEP / 2) == likeliest + STEP / 2
    assert shift_of([FALSE_ALARM] * 40, present=likeliest + 2 * STEP) == likeliest


def test_false_alarms_raise_the_threshold_and_missed_complaints_lower_it() -> None:
    assert moved(0.5, shift_of([FALSE_ALARM] * 100)) > 0.6
    assert moved(0.5, shift_of([NEAR_MISS] * 100)) < 0.4


def test_judgements_that_agree_with_the_probabilities_leave_it_where_it_is() -> None:
    right = [Judged(0.75, True)] * 300 + [Judged(0.75, False)] * 100

    assert shift_of(right) == 0


def test_however_many_say_so_it_goes_no_further_than_the_bound() -> None:
    assert shift_of([FALSE_ALARM] * 100_000) == -FURTHEST
    assert 0.7 < moved(0.5, -FURTHEST) < 0.75


def test_a_ticket_far_from_the_threshold_does_not_move_it() -> None:
    assert shift_of([Judged(0.03, True)] * 500) == 0


def test_what_nobody_objected_to_counts_less_than_a_word() -> None:
    silent = [Judged(0.6, True, weight=0.5)] * 60

    assert 0 < shift_of(silent) < shift_of([Judged(0.6, True)] * 60)


def test_an_account_with_a_threshold_of_its_own_keeps_it_as_the_middle() -> None:
    assert moved(0.7, 0.4) < 0.7 < moved(0.7, -0.4)


def test_a_share_of_few_cases_leaves_much_room() -> None:
    few, many = Share(9, 10), Share(900, 1000)

    assert few.interval == (pytest.approx(0.596, abs=0.001), pytest.approx(0.982, abs=0.001))
    assert many.interval[1] - many.interval[0] < 0.04
    assert Share(0, 0).value is None
    assert Share(0, 0).interval == (0, 1)
