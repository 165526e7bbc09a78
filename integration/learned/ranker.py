"""How well each response template suits a ticket, from the templates themselves and from agents' choices."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from integration.domain.suggestion import Likeness
from integration.learned.catalogue import Catalogue, Entry, EntryVectors, Meaning, Scores
from integration.learned.encoder import DIMENSIONS, Encoder, Vectors
from integration.learned.passages import centred, encode_passages
from integration.learned.regression import regression

# A template's own vector weighs as much as five chosen tickets.
OWN_WEIGHT = 5.0
NEIGHBOURS = 3.0
# A choice that nobody suggested says more than one among the suggestions shown.
FOUND_WEIGHT = 2.0
HALF_LIFE = timedelta(days=180)
CHOICES_KEPT = 50
# Words matter most while nothing is learned: those that are shared, and those near to one of a template.
LEXICAL_WEIGHT, LEXICAL_WEIGHT_LEARNED = 0.3, 0.2
NEAREST_WEIGHT, NEAREST_WEIGHT_LEARNED = 0.4, 0.2
# The words of the right template are nearer than the others' by about so much.
NEAREST_USUAL = 0.25
SIMILAR = 0.5
# Tickets resemble each other more than they resemble templates. What they have in common is learned from
# the chosen ones, and taken away, or the first templates chosen would gain on all others.
_TICKET_SHARE, _TICKET_SHARE_LEARNED = 0.5, 0.8
_PRIOR_TICKETS = 20.0
# A few choices in a whole catalogue favour whatever was chosen first, so they count in full only with time.
_PRIOR_CHOICES = 0.5  # a template
# What tells templates apart takes about as many choices as a vector has numbers.
_PRIOR_REGRESSION = 512.0
REGRESSION_WEIGHT = 0.5
_CATALOGUES_KEPT = 12


@dataclass(frozen=True, slots=True)
class Choice:
    """An agent sent a template for a ticket; `vector` is the ticket's, 512 numbers."""

    template_id: str
    ticket_id: int
    vector: Vectors
    was_found: bool
    chosen_at: datetime

    def weight(self, now: datetime) -> float:
        """Return 1 for a suggestion taken just now; a template searched for counts more, old ones less."""
        age = max((now - self.chosen_at) / HALF_LIFE, 0.0)
        return float((FOUND_WEIGHT if self.was_found else 1.0) * 0.5**age)


