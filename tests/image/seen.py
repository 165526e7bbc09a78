"""One thing that must hold, and what was seen of it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Seen:
    """`claim` held or did not; `what` is what was seen."""

    claim: str
    held: bool
    what: str


def holds(claim: str, held: bool, what: object) -> Seen:
    """Return what was seen of a claim."""
    return Seen(claim, held, str(what))
