"""Single words as short vectors that lie close where words mean the same, without encoding any."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from integration.learned.encoder import Encoder

WEIGHTS = Path(__file__).parent / "weights" / "words.npz"
# Of the encoder's 512 numbers a word, the telling ones; what the others say of single words is mostly noise.
DIRECTIONS = 64
# Half a kilobyte a word; most words of a ticket stand in others too.
REMEMBERED = 4_000
# So many words are looked up at once, which bounds the memory that takes.
_BATCH = 256

WordVectors = NDArray[np.float32]


class WordSpace:
    """The main directions among the encoder's words: `axes` has the shape (512, 64). Safe in threads."""

    def __init__(self, encoder: Encoder, axes: WordVectors | None = None) -> None:
        self._encoder = encoder
        self._axes = load_axes() if axes is None else axes
        self._lock = threading.Lock()
        self._remembered: OrderedDict[str, WordVectors] = OrderedDict()

    def of(self, words: Sequence[str]) -> WordVectors:
        """Return one vector of length 1 a word, of whatever language: shape (words, 64)."""
        with self._lock:
            found = {word: self._remembered[word] for word in words if word in self._remembered}
        unknown = [word for word in dict.fromkeys(words) if word not in found]
        for at in range(0, len(unknown), _BATCH):
            batch = unknown[at : at + _BATCH]
            # A row of a batch would keep the whole batch in memory.
            found.update((word, row.copy()) for word, row in zip(batch, self._looked_up(batch), strict=True))
        with self._lock:
            for word in words:
                self._remembered[word] = found[word]
                self._remembered.move_to_end(word)
            while len(self._remembered) > REMEMBERED:
                self._remembered.popitem(last=False)
        return np.array([found[word] for word in words], np.float32).reshape(-1, self._axes.shape[1])

    def _looked_up(self, words: Sequence[str]) -> WordVectors:
        vectors = self._encoder.words(words) @ self._axes
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        found: WordVectors = vectors / np.maximum(lengths, 1e-9)
        return found


def save_axes(axes: WordVectors, path: Path = WEIGHTS) -> None:
    """Write the directions, half precision; the same numbers give the same bytes."""
    np.savez(path, allow_pickle=False, axes=axes.astype(np.float16))


def load_axes(path: Path = WEIGHTS) -> WordVectors:
    """Read the directions. Raises OSError, or KeyError for a file of something else."""
    with np.load(path, allow_pickle=False) as saved:
        axes: WordVectors = saved["axes"].astype(np.float32)
    return axes
