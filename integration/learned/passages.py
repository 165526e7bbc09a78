"""A text and its sentences as the encoder sees them, and as the store keeps them."""

import re
from collections.abc import Sequence

import numpy as np

from integration.domain.sentences import sentences
from integration.domain.wording import straighten
from integration.learned.encoder import DIMENSIONS, Encoder, Vectors

MAX_SENTENCES = 12
SHORTEST_SENTENCE = 3  # words; greetings and names say nothing of the matter
# Handles, addresses and links say nothing; exports that were made anonymous write the last three as words.
_NOT_WORDS = re.compile(r"\S{1,100}@\S{1,100}|@\w{1,50}|https?://\S{1,500}|\b(?:URL|EMAIL|NUMBER)\b")
_SPACES = re.compile(r"\s+")

Places = tuple[tuple[int, int], ...]


def take_apart(subject: str, words: str) -> tuple[list[str], Places]:
    """Return the whole text and, where there are several, its sentences; and their places in `words`."""
    straight = straighten(words)
    places = tuple(sentences(straight))
    texts = [plain(f"{subject}. {straight}" if subject else straight)]
    if len(places) > 1:
        texts += [plain(straight[start:end]) for start, end in places]
    return texts, places


def plain(text: str) -> str:
    """Return the text without handles, addresses and links, in one line."""
    return _SPACES.sub(" ", _NOT_WORDS.sub(" ", text)).strip()


def encode_passages(encoder: Encoder, words: str, *, subject: str = "") -> Vectors:
    """Return the vector of the whole text, then those of its sentences: shape (1 + sentences, 512)."""
    texts, _ = take_apart(subject, words)
    return telling_passages(texts, encoder.encode(texts))


def telling_passages(texts: Sequence[str], vectors: Vectors) -> Vectors:
    """Keep the whole text and its first sentences of enough words; the whole again where there is none."""
    enough = [n for n, text in enumerate(texts[1:], 1) if len(text.split()) >= SHORTEST_SENTENCE]
    kept: Vectors = vectors[[0, *(enough[:MAX_SENTENCES] or [0])]]
    return kept


def pack(vectors: Vectors) -> bytes:
    """Write vectors in half precision, one after the other."""
    return vectors.astype(np.float16).tobytes()


def unpack(packed: bytes) -> Vectors:
    """Read what `pack` wrote: shape (passages, 512), float32."""
    return np.frombuffer(packed, np.float16).reshape(-1, DIMENSIONS).astype(np.float32)


def centred(vectors: Vectors, common: Vectors, share: float) -> Vectors:
    """Take away a share of what is common to all and bring each row back to length 1."""
    apart = vectors - share * common
    lengths = np.linalg.norm(apart, axis=-1, keepdims=True)
    result: Vectors = (apart / np.maximum(lengths, 1e-9)).astype(np.float32)
    return result