class Ranker:
    """Scores templates for tickets; keeps the catalogues it has built. Safe to share between threads."""

    def __init__(self, encoder: Encoder | None) -> None:
        self.encoder = encoder
        self._catalogues: OrderedDict[tuple[Entry, ...], Catalogue] = OrderedDict()
        self._learned: OrderedDict[Catalogue, tuple[Sequence[Choice], date, _Learned]] = OrderedDict()
        self._vectors = EntryVectors(encoder) if encoder is not None else None
        self._lock = threading.Lock()
        self._building = threading.Lock()

    def likeness(
        self,
        entries: Sequence[Entry],
        text: str,
        choices: Sequence[Choice] = (),
        *,
        now: datetime,
        ticket_id: int | None = None,
        meaning: Vectors | None = None,
    ) -> dict[str, Likeness]:
        """Return the likeness of each template to a ticket's text, 1 at the most; below 0 means unlike.

        `choices` may hold those of other catalogues; what is learned from them is kept as long as the same
        object is passed. `ticket_id` is the ticket's own, which is no neighbour of itself. Where `meaning`,
        the text's `encode_passages`, is known already nothing is encoded.
        """
        catalogue = self._catalogue(tuple(entries))
        asked = catalogue.ask(text)
        scores = catalogue.similarities(asked)
        tickets: dict[int, tuple[int, ...]] = {}
        if self.encoder is not None and catalogue.meaning is not None:
            learned = self._learned_from(catalogue, catalogue.meaning, choices, now)
            passages = learned.apart(encode_passages(self.encoder, text) if meaning is None else meaning)
            alike = learned.alike(passages, ticket_id)
            by_meaning = learned.similarities(passages, alike)
            shared = learned.between(LEXICAL_WEIGHT, LEXICAL_WEIGHT_LEARNED)
            near = learned.between(NEAREST_WEIGHT, NEAREST_WEIGHT_LEARNED)
            total = by_meaning + shared * scores + near * catalogue.nearness(asked)
            scores = np.minimum(total / (1 + shared + NEAREST_USUAL * near), 1).astype(np.float32)
            tickets = learned.similar_tickets(alike)
        return {
            id: Likeness(round(float(scores[n]), 4), catalogue.shared_words(n, asked), tickets.get(n, ()))
            for n, id in enumerate(catalogue.ids)
        }

    def meaning(self, words: str, *, subject: str = "") -> Vectors | None:
        """Return a ticket's passages, the whole first; None without an encoder or without words."""
        if self.encoder is None or not (words.strip() or subject.strip()):
            return None
        return encode_passages(self.encoder, words, subject=subject)

    def prepare(self, entries: Sequence[Entry]) -> None:
        """Build a catalogue ahead, so that no view waits for it: seconds for two hundred templates."""
        self._catalogue(tuple(entries))

    def _catalogue(self, entries: tuple[Entry, ...]) -> Catalogue:
        with self._lock:
            if entries in self._catalogues:
                self._catalogues.move_to_end(entries)
                return self._catalogues[entries]
        # Whoever asks for a catalogue that is there need not wait for one that is being built.
        with self._building:
            with self._lock:
                built = self._catalogues.get(entries)
            built = built or Catalogue(entries, self._vectors)
            with self._lock:
                self._catalogues[entries] = built
                while len(self._catalogues) > _CATALOGUES_KEPT:
                    self._catalogues.popitem(last=False)
            return built

    def _learned_from(
        self, catalogue: Catalogue, meaning: Meaning, choices: Sequence[Choice], now: datetime
    ) -> "_Learned":
        with self._lock:
            seen, day, learned = self._learned.get(catalogue, (None, None, None))
            # Choices fade so slowly that once a day is often enough.
            if learned is None or seen is not choices or day != now.date():
                learned = _Learned(catalogue, meaning, choices, now)
                self._learned[catalogue] = (choices, now.date(), learned)
            self._learned.move_to_end(catalogue)
            while len(self._learned) > _CATALOGUES_KEPT:
                self._learned.popitem(last=False)
            return learned


