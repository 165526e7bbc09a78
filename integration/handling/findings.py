"""What a check found: the shape that the command line and the admin page show."""

from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of a report; `next_step` is empty where all is well."""

    name: str
    health: Health
    measured: str
    next_step: str = ""


def fine(name: str, measured: str) -> Finding:
    """Return a line for what is well."""
    return Finding(name, Health.OK, measured)


def doubtful(name: str, measured: str, next_step: str) -> Finding:
    """Return a line for what somebody should look at."""
    return Finding(name, Health.WARNING, measured, next_step)


def failing(name: str, measured: str, next_step: str) -> Finding:
    """Return a line for what keeps Makegood from working."""
    return Finding(name, Health.FAILURE, measured, next_step)
