"""The complaint head: a quadratic form on the encoder's vectors, and how much the cues count beside it."""

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from integration.learned.encoder import Vectors
from integration.learned.features import LANGUAGES, SHORT, Features

WEIGHTS = Path(__file__).parent / "weights" / "complaint.npz"
# Picked by cross-validation: larger values let the pairs, or a language, be learned with less restraint.
_PAIRS = 3.0
_LANGUAGE = 0.5
# A text that is hardly a complaint is hardly a severe one.
_DOUBT = 0.15

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """The learned numbers: `axes` (512, k) and `centre` (512) span the pairs that `terms` weighs."""

    centre: Vectors
    axes: Vectors
    terms: Numbers
    bias: Numbers
    mix: Numbers
    mix_bias: Numbers
    severity: Numbers
    severity_bias: Numbers

    def probability(self, features: Features) -> float:
        """Return the chance that the text is a complaint, 0 to 1."""
        logit = float(mixed(features, self.logits(features)) @ self.mix + self.mix_bias[0])
        return float(1 / (1 + np.exp(-logit)))

    def severity_of(self, features: Features) -> float:
        """Return how severe the text is, 0 (no complaint) to 4 (an announced step outside)."""
        value = graded(features, self.logits(features)) @ self.severity + self.severity_bias[0]
        return float(np.clip(value, 0.0, 4.0) * self.probability(features) ** _DOUBT)

    def logits(self, features: Features) -> Numbers:
        """Return the quadratic form's verdicts: of the whole text first, then of each sentence."""
        return self.of_vectors(np.vstack([features.whole, features.parts]))

    def of_vectors(self, vectors: Vectors) -> Numbers:
        verdicts: Numbers = expanded(vectors, self.centre, self.axes) @ self.terms + self.bias[0]
        return verdicts


def expanded(vectors: Vectors, centre: Vectors, axes: Vectors) -> Numbers:
    """Return (n, 512 + k(k+1)/2): the vectors, and the products of their directions along the axes."""
    along = (vectors - centre) @ axes
    first, second = np.triu_indices(axes.shape[1])
    pairs = _PAIRS * along[:, first] * along[:, second]
    return np.hstack([vectors, pairs]).astype(np.float64)


def mixed(features: Features, logits: Numbers) -> Numbers:
    """Return what the chance is made of: one verdict, the cues, the language."""
    spoken = [_LANGUAGE * (features.language == name) for name in LANGUAGES]
    return np.array([_telling(features, logits), *features.cues, *spoken])


def graded(features: Features, logits: Numbers) -> Numbers:
    """Return what severity is made of: the vector that was judged, the verdict, the cues."""
    vector = features.whole
    if len(features.parts) > SHORT:
        vector = features.parts[int(np.argmax(logits[1:]))]
    return np.concatenate([vector, [_telling(features, logits) / 4], features.cues])


def _telling(features: Features, logits: Numbers) -> float:
    if len(features.parts) > SHORT:
        return float(logits[1:].max())
    return float(logits[0])


def save_head(head: Head, path: Path = WEIGHTS) -> None:
    """Write the numbers, half precision; the same head gives the same bytes."""
    numbers = {f.name: np.asarray(getattr(head, f.name), dtype=np.float16) for f in fields(head)}
    np.savez(path, allow_pickle=False, **numbers)


def load_head(path: Path = WEIGHTS) -> Head:
    """Read the numbers. Raises OSError, or KeyError for a file of something else."""
    with np.load(path, allow_pickle=False) as saved:
        numbers = {f.name: saved[f.name] for f in fields(Head)}
    vectors = {"centre", "axes"}
    return Head(**{k: v.astype(np.float32 if k in vectors else np.float64) for k, v in numbers.items()})