class _Learned:
    """A catalogue after agents' choices: a prototype a template, and the chosen tickets themselves."""

    def __init__(
        self, catalogue: Catalogue, meaning: Meaning, choices: Sequence[Choice], now: datetime
    ) -> None:
        kept = _newest([choice for choice in choices if choice.template_id in catalogue.places])
        kept.sort(key=lambda choice: catalogue.places[choice.template_id])
        self._own = meaning.vectors
        self._tickets = np.array([choice.ticket_id for choice in kept], np.int64)
        self._places = np.array([catalogue.places[choice.template_id] for choice in kept], np.intp)
        weights = np.array([choice.weight(now) for choice in kept], np.float32)
        chosen = np.array([choice.vector for choice in kept], np.float32).reshape(-1, DIMENSIONS)
        total = float(weights.sum())
        common = (_PRIOR_TICKETS * meaning.common + weights @ chosen) / (_PRIOR_TICKETS + total)
        self._common: Vectors = common.astype(np.float32)
        self._trust = total / (total + _PRIOR_CHOICES * len(self._own))
        self._weights = weights * self._trust
        self._chosen = self.apart(chosen)
        weighted = weights[:, None] * self._chosen
        sums = _sums(weighted, self._places, len(self._own))
        self._prototypes = centred(OWN_WEIGHT * self._own + self._trust * sums, self._common, 0.0)
        self._regression_weight = REGRESSION_WEIGHT * total / (total + _PRIOR_REGRESSION)
        self._regression = regression(self._own, self._chosen.T @ weighted, sums) if kept else self._own

    def apart(self, vectors: Vectors) -> Vectors:
        """Take what tickets have in common away from some of them."""
        return centred(vectors, self._common, self.between(_TICKET_SHARE, _TICKET_SHARE_LEARNED))

    def between(self, cold: float, learned: float) -> float:
        """Go from the value for a cold start to that for many choices as these gain weight."""
        return cold + (learned - cold) * self._trust

    def alike(self, passages: Vectors, ticket_id: int | None) -> Scores:
        """Return the likeness to each chosen ticket, and nothing to the ticket itself."""
        cosines: Scores = self._chosen @ passages[0]
        return cosines if ticket_id is None else np.where(self._tickets == ticket_id, -1.0, cosines)

    def similarities(self, passages: Vectors, alike: Scores) -> Scores:
        """Return the likeness of meaning: two parts prototype, one nearest chosen tickets, and regression."""
        own = _whole_and_best(passages, self._own)
        prototypes = _whole_and_best(passages, self._prototypes)
        near = (2 * prototypes + self._nearest(alike, own)) / 3
        scores: Scores = (near + self._regression_weight * (self._regression @ passages[0])).astype(
            np.float32
        )
        return scores

    def similar_tickets(self, alike: Scores) -> dict[int, tuple[int, ...]]:
        """Return the chosen tickets like this one, most alike first, by the place of their template."""
        found: dict[int, dict[int, None]] = {}
        similar = np.flatnonzero(alike >= SIMILAR)
        for n in similar[np.argsort(-alike[similar], kind="stable")]:
            found.setdefault(int(self._places[n]), {})[int(self._tickets[n])] = None
        return {place: tuple(tickets) for place, tickets in found.items()}

    def _nearest(self, alike: Scores, own: Scores) -> Scores:
        """Return the mean likeness to the nearest chosen tickets, filled up with the template's own."""
        order = np.lexsort((-alike, self._places))
        places = self._places[order]
        used = _until(np.where(alike < 0, 0, self._weights)[order], places, NEIGHBOURS)
        nearest = np.bincount(places, used * alike[order], len(own))
        missing = NEIGHBOURS - np.bincount(places, used, len(own))
        scores: Scores = ((nearest + missing * own) / NEIGHBOURS).astype(np.float32)
        return scores


def _newest(choices: Sequence[Choice]) -> list[Choice]:
    kept: dict[str, list[Choice]] = {}
    for choice in sorted(choices, key=lambda choice: choice.chosen_at, reverse=True):
        of_template = kept.setdefault(choice.template_id, [])
        if len(of_template) < CHOICES_KEPT:
            of_template.append(choice)
    return [choice for of_template in kept.values() for choice in of_template]


def _sums(vectors: Vectors, groups: NDArray[np.intp], size: int) -> Vectors:
    """Return the sum of the vectors of each group, which stands together: shape (size, 512)."""
    sums = np.zeros((size, vectors.shape[1]), np.float32)
    for group in np.unique(groups):
        start, end = np.searchsorted(groups, [group, group + 1])
        sums[group] = vectors[start:end].sum(axis=0)
    return sums


def _until(weights: NDArray[np.float32], groups: NDArray[np.intp], most: float) -> NDArray[np.float32]:
    """Cut the weights of each group, which stands together, where their sum reaches `most`."""
    if not len(weights):
        return weights
    sums = np.cumsum(weights)
    starts = np.flatnonzero(np.r_[True, groups[1:] != groups[:-1]])
    before = np.repeat(np.r_[0.0, sums][starts], np.diff(np.r_[starts, len(groups)]))
    cut: NDArray[np.float32] = np.clip(most - (sums - weights - before), 0, weights).astype(np.float32)
    return cut


def _whole_and_best(passages: Vectors, vectors: Vectors) -> Scores:
    """Return the mean of the whole text's cosine and the best sentence's, for each vector."""
    cosines = passages @ vectors.T
    scores: Scores = (cosines[0] + cosines[1:].max(axis=0)) / 2
    return scores
