"""Single words as short vectors that lie close where words mean the same, without encoding any."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from integration.learned.encoder import Encoder

WEIGHTS = Path(__file__).parent / "weights" / "words.npz"
# Of the encoder's 512 numbers a word, the telling ones; what the others say of single words is mostly noise.
DIRECTIONS = 64
# So many words are looked up at once, which bounds the memory that takes.
_BATCH = 256

WordVectors = NDArray[np.float32]


class WordSpace:
    """The main directions among the encoder's words: `axes` has the shape (512, 64)."""

    def __init__(self, encoder: Encoder, axes: WordVectors | None = None) -> None:
        self._encoder = encoder
        self._axes = load_axes() if axes is None else axes

    def of(self, words: Sequence[str]) -> WordVectors:
        """Return one vector of length 1 a word, of whatever language: shape (words, 64)."""
        batches = [words[at : at + _BATCH] for at in range(0, len(words), _BATCH)]
        nothing = np.zeros((0, self._axes.shape[1]), np.float32)
        vectors = np.concatenate([nothing, *(self._encoder.words(batch) @ self._axes for batch in batches)])
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
