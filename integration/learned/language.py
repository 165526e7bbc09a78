"""Recognises the language of a text, by a model and by the small words that every language needs."""

import logging
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import py3langid

from integration.domain import language
from integration.domain.wording import straighten

_SAMPLE = 3_000
# Picked by cross-validation on subtitle lines: the model's log likelihoods, and this much a small word.
_SMALL_WORD = 5.0
_FEW_WORDS = 3
_NARROW = 4.0
_MODEL = Path(py3langid.__file__).parent / "data" / "model.npz.xz"


class Languages:
    """Recognises languages; safe in threads. The first call loads the model, about 50 MB in memory."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._model: Any = None
        self._loaded: frozenset[str] = frozenset()

    def of(self, text: str, fallback: str | None, allowed: Sequence[str], /) -> str:
        """Return the language of a text as two letters out of `allowed`.

        A text of few words, or one that two languages could claim, is taken to be in the language of the
        locale `fallback` where that is one of them; without any words English is the last resort.
        """
        sample = straighten(text[:_SAMPLE])
        words = language.words_of(sample)
        if not words or not allowed:
            return language.of_locale(fallback, allowed)
        ranked = self._ranked(sample, words, tuple(allowed))
        if len(ranked) > 1 and fallback:
            doubtful = ranked[0][1] - ranked[1][1] < _NARROW
            expected = language.of_locale(fallback, allowed)
            if (len(words) < _FEW_WORDS or doubtful) and expected in dict(ranked[: 2 if doubtful else None]):
                return expected
        return ranked[0][0]

    def _ranked(self, sample: str, words: Sequence[str], allowed: tuple[str, ...]) -> list[tuple[str, float]]:
        likely = self._likelihoods(sample, allowed)
        scores = {
            name: likely.get(name, min(likely.values(), default=0.0))
            + _SMALL_WORD * language.small_words(name, words, sample)
            for name in allowed
        }
        return sorted(scores.items(), key=lambda item: -item[1])

    def _likelihoods(self, sample: str, allowed: tuple[str, ...]) -> dict[str, float]:
        with self._lock:
            if self._model is None or not self._loaded.issuperset(allowed):
                self._load(self._loaded | {*language.LANGUAGES, *allowed})
            ranked = self._model.rank(sample)
        return {name: float(score) for name, score in ranked if name in allowed}

    def _load(self, names: frozenset[str]) -> None:
        logging.getLogger("py3langid").setLevel(logging.WARNING)
        model = py3langid.langid.LanguageIdentifier.from_model_file(_MODEL)
        model.set_languages(sorted(names.intersection(model.labels)))
        # It would keep the table of all 142 languages, 27 MB, to be able to go back to it.
        model._full_model = (model.nb_ptc, model.nb_pc, model.nb_classes)
        self._model, self._loaded = model, names
