"""What agents' corrections teach the reader: a threshold a language, and what tickets like this one were."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from integration.domain.cues import Taught
from integration.learned.encoder import DIMENSIONS, Vectors
from integration.learned.passages import centred, unpack

# From the first cosine on a corrected ticket pulls, from the second on as strongly as it may. Of pairs of
# development tickets that are so alike 94 and 100 of 100 are both complaints or both none; of tweets 71, 98.
SIMILAR, SAME = 0.55, 0.85
# However many are alike: a probability of 0.99 falls to 0.2, and a doubtful one never becomes certain.
STRONGEST_PULL = 0.8
MAX_NAMED = 5


@dataclass(frozen=True, slots=True)
class Lesson:
    """An agent's word on a ticket, whose deciding text is `vector`, 512 half-precision numbers."""

    ticket_id: int
    is_complaint: bool
    vector: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class Lessons:
    """What holds now: shift and number of judgements by language, and the corrected tickets."""

    shifts: Mapping[str, tuple[float, int]] = field(default_factory=dict)
    corrected: Sequence[Lesson] = ()


class Likes:
    """The corrected tickets of some lessons, apart from what is `common` to all tickets."""

    def __init__(self, lessons: Lessons, common: Vectors, share: float) -> None:
        self.lessons = lessons
        self._common, self._share = common, share
        packed = b"".join(lesson.vector for lesson in lessons.corrected)
        vectors = unpack(packed) if packed else np.zeros((0, DIMENSIONS), np.float32)
        self._vectors = centred(vectors, common, share)
        self._tickets = np.array([lesson.ticket_id for lesson in lessons.corrected], np.int64)
        signs = [1.0 if lesson.is_complaint else -1.0 for lesson in lessons.corrected]
        self._signs: NDArray[np.float32] = np.array(signs, np.float32)

    def taught(self, language: str, vector: Vectors) -> Taught:
        """Return what the corrections change for a text of this language; a ticket's own word counts too."""
        shift, judgements = self.lessons.shifts.get(language, (0.0, 0))
        cosines = self._vectors @ centred(vector, self._common, self._share)
        likeness = np.clip((cosines - SIMILAR) / (SAME - SIMILAR), 0, 1)
        pull = float(np.clip(likeness @ self._signs, -1, 1)) * STRONGEST_PULL
        alike = np.flatnonzero((likeness > 0) & (self._signs == np.sign(pull)))
        nearest = alike[np.argsort(-likeness[alike], kind="stable")][:MAX_NAMED]
        return Taught(shift, judgements, round(pull, 3), tuple(map(int, self._tickets[nearest])))
