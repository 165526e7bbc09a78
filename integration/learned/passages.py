"""Vectors of a ticket's text and of its sentences, taken apart from what all tickets have in common."""

import re

import numpy as np

from integration.learned.encoder import Encoder, Vectors

MAX_SENTENCES = 20
SHORTEST_SENTENCE = 3  # words; greetings and names say nothing of the matter
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\n+")


def sentences_of(text: str) -> list[str]:
    """Return the first sentences with enough words, or the whole text where there is none."""
    parts = (part.strip() for part in _SENTENCE_END.split(text))
    return [part for part in parts if len(part.split()) >= SHORTEST_SENTENCE][:MAX_SENTENCES] or [text]


def encode_passages(encoder: Encoder, text: str) -> Vectors:
    """Return the vector of the whole text, then those of its sentences: shape (1 + sentences, 512)."""
    return encoder.encode([text, *sentences_of(text)])


def centred(vectors: Vectors, common: Vectors, share: float) -> Vectors:
    """Take away a share of what is common to all and bring each row back to length 1."""
    apart = vectors - share * common
    lengths = np.linalg.norm(apart, axis=-1, keepdims=True)
    result: Vectors = (apart / np.maximum(lengths, 1e-9)).astype(np.float32)
    return result
