"""Why a rule decided as it did: a code that the pages put into words in the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Detail = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Reason:
    """A machine-readable reason such as `Reason("repeat", {"ticket_id": 12})`."""

    code: str
    details: Mapping[str, Detail] = field(default_factory=dict)
