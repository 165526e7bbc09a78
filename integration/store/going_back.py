"""What an older schema cannot hold and must not be lost, when somebody goes back to it."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

# The schema that brought the audit log's chain, erasures and legal holds.
PRIVACY = "0009"
CHECKPOINT = "audit_checkpoint"


class NotForgettable(Exception):
    """The older schema would forget what has to be kept."""


def refuse_loss(conn: Connection, revision: str) -> None:
    """Raise `NotForgettable` where going back from a revision would lose what has to be kept."""
    if revision != PRIVACY:
        return
    holds, erasures = (_count(conn, table) for table in ("holds", "erasures"))
    if holds or erasures:
        raise NotForgettable(
            f"There are {holds} legal holds and {erasures} erasures, which an older schema does not know: "
            "what is on hold could be erased, and an import would bring back who was. Stay here; to go back "
            "all the same, restore the backup that was made before its upgrade."
        )


def end_chain(conn: Connection, revision: str) -> None:
    """Let the audit log's chain end with its revision; with the next upgrade another one begins."""
    if revision == PRIVACY:
        conn.execute(sa.text("DELETE FROM kept WHERE name = :name"), {"name": CHECKPOINT})


def _count(conn: Connection, table: str) -> int:
    return conn.scalar(sa.select(sa.func.count()).select_from(sa.table(table))) or 0
