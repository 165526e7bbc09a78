"""Reads a requester's words with the word lists and, where there is an encoder, with what was learned."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from integration.domain import cues as word_lists
from integration.domain.cues import CueBook, Learned, Passage, Reading, Sentence, Text
from integration.learned.encoder import Encoder
from integration.learned.features import Features, features_of
from integration.learned.head import Head, load_head
from integration.learned.language import Languages

# How a ticket began and how it stands now; the encoder's time is bounded by this many texts.
MAX_PASSAGES = 12


class LearnedReader:
    """A `domain.cues.Reader` that recognises languages by a model and adds a learned opinion.

    Without an encoder `Reading.learned` is None, and the word lists decide alone.
    """

    def __init__(self, encoder: Encoder | None, head: Head | None = None) -> None:
        self._languages = Languages()
        self._encoder = encoder
        self._head = head
        if encoder is not None and head is None:
            self._head = load_head()

    def __call__(
        self, subject: str, texts: Sequence[Text], cues: CueBook, /, *, locale: str | None
    ) -> Reading:
        reading = word_lists.read(subject, texts, cues, locale=locale, identify=self._languages.of)
        return replace(reading, learned=self._learned(reading.passages))

    def _learned(self, passages: Sequence[Passage]) -> Learned | None:
        if self._encoder is None or self._head is None:
            return None
        telling = [passage for passage in passages if passage.words.strip() or passage.subject.strip()]
        if not telling:
            return Learned(0.0, 0.0)
        telling = [*telling[:1], *telling[1:][-(MAX_PASSAGES - 1) :]]
        found = features_of(self._encoder, telling)
        head = self._head
        chances = [head.probability(features) for features in found]
        best = int(np.argmax(chances))
        return Learned(
            probability=chances[best],
            severity=max(head.severity_of(features) for features in found),
            sentence=_deciding(head, telling[best], found[best]),
        )


def _deciding(head: Head, passage: Passage, features: Features) -> Sentence | None:
    if not features.places:
        return None
    most = int(np.argmax(head.logits(features)[1:]))
    start, end = features.places[most]
    return Sentence(passage.comment_id, start, end, passage.words[start:end])
