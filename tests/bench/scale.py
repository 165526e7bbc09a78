"""How much is measured: all of it for figures to quote, or a little to see that everything works."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """Counts of one run; a round is one pass over each of the two servers."""

    rounds: int
    deliveries: int
    paced_deliveries: int
    stores: tuple[int, ...]
    tickets_opened: int
    claims: int
    changes: int
    texts: int
    letters: int
    with_postgresql: bool


FULL = Scale(
    rounds=3,
    deliveries=2_000,
    paced_deliveries=500,
    stores=(10_000, 1_000_000),
    tickets_opened=300,
    claims=20,
    changes=200,
    texts=400,
    letters=100,
    with_postgresql=True,
)
QUICK = Scale(
    rounds=1,
    deliveries=60,
    paced_deliveries=20,
    stores=(1_000, 3_000),
    tickets_opened=20,
    claims=3,
    changes=5,
    texts=10,
    letters=3,
    with_postgresql=False,
)
