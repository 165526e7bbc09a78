"""The budget that all processes share."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from integration.store.engine import make_engine
from integration.zendesk.pace import TICKET_UPDATES, Pace
from tests.zendesk.samples import NOW


@pytest.fixture
def engine(database_url: str) -> Iterator[sa.Engine]:
    made = make_engine(database_url)
    yield made
    made.dispose()


def at(seconds: float):
    return NOW + timedelta(seconds=seconds)


def taken(pace: Pace, *, start: float, seconds: float, step: float = 0.25) -> int:
    """Ask greedily for a while and return how many went through."""
    moments = (start + number * step for number in range(int(seconds / step)))
    return sum(pace.reserve(TICKET_UPDATES, at(moment)) == 0 for moment in moments)


@pytest.mark.parametrize(("limit", "share"), [(100, 0.6), (20, 0.6), (300, 0.6), (10, 1.0), (100, 1.0)])
def test_no_minute_takes_more_than_the_share(engine: sa.Engine, limit: int, share: float):
    pace = Pace(engine, share=share)
    pace.learn(TICKET_UPDATES, limit, limit, 60, NOW)

    first, later = (taken(pace, start=start, seconds=60) for start in (0, 60))

    assert limit * share * 0.7 <= first <= limit * share
    assert first + later <= 2 * limit * share


def test_a_refusal_names_the_time_after_which_it_goes(engine: sa.Engine):
    pace = Pace(engine)
    while (wait := pace.reserve(TICKET_UPDATES, NOW)) == 0:
        pass

    assert pace.reserve(TICKET_UPDATES, at(wait - 0.05)) > 0
    assert pace.reserve(TICKET_UPDATES, at(wait + 0.01)) == 0


def test_refusals_cost_nothing(engine: sa.Engine):
    pace = Pace(engine)
    while pace.reserve(TICKET_UPDATES, NOW) == 0:
        pass
    first = pace.reserve(TICKET_UPDATES, NOW)

    for _ in range(50):
        pace.reserve(TICKET_UPDATES, NOW)

    assert pace.reserve(TICKET_UPDATES, NOW) == pytest.approx(first)


def test_threads_with_engines_of_their_own_share_one_budget(engine: sa.Engine):
    def burst(_: int) -> int:
        own = make_engine(engine.url.render_as_string(hide_password=False))
        try:
            return sum(Pace(own).reserve(TICKET_UPDATES, NOW) == 0 for _ in range(10))
        finally:
            own.dispose()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(burst, range(4))) == 10


def test_when_agents_have_spent_their_part_we_rest_until_the_reset(engine: sa.Engine):
    pace = Pace(engine)
    pace.learn(TICKET_UPDATES, 100, 40, 16, NOW)

    assert pace.reserve(TICKET_UPDATES, NOW) == pytest.approx(16, abs=0.01)
    assert pace.reserve(TICKET_UPDATES, at(16.01)) == 0


def test_a_trial_accounts_smaller_limit_is_learnt(engine: sa.Engine):
    pace = Pace(engine)
    pace.learn(TICKET_UPDATES, 20, 20, 60, NOW)

    assert taken(pace, start=0, seconds=60) <= 12


def test_after_a_refusal_by_zendesk_everybody_pauses(engine: sa.Engine):
    Pace(engine).pause(TICKET_UPDATES, 30, NOW)

    assert Pace(engine).reserve(TICKET_UPDATES, at(10)) == pytest.approx(20, abs=0.01)
    assert Pace(engine).reserve(TICKET_UPDATES, at(30.01)) == 0


def test_limits_do_not_share_a_budget(engine: sa.Engine):
    pace = Pace(engine)
    pace.pause(TICKET_UPDATES, 30, NOW)

    assert pace.reserve("account", NOW) == 0


def test_a_clock_that_was_set_back_does_not_stop_us_for_ever(engine: sa.Engine):
    pace = Pace(engine)
    for _ in range(12):
        pace.reserve(TICKET_UPDATES, at(86_400))
    pace.pause(TICKET_UPDATES, 60, at(86_400))

    assert pace.reserve(TICKET_UPDATES, NOW) == 0


def test_a_call_that_costs_more_than_a_burst_still_goes_through(engine: sa.Engine):
    pace = Pace(engine)

    assert pace.reserve(TICKET_UPDATES, NOW, cost=30) == 0
    assert pace.reserve(TICKET_UPDATES, NOW) > 0


def test_free_counts_without_taking(engine: sa.Engine):
    pace = Pace(engine)

    assert pace.free(TICKET_UPDATES, NOW) == pace.free(TICKET_UPDATES, NOW) == 10


def test_a_share_outside_its_bounds_is_refused(engine: sa.Engine):
    with pytest.raises(ValueError, match="share"):
        Pace(engine, share=0)
