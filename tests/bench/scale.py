"""How much is measured: all of it for figures to quote, or a little to see that everything works."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Scale:
    """Counts of one run; a round is one pass over each of the two servers.

    `falling_due` follow-ups come due in `falling_due_seconds` of a clock that runs `speed` times as fast as
    the machine's. `past` tickets are imported, and `judged` of them judged, with or without the encoder; the
    peer gets `peer_seconds` for each of its two ways, or is left out.
    """

    rounds: int
    deliveries: int
    paced_deliveries: int
    stores: tuple[int, ...]
    tickets_opened: int
    pending: int
    claims: int
    changes: int
    falling_due: int
    falling_due_seconds: float
    speed: float
    texts: int
    letters: int
    past: int
    judged: int
    with_encoder: bool
    peer_seconds: float
    with_postgresql: bool

    def with_minutes(self, minutes: float) -> "Scale":
        """Return the same with follow-ups that fall due for so long, as many a minute as before."""
        seconds = minutes * 60
        count = round(self.falling_due * seconds / self.falling_due_seconds)
        return replace(self, falling_due=count, falling_due_seconds=seconds)


FULL = Scale(
    rounds=3,
    deliveries=2_000,
    paced_deliveries=500,
    stores=(10_000, 1_000_000),
    tickets_opened=300,
    pending=1_000_000,
    claims=20,
    changes=200,
    falling_due=10_000,
    falling_due_seconds=600.0,
    speed=1.0,
    texts=400,
    letters=100,
    past=100_000,
    judged=400,
    with_encoder=True,
    peer_seconds=90.0,
    with_postgresql=True,
)
QUICK = Scale(
    rounds=1,
    deliveries=60,
    paced_deliveries=20,
    stores=(1_000, 3_000),
    tickets_opened=20,
    pending=20_000,
    claims=3,
    changes=5,
    falling_due=20,
    falling_due_seconds=2.0,
    speed=1.0,
    texts=10,
    letters=3,
    past=1_200,
    judged=100,
    with_encoder=False,
    peer_seconds=0.0,
    with_postgresql=False,
)
