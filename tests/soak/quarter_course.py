"""What people do in a quarter of a year: who complains when, who answers, thanks, promises and forgets."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
DAYS = 91
LAST_COMPLAINT_DAY = 70


@dataclass(frozen=True, slots=True, order=True)
class Act:
    """Something that somebody does about complaint number `complaint` at a moment."""

    at: datetime
    complaint: int
    what: str


# How a complaint goes on, with its share; hours count from its receipt.
COURSES: tuple[tuple[int, tuple[tuple[float, str], ...]], ...] = (
    (20, ((0.5, "reply"), (26, "reply"), (26, "solve"))),
    (15, ()),
    (10, ((1, "reply"), (50, "reply"), (50, "solve"), (52, "thank"))),
    (10, ((2, "reply"), (2, "promise"), (20, "reply"), (60, "solve"))),
    (8, ((2, "promise"), (2.2, "reply"))),
    (8, ((1, "reply"), (1.2, "ask"), (30, "answer"), (60, "reply"), (60, "solve"))),
    (8, ((1, "reply"), (1.2, "ask"))),
    (6, ((1, "reply"), (1.2, "ask"), (20, "thank"))),
    (5, ((3, "solve"),)),
    (5, ((1, "reply"), (2, "solve"), (90, "answer"), (95, "reply"), (96, "solve"))),
    (4, ((1, "start"), (1.5, "start other"), (5, "reply"))),
    (3, ((4, "delete"),)),
    (3, ((4, "close"),)),
    (3, ((0.2, "machine"), (1, "reply"), (1.2, "ask"), (30, "machine"), (40, "machine"))),
)


def course(first_day: datetime, complaints: int, dice: Random) -> list[Act]:
    """Return everything that happens, in order. Complaints come at any hour; staff works by day."""
    acts: list[Act] = []
    shares = [share for share, _ in COURSES]
    for number in range(complaints):
        day = first_day.date() + timedelta(days=dice.randrange(LAST_COMPLAINT_DAY))
        minute = dice.randrange(24 * 60)
        received = datetime.combine(day, time(minute // 60, minute % 60), LONDON).astimezone(first_day.tzinfo)
        acts.append(Act(received, number, "complain"))
        (_, steps), *_ = dice.choices(COURSES, shares)
        acts += _steps(received, number, steps, dice)
    return sorted(acts)


def _steps(
    received: datetime, number: int, steps: tuple[tuple[float, str], ...], dice: Random
) -> Iterator[Act]:
    for hours, what in steps:
        yield Act(received + timedelta(hours=hours, seconds=dice.randrange(50)), number, what)
