"""Finds the main directions among the words that the encoder knows, from nothing but the encoder."""

import numpy as np

from integration.learned.encoder import DIMENSIONS, Encoder
from integration.learned.word_space import DIRECTIONS, WordVectors
from integration.train.fit import signed

# The commonest words of all its languages that have small letters.
WORDS = 20_000
_BATCH = 500


def word_axes(encoder: Encoder) -> WordVectors:
    """Return the directions in which words differ most: shape (512, 64)."""
    words = encoder.commonest_words(WORDS)
    products = np.zeros((DIMENSIONS, DIMENSIONS))
    for at in range(0, len(words), _BATCH):
        vectors = encoder.words(words[at : at + _BATCH]).astype(np.float64)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        products += vectors.T @ vectors
    found = np.linalg.eigh(products)[1][:, ::-1][:, :DIRECTIONS]
    return signed(found.astype(np.float32))
