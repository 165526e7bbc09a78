"""Reads a requester's words with the word lists and, where there is an encoder, with what was learned."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from integration.domain import cues as word_lists
from integration.domain.cues import CueBook, Learned, Passage, Reading, Sentence, Taught, Text
from integration.learned.any_ticket import SHARE, any_ticket
from integration.learned.encoder import Encoder
from integration.learned.features import Features, features_of
from integration.learned.head import Head, load_head
from integration.learned.language import Languages
from integration.learned.lessons import Lessons, Likes
from integration.learned.model import MODEL
from integration.learned.passages import pack

# How a ticket began and how it stands now; the encoder's time is bounded by this many texts.
MAX_PASSAGES = 12


class LearnedReader:
    """A `domain.cues.Reader` that recognises languages by a model and adds a learned opinion.

    Without an encoder `Reading.learned` is None, and the word lists decide alone. `lessons` is asked at every
    text for what agents corrected; as long as it returns the same object nothing is computed anew.
    """

    def __init__(
        self,
        encoder: Encoder | None,
        head: Head | None = None,
        lessons: Callable[[], Lessons] = Lessons,
    ) -> None:
        self._languages = Languages()
        self._encoder = encoder
        self._head = head
        self._lessons = lessons
        self._likes: Likes | None = None
        if encoder is not None and head is None:
            self._head = load_head()

    def __call__(
        self, subject: str, texts: Sequence[Text], cues: CueBook, /, *, locale: str | None
    ) -> Reading:
        reading = word_lists.read(subject, texts, cues, locale=locale, identify=self._languages.of)
        return replace(reading, learned=self._learned(reading))

    def glance(self, subject: str, texts: Sequence[Text], cues: CueBook, /, *, locale: str | None) -> Reading:
        """Read for the verdict alone, at half the cost of long texts: what is learned has no `meaning`."""
        reading = word_lists.read(subject, texts, cues, locale=locale, identify=self._languages.of)
        lessons = self._lessons()
        # A corrected ticket pulls by the whole text.
        return replace(reading, learned=self._learned(reading, in_full=bool(lessons.corrected)))

    def _learned(self, reading: Reading, *, in_full: bool = True) -> Learned | None:
        if self._encoder is None or self._head is None:
            return None
        passages = reading.passages
        telling = [passage for passage in passages if passage.words.strip() or passage.subject.strip()]
        if not telling:
            return Learned(0.0, 0.0, model=MODEL)
        telling = [*telling[:1], *telling[1:][-(MAX_PASSAGES - 1) :]]
        found = features_of(self._encoder, telling, with_long_wholes=in_full)
        head = self._head
        chances = [head.probability(features) for features in found]
        best = int(np.argmax(chances))
        has_first = telling[0] is passages[0]
        return Learned(
            probability=chances[best],
            severity=max(head.severity_of(features) for features in found),
            sentence=_deciding(head, telling[best], found[best]),
            model=MODEL,
            meaning=pack(found[0].meaning) if has_first and found[0].meaning is not None else b"",
            telling=pack(found[best].whole) if in_full and (best or not has_first) else b"",
            taught=self._taught(self._encoder, reading.language, found[best]),
        )

    def _taught(self, encoder: Encoder, language: str, features: Features) -> Taught:
        lessons = self._lessons()
        if not lessons.shifts and not lessons.corrected:
            return Taught()
        likes = self._likes
        if likes is None or likes.lessons is not lessons:
            likes = self._likes = Likes(lessons, any_ticket(encoder), SHARE)
        return likes.taught(language, features.whole)


def _deciding(head: Head, passage: Passage, features: Features) -> Sentence | None:
    if not features.places:
        return None
    most = int(np.argmax(head.logits(features)[1:]))
    start, end = features.places[most]
    return Sentence(passage.comment_id, start, end, passage.words[start:end])
