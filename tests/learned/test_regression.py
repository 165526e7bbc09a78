"""What tells tickets of one template from those of another is found under what they have in common."""

from datetime import UTC, datetime

import numpy as np
import pytest

from integration.learned.catalogue import Entry
from integration.learned.encoder import DIMENSIONS, Encoder, Vectors
from integration.learned.passages import centred
from integration.learned.ranker import Choice, Ranker
from integration.learned.regression import regression

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
NOTHING = np.zeros(DIMENSIONS, np.float32)


def tickets(kind: int, number: int) -> Vectors:
    """Return vectors in which the kind is a small part; the rest differs from ticket to ticket at random."""
    dice = np.random.default_rng([kind, number])
    # The first numbers vary most, and say nothing of the kind.
    said = dice.normal(size=(number, DIMENSIONS)) * np.r_[np.full(20, 8.0), np.full(DIMENSIONS - 20, 0.3)]
    said[:, 100 + kind] += 4.0
    return centred(said.astype(np.float32), NOTHING, 0.0)


@pytest.fixture
def rows() -> Vectors:
    chosen = [tickets(kind, 50) for kind in range(4)]
    every = np.vstack(chosen)
    return regression(
        np.eye(4, DIMENSIONS, dtype=np.float32), every.T @ every, np.array([sum(own) for own in chosen])
    )


def test_new_tickets_come_near_one_for_their_template_and_near_nothing_for_others(rows: Vectors) -> None:
    found = np.array([tickets(kind, 51) @ rows.T for kind in range(4)])

    own = np.array([found[kind, :, kind] for kind in range(4)])
    others = np.array([np.delete(found[kind], kind, axis=1) for kind in range(4)])
    assert own.mean() > 0.4
    assert abs(others.mean()) < 0.1
    assert (found.argmax(axis=2) == np.arange(4)[:, None]).mean() > 0.95


def test_before_any_ticket_a_template_is_told_by_its_own_vector() -> None:
    own = np.eye(3, DIMENSIONS, dtype=np.float32)

    rows = regression(own, np.zeros((DIMENSIONS, DIMENSIONS), np.float32), np.zeros_like(own))

    assert np.array_equal((own @ rows.T).argmax(axis=1), [0, 1, 2])
    assert rows[0] @ own[1] == pytest.approx(0)


def test_the_ranker_finds_with_it_what_likeness_alone_does_not(encoder: Encoder) -> None:
    ranker, entries = Ranker(encoder), [Entry(f"t{kind}", f"Letter {kind}") for kind in range(4)]
    choices = [
        Choice(f"t{kind}", 100 * kind + number, vector, False, NOW)
        for kind in range(4)
        for number, vector in enumerate(tickets(kind, 50))
    ]

    def is_right(kind: int, ticket: Vectors) -> bool:
        found = ranker.likeness(entries, "", choices, now=NOW, meaning=np.vstack([ticket, ticket]))
        return max(found, key=lambda id: found[id].score) == f"t{kind}"

    # By likeness alone 33 of 100 are right.
    assert np.mean([is_right(kind, ticket) for kind in range(4) for ticket in tickets(kind, 51)[:20]]) > 0.45
